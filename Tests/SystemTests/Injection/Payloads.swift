/// What attackers, spreadsheets and careless programs put into a text.
enum Payloads {
  /// In every payload that would run as a script; pages must never hold it as markup.
  static let marker = "pwned"

  static let texts: [(name: String, text: String)] = [
    ("a statement of SQL", "x'); DROP TABLE users; --"),
    ("a condition of SQL", "' OR '1'='1"),
    ("a call in SQL", "1); SELECT pg_sleep(60); --"),
    ("patterns of LIKE", "%_\\%\\_"),
    ("a script", "<script>alert('pwned')</script>"),
    ("an attribute", "\" autofocus onfocus=\"alert('pwned')\" x='"),
    ("a picture", "'><img src=x onerror=alert('pwned')>"),
    ("an end of JSON in a page", "</script><svg/onload=alert('pwned')>"),
    ("a link that runs", "javascript:alert('pwned')"),
    ("a formula", "=HYPERLINK(\"https://pwned.example\",\"y\")"),
    ("a formula with a plus", "+1+cmd|' /C calc'!A0"),
    ("a formula with a minus", "-2+3+cmd|' /C calc'!A0"),
    ("a formula with an at", "@SUM(1+1)"),
    ("a formula after a tab", "\t=1+1"),
    ("a formula after a return", "\r=1+1"),
    ("headers", "pwned\r\nBcc: victim@igny8.example\r\n\r\n<b>pwned</b>"),
    ("a header's end", "pwned\nSet-Cookie: pwned=1"),
    ("a path", "../../../../etc/passwd"),
    ("an escaped path", "..%2f..%2f..%2fetc%2fpasswd%00.html"),
    ("letters of the world", "Ünïcødé 漢字 🧪 e\u{301} \u{202e}txt.exe\u{200b}x"),
    ("a NUL", "a\u{0}b"),
    ("control characters", "a\u{1b}[31m\u{7}\u{8}b\u{7f}\u{85}"),
    ("templates", "{{7*7}}${7*7}#{7*7}<%= 7*7 %>%n%s$1"),
    ("a long number", String(repeating: "9", count: 400)),
    ("a long text", String(repeating: "x", count: 70_000)),
  ]

  /// JSON texts where something else belongs.
  static let values: [(name: String, json: String)] = [
    ("the least number", "-9223372036854775808"), ("beyond the least", "-9223372036854775809"),
    ("the greatest", "9223372036854775807"), ("beyond all", "1e999"),
    ("a long number", String(repeating: "9", count: 400)), ("a fraction", "0.1"),
    ("minus one", "-1"),
    ("a text", "\"text\""), ("true", "true"), ("null", "null"), ("a list", "[[],{}]"),
    ("an object", "{\"$gt\":\"\",\"__proto__\":{\"x\":1}}"), ("half a pair", "\"\\ud800\""),
    ("a list of much", "[" + Array(repeating: "1", count: 2_000).joined(separator: ",") + "]"),
    ("depth", String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
  ]

  /// Bodies as a whole.
  static let bodies: [(name: String, bytes: [UInt8])] = [
    ("nothing", []), ("a NUL", [0]), ("no JSON", Array("hello".utf8)), ("a list", Array("[]".utf8)),
    ("no UTF-8", Array("{\"name\":\"".utf8) + [0xff, 0xfe, 0xc0, 0x80] + Array("\"}".utf8)),
    (
      "a deep one",
      Array(String(repeating: "{\"a\":", count: 100_000).utf8)
    ),
    ("a deep list", Array(String(repeating: "[", count: 200_000).utf8)),
    (
      "many members",
      Array("{".utf8)
        + Array((0..<20_000).map { "\"\($0)\":0" }.joined(separator: ",").utf8) + Array("}".utf8)
    ),
  ]
}
