import BillingContract
import Kernel
import Logging
import RPC

extension Metering {
  /// Keys tried for one piece of work before it is given up.
  private static let mostTries = 100

  /// A hold that is open. A key whose hold is over (an earlier try failed, or took too long) is
  /// followed by `key#2`, `key#3`, ….
  /// - Throws: `RPCError`, `insufficient_credits` among others.
  package func authorize(
    _ charge: Charge, key: String, _ call: IncomingCall
  ) async throws -> Billing.Hold {
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
      guard Task.isCancelled else { return hold }
      await release(hold, because: CancellationError(), call)
      throw CancellationError()
    }
    throw RPCError(.failedPrecondition, "The work was tried too often", reason: "too_many_tries")
  }

  /// Gives a hold back; when that fails too, the hold expires by itself.
  package func release(
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
