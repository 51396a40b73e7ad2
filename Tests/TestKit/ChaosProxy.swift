import Foundation
import Synchronization

/// Stands between a client and a server on loopback and breaks what passes as a test wants it.
///
/// What it is told holds at once, for connections that are open as for those to come. A connection
/// that is to fall silent stays open: whoever waits learns nothing, as from a peer whose cable was
/// cut, except that the kernel still confirms what was sent.
package final class ChaosProxy: Sendable {
  package enum Direction: Sendable { case toServer, toClient }

  /// What becomes of a piece that passes.
  package enum Verdict: Sendable {
    case pass
    /// It vanishes, and so does everything after it in that direction.
    case silence
    /// So many bytes of it pass, then both sides see the connection reset.
    case reset(after: Int)
  }

  package typealias Rule = @Sendable (Direction, _ piece: [UInt8]) -> Verdict

  package let port: Int
  private let listener: Int32
  private let server: Int

  private struct State {
    var rule: Rule = { _, _ in .pass }
    var isOpen = true
    var isStopped = false
    var accepted = 0
    /// Connections up to this one have fallen silent.
    var lastSilent = 0
    var refused = 0
  }

  private let state = Mutex(State())

  /// Connections taken so far, and those turned away.
  package var counts: (accepted: Int, refused: Int) {
    state.withLock { ($0.accepted, $0.refused) }
  }

  /// - Parameter server: the port on loopback that connections are passed on to.
  /// - Throws: `TestServer.Failure` when there is no port left.
  package init(to server: Int) throws {
    self.server = server
    port = try TestServer.freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard Self.withLoopback(port, { bind(listener, $0, $1) }) == 0, listen(listener, 128) == 0
    else { throw TestServer.Failure(description: "the proxy cannot listen on \(port)") }
    Thread.detachNewThread { [self] in accept() }
  }

  /// Every piece that passes from now on is judged by `rule`.
  package func judge(_ rule: @escaping Rule) { state.withLock { $0.rule = rule } }

  /// Everything passes again, on connections that have not fallen silent.
  package func heal() { judge { _, _ in .pass } }

  /// Those connections that are open fall silent for good, in both directions; new ones do not.
  package func silenceThoseOpen() { state.withLock { $0.lastSilent = $0.accepted } }

  /// Whether new connections are taken; else they are reset as soon as they are made.
  package func accept(_ isOpen: Bool) { state.withLock { $0.isOpen = isOpen } }

  /// Takes no connection any more and drops those there are.
  package func stop() {
    state.withLock { $0.isStopped = true }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  private func accept() {
    while !isStopped {
      let client = Foundation.accept(listener, nil, nil)
      guard client >= 0 else { break }
      let number: Int? = state.withLock { state in
        state.accepted += state.isOpen ? 1 : 0
        state.refused += state.isOpen ? 0 : 1
        return state.isOpen ? state.accepted : nil
      }
      guard let number, let upstream = connectToServer() else {
        Self.reset(client)
        continue
      }
      Thread.detachNewThread { [self] in pass(client, upstream, number) }
    }
    close(listener)
  }

  private func connectToServer() -> Int32? {
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if Self.withLoopback(server, { connect(upstream, $0, $1) }) == 0 { return upstream }
    close(upstream)
    return nil
  }

  /// Carries pieces both ways until one side ends or the rule says so.
  private func pass(_ client: Int32, _ upstream: Int32, _ number: Int) {
    var silent: Set<Direction> = []
    var sockets = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0),
      pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
    ]
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isStopped {
      guard poll(&sockets, 2, 50) > 0 else { continue }
      for (index, ready) in sockets.enumerated() where ready.revents != 0 {
        let count = recv(ready.fd, &buffer, buffer.count, 0)
        guard count > 0 else {
          // Silence hides that the other side has gone, too.
          if !silent.isEmpty, index == 1 {
            sockets[1].fd = -1
            continue
          }
          return Self.end(client, upstream, abruptly: count < 0)
        }
        let direction: Direction = index == 0 ? .toServer : .toClient
        let piece = Array(buffer[..<count])
        let (rule, isSilent) = state.withLock { ($0.rule, number <= $0.lastSilent) }
        let isGone = isSilent || silent.contains(direction)
        let verdict: Verdict = isGone ? .silence : rule(direction, piece)
        let target = index == 0 ? upstream : client
        switch verdict {
        case .pass: Self.write(piece[...], to: target)
        case .silence: silent.insert(direction)
        case .reset(let passing):
          Self.write(piece.prefix(passing), to: target)
          // What was passed is to arrive before the reset does.
          usleep(20_000)
          return Self.end(client, upstream, abruptly: true)
        }
      }
    }
    Self.end(client, upstream, abruptly: true)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to socket: Int32) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func end(_ one: Int32, _ other: Int32, abruptly: Bool) {
    for socket in [one, other] {
      if abruptly { reset(socket) } else { close(socket) }
    }
  }

  /// Closes without a farewell: the peer gets ECONNRESET.
  private static func reset(_ socket: Int32) {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close(socket)
  }

  private static func withLoopback(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

extension [UInt8] {
  /// Whether the bytes of a text are among these.
  package func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, count >= wanted.count else { return false }
    return indices.dropLast(wanted.count - 1).contains {
      self[$0] == first && self[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }
}
