import CommonContract
import Glibc
import Kernel
import Protobuf
import RPC

/// Writes what was printed so far.
func fflushStdout() { fflush(nil) }

/// What a run brought.
struct Measure {
  var callsPerSecond = 0.0
  var p50 = 0.0
  var p99 = 0.0
  var cpuPerCall = 0.0
}

/// Keeps a fixed number of calls in flight on one plain socket: each answer is followed by a new
/// request, all that one read brought by one write.
struct Load {
  private static let warmUp = 0.5
  private let socket: CInt
  private let template: [UInt8]
  private var lastCall: UInt32 = 0

  init(port: Int) {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(result == 0, "no connection")
    var on: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    self.socket = socket
    template = Self.request()
    exchangePrefaces()
  }

  /// A frame with call number 0 at offset 8.
  private static func request() -> [UInt8] {
    let context = CallContext(
      requestID: "0b5c8c53-9a3a-4d0e-8a2a-0c6f0c1d2e3f", actor: .user, account: AccountID(77),
      user: UserID(1_234), role: .editor, address: "192.0.2.17")
    let signed = ContextSigner(key: BenchServer.key).sign(context)
    var header: [UInt8] = [1 << 3 | 5]
    withUnsafeBytes(of: BenchServer.method.info.number.littleEndian) { header += $0 }
    header += [2 << 3, 0x90, 0x4e]
    header += [4 << 3 | 2, 25] + [UInt8](repeating: 0x11, count: 24) + [1]
    header += field(6, signed.bytes) + field(7, signed.signature)
    let body = Common.ProgressItem(
      phase: "AI_CALL", percentage: 40, message: String(repeating: "m", count: 180),
      creditsUsed: 3
    ).encoded()
    let payload = bigEndian(UInt32(header.count)) + header + body
    return bigEndian(UInt32(payload.count)) + [1, 0, 0, 0, 0, 0, 0, 0] + payload
  }

  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count < 128)
    return [number << 3 | 2, UInt8(bytes.count)] + bytes
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private func exchangePrefaces() {
    let preface =
      Self.bigEndian(0x4947_4e38) + [0, 1, 0, 0] + Self.bigEndian(8 << 20)
      + Self.bigEndian(1 << 18)
    send(preface)
    var answer = [UInt8](repeating: 0, count: 16)
    precondition(recv(socket, &answer, 16, CInt(MSG_WAITALL)) == 16)
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

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// CPU seconds that a process has used, all threads.
  private static func cpu(of process: Int32) -> Double {
    var usage = timespec()
    var clock = clockid_t()
    precondition(clock_getcpuclockid(process, &clock) == 0)
    clock_gettime(clock, &usage)
    return Double(usage.tv_sec) + Double(usage.tv_nsec) / 1e9
  }

  /// Runs for `seconds` after a warm-up.
  mutating func run(inFlight: Int, seconds: Double, server: Int32) -> Measure {
    var started = [Double](repeating: 0, count: 1 << 16)
    var latencies: [Float] = []
    latencies.reserveCapacity(1 << 22)
    var next = lastCall
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var filled = 0
    send(requests(inFlight, &next, &started))
    let begin = Self.now() + Self.warmUp
    var cpu = 0.0
    var from = 0.0
    while true {
      let count = buffer.withUnsafeMutableBytes {
        read(socket, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      precondition(count > 0, "the server has gone")
      filled += count
      let time = Self.now()
      let answers = takeAnswers(&buffer, &filled) { call in
        if from > 0 { latencies.append(Float(time - started[Int(call & 0xffff)])) }
      }
      if from == 0, time >= begin { (from, cpu) = (time, Self.cpu(of: server)) }
      if from > 0, time - from >= seconds {
        let used = Self.cpu(of: server) - cpu
        drain(inFlight - answers, &buffer, &filled)
        lastCall = next
        return Self.measure(latencies, seconds: time - from, cpu: used)
      }
      if answers > 0 { send(requests(answers, &next, &started)) }
    }
  }

  private func requests(_ count: Int, _ next: inout UInt32, _ started: inout [Double]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * template.count)
    let time = Self.now()
    for _ in 0..<count {
      next += 1
      started[Int(next & 0xffff)] = time
      let start = bytes.count
      bytes += template
      for (offset, byte) in Self.bigEndian(next).enumerated() { bytes[start + 8 + offset] = byte }
    }
    return bytes
  }

  private func takeAnswers(
    _ buffer: inout [UInt8], _ filled: inout Int, _ seen: (UInt32) -> Void
  ) -> Int {
    var position = 0
    var answers = 0
    buffer.withUnsafeMutableBytes { bytes in
      while filled - position >= 12 {
        let length = Int(
          UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        guard filled - position >= 12 + length else { break }
        let call = UInt32(
          bigEndian: bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt32.self))
        precondition(length > 500 && length < 700, "an answer of \(length) bytes")
        seen(call)
        answers += 1
        position += 12 + length
      }
      if let base = bytes.baseAddress, position > 0 {
        memmove(base, base + position, filled - position)
      }
    }
    filled -= position
    return answers
  }

  private func drain(_ count: Int, _ buffer: inout [UInt8], _ filled: inout Int) {
    var left = count
    while left > 0 {
      let count = buffer.withUnsafeMutableBytes {
        read(socket, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      precondition(count > 0, "the server has gone")
      filled += count
      left -= takeAnswers(&buffer, &filled) { _ in }
    }
  }

  private static func measure(_ latencies: [Float], seconds: Double, cpu: Double) -> Measure {
    let sorted = latencies.sorted()
    let count = Double(sorted.count)
    return Measure(
      callsPerSecond: count / seconds,
      p50: Double(sorted[sorted.count / 2]) * 1e6,
      p99: Double(sorted[sorted.count * 99 / 100]) * 1e6,
      cpuPerCall: cpu / count * 1e6)
  }
}
