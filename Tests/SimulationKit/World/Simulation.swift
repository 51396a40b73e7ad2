import BillingContract
import BillingService
import Events
import Jobs
import Kernel
import Metering
import Postgres
import RPC
import Synchronization
import TestKit

/// How large a simulation is and what is wrong with it.
package struct SimulationPlan: Sendable {
  package var seed: UInt64
  /// Durable writes and messages after which nothing new is begun and nothing goes wrong any more.
  package var operations: Int
  /// A fault built into the store, which must be found.
  package var sabotage: Sabotage?
  /// In this time everything must have come to its end once nothing goes wrong any more.
  package var patience: Duration = .seconds(7_200)

  package init(seed: UInt64, operations: Int, sabotage: Sabotage? = nil) {
    (self.seed, self.operations, self.sabotage) = (seed, operations, sabotage)
  }
}

/// Customers, workers, makers and the keepers of credits over one store and one network, all of
/// them simulated around the product's own code.
package final class Simulation: Sendable {
  private struct State {
    var processes: [Slot: Process] = [:]
    var lastOwner: Loop.Owner = 0
    var names: [Loop.Owner: String] = [:]
    var isBusy = true
    /// Processes that do not reach the store.
    var cutFromStore: Set<Loop.Owner> = []
    var verdict: String?
  }

  static let slots: [Slot] = [
    Slot(role: .customer, number: 1), Slot(role: .worker, number: 1),
    Slot(role: .worker, number: 2), Slot(role: .worker, number: 3),
    Slot(role: .maker, number: 1), Slot(role: .maker, number: 2),
    Slot(role: .billing, number: 1), Slot(role: .billing, number: 2),
  ]

  package let plan: SimulationPlan
  package let journal: Journal
  let loop: Loop
  let judge: Judge
  let faults: Faults
  private let state = Mutex(State())
  private let parts = Mutex<(store: Store, network: Network)?>(nil)

  /// - Parameter print: is given every line of the journal.
  package init(_ plan: SimulationPlan, print: (@Sendable (String) -> Void)? = nil) {
    self.plan = plan
    loop = Loop(seed: plan.seed)
    journal = Journal(loop: loop, print: print)
    judge = Judge(journal: journal)
    faults = Faults(loop: loop)
  }

  /// New work is begun.
  var isBusy: Bool { state.withLock { $0.isBusy } }

  func hasCredits(_ account: Int64) -> Bool { judge.hasAccount(account) }

  // MARK: Running

  /// Runs the whole simulation on this thread.
  package func run() {
    let network = Network(loop: loop, journal: journal, faults: faults) { [weak self] role in
      self?.directory(role) ?? []
    }
    let store = Store(
      loop: loop, world: self, schemas: ["automation", "planner", "billing"],
      sabotage: plan.sabotage)
    parts.withLock { $0 = (store, network) }
    for slot in Self.slots { start(slot) }
    loop.run { isOver }
    if journal.violation == nil { judge.close() }
    parts.withLock { $0 = nil }
  }

  private var isOver: Bool {
    if journal.violation != nil { return true }
    if isBusy, journal.operations >= plan.operations { calmDown() }
    return state.withLock { $0.verdict != nil }
  }

  /// Ends the faults and the new work; what is under way gets time to end.
  private func calmDown() {
    journal.note("calm")
    state.withLock { ($0.isBusy, $0.cutFromStore) = (false, []) }
    faults.stop()
    network?.mendAll()
    waitForEnd(until: loop.now + plan.patience)
  }

  private func waitForEnd(until limit: Duration) {
    loop.schedule(in: .seconds(10), for: 0) { [self] in
      let rest = judge.unfinished()
      if rest.isEmpty { return audit() }
      if loop.now > limit {
        journal.violated("not at its end: \(rest.joined(separator: "; "))")
        return
      }
      waitForEnd(until: limit)
    }
  }

  /// The product's own audit has the last word on the credits.
  private func audit() {
    guard let billing = state.withLock({ $0.processes[Slot(role: .billing, number: 1)] }) else {
      return
    }
    let database = database(of: billing, schema: "billing")
    loop.schedule(in: .zero, for: billing.owner) { [self] in
      Task { [self] in
        do {
          let found = try await LedgerAudit(database: database).verify(nil)
          for fault in found.faults { journal.violated("ledger: \(fault.rule) \(fault.message)") }
          journal.note("audit of \(found.accounts) accounts, \(found.entries) entries")
          journal.count("entries audited", Int(found.entries))
        } catch {
          journal.violated("the audit failed: \(error)")
        }
        state.withLock { $0.verdict = "done" }
      }
    }
  }

  // MARK: Processes

  private var network: Network? { parts.withLock { $0?.network } }
  private var store: Store? { parts.withLock { $0?.store } }

  private func directory(_ role: Role) -> [(Slot, Process?)] {
    state.withLock { state in
      Self.slots.filter { $0.role == role }.map { ($0, state.processes[$0]) }
    }
  }

  private func start(_ slot: Slot) {
    let process = state.withLock { state -> Process in
      state.lastOwner += 1
      let process = Process(
        owner: state.lastOwner, slot: slot,
        time: SimulatedTime(
          loop: loop, owner: state.lastOwner,
          skew: faults.between(.milliseconds(-1_500), .milliseconds(1_500)),
          start: faults.between(.zero, .seconds(100_000))),
        chance: SeededChance(seed: loop.draw()))
      state.processes[slot] = process
      state.names[state.lastOwner] = process.name
      return process
    }
    journal.note("\(process.name) starts")
    loop.schedule(in: .zero, for: process.owner) { [self] in begin(process) }
  }

  private func begin(_ process: Process) {
    switch process.slot.role {
    case .customer: beginCustomer(process)
    case .worker: beginWorker(process)
    case .maker: beginMaker(process)
    case .billing: beginBilling(process)
    }
  }

  private func database(of process: Process, schema: String) -> Database {
    guard let store, var settings = try? DatabaseSettings(url: "", schema: schema) else {
      preconditionFailure("a process starts before its world")
    }
    settings.applicationName = process.name
    let sessions = SimulatedSessions(
      store: store, process: process.owner, schema: schema, time: process.time
    ) { [faults] in faults.latencyOfStore() }
    return Database(engine: sessions, settings: settings, time: process.time)
  }

  private func caller(_ process: Process, _ role: Role) -> any RPCCaller {
    guard let network else { preconditionFailure("a process starts before its world") }
    return network.caller(from: process, to: role)
  }

  private func queue(of process: Process) -> JobQueue {
    JobQueue(
      database: database(of: process, schema: "automation"), redis: nil, time: process.time,
      chance: process.chance, log: quietLog)
  }

  private func beginCustomer(_ process: Process) {
    let customer = Customer(
      process: process, queue: queue(of: process), billing: caller(process, .billing),
      simulation: self)
    Task { await customer.run() }
  }

  private func beginWorker(_ process: Process) {
    let handlers = WorkHandlers(
      process: process, database: database(of: process, schema: "automation"),
      makers: caller(process, .maker))
    let runner = JobRunner(
      queue: queue(of: process), handlers: handlers.all, concurrency: 12)
    Task { await runner.run() }
  }

  private func beginMaker(_ process: Process) {
    let database = database(of: process, schema: "planner")
    let billing = caller(process, .billing)
    let relay = OutboxRelay(
      database: database, redis: nil,
      handlers: Metering.handlers(billing: billing, time: process.time), time: process.time,
      chance: process.chance, log: quietLog)
    let metering = Metering(
      database: database, billing: billing, time: process.time, log: quietLog,
      wake: { relay.wake() })
    process.serve(MakerService(process: process, metering: metering).routes)
    Task { await relay.run() }
  }

  private func beginBilling(_ process: Process) {
    let service = BillingService(
      settings: BillingSettings(), database: database(of: process, schema: "billing"),
      time: process.time, log: quietLog)
    process.serve(service.routes)
    Task { await service.sweeper.run() }
  }

  /// Ends a process as `kill -9` does; another one takes its place after a while.
  private func kill(_ owner: Loop.Owner, _ why: String) {
    guard
      let process = state.withLock({ state in
        state.processes.values.first { $0.owner == owner }
      })
    else { return }
    journal.note("\(process.name) dies \(why)")
    journal.count("kills")
    state.withLock { state in
      state.processes[process.slot] = nil
      state.cutFromStore.remove(owner)
    }
    loop.kill(owner)
    network?.drop(owner)
    // The server may notice late: until then the locks of the dead are held.
    loop.schedule(in: faults.detection(), for: 0) { [self] in store?.drop(owner) }
    loop.schedule(in: faults.between(.milliseconds(10), .seconds(3)), for: 0) { [self] in
      start(process.slot)
    }
  }

  // MARK: Misfortune

  /// Something goes wrong, once in so many operations.
  private func tempt() {
    guard faults.happens(onceIn: 105) else { return }
    loop.schedule(in: .zero, for: 0) { [self] in strike() }
  }

  private func strike() {
    guard isBusy, let victim = anyProcess() else { return }
    switch faults.below(20) {
    case 0..<8: kill(victim.owner, "by chance")
    case 8..<10: freeze(victim)
    case 10..<12: freeze(anyProcess(.worker) ?? victim)
    case 12..<15: cutFromPeer(victim)
    case 15..<17: cutFromStore(victim)
    case 17, 18: turnClock(of: victim)
    default: crashStore()
    }
  }

  private func anyProcess(_ role: Role? = nil) -> Process? {
    let slots = Self.slots.filter { role == nil || $0.role == role }
    let slot = slots[faults.below(slots.count)]
    return state.withLock { $0.processes[slot] }
  }

  private func freeze(_ process: Process) {
    let duration = faults.between(.milliseconds(10), .seconds(12))
    journal.note("\(process.name) stands still for \(duration)")
    journal.count("standstills")
    loop.freeze(process.owner, for: duration)
  }

  private func cutFromPeer(_ process: Process) {
    let peer = Self.slots[faults.below(Self.slots.count)]
    journal.note("\(process.name) and \(peer.name) are cut off")
    journal.count("network cuts")
    network?.cut(process.slot, peer)
    loop.schedule(in: faults.between(.milliseconds(50), .seconds(20)), for: 0) { [self] in
      network?.mend(process.slot, peer)
    }
  }

  private func cutFromStore(_ process: Process) {
    journal.note("\(process.name) is cut off from the store")
    journal.count("store cuts")
    state.withLock { _ = $0.cutFromStore.insert(process.owner) }
    loop.schedule(in: faults.between(.milliseconds(50), .seconds(10)), for: 0) { [self] in
      state.withLock { _ = $0.cutFromStore.remove(process.owner) }
    }
  }

  private func turnClock(of process: Process) {
    let skew = faults.between(.seconds(-300), .seconds(300))
    journal.note("\(process.name)'s clock is wrong by \(skew)")
    journal.count("wrong clocks")
    process.time.set(skew: skew)
    loop.schedule(in: faults.between(.seconds(1), .seconds(20)), for: 0) {
      process.time.set(skew: .zero)
    }
  }

  private func crashStore() {
    journal.note("the store crashes")
    journal.count("store crashes")
    store?.crash()
  }
}

extension Simulation: StoreWorld {
  private func name(_ owner: Loop.Owner) -> String { state.withLock { $0.names[owner] ?? "" } }

  package func dies(_ process: Loop.Owner, before trip: Trip) -> Bool {
    guard faults.happens(onceIn: 4_000) else { return false }
    journal.count("deaths before a write")
    kill(process, "before \(trip.names)")
    return true
  }

  package func dies(_ process: Loop.Owner, after trip: Trip) -> Bool {
    guard faults.happens(onceIn: 2_500) else { return false }
    journal.count("deaths after a write")
    kill(process, "after \(trip.names)")
    return true
  }

  package func failure(before trip: Trip) -> PostgresError? {
    let isCut = state.withLock { $0.cutFromStore.contains(trip.process) }
    guard isCut || faults.happens(onceIn: 1_500) else { return nil }
    journal.count("connections lost before")
    return PostgresError(.unavailable, "the connection broke")
  }

  package func failure(after trip: Trip) -> PostgresError? {
    guard faults.happens(onceIn: 1_000) else { return nil }
    journal.count("outcomes unknown")
    let isTimeout = trip.request.place == .alone && faults.below(2) == 0
    return PostgresError(isTimeout ? .timedOut : .outcomeUnknown, "the connection broke")
  }

  package func delayOfNotification(to process: Loop.Owner) -> Duration? {
    let isCut = state.withLock { $0.cutFromStore.contains(process) }
    if isCut || faults.happens(onceIn: 50) { return nil }
    return faults.latencyOfStore()
  }

  package func committed(_ changes: [Change], in schema: String, by trip: Trip) {
    journal.operation("\(name(trip.process)) wrote \(changes.count) in \(schema): \(trip.names)")
    judge.see(changes, in: schema, by: trip)
    tempt()
  }

  package func forgot(_ changes: [Change], in schema: String, of process: Loop.Owner) {
    journal.note("forgotten in \(schema): \(changes.count) of \(name(process))")
    judge.forget(changes)
  }
}
