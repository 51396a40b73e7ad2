import Kernel
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells which addresses a name stands for.
package protocol NameResolver: Sendable {
  /// All addresses that the name stands for now; none when that cannot be told. Does not block the
  /// caller's thread.
  func addresses(of host: String, port: Int) async -> [SocketAddress]
}

/// Asks the operating system: getaddrinfo(3), for TCP.
package struct SystemResolver: NameResolver {
  package init() {}

  /// All addresses that the name stands for now; none when that cannot be told.
  package func addresses(of host: String, port: Int) async -> [SocketAddress] {
    let found = try? await NIOThreadPool.singleton.runIfActive { Self.lookUp(host, port) }
    return found ?? []
  }

  private static func lookUp(_ host: String, _ port: Int) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_protocol = CInt(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let current = entry {
      if let address = address(current.pointee), !addresses.contains(address) {
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

  func addresses(by resolver: any NameResolver) async -> [SocketAddress] {
    if let literal { return [literal] }
    return await resolver.addresses(of: host, port: port)
  }
}

/// A wait for work that cannot be cancelled; the first event ends it.
final class ImpatientWait: Sendable {
  private struct State {
    var isOver = false
    var waiter: UnsafeContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Returns when the work is done, the deadline has passed or the calling task is cancelled.
  static func wait(
    for work: Task<Void, Never>, until deadline: Deadline, of time: any TimeSource
  ) async {
    let wait = ImpatientWait()
    let alarm = Task {
      try? await time.sleep(for: deadline.left(of: time))
      wait.end()
    }
    Task {
      await work.value
      wait.end()
    }
    await withTaskCancellationHandler {
      await wait.rest()
    } onCancel: {
      wait.end()
    }
    alarm.cancel()
  }

  private func rest() async {
    await withUnsafeContinuation { continuation in
      let isLate = state.withLock { state in
        if !state.isOver { state.waiter = continuation }
        return state.isOver
      }
      if isLate { continuation.resume() }
    }
  }

  private func end() {
    let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      defer { (state.isOver, state.waiter) = (true, nil) }
      return state.waiter
    }
    waiter?.resume()
  }
}
