import CPostgres

/// Postgres' binary arrays of one dimension.
enum ArrayValue {
  static func ints(_ bytes: UnsafeRawBufferPointer) -> [Int64]? {
    elements(bytes) { element, type in
      switch (type, element.count) {
      case (TypeOID.int8, 8): element.bigEndian(Int64.self)
      case (TypeOID.int4, 4): Int64(element.bigEndian(Int32.self))
      case (TypeOID.int2, 2): Int64(element.bigEndian(Int16.self))
      default: nil
      }
    }
  }

  static func texts(_ bytes: UnsafeRawBufferPointer) -> [String]? {
    elements(bytes) { element, type in
      switch type {
      case TypeOID.text, TypeOID.varchar, TypeOID.bpchar, TypeOID.name:
        String(decoding: element, as: UTF8.self)
      default: nil
      }
    }
  }

  /// Header: dimensions, has-nulls flag, element type; then length and lower bound; then elements.
  private static func elements<T>(
    _ bytes: UnsafeRawBufferPointer, _ read: (UnsafeRawBufferPointer, Oid) -> T?
  ) -> [T]? {
    guard bytes.count >= 12 else { return nil }
    let dimensions = bytes.bigEndian(Int32.self)
    if dimensions == 0 { return [] }
    guard dimensions == 1, bytes.count >= 20 else { return nil }
    let type = bytes.bigEndian(UInt32.self, at: 8)
    let count = Int(bytes.bigEndian(Int32.self, at: 12))
    var values: [T] = []
    values.reserveCapacity(count)
    var offset = 20
    for _ in 0..<count {
      guard offset + 4 <= bytes.count else { return nil }
      let length = Int(bytes.bigEndian(Int32.self, at: offset))
      offset += 4
      guard length >= 0, offset + length <= bytes.count else { return nil }
      let element = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
      guard let value = read(element, type) else { return nil }
      values.append(value)
      offset += length
    }
    return values
  }
}
