import HTML

extension HTMLText {
  /// Words given by a user that go into a template: its marks become look-alikes without meaning.
  static func templateSafe(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "[", "{": result.append("(")
      case "]", "}": result.append(")")
      case "|": result.append("/")
      default: result.append(character)
      }
    }
    return result
  }
}
