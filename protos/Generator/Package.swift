// swift-tools-version: 6.2
import PackageDescription

// Reads the descriptor set of protos/ and writes Shared/Contracts. A package of its own, so that
// its dependency never burdens the product's build. Run it with `./dev gen`.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "generator",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0")
  ],
  targets: [
    .executableTarget(
      name: "Generator",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      swiftSettings: settings),
    .testTarget(
      name: "GeneratorTests",
      dependencies: ["Generator", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
