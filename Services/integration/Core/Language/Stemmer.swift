/// Light stemming of English: plural, -ing, -ed and the spelling changes they bring; steps 1a to 1c
/// of Porter (1980) without the derivations that merge different words. Words of other scripts
/// stay.
enum Stemmer {
  static func stem(_ word: String) -> String {
    guard word.utf8.count > 3, word.utf8.allSatisfy(isLetter) else { return word }
    var letters = Array(word.utf8)
    singular(&letters)
    participle(&letters)
    if letters.count > 4, ends(letters, "e") { letters.removeLast() }
    if letters.count > 2, ends(letters, "y"), !isVowel(letters, letters.count - 2) {
      letters[letters.count - 1] = UInt8(ascii: "i")
    }
    return String(decoding: letters, as: UTF8.self)
  }

  private static func singular(_ letters: inout [UInt8]) {
    guard ends(letters, "s"), !ends(letters, "ss"), !ends(letters, "us"), !ends(letters, "is")
    else {
      return
    }
    if ends(letters, "ies"), letters.count > 4 {
      letters.removeLast(2)
    } else if ["sses", "xes", "ches", "shes", "zes"].contains(where: { ends(letters, $0) }) {
      letters.removeLast(2)
    } else if ends(letters, "ves"), letters.count > 5 {
      letters.removeLast(3)
      letters.append(UInt8(ascii: "f"))
    } else {
      letters.removeLast()
    }
  }

  private static func participle(_ letters: inout [UInt8]) {
    for suffix in ["ing", "ed"] where ends(letters, suffix) {
      let stem = Array(letters.dropLast(suffix.utf8.count))
      guard stem.count >= 3, stem.indices.contains(where: { isVowel(stem, $0) }) else { return }
      letters = stem
      let last = letters[letters.count - 1]
      if letters.count > 3, last == letters[letters.count - 2],
        ![UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "z")].contains(last)
      {
        letters.removeLast()
      }
      return
    }
  }

  private static func ends(_ letters: [UInt8], _ suffix: String) -> Bool {
    letters.count >= suffix.utf8.count
      && letters.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isVowel(_ letters: [UInt8], _ index: Int) -> Bool {
    switch letters[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      true
    case UInt8(ascii: "y"): index > 0 && !isVowel(letters, index - 1)
    default: false
    }
  }
}
