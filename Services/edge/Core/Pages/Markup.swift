/// Text on its way into HTML and XML.
enum Markup {
  /// Safe between tags and inside quoted attributes.
  static func escape(_ text: some StringProtocol) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\u{0}"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}": break
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// Escaped, with what stands between backticks as code.
  static func prose(_ text: String) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { place, part in place % 2 == 0 ? escape(part) : "<code>\(escape(part))</code>" }
      .joined()
  }

  /// JSON that cannot end the script element it stands in.
  static func scriptSafe(_ json: String) -> String {
    var out = ""
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<": out += "\\u003c"
      case ">": out += "\\u003e"
      case "&": out += "\\u0026"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
