import Glibc

/// A program that ran to its end.
package struct Child: Sendable {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  /// What it wrote to standard output.
  package let output: String
  /// Processor time that it took, user and system.
  package let cpuSeconds: Double

  /// Runs a program with no signal blocked or ignored. A child that inherits the mask of a Swift
  /// thread never sees its own timer, nor what is to stop it.
  /// - Throws: `Failed` when it cannot start, or ends with anything but 0.
  package static func run(_ command: [String]) throws -> Child {
    var pipe: [CInt] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw Failed(description: "no pipe") }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipe[0]) }
    let pid: pid_t
    do {
      defer { close(pipe[1]) }
      pid = try spawn(command, output: pipe[1])
    }
    let output = read(pipe[0])
    var status: CInt = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
    guard status == 0 else {
      throw Failed(description: "\(command[0]) ended with status \(status): \(output)")
    }
    return Child(output: output, cpuSeconds: usage.ru_utime.inSeconds + usage.ru_stime.inSeconds)
  }

  private static func spawn(_ command: [String], output: CInt) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, command[0], &actions, &attributes, &words, environ)
    guard failure == 0 else {
      throw Failed(description: "\(command[0]): \(String(cString: strerror(failure)))")
    }
    return pid
  }

  private static func read(_ file: CInt) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
