import BillingContract
import Events
import IntegrationContract
import JSON
import Kernel
import RPC

/// A charge to be made once the result is saved: written to the outbox with it.
struct Capture {
  static let kind = "billing.capture"

  let hold: Billing.Hold
  let charge: Charge
  let amount: Int64?
  let usage: Integration.Usage?

  func message(of saved: Saved, _ request: KeyedRequest, reference: String) -> OutboxMessage {
    let usage = usage ?? Integration.Usage()
    let payload: JSONValue = [
      "hold_id": .int(hold.id), "amount": .int(amount ?? charge.amount),
      "model": .string(usage.model), "tokens_input": .int(usage.tokensInput),
      "tokens_output": .int(usage.tokensOutput), "cost_micros": .int(usage.costMicros),
      "related_type": .string(saved.relatedType),
      "related_id": saved.relatedID.map { .int($0) } ?? .null,
      "metadata": [
        "provider": .string(usage.provider), "prompt_version": .int(usage.promptVersion),
        "ai_task_log_id": .int(usage.logID), "key": .string(request.key),
        "request_id": .string(reference),
      ],
    ]
    return .call(
      Self.kind, account: request.account, payload: payload.text,
      key: "\(request.method)/\(request.key)")
  }
}

extension Billing.CaptureRequest {
  /// Reads what `Capture.message` wrote.
  init(payload: String) throws {
    let payload = try JSONValue(parsing: payload)
    let usage = Billing.UsageDetails(
      model: payload["model"]?.string ?? "", tokensInput: payload["tokens_input"]?.int ?? 0,
      tokensOutput: payload["tokens_output"]?.int ?? 0,
      costUsd: Double(payload["cost_micros"]?.int ?? 0) / 1_000_000,
      relatedObjectType: payload["related_type"]?.string ?? "",
      relatedObjectID: payload["related_id"]?.int, metadata: payload["metadata"]?.text)
    self.init(
      holdID: payload["hold_id"]?.int ?? 0, actualAmount: payload["amount"]?.int, usage: usage)
  }
}

extension Metering {
  /// What the service's `OutboxRelay` does with the charges that `run` leaves in the outbox:
  /// `handlers: Metering.handlers(billing: …, time: …)`.
  package static func handlers(
    billing: any RPCCaller, time: any TimeSource
  ) -> [String: OutboxRelay.Handler] {
    let billing = BillingClient(billing)
    return [
      Capture.kind: { message in
        let context = CallContext(
          requestID: "capture-\(message.id)", actor: .service, account: message.account)
        _ = try await billing.capture(
          Billing.CaptureRequest(payload: message.payload),
          OutgoingCall(context: context, deadline: Deadline(in: .seconds(10), of: time)))
      }
    ]
  }
}
