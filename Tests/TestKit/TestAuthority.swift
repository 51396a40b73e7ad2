import Foundation

/// A certificate authority of one test, made with the openssl command. Its files go with it.
package final class TestAuthority: Sendable {
  /// A certificate with its key, and the authorities that its owner trusts, as PEM files.
  package struct Files: Sendable {
    package let certificate: String
    package let key: String
    package let authority: String
    /// Keeps the files there.
    private let owner: TestAuthority

    fileprivate init(of name: String, owner: TestAuthority) {
      certificate = "\(owner.folder)/\(name).pem"
      key = "\(owner.folder)/\(name).key"
      authority = "\(owner.folder)/\(name).authority.pem"
      self.owner = owner
    }
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }

  private let folder: String
  /// The authority's own certificate.
  package var certificate: String { folder + "/authority.pem" }

  package init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/igny8-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("[req]\ndistinguished_name=dn\n[dn]\n".utf8).write(to: file("openssl.cnf"))
    try make(
      "authority", subject: "Test authority", days: 90,
      ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Issues a certificate.
  /// - Parameters:
  ///   - name: of the files, and the DNS name in the certificate unless `dnsNames` says otherwise.
  ///   - trusting: certificates of the authorities that the owner trusts; by default this one's.
  package func issue(
    _ name: String, dnsNames: [String]? = nil, days: Int = 30,
    usage: String = "serverAuth,clientAuth", trusting: [String]? = nil
  ) throws -> Files {
    let names = (dnsNames ?? [name]).map { "DNS:\($0)" }.joined(separator: ",")
    try make(
      name, subject: name, days: days,
      [
        "subjectAltName=\(names)", "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=\(usage)",
      ],
      ["-CA", certificate, "-CAkey", folder + "/authority.key"])
    let bundle = try (trusting ?? [certificate]).map { try Data(contentsOf: URL(filePath: $0)) }
    try bundle.reduce(Data(), +).write(to: file("\(name).authority.pem"), options: .atomic)
    return Files(of: name, owner: self)
  }

  private func make(
    _ name: String, subject: String, days: Int, _ extensions: [String], _ more: [String] = []
  ) throws {
    let command =
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-config", "openssl.cnf", "-subj", "/CN=\(subject)", "-days", "\(days)",
        "-keyout", "\(name).key", "-out", "\(name).pem",
      ] + extensions.flatMap { ["-addext", $0] } + more
    let (status, said) = try Self.run(command, in: folder)
    guard status == 0 else { throw Failure(description: "openssl: \(said)") }
  }

  private func file(_ name: String) -> URL { URL(filePath: "\(folder)/\(name)") }

  /// Runs a command to its end, with nothing to read; what it says, both ways, is short.
  package static func run(
    _ command: [String], in folder: String = "/"
  ) throws -> (status: Int32, said: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(filePath: folder)
    (process.standardOutput, process.standardError) = (output, output)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
