import Foundation
import Synchronization

/// A server program that lives as long as this test process: its folder, its port, its process.
///
/// The folder carries this process's id, and is in memory where there is much of it: hundreds of
/// small databases are slow to remove from a disk. Stopped and removed at exit; what a crashed run
/// left is stopped and removed by the next one.
package struct TestServer: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let folder: String
  package let port: Int

  private struct Started {
    var servers: Set<pid_t> = []
    var folders: Set<String> = []
  }

  private static let started = Mutex(Started())

  /// Where folders are made: the shared memory, if there is this much room, else the temporary
  /// directory.
  private static var root: String { mustUseDisk.load(ordering: .relaxed) ? disk : roomiest }
  private static let disk = NSTemporaryDirectory()
  private static let mustUseDisk = Atomic(false)

  private static let roomiest: String = {
    let (memory, room) = ("/dev/shm", UInt64(8) << 30)
    var space = statvfs()
    let isRoomy =
      statvfs(memory, &space) == 0 && access(memory, W_OK) == 0
      && UInt64(space.f_bavail) * UInt64(space.f_frsize) >= room
    return isRoomy ? memory : disk
  }()

  /// From now on in the temporary directory, for benches: there a commit that waits for the disk
  /// waits.
  package static func useDisk() { mustUseDisk.store(true, ordering: .relaxed) }

  /// A new, empty folder under the root, owned by whoever the server runs as.
  static func makeFolder(kind: String, owner: String?) throws -> String {
    removeStale()
    let folder = "\(root)/igny8-test-\(kind)-\(getpid())"
      .replacingOccurrences(of: "//", with: "/")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    if let owner, getuid() == 0, let (user, group) = account(named: owner) {
      chown(folder, user, group)
    }
    return folder
  }

  /// Others may ask at the same time, so not by `getpwnam`, whose answer is one for all.
  private static func account(named name: String) -> (user: uid_t, group: gid_t)? {
    var (entry, found) = (passwd(), UnsafeMutablePointer<passwd>?.none)
    var texts = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(name, &entry, &texts, texts.count, &found) == 0, found != nil else {
      return nil
    }
    return (entry.pw_uid, entry.pw_gid)
  }

  /// Stops and removes what processes that are gone have left.
  private static func removeStale() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] {
      guard name.hasPrefix("igny8-test-"), let number = name.split(separator: "-").last,
        let owner = pid_t(number),
        kill(owner, 0) != 0, errno == ESRCH
      else { continue }
      let folder = (root as NSString).appendingPathComponent(name)
      if let server = processID(in: folder) { end(server) }
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  /// The server that still runs in a folder, if its process really is that one.
  private static func processID(in folder: String) -> pid_t? {
    let file = folder + "/server.pid"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8), let pid = pid_t(text),
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
      String(decoding: line, as: UTF8.self).contains(folder)
    else { return nil }
    return pid
  }

  private static func end(_ pid: pid_t) {
    kill(pid, SIGINT)
    for _ in 0..<100 {
      waitpid(pid, nil, WNOHANG)
      if kill(pid, 0) != 0 { return }
      usleep(20_000)
    }
    kill(pid, SIGKILL)
  }

  /// Starts a program that stays; its output goes to `log` in the folder.
  @discardableResult
  static func launch(_ command: [String], as owner: String?, in folder: String) throws -> pid_t {
    let process = try start(command, as: owner, in: folder)
    let pid = process.processIdentifier
    try "\(pid)".write(toFile: folder + "/server.pid", atomically: true, encoding: .utf8)
    started.withLock { started in
      if started.folders.isEmpty { atexit { TestServer.endAll() } }
      started.servers.insert(pid)
      started.folders.insert(folder)
    }
    return pid
  }

  /// Ends a server that `launch` started, as a crash of the machine would if `abruptly`.
  static func stop(_ pid: pid_t, abruptly: Bool) {
    started.withLock { _ = $0.servers.remove(pid) }
    if abruptly { kill(pid, SIGQUIT) }
    end(pid)
  }

  private static func endAll() {
    let all = started.withLock { $0 }
    for server in all.servers { end(server) }
    for folder in all.folders { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Runs a program to its end.
  /// - Throws: `Failure` with its output when it fails.
  static func run(_ command: [String], as owner: String?, in folder: String) throws {
    let process = try start(command, as: owner, in: folder)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
      throw Failure(description: "\(command[0]): \(log.suffix(2_000))")
    }
  }

  private static func start(
    _ command: [String], as owner: String?, in folder: String
  ) throws -> Process {
    let log = folder + "/log"
    if !FileManager.default.fileExists(atPath: log) {
      _ = FileManager.default.createFile(atPath: log, contents: nil)
    }
    guard let output = FileHandle(forWritingAtPath: log) else {
      throw Failure(description: "cannot write \(log)")
    }
    try output.seekToEnd()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    if let owner, getuid() == 0 {
      let become = ["--reuid=\(owner)", "--regid=\(owner)", "--clear-groups", "--"]
      process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
      process.arguments = become + command
    }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A loopback port nobody listens on at this moment.
  static func freePort() throws -> Int { try RefusingPort().port }

  /// Asks again and again until `isReady`, for at most `seconds`.
  static func wait(seconds: Double = 30, until isReady: () -> Bool) throws {
    let end = RealTime().monotonic() + .seconds(seconds)
    while !isReady() {
      guard RealTime().monotonic() < end else {
        throw Failure(description: "the server does not answer")
      }
      usleep(10_000)
    }
  }

  /// Whether something accepts connections on a loopback port.
  static func accepts(port: Int) -> Bool {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
