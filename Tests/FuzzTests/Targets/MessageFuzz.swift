import AuthContract
import CommonContract
import PlannerContract
import Protobuf
import RouteTable
import WriterContract

/// Bytes of a contract's message, through protobuf-c, our arena and the reader. The first line
/// names the message.
enum MessageFuzz {
  /// Every message that a public route carries.
  static let descriptors: [MessageDescriptor] = {
    let carried = Set(Route.all.flatMap { [$0.request, $0.reply] })
    return carried.sorted { $0.fullName < $1.fullName }
  }()

  /// Messages as Swift values, generated code included.
  private static let values:
    [MessageDescriptor: @Sendable (UnsafeRawBufferPointer) throws -> Void] =
      [
        Auth.Session.descriptor: typed(Auth.Session.self),
        Auth.Site.descriptor: typed(Auth.Site.self),
        Auth.RegisterRequest.descriptor: typed(Auth.RegisterRequest.self),
        Planner.Keyword.descriptor: typed(Planner.Keyword.self),
        Planner.Cluster.descriptor: typed(Planner.Cluster.self),
        Planner.Idea.descriptor: typed(Planner.Idea.self),
        Planner.ListKeywordsReply.descriptor: typed(Planner.ListKeywordsReply.self),
        Planner.CreateKeywordRequest.descriptor: typed(Planner.CreateKeywordRequest.self),
        Planner.UpdateKeywordRequest.descriptor: typed(Planner.UpdateKeywordRequest.self),
        Planner.ImportKeywordsReply.descriptor: typed(Planner.ImportKeywordsReply.self),
        Writer.Content.descriptor: typed(Writer.Content.self),
        Writer.Task.descriptor: typed(Writer.Task.self),
        Common.RawBody.descriptor: typed(Common.RawBody.self),
      ]

  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let descriptor = reader.choice(descriptors) { $0.fullName }
    let bytes = reader.remaining
    do {
      let copied = try DecodedMessage(descriptor, bytes).withReader { reader in
        try copy(of: reader, descriptor)
      }
      let again = try copied.withUnsafeBytes { bytes in
        try DecodedMessage(descriptor, bytes).withReader { try copy(of: $0, descriptor) }
      }
      try promise(copied == again, "a copy of \(descriptor.fullName) is not a copy")
    } catch is ProtobufError {}
    try values[descriptor]?(bytes)
  }

  private static func typed<Message: ContractMessage>(
    _ type: Message.Type
  ) -> @Sendable (UnsafeRawBufferPointer) throws -> Void {
    { bytes in
      let message: Message
      do { message = try Message(decoding: bytes) } catch is ProtobufError { return }
      let written = message.encoded()
      let again = try Message(decoding: written).encoded()
      try promise(written == again, "\(Message.descriptor.name) changes when it is written")
    }
  }

  private static func copy(of reader: MessageReader, _ descriptor: MessageDescriptor) throws
    -> [UInt8]
  {
    let draft = MessageDraft(descriptor)
    draft.withBuilder { copy(reader, to: $0) }
    let packed = draft.encoded()
    try promise(
      packed.count == draft.packedSize, "\(descriptor.fullName) is not as long as it says")
    return packed
  }

  /// Field by field, so that every accessor is used.
  private static func copy(_ reader: MessageReader, to builder: MessageBuilder) {
    for field in reader.descriptor.fields where reader.has(field.index) {
      if field.isRepeated {
        for place in 0..<reader.count(field.index) {
          copyElement(reader, field, place, to: builder)
        }
      } else {
        copyValue(reader, field, to: builder)
      }
    }
  }

  private static func copyValue(
    _ reader: MessageReader, _ field: FieldDescriptor, to builder: MessageBuilder
  ) {
    let index = field.index
    switch field.kind {
    case .int32: builder.setInt32(index, reader.int32(index))
    case .int64: builder.setInt64(index, reader.int64(index))
    case .uint32: builder.setUInt32(index, reader.uint32(index))
    case .uint64: builder.setUInt64(index, reader.uint64(index))
    case .bool: builder.setBool(index, reader.bool(index))
    case .double: builder.setDouble(index, reader.double(index))
    case .float: builder.setFloat(index, reader.float(index))
    case .enumeration: builder.setEnumeration(index, reader.enumeration(index))
    case .bytes: builder.setBytes(index, reader.bytesBuffer(index))
    case .string: if let text = reader.utf8(index) { builder.setString(index, utf8: text) }
    case .message: if let nested = reader.nested(index) { copy(nested, to: builder.nested(index)) }
    }
  }

  private static func copyElement(
    _ reader: MessageReader, _ field: FieldDescriptor, _ place: Int, to builder: MessageBuilder
  ) {
    let index = field.index
    switch field.kind {
    case .int32: builder.addInt32(index, reader.int32(index, at: place))
    case .int64: builder.addInt64(index, reader.int64(index, at: place))
    case .uint32: builder.addUInt32(index, reader.uint32(index, at: place))
    case .uint64: builder.addUInt64(index, reader.uint64(index, at: place))
    case .bool: builder.addBool(index, reader.bool(index, at: place))
    case .double: builder.addDouble(index, reader.double(index, at: place))
    case .float: builder.addFloat(index, reader.float(index, at: place))
    case .enumeration: builder.addEnumeration(index, reader.enumeration(index, at: place))
    case .bytes: builder.addBytes(index, Array(reader.bytesBuffer(index, at: place)))
    case .string:
      builder.addString(index, String(decoding: reader.utf8(index, at: place), as: UTF8.self))
    case .message: copy(reader.nested(index, at: place), to: builder.addNested(index))
    }
  }
}
