import EdgeCore
import JSON
import NIOCore
import Protobuf
import RPC
import RouteTable

@testable import EdgeService
@testable import struct EdgeService.Refusal

/// A request's JSON on its way to the wire. The first line names the method of a route.
enum RequestFuzz {
  static let plans = Route.all.filter { $0.verb != .get }.map(RoutePlan.init)

  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let plan = reader.choice(plans) { $0.route.method.fullName }
    guard let encoded = try encode(reader.remaining, plan) else { return }
    let body = try JSONValue(parsing: String(decoding: reader.remaining, as: UTF8.self))
    try promise(Set(encoded.warnings).count <= body.members.count || !body.members.isEmpty, "names")
    let said = try json(encoded.bytes, plan.request)
    let again = try said.text.withBytes { try encode($0, plan) }
    guard let again else { throw BrokenPromise("what was taken is refused: \(said.text)") }
    let saidAgain = try json(again.bytes, plan.request)
    try promise(said == saidAgain, "a request changes: \(said.text) \(saidAgain.text)")
  }

  /// Nil when the request is refused.
  private static func encode(
    _ body: UnsafeRawBufferPointer, _ plan: RoutePlan
  ) throws -> EncodedRequest? {
    let captured = plan.parameters.map { plan.request.fields[$0].kind == .string ? "a" : "7" }
    do {
      return try RequestEncoder.encode(
        plan, captured: captured, query: Query(), content: .json(ByteBuffer(bytes: body)))
    } catch is Refusal {
      return nil
    }
  }

  /// The message as the JSON that asks for the same.
  private static func json(_ bytes: ByteBuffer, _ plan: MessagePlan) throws -> JSONValue {
    let text = try bytes.withUnsafeReadableBytes { bytes in
      try DecodedMessage(plan.descriptor, bytes).withReader { reader in
        var writer = JSONWriter()
        ReplyWriter.object(reader, plan, to: &writer)
        return writer.text
      }
    }
    // Written once more, because a free-form text keeps its own blanks, numbers and repeated names.
    let value = try JSONValue(parsing: text, strictly: !plan.hasFreeForm)
    return try JSONValue(parsing: present(value, plan).text)
  }

  /// Without the fields that are absent, and without the list of those set to null.
  private static func present(_ value: JSONValue, _ plan: MessagePlan) -> JSONValue {
    let members = value.members.compactMap { member -> JSONValue.Member? in
      guard let field = plan.field(named: member.name), field.index != plan.cleared,
        member.value != .null
      else { return nil }
      guard let nested = field.nested else { return member }
      let inner =
        member.value.array.map { .array($0.map { present($0, nested) }) }
        ?? present(member.value, nested)
      return JSONValue.Member(member.name, inner)
    }
    return .object(members)
  }
}

extension MessagePlan {
  /// Whether some field holds whatever JSON somebody likes.
  fileprivate var hasFreeForm: Bool {
    fields.contains { $0.rule.isJSON || $0.nested?.hasFreeForm ?? false }
  }
}

extension String {
  fileprivate func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try Array(utf8).withUnsafeBytes(body)
  }
}
