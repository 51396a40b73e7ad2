import CPostgres
import Kernel

/// Who listens to what, on the session that is theirs alone.
struct Listening {
  enum State { case off, opening, open(Session), waiting(until: Duration), over }

  var state: State = .off
  var failures = 0
  var streams: [String: [UInt64: AsyncStream<Notification>.Continuation]] = [:]
  /// Channels the server has been asked for on this session.
  var channels: Set<String> = []

  var isOver: Bool {
    if case .over = state { return true }
    return false
  }

  func yield(_ notification: Notification, on channel: String) {
    for stream in (streams[channel] ?? [:]).values { stream.yield(notification) }
  }
}

extension Switchboard {
  func listen(
    _ channel: String, _ id: UInt64, _ stream: AsyncStream<Notification>.Continuation,
    _ now: Duration
  ) {
    if listening.isOver { return stream.finish() }
    listening.streams[channel, default: [:]][id] = stream
    switch listening.state {
    case .off:
      listening.state = .opening
      open(Self.listenerID, now)
    case .open(let session):
      if listening.channels.contains(channel) {
        stream.yield(.resumed)
      } else {
        askForChannels(session, now)
      }
    case .opening, .waiting, .over: break
    }
  }

  /// The server goes on sending until the session ends; nobody hears it.
  func unlisten(_ channel: String, _ id: UInt64) {
    listening.streams[channel]?[id] = nil
    if listening.streams[channel]?.isEmpty == true { listening.streams[channel] = nil }
  }

  func stopListening() {
    for streams in listening.streams.values { streams.values.forEach { $0.finish() } }
    listening.streams.removeAll()
    openings[Self.listenerID] = nil
    listening.state = .over
  }

  func listenerOpened(_ session: Session, _ now: Duration) {
    guard !listening.isOver else { return }
    listening.failures = 0
    listening.channels = []
    listening.state = .open(session)
    askForChannels(session, now)
  }

  func listenerLost(_ now: Duration) {
    guard !listening.isOver else { return }
    listening.failures += 1
    let backoff = Backoff(base: .milliseconds(50), limit: .seconds(2))
    let retryAt = now + backoff.delay(attempt: listening.failures, chance: stagger)
    listening.state = .waiting(until: retryAt)
    wake(at: retryAt)
  }

  func retryListening(_ now: Duration) {
    guard case .waiting(let time) = listening.state else { return }
    if time > now { return wake(at: time) }
    if listening.streams.isEmpty {
      listening.state = .off
    } else {
      listening.state = .opening
      open(Self.listenerID, now)
    }
  }

  func listenerIsReady(_ now: Duration) {
    guard case .open(let session) = listening.state else { return }
    guard session.listenerReceives() else { return listenerLost(now) }
    for (channel, payload) in session.takeNotifications() {
      listening.yield(.received(payload), on: channel)
    }
    for channel in session.takeHeardChannels() {
      listening.channels.insert(channel)
      listening.yield(.resumed, on: channel)
    }
    askForChannels(session, now)
  }

  private func askForChannels(_ session: Session, _ now: Duration) {
    let missing = Set(listening.streams.keys).subtracting(listening.channels)
    guard session.listen(to: missing.sorted()) else { return listenerLost(now) }
    watchAsNeeded(session)
  }
}

extension Session {
  /// Sends LISTEN for each channel unless an earlier answer is still awaited; false when broken.
  func listen(to channels: [String]) -> Bool {
    guard awaitedChannels.isEmpty, !channels.isEmpty else { return true }
    awaitedChannels = channels
    for channel in channels {
      let sql = "LISTEN \(quoted(channel))"
      let sent = PQsendQueryParams(connection.handle, sql, 0, nil, nil, nil, nil, 1)
      guard sent == 1 else { return false }
    }
    return PQpipelineSync(connection.handle) == 1 && connection.flush()
  }

  /// Reads what came; false when the connection is lost.
  func listenerReceives() -> Bool {
    guard connection.receive(), !connection.hasUnsent || connection.flush() else { return false }
    while PQisBusy(connection.handle) == 0, !awaitedChannels.isEmpty {
      guard let pointer = PQgetResult(connection.handle) else { continue }
      let result = QueryResult(owning: pointer)
      switch PQresultStatus(result.pointer) {
      case PGRES_COMMAND_OK: break
      case PGRES_PIPELINE_SYNC:
        heardChannels += awaitedChannels
        awaitedChannels = []
      default: return false
      }
    }
    return !connection.isBroken
  }

  func takeHeardChannels() -> [String] {
    let taken = heardChannels
    heardChannels = []
    return taken
  }

  func takeNotifications() -> [(channel: String, payload: String)] {
    var taken: [(String, String)] = []
    while let notification = PQnotifies(connection.handle) {
      taken.append(
        (
          String(cString: notification.pointee.relname),
          notification.pointee.extra.map { String(cString: $0) } ?? ""
        ))
      PQfreemem(notification)
    }
    return taken
  }
}
