import CProtobufC
import Glibc

/// Reads the fields of one decoded message, by their index in the descriptor.
///
/// A view into a `DecodedMessage`: it must not outlive it, and neither may the buffers and nested
/// readers that it hands out. A field read as another kind than its own stops the program.
package struct MessageReader {
  let base: UnsafeRawPointer

  init(base: UnsafeRawPointer) { self.base = base }

  package var descriptor: MessageDescriptor {
    MessageDescriptor(base.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor)
  }

  /// Fields on the wire that the descriptor does not know.
  package var unknownFieldCount: Int {
    Int(base.assumingMemoryBound(to: ProtobufCMessage.self).pointee.n_unknown_fields)
  }

  /// The descriptor in place: it is 72 bytes long, and two or three of its members are asked for.
  @inline(__always)
  func field(at index: Int) -> UnsafePointer<ProtobufCFieldDescriptor> {
    let message = base.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
    guard let message, index >= 0, index < Int(message.pointee.n_fields) else {
      preconditionFailure("no such field")
    }
    return message.pointee.fields + index
  }

  @inline(__always)
  private func field(
    _ index: Int, _ kind: FieldKind
  ) -> UnsafePointer<ProtobufCFieldDescriptor> {
    let field = field(at: index)
    precondition(FieldKind(field.pointee.type) == kind, "a field is read as what it is")
    return field
  }

  @inline(__always)
  private func value<Value>(_ index: Int, _ kind: FieldKind, as type: Value.Type) -> Value {
    base.load(fromByteOffset: Int(field(index, kind).pointee.offset), as: type)
  }

  // MARK: presence and count

  /// Whether the message carries the field; for a repeated one, whether it has elements.
  package func has(_ index: Int) -> Bool {
    let field = field(at: index).pointee
    if field.label == PROTOBUF_C_LABEL_REPEATED { return count(index) > 0 }
    switch field.type {
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE:
      let value = base.load(fromByteOffset: Int(field.offset), as: UnsafeRawPointer?.self)
      return value != nil && value != field.default_value
    default:
      return base.load(fromByteOffset: Int(field.quantifier_offset), as: Int32.self) != 0
    }
  }

  /// Elements of a repeated field.
  package func count(_ index: Int) -> Int {
    let field = field(at: index).pointee
    precondition(field.label == PROTOBUF_C_LABEL_REPEATED, "only repeated fields have a count")
    return base.load(fromByteOffset: Int(field.quantifier_offset), as: Int.self)
  }

}

/// Singular values by the field's index: the field's default where it is absent, else zero.
extension MessageReader {
  package func int64(_ index: Int) -> Int64 { value(index, .int64, as: Int64.self) }
  package func int32(_ index: Int) -> Int32 { value(index, .int32, as: Int32.self) }
  package func uint64(_ index: Int) -> UInt64 { value(index, .uint64, as: UInt64.self) }
  package func uint32(_ index: Int) -> UInt32 { value(index, .uint32, as: UInt32.self) }
  package func bool(_ index: Int) -> Bool { value(index, .bool, as: Int32.self) != 0 }
  package func double(_ index: Int) -> Double { value(index, .double, as: Double.self) }
  package func float(_ index: Int) -> Float { value(index, .float, as: Float.self) }
  package func enumeration(_ index: Int) -> Int32 { value(index, .enumeration, as: Int32.self) }

  /// - Throws: `ProtobufError.notUTF8`.
  package func string(_ index: Int) throws -> String { try optionalString(index) ?? "" }

  package func bytes(_ index: Int) -> [UInt8] { Array(bytesBuffer(index)) }

}

/// Singular values by the field's index, nil where the message does not carry them.
extension MessageReader {
  package func optionalInt64(_ index: Int) -> Int64? { has(index) ? int64(index) : nil }
  package func optionalInt32(_ index: Int) -> Int32? { has(index) ? int32(index) : nil }
  package func optionalUInt64(_ index: Int) -> UInt64? { has(index) ? uint64(index) : nil }
  package func optionalUInt32(_ index: Int) -> UInt32? { has(index) ? uint32(index) : nil }
  package func optionalBool(_ index: Int) -> Bool? { has(index) ? bool(index) : nil }
  package func optionalDouble(_ index: Int) -> Double? { has(index) ? double(index) : nil }
  package func optionalFloat(_ index: Int) -> Float? { has(index) ? float(index) : nil }
  package func optionalEnumeration(_ index: Int) -> Int32? { has(index) ? enumeration(index) : nil }
  package func optionalBytes(_ index: Int) -> [UInt8]? { has(index) ? bytes(index) : nil }

  /// - Throws: `ProtobufError.notUTF8`.
  package func optionalString(_ index: Int) throws -> String? {
    guard let text = value(index, .string, as: UnsafePointer<CChar>?.self) else { return nil }
    return try string(text, index)
  }

  /// The nested message as a value.
  /// - Throws: `ProtobufError.notUTF8`.
  package func message<Message: ContractMessage>(_ index: Int, as type: Message.Type) throws
    -> Message?
  {
    guard let nested = nested(index) else { return nil }
    return try Message(reading: nested)
  }

}

/// Values without a copy: they live as long as the message that is read.
extension MessageReader {
  /// The text's bytes, not checked to be UTF-8; nil where absent without a default.
  package func utf8(_ index: Int) -> UnsafeRawBufferPointer? {
    guard let text = value(index, .string, as: UnsafePointer<CChar>?.self) else { return nil }
    return UnsafeRawBufferPointer(start: text, count: strlen(text))
  }

  package func bytesBuffer(_ index: Int) -> UnsafeRawBufferPointer {
    let data = value(index, .bytes, as: ProtobufCBinaryData.self)
    return UnsafeRawBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
  }

  package func nested(_ index: Int) -> MessageReader? {
    value(index, .message, as: UnsafeRawPointer?.self).map(MessageReader.init(base:))
  }

}

/// All elements of a repeated field, copied.
extension MessageReader {
  package func int64s(_ index: Int) -> [Int64] { array(index, .int64) }
  package func int32s(_ index: Int) -> [Int32] { array(index, .int32) }
  package func uint64s(_ index: Int) -> [UInt64] { array(index, .uint64) }
  package func uint32s(_ index: Int) -> [UInt32] { array(index, .uint32) }
  package func doubles(_ index: Int) -> [Double] { array(index, .double) }
  package func floats(_ index: Int) -> [Float] { array(index, .float) }
  package func enumerations(_ index: Int) -> [Int32] { array(index, .enumeration) }

  package func bools(_ index: Int) -> [Bool] {
    elements(index, .bool, as: Int32.self).map { $0 != 0 }
  }

  /// - Throws: `ProtobufError.notUTF8`.
  package func strings(_ index: Int) throws -> [String] {
    let texts = elements(index, .string, as: UnsafePointer<CChar>.self)
    return try texts.map { try string($0, index) }
  }

  package func byteArrays(_ index: Int) -> [[UInt8]] {
    (0..<count(index)).map { Array(bytesBuffer(index, at: $0)) }
  }

  /// - Throws: `ProtobufError.notUTF8`.
  package func messages<Message: ContractMessage>(_ index: Int, as type: Message.Type) throws
    -> [Message]
  {
    let nested = elements(index, .message, as: UnsafeRawPointer.self)
    return try nested.map { try Message(reading: MessageReader(base: $0)) }
  }

}

/// Single elements of a repeated field; `place` is from 0 and below `count(index)`.
extension MessageReader {
  package func int64(_ index: Int, at place: Int) -> Int64 { element(index, .int64, place) }
  package func int32(_ index: Int, at place: Int) -> Int32 { element(index, .int32, place) }
  package func uint64(_ index: Int, at place: Int) -> UInt64 { element(index, .uint64, place) }
  package func uint32(_ index: Int, at place: Int) -> UInt32 { element(index, .uint32, place) }
  package func double(_ index: Int, at place: Int) -> Double { element(index, .double, place) }
  package func float(_ index: Int, at place: Int) -> Float { element(index, .float, place) }

  package func enumeration(_ index: Int, at place: Int) -> Int32 {
    element(index, .enumeration, place)
  }

  package func bool(_ index: Int, at place: Int) -> Bool {
    element(index, .bool, place) as Int32 != 0
  }

  /// The text's bytes, not checked to be UTF-8.
  package func utf8(_ index: Int, at place: Int) -> UnsafeRawBufferPointer {
    let text: UnsafePointer<CChar> = element(index, .string, place)
    return UnsafeRawBufferPointer(start: text, count: strlen(text))
  }

  package func bytesBuffer(_ index: Int, at place: Int) -> UnsafeRawBufferPointer {
    let data: ProtobufCBinaryData = element(index, .bytes, place)
    return UnsafeRawBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
  }

  package func nested(_ index: Int, at place: Int) -> MessageReader {
    MessageReader(base: element(index, .message, place))
  }

}

extension MessageReader {
  // MARK: how they are reached

  private func elements<Element>(_ index: Int, _ kind: FieldKind, as type: Element.Type)
    -> UnsafeBufferPointer<Element>
  {
    let field = field(index, kind).pointee
    precondition(field.label == PROTOBUF_C_LABEL_REPEATED, "only repeated fields have elements")
    let count = base.load(fromByteOffset: Int(field.quantifier_offset), as: Int.self)
    let start = base.load(fromByteOffset: Int(field.offset), as: UnsafeRawPointer?.self)
    return UnsafeBufferPointer(
      start: start?.assumingMemoryBound(to: type), count: start == nil ? 0 : count)
  }

  private func array<Element>(_ index: Int, _ kind: FieldKind) -> [Element] {
    Array(elements(index, kind, as: Element.self))
  }

  private func element<Element>(_ index: Int, _ kind: FieldKind, _ place: Int) -> Element {
    let elements = elements(index, kind, as: Element.self)
    precondition(place >= 0 && place < elements.count, "no such element")
    return elements[place]
  }

  private func string(_ text: UnsafePointer<CChar>, _ index: Int) throws -> String {
    guard let string = String(validatingCString: text) else {
      throw ProtobufError.notUTF8(field: descriptor.field(index).name)
    }
    return string
  }
}
