import Foundation

/// Somebody else's eyes on what we write: Python's standard library.
package enum Python {
  /// Runs a script whose first argument is a file with these bytes; what it prints.
  package static func run(_ script: String, on bytes: [UInt8]) throws -> String {
    let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: place)
    defer { try? FileManager.default.removeItem(at: place) }
    let program = Process()
    program.executableURL = URL(filePath: "/usr/bin/env")
    program.arguments = ["python3", "-X", "utf8", "-c", script, place.path]
    let pipe = Pipe()
    (program.standardOutput, program.standardError) = (pipe, pipe)
    try program.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    program.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }

  /// The files of a ZIP archive, each compared with its checksum; a single one without a name says
  /// what is wrong with the archive.
  package static func unzip(_ archive: [UInt8]) throws -> [String: String] {
    let said = try run(unzipping, on: archive)
    var files: [String: String] = [:]
    for line in said.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3, words[0] == "file" else { return ["": said] }
      let bytes = words[2].utf8.dropFirst().map { $0 }
      files[text(Array(words[1].utf8.dropFirst()))] = text(bytes)
    }
    return files
  }

  private static let unzipping = """
    import sys, zipfile
    with zipfile.ZipFile(sys.argv[1]) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names)), names
        for name in names:
            print('file', 'x' + name.encode().hex(), 'x' + archive.read(name).hex())
    """

  private static func text(_ hex: [UInt8]) -> String {
    let digits = hex.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
