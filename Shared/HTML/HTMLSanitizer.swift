/// Lets through the HTML of an article and nothing else: allow-listed elements and attributes, safe
/// addresses, balanced tags. What it gives back is the same when it is cleaned again.
package struct HTMLSanitizer: Sendable {
  /// Deeper nesting than this is flattened.
  package static let maxDepth = 64

  private static let allowed: [String: Set<String>] = [
    "p": ["class"], "h1": ["id"], "h2": ["id"], "h3": ["id"], "h4": ["id"], "h5": ["id"],
    "h6": ["id"], "ul": [], "ol": ["start"], "li": [], "strong": [], "b": [], "em": [], "i": [],
    "u": [], "s": [], "sub": [], "sup": [], "mark": [], "small": [], "abbr": ["title"], "cite": [],
    "q": [], "blockquote": [], "code": [], "pre": [], "kbd": [], "dl": [], "dt": [], "dd": [],
    "a": ["href", "title", "rel", "target"], "figure": [], "figcaption": [],
    "img": ["src", "alt", "title", "width", "height", "loading"], "table": [], "caption": [],
    "thead": [], "tbody": [], "tfoot": [], "tr": [], "th": ["scope", "colspan", "rowspan"],
    "td": ["colspan", "rowspan"], "br": [], "hr": [], "section": ["class"], "div": ["class"],
    "span": ["class"], "time": ["datetime"],
  ]
  private static let void: Set<String> = ["br", "hr", "img"]
  /// Their content is dropped with them.
  private static let dropped: Set<String> = [
    "script", "style", "iframe", "object", "embed", "applet", "noscript", "template", "svg", "math",
    "title", "textarea", "select", "xmp", "noembed", "noframes", "plaintext", "head", "frameset",
  ]
  private static let addresses: Set<String> = ["href", "src"]
  private static let schemes: Set<String> = ["http", "https", "mailto", "tel"]

  package init() {}

  /// The HTML without all that is not allowed.
  package func sanitize(_ html: String) -> String {
    var scanner = HTMLScanner(html)
    var result = ""
    result.reserveCapacity(html.utf8.count)
    var open: [String] = []
    while let piece = scanner.next() {
      switch piece {
      case .text(let text): result += HTMLText.escapedKeepingEntities(text)
      case .open(let name, let attributes, let selfClosing):
        if Self.dropped.contains(name) {
          if !selfClosing || name != "svg" && name != "math" { scanner.skip(until: name) }
          continue
        }
        guard let allowed = Self.allowed[name] else { continue }
        guard Self.void.contains(name) || open.count < Self.maxDepth else { continue }
        guard let tag = Self.tag(name, attributes, allowed) else { continue }
        result += tag
        if !Self.void.contains(name) { open.append(name) }
      case .close(let name):
        guard let index = open.lastIndex(of: name) else { continue }
        while open.count > index { result += "</\(open.removeLast())>" }
      case .other: continue
      }
    }
    while let name = open.popLast() { result += "</\(name)>" }
    return result
  }

  /// Nil for an image whose address was refused.
  private static func tag(
    _ name: String, _ attributes: [(name: String, value: String)], _ allowed: Set<String>
  ) -> String? {
    var seen: Set<String> = []
    var text = "<\(name)"
    for attribute in attributes where allowed.contains(attribute.name) {
      guard seen.insert(attribute.name).inserted else { continue }
      let value = HTMLText.decoded(attribute.value)
      guard isSafe(attribute.name, value) else { continue }
      if attribute.name == "rel" || attribute.name == "target" { continue }
      text += " \(attribute.name)=\"\(HTMLText.escaped(value))\""
    }
    if name == "img", !text.contains(" src=") { return nil }
    if name == "a", attributes.contains(where: { $0.name == "target" && $0.value == "_blank" }) {
      text += " target=\"_blank\" rel=\"noopener\""
    }
    return text + ">"
  }

  private static func isSafe(_ name: String, _ value: String) -> Bool {
    if addresses.contains(name) { return isSafeAddress(value, image: name == "src") }
    let isPlain = value.utf8.allSatisfy {
      $0.isLetter || $0.isDigit || $0 == 0x20 || $0 == 0x2d || $0 == 0x5f
    }
    switch name {
    case "class", "id", "scope", "loading": return isPlain
    case "width", "height", "colspan", "rowspan", "start":
      return !value.isEmpty && value.utf8.count <= 5 && value.utf8.allSatisfy(\.isDigit)
    default: return true
    }
  }

  /// Relative addresses and the allowed schemes; blanks and controls in front or within, with which
  /// browsers are lenient, make an address unsafe.
  private static func isSafeAddress(_ value: String, image: Bool) -> Bool {
    guard value.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f && $0 != "\\" })
    else { return false }
    guard
      let end = value.utf8.firstIndex(where: {
        [UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0)
      }), value.utf8[end] == UInt8(ascii: ":")
    else { return !value.hasPrefix("//") }
    let scheme = value[..<end].lowercased()
    return schemes.contains(scheme) && (!image || scheme == "http" || scheme == "https")
  }
}
