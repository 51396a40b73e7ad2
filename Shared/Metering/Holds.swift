import BillingContract
import Events
import Kernel
import Logging
import Postgres
import RPC

/// Another run under the same key gave the hold back meanwhile.
struct HoldGivenBack: Error {}

extension Metering {
  /// Keys tried for one piece of work before it is given up.
  private static let mostTries = 100

  /// A hold that is open. A key whose hold is over (an earlier try failed, or took too long) is
  /// followed by `key#2`, `key#3`, ….
  /// - Parameter last: a hold of the same work that was given back, be it still open.
  /// - Throws: `RPCError`, `insufficient_credits` among others.
  func authorize(
    _ charge: Charge, _ work: KeyedRequest, _ call: IncomingCall, after last: Billing.Hold? = nil
  ) async throws -> Billing.Hold {
    let key = work.key
    for number in 1...Self.mostTries {
      let request = Billing.AuthorizeRequest(
        operation: charge.operation, amount: charge.amount,
        key: number == 1 ? key : "\(key)#\(number)",
        reference: charge.reference, siteID: charge.site?.value,
        userID: call.context.user?.value)
      let outgoing = call.outgoingInternal(timeout: .seconds(10))
      // Heard to its end though the work be cancelled: an unknown hold cannot be given back.
      let hold = try await Task { try await billing.authorize(request, outgoing) }.value
      guard hold.state == "open" else { continue }
      if let last, hold.id <= last.id {
        await release(hold, because: HoldGivenBack(), call)
        continue
      }
      guard Task.isCancelled else { return hold }
      await giveBack(hold, of: work, because: CancellationError(), call)
      throw CancellationError()
    }
    throw RPCError(.failedPrecondition, "The work was tried too often", reason: "too_many_tries")
  }

  // Runs under one key share its hold: a call that was given up may still be at work when it is
  // made again. Whether the hold pays for a result or is given back is decided once, by the first
  // to write it down in the service's own database.
  private static let kept: [UInt8] = [1]
  private static let givenBack: [UInt8] = [0]

  private func fate(of hold: Billing.Hold, _ work: KeyedRequest) -> KeyedRequest {
    KeyedRequest(account: work.account, method: "metering.hold", key: "\(hold.id)", hash: 0)
  }

  /// Lets the hold pay for what the transaction saves.
  /// - Throws: `HoldGivenBack`, and then the transaction must be rolled back.
  func keep(
    _ hold: Billing.Hold, of work: KeyedRequest, in transaction: Transaction
  ) async throws {
    let fate = try await IdempotencyKeys.once(fate(of: hold, work), in: transaction) { Self.kept }
    if fate != Self.kept { throw HoldGivenBack() }
  }

  /// Gives a hold back, unless it pays for a result that another run has saved. When that cannot be
  /// found out, the hold expires by itself.
  func giveBack(
    _ hold: Billing.Hold, of work: KeyedRequest, because error: any Error, _ call: IncomingCall
  ) async {
    let fate = await Task {
      do { return try await givenBack(hold, of: work) } catch {
        log.warning(
          "whether a hold pays was not found out, it will expire",
          metadata: ["hold": "\(hold.id)", "error": "\(error)"])
        return Self.kept
      }
    }.value
    if fate == Self.givenBack { await release(hold, because: error, call) }
  }

  private func givenBack(_ hold: Billing.Hold, of work: KeyedRequest) async throws -> [UInt8] {
    let limit = database.deadline(in: .seconds(5))
    return try await database.transaction(in: .account(work.account), deadline: limit) {
      try await IdempotencyKeys.once(fate(of: hold, work), in: $0) { Self.givenBack }
    }
  }

  /// Tells billing; when that fails too, the hold expires by itself.
  private func release(
    _ hold: Billing.Hold, because error: any Error, _ call: IncomingCall
  ) async {
    var outgoing = call.outgoingInternal()
    outgoing.deadline = Deadline(in: .seconds(5), of: time)
    let request = Billing.ReleaseRequest(
      holdID: hold.id, reason: (error as? RPCError)?.message ?? "The work failed")
    await Task { [outgoing] in
      do { _ = try await billing.release(request, outgoing) } catch {
        log.warning(
          "a hold was not released and will expire",
          metadata: ["hold": "\(hold.id)", "error": "\(error)"])
      }
    }.value
  }

  /// What the capture will charge.
  func price(
    of amount: Int64?, _ charge: Charge, _ hold: Billing.Hold, _ call: IncomingCall
  ) async throws -> Int64 {
    guard let amount, amount != charge.amount else { return hold.credits }
    let quotes = try await billing.quoteAll(
      Billing.QuoteAllRequest(items: [.init(operation: charge.operation, amount: amount)]),
      call.outgoingInternal(timeout: .seconds(10)))
    return min(hold.credits, quotes.items.first?.cost ?? hold.credits)
  }
}
