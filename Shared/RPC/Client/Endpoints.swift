import Kernel
import NIOCore

/// The addresses of a service with what is known about each, and the choice among them. Pure but
/// for the connections it holds.
struct Endpoints {
  struct Endpoint {
    let address: SocketAddress
    var breaker: Breaker
    /// Why the last connection was refused; nil when that was not why it failed.
    var refusal: String?
    /// One for each event loop, made when first needed.
    var connections: [ClientConnection?]

    /// Calls on their way over all connections.
    var inFlight: Int { connections.reduce(0) { $0 + ($1?.inFlight ?? 0) } }

    func usable(at position: Int) -> ClientConnection? {
      guard let connection = connections[position], connection.isUsable else { return nil }
      return connection
    }
  }

  enum Choice {
    case use(ClientConnection)
    /// To be dialled; the connection goes to `connections[position]` of the endpoint. The call need
    /// not wait for that when another endpoint is open.
    case dial(index: Int, meanwhile: ClientConnection?)
    /// No endpoint can be had before then.
    case wait(until: Duration)
    /// All endpoints are known to be down.
    case down(until: Duration)
  }

  private(set) var all: [Endpoint] = []

  /// What the names stand for now: known endpoints stay as they are.
  /// - Returns: connections to endpoints that are gone.
  mutating func resolved(
    _ addresses: [SocketAddress], breaker: Breaker, slots: Int
  ) -> [ClientConnection] {
    let gone = all.filter { !addresses.contains($0.address) }
    all = addresses.map { address in
      all.first { $0.address == address }
        ?? Endpoint(
          address: address, breaker: breaker, connections: Array(repeating: nil, count: slots))
    }
    return gone.flatMap { $0.connections.compactMap { $0 } }
  }

  /// Power of two choices (Mitzenmacher, 2001): of two endpoints at random the less busy one.
  mutating func choose(position: Int, now: Duration, chance: any Chance) -> Choice {
    var ready: [Int] = []
    var soonest: Duration?
    var later = Duration.seconds(Int64.max / 4)
    for index in all.indices {
      if let connection = all[index].usable(at: position),
        connection.isOpen || !all[index].breaker.isProbing
      {
        ready.append(index)
        continue
      }
      var breaker = all[index].breaker
      switch breaker.asked(now: now) {
      case .go: ready.append(index)
      case .wait(let until): soonest = min(soonest ?? until, until)
      case .no(let until): later = min(later, until)
      }
    }
    guard !ready.isEmpty else { return soonest.map { .wait(until: $0) } ?? .down(until: later) }
    let index = lessBusy(of: ready, chance: chance)
    if let connection = all[index].usable(at: position) {
      if connection.isOpen { return .use(connection) }
      return .use(open(among: ready, at: position, chance: chance) ?? connection)
    }
    _ = all[index].breaker.asked(now: now)
    return .dial(index: index, meanwhile: open(among: ready, at: position, chance: chance))
  }

  private func open(
    among ready: [Int], at position: Int, chance: any Chance
  ) -> ClientConnection? {
    let open = ready.filter { all[$0].usable(at: position)?.isOpen ?? false }
    guard !open.isEmpty else { return nil }
    return all[lessBusy(of: open, chance: chance)].usable(at: position)
  }

  private func lessBusy(of ready: [Int], chance: any Chance) -> Int {
    guard ready.count > 1 else { return ready[0] }
    let first = chance.below(ready.count)
    let second = (first + 1 + chance.below(ready.count - 1)) % ready.count
    let (left, right) = (ready[first], ready[second])
    return all[left].inFlight <= all[right].inFlight ? left : right
  }

  mutating func connect(_ index: Int, position: Int, _ connection: ClientConnection) {
    all[index].connections[position] = connection
  }

  mutating func heard(
    _ news: ConnectionNews, of address: SocketAddress, now: Duration, chance: any Chance
  ) {
    guard let index = all.firstIndex(where: { $0.address == address }) else { return }
    switch news {
    case .opened:
      all[index].breaker.succeeded()
      all[index].refusal = nil
    case .failed:
      all[index].breaker.failed(now: now, chance: chance)
      all[index].refusal = nil
    case .refused(let why):
      all[index].breaker.refused(now: now, chance: chance)
      all[index].refusal = why
    case .left: break
    }
  }

  var connections: [ClientConnection] { all.flatMap { $0.connections.compactMap { $0 } } }
}
