import Cryptography
import IntegrationCore

extension FakeProvider.Answer {
  /// A chat completion that says this.
  static func completion(
    _ content: String, finish: String = "stop", input: Int64 = 1_000, output: Int64 = 500
  ) -> Self {
    let message = JSONValue.object([
      .init("role", .string("assistant")), .init("content", .string(content)),
    ])
    return .text(
      200,
      JSONValue.object([
        .init("id", .string("chatcmpl-1")),
        .init(
          "choices",
          .array([
            .object([
              .init("index", .integer(0)), .init("message", message),
              .init("finish_reason", .string(finish)),
            ])
          ])),
        .init(
          "usage",
          .object([
            .init("prompt_tokens", .integer(input)), .init("completion_tokens", .integer(output)),
          ])),
      ]).encoded(), headers: [("content-type", "application/json")])
  }

  static func failure(_ status: Int, _ message: String = "", retryAfter: String? = nil) -> Self {
    .text(
      status,
      JSONValue.object([
        .init("error", .object([.init("message", .string(message))]))
      ]).encoded(), headers: retryAfter.map { [("retry-after", $0)] } ?? [])
  }

  static func picture(_ bytes: [UInt8], input: Int64 = 0, output: Int64 = 0) -> Self {
    .text(
      200,
      JSONValue.object([
        .init("data", .array([.object([.init("b64_json", .string(Base64.encode(bytes)))])])),
        .init(
          "usage",
          .object([
            .init("input_tokens", .integer(input)), .init("output_tokens", .integer(output)),
          ])),
      ]).encoded())
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
    JSONValue.object([
      .init("title", .string("Green Tea")), .init("html", .string(html)),
      .init("meta_title", .string(String(repeating: "Tea ", count: 30))),
      .init("meta_description", .string("About tea")),
      .init("primary_keyword", .string("green tea")), .init("secondary_keywords", .array([])),
      .init("tags", .array([.string("tea")])), .init("categories", .array([])),
      .init("excerpt", .string("")),
    ]).encoded()
  }

  static let imagePrompts = #"""
    {"featured":{"prompt":"A cup","alt_text":"Cup","caption":""},
     "in_article":[{"heading":"Leaves","prompt":"Leaves","alt_text":"Leaves","caption":"Leaves"}]}
    """#
}
