import Jobs
import Kernel
import Synchronization

/// Looks at everything that is committed and says what is not as it must always be (specifications
/// 04 and 06). It shares no code with the store: it keeps its own sums of what it saw.
final class Judge: Sendable {
  fileprivate struct JobRecord {
    var row: JobRow
    /// The process that claimed it last.
    var holder: Loop.Owner = 0
  }

  fileprivate struct AccountRecord {
    var amounts: Int64 = 0
    var openHolds: Int64 = 0
    var free: Int64 = 0
    var seq: Int64 = 0
    var row: AccountRow?
  }

  fileprivate struct State {
    var jobs: [Int64: JobRecord] = [:]
    var running: [Int64: Int] = [:]
    var openJobs: Set<Int64> = []
    /// How often each piece of work was done, by schema and key.
    var effects: [String: Int] = [:]
    var accounts: [Int64: AccountRecord] = [:]
    var holds: [Int64: HoldRow] = [:]
    var openHolds: Set<Int64> = []
    var deductions: [Int64: Int] = [:]
    /// Paid pieces of work that were done.
    var paid: Set<String> = []
    /// Charges in the outbox that are not made yet, by the message's number: schema and hold.
    var charges: [String: Int64] = [:]
    var consumed: Set<String> = []
  }

  /// Most running jobs of one account.
  static let perAccount = 4

  private let journal: Journal
  private let state = Mutex(State())

  init(journal: Journal) { self.journal = journal }

  /// Jobs that are not over.
  var openJobs: [Int64] { state.withLock { $0.openJobs.sorted() } }
  var openJobCount: Int { state.withLock { $0.openJobs.count } }

  /// All jobs there ever were; their numbers begin with 1.
  var jobCount: Int { state.withLock { $0.jobs.count } }

  func hasAccount(_ account: Int64) -> Bool { state.withLock { $0.accounts[account]?.row != nil } }

  func job(_ id: Int64) -> JobRow? { state.withLock { $0.jobs[id]?.row } }

  /// What a transaction made last.
  func see(_ changes: [Change], in schema: String, by trip: Trip) {
    let faults = state.withLock { state in
      changes.flatMap { state.see($0, in: schema, by: trip) } + state.booksAmiss(after: changes)
    }
    for fault in faults { journal.violated(fault) }
  }

  /// What a crash of the server took back.
  func forget(_ changes: [Change]) {
    state.withLock { state in
      for case .job(let id, let old?, let new) in changes.reversed() {
        state.place(id, from: new, to: old)
        if old.state != .running { state.jobs[id]?.holder = 0 }
      }
    }
  }

  /// What is still under way: empty once everything has come to its end.
  func unfinished() -> [String] {
    state.withLock { state in
      var rest: [String] = []
      if !state.openJobs.isEmpty {
        let first = state.openJobs.sorted().prefix(5).map { id in
          "\(id) \(state.jobs[id]?.row.state.rawValue ?? "")"
        }
        rest.append("\(state.openJobs.count) jobs: \(first.joined(separator: ", "))")
      }
      if !state.openHolds.isEmpty { rest.append("\(state.openHolds.count) holds") }
      if !state.charges.isEmpty { rest.append("\(state.charges.count) charges") }
      return rest
    }
  }

  /// What must hold once nothing is under way any more.
  func close() {
    for fault in state.withLock({ $0.closingFaults() }) { journal.violated(fault) }
  }

  /// For the report.
  var summary: [(String, Int)] {
    state.withLock { state in
      let states = Dictionary(grouping: state.jobs.values, by: \.row.state).mapValues(\.count)
      let holds = Dictionary(grouping: state.holds.values, by: \.state).mapValues(\.count)
      return [
        ("jobs", state.jobs.count), ("jobs succeeded", states[.succeeded] ?? 0),
        ("jobs failed", states[.failed] ?? 0), ("jobs cancelled", states[.cancelled] ?? 0),
        ("effects", state.effects.values.reduce(0, +)), ("holds", state.holds.count),
        ("holds captured", holds["captured"] ?? 0), ("holds released", holds["released"] ?? 0),
        ("holds expired", holds["expired"] ?? 0),
      ]
    }
  }
}

extension Judge.State {
  fileprivate mutating func see(
    _ change: Change, in schema: String, by trip: Trip
  ) -> [String] {
    switch change {
    case .job(let id, let old, let new): return see(job: id, old, new, trip)
    case .effect(let row):
      let name = "\(schema)/\(row.key)"
      effects[name, default: 0] += 1
      if row.hold != 0 { paid.insert(row.key) }
      return effects[name] == 1 ? [] : ["the effect of \(name) happened twice"]
    case .outbox(let id, _, let new): return see(message: "\(schema)/\(id)", new)
    case .entry(let row):
      accounts[row.account, default: .init()].amounts += row.amount
      let seq = accounts[row.account]?.seq ?? 0
      accounts[row.account]?.seq = row.seq
      var faults = row.seq == seq + 1 ? [] : ["entry \(row.seq) follows entry \(seq)"]
      if let hold = row.hold {
        deductions[hold, default: 0] += 1
        if deductions[hold] != 1 { faults.append("hold \(hold) was charged twice") }
      }
      return faults
    case .hold(let id, let old, let new): return see(hold: id, old, new)
    case .lot(_, let old, let new):
      accounts[new.account, default: .init()].free += new.free - (old?.free ?? 0)
      return []
    case .account(_, let new):
      accounts[new.account, default: .init()].row = new
      return []
    case .consumed(let row):
      let isNew = consumed.insert("\(row.consumer)/\(row.event)").inserted
      return isNew ? [] : ["event \(row.event) was consumed twice"]
    case .usage, .key, .subscription: return []
    }
  }

  // MARK: Jobs

  fileprivate mutating func place(_ id: Int64, from old: JobRow?, to new: JobRow) {
    if old?.state == .running { running[new.account, default: 0] -= 1 }
    if new.state == .running { running[new.account, default: 0] += 1 }
    if new.state.isFinal { openJobs.remove(id) } else { openJobs.insert(id) }
    jobs[id, default: .init(row: new)].row = new
  }

  private mutating func see(
    job id: Int64, _ old: JobRow?, _ new: JobRow, _ trip: Trip
  ) -> [String] {
    place(id, from: old, to: new)
    guard let old else { return new.state == .queued ? [] : ["job \(id) began as \(new.state)"] }
    var faults: [String] = []
    func expect(_ isSo: Bool, _ fault: @autoclosure () -> String) {
      if !isSo { faults.append("job \(id) \(fault()), by \(trip.names)") }
    }
    expect(
      old.state == new.state || Self.ways[old.state]?.contains(new.state) ?? false,
      "went from \(old.state) to \(new.state)")
    // A claim may make a job ready that has waited for its time, and take it at once.
    let isClaim = old.state != .running && new.state == .running
    expect(
      new.token == old.token + (isClaim ? 1 : 0), "went from token \(old.token) to \(new.token)")
    expect(new.failures <= new.maxAttempts, "failed \(new.failures) times")
    expect(new.takeovers <= 21, "was taken over \(new.takeovers) times")
    if isClaim {
      jobs[id]?.holder = trip.process
      expect(running[new.account, default: 0] <= Judge.perAccount, "is one too many of its account")
    } else if !Self.isSteering(trip) {
      expect(
        jobs[id]?.holder == trip.process,
        "was written to by process \(trip.process) that does not hold it")
    }
    if new.state == .succeeded, old.state != .succeeded {
      for key in Work.keys(of: id, new) where effects[key] != 1 {
        expect(false, "succeeded without its effect \(key)")
      }
    }
    return faults
  }

  /// What is done to a job by others than its holder.
  private static func isSteering(_ trip: Trip) -> Bool {
    let names = trip.names
    return ["claim.", "queue."].contains { names.contains($0) }
  }

  private static let ways: [JobState: Set<JobState>] = [
    .queued: [.running, .cancelled], .waiting: [.queued, .running, .cancelled],
    .running: [.succeeded, .queued, .waiting, .failed, .cancelled],
    .failed: [.queued], .cancelled: [.queued],
  ]

  // MARK: Charges and credits

  private mutating func see(message name: String, _ row: OutboxRow) -> [String] {
    guard row.route == "call", let hold = Work.hold(in: row.payload) else { return [] }
    if row.parkedAt != nil { return ["the charge \(name) was refused: \(row.error ?? "")"] }
    guard row.doneAt != nil else {
      charges[name] = hold
      return []
    }
    charges[name] = nil
    return holds[hold]?.state == "captured"
      ? [] : ["the charge \(name) counts as made, hold \(hold) is not captured"]
  }

  private mutating func see(hold id: Int64, _ old: HoldRow?, _ new: HoldRow) -> [String] {
    holds[id] = new
    if new.state == "open" { openHolds.insert(id) } else { openHolds.remove(id) }
    let before = old?.state == "open" ? new.credits : 0
    let after = new.state == "open" ? new.credits : 0
    accounts[new.account, default: .init()].openHolds += after - before
    guard let old, old.state != "open" else { return [] }
    return ["hold \(id) went from \(old.state) to \(new.state)"]
  }

  fileprivate func booksAmiss(after changes: [Change]) -> [String] {
    changes.flatMap { change -> [String] in
      guard case .account(_, let row) = change, let record = accounts[row.account] else {
        return []
      }
      var faults: [String] = []
      func expect(_ isSo: Bool, _ what: String) {
        if !isSo { faults.append("account \(row.account): \(what)") }
      }
      expect(row.balance == record.amounts, "balance \(row.balance), entries \(record.amounts)")
      expect(
        row.reserved == record.openHolds, "reserved \(row.reserved), holds \(record.openHolds)")
      expect(row.reserved <= row.balance, "available \(row.balance - row.reserved)")
      expect(
        row.balance - row.reserved == record.free,
        "available \(row.balance - row.reserved), free in lots \(record.free)")
      expect(row.seq == record.seq, "ends at \(row.seq), entries end at \(record.seq)")
      return faults
    }
  }

  fileprivate func closingFaults() -> [String] {
    let captured = holds.filter { $0.value.state == "captured" }
    let charged = Dictionary(grouping: captured.keys.sorted()) { captured[$0]?.reference ?? "" }
    var faults: [String] = []
    for key in paid.sorted() where charged[key]?.count != 1 {
      faults.append("\(key) was done and charged \(charged[key]?.count ?? 0) times")
    }
    for (key, holds) in charged.sorted(by: { $0.key < $1.key }) where !paid.contains(key) {
      faults.append("\(key) was charged by \(holds) and not done")
    }
    for hold in captured.keys.sorted() where deductions[hold] != 1 {
      faults.append("hold \(hold) is captured and was charged \(deductions[hold] ?? 0) times")
    }
    return faults
  }
}
