import Kernel
import Postgres
import Protobuf
import RPC

/// A request that may come twice and must take effect once.
package struct KeyedRequest: Sendable, Equatable {
  package let account: AccountID
  /// What the key is unique within, besides the account: the method's name.
  package let method: String
  package let key: String
  /// Tells a repeat from another request under the same key.
  package let hash: Int64

  package init(account: AccountID, method: String, key: String, hash: Int64) {
    (self.account, self.method, self.key, self.hash) = (account, method, key, hash)
  }

  /// A request told apart by the bytes of its message.
  package init(
    account: AccountID, method: MethodInfo, key: String, request: some ContractMessage
  ) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in request.encoded() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.init(
      account: account, method: method.fullName, key: key, hash: Int64(bitPattern: hash))
  }

  /// The request of a call that carries an idempotency key; nil for one without.
  /// - Throws: `RPCError` `.permissionDenied` for a call without an account.
  package init?<Request: ContractMessage, Reply>(
    _ call: IncomingCall, _ method: Method<Request, Reply>, _ request: Request
  ) throws {
    guard let key = call.idempotencyKey else { return nil }
    self.init(
      account: try call.requireAccount(), method: method.info, key: key, request: request)
  }
}

/// Answers kept with the effects they belong to, so that a repeated request gets the first answer.
///
/// Key and effect are written by one transaction: either both are there or neither. Of two
/// concurrent first requests the second waits for the first one's transaction and then gets its
/// answer, or does the work itself if the first was rolled back. Keys are kept for thirty days.
package enum IdempotencyKeys {
  /// Does `effect` unless it was done before, and gives its answer.
  /// - Throws: `RPCError` `.alreadyExists` when the key was used with another request; whatever
  ///   `effect` throws, and then the transaction must be rolled back.
  package static func once(
    _ request: KeyedRequest, in transaction: Transaction, effect: () async throws -> [UInt8]
  ) async throws -> [UInt8] {
    if let known = try await answer(for: request, in: transaction) { return known }
    let answer = try await effect()
    store(answer, for: request, in: transaction)
    return answer
  }

  /// Does `effect` unless it was done before, and gives its answer; without a key always does it.
  /// - Throws: as the other `once`, and `ProtobufError` when a stored answer is of another type.
  package static func once<Reply: ContractMessage>(
    _ request: KeyedRequest?, in transaction: Transaction, effect: () async throws -> Reply
  ) async throws -> Reply {
    guard let request else { return try await effect() }
    if let known = try await answer(for: request, in: transaction) {
      return try Reply(decoding: known)
    }
    let reply = try await effect()
    store(reply.encoded(), for: request, in: transaction)
    return reply
  }

  /// The answer of a request that was done before; nil for one that was not. Holds nothing.
  /// - Throws: `RPCError` `.alreadyExists` when the key was used with another request.
  package static func known(
    _ request: KeyedRequest, on database: Database, deadline: Deadline? = nil
  ) async throws -> [UInt8]? {
    let rows = try await database.run(
      IdempotencyQueries.find, request.place, in: .account(request.account), deadline: deadline)
    return try rows.first.flatMap { try answer(in: $0, for: request) }
  }

  private static func answer(in row: Row, for request: KeyedRequest) throws -> [UInt8]? {
    guard try row.int(0) == request.hash else {
      throw RPCError(
        .alreadyExists, "Idempotency key was used with another request",
        reason: "idempotency_key_reused")
    }
    return try row.optionalBytes(1)
  }

  /// The stored answer, or nil when this transaction now holds the key and is to do the work and to
  /// `store` the answer.
  /// - Throws: `RPCError` `.alreadyExists` when the key was used with another request.
  package static func answer(
    for request: KeyedRequest, in transaction: Transaction
  ) async throws -> [UInt8]? {
    let taken = try await transaction.run(
      IdempotencyQueries.take, request.place + [.int(request.hash)])
    if taken.rowsAffected > 0 { return nil }
    guard let row = try await transaction.run(IdempotencyQueries.find, request.place).first else {
      throw RPCError(.aborted, "The first request under this key was undone; try again")
    }
    return try answer(in: row, for: request)
  }

  /// Keeps the answer with the effect of this transaction.
  package static func store(
    _ answer: [UInt8], for request: KeyedRequest, in transaction: Transaction
  ) {
    transaction.runLater([
      (IdempotencyQueries.store, request.place + [.int(request.hash), .bytes(answer)])
    ])
  }
}

extension KeyedRequest {
  fileprivate var place: [SQLValue] { [.int(account.value), .text(method), .text(key)] }
}
