import Kernel

/// One entry of a stream.
package struct RedisStreamEntry: Hashable, Sendable {
  /// A name and its value.
  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: [UInt8]

    package init(name: String, value: [UInt8]) { (self.name, self.value) = (name, value) }
  }

  /// `<milliseconds>-<number>`, given by Redis.
  package let id: String
  /// In the order they were added; empty when the entry was trimmed away while it was pending.
  package let fields: [Field]

  package init(id: String, fields: [Field]) { (self.id, self.fields) = (id, fields) }

  /// The first field of that name.
  package subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

  /// The first field of that name as a text.
  package func text(_ name: String) -> String? {
    self[name].flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// What a claim of abandoned entries brought.
package struct RedisStreamClaim: Hashable, Sendable {
  package let entries: [RedisStreamEntry]
  /// Where the next claim goes on; `0-0` once the end was reached.
  package let next: String
}

extension RedisClient {
  /// Makes a consumer group, and the stream, unless they are there.
  /// - Parameter start: the id after which the group reads: `0` for all, `$` for what comes from
  ///   now on.
  package func streamCreateGroup(
    _ stream: String, group: String, after start: String = "0"
  ) async throws(RedisError) {
    do throws(RedisError) {
      _ = try await command(
        ["XGROUP", "CREATE", .init(stream), .init(group), .init(start), "MKSTREAM"])
    } catch {
      if !error.isServer(code: "BUSYGROUP") { throw error }
    }
  }

  /// Entries for a consumer, by stream; none when there are none in time.
  /// - Parameters:
  ///   - block: how long Redis waits for an entry; only on a client of its own (`another()`), since
  ///     everything behind it on the connection waits too.
  ///   - after: `>` for entries nobody of the group got yet, `0` for the consumer's
  ///     own unacknowledged.
  package func streamRead(
    _ streams: [String], group: String, consumer: String, count: Int, block: Duration? = nil,
    after id: String = ">"
  ) async throws(RedisError) -> [String: [RedisStreamEntry]] {
    var words: RedisCommand = ["XREADGROUP", "GROUP", .init(group), .init(consumer)]
    words += ["COUNT", .init(count)]
    if let block { words += ["BLOCK", .init(max(1, block.milliseconds))] }
    words += ["STREAMS"] + streams.map { RedisArgument($0) }
    words += streams.map { _ in RedisArgument(id) }
    let limit = block.map { $0 + commandTimeout }
    let reply = try await command(words, timeout: limit)
    if reply.isNull { return [:] }
    var found: [String: [RedisStreamEntry]] = [:]
    for pair in reply.array ?? [] {
      guard let pair = pair.array, pair.count == 2, let stream = pair[0].text else {
        throw .unexpected("XREADGROUP")
      }
      found[stream] = try Self.entries(pair[1])
    }
    return found
  }

  /// Tells Redis that entries have been dealt with; returns how many were pending.
  @discardableResult
  package func streamAcknowledge(
    _ stream: String, group: String, ids: [String]
  ) async throws(RedisError) -> Int {
    if ids.isEmpty { return 0 }
    let words: RedisCommand = ["XACK", .init(stream), .init(group)] + ids.map { .init($0) }
    return Int(try await command(words).int ?? 0)
  }

  /// Takes over entries that some consumer got and has not acknowledged for `idle`.
  package func streamClaim(
    _ stream: String, group: String, consumer: String, idle: Duration, from start: String = "0-0",
    count: Int
  ) async throws(RedisError) -> RedisStreamClaim {
    let reply = try await command([
      "XAUTOCLAIM", .init(stream), .init(group), .init(consumer), .init(idle.milliseconds),
      .init(start), "COUNT", .init(count),
    ])
    guard let parts = reply.array, parts.count >= 2, let next = parts[0].text else {
      throw .unexpected("XAUTOCLAIM")
    }
    return RedisStreamClaim(entries: try Self.entries(parts[1]), next: next)
  }

  private static func entries(_ value: RedisValue) throws(RedisError) -> [RedisStreamEntry] {
    var entries: [RedisStreamEntry] = []
    for entry in value.array ?? [] where !entry.isNull {
      guard let parts = entry.array, parts.count == 2, let id = parts[0].text else {
        throw .unexpected("stream")
      }
      let words = parts[1].array ?? []
      let fields = stride(from: 0, to: words.count - 1, by: 2).map {
        RedisStreamEntry.Field(name: words[$0].text ?? "", value: words[$0 + 1].bytes ?? [])
      }
      entries.append(RedisStreamEntry(id: id, fields: fields))
    }
    return entries
  }
}

extension RedisError {
  static func unexpected(_ command: String) -> RedisError {
    .protocolViolation("an unexpected kind of answer to \(command)")
  }
}
