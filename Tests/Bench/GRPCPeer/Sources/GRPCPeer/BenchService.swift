import GRPCCore

/// One method that answers 600 bytes to 200, as they are: what protobuf would cost comes on top.
struct BenchService: RegistrableRPCService {
  static let method = MethodDescriptor(fullyQualifiedService: "bench.Bench", method: "Answer")
  static let request = [UInt8](repeating: 1, count: 200)
  static let answer = [UInt8](repeating: 2, count: 600)

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: Self.method, deserializer: RawBytes(), serializer: RawBytes()
    ) { request, _ in
      let single = try await ServerRequest(stream: request)
      guard single.message.count == Self.request.count else {
        throw RPCError(code: .invalidArgument, message: "\(single.message.count) bytes")
      }
      return StreamingServerResponse(single: ServerResponse(message: Self.answer))
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
