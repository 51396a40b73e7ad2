/// How proto names look in Swift.
enum SwiftNames {
  private static let reserved: Set<String> = [
    "actor", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
    "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows",
    "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws",
    "true", "try", "typealias", "var", "where", "while",
  ]
  private static let initialisms: [String: String] = [
    "id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs",
  ]

  /// `cluster_id` → `clusterID`, without backticks.
  static func bareProperty(_ name: String) -> String {
    let words = name.split(separator: "_").map(String.init)
    let rest = words.dropFirst().map { initialisms[$0] ?? $0.capitalizedFirst }
    return (words.first ?? "") + rest.joined()
  }

  static func property(_ name: String) -> String {
    let bare = bareProperty(name)
    return reserved.contains(bare) ? "`\(bare)`" : bare
  }

  /// `ListKeywords` → `listKeywords`.
  static func method(_ name: String) -> String {
    let bare = name.prefix(1).lowercased() + name.dropFirst()
    return reserved.contains(bare) ? "`\(bare)`" : bare
  }

  /// `planner` → `Planner`.
  static func namespace(_ context: String) -> String { context.capitalizedFirst }

  /// `igny8.planner.v1.Keyword` → `Planner.Keyword`.
  static func type(_ fullName: String) -> String {
    let parts = fullName.split(separator: ".").map(String.init)
    guard parts.count == 4 else { return fullName }
    return namespace(parts[1]) + "." + parts[3]
  }

  /// The C function that returns a message's descriptor: `igny8_planner_v1_Keyword`.
  static func accessor(_ fullName: String) -> String {
    String(fullName.map { $0 == "." ? "_" : $0 })
  }

  /// A Swift string literal.
  static func literal(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20: out += "\\u{\(String(scalar.value, radix: 16))}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  static func literal(_ text: String?) -> String { text.map { literal($0) } ?? "nil" }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  var trimmed: String {
    let isBlank: (Character) -> Bool = { $0.isWhitespace }
    return String(
      drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
