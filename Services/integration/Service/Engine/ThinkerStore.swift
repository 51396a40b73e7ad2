import IntegrationCore
import Kernel
import Postgres
import RPC
import Resources

/// What accounts tell the AI, as functions ask for it.
struct ThinkerStore: Sendable {
  let database: Database

  /// The voice of an author profile; nil where none is named.
  /// - Throws: a refusal when the account has no such profile in use.
  func voice(of id: Int64?, _ account: AccountID) async throws -> AuthorVoice? {
    guard let id, id != 0 else { return nil }
    let rows = try await database.run(
      ThinkerQueries.author, [.id(account), .int(id)], in: .account(account))
    guard let row = rows.first else {
      throw RPCError(field: "author_profile_id", "Invalid author profile")
    }
    return AuthorVoice(
      tone: try row.text("tone"), language: try row.text("language"),
      style: try row.text("description"), structure: try row.json("structure_template"))
  }

  /// The prompt of a function: the active strategy's, else the account's, else the system's.
  /// Its version is 0 unless it is the account's.
  func prompt(
    _ type: PromptType, sector: Int64?, _ account: AccountID
  ) async throws -> (template: PromptTemplate, version: Int64) {
    let row = try await database.run(
      ThinkerQueries.prompt, [.id(account), .int(sector), .text(type.rawValue)],
      in: .account(account)
    ).one()
    if let text = try row.optionalText("of_strategy"), !text.isEmpty {
      return (PromptTemplate(type: type, text: text), 0)
    }
    if let text = try row.optionalText("of_account") {
      return (PromptTemplate(type: type, text: text), try row.int("version"))
    }
    return (.standard(type), 0)
  }

  /// What the active strategy says about sections, as JSON.
  func sectionLogic(sector: Int64?, _ account: AccountID) async throws -> String {
    let rows = try await database.run(
      ThinkerQueries.sectionLogic, [.id(account), .int(sector)], in: .account(account))
    return try rows.first?.json("section_logic") ?? "{}"
  }
}

/// How an author profile wants things to be written.
struct AuthorVoice: Sendable, Equatable {
  var tone = ""
  var language = ""
  var style = ""
  /// JSON.
  var structure = "{}"
}
