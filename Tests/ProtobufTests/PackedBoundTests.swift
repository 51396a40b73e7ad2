import Protobuf
import RouteTable
import Testing

@Suite("how long a message is at most")
struct PackedBoundTests {
  /// Sets every field to what takes the most bytes on the wire, lists to so many elements.
  private func fill(_ builder: MessageBuilder, elements: Int, text: String) {
    for field in builder.descriptor.fields {
      if field.isRepeated {
        for _ in 0..<elements { add(field, to: builder, elements, text) }
      } else {
        set(field, in: builder, elements, text)
      }
    }
  }

  private func set(
    _ field: FieldDescriptor, in builder: MessageBuilder, _ elements: Int, _ text: String
  ) {
    switch field.kind {
    case .int32: builder.setInt32(field.index, -1)
    case .int64: builder.setInt64(field.index, -1)
    case .uint32: builder.setUInt32(field.index, .max)
    case .uint64: builder.setUInt64(field.index, .max)
    case .bool: builder.setBool(field.index, true)
    case .double: builder.setDouble(field.index, .pi)
    case .float: builder.setFloat(field.index, .pi)
    case .enumeration: builder.setEnumeration(field.index, -1)
    case .string: builder.setString(field.index, text)
    case .bytes: builder.setBytes(field.index, Array(text.utf8))
    case .message: fill(builder.nested(field.index), elements: elements, text: text)
    }
  }

  private func add(
    _ field: FieldDescriptor, to builder: MessageBuilder, _ elements: Int, _ text: String
  ) {
    switch field.kind {
    case .int32: builder.addInt32(field.index, -1)
    case .int64: builder.addInt64(field.index, -1)
    case .uint32: builder.addUInt32(field.index, .max)
    case .uint64: builder.addUInt64(field.index, .max)
    case .bool: builder.addBool(field.index, true)
    case .double: builder.addDouble(field.index, .pi)
    case .float: builder.addFloat(field.index, .pi)
    case .enumeration: builder.addEnumeration(field.index, -1)
    case .string: builder.addString(field.index, text)
    case .bytes: builder.addBytes(field.index, Array(text.utf8))
    case .message: fill(builder.addNested(field.index), elements: elements, text: text)
    }
  }

  @Test(
    "no message of any contract takes more than its bound",
    arguments: [0, 1, 2, 5], ["", "x", "1234567", String(repeating: "x", count: 300)])
  func bound(elements: Int, text: String) {
    let descriptors = Set(Route.all.flatMap { [$0.request, $0.reply] })
    #expect(descriptors.count > 100)
    for descriptor in descriptors {
      let draft = MessageDraft(descriptor)
      #expect(draft.packedSize <= draft.mostPackedBytes)
      draft.withBuilder { fill($0, elements: elements, text: text) }
      #expect(draft.packedSize <= draft.mostPackedBytes, "\(descriptor.fullName)")
    }
  }

  @Test("the bound of a long text is little more than the text")
  func closeness() throws {
    let descriptor = try #require(
      Route.all.map(\.reply).first { $0.fields.contains { $0.kind == .string } })
    let field = try #require(descriptor.fields.first { $0.kind == .string && !$0.isRepeated })
    let draft = MessageDraft(descriptor)
    draft.withBuilder {
      $0.setString(field.index, String(repeating: "x", count: 1 << 20))
    }
    #expect(draft.mostPackedBytes < 1 << 20 + 4096)
  }
}
