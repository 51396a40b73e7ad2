import CPostgres
import Kernel

/// Values by the column's position, from 0. What is not optional refuses NULL; every reader refuses
/// a column of another type than its own.
/// - Throws: `PostgresError` of kind `.value`, naming the column and what was expected.
extension Row {
  package func int(_ column: Int) throws(PostgresError) -> Int64 {
    guard let value = try optionalInt(column) else { throw refuse(column, "an integer") }
    return value
  }

  package func optionalInt(_ column: Int) throws(PostgresError) -> Int64? {
    guard let bytes = try raw(column) else { return nil }
    switch (knownType(column), bytes.count) {
    case (TypeOID.int8, 8): return bytes.bigEndian(Int64.self)
    case (TypeOID.int4, 4): return Int64(bytes.bigEndian(Int32.self))
    case (TypeOID.int2, 2): return Int64(bytes.bigEndian(Int16.self))
    case (TypeOID.oid, 4): return Int64(bytes.bigEndian(UInt32.self))
    case (TypeOID.numeric, _):
      if let value = Numeric(bytes)?.scaled(by: 0) { return value }
    default: break
    }
    throw refuse(column, "an integer")
  }

  /// real, double precision, numeric and the integers.
  package func double(_ column: Int) throws(PostgresError) -> Double {
    guard let value = try optionalDouble(column) else { throw refuse(column, "a number") }
    return value
  }

  package func optionalDouble(_ column: Int) throws(PostgresError) -> Double? {
    guard let bytes = try raw(column) else { return nil }
    switch (knownType(column), bytes.count) {
    case (TypeOID.float8, 8): return Double(bitPattern: bytes.bigEndian(UInt64.self))
    case (TypeOID.float4, 4): return Double(Float(bitPattern: bytes.bigEndian(UInt32.self)))
    case (TypeOID.numeric, _):
      if let value = Numeric(bytes).flatMap({ Double($0.text) }) { return value }
      throw refuse(column, "a number")
    default: return try optionalInt(column).map(Double.init)
    }
  }

  /// A numeric with at most two digits behind the point, as hundredths: `12.34` is 1234.
  package func hundredths(_ column: Int) throws(PostgresError) -> Int64 {
    guard let value = try optionalHundredths(column) else { throw refuse(column, "hundredths") }
    return value
  }

  package func optionalHundredths(_ column: Int) throws(PostgresError) -> Int64? {
    guard let bytes = try raw(column) else { return nil }
    guard knownType(column) == TypeOID.numeric, let value = Numeric(bytes)?.scaled(by: 2) else {
      throw refuse(column, "a numeric of hundredths")
    }
    return value
  }

  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    guard let value = try optionalBool(column) else { throw refuse(column, "a boolean") }
    return value
  }

  package func optionalBool(_ column: Int) throws(PostgresError) -> Bool? {
    guard let bytes = try raw(column) else { return nil }
    guard knownType(column) == TypeOID.bool, bytes.count == 1 else {
      throw refuse(column, "a boolean")
    }
    return bytes[0] != 0
  }

  /// text, varchar, char, name, enums, json, jsonb, uuid, date (`2026-01-31`) and numeric
  /// (`12.50`).
  package func text(_ column: Int) throws(PostgresError) -> String {
    guard let value = try optionalText(column) else { throw refuse(column, "a text") }
    return value
  }

  package func optionalText(_ column: Int) throws(PostgresError) -> String? {
    guard let bytes = try raw(column) else { return nil }
    switch knownType(column) {
    case TypeOID.jsonb: return String(decoding: bytes.dropFirst(), as: UTF8.self)
    case TypeOID.numeric:
      if let value = Numeric(bytes) { return value.text }
      throw refuse(column, "a text")
    case TypeOID.uuid: return bytes.uuidText
    case TypeOID.date: return try optionalDate(column)?.text
    case TypeOID.bool, TypeOID.bytea, TypeOID.int2, TypeOID.int4, TypeOID.int8, TypeOID.float4,
      TypeOID.float8, TypeOID.timestamptz, TypeOID.timestamp, TypeOID.int8Array,
      TypeOID.textArray:
      throw refuse(column, "a text")
    default: return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The text of a json or jsonb column.
  package func json(_ column: Int) throws(PostgresError) -> String { try text(column) }

  package func optionalJSON(_ column: Int) throws(PostgresError) -> String? {
    try optionalText(column)
  }

  package func instant(_ column: Int) throws(PostgresError) -> Instant {
    guard let value = try optionalInstant(column) else { throw refuse(column, "a timestamp") }
    return value
  }

  package func optionalInstant(_ column: Int) throws(PostgresError) -> Instant? {
    guard let bytes = try raw(column) else { return nil }
    let type = knownType(column)
    guard type == TypeOID.timestamptz || type == TypeOID.timestamp, bytes.count == 8 else {
      throw refuse(column, "a timestamp")
    }
    let (value, overflow) = bytes.bigEndian(Int64.self).addingReportingOverflow(postgresEpoch)
    if overflow { throw refuse(column, "a finite timestamp") }
    return Instant(microseconds: value)
  }

  package func date(_ column: Int) throws(PostgresError) -> CivilDate {
    guard let value = try optionalDate(column) else { throw refuse(column, "a date") }
    return value
  }

  package func optionalDate(_ column: Int) throws(PostgresError) -> CivilDate? {
    guard let bytes = try raw(column) else { return nil }
    guard knownType(column) == TypeOID.date, bytes.count == 4 else {
      throw refuse(column, "a date")
    }
    return CivilDate(daysSinceEpoch: Int64(bytes.bigEndian(Int32.self)) + postgresEpochDays)
  }

  /// A bytea, copied.
  package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    guard let value = try optionalBytes(column) else { throw refuse(column, "bytes") }
    return value
  }

  package func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? {
    guard let bytes = try raw(column) else { return nil }
    guard knownType(column) == TypeOID.bytea else { throw refuse(column, "bytes") }
    return Array(bytes)
  }

  /// A one-dimensional array of integers without NULLs.
  package func ints(_ column: Int) throws(PostgresError) -> [Int64] {
    guard let bytes = try raw(column), let value = ArrayValue.ints(bytes) else {
      throw refuse(column, "an array of integers")
    }
    return value
  }

  /// A one-dimensional array of texts without NULLs.
  package func texts(_ column: Int) throws(PostgresError) -> [String] {
    guard let bytes = try raw(column), let value = ArrayValue.texts(bytes) else {
      throw refuse(column, "an array of texts")
    }
    return value
  }

  /// A bigint read as an id.
  package func id<Subject>(
    _ column: Int, as type: Identifier<Subject>.Type = Identifier<Subject>.self
  ) throws(PostgresError) -> Identifier<Subject> { Identifier(try int(column)) }

  package func optionalID<Subject>(
    _ column: Int, as type: Identifier<Subject>.Type = Identifier<Subject>.self
  ) throws(PostgresError) -> Identifier<Subject>? { try optionalInt(column).map { Identifier($0) } }
}

extension UnsafeRawBufferPointer {
  /// The first bytes as a big-endian number; the caller has checked that they are there.
  func bigEndian<T: FixedWidthInteger>(_ type: T.Type, at offset: Int = 0) -> T {
    T(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// Sixteen bytes as a UUID's text.
  var uuidText: String {
    var text = ""
    for (index, byte) in enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return text
  }
}
