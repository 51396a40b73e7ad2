/// Postgres' binary numeric: digits of base 10 000, a weight, a sign and a display scale.
struct Numeric {
  private let digits: [Int16]
  private let weight: Int
  private let isNegative: Bool
  private let scale: Int

  /// Nil for NaN, the infinities and malformed bytes.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 8 else { return nil }
    let count = Int(bytes.bigEndian(Int16.self))
    let sign = bytes.bigEndian(UInt16.self, at: 4)
    guard count >= 0, bytes.count == 8 + 2 * count, sign == 0 || sign == 0x4000 else { return nil }
    weight = Int(bytes.bigEndian(Int16.self, at: 2))
    isNegative = sign == 0x4000
    scale = Int(bytes.bigEndian(Int16.self, at: 6))
    digits = (0..<count).map { bytes.bigEndian(Int16.self, at: 8 + 2 * $0) }
  }

  private func digit(ofWeight position: Int) -> Int64 {
    let index = weight - position
    return digits.indices.contains(index) ? Int64(digits[index]) : 0
  }

  /// Four digits, zeros in front.
  private static func group(_ digit: Int64) -> String {
    let text = String(digit)
    return String(repeating: "0", count: 4 - text.count) + text
  }

  /// `-12.50`, with the scale the server sent.
  var text: String {
    var whole = ""
    for position in stride(from: max(weight, 0), through: 0, by: -1) {
      whole +=
        whole.isEmpty ? String(digit(ofWeight: position)) : Self.group(digit(ofWeight: position))
    }
    while whole.count > 1, whole.hasPrefix("0") { whole.removeFirst() }
    var text = (isNegative ? "-" : "") + whole
    if scale > 0 {
      let groups = (1...(scale + 3) / 4).map { Self.group(digit(ofWeight: -$0)) }
      text += "." + groups.joined().prefix(scale)
    }
    return text
  }

  /// The value times 10^places; nil when that is not a whole number or does not fit.
  func scaled(by places: Int) -> Int64? {
    let parts = text.drop { $0 == "-" }.split(separator: ".")
    let fraction = parts.count > 1 ? parts[1] : ""
    guard fraction.dropFirst(places).allSatisfy({ $0 == "0" }) else { return nil }
    let kept = fraction.prefix(places)
    let padding = String(repeating: "0", count: places - kept.count)
    return Int64((isNegative ? "-" : "") + parts[0] + kept + padding)
  }
}
