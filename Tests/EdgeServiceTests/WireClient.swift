import Foundation

/// Opens connections and writes to them whatever a test wants.
struct WireClient: Sendable {
  let port: Int

  struct Failure: Error {}

  /// One connection; the end of its use closes it.
  final class Connection: Sendable {
    private let socket: Int32

    init(_ socket: Int32) { self.socket = socket }

    deinit { close(socket) }

    /// False when the other side has gone. Waits as `read` does.
    func write(_ text: String) async -> Bool {
      await withCheckedContinuation { writer in
        Thread.detachNewThread { writer.resume(returning: self.writeNow(text)) }
      }
    }

    fileprivate func writeNow(_ text: String) -> Bool {
      let bytes = Array(text.utf8)
      return Foundation.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Reads so many bytes, fewer when the connection ends before. Waits on a thread of its own:
    /// the server needs those that tasks share.
    func read(_ count: Int) async -> String {
      await withCheckedContinuation { reader in
        Thread.detachNewThread { reader.resume(returning: self.readNow(count)) }
      }
    }

    private func readNow(_ count: Int) -> String {
      var got: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 4_096)
      while got.count < count {
        let length = recv(socket, &piece, min(piece.count, count - got.count), 0)
        guard length > 0 else { break }
        got += piece.prefix(length)
      }
      return String(decoding: got, as: UTF8.self)
    }

    /// Whether something has come that was not read.
    var hasAnswer: Bool {
      var byte: UInt8 = 0
      return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// Says that nothing more is wanted, in either direction.
    func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// All that comes until the other side closes.
    func untilClosed() async -> String { await read(.max) }
  }

  /// Connects and writes a text.
  func send(_ text: String) throws -> Connection {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let connection = Connection(socket)
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0, connection.writeNow(text) else { throw Failure() }
    return connection
  }
}
