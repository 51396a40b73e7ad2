import Glibc

/// Where settings come from: the environment, and beneath it the file that `IGNY8_SETTINGS_FILE`
/// names.
package enum SettingsSource {
  /// The process's environment over the settings file, if one is named.
  /// - Throws: `SettingsError` when the file is named and cannot be read, or a line of it is wrong.
  package static func process() throws(SettingsError) -> [String: String] {
    let environment = processEnvironment()
    guard let path = environment["IGNY8_SETTINGS_FILE"], !path.isEmpty else { return environment }
    guard let text = contents(of: path) else {
      throw fault("names a file that cannot be read")
    }
    return try file(text).merging(environment) { $1 }
  }

  /// Reads `NAME=value` lines. Blank lines and lines that begin with `#` are passed over; a value
  /// may stand in single or double quotes; nothing in it is expanded.
  static func file(_ text: String) throws(SettingsError) -> [String: String] {
    var values: [String: String] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
        throw fault("has no NAME=value in line \(index + 1)")
      }
      let value = trimmed(line[line.index(after: equals)...])
      values[String(trimmed(line[..<equals]))] = unquoted(value)
    }
    return values
  }

  private static func fault(_ reason: String) -> SettingsError {
    SettingsError(faults: [.init(name: "IGNY8_SETTINGS_FILE", reason: reason)])
  }

  static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private static func unquoted(_ value: Substring) -> String {
    for quote in ["\"", "'"]
    where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
      return String(value.dropFirst().dropLast())
    }
    return String(value)
  }

  private static func processEnvironment() -> [String: String] {
    var values: [String: String] = [:]
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if let equals = text.firstIndex(of: "=") {
        values[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      entry += 1
    }
    return values
  }

  private static func contents(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      bytes += piece[..<count]
    }
    return ferror(file) == 0 ? String(validating: bytes, as: UTF8.self) : nil
  }
}
