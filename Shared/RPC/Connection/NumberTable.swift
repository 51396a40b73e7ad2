/// Values by number: open addressing with linear probing (Knuth, The Art of Computer Programming,
/// volume 3, 6.4, algorithms L and R) and Fibonacci hashing. Every frame is looked up by its call's
/// number and every request by its method's; a dictionary's keyed hash would cost more than the
/// rest of that. Whoever picks numbers that collide makes a look-up as long as the table has
/// entries, which the in-flight limit bounds.
struct NumberTable<Value> {
  fileprivate struct Slot {
    let number: UInt32
    var value: Value
  }

  private static var smallest: Int { 16 }

  private var slots = [Slot?](repeating: nil, count: smallest)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  subscript(number: UInt32) -> Value? { place(of: number).flatMap { slots[$0]?.value } }

  /// In no particular order.
  var values: [Value] { slots.compactMap { $0?.value } }

  /// In no particular order.
  var numbers: [UInt32] { slots.compactMap { $0?.number } }

  /// Adds a value, in place of an older one of that number.
  mutating func insert(_ value: Value, for number: UInt32) {
    if let place = place(of: number) {
      slots[place]?.value = value
      return
    }
    if count >= slots.count / 2 { rehash(into: 2 * slots.count) }
    put(Slot(number: number, value: value))
    count += 1
  }

  /// Changes the value of that number in place; nil when there is none.
  @discardableResult
  mutating func update<Result>(
    _ number: UInt32, _ change: (inout Value) -> Result
  ) -> Result? {
    guard let place = place(of: number), var slot = slots[place] else { return nil }
    defer { slots[place] = slot }
    return change(&slot.value)
  }

  mutating func remove(_ number: UInt32) -> Value? {
    guard let place = place(of: number), let slot = slots[place] else { return nil }
    count -= 1
    closeGap(at: place)
    return slot.value
  }

  mutating func removeAll() { self = NumberTable() }

  // MARK: Places

  private func home(of number: UInt32) -> Int {
    Int(number &* 0x9e37_79b9 >> 7) & (slots.count - 1)
  }

  private func after(_ place: Int) -> Int { (place + 1) & (slots.count - 1) }

  private func place(of number: UInt32) -> Int? {
    var place = home(of: number)
    while let slot = slots[place] {
      if slot.number == number { return place }
      place = after(place)
    }
    return nil
  }

  private mutating func put(_ slot: Slot) {
    var place = home(of: slot.number)
    while slots[place] != nil { place = after(place) }
    slots[place] = slot
  }

  private mutating func rehash(into size: Int) {
    let old = slots
    slots = [Slot?](repeating: nil, count: size)
    for case let slot? in old { put(slot) }
  }

  /// Moves up what a search would no longer find beyond an empty place.
  private mutating func closeGap(at place: Int) {
    var gap = place
    var next = after(gap)
    while let slot = slots[next] {
      let way = (next - home(of: slot.number)) & (slots.count - 1)
      if way >= (next - gap) & (slots.count - 1) {
        slots[gap] = slot
        gap = next
      }
      next = after(next)
    }
    slots[gap] = nil
  }
}

extension NumberTable: Sendable where Value: Sendable {}
extension NumberTable.Slot: Sendable where Value: Sendable {}
