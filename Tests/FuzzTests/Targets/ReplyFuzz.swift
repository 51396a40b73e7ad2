import EdgeCore
import JSON
import NIOCore
import Protobuf
import RPC
import RouteTable

@testable import EdgeService

/// A service's reply on its way to the client's JSON. The first line names the method of a route,
/// the second is the request's query.
enum ReplyFuzz {
  private static let plans = Route.all.map(RoutePlan.init)

  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let plan = reader.choice(plans) { $0.route.method.fullName }
    let query = Query(parsing: String(decoding: reader.line(), as: UTF8.self))
    let reply = ByteBuffer(bytes: reader.remaining)
    let envelope = Envelope(
      plan: plan, requestID: "r", warnings: ["odd"], query: query, address: "https://a.example/")
    do {
      let body = try envelope.body(reply)
      guard let text = String(validating: body, as: UTF8.self) else {
        throw BrokenPromise("an answer is not UTF-8")
      }
      let json = try JSONValue(parsing: text, strictly: false)
      try promise(json["success"] == true, "an answer's envelope")
      try checkMessage(reply, plan.reply)
    } catch is ProtobufError {
    } catch let fault as JSONFault {
      throw BrokenPromise("an answer is no JSON: \(fault)")
    }
  }

  /// The message's own JSON can be read back into the same message, unless a rule for requests
  /// refuses a value. Null, which also stands for what should be JSON and is not and for a number
  /// that is none, is read as the field's absence: such an answer may change once, and then no
  /// more.
  private static func checkMessage(_ reply: ByteBuffer, _ plan: MessagePlan) throws {
    let written = try reply.withUnsafeReadableBytes { bytes in
      try DecodedMessage(plan.descriptor, bytes).withReader { json($0, plan) }
    }
    try promise(!written.contains(0x0a) && !written.contains(0x0d), "an event breaks its line")
    guard let again = try readBack(written, plan) else { return }
    if again != written, plan.mayBeNull {
      guard let settled = try readBack(again, plan) else { return }
      try promise(settled == again, "an answer settles: \(String(decoding: again, as: UTF8.self))")
      return
    }
    try promise(
      again == written,
      """
      an answer changes: \(String(decoding: written, as: UTF8.self))
      into: \(String(decoding: again, as: UTF8.self))
      """)
  }

  /// What is written of the message that this JSON makes; nil when a rule refuses it.
  private static func readBack(_ text: [UInt8], _ plan: MessagePlan) throws -> [UInt8]? {
    var reader = RequestReader(plan)
    let draft = MessageDraft(plan.descriptor)
    return try draft.withBuilder { builder in
      try text.withUnsafeBytes { try reader.read($0, into: builder) }
      if let cleared = plan.cleared { builder.clear(cleared) }
      guard reader.faults.isEmpty, plan.cleared == nil else { return nil }
      try promise(reader.warnings.isEmpty, "the answer has names that nobody knows")
      return json(builder.reader, plan)
    }
  }

  private static func json(_ reader: MessageReader, _ plan: MessagePlan) -> [UInt8] {
    var writer = JSONWriter()
    ReplyWriter.object(reader, plan, to: &writer)
    return writer.bytes
  }
}

extension MessagePlan {
  /// Whether some field with a value may be written as null.
  fileprivate var mayBeNull: Bool {
    fields.contains {
      $0.rule.isJSON || [.double, .float].contains($0.kind) || $0.nested?.mayBeNull ?? false
    }
  }
}
