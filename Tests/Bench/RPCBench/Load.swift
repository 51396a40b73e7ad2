import Glibc

/// What a run brought.
struct Measure {
  var callsPerSecond = 0.0
  /// Microseconds.
  var p50 = 0.0
  var p99 = 0.0
  /// Microseconds of the server's process, all its threads.
  var cpuPerCall = 0.0
}

extension Measure {
  /// The least CPU of any turn; the rest is of the turn with the most calls.
  init(bestOf turns: [Measure]) {
    self = turns.max { $0.callsPerSecond < $1.callsPerSecond } ?? Measure()
    cpuPerCall = turns.map(\.cpuPerCall).min() ?? 0
  }
}

/// Keeps a fixed number of calls in flight on one plain socket: each answer is followed by a new
/// request, all that one read brought by one write.
struct Load {
  private static let warmUp = 0.3
  private static let bufferBytes = 1 << 20

  private let socket: CInt
  private let server: pid_t
  private let answerBytes: Int
  private var dialect: any Dialect
  private var lastCall: UInt32 = 0
  private var started = [Double](repeating: 0, count: 1 << 16)
  private var buffer = [UInt8](repeating: 0, count: bufferBytes)
  private var filled = 0

  init(_ dialect: some Dialect, answerBytes: Int, server: pid_t, port: Int) {
    (self.dialect, self.answerBytes, self.server) = (dialect, answerBytes, server)
    socket = Self.connect(to: port)
    send(dialect.greeting)
  }

  func close() { Glibc.close(socket) }

  private static func connect(to port: Int) -> CInt {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(result == 0, "no connection")
    var on: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    return socket
  }

  private func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(socket, $0.baseAddress?.advanced(by: sent), bytes.count - sent)
      }
      precondition(count > 0, "the server has gone")
      sent += count
    }
  }

  private static func now() -> Double { time(CLOCK_MONOTONIC) }

  private static func time(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Seconds that the server has used, all threads: what getrusage would tell after its end.
  private func serverCPU() -> Double {
    var clock = clockid_t()
    precondition(clock_getcpuclockid(server, &clock) == 0)
    return Self.time(clock)
  }

  /// Runs for `seconds` after a warm-up; nothing is in flight afterwards.
  mutating func run(inFlight: Int, seconds: Double) -> Measure {
    var latencies: [Float] = []
    latencies.reserveCapacity(1 << 20)
    ask(inFlight)
    let begin = Self.now() + Self.warmUp
    var (from, cpu, messageBytes, answers) = (0.0, 0.0, 0, 0)
    var isOver = false
    var left = inFlight
    var measure = Measure()
    while left > 0 {
      let heard = hear()
      let time = Self.now()
      messageBytes += heard.messageBytes
      answers += heard.answered.count
      if from > 0, !isOver {
        for call in heard.answered { latencies.append(Float(time - started[Int(call & 0xffff)])) }
      }
      if from == 0, time >= begin { (from, cpu) = (time, serverCPU()) }
      if from > 0, !isOver, time - from >= seconds {
        isOver = true
        measure = Self.measure(latencies, seconds: time - from, cpu: serverCPU() - cpu)
      }
      if isOver { left -= heard.answered.count } else { ask(heard.answered.count) }
    }
    let lead = messageBytes - answers * answerBytes
    precondition(lead == 4 * answers || lead == 5 * answers, "other answers than were asked for")
    return measure
  }

  private mutating func ask(_ count: Int) {
    guard count > 0 else { return }
    var bytes: [UInt8] = []
    let time = Self.now()
    for _ in 0..<count {
      lastCall += 1
      started[Int(lastCall & 0xffff)] = time
      dialect.ask(lastCall, in: &bytes)
    }
    send(bytes)
  }

  private mutating func hear() -> Heard {
    var heard = Heard()
    let (socket, known) = (self.socket, filled)
    filled = buffer.withUnsafeMutableBytes { memory in
      let count = read(socket, memory.baseAddress?.advanced(by: known), memory.count - known)
      precondition(count > 0, "the server has gone")
      let bytes = UnsafeRawBufferPointer(rebasing: memory[..<(known + count)])
      let understood = dialect.hear(bytes, &heard)
      if let start = memory.baseAddress {
        memmove(start, start + understood, bytes.count - understood)
      }
      return bytes.count - understood
    }
    if !heard.toSay.isEmpty { send(heard.toSay) }
    return heard
  }

  private static func measure(_ latencies: [Float], seconds: Double, cpu: Double) -> Measure {
    guard !latencies.isEmpty else { return Measure() }
    let sorted = latencies.sorted()
    let count = Double(sorted.count)
    return Measure(
      callsPerSecond: count / seconds,
      p50: Double(sorted[sorted.count / 2]) * 1e6,
      p99: Double(sorted[sorted.count * 99 / 100]) * 1e6,
      cpuPerCall: cpu / count * 1e6)
  }
}
