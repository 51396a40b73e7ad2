import Kernel
import Postgres
import TestKit

@testable import SimulationKit

/// Draws what is asked next, mostly of rows that are there.
protocol Script {
  var draw: Draw { get }

  /// Tables whose rows have numbers, with the latest.
  static func numbers(_ tables: Tables) -> [String: Int64]

  /// A trip of its own.
  func alone(_ tables: Tables) -> [Call]
  /// How a transaction for an account begins.
  func opening(_ account: Int64, _ tables: Tables) -> [Call]
  /// Whether it goes on after that.
  func goesOn(_ account: Int64, _ tables: Tables, _ transaction: TransactionID) -> Bool
  /// How it goes on.
  /// - Parameter eyes: see what the transaction sees.
  func inside(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> [Call]
}

extension Script {
  /// Asks both the same so many times, with up to two transactions open beside each other.
  func run(on twins: inout Twins, steps: Int) async throws {
    var accounts: [TransactionID: Int64] = [:]
    for _ in 0..<steps {
      draw.tick()
      let open = twins.open
      let chosen = open.isEmpty ? nil : draw.one(of: open)
      switch draw.below(12) {
      case 0...1 where open.count < 2:
        let account = draw.account()
        let calls = opening(account, twins.tables)
        if let id = try await twins.run(calls, .begins(draw.scope(of: account))) {
          accounts[id] = account
          if !goesOn(account, twins.tables, id) { try await twins.end(id) }
        }
      case 2:
        if let chosen { try await twins.end(chosen) }
      case 3...6:
        guard let chosen, let account = accounts[chosen] else { continue }
        let calls = inside(account, twins.tables, frame(of: chosen))
        try await twins.run(calls, .continues(chosen))
      default:
        let calls = alone(twins.tables)
        try await twins.run(calls, .alone(draw.scope(of: draw.account())))
      }
    }
    for id in twins.open { try await twins.end(id) }
  }

  /// As one who sees everything that is committed.
  var onlooker: Frame { frame(of: -1) }

  func frame(of transaction: TransactionID) -> Frame {
    Frame(transaction: transaction, scope: .allAccounts, now: draw.now)
  }
}

/// What a script is made of, from a seed.
final class Draw {
  private static let beginning: Int64 = 1_800_000_000_000_000
  let chance: SeededChance
  private let accounts: Int
  private(set) var now = Instant(microseconds: beginning)
  private var count: Int64 = 0

  init(seed: UInt64, accounts: Int) {
    (chance, self.accounts) = (SeededChance(seed: seed), accounts)
  }

  func tick() { now = now + .seconds(1 + below(3)) }

  func below(_ bound: Int) -> Int { chance.below(bound) }
  func onceIn(_ times: Int) -> Bool { below(times) == 0 }
  func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
  func some<Element>(of elements: [Element]) -> [Element] { elements.filter { _ in onceIn(2) } }
  func account() -> Int64 { Int64(1 + below(accounts)) }
  func maybe(_ value: SQLValue) -> SQLValue { onceIn(2) ? value : .null }
  func number(_ bound: Int) -> SQLValue { .int(below(bound)) }
  func text(_ kind: String, _ bound: Int) -> SQLValue { .text("\(kind)\(below(bound))") }
  func json() -> SQLValue { .json("{\"n\": \(below(9))}") }
  func bytes() -> SQLValue { .bytes([UInt8(below(256)), UInt8(below(256))]) }

  /// No two are the same, so that what comes first is beyond doubt.
  func soon(_ least: Int = -20, _ most: Int = 40) -> Instant {
    count += 1
    return now + .seconds(least + below(most - least)) + .microseconds(count)
  }

  /// Mostly one that shows the account.
  func scope(of account: Int64) -> Scope {
    switch below(16) {
    case 0: .none
    case 1: .account(AccountID(1 + account % Int64(accounts)))
    case 2...8: .allAccounts
    default: .account(AccountID(account))
    }
  }
}
