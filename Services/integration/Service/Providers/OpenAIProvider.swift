import Cryptography
import IntegrationCore
import JSON
import Kernel
import NIOHTTP1

/// OpenAI, and whatever speaks its language: chat completions with structured output, images.
struct OpenAIProvider: Provider {
  private static let maxTextBytes = 4 << 20
  /// An image as base64 with what is said about it.
  private static let maxImageBytes = ImageFile.maxBytes / 3 * 4 + (1 << 16)

  let name: String
  let base: OutboundURL
  let key: String
  let http: OutboundHTTP

  var place: String { base.authority }

  func complete(_ order: CompletionOrder, within limit: Duration) async throws -> Completion {
    let answer = try await post(
      "/chat/completions", order.openAIBody, Self.maxTextBytes, limit)
    guard let choice = answer["choices"]?.array?.first, let message = choice["message"] else {
      throw AIFailure.garbled
    }
    return Completion(
      text: message["content"]?.string ?? "", end: Self.end(of: choice, message),
      tokensInput: Self.tokens(answer, "prompt_tokens"),
      tokensOutput: Self.tokens(answer, "completion_tokens"))
  }

  private static func end(of choice: JSONValue, _ message: JSONValue) -> Completion.End {
    if message["refusal"]?.string?.isEmpty == false { return .declined }
    switch choice["finish_reason"]?.string {
    case "length": return .cutOff
    case "content_filter": return .declined
    default: return .finished
    }
  }

  /// More than anybody can use in one call is nonsense, and must not spoil sums.
  private static func tokens(_ answer: JSONValue, _ name: String) -> Int64 {
    min(max(0, answer["usage"]?[name]?.int ?? 0), 1_000_000_000)
  }

  func image(_ order: PictureOrder, within limit: Duration) async throws -> Picture {
    let answer = try await post(
      "/images/generations", order.openAIBody, Self.maxImageBytes, limit)
    guard let item = answer["data"]?.array?.first else { throw AIFailure.garbled }
    return Picture(
      bytes: try await file(of: item, within: limit),
      tokensInput: Self.tokens(answer, "input_tokens"),
      tokensOutput: Self.tokens(answer, "output_tokens"))
  }

  func probe(within limit: Duration) async throws {
    let answer = try await http.send(
      .GET, base, path: "/models", headers: headers, maxBytes: Self.maxTextBytes, within: limit)
    try check(answer)
  }

  /// Within the answer, or at an address that it names, to which the same rules apply.
  private func file(of item: JSONValue, within limit: Duration) async throws -> [UInt8] {
    if let text = item["b64_json"]?.string {
      guard let bytes = Base64.decode(text) else { throw AIFailure.garbled }
      return bytes
    }
    let text = item["url"]?.string ?? ""
    let mark = text.firstIndex(of: "?") ?? text.endIndex
    guard let url = OutboundURL(String(text[..<mark])) else { throw AIFailure.garbled }
    let answer = try await http.send(
      .GET, url, path: String(text[mark...]), maxBytes: ImageFile.maxBytes, within: limit)
    try check(answer)
    return answer.body
  }

  private var headers: [(String, String)] {
    var headers = [
      ("content-type", "application/json"), ("accept", "application/json"),
      ("user-agent", "igny8"),
    ]
    if !key.isEmpty { headers.append(("authorization", "Bearer \(key)")) }
    return headers
  }

  private func post(
    _ path: String, _ body: JSONValue, _ maxBytes: Int, _ limit: Duration
  ) async throws -> JSONValue {
    let answer = try await http.send(
      .POST, base, path: path, headers: headers, body: Array(body.text.utf8),
      maxBytes: maxBytes, within: limit)
    try check(answer)
    guard let value = Self.value(of: answer) else { throw AIFailure.garbled }
    return value
  }

  private static func value(of answer: OutboundAnswer) -> JSONValue? {
    try? JSONValue(parsing: String(decoding: answer.body, as: UTF8.self), strictly: true)
  }

  /// What a provider says about a failure is passed on, but for the key should it be in there.
  private func check(_ answer: OutboundAnswer) throws {
    guard !(200..<300).contains(answer.status) else { return }
    var message = Self.value(of: answer)?["error"]?["message"]?.string ?? ""
    if !key.isEmpty { message = message.replacing(key, with: "…") }
    let isAboutKey = answer.status == 401 || answer.status == 403
    throw AIFailure.status(
      answer.status, message: isAboutKey ? "" : String(message.prefix(200)),
      retryAfter: answer.retryAfter)
  }
}

extension CompletionOrder {
  fileprivate var openAIBody: JSONValue {
    let schema = (try? JSONValue(parsing: schema))?.withoutLengths ?? .object([])
    let messages = turns.map { turn -> JSONValue in
      ["role": .string(turn.speaker.rawValue), "content": .string(turn.text)]
    }
    let format: JSONValue = ["name": .string(schemaName), "strict": true, "schema": schema]
    return [
      "model": .string(model), "messages": .array(messages),
      "response_format": ["type": "json_schema", "json_schema": format],
    ]
  }
}

extension JSONValue {
  /// Structured output knows no lengths of texts; the answer is checked for them afterwards.
  fileprivate var withoutLengths: JSONValue {
    switch self {
    case .object(let members):
      .object(
        members.filter { $0.name != "minLength" || $0.value.int == nil }
          .map { .init($0.name, $0.value.withoutLengths) })
    case .array(let items): .array(items.map(\.withoutLengths))
    default: self
    }
  }
}

extension PictureOrder {
  fileprivate var openAIBody: JSONValue {
    var members: [JSONValue.Member] = [
      .init("model", .string(model)), .init("prompt", .string(prompt)),
      .init("n", 1), .init("size", .string(size)),
    ]
    // These models answer in base64 always and refuse to be told so.
    if !model.hasPrefix("gpt-image") {
      members.append(.init("response_format", "b64_json"))
    }
    return .object(members)
  }

  /// The nearest size that the model can do.
  private var size: String {
    if model.hasPrefix("gpt-image") { return "1536x1024" }
    if model.hasPrefix("dall-e-3") { return "1792x1024" }
    return "1024x1024"
  }
}
