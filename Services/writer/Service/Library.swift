import CommonContract
import Kernel
import Postgres
import RPC
import Resources
import WriterContract

/// The tables of tasks, contents and images, read in the shapes of the contract.
struct Library: Sendable {
  let database: Database
  let time: any TimeSource
  let contents = ContentResource.declaration
  let images = ImageResource.declaration
  private let imagesOfContents = ImageQueries.ofContents(
    selecting: ImageResource.declaration.selectList)

  /// Longer than an article takes to write: work on a task that began earlier counts as given up.
  private static let workDuration: Duration = .seconds(600)

  /// When work on a task must have begun to be still under way.
  var givenUp: SQLValue { .instant(time.now() - Self.workDuration) }

  /// One article with its pictures.
  /// - Throws: `RPCError` `.notFound` when it is not there or out of the caller's reach.
  func content(_ id: Int64, _ call: IncomingCall) async throws -> Writer.Content {
    let account = try call.requireAccount()
    let found = try await contents.fetch(
      [id], of: account, on: database, deadline: call.deadline)
    guard var content = found.first else { throw RPCError.missing }
    try call.mustSee(site: content.siteID)
    content.images = try await images(of: id, call)
    return content
  }

  /// The pictures of an article, the featured one first.
  func images(of content: Int64, _ call: IncomingCall) async throws -> [Writer.Image] {
    let account = try call.requireAccount()
    let rows = try await database.run(
      imagesOfContents, [.id(account), .int(content)], in: .account(account),
      deadline: call.deadline)
    return try images.items(rows)
  }

  /// A statement about rows of the caller's account, which is its `$1`.
  func run(
    _ statement: Statement, _ values: [SQLValue], _ call: IncomingCall
  ) async throws -> Rows {
    let account = try call.requireAccount()
    return try await database.run(
      statement, [.id(account)] + values, in: .account(account), deadline: call.deadline)
  }

  /// Several changes for the caller's account that hold together.
  func change<Result: Sendable>(
    _ call: IncomingCall, _ body: (Transaction) async throws -> Result
  ) async throws -> Result {
    try await database.transaction(
      in: .account(try call.requireAccount()), deadline: call.deadline, body)
  }
}
