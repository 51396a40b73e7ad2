import Events

/// When an account is erased, its keys, prompts, profiles and records go.
enum AccountDeparture {
  static let tables = [
    "publishing_records", "ai_task_logs", "strategies", "author_profiles", "prompts",
    "provider_settings",
  ]

  static let handlers: [String: EventConsumer.Handler] = [
    AccountErasure.kind: AccountErasure.handler(tables: tables)
  ]
}
