import Foundation
import JSON
import Testing

extension MatrixTests {
  @Test("whatever is put into a field or a query is kept as it is or refused, and breaks nothing")
  func injection() async throws {
    var world = try MatrixScope.world
    // Plans that people are on stay as they are.
    world.globals["plan"] = try await world.newPlan()
    let operations = PublicAPI.operations.filter { MatrixTable.all[$0.label]?.status != nil }
    // What changes the same object waits for one another, or it would not find what it sent.
    let groups = Dictionary(grouping: operations) { Self.objects[$0.path] ?? $0.path }
    var (requests, taken, faults) = (0, 0, [String]())
    try await withThrowingTaskGroup(of: [Injector].self) { tasks in
      for (number, group) in groups.values.enumerated() {
        if number > 3, let done = try await tasks.next() {
          requests += done.reduce(0) { $0 + $1.requests }
          taken += done.reduce(0) { $0 + $1.taken }
          faults += done.flatMap(\.faults)
        }
        tasks.addTask { [world] in try await Self.inject(group, world) }
      }
      for try await done in tasks {
        requests += done.reduce(0) { $0 + $1.requests }
        taken += done.reduce(0) { $0 + $1.taken }
        faults += done.flatMap(\.faults)
      }
    }
    #expect(taken > 700, "most are refused")
    #expect(faults.isEmpty, "\(faults.count):\n\(faults.joined(separator: "\n"))")
    print("\(requests) requests to \(operations.count) operations; \(taken) fields took a payload")
  }

  /// Paths of one object.
  private static let objects = [
    "/api/v1/account/settings/": "account", "/api/v1/auth/accounts/{id}/": "account",
    "/api/v1/billing/profile/": "account", "/api/v1/auth/users/{id}/": "user",
    "/api/v1/account/team/{id}/": "user",
  ]

  private static func inject(
    _ operations: [Operation], _ world: MatrixWorld
  ) async throws -> [Injector] {
    var injectors: [Injector] = []
    for operation in operations {
      var injector = try Injector(operation, world)
      try await injector.run()
      injectors.append(injector)
    }
    return injectors
  }
}

extension MatrixWorld {
  /// A plan that nobody has.
  func newPlan() async throws -> Int64 {
    let plan = try await staff.post(
      "/api/v1/admin/plans/",
      [
        "name": "Injected", "slug": .string("injected-\(UUID().uuidString.lowercased())"),
        "price": "1.00", "included_credits": 1,
      ])
    return try #require(plan["id"]?.int, "\(plan.text)")
  }
}
