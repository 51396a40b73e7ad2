// swift-tools-version: 6.2
import PackageDescription

// A peer for `./dev bench rpc --grpc` and nothing else: a package of its own, so that the product
// never depends on what this one needs.
let package = Package(
  name: "grpc-peer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
  ],
  targets: [
    .executableTarget(
      name: "bench-grpc-peer",
      dependencies: [
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
      ], path: "Sources/GRPCPeer")
  ],
  swiftLanguageModes: [.v6]
)
