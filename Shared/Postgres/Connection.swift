import CPostgres
import Dispatch
import Glibc
import Synchronization

/// Owns one connection of libpq, from the first packet to the last, and closes it once.
///
/// Used only under the reactor's lock; never shared.
final class Connection {
  enum Opening { case reading, writing, open, failed }

  let handle: OpaquePointer
  /// libpq could not send everything yet; wait until the socket is writable and `flush`.
  private(set) var hasUnsent = false

  /// The server said, while nothing ran, that it ends the connection.
  private var hasFarewell = false

  /// Starts connecting; nil when libpq has no memory.
  init?(parameters: [String: String]) {
    let pairs = parameters.map { (strdup($0.key), strdup($0.value)) }
    defer {
      for (key, value) in pairs {
        free(key)
        free(value)
      }
    }
    let keys: [UnsafePointer<CChar>?] = pairs.map { $0.0.map { UnsafePointer($0) } } + [nil]
    let values: [UnsafePointer<CChar>?] = pairs.map { $0.1.map { UnsafePointer($0) } } + [nil]
    guard let handle = PQconnectStartParams(keys, values, 0) else { return nil }
    self.handle = handle
    // Unretained: the connection outlives libpq's use of it, which ends in `deinit`.
    let context = Unmanaged.passUnretained(self).toOpaque()
    PQsetNoticeReceiver(
      handle,
      { context, notice in
        guard let context, let severity = PQresultErrorField(notice, Int32(UInt8(ascii: "V")))
        else { return }
        if ["FATAL", "PANIC"].contains(String(cString: severity)) {
          Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().hasFarewell = true
        }
      }, context)
  }

  deinit { PQfinish(handle) }

  var socket: Int32 { PQsocket(handle) }
  var isBroken: Bool { hasFarewell || PQstatus(handle) == CONNECTION_BAD }
  var message: String { String(cString: PQerrorMessage(handle)).trimmed }

  func continueOpening() -> Opening {
    switch PQconnectPoll(handle) {
    case PGRES_POLLING_READING: return .reading
    case PGRES_POLLING_WRITING: return .writing
    case PGRES_POLLING_OK:
      PQsetnonblocking(handle, 1)
      return PQenterPipelineMode(handle) == 1 ? .open : .failed
    default: return .failed
    }
  }

  /// False when the connection is broken.
  func flush() -> Bool {
    let state = PQflush(handle)
    hasUnsent = state == 1
    return state >= 0
  }

  /// False when the connection is broken; what came before that can still be read.
  func receive() -> Bool { PQconsumeInput(handle) == 1 }

  /// Asks the kernel whether the other side has hung up, or said that it will, while nobody looked;
  /// its word may also have been read along with its greeting.
  func isHungUp() -> Bool {
    _ = PQisBusy(handle)
    if isBroken { return true }
    var byte: UInt8 = 0
    let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    if count < 0 { return errno != EAGAIN && errno != EINTR }
    guard receive() else { return true }
    _ = PQisBusy(handle)
    return isBroken
  }

  /// Asks the server to stop what this connection runs. The request travels on a connection of its
  /// own and libpq waits for that one, so it is made on a thread that may wait.
  func cancelOnServer() {
    guard let cancel = PQgetCancel(handle) else { return }
    CancelLine.shared.send(CancelTicket(pointer: cancel))
  }
}

/// Sends requests to cancel, a few at a time: a server that does not answer holds up only these.
private final class CancelLine: Sendable {
  static let shared = CancelLine()

  /// Those who wait behind the ones that are being sent. More are not worth a thread: the session
  /// is closed anyway, and the server looks for its client from time to time.
  private static let longestLine = 64
  private static let atOnce = 4

  private struct State {
    var isSending = 0
    var line = Queue<CancelTicket>()
    var length = 0
  }

  private let state = Mutex(State())

  func send(_ ticket: CancelTicket) {
    let isFirst = state.withLock { state in
      guard state.isSending >= Self.atOnce else {
        state.isSending += 1
        return true
      }
      if state.length < Self.longestLine {
        state.line.append(ticket)
        state.length += 1
      }
      return false
    }
    guard isFirst else { return }
    DispatchQueue.global(qos: .utility).async {
      var next: CancelTicket? = ticket
      while let ticket = next {
        ticket.send()
        next = self.next()
      }
    }
  }

  private func next() -> CancelTicket? {
    state.withLock { state in
      let next = state.line.popFirst()
      if next == nil { state.isSending -= 1 } else { state.length -= 1 }
      return next
    }
  }
}

/// Owns what libpq needs to cancel a statement. Sendable: it is a copy of addresses and keys that
/// nobody else holds.
private final class CancelTicket: @unchecked Sendable {
  private let pointer: OpaquePointer

  init(pointer: OpaquePointer) { self.pointer = pointer }

  deinit { PQfreeCancel(pointer) }

  func send() {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
      _ = PQcancel(pointer, reason.baseAddress, 256)
    }
  }
}
