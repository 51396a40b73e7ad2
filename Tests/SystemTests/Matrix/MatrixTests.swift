import JSON
import Kernel
import RPC
import RouteTable
import Testing

/// Every route of the route table, asked by everybody about everything.
@Suite("who may do what", .serialized, .oneSystem, .timeLimit(.minutes(10)))
struct MatrixTests {
  @Test("every route answers every role, object and state of an account as it must, and leaks none")
  func matrix() async throws {
    let world = try MatrixScope.world
    let before = try await world.foreign.snapshot()
    var matrix = Matrix(world: world)
    for route in Route.all { try await matrix.probe(route) }
    for unknown in MatrixTable.all.keys where !Route.all.contains(where: { $0.label == unknown }) {
      matrix.note("\(unknown): no such route")
    }
    #expect(matrix.probes > 6 * Route.all.count)
    #expect(try await world.foreign.snapshot() == before, "somebody changed a foreign object")
    #expect(matrix.faults.isEmpty, "\(matrix.faults.joined(separator: "\n"))")
    print("\(matrix.probes) probes of \(Route.all.count) routes")
  }
}

/// The accounts that the matrix asks.
struct MatrixWorld: Sendable {
  let system: RunningSystem
  let anonymous: RESTClient
  let staff: RESTClient
  /// The callers' own account.
  let own: Tenant
  let foreign: Tenant
  let suspended: Tenant
  /// All module switches are off.
  let switchedOff: Tenant
  /// Whose objects get all that is written to do harm.
  let hostile: Tenant
  var globals: [String: Int64]

  static func make(on system: RunningSystem) async throws -> MatrixWorld {
    let anonymous = RESTClient(url: system.url)
    let session = try await anonymous.post(
      "/api/v1/auth/login/",
      ["email": .string(system.staffEmail), "password": .string(system.staffPassword)])
    let staff = RESTClient(url: system.url, access: session["access"]?.string)
    try await staff.widenFreePlan()
    let tenants = try await Tenant.make(5, on: system, staff: staff)
    let off = ["planner", "writer", "thinker", "automation", "publisher"]
    _ = try await tenants[3].owner.expect(
      "PATCH", "/api/v1/system/settings/modules/enable/",
      .object(off.map { .init($0, false) }))
    _ = try await staff.post(
      "/api/v1/admin/accounts/\(tenants[2].accountID)/suspend/", ["reason": "A test"])
    var globals: [String: Int64] = [:]
    for (kind, path) in [
      "industry": "auth/industries", "seed": "auth/seed-keywords", "plan": "auth/plans",
      "package": "billing/credit-packages",
    ] {
      globals[kind] = try await anonymous.globalID("/api/v1/\(path)/", else: tenants[0].owner)
    }
    globals["industrySector"] =
      try await tenants[0].owner.get("/api/v1/auth/industries/\(globals["industry"] ?? 0)/")[
        "sectors"]?.array?.first?["id"]?.int
    // What a principal may do is known everywhere within 5 seconds.
    try await Task.sleep(for: .seconds(5))
    return MatrixWorld(
      system: system, anonymous: anonymous, staff: staff, own: tenants[0], foreign: tenants[1],
      suspended: tenants[2], switchedOff: tenants[3],
      hostile: tenants[4], globals: globals)
  }
}

extension MatrixWorld {
  /// What stands for a path's parameters.
  func values(_ expectation: Expectation, of tenant: Tenant) throws -> [String] {
    try expectation.fillings.map { filling in
      switch filling {
      case .own(let kind): "\(try tenant.object(kind))"
      case .global(let kind): "\(try #require(globals[kind], "no \(kind)"))"
      case .literal(let text): text
      }
    }
  }

  /// The path of an operation about a tenant's objects.
  func path(of operation: Operation, _ tenant: Tenant) throws -> String {
    guard let expectation = MatrixTable.all[operation.label] else {
      throw RESTClient.Refused(description: "\(operation.label) has no expectation")
    }
    var values = try values(expectation, of: tenant)[...]
    return operation.path.split(separator: "/").reduce("/") { path, part in
      path + (part.hasPrefix("{") ? values.popFirst() ?? "0" : String(part)) + "/"
    }
  }
}

extension RESTClient {
  /// Lets accounts of the free plan have as much as tests make. For platform staff.
  func widenFreePlan() async throws {
    let plans = try await all("/api/v1/admin/plans/")
    let free = try #require(plans.first { $0["slug"]?.string == "free" }?["id"]?.int)
    _ = try await expect(
      "PATCH", "/api/v1/admin/plans/\(free)/", ["max_sites": 10_000, "max_users": 10_000])
  }

  /// The id of the first of a list.
  fileprivate func globalID(_ path: String, else other: RESTClient) async throws -> Int64 {
    let answer = try await send("GET", path)
    let results = answer.status == 200 ? answer.results : try await other.all(path)
    return try #require(results.first?["id"]?.int, "\(path) is empty")
  }
}

/// Asks and compares.
struct Matrix {
  let world: MatrixWorld
  private(set) var probes = 0
  private(set) var faults: [String] = []

  static let absent: Int64 = 4_611_686_018_427_387_904

  init(world: MatrixWorld) { self.world = world }

  mutating func note(_ fault: String) { faults.append(fault) }

  mutating func probe(_ route: Route) async throws {
    guard let expectation = MatrixTable.all[route.label] else {
      let answer = try await ask(route, world.own.owner, [String](repeating: "1", count: 3))
      return note("\(route.label): no expectation; it answers \(answer.status)")
    }
    let parameters = route.segments.count { if case .parameter = $0 { true } else { false } }
    guard parameters == expectation.fillings.count else {
      return note("\(route.label): \(parameters) parameters")
    }
    guard route.method.minimumRole != .anyone else {
      return try await probeAnyone(route, expectation)
    }
    try await probeRoles(route, expectation)
    try await probeObjects(route, expectation)
    try await probeStates(route, expectation)
  }

  /// What anybody may call answers everybody the same, whoever they are and however they stand.
  private mutating func probeAnyone(_ route: Route, _ expectation: Expectation) async throws {
    var callers = [("anonymous", world.anonymous), ("developer", world.staff)]
    callers += world.own.people.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    callers += [
      ("suspended", world.suspended.owner), ("modules off", world.switchedOff.owner),
      ("stranger", RESTClient(url: world.anonymous.url, access: "no.such.token")),
    ]
    for (who, caller) in callers {
      try await expect(
        expectation.status, route, expectation, caller, who, world.own)
    }
  }

  // MARK: Roles

  private mutating func probeRoles(_ route: Route, _ expectation: Expectation) async throws {
    guard case .role(let minimum) = route.method.minimumRole else {
      return note("\(route.label): public, and for services only")
    }
    try await expect(401, route, expectation, world.anonymous, "anonymous", world.own)
    for role in Role.allCases where role != .developer {
      guard let person = world.own.people[role.rawValue] else { continue }
      let isAllowed = role >= minimum
      try await expect(
        isAllowed ? expectation.status : 403, route, expectation, person, role.rawValue,
        world.own)
    }
    if minimum == .developer {
      try await expect(
        expectation.status, route, expectation, world.staff, "developer", world.own)
    }
  }

  // MARK: Objects

  /// Somebody else's object and one that never was look the same.
  private mutating func probeObjects(_ route: Route, _ expectation: Expectation) async throws {
    guard !expectation.kinds.isEmpty || expectation.fillings.contains(where: \.isGlobal) else {
      return
    }
    let caller = route.isStaffs ? world.staff : world.own.owner
    let absent = expectation.fillings.map { filling in
      if case .literal(let text) = filling { text } else { "\(Self.absent)" }
    }
    // What the body lacks may be told before the object is looked for: the same of any object.
    let wanted = expectation.status == 400 ? 400 : 404
    let missing = try await ask(route, caller, absent)
    check(missing, wanted, route, "an object that is not there")
    guard !route.isStaffs, !expectation.kinds.isEmpty else { return }
    let foreign = try await ask(route, caller, try values(expectation, of: world.foreign))
    check(foreign, wanted, route, "a foreign object")
    if Self.withoutID(missing) != Self.withoutID(foreign) {
      note("\(route.label): a foreign object is told from one that is not there")
    }
  }

  // MARK: States

  private mutating func probeStates(_ route: Route, _ expectation: Expectation) async throws {
    guard case .role(let minimum) = route.method.minimumRole, minimum <= .owner else { return }
    let reads = route.method.idempotency == .noSideEffects || route.method.whileSuspended
    try await expect(
      reads ? expectation.status : 403, route, expectation, world.suspended.owner,
      "suspended", world.suspended)
    let module = route.method.module
    try await expect(
      module == nil ? expectation.status : 403, route, expectation, world.switchedOff.owner,
      "\(module ?? "no module") off", world.switchedOff)
  }

  // MARK: Asking

  private mutating func expect(
    _ wanted: Int?, _ route: Route, _ expectation: Expectation, _ caller: RESTClient,
    _ who: String, _ tenant: Tenant
  ) async throws {
    guard let wanted else { return }
    var tenantValues = try values(expectation, of: tenant)
    // What is deleted is made for it, by those who can make something.
    if route.verb == .delete, tenant.accountID != world.suspended.accountID,
      (200..<300).contains(wanted),
      let place = expectation.fillings.lastIndex(where: \.isOwn),
      case .own(let kind) = expectation.fillings[place], Tenant.kinds.contains(kind)
    {
      tenantValues[place] = "\(try await tenant.new(kind))"
    }
    check(try await ask(route, caller, tenantValues), wanted, route, who)
  }

  private func values(_ expectation: Expectation, of tenant: Tenant) throws -> [String] {
    try world.values(expectation, of: tenant)
  }

  private mutating func ask(
    _ route: Route, _ caller: RESTClient, _ values: [String]
  ) async throws -> RESTClient.Answer {
    probes += 1
    let hasBody = route.verb != .get && route.verb != .delete
    let answer = try await caller.send(
      route.verb.rawValue, route.path(values), hasBody ? .init("{}".utf8) : nil,
      headers: route.shape == .events ? ["Accept": "text/event-stream"] : [:])
    let text = String(decoding: answer.body, as: UTF8.self)
    if !route.isStaffs, text.contains(world.foreign.marker) {
      note("\(route.label): tells of another tenant")
    }
    if answer.status >= 500 { note("\(route.label): \(answer.status) \(text.prefix(200))") }
    return answer
  }

  private mutating func check(
    _ answer: RESTClient.Answer, _ wanted: Int, _ route: Route, _ who: String
  ) {
    guard wanted != answer.status else { return }
    let text = String(decoding: answer.body, as: UTF8.self).prefix(160)
    note("\(route.label), \(who): \(answer.status) instead of \(wanted): \(text)")
  }

  private static func withoutID(_ answer: RESTClient.Answer) -> [JSONValue.Member] {
    answer.json.members.filter { $0.name != "request_id" }
  }
}

extension Route {
  /// Whether platform staff alone may call it, who sees every account.
  fileprivate var isStaffs: Bool { method.minimumRole == .role(.developer) }
}

extension Expectation.Filling {
  fileprivate var isGlobal: Bool { if case .global = self { true } else { false } }
  fileprivate var isOwn: Bool { if case .own = self { true } else { false } }
}
