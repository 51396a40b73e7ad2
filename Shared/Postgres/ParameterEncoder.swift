import CPostgres
import Glibc
import Kernel

/// Writes the values of one round trip into one buffer, in the formats the server inferred.
///
/// Reused from trip to trip, so that a warm session allocates nothing for its parameters.
struct ParameterEncoder {
  private struct Slot {
    let offset: Int
    let length: Int
    let isBinary: Bool
    static let null = Slot(offset: -1, length: 0, isBinary: true)
  }

  private var bytes: [UInt8] = []
  private var slots: [Slot] = []

  mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
  }

  /// - Returns: where the values lie, for `withParameters`.
  /// - Throws: `PostgresError` of kind `.value`.
  mutating func append(
    _ values: [SQLValue], as types: [Oid]
  ) throws(PostgresError) -> Range<Int> {
    guard values.count == types.count else {
      throw PostgresError(.value, "\(values.count) values for \(types.count) places")
    }
    let first = slots.count
    for (index, value) in values.enumerated() {
      guard append(value, as: types[index]) else {
        throw PostgresError(.value, "$\(index + 1) does not fit type \(types[index])")
      }
    }
    return first..<slots.count
  }

  /// Lends what `PQsendQueryPrepared` wants: values, lengths, formats.
  func withParameters<R>(
    _ range: Range<Int>,
    _ body: (
      UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    let count = range.count
    guard count > 0 else { return body(nil, nil, nil) }
    return bytes.withUnsafeBytes { buffer in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
          for (index, slot) in slots[range].enumerated() {
            let start = slot.offset < 0 ? nil : buffer.baseAddress.map { $0 + slot.offset }
            pointers[index] = start?.assumingMemoryBound(to: CChar.self)
            numbers[index] = Int32(slot.length)
            numbers[count + index] = slot.isBinary ? 1 : 0
          }
          let lengths = numbers.baseAddress.map { UnsafePointer($0) }
          return body(
            pointers.baseAddress.map { UnsafePointer($0) }, lengths, lengths.map { $0 + count })
        }
      }
    }
  }

  private mutating func append(_ value: SQLValue, as type: Oid) -> Bool {
    let start = bytes.count
    switch (value, type) {
    case (.null, _):
      slots.append(.null)
      return true
    case (.bool(let flag), TypeOID.bool): bytes.append(flag ? 1 : 0)
    case (.int(let number), _):
      guard let written = write(number, as: type) else { return false }
      if !written { return appendText(String(number)) }
    case (.double(let number), TypeOID.float8): write(number.bitPattern)
    case (.double(let number), TypeOID.float4): write(Float(number).bitPattern)
    case (.text(let text), _) where Self.takesText(type),
      (.json(let text), _) where Self.takesText(type):
      bytes.append(contentsOf: text.utf8)
    case (.text(let text), TypeOID.jsonb), (.json(let text), TypeOID.jsonb):
      bytes.append(1)
      bytes.append(contentsOf: text.utf8)
    case (.bytes(let value), TypeOID.bytea): bytes.append(contentsOf: value)
    case (.instant(let instant), TypeOID.timestamptz), (.instant(let instant), TypeOID.timestamp):
      write(instant.microseconds &- postgresEpoch)
    case (.ints(let values), TypeOID.int8Array):
      writeArray(of: TypeOID.int8, values) {
        $0.write(Int32(8)); $0.write($1)
      }
    case (.texts(let values), TypeOID.textArray), (.texts(let values), TypeOID.varcharArray):
      writeArray(of: type == TypeOID.textArray ? TypeOID.text : TypeOID.varchar, values) {
        $0.write(Int32($1.utf8.count))
        $0.bytes.append(contentsOf: $1.utf8)
      }
    default: return Self.asText(value).map { appendText($0) } ?? false
    }
    slots.append(Slot(offset: start, length: bytes.count - start, isBinary: true))
    return true
  }

  private static func takesText(_ type: Oid) -> Bool {
    switch type {
    case TypeOID.text, TypeOID.varchar, TypeOID.bpchar, TypeOID.name, TypeOID.json,
      TypeOID.unknown:
      true
    default: false
    }
  }

  /// For all other types the server reads the text form, as it reads a literal.
  private static func asText(_ value: SQLValue) -> String? {
    switch value {
    case .bool(let flag): flag ? "true" : "false"
    case .double(let number):
      number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
    case .text(let text): text
    case .instant(let instant): instant.rfc3339
    case .ints(let values): "{" + values.map(String.init).joined(separator: ",") + "}"
    case .texts(let values): "{" + values.map(quoted).joined(separator: ",") + "}"
    case .null, .int, .json, .bytes: nil
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }

  /// A text value; libpq reads it up to the zero byte.
  private mutating func appendText(_ text: String) -> Bool {
    guard !text.utf8.contains(0) else { return false }
    slots.append(Slot(offset: bytes.count, length: text.utf8.count, isBinary: false))
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
    return true
  }

  /// False when the type has no binary form here, nil when the number does not fit it.
  private mutating func write(_ number: Int64, as type: Oid) -> Bool? {
    switch type {
    case TypeOID.int8: write(number)
    case TypeOID.int4:
      guard let fitting = Int32(exactly: number) else { return nil }
      write(fitting)
    case TypeOID.int2:
      guard let fitting = Int16(exactly: number) else { return nil }
      write(fitting)
    case TypeOID.float8: write(Double(number).bitPattern)
    default: return false
    }
    return true
  }

  private mutating func write<T: FixedWidthInteger>(_ number: T) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func writeArray<T>(
    of type: Oid, _ values: [T], _ element: (inout ParameterEncoder, T) -> Void
  ) {
    write(Int32(values.isEmpty ? 0 : 1))
    write(Int32(0))
    write(type)
    if values.isEmpty { return }
    write(Int32(values.count))
    write(Int32(1))
    for value in values { element(&self, value) }
  }
}
