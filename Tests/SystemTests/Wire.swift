import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// HTTP to the services.
enum Wire {
  /// Leaves a connection that is idle before the edge does, which would close it under a request.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration()
      configuration.connectionPool.idleTimeout = .seconds(5)
      return configuration
    }())

  private static let longestAnswer = 64 << 20

  /// - Throws: `RESTClient.Refused` when there is no whole answer, or none in time, whatever the
  ///   server does.
  static func send(
    _ request: HTTPClientRequest, within patience: Duration
  ) async throws -> RESTClient.Answer {
    try await withThrowingTaskGroup(of: RESTClient.Answer.self) { group in
      group.addTask {
        do {
          return try await answer(to: request)
        } catch let error where !(error is CancellationError) {
          throw RESTClient.Refused(description: "\(request.method) \(request.url): \(error)")
        }
      }
      group.addTask {
        try await Task.sleep(for: patience)
        throw RESTClient.Refused(description: "no answer from \(request.url) in \(patience)")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  private static func answer(to request: HTTPClientRequest) async throws -> RESTClient.Answer {
    let response = try await client.execute(request, timeout: .seconds(600))
    let body = try await response.body.collect(upTo: longestAnswer)
    var fields: [String: String] = [:]
    for (name, value) in response.headers { fields[name.lowercased()] = value }
    return RESTClient.Answer(
      status: Int(response.status.code), headers: fields, body: Data(body.readableBytesView))
  }
}
