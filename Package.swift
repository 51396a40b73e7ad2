// swift-tools-version: 6.2
import PackageDescription

// The map of IGNY8: one line a room. A room's line names everything it may import; the compiler
// (explicit target dependencies) and Tests/TidyTests hold it to that.

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: [Target.Dependency] = [
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
  .product(name: "NIOTLS", package: "swift-nio"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
]
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")

/// A C library of the system, reached through a module map.
func system(_ name: String, pkgConfig: String? = nil) -> [Target] {
  [.systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig)]
}

/// A room that every service may use.
func shared(_ name: String, _ uses: [Target.Dependency] = [], path: String? = nil) -> [Target] {
  [.target(name: name, dependencies: uses, path: path ?? "Shared/\(name)")]
}

/// The typed contract of one bounded context, generated from its protos.
func contract(_ context: String) -> [Target] {
  let uses: [Target.Dependency] = ["Kernel", "Protobuf", "Messages", "RPC"]
  let common: [Target.Dependency] = context == "Common" ? [] : ["CommonContract"]
  return shared(
    "\(context)Contract", uses + common, path: "Shared/Contracts/\(context)Contract")
}

/// A microservice: its pure core, its service room and its executable.
func service(
  _ name: String, calls: [String], more: [Target.Dependency] = [], core: [Target.Dependency] = []
) -> [Target] {
  let context = name.prefix(1).uppercased() + name.dropFirst()
  let shared: [Target.Dependency] = [
    "Kernel", "JSON", "Telemetry", "Settings", "Runtime", "Protobuf", "RPC", "Postgres", "Redis",
    "Cryptography", "Resources", "Events", "Exports", "CommonContract", log,
  ]
  var uses: [Target.Dependency] = [.byName(name: "\(context)Core")]
  uses.append(.byName(name: name == "edge" ? "RouteTable" : "\(context)Contract"))
  for called in calls { uses.append(.byName(name: "\(called)Contract")) }
  uses += shared
  uses += more
  let mains: [Target.Dependency] = [
    .byName(name: "\(context)Service"), "Settings", "Runtime", "Telemetry",
  ]
  return [
    .target(
      name: "\(context)Core", dependencies: ["Kernel", "JSON"] + core, path: "Services/\(name)/Core"
    ),
    .target(name: "\(context)Service", dependencies: uses, path: "Services/\(name)/Service"),
    .executableTarget(name: name, dependencies: mains, path: "Services/\(name)/Main"),
  ]
}

/// A suite of tests; its line names what it tests.
func tests(_ name: String, _ uses: [Target.Dependency]) -> [Target] {
  [.testTarget(name: name, dependencies: uses + ["TestTraits"], path: "Tests/\(name)")]
}

let map: [[Target]] = [
  // C libraries
  system("CPostgres", pkgConfig: "libpq"),
  system("CHiredis"),
  system("COpenSSL", pkgConfig: "openssl"),
  system("CProtobufC", pkgConfig: "libprotobuf-c"),
  system("CPango"),
  system("CCurl", pkgConfig: "libcurl"),
  system("CZlib", pkgConfig: "zlib"),

  // Shared rooms
  shared("Kernel"),
  shared("JSON"),
  shared("HTML"),
  shared("Telemetry", ["Kernel", log]),
  shared("Settings", ["Kernel"]),
  shared("Cryptography", ["Kernel", "COpenSSL"]),
  shared("PDF", ["Kernel", "CPango"]),
  shared("Protobuf", ["Kernel", "CProtobufC"]),
  shared(
    "RPC", ["Kernel", "Protobuf", "Messages", "Cryptography", "Telemetry", log] + nio + nioSSL),
  shared("Postgres", ["Kernel", "CPostgres", "Telemetry", log]),
  shared("Redis", ["Kernel", "CHiredis", "Cryptography", "Telemetry", log] + nio),
  shared(
    "Runtime",
    ["Kernel", "Telemetry", "Settings", "RPC", "Postgres", "Redis", nioHTTP1, log] + nio),
  shared("Mail", ["Kernel", "Settings", "CCurl"]),
  shared("Archives", ["Kernel", "CZlib"]),
  shared("Resources", ["Kernel", "Protobuf", "RPC", "Postgres", nio[0]]),
  shared("Jobs", ["Kernel", "RPC", "Postgres", "Redis", "Telemetry", log]),
  shared("Events", ["Kernel", "Protobuf", "RPC", "Postgres", "Redis", "Telemetry", log]),

  // Contracts
  shared("Messages", ["CProtobufC"], path: "Shared/Contracts/Messages"),
  contract("Common"),
  contract("Auth"),
  contract("Planner"),
  contract("Writer"),
  contract("Billing"),
  contract("Automation"),
  contract("Integration"),
  shared("Exports", ["Kernel", "JSON", "RPC", "Postgres", "Resources", "CommonContract"]),
  shared(
    "Metering",
    [
      "Kernel", "JSON", "Protobuf", "RPC", "Postgres", "Events", "Resources", "CommonContract",
      "BillingContract", "IntegrationContract", log,
    ]),
  shared(
    "RouteTable", ["Kernel", "Protobuf", "Messages", "RPC"], path: "Shared/Contracts/RouteTable"),

  // Services
  service(
    "auth", calls: ["Automation", "Billing", "Integration", "Planner", "Writer"],
    more: ["Archives", "Mail", jwt]),
  service(
    "planner", calls: ["Auth", "Billing", "Integration", "Writer"], more: ["Metering"]),
  service(
    "writer", calls: ["Auth", "Billing", "Integration"], more: ["Metering"], core: ["HTML"]),
  service("billing", calls: [], more: ["PDF", httpClient, nioHTTP1] + nio),
  service(
    "automation", calls: ["Auth", "Planner", "Writer", "Integration", "Billing"], more: ["Jobs"]),
  service(
    "integration", calls: ["Auth", "Writer"], more: [httpClient, nioHTTP1, "HTML"] + nio,
    core: ["HTML"]),
  service(
    "edge", calls: ["Auth", "Planner", "Writer", "Billing", "Automation", "Integration"],
    more: hummingbird + [jwt, nioHTTP1] + nio),

  // Tests
  shared("TestKit", ["Kernel", "Postgres", "Redis", "Telemetry", log], path: "Tests/TestKit"),
  shared(
    "RPCTestKit",
    ["CommonContract", "Exports", "JSON", "Kernel", "Postgres", "Protobuf", "RPC", "TestKit"] + nio,
    path: "Tests/RPCTestKit"),
  shared("TestTraits", path: "Tests/TestTraits"),
  tests("KernelTests", ["Kernel", "TestKit"]),
  tests("JSONTests", ["JSON"]),
  tests("HTMLTests", ["HTML"]),
  tests("SettingsTests", ["Settings", "Kernel"]),
  tests("TelemetryTests", ["Telemetry", "Kernel", "TestKit", log]),
  tests("CryptographyTests", ["Cryptography", "Kernel", "TestKit"]),
  tests("PDFTests", ["PDF", "Kernel"]),
  tests("ArchivesTests", ["Archives", "Kernel", "TestKit"]),
  tests(
    "ProtobufTests",
    ["Protobuf", "Messages", "CommonContract", "PlannerContract", "RouteTable", "RPC", "Kernel"]),
  tests("RPCTests", ["RPC", "RPCTestKit", "TestKit", "Kernel", "Protobuf", "Messages", log] + nio),
  tests("PostgresTests", ["Postgres", "TestKit", "Kernel"]),
  tests("RedisTests", ["Redis", "Telemetry", "TestKit", "Kernel", log] + nio),
  tests("MailTests", ["Mail", "Kernel", "Settings", "TestKit"] + nio + nioSSL),
  tests(
    "RuntimeTests",
    ["Runtime", "Kernel", "Settings", "Telemetry", "RPC", "Postgres", "Redis", "TestKit", log]
      + nio),
  tests(
    "ResourcesTests",
    [
      "Resources", "Postgres", "TestKit", "RPC", "Protobuf", "Kernel", "PlannerContract",
      "CommonContract", nio[0],
    ]),
  tests(
    "JobsTests", ["Jobs", "Postgres", "Redis", "RPC", "TestKit", "Kernel", "jobs-worker"] + nio),
  [
    .executableTarget(
      name: "jobs-worker", dependencies: ["Jobs", "Kernel", "Postgres", "TestKit", log],
      path: "Tests/JobsWorker")
  ],
  tests(
    "EventsTests",
    ["Events", "Postgres", "Redis", "RPC", "CommonContract", "TestKit", "Kernel"] + nio),
  tests("AuthCoreTests", ["AuthCore", "Kernel"]),
  tests("PlannerCoreTests", ["PlannerCore"]),
  tests("WriterCoreTests", ["WriterCore"]),
  tests("BillingCoreTests", ["BillingCore", "Kernel"]),
  tests("AutomationCoreTests", ["AutomationCore", "Kernel"]),
  shared("ClusteringKit", ["IntegrationCore"], path: "Tests/ClusteringKit"),
  tests("IntegrationCoreTests", ["HTML", "JSON", "IntegrationCore", "ClusteringKit"]),
  tests("EdgeCoreTests", ["EdgeCore", "Kernel"]),
  tests(
    "AuthServiceTests",
    [
      "AuthService", "AuthContract", "AuthCore", "BillingContract", "CommonContract",
      "Cryptography", "Events", "Exports", "JSON", "Kernel", "Mail", "Postgres", "RPC",
      "RPCTestKit", "Settings",
      "TestKit", jwt,
    ]),
  tests(
    "PlannerServiceTests",
    [
      "PlannerService", "AuthContract", "BillingContract", "CommonContract", "Events", "Exports",
      "IntegrationContract", "JSON", "Kernel", "Metering", "PlannerContract", "Postgres", "RPC",
      "RPCTestKit", "TestKit", "WriterContract",
    ]),
  tests(
    "WriterServiceTests",
    [
      "WriterService", "WriterContract", "WriterCore", "AuthContract", "BillingContract",
      "IntegrationContract", "CommonContract", "Events", "Exports", "Kernel", "Metering",
      "Postgres", "RPC",
      "Cryptography", "RPCTestKit", "TestKit", log,
    ]),
  shared("PaymentKit", ["Cryptography", "JSON", nioHTTP1] + nio, path: "Tests/PaymentKit"),
  tests(
    "BillingServiceTests",
    [
      "AuthContract", "AuthService", "BillingService", "BillingContract", "BillingCore",
      "CommonContract", "Cryptography", "Events", "JSON", "Exports", "Kernel", "PaymentKit",
      "Postgres", "RPC", "RPCTestKit", "Redis", "Settings", "TestKit",
    ] + nio),
  tests(
    "AutomationServiceTests",
    [
      "AutomationService", "AutomationContract", "AutomationCore", "AuthContract",
      "BillingContract", "CommonContract", "Events", "Exports", "IntegrationContract", "Jobs",
      "Kernel",
      "PlannerContract", "Postgres", "RPC", "RPCTestKit", "TestKit", "WriterContract",
    ]),
  tests(
    "IntegrationServiceTests",
    [
      "IntegrationService", "IntegrationContract", "IntegrationCore", "AuthContract",
      "CommonContract", "Cryptography", "Events", "Exports", "JSON", "Kernel", "Postgres",
      "Protobuf",
      "Resources", "RPC", "RPCTestKit", "TestKit", "WriterContract", nioHTTP1, log,
    ] + nio),
  tests(
    "EdgeServiceTests",
    [
      "AuthContract", "AutomationContract", "BillingContract", "CommonContract", "EdgeCore",
      "EdgeService", "JSON", "Kernel", "PlannerContract", "RPC", "RPCTestKit", "Redis", "Settings",
      "Telemetry",
      "TestKit", "WriterContract", jwt,
    ] + nio),
  shared("BenchKit", ["Kernel", "Postgres", "TestKit"], path: "Tests/Bench/BenchKit"),
  [
    .executableTarget(
      name: "bench-clustering", dependencies: ["IntegrationCore", "ClusteringKit"],
      path: "Tests/Bench/ClusteringBench"),
    .executableTarget(
      name: "bench-jobs", dependencies: ["BenchKit", "Jobs", "Kernel", "Postgres", "TestKit"],
      path: "Tests/Bench/JobsBench"),
    .executableTarget(
      name: "bench-ledger",
      dependencies: [
        "BenchKit", "BillingContract", "BillingService", "Events", "Kernel", "Postgres",
        "Protobuf", "RPC", "TestKit",
      ] + nio, path: "Tests/Bench/LedgerBench"),
    .executableTarget(
      name: "bench-postgres", dependencies: ["BenchKit", "Kernel", "Postgres", "TestKit"],
      path: "Tests/Bench/PostgresBench"),
    .executableTarget(name: "bench-http-load", path: "Tests/Bench/HTTPLoad"),
    .executableTarget(
      name: "bench-rpc",
      dependencies: ["Kernel", "Protobuf", "RPC", "TestKit", "CommonContract", log],
      path: "Tests/Bench/RPCBench"),
    .executableTarget(
      name: "bench-rpc-faults", dependencies: ["Kernel", "RPC", "TestKit", log, nio[0]],
      path: "Tests/Bench/RPCFaults"),
    .executableTarget(
      name: "bench-rpc-peer", dependencies: ["Messages"], path: "Tests/Bench/RPCPeer",
      cSettings: [.headerSearchPath("../../../Shared/Contracts/Messages/protobuf-c")]),
  ],
  tests(
    "FuzzTests",
    [
      "AuthContract", "CommonContract", "EdgeCore", "EdgeService", "JSON", "Kernel",
      "PlannerContract", "PlannerCore", "Protobuf", "Redis", "RouteTable", "RPC", "Settings",
      "TestKit", "WriterContract", jwt,
    ] + nio),
  shared(
    "SimulationKit",
    [
      "BillingContract", "BillingService", "CommonContract", "Events", "IntegrationContract",
      "JSON", "Jobs", "Kernel", "Metering", "PlannerContract", "Postgres", "RPC", "RPCTestKit",
      "TestKit", log, nio[0],
    ], path: "Tests/SimulationKit"),
  [
    .executableTarget(
      name: "simulate", dependencies: ["SimulationKit"], path: "Tests/Simulate")
  ],
  tests(
    "SimulationTests",
    [
      "SimulationKit", "simulate", "BillingService", "Events", "Jobs", "Kernel", "Postgres",
      "TestKit",
    ]),
  tests(
    "SystemTests",
    [
      "AuthCore", "Cryptography", "JSON", "Kernel", "PaymentKit", "Protobuf", "RPC", "RouteTable",
      httpClient, nio[0], nioHTTP1,
    ]),
  tests("TidyTests", []),
]
var rooms: [Target] = Array(map.joined())
let services = ["auth", "planner", "writer", "billing", "automation", "integration", "edge"]

/// `IGNY8_ROOM=RPCTests swift test` builds that one room with what it stands on and nothing else.
func only(_ names: [String], of all: [Target]) -> [Target] {
  let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  var wanted: Set<String> = []
  func want(_ name: String) {
    guard let target = byName[name], wanted.insert(name).inserted else { return }
    for dependency in target.dependencies {
      switch dependency {
      case .byNameItem(let name, _), .targetItem(let name, _): want(name)
      default: break
      }
    }
  }
  names.forEach(want)
  if wanted.contains("SystemTests") { services.forEach(want) }  // it runs them as processes
  return all.filter { wanted.contains($0.name) }
}

if let names = Context.environment["IGNY8_ROOM"], !names.isEmpty {
  rooms = only(names.split(separator: ",").map(String.init), of: rooms)
}

/// `IGNY8_FUZZ=1` makes of FuzzTests the program that `./dev fuzz` runs: its own main instead of
/// the replay, and every room that it stands on watched by libFuzzer and AddressSanitizer;
/// `IGNY8_FUZZ=bare` by libFuzzer alone, which is several times as fast.
func fuzzing(_ all: [Target]) -> [Target] {
  guard let tests = all.first(where: { $0.name == "FuzzTests" }) else { return [] }
  let program = Target.executableTarget(
    name: "fuzz", dependencies: tests.dependencies, path: tests.path, exclude: ["Replay"],
    linkerSettings: [.unsafeFlags(sanitizer + ["-sanitize=fuzzer", "-use-ld=lld"])])
  return only(["fuzz"], of: all + [program])
}

let isFuzzing = Context.environment["IGNY8_FUZZ"] != nil
let sanitizer =
  Context.environment["IGNY8_FUZZ"] == "bare" ? ["-sanitize=fuzzer"] : ["-sanitize=address"]
if isFuzzing {
  rooms = fuzzing(rooms)
} else {
  rooms.first { $0.name == "FuzzTests" }?.exclude = ["Main"]
}

// Rooms that explain themselves on a page of their own.
for name in ["Postgres", "Redis", "SimulationTests"] {
  rooms.first { $0.name == name }?.exclude.append("README.md")
}

let watched: [SwiftSetting] = [
  .unsafeFlags(
    sanitizer + [
      "-enable-testing", "-parse-as-library",
      "-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table",
    ])
]

for room in rooms where room.type != .system {
  let isC = room.name == "Messages"
  room.swiftSettings =
    isC
    ? nil
    : [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
  if isFuzzing, !isC { room.swiftSettings? += watched }
  // A simulation of a million steps is to fit into the tests, whose build optimizes nothing else.
  if room.name == "SimulationKit" { room.swiftSettings?.append(.unsafeFlags(["-O"])) }
}

let package = Package(
  name: "igny8",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: rooms,
  swiftLanguageModes: [.v6]
)
