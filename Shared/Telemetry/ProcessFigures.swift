import Glibc
import Synchronization

/// The figures of the process itself, under the names that Prometheus' client libraries gave them.
package enum ProcessFigures {
  /// Adds memory, CPU, file descriptors, threads and the start time to a registry.
  package static func register(in metrics: Metrics = .shared) {
    metrics.observe("process_resident_memory_bytes", "Resident memory.") {
      field(24).map { $0 * Double(pageSize) } ?? .nan
    }
    metrics.observe("process_cpu_seconds_total", "User and system CPU time spent.") {
      guard let user = field(14), let system = field(15) else { return .nan }
      return (user + system) / ticks
    }
    metrics.observe("process_open_fds", "Open file descriptors.") { Double(openDescriptors()) }
    metrics.observe("process_threads", "Threads.") { field(20) ?? .nan }
    metrics.observe("process_start_time_seconds", "Start, in seconds since the epoch.") {
      guard let started = field(22), let boot = bootTime() else { return .nan }
      return boot + started / ticks
    }
  }

  private static let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
  private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

  /// A field of /proc/self/stat, numbered from 1 as in proc(5).
  private static func field(_ number: Int) -> Double? {
    guard let text = contents(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    // The first two fields are the id and the name in parentheses, which may hold blanks.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.indices.contains(number - 3) else { return nil }
    return Double(fields[number - 3])
  }

  private static func bootTime() -> Double? {
    contents(of: "/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
      .flatMap { Double($0.dropFirst("btime ".count)) }
  }

  private static func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3  // ".", ".." and the folder's own
  }

  private static func contents(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
