import Foundation

/// Processor time that was taken so far, user and system, in seconds.
package enum ProcessorTime {
  /// Of this process.
  package static func own() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_utime.inSeconds + usage.ru_stime.inSeconds
  }

  /// Of a process and all that it ever started: those that live and those that it saw end.
  /// As exact as the kernel's ticks, a hundredth of a second for each.
  package static func family(of parent: pid_t) -> Double {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let ticks = names.compactMap { pid_t($0) }.reduce(UInt64(0)) { sum, pid in
      guard let times = Times(pid) else { return sum }
      if pid == parent { return sum + times.own + times.ended }
      return times.parent == parent ? sum + times.own : sum
    }
    return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The process that started another one; nil when that is gone.
  package static func parent(of pid: pid_t) -> pid_t? { Times(pid)?.parent }

  /// A line of /proc/PID/stat.
  private struct Times {
    let parent: pid_t
    let own: UInt64
    let ended: UInt64

    init?(_ pid: pid_t) {
      guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = line.lastIndex(of: ")")
      else { return nil }
      // Behind the name: state, parent, …, utime, stime, cutime, cstime from the twelfth on.
      let fields = line[line.index(after: end)...].split(separator: " ")
      let times = fields.dropFirst(11).prefix(4).compactMap { UInt64($0) }
      guard times.count == 4, let parent = pid_t(fields[1]) else { return nil }
      (self.parent, own, ended) = (parent, times[0] + times[1], times[2] + times[3])
    }
  }
}

extension timeval {
  package var inSeconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
