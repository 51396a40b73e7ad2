import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Authorise, capture, release, extend.
struct HoldHandlers: Sendable {
  /// Most holds that one call may be about.
  static let largestBatch = 1_000
  static let longestKey = 200

  let ledgers: LedgerStore
  let settings: BillingSettings

  func register(in routes: inout RPCRoutes) {
    routes.answer(BillingMethods.authorize, authorize)
    routes.answer(BillingMethods.authorizeBatch, authorizeBatch)
    routes.answer(BillingMethods.capture, capture)
    routes.answer(BillingMethods.release, release)
    routes.answer(BillingMethods.releaseBatch, releaseBatch)
    routes.answer(BillingMethods.extendHolds, extend)
    routes.answer(BillingMethods.getHold, get)
  }

  // MARK: Authorise

  private func authorize(
    _ request: Billing.AuthorizeRequest, _ call: IncomingCall
  ) async throws -> Billing.Hold {
    let holds = try await place([request], call)
    guard let hold = holds.first else { throw unknownHold }
    return hold
  }

  private func authorizeBatch(
    _ request: Billing.AuthorizeBatchRequest, _ call: IncomingCall
  ) async throws -> Billing.Holds {
    try checkCount(request.items.count, "items")
    return Billing.Holds(holds: try await place(request.items, call))
  }

  /// Holds for all items, or none. The batch lives as long as its longest item asks.
  private func place(
    _ items: [Billing.AuthorizeRequest], _ call: IncomingCall
  ) async throws -> [Billing.Hold] {
    let account = try call.requireAccount()
    for item in items where item.key.isEmpty || item.key.utf8.count > Self.longestKey {
      throw RPCError(field: "key", "A key of 1 to \(Self.longestKey) characters is needed")
    }
    let lifetime = try items.map { try self.lifetime($0.ttlSeconds) }.max()
    let operations = Set(items.map { PriceList.canonical($0.operation) })
    let outcome = try await ledgers.change(
      account, wanted: .keys(items.map(\.key)),
      reading: [(LedgerQueries.prices, [.texts(operations.sorted())])], deadline: call.deadline
    ) { ledger, existing, rows, now -> Result<[Hold], AuthorizeRefusal> in
      let prices = PriceList(try rows[0].map(Price.init(row:)))
      let requests = try items.map { try HoldRequest($0, prices) }
      return Result { () throws(AuthorizeRefusal) in
        try ledger.authorize(
          requests, existing: existing, until: now + (lifetime ?? settings.holdLifetime),
          at: now)
      }
    }
    return try outcome.result.orThrow().map { outcome.stored($0).reply }
  }

  private func lifetime(_ seconds: Int32) throws -> Duration {
    guard seconds >= 0 else { throw RPCError(field: "ttl_seconds", "Must not be negative") }
    return seconds == 0 ? settings.holdLifetime : min(.seconds(seconds), settings.longestHold)
  }

  private func checkCount(_ count: Int, _ field: String) throws {
    guard (1...Self.largestBatch).contains(count) else {
      throw RPCError(field: field, "Between 1 and \(Self.largestBatch) are possible")
    }
  }

  private var unknownHold: RPCError { RPCError(.notFound, "No such hold", reason: "no_hold") }

  // MARK: Capture

  private func capture(
    _ request: Billing.CaptureRequest, _ call: IncomingCall
  ) async throws -> Billing.Captured {
    let account = try call.requireAccount()
    let usage = request.usage ?? Billing.UsageDetails()
    let metadata = try Self.json(usage.metadata)
    let outcome = try await ledgers.change(
      account, wanted: .ids([request.holdID]), deadline: call.deadline
    ) { ledger, holds, _, now -> Result<Capture, CaptureRefusal> in
      guard let hold = holds.first else { throw unknownHold }
      return Result { () throws(CaptureRefusal) in
        try ledger.capture(hold, request.actual, at: now)
      }
    } also: { result, ledger in
      Self.usageCommands(result, usage, metadata, in: ledger)
    }
    let capture = try outcome.result.orThrow()
    let booked =
      outcome.answers.isEmpty
      ? try await bookings(of: capture.hold, account, call.deadline) : outcome.answers
    return Billing.Captured(
      hold: capture.hold.reply,
      transaction: try StoredEntry(row: try booked[1].one()).reply(of: account),
      usageID: try booked[0].one().int(0), charged: capture.charged.value,
      shortfall: capture.shortfall.value, availableCredits: outcome.ledger.available.value)
  }

  /// What an earlier capture of the hold booked: its usage log and its entry.
  private func bookings(
    of hold: Hold, _ account: AccountID, _ deadline: Deadline
  ) async throws -> [Rows] {
    let place: [SQLValue] = [.int(account.value), .text(hold.entryKey)]
    return try await ledgers.database.runAll(
      [(HistoryQueries.usageByKey, place), (HistoryQueries.entryByKey, place)],
      in: .account(account), deadline: deadline)
  }

  /// The usage log of a capture that was booked just now.
  private static func usageCommands(
    _ result: Result<Capture, CaptureRefusal>, _ usage: Billing.UsageDetails, _ metadata: String,
    in ledger: Ledger
  ) -> [Command] {
    guard case .success(let capture) = result, let entry = capture.entry else { return [] }
    let hold = capture.hold
    return [
      (
        LedgerQueries.insertUsage,
        [
          .int(ledger.account.value), .int(entry.seq), .id(hold.id), .text(hold.operation),
          .int(capture.charged.value), .int(capture.shortfall.value), .double(usage.costUsd),
          .text(usage.model), .int(usage.tokensInput), .int(usage.tokensOutput),
          .text(usage.relatedObjectType), .int(usage.relatedObjectID), .id(hold.site),
          .id(hold.user), .json(metadata), .instant(entry.at),
        ]
      ),
      (HistoryQueries.entryBySeq, [.int(ledger.account.value), .int(entry.seq)]),
    ]
  }

  private static func json(_ text: String?) throws -> String {
    guard let text, !text.isEmpty else { return "{}" }
    guard case .object? = try? JSONValue(parsing: text) else {
      throw RPCError(field: "metadata", "Must be a JSON object")
    }
    return text
  }

  // MARK: Release, extend, get

  private func release(
    _ request: Billing.ReleaseRequest, _ call: IncomingCall
  ) async throws -> Billing.Hold {
    let outcome = try await ledgers.change(
      try call.requireAccount(), wanted: .ids([request.holdID]), deadline: call.deadline
    ) { ledger, holds, _, now -> Result<Hold, ReleaseRefusal> in
      guard let hold = holds.first else { throw unknownHold }
      return Result { () throws(ReleaseRefusal) in
        try ledger.release(hold, reason: request.reason, at: now)
      }
    }
    return try outcome.result.orThrow().reply
  }

  private func releaseBatch(
    _ request: Billing.ReleaseBatchRequest, _ call: IncomingCall
  ) async throws -> Billing.Holds {
    try checkCount(request.holdIDs.count, "hold_ids")
    return try await each(request.holdIDs, call) { ledger, hold, now in
      hold.state == .captured
        ? hold : try ledger.release(hold, reason: request.reason, at: now)
    }
  }

  private func extend(
    _ request: Billing.ExtendHoldsRequest, _ call: IncomingCall
  ) async throws -> Billing.Holds {
    try checkCount(request.holdIDs.count, "hold_ids")
    let lifetime = try lifetime(request.ttlSeconds)
    return try await each(request.holdIDs, call) { ledger, hold, now in
      ledger.extend(hold, until: now + lifetime, at: now)
    }
  }

  /// Lets the same thing happen to several holds; unknown ones are left out.
  private func each(
    _ ids: [Int64], _ call: IncomingCall,
    _ step: @escaping @Sendable (inout Ledger, Hold, Instant) throws -> Hold
  ) async throws -> Billing.Holds {
    let outcome = try await ledgers.change(
      try call.requireAccount(), wanted: .ids(ids), deadline: call.deadline
    ) { ledger, holds, _, now in
      try holds.sorted { $0.id < $1.id }.map { try step(&ledger, $0, now) }
    }
    return Billing.Holds(holds: outcome.result.map(\.reply))
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Hold {
    let account = try call.requireAccount()
    let outcome = try await ledgers.change(
      account, wanted: .ids([request.id]), deadline: call.deadline
    ) { ledger, holds, _, now -> Hold in
      guard let hold = holds.first else { throw unknownHold }
      ledger.settle(at: now)
      return ledger.current(hold)
    }
    return outcome.result.reply
  }
}

extension HoldRequest {
  /// Holds the estimate's price, or the ceiling where that is more.
  init(_ item: Billing.AuthorizeRequest, _ prices: PriceList) throws {
    do throws(PriceRefusal) {
      let price = try prices.price(of: item.operation)
      guard item.ceiling <= Price.largestAmount else { throw PriceRefusal.amountTooLarge }
      self.init(
        key: item.key, price: price,
        credits: max(try price.cost(of: item.amount), Credits(item.ceiling)),
        reference: item.reference, site: item.siteID.map { SiteID($0) },
        user: item.userID.map { UserID($0) })
    } catch {
      throw error.rpcError
    }
  }
}

extension Billing.CaptureRequest {
  var actual: ActualCost {
    if let actualAmount { return .amount(actualAmount) }
    return credits.map { .credits(Credits($0)) } ?? .wholeHold
  }
}
