import Glibc
import Kernel
import Synchronization

/// What callers tell the switchboard.
enum Submission: Sendable {
  case request(Request)
  case cancel(UInt64)
  /// The address of a session that is being opened, or why there is none.
  case resolved(session: Int, Result<String, PostgresError>)
  case listen(channel: String, id: UInt64, AsyncStream<Notification>.Continuation)
  case unlisten(channel: String, id: UInt64)
  case close(UnsafeContinuation<Void, Never>?)
}

/// Runs a switchboard: one thread waits for all sockets, and every caller lends a hand.
///
/// A caller puts its submission in line and, if nobody works on the switchboard at that moment,
/// works off the line itself, sending included; otherwise whoever works sees it before leaving.
/// So nobody ever waits for the lock but the reactor's own thread, a query needs no hop to another
/// thread to be sent, and under load many submissions are handled in one go. Answers are handed
/// over after the lock is given back.
final class Reactor: Sendable {
  private let epoll = Epoll()
  private let line = Mutex<[Submission]>([])
  private let switchboard: Mutex<Switchboard>
  private let lastID = Atomic<UInt64>(0)

  init(settings: DatabaseSettings, report: @escaping Switchboard.Report) {
    switchboard = Mutex(Switchboard(settings: settings, epoll: epoll, report: report))
    switchboard.withLock { board in
      board.submit = { [weak self] in self?.submit($0) }
      board.start(at: machineTime())
    }
    let thread = Thread(reactor: self)
    thread.start()
  }

  func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

  func submit(_ submission: Submission) {
    line.withLock { $0.append(submission) }
    workOffLine()
  }

  /// The pool at this moment.
  func figures() -> PoolFigures {
    let figures = switchboard.withLock { $0.figures }
    // Who could not get the lock meanwhile left its submission to its holder.
    workOffLine()
    return figures
  }

  private func workOffLine() {
    while true {
      let answers = switchboard.withLockIfAvailable { board -> [Switchboard.Completion] in
        takeSubmissions(into: board)
        if board.needsEarlierWake { epoll.wake() }
        return board.takeCompletions()
      }
      guard let answers else { return }
      for answer in answers { answer.deliver() }
      if line.withLock({ $0.isEmpty }) { return }
    }
  }

  private func takeSubmissions(into board: Switchboard) {
    let submissions = line.withLock { line in
      let taken = line
      line.removeAll(keepingCapacity: true)
      return taken
    }
    guard !submissions.isEmpty else { return }
    let now = machineTime()
    for submission in submissions { board.handle(submission, at: now) }
  }

  /// The thread's life: until the switchboard is closed and empty.
  fileprivate func run() {
    var keys: [UInt64] = []
    var patience: Duration? = .zero
    while true {
      epoll.wait(for: patience, into: &keys)
      let (answers, isOver) = switchboard.withLock { board in
        let now = machineTime()
        for key in keys { board.socketIsReady(Int(truncatingIfNeeded: key), at: now) }
        takeSubmissions(into: board)
        board.handleTime(machineTime())
        patience = board.armWake(at: machineTime())
        return (board.takeCompletions(), board.isOver)
      }
      for answer in answers { answer.deliver() }
      // Before the end too: who came while the lock was held relies on it.
      if !line.withLock({ $0.isEmpty }) { workOffLine() }
      if isOver { return }
    }
  }
}

/// Starts the reactor's thread; the thread keeps the reactor alive until it ends.
private struct Thread {
  let reactor: Reactor

  func start() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(reactor).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Reactor>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(status == 0, "no thread left for the database")
    pthread_detach(thread)
  }
}
