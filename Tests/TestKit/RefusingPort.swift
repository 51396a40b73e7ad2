import Foundation

/// A loopback port that refuses every connection while this lives: it is taken, so that no server
/// of another test gets it, and nobody listens.
package final class RefusingPort: Sendable {
  package let port: Int
  private let socket: CInt

  /// - Parameter port: 0 for any that is free.
  /// - Throws: `TestServer.Failure` where somebody has it.
  package init(_ port: Int = 0) throws {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var (isOn, address) = (CInt(1), sockaddr_in())
    // Connections that ended a moment ago do not keep the port.
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<CInt>.size))
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
      }
    }
    guard isBound else {
      close(socket)
      throw TestServer.Failure(description: "port \(port) is not free")
    }
    (self.port, self.socket) = (Int(UInt16(bigEndian: address.sin_port)), socket)
  }

  deinit { close(socket) }
}
