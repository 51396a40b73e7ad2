/// JSON whose members keep their order.
indirect enum JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
  case text(String)
  case number(Int64)
  case fraction(String)
  case truth(Bool)
  case list([JSON])
  case object([(String, JSON)])

  init(stringLiteral value: String) { self = .text(value) }
  init(booleanLiteral value: Bool) { self = .truth(value) }

  /// On one line.
  var compact: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .number(let number): String(number)
    case .fraction(let text): text
    case .truth(let truth): truth ? "true" : "false"
    case .list(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.0) + ":" + $0.1.compact }.joined(separator: ",") + "}"
    }
  }

  /// Objects of the outer levels one member a line, so that a change shows as a line.
  func spread(levels: Int) -> String {
    guard levels > 0, case .object(let members) = self, !members.isEmpty else { return compact }
    let lines = members.map { Self.quoted($0.0) + ":" + $0.1.spread(levels: levels - 1) }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
