import Kernel
import NIOCore
import RPC
import Testing

@Suite("who may call what", .timeLimit(.minutes(10)))
struct GateTests {
  private static func context(
    _ actor: CallContext.Actor, _ role: Role = .systemBot, suspended: Bool = false,
    off: [String] = []
  ) -> CallContext {
    CallContext(
      requestID: "r", actor: actor, account: AccountID(1), role: role,
      accountSuspended: suspended, modulesOff: off)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let least: MinimumRole
    let context: CallContext
    let refusal: RPCCode?

    var testDescription: String { "\(least) asked by \(context.actor) \(context.role)" }
  }

  static let cases = [
    Case(least: .anyone, context: context(.anonymous), refusal: nil),
    Case(least: .anyone, context: context(.user, .viewer), refusal: nil),
    Case(least: .role(.viewer), context: context(.anonymous), refusal: .unauthenticated),
    Case(least: .role(.viewer), context: context(.user, .viewer), refusal: nil),
    Case(least: .role(.viewer), context: context(.apiKey), refusal: .permissionDenied),
    Case(least: .role(.systemBot), context: context(.apiKey), refusal: nil),
    Case(least: .role(.editor), context: context(.user, .viewer), refusal: .permissionDenied),
    Case(least: .role(.editor), context: context(.user, .owner), refusal: nil),
    Case(least: .role(.developer), context: context(.user, .owner), refusal: .permissionDenied),
    Case(least: .role(.developer), context: context(.user, .developer), refusal: nil),
    Case(least: .role(.developer), context: context(.job), refusal: nil),
    Case(least: .role(.owner), context: context(.service), refusal: nil),
    Case(least: .internal, context: context(.job), refusal: nil),
    Case(least: .internal, context: context(.service), refusal: nil),
    Case(least: .internal, context: context(.user, .developer), refusal: .permissionDenied),
    Case(least: .internal, context: context(.anonymous), refusal: .permissionDenied),
  ]

  @Test("the minimum role decides", arguments: cases)
  func roles(_ row: Case) {
    let method = Methods.info("Any", role: row.least)
    #expect(Gate().refusal(of: method, for: row.context)?.error.code == row.refusal)
  }

  @Test("a module that is switched off refuses with its name")
  func moduleOff() {
    let method = Methods.info("Any", module: "planner")
    let gate = Gate()
    let refusal = gate.refusal(of: method, for: Self.context(.user, .owner, off: ["planner"]))
    #expect(refusal?.error.details.reason == "module_off")
    #expect(refusal?.error.message.contains("planner") == true)
    #expect(gate.refusal(of: method, for: Self.context(.user, .owner, off: ["writer"])) == nil)
  }

  @Test("a suspended account may read, and write only where the method says so")
  func suspended() {
    let context = Self.context(.user, .owner, suspended: true)
    let gate = Gate()
    let read = Methods.info("Read", .noSideEffects)
    #expect(gate.refusal(of: read, for: context) == nil)
    for idempotency in [Idempotency.idempotent, .keyed, .unsafe] {
      let write = Methods.info("Write", idempotency, role: .role(.viewer))
      #expect(gate.refusal(of: write, for: context)?.error.details.reason == "suspended")
      let pay = Methods.info("Pay", idempotency, role: .role(.viewer), whileSuspended: true)
      #expect(gate.refusal(of: pay, for: context) == nil)
      let join = Methods.info("Join", idempotency, role: .anyone)
      #expect(gate.refusal(of: join, for: context) == nil)
    }
  }

  @Test("the server applies the checks and counts each refusal")
  func counted() async throws {
    var routes = RPCRoutes()
    let owners = Methods.info("Owners", .unsafe, role: .role(.owner))
    let planner = Methods.info("Planner", .unsafe, role: .role(.viewer), module: "planner")
    for method in [owners, planner] { routes.handleRaw(method) { body, _ in body } }
    try await World.with(routes) { world in
      let client = try world.client()
      let contexts: [(MethodInfo, CallContext)] = [
        (owners, Self.context(.user, .editor)),
        (planner, Self.context(.user, .editor, off: ["planner"])),
        (planner, Self.context(.user, .editor, suspended: true)),
      ]
      for (method, context) in contexts {
        let caught = await code {
          _ = try await client.call(method, ByteBuffer(), world.outgoing(context))
        }
        #expect(caught == .permissionDenied)
      }
      let figures = world.server.counters.figures
      #expect(figures.refused == [.role: 1, .moduleOff: 1, .suspended: 1])
      #expect(figures.started == 0)
    }
  }

  @Test("a context signed with another key is refused, before and after a genuine one")
  func forged() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes) { world in
      let forger = try world.client(key: [UInt8](repeating: 4, count: 32))
      let honest = try world.client()
      for _ in 0..<2 {
        let caught = await code {
          _ = try await forger.call(Methods.echo, ByteBuffer(), world.outgoing())
        }
        #expect(caught == .unauthenticated)
        _ = try await honest.call(Methods.echo, ByteBuffer(), world.outgoing())
      }
      #expect(world.server.counters.figures.refused == [.badContext: 2])
    }
  }
}

@Suite("signed contexts")
struct ContextTests {
  private let signer = ContextSigner(key: World.key)

  static let contexts = [
    CallContext(requestID: "", actor: .anonymous),
    CallContext(requestID: "r", actor: .user, sites: []),
    CallContext(
      requestID: "räq", actor: .apiKey, account: AccountID(.max), user: UserID(-1),
      role: .developer, sites: [SiteID(1), SiteID(300)], accountSuspended: true,
      modulesOff: ["a", "b"], address: "::1"),
  ]

  @Test("a context survives signing and verifying", arguments: contexts)
  func roundTrip(_ context: CallContext) throws {
    #expect(try signer.verify(signer.sign(context)) == context)
  }

  @Test("the example of the wire format's description is what goes over the wire")
  func example() {
    let signed = ContextSigner(key: [UInt8](repeating: 3, count: 32)).sign(.user)
    let bytes = "0a0272311001180720092a06656469746f723801"
    let signature = "1dddf944d743c2de31802526434089286ee1a8ae11f3a702854b3670e9053200"
    #expect(Self.hex(signed.bytes) == bytes)
    #expect(Self.hex(signed.signature) == signature)
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("a change of any byte is noticed", arguments: contexts)
  func tampering(_ context: CallContext) {
    let signed = signer.sign(context)
    for index in signed.bytes.indices {
      var bytes = signed.bytes
      bytes[index] ^= 1
      let forged = SignedContext(bytes: bytes, signature: signed.signature)
      #expect(throws: RPCError.self) { try signer.verify(forged) }
    }
    for index in signed.signature.indices {
      var signature = signed.signature
      signature[index] ^= 0x80
      let forged = SignedContext(bytes: signed.bytes, signature: signature)
      #expect(throws: RPCError.self) { try signer.verify(forged) }
    }
  }
}
