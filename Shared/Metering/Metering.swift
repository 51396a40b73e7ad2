import BillingContract
import CommonContract
import Events
import IntegrationContract
import Kernel
import Logging
import Postgres
import Protobuf
import RPC
import Resources

/// Runs work that costs credits: authorised before, charged once its result is saved, released when
/// it fails.
///
/// The call's idempotency key names the work. Result, answer and charge are written by one
/// transaction, so that a repeat under the same key answers the first one's result and costs
/// nothing, wherever the first one was cut off.
package struct Metering: Sendable {
  let database: Database
  let billing: BillingClient
  let time: any TimeSource
  let log: Logger
  let wake: @Sendable () -> Void

  /// - Parameters:
  ///   - database: the service's own schema, which holds `OutboxSchema`.
  ///   - wake: called after a commit that left messages in the outbox: `relay.wake()`.
  package init(
    database: Database, billing: any RPCCaller, time: any TimeSource, log: Logger,
    wake: @escaping @Sendable () -> Void
  ) {
    (self.database, self.billing) = (database, BillingClient(billing))
    (self.time, self.log, self.wake) = (time, log, wake)
  }

  /// Does a piece of work and streams its progress; the last item, phase `DONE`, carries the result
  /// and the credits used.
  /// - Throws: `RPCError`: `.invalidArgument` for a call without an idempotency key,
  ///   `insufficient_credits` as billing says it, and whatever the work's own parts throw; nothing
  ///   is charged then.
  package func run<Request, Input, Output>(
    _ method: StreamMethod<Request, Common.ProgressItem>, _ request: Request,
    _ call: IncomingCall, _ sender: ItemSender<Common.ProgressItem>,
    _ work: PaidWork<Input, Output>
  ) async throws {
    do {
      let keyed = try keyed(method, request, call)
      let done = try await answer(for: keyed, call.deadline)
      try await sender.send(try await done.orElse { try await perform(work, keyed, call, sender) })
    } catch let error as PostgresError {
      throw error.rpcError ?? error
    }
  }

  private func keyed<Request, Item>(
    _ method: StreamMethod<Request, Item>, _ request: Request, _ call: IncomingCall
  ) throws -> KeyedRequest {
    guard let key = call.idempotencyKey, !key.isEmpty else {
      throw RPCError(.invalidArgument, "An idempotency key is needed", reason: "no_key")
    }
    return KeyedRequest(
      account: try call.requireAccount(), method: method.info, key: key, request: request)
  }

  /// What this request was answered before.
  /// - Throws: `RPCError` `.alreadyExists` when its key was used with another request.
  package func answer(
    for request: KeyedRequest, _ deadline: Deadline? = nil
  ) async throws -> Common.ProgressItem? {
    let known = try await IdempotencyKeys.known(request, on: database, deadline: deadline)
    return try known.map { try Common.ProgressItem(decoding: $0) }
  }

  private func perform<Input, Output>(
    _ work: PaidWork<Input, Output>, _ request: KeyedRequest, _ call: IncomingCall,
    _ sender: ItemSender<Common.ProgressItem>
  ) async throws -> Common.ProgressItem {
    try await sender.send(.init(phase: "PREP", percentage: 10, message: "Loading data"))
    switch try await work.load() {
    case .nothing(let result): return .done(result, credits: 0)
    case .work(let input, let charge):
      var hold = try await authorize(charge, request, call)
      do {
        try await sender.send(.init(phase: "AI_CALL", percentage: 25, message: "Asking the AI"))
        let made = try await work.ask(input, hold.id)
        try await sender.send(.init(phase: "PARSE", percentage: 70, message: "Reading the answer"))
        try await sender.send(.init(phase: "SAVE", percentage: 85, message: "Saving the result"))
        while true {
          do {
            return try await save(input, made, work, request, charge, hold, call)
          } catch is HoldGivenBack {
            hold = try await authorize(charge, request, call, after: hold)
          }
        }
      } catch {
        if !error.isOutcomeUnknown { await giveBack(hold, of: request, because: error, call) }
        throw error
      }
    }
  }

  /// Writes result, answer and charge; gives the answer. Of two runs under one key the second gets
  /// the first one's answer.
  /// - Throws: `HoldGivenBack`, and then nothing was written.
  private func save<Input, Output>(
    _ input: Input, _ made: Made<Output>, _ work: PaidWork<Input, Output>,
    _ request: KeyedRequest, _ charge: Charge, _ hold: Billing.Hold, _ call: IncomingCall
  ) async throws -> Common.ProgressItem {
    let credits = try await price(of: made.amount, charge, hold, call)
    let capture = Capture(hold: hold, charge: charge, amount: made.amount, usage: made.usage)
    let answer = try await database.transaction(
      in: .account(request.account), deadline: call.deadline
    ) { transaction in
      try await IdempotencyKeys.once(request, in: transaction) {
        try await keep(hold, of: request, in: transaction)
        let saved = try await work.save(input, made.output, transaction)
        let message = capture.message(of: saved, request, reference: call.context.requestID)
        Outbox.add(saved.messages + [message], in: transaction)
        return Common.ProgressItem.done(saved.result, credits: credits).encoded()
      }
    }
    wake()
    return try Common.ProgressItem(decoding: answer)
  }
}

extension Common.ProgressItem {
  /// The last item of a piece of work.
  package static func done(_ result: String, credits: Int64) -> Common.ProgressItem {
    Common.ProgressItem(
      phase: "DONE", percentage: 100, message: "Done", result: result, creditsUsed: credits)
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func orElse(_ other: () async throws -> Wrapped) async throws -> Wrapped {
    if let self { return self }
    return try await other()
  }
}

extension Error {
  /// The commit may have happened.
  fileprivate var isOutcomeUnknown: Bool { (self as? PostgresError)?.kind == .outcomeUnknown }
}
