/// Values by number: open addressing with linear probing (Knuth, The Art of Computer Programming,
/// volume 3, 6.4, algorithms L and R) and Fibonacci hashing. Every frame is looked up by its call's
/// number and every request by its method's; a dictionary's keyed hash would cost more than the
/// rest of that. Whoever picks numbers that collide makes a look-up as long as the table has
/// entries, which the in-flight limit bounds.
struct NumberTable<Value> {
  private static var smallest: Int { 16 }

  /// Which number lives where, apart from the values: a search touches no value, whose copy would
  /// be counted.
  private var numbersByPlace = [UInt32?](repeating: nil, count: smallest)
  private var valuesByPlace = [Value?](repeating: nil, count: smallest)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  subscript(number: UInt32) -> Value? { place(of: number).flatMap { valuesByPlace[$0] } }

  /// In no particular order.
  var values: [Value] { valuesByPlace.compactMap(\.self) }

  /// In no particular order.
  var numbers: [UInt32] { numbersByPlace.compactMap(\.self) }

  /// Adds a value, in place of an older one of that number.
  mutating func insert(_ value: consuming Value, for number: UInt32) {
    if let place = place(of: number) {
      valuesByPlace[place] = value
      return
    }
    if count >= numbersByPlace.count / 2 { rehash(into: 2 * numbersByPlace.count) }
    put(value, for: number)
    count += 1
  }

  /// Changes the value of that number in place; nil when there is none.
  @discardableResult
  mutating func update<Result>(
    _ number: UInt32, _ change: (inout Value) -> Result
  ) -> Result? {
    guard let place = place(of: number) else { return nil }
    return valuesByPlace[place].mutate(change)
  }

  mutating func remove(_ number: UInt32) -> Value? {
    guard let place = place(of: number) else { return nil }
    count -= 1
    let value = valuesByPlace[place].take()
    closeGap(at: place)
    return value
  }

  mutating func removeAll() { self = NumberTable() }

  // MARK: Places

  private func home(of number: UInt32) -> Int {
    Int(number &* 0x9e37_79b9 >> 7) & (numbersByPlace.count - 1)
  }

  private func after(_ place: Int) -> Int { (place + 1) & (numbersByPlace.count - 1) }

  private func place(of number: UInt32) -> Int? {
    var place = home(of: number)
    while let found = numbersByPlace[place] {
      if found == number { return place }
      place = after(place)
    }
    return nil
  }

  private mutating func put(_ value: consuming Value, for number: UInt32) {
    var place = home(of: number)
    while numbersByPlace[place] != nil { place = after(place) }
    numbersByPlace[place] = number
    valuesByPlace[place] = value
  }

  private mutating func rehash(into size: Int) {
    let (oldNumbers, oldValues) = (numbersByPlace, valuesByPlace)
    numbersByPlace = [UInt32?](repeating: nil, count: size)
    valuesByPlace = [Value?](repeating: nil, count: size)
    for case let (number?, value?) in zip(oldNumbers, oldValues) { put(value, for: number) }
  }

  /// Moves up what a search would no longer find beyond an empty place.
  private mutating func closeGap(at place: Int) {
    var gap = place
    var next = after(gap)
    while let number = numbersByPlace[next] {
      let way = (next - home(of: number)) & (numbersByPlace.count - 1)
      if way >= (next - gap) & (numbersByPlace.count - 1) {
        numbersByPlace[gap] = number
        valuesByPlace.swapAt(gap, next)
        gap = next
      }
      next = after(next)
    }
    numbersByPlace[gap] = nil
  }
}

extension NumberTable: Sendable where Value: Sendable {}

extension Optional {
  /// Changes the value in place; nil when there is none.
  fileprivate mutating func mutate<Result>(_ change: (inout Wrapped) -> Result) -> Result? {
    guard var value = take() else { return nil }
    defer { self = value }
    return change(&value)
  }
}
