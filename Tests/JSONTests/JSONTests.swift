import JSON
import Testing

@Suite("reading and writing JSON")
struct JSONTests {
  @Test(
    "what is written is what was read",
    arguments: [
      #"{"a":1,"b":[true,false,null],"c":"x","d":{"e":-2.5}}"#,
      #"[]"#, #"{}"#, #""quote \" slash \\ line \n tab \t""#, #""\u0001""#, #"9223372036854775807"#,
      #"-9223372036854775808"#,
    ])
  func roundTrip(text: String) throws {
    #expect(try JSONValue(parsing: text).text == text)
  }

  @Test("escapes and surrogate pairs become characters")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\b""#) == .string("é😀/\u{8}"))
  }

  @Test(
    "what is no JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "tru", "\"", "\"\\x\"", "\"\n\"",
      "\"\\ud800\"", "\"\\udc00\"", "[1] 2", "nul", "{1:2}", "1e999", "\u{feff}1",
      "1e-999", "-0.5E-999", "0." + String(repeating: "1", count: 1_000),
    ])
  func refusals(text: String) {
    #expect(throws: JSONFault.self) { try JSONValue(parsing: text) }
  }

  @Test("a fault names line and column")
  func place() {
    let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: "{\n  \"a\": x\n}") }
    #expect(fault?.line == 2)
    #expect(fault?.column == 8)
  }

  @Test("text that is no UTF-8 is refused")
  func utf8() {
    let bytes: [UInt8] = [0x22, 0xff, 0x22]
    #expect(throws: JSONFault.self) {
      try bytes.withUnsafeBytes { bytes in
        var scanner = JSONScanner(bytes)
        _ = try scanner.string()
      }
    }
  }

  @Test("nesting has a limit")
  func depth() throws {
    let fits = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try JSONValue(parsing: fits).array?.count == 1)
    #expect(throws: JSONFault.self) { try JSONValue(parsing: "[" + fits + "]") }
  }

  @Test("of two members with one name the last counts")
  func duplicates() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#)["a"]?.int == 2)
  }

  @Test("names that stand twice are found among many, too")
  func manyDuplicates() throws {
    let names = (0..<100).map { "n\($0)" }
    let members = (names + names.reversed()).enumerated().map { "\"\($1)\":\($0)" }
    let value = try JSONValue(parsing: "{\(members.joined(separator: ","))}")
    #expect(value.members.map(\.name) == names)
    #expect(value.members.compactMap(\.value.int) == (100..<200).reversed())
  }

  @Test(
    "read strictly, what cannot be kept or told apart is refused",
    arguments: [
      (#"{"a":1,"a":2}"#, 12), (#"[{"b":{"a":1,"c":{},"a":2}}]"#, 25), (#"["\u0000"]"#, 10),
      (#"{"a\u0000":1}"#, 12),
    ])
  func strictly(text: String, column: Int) throws {
    let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: text, strictly: true) }
    #expect(fault?.column == column && fault?.isEarlyEnd == false)
    _ = try JSONValue(parsing: text)
  }

  @Test("a text that is cut off anywhere is told from one that is wrong")
  func earlyEnd() throws {
    let text = #"{"a":[1,-2.5e+1,"x\n\u00e9\ud83d\ude00",true,false],"b":{"c":null}}"#
    _ = try JSONValue(parsing: text, strictly: true)
    for end in 0..<text.utf8.count {
      let start = String(decoding: text.utf8.prefix(end), as: UTF8.self)
      let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: start) }
      #expect(fault?.isEarlyEnd == true, "\(start)")
    }
    let wrong = [
      "{1", "[1 2", "[1,]", "{\"a\" 1", "tru ", "nuts", "01", "1.x", "\"\\x", "\"\\u00g0", "1 1",
      String(repeating: "[", count: 65),
    ]
    for text in wrong {
      let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: text) }
      #expect(fault?.isEarlyEnd == false, "\(text)")
    }
  }

  @Test("the strings of an array are taken without its other elements")
  func strings() {
    #expect(JSONValue.array(["a", 1, "b"]).strings == ["a", "b"])
    #expect(JSONValue.object([]).strings.isEmpty)
  }

  @Test("bytes that are no UTF-8 are written as replacement characters")
  func repaired() {
    func written(_ bytes: [UInt8]) -> String {
      var writer = JSONWriter()
      bytes.withUnsafeBytes { writer.string(utf8: $0) }
      return writer.text
    }
    #expect(written([0x61, 0xff, 0x22]) == "\"a\u{fffd}\\\"\"")
    #expect(written(Array("é\n".utf8)) == "\"é\\n\"")
  }

  @Test("embedded JSON stands on one line, and what is none is null")
  func embedded() {
    func written(_ json: String) -> String {
      var writer = JSONWriter()
      writer.beginArray()
      Array(json.utf8).withUnsafeBytes { writer.embed($0) }
      writer.endArray()
      return writer.text
    }
    #expect(written("{\"a\":\r\n [1.50, \"\\n\"]}\n") == "[{\"a\": [1.50, \"\\n\"]}]")
    for broken in ["", "[1", "1,2", "\"\n\"", "]"] { #expect(written(broken) == "[null]") }
  }

  @Test("a skipped value is returned as it stands")
  func skipping() throws {
    var text = #"[ {"a": [1, "]"]} , 2]"#
    try text.withUTF8 { utf8 in
      var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
      var texts: [String] = []
      try scanner.array { texts.append(String(decoding: try $0.skip(), as: UTF8.self)) }
      try scanner.end()
      #expect(texts == [#"{"a": [1, "]"]}"#, "2"])
    }
  }
}
