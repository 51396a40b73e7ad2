import AsyncHTTPClient
import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What an HTTP request came to.
struct OutboundAnswer: Sendable {
  let status: Int
  let retryAfter: Duration?
  let body: [UInt8]
}

/// HTTP to addresses that users gave. A name is resolved first, the address that it has must be
/// allowed, and the connection goes to the very address that was looked at, so that a name cannot
/// be one thing when it is checked and another when it is called. Redirects are not followed.
final class OutboundHTTP: Sendable {
  private struct Pin: Hashable {
    let host: String
    let address: String
  }

  private struct Connections {
    let client: HTTPClient
    var uses = 0
  }

  private struct State {
    var clients: [Pin: Connections] = [:]
    /// Least recently used first.
    var order: [Pin] = []

    /// The client that nobody uses for longest, when there are more than `most`.
    mutating func retired(most: Int) -> HTTPClient? {
      guard order.count > most,
        let place = order.firstIndex(where: { clients[$0]?.uses == 0 })
      else { return nil }
      return clients.removeValue(forKey: order.remove(at: place))?.client
    }
  }

  /// Connections are kept for so many hosts.
  private static let mostClients = 32

  private let settings: OutboundSettings
  private let loops: any EventLoopGroup
  private let time: any TimeSource
  private let state = Mutex(State())

  init(settings: OutboundSettings, loops: any EventLoopGroup, time: any TimeSource) {
    (self.settings, self.loops, self.time) = (settings, loops, time)
  }

  /// Sends one request and takes the whole answer.
  /// - Throws: `AIFailure`.
  func send(
    _ method: HTTPMethod, _ url: OutboundURL, path: String = "",
    headers: [(String, String)] = [], body: [UInt8] = [], maxBytes: Int, within limit: Duration
  ) async throws -> OutboundAnswer {
    let until = NIODeadline.now() + .nanoseconds(limit.microseconds * 1_000)
    let pin = try await pin(url)
    var request = HTTPClientRequest(url: url.text + path)
    request.method = method
    request.headers = HTTPHeaders(headers)
    if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
    let client = borrow(pin)
    defer { giveBack(pin) }
    do {
      return try await exchange(request, with: client, maxBytes, until)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw NIODeadline.now() >= until ? AIFailure.timedOut : Self.failure(error)
    }
  }

  /// The client's own deadline ends where the answer's body begins; this one does not.
  private func exchange(
    _ request: HTTPClientRequest, with client: HTTPClient, _ maxBytes: Int, _ until: NIODeadline
  ) async throws -> OutboundAnswer {
    let exchange = Task { [time] in
      let response = try await client.execute(request, deadline: until)
      let collected = try await response.body.collect(upTo: maxBytes)
      return OutboundAnswer(
        status: Int(response.status.code),
        retryAfter: RetryAfter.duration(response.headers.first(name: "retry-after"), time.now()),
        body: Array(collected.readableBytesView))
    }
    let alarm = loops.next().scheduleTask(deadline: until) { exchange.cancel() }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      try await exchange.value
    } onCancel: {
      exchange.cancel()
    }
  }

  /// Whether a URL may be called; looks its name up.
  /// - Throws: `AIFailure.forbiddenAddress` or `.unreachable`.
  func check(_ url: OutboundURL) async throws { _ = try await pin(url) }

  /// Closes what is open.
  func close() async {
    let clients = state.withLock { state in
      defer { state = State() }
      return state.clients.values.map(\.client)
    }
    for client in clients { try? await client.shutdown() }
  }

  private static func failure(_ error: any Error) -> AIFailure {
    switch error {
    case let error as HTTPClientError:
      let isLate = [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error)
      return isLate ? .timedOut : .unreachable
    case is NIOTooManyBytesError: return .tooLarge
    default: return .unreachable
    }
  }

  // MARK: Addresses

  private func pin(_ url: OutboundURL) async throws -> Pin {
    let addresses = try await resolve(url)
    guard let first = addresses.first, let address = first.ipAddress else {
      throw AIFailure.unreachable
    }
    let isListed =
      settings.allowedHosts.contains(url.host) || settings.allowedHosts.contains(url.authority)
    guard isListed || addresses.allSatisfy(AddressRule.allows) else {
      throw AIFailure.forbiddenAddress
    }
    return Pin(host: url.host, address: address)
  }

  private func resolve(_ url: OutboundURL) async throws -> [SocketAddress] {
    if let literal = try? SocketAddress(ipAddress: url.host, port: url.port) { return [literal] }
    do {
      return try await NIOThreadPool.singleton.runIfActive {
        [try SocketAddress.makeAddressResolvingHost(url.host, port: url.port)]
      }
    } catch {
      throw AIFailure.unreachable
    }
  }

  // MARK: Clients

  /// The client whose connections for that host go to that address.
  private func borrow(_ pin: Pin) -> HTTPClient {
    let (client, retired) = state.withLock { state -> (HTTPClient, HTTPClient?) in
      state.order.removeAll { $0 == pin }
      state.order.append(pin)
      var connections = state.clients[pin] ?? Connections(client: make(pin))
      connections.uses += 1
      state.clients[pin] = connections
      return (connections.client, state.retired(most: Self.mostClients))
    }
    shutDown(retired)
    return client
  }

  private func giveBack(_ pin: Pin) {
    let retired = state.withLock { state -> HTTPClient? in
      state.clients[pin]?.uses -= 1
      return state.retired(most: Self.mostClients)
    }
    shutDown(retired)
  }

  private func shutDown(_ client: HTTPClient?) {
    guard let client else { return }
    Task { try? await client.shutdown() }
  }

  private func make(_ pin: Pin) -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.dnsOverride = pin.host == pin.address ? [:] : [pin.host: pin.address]
    configuration.timeout.connect = .nanoseconds(settings.connectTimeout.microseconds * 1_000)
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    return HTTPClient(eventLoopGroupProvider: .shared(loops), configuration: configuration)
  }
}
