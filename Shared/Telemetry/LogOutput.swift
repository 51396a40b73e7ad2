import Glibc

/// Where finished log lines go; each line comes whole, with its newline.
package struct LogOutput: Sendable {
  private let take: @Sendable (UnsafeRawBufferPointer) -> Void

  package init(_ take: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) { self.take = take }

  func write(_ line: [UInt8]) { line.withUnsafeBytes { take($0) } }

  /// One `write` per line, so that lines of several threads do not mix. A line that cannot be
  /// written is lost: a log must not stop the service.
  package static func descriptor(_ descriptor: Int32) -> LogOutput {
    LogOutput { line in
      var rest = line
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  package static let standardOutput = descriptor(STDOUT_FILENO)
}
