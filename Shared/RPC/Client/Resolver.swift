import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A host and a port as the settings name them.
struct EndpointName: Hashable, Sendable {
  let host: String
  let port: Int

  /// Reads `host:port,host:port`, where an IPv6 address stands in brackets.
  /// - Throws: `.invalidArgument` that says what is wrong.
  static func list(_ text: String) throws -> [EndpointName] {
    let names = try text.split(separator: ",").map { part in
      guard let colon = part.lastIndex(of: ":"), let port = Int(part[part.index(after: colon)...]),
        (1...65_535).contains(port)
      else { throw RPCError(.invalidArgument, "\(part) is no host:port") }
      let host = part[..<colon].drop { $0 == " " || $0 == "[" }
      return EndpointName(host: String(host.last == "]" ? host.dropLast() : host), port: port)
    }
    guard !names.isEmpty else { throw RPCError(.invalidArgument, "No address of a service") }
    return names
  }

  /// The address, for a host that is one already.
  var literal: SocketAddress? { try? SocketAddress(ipAddress: host, port: port) }

  /// All addresses that the name stands for now; none when it cannot be resolved. Does not block
  /// the caller's thread.
  func resolved() async -> [SocketAddress] {
    if let literal { return [literal] }
    let found = try? await NIOThreadPool.singleton.runIfActive { lookUp() }
    return found ?? []
  }

  /// getaddrinfo(3), for TCP.
  private func lookUp() -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_protocol = CInt(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let current = entry {
      if let address = Self.address(current.pointee), !addresses.contains(address) {
        addresses.append(address)
      }
      entry = current.pointee.ai_next
    }
    return addresses
  }

  private static func address(_ entry: addrinfo) -> SocketAddress? {
    guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
    switch entry.ai_family {
    case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
    case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
    default: return nil
    }
  }
}
