import HTML

/// A place in the article that takes sentences: the text under an H2 or an H3.
struct ArticleSlot {
  /// 2 or 3.
  var level: Int
  var heading: String
  var role: SectionRole
  /// The keyword that the heading names.
  var keyword: String?
  var sentences: [String] = []
  /// HTML that follows the sentences: a list, a table.
  var extra = ""

  var html: String {
    var html = "<h\(level)>\(HTMLText.escaped(heading))</h\(level)>\n"
    html += Paragraphs.html(sentences)
    return html + extra
  }
}

enum Paragraphs {
  /// Three sentences to a paragraph; a last one alone joins the one before.
  static func html(_ sentences: [String]) -> String {
    var groups: [[String]] = []
    for sentence in sentences {
      if let last = groups.indices.last, groups[last].count < 3 {
        groups[last].append(sentence)
      } else {
        groups.append([sentence])
      }
    }
    if groups.count > 1, groups[groups.count - 1].count == 1, let last = groups.popLast() {
      groups[groups.count - 1] += last
    }
    return groups.map { "<p>\(HTMLText.escaped($0.joined(separator: " ")))</p>\n" }.joined()
  }

  static func list(_ items: [String], ordered: Bool) -> String {
    let tag = ordered ? "ol" : "ul"
    let lines = items.map { "<li>\(HTMLText.escaped($0))</li>\n" }.joined()
    return "<\(tag)>\n\(lines)</\(tag)>\n"
  }
}
