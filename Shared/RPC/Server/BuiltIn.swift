import NIOCore

/// The methods that every server answers, without a context: igny8.rpc.v1.Server.
package enum BuiltIn {
  private static let service = "igny8.rpc.v1.Server"

  /// Whether the server takes calls; `igny8.rpc.v1.HealthReply`.
  package static let health = MethodInfo(
    service: service, name: "Health", idempotency: .noSideEffects, timeout: .seconds(2),
    minimumRole: .anyone)
  /// What the server answers; `igny8.rpc.v1.MethodListing`.
  package static let listMethods = MethodInfo(
    service: service, name: "ListMethods", idempotency: .noSideEffects, timeout: .seconds(2),
    minimumRole: .anyone)

  /// The answer of `health`.
  package static func healthReply(isServing: Bool, inFlight: Int) -> ByteBuffer {
    var reply = ByteBuffer()
    reply.writeField(1, varint: isServing ? 1 : 0)
    reply.writeField(2, varint: UInt64(inFlight))
    return reply
  }

  /// The answer of `listMethods`.
  package static func listing(of routes: RPCRoutes) -> ByteBuffer {
    var reply = ByteBuffer()
    let methods = routes.routes.values.map(\.info).sorted { $0.fullName < $1.fullName }
    for method in methods {
      reply.writeField(1) { entry in
        entry.writeField(1, text: method.service)
        entry.writeField(2, text: method.name)
        entry.writeField(3, fixed32: method.number)
        if method.isStream { entry.writeField(4, varint: 1) }
      }
    }
    return reply
  }
}

/// What a client learns from `BuiltIn.health`.
package struct ServerHealth: Sendable, Equatable {
  package var isServing = false
  /// Handlers running.
  package var inFlight = 0
}

/// One line of a server's method listing.
package struct ListedMethod: Sendable, Equatable {
  package var service = ""
  package var name = ""
  package var number: UInt32 = 0
  package var isStream = false
}

extension RPCCaller {
  /// Asks the server how it is.
  /// - Throws: `RPCError`.
  package func health(_ call: OutgoingCall) async throws -> ServerHealth {
    let reply = try await self.call(BuiltIn.health, ByteBuffer(), call)
    var health = ServerHealth()
    try reply.withFields { number, value in
      switch number {
      case 1: health.isServing = try value.number() == 1
      case 2: health.inFlight = Int(clamping: try value.number())
      default: break
      }
    }
    return health
  }

  /// Asks the server what it answers.
  /// - Throws: `RPCError`.
  package func listMethods(_ call: OutgoingCall) async throws -> [ListedMethod] {
    let reply = try await self.call(BuiltIn.listMethods, ByteBuffer(), call)
    var methods: [ListedMethod] = []
    try reply.withFields { number, value in
      if number == 1 { methods.append(try ListedMethod(reading: value.raw())) }
    }
    return methods
  }
}

extension ListedMethod {
  fileprivate init(reading bytes: UnsafeRawBufferPointer) throws(MalformedHeader) {
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: service = try value.text()
      case 2: name = try value.text()
      case 3: self.number = try value.fixed()
      case 4: isStream = try value.number() == 1
      default: break
      }
    }
  }
}

extension ByteBuffer {
  /// Walks over the fields of a message of the RPC's own.
  /// - Throws: `.internal` when the bytes are none.
  fileprivate func withFields(_ body: (UInt64, WireReader.Value) throws -> Void) throws {
    do {
      try withUnsafeReadableBytes { bytes in
        var reader = WireReader(bytes)
        while let (number, value) = try reader.next() { try body(number, value) }
      }
    } catch {
      throw RPCError(.internal, "The server's answer makes no sense", reason: "undecodable")
    }
  }
}
