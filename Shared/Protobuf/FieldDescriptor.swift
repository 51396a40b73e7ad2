import CProtobufC
import Glibc

/// How a field's values lie in memory; the wire's variants of one number (int64, sint64, fixed64)
/// are one kind.
package enum FieldKind: UInt8, Sendable, Equatable {
  case int32, int64, uint32, uint64, bool, double, float, string, bytes, message
  /// A proto enum, by its number.
  case enumeration
}

/// One field of a message. `@unchecked Sendable`: the descriptor is a constant of the program.
package struct FieldDescriptor: @unchecked Sendable {
  let pointer: UnsafePointer<ProtobufCFieldDescriptor>
  /// The field's place in its message's fields, which are sorted by number.
  package let index: Int

  /// The proto's name, which is also the public JSON's.
  package var name: String { String(cString: pointer.pointee.name) }

  /// The name's UTF-8 bytes; they last as long as the program.
  package var nameUTF8: UnsafeBufferPointer<UInt8> {
    let start = UnsafeRawPointer(pointer.pointee.name).assumingMemoryBound(to: UInt8.self)
    return UnsafeBufferPointer(start: start, count: strlen(pointer.pointee.name))
  }

  /// The number on the wire.
  package var number: Int { Int(pointer.pointee.id) }

  package var isRepeated: Bool { pointer.pointee.label == PROTOBUF_C_LABEL_REPEATED }

  /// Whether absence means something: a singular field without a default of its own.
  package var hasPresence: Bool { !isRepeated && pointer.pointee.default_value == nil }

  /// Where the value lies in the C struct, in bytes.
  package var offset: Int { Int(pointer.pointee.offset) }

  package var kind: FieldKind { FieldKind(pointer.pointee.type) }

  /// The message that a field of kind `message` holds.
  package var message: MessageDescriptor? {
    guard kind == .message, let descriptor = pointer.pointee.descriptor else { return nil }
    return MessageDescriptor(descriptor)
  }

  /// The default of a whole number, a truth value (0, 1) or an enum's number; 0 without one.
  package var defaultInteger: Int64 {
    guard let value = pointer.pointee.default_value else { return 0 }
    switch kind {
    case .int32, .enumeration, .bool: return Int64(value.load(as: Int32.self))
    case .uint32: return Int64(value.load(as: UInt32.self))
    case .int64: return value.load(as: Int64.self)
    case .uint64: return Int64(bitPattern: value.load(as: UInt64.self))
    case .double, .float, .string, .bytes, .message: return 0
    }
  }

  /// The default of a number with a fraction; 0 without one.
  package var defaultDouble: Double {
    guard let value = pointer.pointee.default_value else { return 0 }
    switch kind {
    case .double: return value.load(as: Double.self)
    case .float: return Double(value.load(as: Float.self))
    default: return 0
    }
  }

  /// The default of a text; empty without one.
  package var defaultText: String {
    guard kind == .string, let value = pointer.pointee.default_value else { return "" }
    return String(cString: value.assumingMemoryBound(to: CChar.self))
  }
}

extension FieldKind {
  init(_ type: ProtobufCType) {
    switch type {
    case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32: self = .int32
    case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64: self = .int64
    case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32: self = .uint32
    case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64: self = .uint64
    case PROTOBUF_C_TYPE_BOOL: self = .bool
    case PROTOBUF_C_TYPE_DOUBLE: self = .double
    case PROTOBUF_C_TYPE_FLOAT: self = .float
    case PROTOBUF_C_TYPE_STRING: self = .string
    case PROTOBUF_C_TYPE_BYTES: self = .bytes
    case PROTOBUF_C_TYPE_ENUM: self = .enumeration
    default: self = .message
    }
  }

  /// Bytes of one value in the C struct and in the arrays of repeated fields.
  var stride: Int {
    switch self {
    case .int32, .uint32, .bool, .float, .enumeration: 4
    case .int64, .uint64, .double, .string, .message: 8
    case .bytes: 16
    }
  }
}
