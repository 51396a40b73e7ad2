import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// A client of the public API as a careful customer would write it: it gives every change a key and
/// asks again while a service restarts.
struct RESTClient: Sendable {
  let url: String
  var access: String?
  /// Of a site, instead of a person's access token.
  var apiKey: String?
  /// Off for who sends as a password what stands elsewhere too.
  var isWatched = true

  struct Answer {
    let status: Int
    let headers: [String: String]
    let body: Data

    var json: JSONValue {
      (try? JSONValue(parsing: String(decoding: body, as: UTF8.self))) ?? .null
    }
    var data: JSONValue { json["data"] ?? .null }
    var results: [JSONValue] { json["results"]?.array ?? [] }
  }

  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  /// One request, whatever comes back.
  func send(
    _ method: String, _ path: String, _ body: Data? = nil, kind: String = "application/json",
    headers: [String: String] = [:]
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url + path)
    request.method = .init(rawValue: method)
    if let body {
      request.body = .bytes(ByteBuffer(bytes: body))
      request.headers.add(name: "Content-Type", value: kind)
    }
    if let access { request.headers.add(name: "Authorization", value: "Bearer \(access)") }
    if let apiKey { request.headers.add(name: "X-API-Key", value: apiKey) }
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    let answer = try await Wire.send(request, within: .seconds(60))
    watch(method, path, body, answer)
    return answer
  }

  /// What is secret of this exchange must be found nowhere afterwards.
  private func watch(_ method: String, _ path: String, _ body: Data?, _ answer: Answer) {
    guard isWatched else { return }
    for secret in [access, apiKey].compactMap({ $0 }) {
      SecretWatch.shared.note(secret, "a header of \(method) \(path)")
    }
    let names = SecretNames.of(method, path)
    guard !names.isEmpty else { return }
    for text in [body, answer.body].compactMap({ $0 }) {
      if let json = try? JSONValue(parsing: String(decoding: text, as: UTF8.self)) {
        SecretWatch.shared.note(json, under: names, "\(method) \(path)")
      }
    }
  }

  /// A request that must succeed, asked again under the same key while services are away.
  /// - Parameter orElse: what else is an answer: to a request that had succeeded before, when its
  ///   answer was lost.
  func expect(
    _ method: String, _ path: String, _ body: JSONValue? = nil, csv: Data? = nil,
    orElse others: Set<Int> = []
  ) async throws -> Answer {
    try await expect(
      method, path, bytes: csv ?? body.map { Data($0.text.utf8) },
      kind: csv == nil ? "application/json" : "text/csv", orElse: others)
  }

  func expect(
    _ method: String, _ path: String, bytes: Data?, kind: String = "application/json",
    headers: [String: String] = [:], orElse others: Set<Int> = []
  ) async throws -> Answer {
    let headers = headers.merging(["Idempotency-Key": UUID().uuidString]) { first, _ in first }
    var last = "no answer"
    for _ in 0..<240 {
      if let answer = try? await send(method, path, bytes, kind: kind, headers: headers) {
        if (200..<300).contains(answer.status) || others.contains(answer.status) { return answer }
        last = "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
        guard [429, 502, 503, 504].contains(answer.status) else { break }
      }
      try await Task.sleep(for: .milliseconds(250))
    }
    throw Refused(description: "\(method) \(path): \(last)")
  }

  func get(_ path: String) async throws -> JSONValue { try await expect("GET", path).data }

  func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
    try await expect("POST", path, body).data
  }

  /// Every result of a list.
  func all(_ path: String) async throws -> [JSONValue] {
    var results: [JSONValue] = []
    var page = 1
    while true {
      let mark = path.contains("?") ? "&" : "?"
      let answer = try await expect("GET", "\(path)\(mark)page=\(page)&page_size=100")
      results += answer.results
      guard answer.json["next"]?.string != nil else { return results }
      page += 1
    }
  }
}
