import Kernel
import NIOCore
import RPC
import Synchronization

/// Carries calls between simulated processes: late, out of order, twice or not at all.
final class Network: Sendable {
  private struct State {
    /// Calls under way, by number.
    var exchanges: [Int: Exchange] = [:]
    var lastExchange = 0
    /// Pairs of places that do not hear of each other.
    var cuts: Set<Set<Slot>> = []
  }

  let loop: Loop
  let journal: Journal
  let faults: Faults
  private let directory: @Sendable (Role) -> [(Slot, Process?)]
  private let state = Mutex(State())

  /// - Parameter directory: who runs in the places of a role.
  init(
    loop: Loop, journal: Journal, faults: Faults,
    directory: @escaping @Sendable (Role) -> [(Slot, Process?)]
  ) {
    (self.loop, self.journal, self.faults, self.directory) = (loop, journal, faults, directory)
  }

  /// Calls of one process to the processes of a role.
  func caller(from process: Process, to role: Role) -> any RPCCaller {
    SimulatedCaller(network: self, process: process, role: role)
  }

  // MARK: Faults

  func cut(_ one: Slot, _ other: Slot) { state.withLock { _ = $0.cuts.insert([one, other]) } }
  func mend(_ one: Slot, _ other: Slot) { state.withLock { _ = $0.cuts.remove([one, other]) } }
  func mendAll() { state.withLock { $0.cuts = [] } }

  private func isCut(_ exchange: Exchange) -> Bool {
    state.withLock { $0.cuts.contains([exchange.caller.slot, exchange.callee]) }
  }

  /// A process is gone: its peers notice sooner or later.
  func drop(_ owner: Loop.Owner) {
    let exchanges = state.withLock { state in
      state.exchanges.sorted { $0.key < $1.key }.map(\.value)
    }
    for exchange in exchanges {
      if exchange.server?.owner == owner { breakOff(exchange) }
      if exchange.caller.owner == owner {
        cancelWork(of: exchange)
        forget(exchange)
      }
    }
  }

  // MARK: Calls

  func begin(
    _ process: Process, _ role: Role, _ method: MethodInfo, _ body: ByteBuffer,
    _ call: OutgoingCall, isStream: Bool
  ) -> Exchange {
    let places = directory(role)
    let (slot, server) = places[faults.below(places.count)]
    let exchange = state.withLock { state in
      state.lastExchange += 1
      let exchange = Exchange(
        number: state.lastExchange, caller: process, callee: slot, method: method, body: body,
        call: call, isStream: isStream, network: self)
      state.exchanges[state.lastExchange] = exchange
      return exchange
    }
    loop.schedule(in: call.deadline.left(of: process.time), for: process.owner) { [self] in
      fail(exchange, RPCError(.deadlineExceeded, "The deadline has passed"))
      cancelWork(of: exchange)
    }
    guard let server, server.transport != nil else {
      let refusal = RPCError(.unavailable, "No connection", details: .init(), isUnstarted: true)
      loop.schedule(in: faults.latency(), for: process.owner) { [self] in fail(exchange, refusal) }
      return exchange
    }
    exchange.server = server
    send(exchange, to: server)
    return exchange
  }

  private func send(_ exchange: Exchange, to server: Process) {
    switch faults.fateOfRequest() {
    case .arrives: deliver(exchange, to: server)
    case .arrivesTwice:
      journal.count("requests that came twice")
      deliver(exchange, to: server)
      deliver(exchange, to: server)
    case .isLost:
      journal.count("requests that were lost")
      // Nobody hears of it, or the connection breaks with it.
      if faults.below(2) == 0 { breakOff(exchange) }
    }
  }

  private func deliver(_ exchange: Exchange, to server: Process) {
    loop.schedule(in: faults.latency(), for: server.owner) { [self] in
      if isCut(exchange) { return breakOff(exchange) }
      journal.operation(
        "\(exchange.number) \(exchange.caller.name) → \(server.name) \(exchange.method.name)")
      exchange.answer(by: server)
    }
  }

  /// What a server sends goes to the caller, in the order in which it was sent.
  func bring(_ message: Exchange.Message, of exchange: Exchange) {
    if faults.losesReply() {
      journal.count("answers that were lost")
      cancelWork(of: exchange)
      return breakOff(exchange)
    }
    let delay = exchange.inOrder(faults.latency(), at: loop.now)
    loop.schedule(in: delay, for: exchange.caller.owner) { [self] in
      if isCut(exchange) { return breakOff(exchange) }
      guard exchange.take(message) else { return }
      journal.operation("\(exchange.number) \(message.name) → \(exchange.caller.name)")
      if exchange.isOver { forget(exchange) }
    }
  }

  /// The caller hears that the connection broke.
  private func breakOff(_ exchange: Exchange) {
    let lost = RPCError(.unavailable, "The connection was lost")
    loop.schedule(in: faults.detection(), for: exchange.caller.owner) { [self] in
      fail(exchange, lost)
    }
  }

  func fail(_ exchange: Exchange, _ error: RPCError) {
    _ = exchange.take(.end(error))
    forget(exchange)
  }

  /// Tells the server that nobody waits any more.
  func cancelWork(of exchange: Exchange) {
    guard let server = exchange.server else { return }
    loop.schedule(in: faults.latency(), for: server.owner) { exchange.cancelWork() }
  }

  private func forget(_ exchange: Exchange) {
    state.withLock { _ = $0.exchanges.removeValue(forKey: exchange.number) }
  }
}
