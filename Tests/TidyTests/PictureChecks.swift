/// A machine's state picture shows the states that its enum has.
///
/// The picture is a mermaid `stateDiagram-v2` in a doc comment or in a Markdown file beside the
/// code. Some enum of the same folder has exactly its states; a line `%% States: Hold.State` says
/// which.
enum PictureChecks {
  struct Picture: Equatable {
    let path: String
    let line: Int
    let enumName: String
    let states: Set<String>
  }

  private static let named = Pattern(#"%% States: (\S+)"#)
  private static let arrow = Pattern(#"^\s*(\[\*\]|\w+)\s*-->\s*(\[\*\]|\w+)"#)
  private static let declared = Pattern(
    #"^\s*(?:package |private |fileprivate )?(?:indirect )?enum (\w+)"#)
  private static let cased = Pattern(#"^\s*(?:indirect )?case ([^.\s].*)$"#)

  static func pictures(path: String, text: String) -> [Picture] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(uncommented)
    return lines.indices.compactMap { start in
      guard lines[start].hasPrefix("stateDiagram") else { return nil }
      let body = lines[start...].prefix { !$0.hasPrefix("```") }
      let states = body.flatMap { arrow.matches(in: $0).flatMap { $0.groups.dropFirst() } }
      let name = body.compactMap { named.matches(in: $0).first?.groups[1] }.first ?? ""
      return Picture(
        path: path, line: start + 1, enumName: name, states: Set(states).subtracting(["[*]"]))
    }
  }

  private static func uncommented(_ line: Substring) -> Substring {
    var rest = line.drop(while: \.isWhitespace)
    if rest.hasPrefix("//") { rest = rest.drop { $0 == "/" }.drop(while: \.isWhitespace) }
    return rest
  }

  static func violations(_ picture: Picture, in sources: [SwiftText]) -> [Violation] {
    func complaint(_ what: String) -> [Violation] {
      [.init(path: picture.path, line: picture.line, what: what)]
    }
    let folder = picture.path.split(separator: "/").dropLast().joined(separator: "/") + "/"
    let near = sources.filter { $0.path.hasPrefix(folder) }
    if picture.enumName.isEmpty {
      let matches = near.flatMap(enums).contains {
        cases(of: $0.name, in: $0.file) == picture.states
      }
      return matches ? [] : complaint("no enum beside it has the states \(picture.states.sorted())")
    }
    let found = near.lazy.compactMap { cases(of: picture.enumName, in: $0) }.first
    guard let found else { return complaint("there is no enum \(picture.enumName)") }
    let missing = found.subtracting(picture.states).sorted()
    let surplus = picture.states.subtracting(found).sorted()
    if !missing.isEmpty { return complaint("the picture lacks \(missing)") }
    return surplus.isEmpty ? [] : complaint("\(picture.enumName) has no \(surplus)")
  }

  private static func enums(in file: SwiftText) -> [(name: String, file: SwiftText)] {
    file.code.flatMap { declared.matches(in: $0) }.map { ($0.groups[1], file) }
  }

  /// The cases of an enum, or nil if the file does not declare it.
  static func cases(of name: String, in file: SwiftText) -> Set<String>? {
    let parts = name.split(separator: ".")
    guard let last = parts.last else { return nil }
    for (index, line) in file.code.enumerated() {
      guard declared.matches(in: line).first.map({ $0.groups[1] == last }) == true else { continue }
      let outer = Pattern("\\b\(parts[0])\\b")
      if parts.count > 1, !file.code[..<index].contains(where: outer.isFound) { continue }
      return casesBelow(index, in: file)
    }
    return nil
  }

  private static func casesBelow(_ start: Int, in file: SwiftText) -> Set<String> {
    var (depth, found) = (0, Set<String>())
    for (index, line) in file.code[start...].enumerated() {
      let body = index == 0 ? line.drop { $0 != "{" }.dropFirst().prefix { $0 != "}" } : line
      if depth == 1 || index == 0, let list = cased.matches(in: body).first?.groups[1] {
        found.formUnion(names(in: list))
      }
      depth += line.count { $0 == "{" } - line.count { $0 == "}" }
      if depth <= 0 { break }
    }
    return found
  }

  private static func names(in list: String) -> [String] {
    var depth = 0
    let bare = list.filter { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth == 0 && character != ")"
    }
    return bare.split(separator: ",").map {
      String($0.split(separator: "=")[0].filter { $0.isLetter || $0.isNumber || $0 == "_" })
    }
  }

  private static let machineSuffix = "Machine.swift"

  /// A machine without a picture.
  static func undrawn(_ files: [SourceFile]) -> [Violation] {
    let drawn = Set(
      files.flatMap { pictures(path: $0.path, text: $0.text) }.map {
        $0.path.replacing(".md", with: ".swift")
      })
    let machines = files.filter { file in
      file.path.hasSuffix(machineSuffix) && !file.path.hasPrefix("Tests/")
    }
    return machines.filter { !drawn.contains($0.path) }.map {
      .init(path: $0.path, what: "a machine without its state picture")
    }
  }
}
