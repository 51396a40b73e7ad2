extension RedisClient {
  /// What Redis does when its memory is full (`maxmemory-policy`); nil when it does not tell. Asked
  /// by `INFO`, which is allowed where `CONFIG` is not.
  /// - Throws: `RedisError`.
  package func evictionPolicy() async throws(RedisError) -> String? {
    let text = try await command(["INFO", "memory"]).text ?? ""
    let name = "maxmemory_policy:"
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }
    return line.map { String($0.dropFirst(name.count)) }
  }
}
