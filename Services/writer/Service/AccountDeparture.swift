import Events

/// When an account is erased, its tasks, articles and pictures go.
enum AccountDeparture {
  static let tables = [
    "image_files", "images", "content_revisions", "contents", "tasks",
  ]

  static let handlers: [String: EventConsumer.Handler] = [
    AccountErasure.kind: AccountErasure.handler(tables: tables)
  ]
}
