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
    plan.members.withView(only: only) {
      object(reader, $0.own, in: $0, to: &writer)
    }
  }

  /// The named fields of a message, each with its name.
  static func members(
    _ reader: MessageReader, _ plan: MessagePlan, only: Set<String>, to writer: inout JSONWriter
  ) {
    plan.members.withView(only: only) {
      members(reader, $0.own, in: $0, to: &writer)
    }
  }

  /// The elements of a repeated field.
  /// - Parameter only: the names of the elements' fields that are wanted; nil for all.
  static func list(
    _ reader: MessageReader, _ field: MessagePlan.Field, only: Set<String>? = nil,
    to writer: inout JSONWriter
  ) {
    let members = field.nested?.members ?? ReplyMembers(of: [])
    members.withView(only: only) {
      list(reader, ReplyMembers.Member(field), of: $0.own, in: $0, to: &writer)
    }
  }

  // MARK: members

  private typealias Member = ReplyMembers.Member
  private typealias Members = UnsafeBufferPointer<ReplyMembers.Member>

  private static func object(
    _ reader: MessageReader, _ members: Members, in view: ReplyMembers.View,
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    Self.members(reader, members, in: view, to: &writer)
    writer.endObject()
  }

  private static func members(
    _ reader: MessageReader, _ members: Members, in view: ReplyMembers.View,
    to writer: inout JSONWriter
  ) {
    for member in members {
      if member.isRepeated {
        writer.name(json: view.name(of: member))
        list(reader, member, of: view.nested(in: member), in: view, to: &writer)
        continue
      }
      let isAbsent = member.hasPresence && !reader.has(member.index)
      if isAbsent, member.isOmittedWhenAbsent { continue }
      writer.name(json: view.name(of: member))
      isAbsent ? writer.null() : value(reader, member, in: view, to: &writer)
    }
  }

  /// - Parameter members: those of the elements, where these are messages.
  private static func list(
    _ reader: MessageReader, _ member: Member, of members: Members, in view: ReplyMembers.View,
    to writer: inout JSONWriter
  ) {
    writer.beginArray()
    for place in 0..<reader.count(member.index) {
      element(reader, member, place, of: members, in: view, to: &writer)
    }
    writer.endArray()
  }

  // MARK: values

  private static func value(
    _ reader: MessageReader, _ member: Member, in view: ReplyMembers.View,
    to writer: inout JSONWriter
  ) {
    let index = member.index
    switch member.kind {
    case .bool: writer.bool(reader.bool(index))
    case .int64: whole(reader.int64(index), member, to: &writer)
    case .int32: writer.int(Int64(reader.int32(index)))
    case .uint32: writer.int(Int64(reader.uint32(index)))
    case .uint64: writer.int(Int64(clamping: reader.uint64(index)))
    case .enumeration: writer.int(Int64(reader.enumeration(index)))
    case .double: writer.double(reader.double(index))
    case .float: writer.double(Double(reader.float(index)))
    case .bytes: writer.string(Base64.encode(reader.bytes(index)))
    case .string: text(reader.utf8(index), member, to: &writer)
    case .message:
      guard let nested = reader.nested(index) else { return writer.null() }
      object(nested, view.nested(in: member), in: view, to: &writer)
    }
  }

  private static func element(
    _ reader: MessageReader, _ member: Member, _ place: Int, of members: Members,
    in view: ReplyMembers.View, to writer: inout JSONWriter
  ) {
    let index = member.index
    switch member.kind {
    case .bool: writer.bool(reader.bool(index, at: place))
    case .int64: whole(reader.int64(index, at: place), member, to: &writer)
    case .int32: writer.int(Int64(reader.int32(index, at: place)))
    case .uint32: writer.int(Int64(reader.uint32(index, at: place)))
    case .uint64: writer.int(Int64(clamping: reader.uint64(index, at: place)))
    case .enumeration: writer.int(Int64(reader.enumeration(index, at: place)))
    case .double: writer.double(reader.double(index, at: place))
    case .float: writer.double(Double(reader.float(index, at: place)))
    case .bytes: writer.string(Base64.encode(Array(reader.bytesBuffer(index, at: place))))
    case .string: text(reader.utf8(index, at: place), member, to: &writer)
    case .message: object(reader.nested(index, at: place), members, in: view, to: &writer)
    }
  }

  /// A moment that was never set is null.
  private static func whole(_ value: Int64, _ member: Member, to writer: inout JSONWriter) {
    guard member.isTimestamp else { return writer.int(value) }
    guard value != 0 else { return writer.null() }
    Instant(microseconds: value).withRFC3339 { writer.string(utf8: $0) }
  }

  private static func text(
    _ utf8: UnsafeRawBufferPointer?, _ member: Member, to writer: inout JSONWriter
  ) {
    guard let utf8 else { return writer.null() }
    guard member.isJSON else { return writer.string(utf8: utf8) }
    writer.embed(utf8)
  }
}
