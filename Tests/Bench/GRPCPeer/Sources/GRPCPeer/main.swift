// grpc-swift-2 as a peer of `bench-rpc`: prints its port, then answers until it is ended.
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import NIOPosix

let server = GRPCServer(
  transport: .http2NIOPosix(
    address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
    eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1)),
  services: [BenchService()])
try await withThrowingTaskGroup(of: Void.self) { group in
  group.addTask { try await server.serve() }
  if let port = try await server.listeningAddress?.ipv4?.port { print(port) }
  fflush(nil)
  try await group.waitForAll()
}
