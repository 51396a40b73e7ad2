import Redis

extension RedisClient {
  /// Adds an entry and returns its id, empty if the server names none.
  package func streamAdd(
    _ stream: String, _ fields: [(name: String, value: RedisArgument)]
  ) async throws(RedisError) -> String {
    let command: RedisCommand =
      ["XADD", .init(stream), "*"] + fields.flatMap { [RedisArgument($0.name), $0.value] }
    return try await self.command(command).text ?? ""
  }

  /// How many entries a stream holds.
  package func streamLength(_ stream: String) async throws(RedisError) -> Int {
    Int(try await command(["XLEN", .init(stream)]).int ?? 0)
  }
}
