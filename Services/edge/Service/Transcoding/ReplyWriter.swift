import RouteTable
import JSON
import Kernel
import Protobuf
import Cryptography

/// Writes the public JSON of a reply straight from its bytes.
enum ReplyWriter {
  /// One message as an object.
  /// - Parameter only: the names of its fields that are wanted; nil for all.
  static func object(
    _ reader: MessageReader, _ plan: MessagePlan, only: Set<String>? = nil,
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    for field in plan.fields where !field.rule.isHidden {
      if let only, !only.contains(field.name) { continue }
      member(reader, field, to: &writer)
    }
    writer.endObject()
  }

  /// One field with its name.
  static func member(
    _ reader: MessageReader, _ field: MessagePlan.Field, to writer: inout JSONWriter
  ) {
    if field.isRepeated {
      writer.name(quoted: field.quotedName)
      list(reader, field, to: &writer)
      return
    }
    let isAbsent = field.hasPresence && !reader.has(field.index)
    if isAbsent, field.rule.isOmittedWhenAbsent { return }
    writer.name(quoted: field.quotedName)
    isAbsent ? writer.null() : value(reader, field, to: &writer)
  }

  /// The elements of a repeated field.
  static func list(
    _ reader: MessageReader, _ field: MessagePlan.Field, only: Set<String>? = nil,
    to writer: inout JSONWriter
  ) {
    writer.beginArray()
    for place in 0..<reader.count(field.index) {
      element(reader, field, place, only: only, to: &writer)
    }
    writer.endArray()
  }

  private static func value(
    _ reader: MessageReader, _ field: MessagePlan.Field, to writer: inout JSONWriter
  ) {
    let index = field.index
    switch field.kind {
    case .bool: writer.bool(reader.bool(index))
    case .int64: whole(reader.int64(index), field, to: &writer)
    case .int32: writer.int(Int64(reader.int32(index)))
    case .uint32: writer.int(Int64(reader.uint32(index)))
    case .uint64: writer.int(Int64(clamping: reader.uint64(index)))
    case .enumeration: writer.int(Int64(reader.enumeration(index)))
    case .double: writer.double(reader.double(index))
    case .float: writer.double(Double(reader.float(index)))
    case .bytes: writer.string(Base64.encode(reader.bytes(index)))
    case .string: text(reader.utf8(index), field, to: &writer)
    case .message:
      guard let nested = reader.nested(index), let plan = field.nested else { return writer.null() }
      object(nested, plan, to: &writer)
    }
  }

  private static func element(
    _ reader: MessageReader, _ field: MessagePlan.Field, _ place: Int, only: Set<String>?,
    to writer: inout JSONWriter
  ) {
    let index = field.index
    switch field.kind {
    case .bool: writer.bool(reader.bool(index, at: place))
    case .int64: whole(reader.int64(index, at: place), field, to: &writer)
    case .int32: writer.int(Int64(reader.int32(index, at: place)))
    case .uint32: writer.int(Int64(reader.uint32(index, at: place)))
    case .uint64: writer.int(Int64(clamping: reader.uint64(index, at: place)))
    case .enumeration: writer.int(Int64(reader.enumeration(index, at: place)))
    case .double: writer.double(reader.double(index, at: place))
    case .float: writer.double(Double(reader.float(index, at: place)))
    case .bytes: writer.string(Base64.encode(Array(reader.bytesBuffer(index, at: place))))
    case .string: text(reader.utf8(index, at: place), field, to: &writer)
    case .message:
      guard let plan = field.nested else { return writer.null() }
      object(reader.nested(index, at: place), plan, only: only, to: &writer)
    }
  }

  /// A moment that was never set is null.
  private static func whole(
    _ value: Int64, _ field: MessagePlan.Field, to writer: inout JSONWriter
  ) {
    guard field.rule.isTimestamp else { return writer.int(value) }
    value == 0 ? writer.null() : writer.string(Instant(microseconds: value).rfc3339)
  }

  private static func text(
    _ utf8: UnsafeRawBufferPointer?, _ field: MessagePlan.Field, to writer: inout JSONWriter
  ) {
    guard let utf8 else { return writer.null() }
    guard field.rule.isJSON else { return writer.string(utf8: utf8) }
    writer.embed(utf8)
  }
}
