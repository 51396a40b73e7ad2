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
}

extension FieldKind {
  /// Inlined: most are compared with one kind, which leaves a comparison or two.
  @inline(__always)
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
