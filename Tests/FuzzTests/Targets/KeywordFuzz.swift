import PlannerCore

@testable import PlannerCore

/// An uploaded list of keywords, and what an export makes of it.
enum KeywordFuzz {
  static func check(_ input: UnsafeRawBufferPointer) throws {
    guard let file = try? KeywordFile(Array(input)) else { return }
    try promise(Set(file.entries.map(\.keyword.folded)).count == file.entries.count, "a repetition")
    let lines = input.lazy.filter { $0 == 0x0a || $0 == 0x0d }.count + 1
    for entry in file.entries {
      try promise((1...lines).contains(entry.line), "line \(entry.line) of \(lines)")
      try promise((0...KeywordFile.maxVolume).contains(entry.volume), "a volume")
      try promise((0...100).contains(entry.difficulty), "a difficulty")
      try checkText(entry.keyword)
    }
    for rejection in file.rejections {
      try promise((1...lines).contains(rejection.line), "a rejection of line \(rejection.line)")
    }
    try checkExport(file.entries)
  }

  private static func checkText(_ keyword: KeywordText) throws {
    let scalars = keyword.text.unicodeScalars
    try promise((1...KeywordText.maxLength).contains(scalars.count), "a keyword's length")
    try promise(KeywordText(keyword.text) == keyword, "a keyword changes when it is read again")
  }

  /// An exported list can be imported again and is then the same, but for formulas, which are
  /// exported as texts and may be too long then.
  private static func checkExport(_ entries: [KeywordFile.Entry]) throws {
    var text = CSVText.line(["Keyword", "Volume", "Difficulty", "Intent"])
    for entry in entries {
      let line = CSVText.line([
        entry.keyword.text, "\(entry.volume)", "\(entry.difficulty)", entry.intent.rawValue,
      ])
      let cell = try CSVReader(Array(line.utf8)).records().first?.cells.first
      let isFormula = "=+-@\t\r".utf8.contains(cell?.utf8.first ?? 0)
      try promise(!isFormula || Int64(entry.keyword.text) != nil, "a formula: \(line)")
      text += line
    }
    let again = try KeywordFile(Array(text.utf8))
    // A formula may become what another keyword is already: the first of them is kept.
    var known: Set<String> = []
    let kept = entries.filter { known.insert(exported($0.keyword).folded).inserted }
    if kept.contains(where: { $0.keyword.text.unicodeScalars.count == KeywordText.maxLength }) {
      return
    }
    try promise(again.rejections.isEmpty, "an exported line is refused: \(again.rejections)")
    try promise(again.entries.count == kept.count, "an exported line is lost")
    for (entry, reread) in zip(kept, again.entries) {
      try promise(
        reread.keyword == exported(entry.keyword) && entry.volume == reread.volume
          && entry.difficulty == reread.difficulty && entry.intent == reread.intent,
        "an exported line changes: \(entry) \(reread)")
    }
  }

  /// What a keyword is once it was exported: a formula is a text then.
  private static func exported(_ keyword: KeywordText) -> KeywordText {
    let isFormula = "=+-@\t\r".utf8.contains(keyword.text.utf8.first ?? 0)
    return isFormula && Int64(keyword.text) == nil
      ? KeywordText("'" + keyword.text) ?? keyword : keyword
  }
}
