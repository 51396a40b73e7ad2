/// What a reader sees of an HTML text.
package enum VisibleText {
  private static let inline: Set<String> = [
    "a", "strong", "b", "em", "i", "u", "s", "sub", "sup", "mark", "small", "abbr", "cite", "q",
    "code", "kbd", "span", "time",
  ]
  private static let hidden: Set<String> = ["script", "style", "template", "head", "title"]

  /// The words without tags, blanks collapsed.
  package static func of(_ html: String) -> String {
    var scanner = HTMLScanner(html)
    var text = ""
    while let piece = scanner.next() {
      switch piece {
      case .text(let part): text += HTMLText.decoded(part)
      case .open(let name, _, _):
        if hidden.contains(name) { scanner.skip(until: name) }
        if !inline.contains(name) { text += " " }
      case .close(let name): if !inline.contains(name) { text += " " }
      case .other: continue
      }
    }
    return collapsed(text)
  }

  /// Words are runs between blanks that hold a letter or a digit.
  package static func wordCount(ofText text: String) -> Int {
    var count = 0
    var counted = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        counted = false
      } else if !counted, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        counted = true
        count += 1
      }
    }
    return count
  }

  /// The words that a reader of the HTML sees.
  package static func wordCount(of html: String) -> Int { wordCount(ofText: of(html)) }

  /// The text of every `<hN>`, in order.
  package static func headings(of html: String, level: Int) -> [String] {
    var scanner = HTMLScanner(html)
    var result: [String] = []
    var current: String?
    while let piece = scanner.next() {
      switch piece {
      case .open("h\(level)", _, _): current = ""
      case .close("h\(level)"):
        if let text = current { result.append(collapsed(text)) }
        current = nil
      case .text(let text): current? += HTMLText.decoded(text)
      default: continue
      }
    }
    return result
  }

  /// The start of the text, cut after a word, with an ellipsis where something was cut.
  package static func excerpt(of html: String, characters: Int = 200) -> String {
    shortened(of(html), to: characters)
  }

  /// At most `limit` characters, cut after a word; where a sentence ends there, without `ellipsis`.
  package static func shortened(_ text: String, to limit: Int, ellipsis: String = "…") -> String {
    guard text.count > limit else { return text }
    let room = text.prefix(max(limit - ellipsis.count, 0))
    let cut = room.lastIndex(of: " ").map { room[..<$0] } ?? room
    var kept = String(cut)
    while let last = kept.last, " ,;:–-".contains(last) { kept.removeLast() }
    if let last = kept.last, ".!?".contains(last) { return kept }
    return kept + ellipsis
  }

  /// The text with runs of blanks as one blank, none at the ends.
  package static func collapsed(_ text: String) -> String {
    var result = ""
    var blank = true
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        if !blank { result += " " }
        blank = true
      } else {
        result.unicodeScalars.append(scalar)
        blank = false
      }
    }
    if result.last == " " { result.removeLast() }
    return result
  }
}

/// The part of an address that names a page.
package enum Slug {
  /// Letters with marks, and the plain letters they are written as.
  package static let folded: [Character: String] = [
    "à": "a", "á": "a", "â": "a", "ã": "a", "ä": "ae", "å": "a", "æ": "ae", "ç": "c", "è": "e",
    "é": "e", "ê": "e", "ë": "e", "ì": "i", "í": "i", "î": "i", "ï": "i", "ñ": "n", "ò": "o",
    "ó": "o", "ô": "o", "õ": "o", "ö": "oe", "ø": "o", "ù": "u", "ú": "u", "û": "u", "ü": "ue",
    "ý": "y", "ÿ": "y", "ß": "ss", "š": "s", "ž": "z", "č": "c", "ł": "l", "œ": "oe", "&": " and ",
  ]

  /// Lower-case letters, digits and single hyphens; letters of other scripts stay as they are.
  /// At most `limit` characters, cut at a hyphen; `untitled` when nothing is left.
  package static func of(_ text: String, limit: Int = 80) -> String {
    var slug = ""
    for character in text.lowercased() {
      for piece in folded[character] ?? String(character) {
        if piece.isLetter || piece.isNumber {
          slug.append(piece)
        } else if piece != "'" && piece != "’", !slug.isEmpty, slug.last != "-" {
          slug.append("-")
        }
      }
    }
    if slug.count > limit {
      let cut = slug.prefix(limit)
      slug = String(cut.lastIndex(of: "-").map { cut[..<$0] } ?? cut)
    }
    while slug.last == "-" { slug.removeLast() }
    return slug.isEmpty ? "untitled" : slug
  }
}
