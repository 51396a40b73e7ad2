/// Text as HTML writes it.
package enum HTMLText {
  /// The text with `&`, `<`, `>` and quotes as entities: safe between tags and in attributes.
  package static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: isSpecial) else { return text }
    var result = ""
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result
  }

  /// Escapes what is left of markup in a text that may hold entities already.
  static func escapedKeepingEntities(_ text: String) -> String {
    var result = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "&", let end = entityEnd(rest) {
        result.unicodeScalars.append(scalar)
        result.unicodeScalars.append(contentsOf: rest[..<end])
        rest = rest[end...]
      } else if scalar == "\"" || scalar == "'" {
        result.unicodeScalars.append(scalar)
      } else if scalar.value != 0 {
        append(scalar, to: &result)
      }
    }
    return result
  }

  /// The five entities of XML, `&nbsp;`, and numeric references; others stay.
  package static func decoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "&" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let (decoded, end) = reference(rest)
      if let decoded {
        result.unicodeScalars.append(decoded)
        rest = rest[end...]
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      true
    default: false
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }

  private typealias Rest = Substring.UnicodeScalarView

  private static func entityEnd(_ rest: Rest) -> Rest.Index? {
    guard let semicolon = rest.prefix(12).firstIndex(of: ";"), semicolon > rest.startIndex else {
      return nil
    }
    let body = rest[..<semicolon]
    let isName = body.enumerated().allSatisfy { index, scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || (index == 0 && scalar == "#"))
    }
    return isName ? rest.index(after: semicolon) : nil
  }

  /// The scalar a reference stands for, and where it ends. Browsers take numeric references without
  /// the semicolon, so this does too.
  private static func reference(_ rest: Rest) -> (Unicode.Scalar?, Rest.Index) {
    if rest.first == "#" {
      let digits = rest.dropFirst()
      let isHex = digits.first == "x" || digits.first == "X"
      let body = (isHex ? digits.dropFirst() : digits).prefix {
        $0.isASCII && Character($0).isHexDigit && (isHex || Character($0).isNumber)
      }
      guard let value = UInt32(String(body), radix: isHex ? 16 : 10),
        let scalar = Unicode.Scalar(value)
      else { return (nil, rest.startIndex) }
      let end = body.endIndex
      return (scalar, end < rest.endIndex && rest[end] == ";" ? rest.index(after: end) : end)
    }
    let named: [(String, Unicode.Scalar)] = [
      ("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"),
      ("nbsp;", "\u{a0}"), ("colon;", ":"), ("Tab;", "\t"), ("NewLine;", "\n"),
    ]
    for (name, scalar) in named where rest.starts(with: name.unicodeScalars) {
      return (scalar, rest.index(rest.startIndex, offsetBy: name.unicodeScalars.count))
    }
    return (nil, rest.startIndex)
  }
}
