/// What all operations share: headers and errors.
enum OpenAPIAnswers {
  /// Status and the default `error` text of each refusal.
  static let statuses: [(status: Int, error: String)] = [
    (400, "Validation failed"), (401, "Authentication required"), (402, "Insufficient credits"),
    (403, "Permission denied"), (404, "Resource not found"), (405, "Method not allowed"),
    (409, "Conflict"), (413, "Payload too large"), (415, "Unsupported media type"),
    (422, "Validation failed"), (429, "Rate limit exceeded"), (500, "Internal server error"),
    (502, "Upstream service failed"), (503, "Service unavailable"), (504, "Timed out"),
  ]

  static let headers: JSON = .object([
    header("X-Request-ID", "string", "The envelope's `request_id`."),
    header("X-Throttle-Limit", "integer", "Calls a window in this scope."),
    header("X-Throttle-Remaining", "integer", "Calls left in this window."),
    header("X-Throttle-Reset", "integer", "When the window ends, Unix seconds."),
    header("Retry-After", "integer", "Seconds until a further try makes sense."),
  ])

  static let parameters: JSON = .object([
    (
      "IdempotencyKey",
      .object([
        ("name", "Idempotency-Key"), ("in", "header"),
        ("description", "A second request with the same key gets the first one's answer."),
        ("schema", .object([("type", "string"), ("maxLength", .number(255))])),
      ])
    )
  ])

  private static func header(_ name: String, _ type: String, _ text: String) -> (String, JSON) {
    (
      name,
      .object([("description", .text(text)), ("schema", .object([("type", .text(type))]))])
    )
  }

  /// References to the headers of every answer.
  static func headerReferences(_ status: Int) -> JSON {
    var names = ["X-Request-ID", "X-Throttle-Limit", "X-Throttle-Remaining", "X-Throttle-Reset"]
    if status == 429 || status == 503 { names.append("Retry-After") }
    return .object(
      names.map { ($0, .object([("$ref", .text("#/components/headers/\($0)"))])) })
  }

  static let errors: JSON = .object(
    statuses.map { status, error in
      let content: JSON = .object([
        (
          "application/json",
          .object([("schema", .object([("$ref", "#/components/schemas/Error")]))])
        )
      ])
      let answer: JSON = .object([
        ("description", .text(error)), ("headers", headerReferences(status)), ("content", content),
      ])
      return ("Error\(status)", answer)
    })

  static let errorSchema: (String, JSON) = (
    "Error",
    .object([
      ("type", "object"),
      (
        "properties",
        .object([
          ("success", .object([("const", false)])), ("error", .object([("type", "string")])),
          ("errors", fieldErrors), ("request_id", .object([("type", "string")])),
          ("warnings", strings), ("debug", .object([("type", "object")])),
        ])
      ),
      ("required", .list(["success", "error", "request_id"])),
    ])
  )

  static let strings: JSON = .object([
    ("type", "array"), ("items", .object([("type", "string")])),
  ])

  private static let fieldErrors: JSON = .object([
    ("type", "object"), ("additionalProperties", strings),
  ])
}
