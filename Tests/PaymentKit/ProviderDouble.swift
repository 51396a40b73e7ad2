import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Stripe and PayPal on the loopback, as far as they are used (docs/payment-providers.md): their
/// state, their idempotency keys, their errors. A test pays, declines and loses answers.
package final class ProviderDouble: Sendable {
  /// What it lets in; each long enough to be searched for in a log.
  package static let stripeKey = "sk_test_4eC39-of-the-double"
  package static let payPalClient = "client-of-the-double"
  package static let payPalSecret = "EKs3cret-of-the-double"
  package static let payPalToken = "A21AA-token-of-the-double"
  package static let payPalWebhook = "WH-1"

  package struct Call: Sendable {
    package let method: String
    package let path: String
    package let headers: [String: String]
    package let body: String

    /// The fields of a form.
    package var form: [String: String] {
      var fields: [String: String] = [:]
      for pair in body.split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        fields[Self.unescape(parts[0])] = parts.count > 1 ? Self.unescape(parts[1]) : ""
      }
      return fields
    }

    private static func unescape(_ text: Substring) -> String {
      var bytes: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while let byte = rest.popFirst() {
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        if byte == 0x25, let value = UInt8(digits, radix: 16) {
          bytes.append(value)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte == 0x2b ? 0x20 : byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  package struct Answer: Sendable {
    package var status = 200
    package var body: JSONValue
  }

  package struct State {
    package var calls: [Call] = []
    /// What a key was used for, and what it was answered.
    package var keys: [String: (request: String, answer: Answer)] = [:]
    package var stripe = StripeState()
    package var payPal = PayPalState()
    /// So many answers are lost after the work was done.
    package var lostAnswers = 0
    /// So many calls are answered with 503, nothing done.
    package var outages = 0
  }

  package let port: Int
  private let channel: any Channel
  private let box: Box

  fileprivate final class Box: Sendable {
    let state = Mutex(State())
  }

  package static func start() async throws -> ProviderDouble {
    let box = Box()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(box))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return ProviderDouble(channel, box)
  }

  private init(_ channel: any Channel, _ box: Box) {
    (self.channel, self.box) = (channel, box)
    port = channel.localAddress?.port ?? 0
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var calls: [Call] { with { $0.calls } }

  package func with<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
    box.state.withLock { body(&$0) }
  }

  /// The work of the next calls is done, their answers are lost.
  package func loseAnswers(_ count: Int = 1) { with { $0.lostAnswers = count } }
  package func fail(_ count: Int) { with { $0.outages = count } }

  package func stop() async { try? await channel.close() }

  /// - Returns: nil when the answer is lost.
  fileprivate static func answer(_ call: Call, _ state: inout State) -> Answer? {
    state.calls.append(call)
    if state.outages > 0 {
      state.outages -= 1
      return Answer(status: 503, body: .object([]))
    }
    let answer = once(call, &state)
    guard call.path != "/v1/oauth2/token", state.lostAnswers > 0 else { return answer }
    state.lostAnswers -= 1
    return nil
  }

  /// The same key is the same call; with another request it is a mistake.
  private static func once(_ call: Call, _ state: inout State) -> Answer {
    let key = call.headers["idempotency-key"] ?? call.headers["paypal-request-id"]
    guard let key else { return work(call, &state) }
    let request = call.path + "\n" + call.body
    if let known = state.keys[key] {
      guard known.request == request else {
        return StripeState.error(400, "idempotency_error", "Keys can only be used once")
      }
      return known.answer
    }
    let answer = work(call, &state)
    if answer.status < 500 { state.keys[key] = (request, answer) }
    return answer
  }

  private static func work(_ call: Call, _ state: inout State) -> Answer {
    if call.headers["authorization"] == "Bearer \(stripeKey)" { return state.stripe.answer(call) }
    return state.payPal.answer(call)
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let box: Box
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): (self.head, body) = (head, ByteBuffer())
      case .body(var part): body.writeBuffer(&part)
      case .end: if let head { answer(head, context) }
      }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let headers = Dictionary(
        head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
      let call = Call(
        method: head.method.rawValue, path: head.uri, headers: headers,
        body: String(buffer: body))
      guard let answer = box.state.withLock({ ProviderDouble.answer(call, &$0) }) else {
        return context.close(promise: nil)
      }
      let text = answer.body.text
      let response = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status),
        headers: ["content-length": "\(text.utf8.count)", "content-type": "application/json"])
      context.write(wrapOutboundOut(.head(response)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
