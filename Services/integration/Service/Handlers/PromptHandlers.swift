import IntegrationContract
import IntegrationCore
import Kernel
import Postgres
import RPC
import Resources

/// The account's own prompts, each with the versions it had.
struct PromptHandlers: Sendable {
  private static let largestPage = 100

  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(ThinkerMethods.listPrompts, list)
    routes.answer(ThinkerMethods.getPromptByType, get)
    routes.answer(ThinkerMethods.savePrompt, save)
    routes.answer(ThinkerMethods.resetPrompt, reset)
  }

  /// Every type, whether the account has made it its own or not.
  private func list(
    _ request: Integration.ListPromptsRequest, _ call: IncomingCall
  ) async throws -> Integration.ListPromptsReply {
    let account = try call.requireAccount()
    let page = Int(request.page ?? 1)
    let size = min(Int(request.pageSize ?? 10), Self.largestPage)
    guard page >= 1 else { throw RPCError(field: "page", "Invalid page") }
    guard size >= 1 else { throw RPCError(field: "page_size", "Invalid page size") }
    let rows = try await database.run(
      ThinkerQueries.currentPrompts, [.id(account)], in: .account(account),
      deadline: call.deadline)
    var own: [String: Row] = [:]
    for row in rows { own[try row.text("prompt_type")] = row }
    let all = try PromptType.allCases.map { try Integration.Prompt($0, own[$0.rawValue]) }
    let start = min(page - 1, all.count) * size
    return Integration.ListPromptsReply(
      count: Int64(all.count), results: Array(all.dropFirst(start).prefix(size)))
  }

  private func get(
    _ request: Integration.PromptTypeRequest, _ call: IncomingCall
  ) async throws -> Integration.Prompt {
    guard let type = PromptType(named: request.promptType ?? "") else { throw RPCError.missing }
    let account = try call.requireAccount()
    let rows = try await database.run(
      ThinkerQueries.currentPrompt, [.id(account), .text(type.rawValue)],
      in: .account(account), deadline: call.deadline)
    return try Integration.Prompt(type, rows.first)
  }

  private func save(
    _ request: Integration.SavePromptRequest, _ call: IncomingCall
  ) async throws -> Integration.Prompt {
    let type = try Self.type(request.promptType)
    let text = request.promptValue ?? ""
    let problems = PromptTemplate(type: type, text: text).problems
    guard problems.isEmpty else {
      throw RPCError(
        invalid: [FieldError(name: "prompt_value", messages: problems.map(\.sentence))])
    }
    let account = try call.requireAccount()
    let place: [SQLValue] = [.id(account), .text(type.rawValue)]
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      _ = try await transaction.run(ThinkerQueries.lockPrompt, place)
      let old = try await transaction.run(ThinkerQueries.currentPrompt, place)
      if let row = old.first, try row.text("prompt_value") == text {
        return try Integration.Prompt(type, row)
      }
      _ = try await transaction.run(ThinkerQueries.retirePrompt, place)
      let new = try await transaction.run(
        ThinkerQueries.savePrompt,
        place + [.text(text), .id(call.context.user), .instant(time.now())])
      return try Integration.Prompt(type, try new.one())
    }
  }

  private func reset(
    _ request: Integration.PromptTypeRequest, _ call: IncomingCall
  ) async throws -> Integration.Prompt {
    let type = try Self.type(request.promptType)
    let account = try call.requireAccount()
    _ = try await database.run(
      ThinkerQueries.retirePrompt, [.id(account), .text(type.rawValue)],
      in: .account(account), deadline: call.deadline)
    return try Integration.Prompt(type, nil)
  }

  private static func type(_ name: String?) throws -> PromptType {
    guard let name, !name.isEmpty else { throw RPCError.lacking("prompt_type") }
    guard let type = PromptType(named: name) else {
      throw RPCError(field: "prompt_type", "Invalid prompt type")
    }
    return type
  }
}

extension Integration.Prompt {
  /// - Parameter row: the account's own; nil while the default holds.
  init(_ type: PromptType, _ row: Row?) throws {
    let standard = PromptTemplate.standard(type).text
    self.init(
      promptType: type.rawValue, promptValue: try row?.text("prompt_value") ?? standard,
      defaultValue: standard, isDefault: row == nil, version: try row?.int("version") ?? 0,
      variables: type.required, updatedAt: try row?.instant("created_at"))
  }
}

extension PromptTemplate.Problem {
  /// What a person is told.
  var sentence: String {
    switch self {
    case .empty: "This field is required"
    case .tooLong: "Must have at most \(PromptTemplate.maxCharacters) characters"
    case .missing(let placeholder): "The placeholder \(placeholder) is missing"
    }
  }
}
