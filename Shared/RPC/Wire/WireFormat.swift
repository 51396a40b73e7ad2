import NIOCore

// Protobuf's wire format (protobuf.dev/programming-guides/encoding) for the RPC's own small
// headers, written and read in place: a header costs no arena and no struct. Bodies go through
// protobuf-c.

extension ByteBuffer {
  mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    writeInteger(UInt8(truncatingIfNeeded: rest))
  }

  mutating func writeField(_ number: UInt8, varint value: UInt64) {
    writeInteger(number << 3)
    writeVarint(value)
  }

  mutating func writeField(_ number: UInt8, fixed32 value: UInt32) {
    writeInteger(number << 3 | 5)
    writeInteger(value, endianness: .little)
  }

  mutating func writeField(_ number: UInt8, text: String) {
    writeInteger(number << 3 | 2)
    writeVarint(UInt64(text.utf8.count))
    writeString(text)
  }

  mutating func writeField(_ number: UInt8, bytes: [UInt8]) {
    writeInteger(number << 3 | 2)
    writeVarint(UInt64(bytes.count))
    writeBytes(bytes)
  }

  /// A nested message or a packed list; `body` writes its content.
  mutating func writeField(_ number: UInt8, nested body: (inout ByteBuffer) -> Void) {
    var inner = ByteBuffer()
    body(&inner)
    writeInteger(number << 3 | 2)
    writeVarint(UInt64(inner.readableBytes))
    writeImmutableBuffer(inner)
  }
}

/// The bytes are not what the RPC's own messages look like.
struct MalformedHeader: Error, Equatable {}

/// Walks over the fields of one message in place.
struct WireReader {
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field's number and value; nil at the end.
  /// - Throws: `MalformedHeader`.
  mutating func next() throws(MalformedHeader) -> (number: UInt64, value: Value)? {
    guard position < bytes.count else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0: return (tag >> 3, .varint(try varint()))
    case 1: return (tag >> 3, .fixed64(try fixed(UInt64.self)))
    case 2: return (tag >> 3, .bytes(try lengthDelimited()))
    case 5: return (tag >> 3, .fixed32(try fixed(UInt32.self)))
    default: throw MalformedHeader()
    }
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func varint() throws(MalformedHeader) -> UInt64 {
    if position < bytes.count, bytes[position] < 0x80 {
      position += 1
      return UInt64(bytes[position - 1])
    }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw MalformedHeader()
  }

  private mutating func fixed<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(MalformedHeader) -> Number {
    let size = MemoryLayout<Number>.size
    guard bytes.count - position >= size else { throw MalformedHeader() }
    defer { position += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  private mutating func lengthDelimited() throws(MalformedHeader) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - position) else { throw MalformedHeader() }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
  }
}

extension WireReader.Value {
  /// - Throws: `MalformedHeader` when the field holds something else.
  func number() throws(MalformedHeader) -> UInt64 {
    guard case .varint(let value) = self else { throw MalformedHeader() }
    return value
  }

  func fixed() throws(MalformedHeader) -> UInt32 {
    guard case .fixed32(let value) = self else { throw MalformedHeader() }
    return value
  }

  func raw() throws(MalformedHeader) -> UnsafeRawBufferPointer {
    guard case .bytes(let bytes) = self else { throw MalformedHeader() }
    return bytes
  }

  func text() throws(MalformedHeader) -> String {
    guard let text = String(validating: try raw(), as: UTF8.self) else { throw MalformedHeader() }
    return text
  }

  func signed() throws(MalformedHeader) -> Int64 { Int64(bitPattern: try number()) }

  func zigZag() throws(MalformedHeader) -> Int64 {
    let value = try number()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}

extension Int64 {
  /// Protobuf's `sint64`.
  var zigZag: UInt64 { UInt64(bitPattern: self << 1 ^ self >> 63) }
}
