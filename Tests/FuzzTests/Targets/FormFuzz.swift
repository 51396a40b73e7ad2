import EdgeCore

@testable import EdgeService

/// A request's line, headers and uploaded form: the first line is a path, the second a query, the
/// third a content type, the rest the body.
enum FormFuzz {
  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let lines = (0..<3).map { _ in String(decoding: reader.line(), as: UTF8.self) }
    let segments = Ask(method: "GET", path: lines[0]).segments ?? []
    try promise(
      !segments.contains { $0.isEmpty || $0.utf8.contains(0) }, "a segment that names nothing")
    _ = RouteIndex.shared.find(segments, verb: "GET", wantsEvents: false)
    let query = Query(parsing: lines[1])
    try promise(Query(parsing: query.text).items == query.items, "a query changes: \(query.text)")
    _ = HeaderList.mediaType(lines[2])
    _ = HeaderList.accepts(lines[2], "text/event-stream")
    _ = HeaderList.matches(lines[2], etag: "\"a\"")
    guard let boundary = Multipart.boundary(of: lines[2]) else { return }
    try checkForm(Array(reader.remaining), boundary)
  }

  private static func checkForm(_ bytes: [UInt8], _ boundary: String) throws {
    guard let form = Multipart(bytes, boundary: boundary) else { return }
    var end = 0
    for part in form.parts {
      try promise(
        part.body.lowerBound >= end && part.body.upperBound <= bytes.count, "a part's place")
      end = part.body.upperBound
      let mark = Array("\r\n--\(boundary)".utf8)
      try promise(!bytes[part.body].contains(mark), "a part reaches beyond its boundary")
    }
  }
}

extension RouteIndex {
  fileprivate static let shared = RouteIndex()
}
