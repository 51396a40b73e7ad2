import AsyncHTTPClient
import JSON
import Kernel
import NIOCore
import NIOHTTP1

/// HTTP to payment providers: their addresses are the operator's, not users'. Redirects are not
/// followed; an answer has a limit in time and in size.
final class ProviderHTTP: Sendable {
  struct Answer: Sendable {
    let status: Int
    let body: JSONValue
  }

  private static let mostBytes = 1 << 20

  private let client: HTTPClient
  private let timeout: TimeAmount

  init(loops: any EventLoopGroup, timeout: Duration) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(5)
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    client = HTTPClient(eventLoopGroupProvider: .shared(loops), configuration: configuration)
    self.timeout = .microseconds(timeout.microseconds)
  }

  /// The client insists on being closed by whoever opened it.
  deinit { Task { [client] in try? await client.shutdown() } }

  func close() async { try? await client.shutdown() }

  /// - Throws: `ProviderFailure` `.unreachable`, `.busy` or `.malformed`.
  func send(
    _ method: HTTPMethod, _ url: String, headers: [(String, String)], body: [UInt8]
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url)
    request.method = method
    request.headers = HTTPHeaders(headers)
    if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
    let (status, bytes) = try await exchange(request)
    if status == 429 || status >= 500 { throw ProviderFailure.busy }
    if bytes.readableBytes == 0 { return Answer(status: status, body: .object([])) }
    guard let json = try? JSONValue(parsing: String(buffer: bytes)) else {
      throw ProviderFailure.malformed
    }
    return Answer(status: status, body: json)
  }

  private func exchange(_ request: HTTPClientRequest) async throws -> (Int, ByteBuffer) {
    do {
      let response = try await client.execute(request, timeout: timeout)
      let body = try await response.body.collect(upTo: Self.mostBytes)
      return (Int(response.status.code), body)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw ProviderFailure.unreachable
    }
  }
}

/// `application/x-www-form-urlencoded`.
enum FormBody {
  static func encode(_ fields: [(String, String)]) -> [UInt8] {
    Array(fields.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&").utf8)
  }

  private static func escape(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return escaped
  }
}
