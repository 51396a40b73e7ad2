import Cryptography

/// A Lua script, known to Redis by its SHA-1.
package struct RedisScript: Hashable, Sendable {
  package let source: String
  /// 40 lower-case hexadecimal digits.
  package let sha: String

  package init(source: String) {
    self.source = source
    sha = Digest.sha1Hex(source)
  }
}

extension RedisClient {
  /// Runs a script, which Redis does atomically; sends its source only when Redis does not have it.
  /// - Throws: `RedisError`.
  package func run(
    _ script: RedisScript, keys: [String], arguments: [RedisArgument] = [],
    timeout: Duration? = nil
  ) async throws(RedisError) -> RedisValue {
    let rest = [RedisArgument(keys.count)] + keys.map { RedisArgument($0) } + arguments
    do throws(RedisError) {
      return try await command(["EVALSHA", .init(script.sha)] + rest, timeout: timeout)
    } catch {
      guard error.isServer(code: "NOSCRIPT") else { throw error }
      return try await command(["EVAL", .init(script.source)] + rest, timeout: timeout)
    }
  }
}
