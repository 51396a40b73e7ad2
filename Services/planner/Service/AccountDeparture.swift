import Events

/// When an account is erased, everything that was planned in it goes.
enum AccountDeparture {
  static let tables = [
    "cluster_contents", "content_ideas", "keywords", "clusters",
  ]

  static let handlers: [String: EventConsumer.Handler] = [
    AccountErasure.kind: AccountErasure.handler(tables: tables)
  ]
}
