import Kernel
import Postgres
import RPC

/// Where a page ended: the ordering and the last row's place in it. Clients pass it on unread.
struct Cursor: Sendable, Equatable {
  /// The values of the ordering's columns; empty before the first row.
  var values: [SQLValue]

  static let start = Cursor(values: [])

  init(values: [SQLValue]) { self.values = values }

  /// Reads a cursor; an empty text is the start.
  /// - Throws: `RPCError` `.invalidArgument` for what is no cursor of this ordering.
  init(_ text: String, for orders: [ListQuery.Order]) throws {
    if text.isEmpty {
      self = .start
      return
    }
    guard let bytes = Self.bytes(ofHexadecimal: text) else { throw Self.invalid }
    var reader = CursorReader(bytes)
    guard reader.text() == Self.name(of: orders) else { throw Self.invalid }
    values = []
    for _ in orders {
      guard let value = reader.value() else { throw Self.invalid }
      values.append(value)
    }
    guard reader.isAtEnd else { throw Self.invalid }
  }

  private static var invalid: RPCError { RPCError(field: "cursor", "Invalid cursor") }

  /// The place of a row.
  /// - Throws: `PostgresError` when a column of the ordering is NULL.
  init(after row: Row, _ orders: [ListQuery.Order], isTimestamp: (Int) -> Bool) throws {
    values = try orders.map { order in
      if isTimestamp(order.column) { return .instant(try row.instant(order.column)) }
      if let number = try? row.int(order.column) { return .int(number) }
      if let number = try? row.double(order.column) { return .double(number) }
      return .text(try row.text(order.column))
    }
  }

  /// The text that clients pass on.
  func encoded(for orders: [ListQuery.Order]) -> String {
    var bytes: [UInt8] = []
    func add(_ text: String, _ tag: Character? = nil) {
      let whole = (tag.map(String.init) ?? "") + text
      bytes += Array("\(whole.utf8.count):".utf8) + Array(whole.utf8)
    }
    add(Self.name(of: orders))
    for value in values {
      switch value {
      case .int(let number): add(String(number), "i")
      case .double(let number): add(String(number.bitPattern), "d")
      case .instant(let instant): add(String(instant.microseconds), "t")
      case .text(let text): add(text, "s")
      default: add("", "s")
      }
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func name(of orders: [ListQuery.Order]) -> String {
    orders.map { ($0.isDescending ? "-" : "") + $0.name }.joined(separator: ",")
  }

  private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.map { byte -> UInt8? in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x57
      default: nil
      }
    }
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}

/// Reads texts that have their length in front.
private struct CursorReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func text() -> String? {
    var length = 0
    while let byte = rest.popFirst(), byte != UInt8(ascii: ":") {
      guard (0x30...0x39).contains(byte), length < 1 << 20 else { return nil }
      length = length * 10 + Int(byte - 0x30)
    }
    guard length <= rest.count else { return nil }
    defer { rest = rest.dropFirst(length) }
    return String(validating: rest.prefix(length), as: UTF8.self)
  }

  mutating func value() -> SQLValue? {
    guard let whole = text(), let tag = whole.first else { return nil }
    let text = String(whole.dropFirst())
    switch tag {
    case "i": return Int64(text).map { .int($0) }
    case "d": return UInt64(text).map { .double(Double(bitPattern: $0)) }
    case "t": return Int64(text).map { .instant(Instant(microseconds: $0)) }
    case "s": return text.contains("\0") ? nil : .text(text)
    default: return nil
    }
  }
}
