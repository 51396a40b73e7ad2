/// A sentence with alternatives, read from a template: `[this|that]` is one of several and may
/// hold others, `<often>` stands for alternatives named once. Every way to write it has a number.
struct Template: Sendable {
  private enum Part: Sendable {
    case text(String)
    case choice([Template])
  }

  private var parts: [Part] = []
  /// How many ways there are to write it; at least 1.
  private(set) var count = 1

  init(_ template: String, named: [String: String] = [:]) {
    var rest = template[...]
    self.init(&rest, named)
  }

  /// Reads up to the end, or to the mark that ends an alternative.
  private init(_ rest: inout Substring, _ named: [String: String], isInner: Bool = false) {
    while let first = rest.first, !isInner || (first != "|" && first != "]") {
      switch first {
      case "[": add(.choice(Self.alternatives(&rest, named)))
      case "<": add(Self.reference(&rest, named))
      default:
        let text = rest.prefix { $0 != "[" && $0 != "<" && (!isInner || ($0 != "|" && $0 != "]")) }
        rest = rest[text.endIndex...]
        add(.text(String(text)))
      }
    }
  }

  private static func alternatives(
    _ rest: inout Substring, _ named: [String: String]
  ) -> [Template] {
    var phrases: [Template] = []
    repeat {
      rest.removeFirst()
      phrases.append(Template(&rest, named, isInner: true))
    } while rest.first == "|"
    if !rest.isEmpty { rest.removeFirst() }
    return phrases
  }

  /// What has no name here stays as it stands.
  private static func reference(_ rest: inout Substring, _ named: [String: String]) -> Part {
    let mark = rest.prefix { $0 != ">" }
    if let template = named[String(mark.dropFirst())], mark.endIndex < rest.endIndex {
      rest = rest[mark.endIndex...].dropFirst()
      return .choice([Template(template)])
    }
    rest.removeFirst()
    return .text("<")
  }

  private mutating func add(_ part: Part) {
    if case .choice(let phrases) = part { count *= phrases.reduce(0) { $0 + $1.count } }
    parts.append(part)
  }

  /// The way of that number, from 0 to `count` - 1.
  func text(_ number: Int) -> String {
    var number = number
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .choice(let phrases):
        let total = phrases.reduce(0) { $0 + $1.count }
        var place = number % total
        number /= total
        for phrase in phrases {
          if place < phrase.count {
            result += phrase.text(place)
            break
          }
          place -= phrase.count
        }
      }
    }
    return result
  }
}
