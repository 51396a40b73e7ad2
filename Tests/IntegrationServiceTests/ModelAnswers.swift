import Cryptography
import IntegrationCore
import JSON

extension FakeProvider.Answer {
  /// A chat completion that says this.
  static func completion(
    _ content: String, finish: String = "stop", input: Int64 = 1_000, output: Int64 = 500
  ) -> Self {
    let message: JSONValue = ["role": "assistant", "content": .string(content)]
    let answer: JSONValue = [
      "id": "chatcmpl-1",
      "choices": [["index": 0, "message": message, "finish_reason": .string(finish)]],
      "usage": ["prompt_tokens": .int(input), "completion_tokens": .int(output)],
    ]
    return .text(200, answer.text, headers: [("content-type", "application/json")])
  }

  static func failure(_ status: Int, _ message: String = "", retryAfter: String? = nil) -> Self {
    let answer: JSONValue = ["error": ["message": .string(message)]]
    return .text(status, answer.text, headers: retryAfter.map { [("retry-after", $0)] } ?? [])
  }

  static func picture(_ bytes: [UInt8], input: Int64 = 0, output: Int64 = 0) -> Self {
    let answer: JSONValue = [
      "data": [["b64_json": .string(Base64.encode(bytes))]],
      "usage": ["input_tokens": .int(input), "output_tokens": .int(output)],
    ]
    return .text(200, answer.text)
  }
}

/// What a model may answer to the functions.
enum ModelAnswers {
  static let clusters = #"""
    {"clusters":[{"name":"Green tea","description":"Leaves","keywords":["green tea","matcha"]}],
     "assignments":[],"outliers":["car tyres"]}
    """#

  static let ideas = #"""
    {"ideas":[{"cluster":"Tea","title":"Green Tea for Beginners","description":"Start here",
    "content_type":"article","content_structure":"guide",
    "outline":[{"heading":"Leaves","brief":"Kinds","subsections":["Sencha"]}],
    "target_keywords":["green tea"],"estimated_word_count":900}]}
    """#

  static let article = article(
    html: "<h2>Leaves</h2><p onclick=\"x()\">Green tea comes from leaves.</p>"
      + "<script>alert(1)</script>")

  static func article(html: String) -> String {
    let answer: JSONValue = [
      "title": "Green Tea", "html": .string(html),
      "meta_title": .string(String(repeating: "Tea ", count: 30)),
      "meta_description": "About tea", "primary_keyword": "green tea", "secondary_keywords": [],
      "tags": ["tea"], "categories": [], "excerpt": "",
    ]
    return answer.text
  }

  static let imagePrompts = #"""
    {"featured":{"prompt":"A cup","alt_text":"Cup","caption":""},
     "in_article":[{"heading":"Leaves","prompt":"Leaves","alt_text":"Leaves","caption":"Leaves"}]}
    """#
}
