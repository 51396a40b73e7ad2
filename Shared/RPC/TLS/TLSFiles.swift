#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a service's proof of who it is lies, as PEM.
package struct TLSFiles: Sendable, Equatable {
  /// One of the three files.
  package enum Part: Sendable, CaseIterable { case certificate, key, authority }

  /// The service's certificate, then those between it and the authority, if any.
  package let certificate: String
  /// The certificate's private key, without a passphrase.
  package let key: String
  /// The certificates of the authority; several while one takes over from another.
  package let authority: String

  package init(certificate: String, key: String, authority: String) {
    (self.certificate, self.key, self.authority) = (certificate, key, authority)
  }

  /// All three as they are at one moment: read again while somebody is changing them.
  /// - Throws: `TLSFault` when one cannot be read.
  func read() throws(TLSFault) -> TLSContents {
    var last = try readOnce()
    for _ in 0..<3 {
      let again = try readOnce()
      if again == last { break }
      last = again
    }
    return last
  }

  private func readOnce() throws(TLSFault) -> TLSContents {
    TLSContents(
      certificate: try Self.bytes(of: certificate, .certificate),
      key: try Self.bytes(of: key, .key), authority: try Self.bytes(of: authority, .authority))
  }

  /// Longer than any sensible chain.
  private static let limit = 1 << 20

  private static func bytes(of path: String, _ part: Part) throws(TLSFault) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw TLSFault(part, "names a file that cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw TLSFault(part, "names a file that cannot be read") }
    guard count <= limit else { throw TLSFault(part, "names a file of more than \(limit) bytes") }
    return Array(bytes[..<count])
  }
}

/// What the three files hold.
struct TLSContents: Equatable, Sendable {
  var certificate: [UInt8]
  var key: [UInt8]
  var authority: [UInt8]
}

/// What is wrong with one of the files. The reason reads on from the name of its setting and
/// repeats nothing of its content.
package struct TLSFault: Error, Equatable, CustomStringConvertible {
  package let part: TLSFiles.Part
  package let reason: String

  init(_ part: TLSFiles.Part, _ reason: String) { (self.part, self.reason) = (part, reason) }

  package var description: String { "the file of the \(part) \(reason)" }
}
