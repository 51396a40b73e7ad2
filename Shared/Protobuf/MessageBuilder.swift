import CProtobufC
import Glibc

/// Fills the fields of one message, by their index in the descriptor.
///
/// A view into a `MessageDraft`: it must not outlive it. Everything handed in is copied. A field
/// set as another kind than its own stops the program. NUL characters are left out of texts,
/// because protobuf-c's texts end at the first one.
package struct MessageBuilder {
  let base: UnsafeMutableRawPointer
  let arena: UnsafeMutablePointer<ArenaState>

  /// A new, empty message.
  init(_ descriptor: MessageDescriptor, in arena: UnsafeMutablePointer<ArenaState>) {
    self.arena = arena
    base = arena.allocate(descriptor.pointer.pointee.sizeof_message)
    protobuf_c_message_init(descriptor.pointer, base)
  }

  package var descriptor: MessageDescriptor { reader.descriptor }

  /// What has been written so far.
  package var reader: MessageReader { MessageReader(base: base) }

  /// The descriptor in place: it is 72 bytes long, and two or three of its members are asked for.
  @inline(__always)
  private func field(
    _ index: Int, _ kind: FieldKind
  ) -> UnsafePointer<ProtobufCFieldDescriptor> {
    let field = reader.field(at: index)
    precondition(FieldKind(field.pointee.type) == kind, "a field is set as what it is")
    return field
  }

  @inline(__always)
  private func set<Value>(_ index: Int, _ kind: FieldKind, _ value: Value) {
    let field = field(index, kind)
    precondition(field.pointee.label != PROTOBUF_C_LABEL_REPEATED, "a repeated field takes a list")
    base.storeBytes(of: value, toByteOffset: Int(field.pointee.offset), as: Value.self)
    if kind != .string, kind != .message {
      base.storeBytes(of: 1, toByteOffset: Int(field.pointee.quantifier_offset), as: Int32.self)
    }
  }

}

/// Singular values: each sets the field of that index, which must be of that kind.
extension MessageBuilder {
  package func setInt64(_ index: Int, _ value: Int64) { set(index, .int64, value) }
  package func setInt32(_ index: Int, _ value: Int32) { set(index, .int32, value) }
  package func setUInt64(_ index: Int, _ value: UInt64) { set(index, .uint64, value) }
  package func setUInt32(_ index: Int, _ value: UInt32) { set(index, .uint32, value) }
  package func setBool(_ index: Int, _ value: Bool) { set(index, .bool, Int32(value ? 1 : 0)) }
  package func setDouble(_ index: Int, _ value: Double) { set(index, .double, value) }
  package func setFloat(_ index: Int, _ value: Float) { set(index, .float, value) }
  package func setEnumeration(_ index: Int, _ value: Int32) { set(index, .enumeration, value) }
  package func setString(_ index: Int, _ value: String) { set(index, .string, copy(value)) }
  package func setBytes(_ index: Int, _ value: [UInt8]) { set(index, .bytes, copy(value)) }

  /// - Parameter utf8: must be UTF-8; it is not checked here.
  package func setString(_ index: Int, utf8: UnsafeRawBufferPointer) {
    set(index, .string, copyText(utf8))
  }

  package func setBytes(_ index: Int, _ value: UnsafeRawBufferPointer) {
    set(index, .bytes, copyData(value))
  }

  package func setMessage(_ index: Int, _ value: some ContractMessage) {
    value.write(to: nested(index))
  }

  /// The builder of the nested message, which is begun if the field is still absent.
  package func nested(_ index: Int) -> MessageBuilder {
    let field = field(index, .message).pointee
    let begun = base.load(fromByteOffset: Int(field.offset), as: UnsafeMutableRawPointer?.self)
    if let begun { return MessageBuilder(begun: begun, in: arena) }
    let nested = MessageBuilder(MessageDescriptor(field.descriptor), in: arena)
    set(index, .message, nested.base)
    return nested
  }

  private init(begun base: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) {
    (self.base, self.arena) = (base, arena)
  }

  /// Takes a value back: the field is absent again, or has its default; a repeated one is empty.
  package func clear(_ index: Int) {
    let field = descriptor.field(index)
    if field.isRepeated {
      base.storeBytes(
        of: 0, toByteOffset: Int(field.pointer.pointee.quantifier_offset), as: Int.self)
      return
    }
    switch field.kind {
    case .string, .message:
      base.storeBytes(
        of: field.pointer.pointee.default_value, toByteOffset: field.offset,
        as: UnsafeRawPointer?.self)
    default:
      let (offset, size) = (field.offset, field.kind.stride)
      if let value = field.pointer.pointee.default_value {
        (base + offset).copyMemory(from: value, byteCount: size)
      } else {
        (base + offset).initializeMemory(as: UInt8.self, repeating: 0, count: size)
      }
      base.storeBytes(
        of: 0, toByteOffset: Int(field.pointer.pointee.quantifier_offset), as: Int32.self)
    }
  }

}

/// One more element of the repeated field of that index, which must be of that kind.
extension MessageBuilder {
  package func addInt64(_ index: Int, _ value: Int64) { add(index, .int64, value) }
  package func addInt32(_ index: Int, _ value: Int32) { add(index, .int32, value) }
  package func addUInt64(_ index: Int, _ value: UInt64) { add(index, .uint64, value) }
  package func addUInt32(_ index: Int, _ value: UInt32) { add(index, .uint32, value) }
  package func addBool(_ index: Int, _ value: Bool) { add(index, .bool, Int32(value ? 1 : 0)) }
  package func addDouble(_ index: Int, _ value: Double) { add(index, .double, value) }
  package func addFloat(_ index: Int, _ value: Float) { add(index, .float, value) }
  package func addEnumeration(_ index: Int, _ value: Int32) { add(index, .enumeration, value) }
  package func addString(_ index: Int, _ value: String) { add(index, .string, copy(value)) }
  package func addBytes(_ index: Int, _ value: [UInt8]) { add(index, .bytes, copy(value)) }

  /// - Parameter utf8: must be UTF-8; it is not checked here.
  package func addString(_ index: Int, utf8: UnsafeRawBufferPointer) {
    add(index, .string, copyText(utf8))
  }

  package func addBytes(_ index: Int, _ value: UnsafeRawBufferPointer) {
    add(index, .bytes, copyData(value))
  }

  /// The builder of a further nested message.
  package func addNested(_ index: Int) -> MessageBuilder {
    let nested = MessageBuilder(
      MessageDescriptor(field(index, .message).pointee.descriptor), in: arena)
    add(index, .message, nested.base)
    return nested
  }

}

/// Many more elements of the repeated field of that index, in their order.
extension MessageBuilder {
  package func addInt64s(_ index: Int, _ values: [Int64]) { addAll(index, .int64, values) }
  package func addInt32s(_ index: Int, _ values: [Int32]) { addAll(index, .int32, values) }
  package func addUInt64s(_ index: Int, _ values: [UInt64]) { addAll(index, .uint64, values) }
  package func addUInt32s(_ index: Int, _ values: [UInt32]) { addAll(index, .uint32, values) }
  package func addDoubles(_ index: Int, _ values: [Double]) { addAll(index, .double, values) }
  package func addFloats(_ index: Int, _ values: [Float]) { addAll(index, .float, values) }
  package func addBools(_ index: Int, _ values: [Bool]) { for v in values { addBool(index, v) } }

  package func addEnumerations(_ index: Int, _ values: [Int32]) {
    addAll(index, .enumeration, values)
  }

  package func addStrings(_ index: Int, _ values: [String]) {
    for value in values { addString(index, value) }
  }

  package func addByteArrays(_ index: Int, _ values: [[UInt8]]) {
    for value in values { addBytes(index, value) }
  }

  package func addMessages<Message: ContractMessage>(_ index: Int, _ values: [Message]) {
    for value in values { value.write(to: addNested(index)) }
  }

}

extension MessageBuilder {
  // MARK: lists

  /// Elements that a list of `count` has room for. Never stored: it follows from the count, so a
  /// list grows exactly when it is empty or its count is a power of two.
  private static func room(for count: Int) -> Int {
    count <= 4 ? 4 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// Where the next `more` elements go; their count is added.
  private func grow(_ index: Int, _ kind: FieldKind, by more: Int) -> UnsafeMutableRawPointer {
    let field = field(index, kind).pointee
    precondition(field.label == PROTOBUF_C_LABEL_REPEATED, "a singular field takes one value")
    let (countOffset, offset) = (Int(field.quantifier_offset), Int(field.offset))
    let count = base.load(fromByteOffset: countOffset, as: Int.self)
    let stride = kind.stride
    var start = base.load(fromByteOffset: offset, as: UnsafeMutableRawPointer?.self)
    if start == nil || count + more > Self.room(for: count) {
      let larger = arena.allocate(Self.room(for: count + more) * stride)
      if let start { larger.copyMemory(from: start, byteCount: count * stride) }
      base.storeBytes(of: larger, toByteOffset: offset, as: UnsafeMutableRawPointer?.self)
      start = larger
    }
    base.storeBytes(of: count + more, toByteOffset: countOffset, as: Int.self)
    return (start ?? base) + count * stride
  }

  private func add<Value>(_ index: Int, _ kind: FieldKind, _ value: Value) {
    grow(index, kind, by: 1).storeBytes(of: value, as: Value.self)
  }

  private func addAll<Value>(_ index: Int, _ kind: FieldKind, _ values: [Value]) {
    guard !values.isEmpty else { return }
    let start = grow(index, kind, by: values.count)
    values.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: start, count: $0.count).copyMemory(from: $0)
    }
  }

  // MARK: copies

  private func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
    let copied = text.utf8.withContiguousStorageIfAvailable { copyText(UnsafeRawBufferPointer($0)) }
    if let copied { return copied }
    var text = text
    return text.withUTF8 { copyText(UnsafeRawBufferPointer($0)) }
  }

  private func copy(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBytes { copyData($0) }
  }

  private func copyText(_ text: UnsafeRawBufferPointer) -> UnsafeMutablePointer<CChar> {
    let memory = arena.allocateCopy(text.count + 1)
    guard let start = text.baseAddress else {
      memory.storeBytes(of: 0, as: UInt8.self)
      return memory.assumingMemoryBound(to: CChar.self)
    }
    var length = text.count
    if memchr(start, 0, length) == nil {
      memory.copyMemory(from: start, byteCount: length)
    } else {
      length = copyWithoutNUL(text, to: memory)
    }
    memory.storeBytes(of: 0, toByteOffset: length, as: UInt8.self)
    return memory.assumingMemoryBound(to: CChar.self)
  }

  private func copyWithoutNUL(
    _ text: UnsafeRawBufferPointer, to memory: UnsafeMutableRawPointer
  ) -> Int {
    var length = 0
    for byte in text where byte != 0 {
      memory.storeBytes(of: byte, toByteOffset: length, as: UInt8.self)
      length += 1
    }
    return length
  }

  private func copyData(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    let memory = arena.allocateCopy(max(bytes.count, 1))
    if let start = bytes.baseAddress { memory.copyMemory(from: start, byteCount: bytes.count) }
    return ProtobufCBinaryData(
      len: bytes.count, data: memory.assumingMemoryBound(to: UInt8.self))
  }
}
