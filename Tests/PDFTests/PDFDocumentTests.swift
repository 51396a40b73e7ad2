import Foundation
import Kernel
import PDF
import Testing

@Suite("PDF documents")
struct PDFDocumentTests {
  private let moment = Instant(CivilDate(year: 2026, month: 3, day: 10))

  private func document(_ texts: [String]) throws -> [UInt8] {
    let document = PDFDocument(title: "Test", author: "IGNY8", createdAt: moment)
    var y = 40.0
    for text in texts { y += document.draw(text, x: 40, y: y, width: 500) + 4 }
    document.rule(x: 40, y: y, width: 500)
    document.endPage()
    return try document.finish()
  }

  /// What a reader finds in it, by poppler.
  private func text(of pdf: [UInt8], program: String = "pdftotext") throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("igny8-\(ProcessInfo.processInfo.globallyUniqueString).pdf")
    try Data(pdf).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
    process.arguments = program == "pdftotext" ? ["-layout", file.path, "-"] : [file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: output, as: UTF8.self)
  }

  static let names = [
    "Łukasz Żółć", "Ελληνική Εταιρεία", "Щёлково, улица Мира", "株式会社 東京", "北京 有限公司",
    "ประเทศไทย", "Nguyễn Thị Ánh", "Straße 5 – Größe €", "한국 회사",
  ]

  @Test("names of many scripts are there to be read again", arguments: names)
  func scripts(name: String) throws {
    let found = try text(of: try document([name]))
    #expect(
      found.precomposedStringWithCanonicalMapping.contains(
        name.precomposedStringWithCanonicalMapping), "\(found)")
  }

  @Test("scripts that run from right to left and those that join letters have glyphs")
  func complexScripts() throws {
    let fonts = try text(
      of: try document(["شركة المثال", "חברה לדוגמה", "भारत"]), program: "pdffonts")
    #expect(fonts.split(separator: "\n").count >= 2 + 3, "\(fonts)")
  }

  @Test("the same calls make the same bytes")
  func deterministic() throws {
    let first = try document(Self.names)
    #expect(first == (try document(Self.names)))
    #expect(first != (try document(["something else"])))
    #expect(first.starts(with: Array("%PDF-1.".utf8)))
  }

  @Test("many documents can be made at the same time")
  func parallel() async throws {
    let expected = try document(Self.names)
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 { group.addTask { try document(Self.names) } }
      for try await found in group { #expect(found == expected) }
    }
  }

  @Test("it says when it was made, and nothing about the present")
  func metadata() throws {
    let info = try text(of: try document(["a"]), program: "pdfinfo")
    #expect(info.contains("Title:           Test"))
    #expect(info.contains("2026"))
    #expect(info.contains("Pages:           1"))
    #expect(info.contains("A4"))
  }

  @Test("a long text is broken into lines, and a word that is too long as well")
  func breaking() throws {
    let document = PDFDocument(title: "", author: "", createdAt: moment)
    let style = PDFStyle(size: 10)
    let line = document.height(of: "word", width: 100, style)
    #expect(line > 10 && line < 20)
    let words = document.height(
      of: String(repeating: "word ", count: 40), width: 100, style)
    #expect(words > line * 5)
    #expect(
      document.height(of: String(repeating: "x", count: 200), width: 100, style) > line * 5)
    #expect(document.height(of: "a\nb", width: 100, style) > line * 1.5)
  }

  @Test("characters that are none, or end a C string, do no harm")
  func control() throws {
    let found = try text(of: try document(["be\u{0}fore\u{7} \u{1b}after"]))
    #expect(found.contains("before after"))
  }
}
