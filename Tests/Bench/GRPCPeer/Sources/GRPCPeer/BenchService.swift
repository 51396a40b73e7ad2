import GRPCCore

/// Answers as many bytes as the other servers do, to the same request; as they are: what protobuf
/// would cost comes on top.
struct BenchService: RegistrableRPCService {
  private static let method = MethodDescriptor(
    fullyQualifiedService: "bench.Bench", method: "Answer")
  /// The last field of a request for a mebibyte: `credits_used` is 1 << 20.
  private static let asksForMore: [UInt8] = [5 << 3, 0x80, 0x80, 0x40]
  private static let short = [UInt8](repeating: 2, count: 569)
  private static let long = [UInt8](repeating: 2, count: 1_048_846)

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: Self.method, deserializer: RawBytes(), serializer: RawBytes()
    ) { request, _ in
      let single = try await ServerRequest(stream: request)
      let answer = single.message.suffix(4) == Self.asksForMore[...] ? Self.long : Self.short
      return StreamingServerResponse(single: ServerResponse(message: answer))
    }
  }
}

/// Messages that are their own bytes.
struct RawBytes: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
    bytes.withUnsafeBytes { Array($0) }
  }
}
