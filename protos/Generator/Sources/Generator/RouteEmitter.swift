struct RouteEmitter {
  let contracts: Contracts
  func files() throws -> [(String, String)] { [] }
}
struct OpenAPIEmitter {
  init(_ contracts: Contracts) {}
  func text() throws -> String { "" }
}
