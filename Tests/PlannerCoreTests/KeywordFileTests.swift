import PlannerCore
import Testing

@Suite("reading a keyword file")
struct KeywordFileTests {
  private func read(_ text: String) throws -> KeywordFile { try KeywordFile(Array(text.utf8)) }

  @Test("columns may stand in any order and case")
  func columns() throws {
    let file = try read("Intent,KEYWORD,Difficulty,Volume\ncommercial,best grinder,44,4400\n")
    let entry = try #require(file.entries.first)
    #expect(entry.keyword.text == "best grinder")
    #expect(entry.volume == 4400)
    #expect(entry.difficulty == 44)
    #expect(entry.intent == .commercial)
    #expect(entry.line == 2)
  }

  @Test(
    "separators and line ends of spreadsheets are understood",
    arguments: [
      "keyword;volume\r\na;1\r\nb;2\r\n", "keyword\tvolume\na\t1\nb\t2",
      "\u{feff}keyword,volume\ra,1\rb,2\r", "keyword , volume\n a , 1 \n\n\n\"b\",\"2\"\n",
    ])
  func separators(text: String) throws {
    let file = try read(text)
    #expect(file.entries.map(\.keyword.text) == ["a", "b"])
    #expect(file.entries.map(\.volume) == [1, 2])
    #expect(file.rejections.isEmpty)
  }

  @Test("a bad row is named with its line and reason, and the others are taken")
  func badRows() throws {
    let text = """
      keyword,volume,difficulty,intent
      good one,10,5,informational
      ,10,5,informational
      "two
      lines",10,5,i
      minus,-1,5,informational
      hard,10,101,informational
      odd,10,5,curious
      words,many,5,
      good two,"1,200",,
      """
    let file = try read(text)
    #expect(file.entries.map(\.keyword.text) == ["good one", "two lines", "good two"])
    #expect(file.entries.last?.volume == 1200)
    #expect(file.rejections.map(\.line) == [3, 6, 7, 8, 9])
    #expect(file.rejections[0].reason == "Keyword is empty")
    #expect(file.rejections[2].reason == "Difficulty must be a whole number from 0 to 100")
  }

  @Test("in a file with semicolons a point stands between thousands, in others it does not")
  func thousands() throws {
    let european = try read("keyword;volume;kd\na;1.200;30\nb;12.345.678;5\nc;1.2;5\nd;900,0;5\n")
    #expect(european.entries.map(\.volume) == [1_200, 12_345_678])
    #expect(european.rejections.map(\.line) == [4, 5])
    let other = try read("keyword,volume\na,1.200\nb,1200.0\n")
    #expect(other.entries.map(\.volume) == [1_200])
    #expect(other.rejections.map(\.line) == [2])
  }

  @Test("a keyword that stands twice, in whatever case and blanks, is taken once")
  func repeats() throws {
    let file = try read("keyword\ncold brew\nCold   Brew\n COLD BREW \n")
    #expect(file.entries.count == 1)
    #expect(file.repeats == 2)
  }

  @Test("an unclosed quote spoils only what comes after it")
  func unclosedQuote() throws {
    let file = try read("keyword\nfirst\n\"second\nthird\n")
    #expect(file.entries.map(\.keyword.text) == ["first"])
    #expect(file.rejections == [KeywordFile.Rejection(line: 3, reason: "A quote is not closed")])
  }

  @Test("files that are no keyword list are refused")
  func refusals() {
    #expect(throws: KeywordFile.Refusal.empty) { try read("") }
    #expect(throws: KeywordFile.Refusal.noKeywordColumn) { try read("a,b\n1,2\n") }
    #expect(throws: KeywordFile.Refusal.notUTF8) { try KeywordFile([0x6b, 0xff, 0x0a]) }
  }

  @Test("cells that a spreadsheet would take for a formula are neutralised")
  func formulas() {
    #expect(
      CSVText.line(["=1+1", "a,b", "say \"x\"", "-5"]) == "'=1+1,\"a,b\",\"say \"\"x\"\"\",-5\r\n")
    #expect(CSVText.line(["-cmd", "@sum", "+x", "plain"]) == "'-cmd,'@sum,'+x,plain\r\n")
  }

  @Test("an accent over a separator, a quote or a formula's sign does not hide it")
  func combined() throws {
    let accent = "\u{301}"
    #expect(CSVText.line(["a,\(accent)b", "c"]) == "\"a,\(accent)b\",c\r\n")
    #expect(CSVText.line(["\"\(accent)"]) == "\"\"\"\(accent)\"\r\n")
    #expect(CSVText.line(["=\(accent)1+1"]) == "'=\(accent)1+1\r\n")
  }

  @Test("a single character with very many accents is too long")
  func accents() throws {
    let file = try read("keyword\na" + String(repeating: "\u{301}", count: 255) + "\n")
    #expect(file.entries.isEmpty)
    #expect(file.rejections.map(\.line) == [2])
  }

  @Test("a keyword's text is trimmed, and refused when empty, too long or with control characters")
  func text() {
    #expect(KeywordText("  a  b ")?.text == "a b")
    #expect(KeywordText(" \t ") == nil)
    #expect(KeywordText(String(repeating: "x", count: 256)) == nil)
    #expect(KeywordText("a\u{0}b") == nil)
    let accented = KeywordText("a\u{2028}\u{301}b")
    #expect(accented != nil && accented == accented.flatMap { KeywordText($0.text) })
  }
}
