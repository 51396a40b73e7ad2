/// A name as it stands in an address: lower-case letters and digits, single hyphens between them.
package enum Slug {
  package static let longest = 63

  /// The slug of a name; `fallback` when the name has nothing that a slug can carry.
  package static func make(of name: String, fallback: String) -> String {
    var slug = ""
    for character in name.lowercased() {
      let letters = plain[character] ?? String(character)
      for letter in letters {
        if letter.isASCIILetterOrDigit {
          slug.append(letter)
        } else if !slug.isEmpty, slug.last != "-", letter != "'" {
          slug.append("-")
        }
      }
      if slug.utf8.count >= longest { break }
    }
    slug = trimmed(String(slug.prefix(longest)))
    return slug.isEmpty ? fallback : slug
  }

  /// Whether a text is a slug as it stands.
  package static func isValid(_ text: String) -> Bool {
    (1...longest).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
      && text.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
      }
  }

  /// The slug itself if it is free, else with the lowest number that is: `shop`, `shop-2`, …
  package static func free(_ slug: String, taken: Set<String>) -> String {
    if !taken.contains(slug) { return slug }
    var number = 2
    while true {
      let suffix = "-\(number)"
      let candidate = trimmed(String(slug.prefix(longest - suffix.count))) + suffix
      if !taken.contains(candidate) { return candidate }
      number += 1
    }
  }

  /// How every slug begins that `free` may give for this one, itself left out.
  package static func stem(of slug: String) -> String {
    let shortened = String(slug.prefix(longest - "-1000000".count))
    return shortened == slug ? slug + "-" : trimmed(shortened)
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.last == "-" { text.removeLast() }
    return String(text)
  }

  /// Letters that are written otherwise in an address.
  private static let plain: [Character: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "à": "a", "á": "a", "â": "a", "ã": "a", "å": "a",
    "æ": "ae", "ç": "c", "è": "e", "é": "e", "ê": "e", "ë": "e", "ì": "i", "í": "i", "î": "i",
    "ï": "i", "ñ": "n", "ò": "o", "ó": "o", "ô": "o", "õ": "o", "ø": "o", "ù": "u", "ú": "u",
    "û": "u", "ý": "y", "ÿ": "y", "š": "s", "ž": "z", "č": "c", "ř": "r", "ł": "l", "&": " and ",
  ]
}
