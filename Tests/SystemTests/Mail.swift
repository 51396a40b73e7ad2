import Foundation

/// A mail that the system under test has sent, which lies in its folder.
struct Mail {
  let date: Date
  /// Name and value of each header, folded lines put together.
  let headers: [(name: String, value: String)]
  let text: String

  init?(file: URL) {
    guard let content = try? String(contentsOf: file, encoding: .utf8),
      let end = content.range(of: "\r\n\r\n")
    else { return nil }
    let values = try? file.resourceValues(forKeys: [.contentModificationDateKey])
    date = values?.contentModificationDate ?? .distantPast
    var headers: [(name: String, value: String)] = []
    for line in content[..<end.lowerBound].components(separatedBy: "\r\n") {
      if line.first == " " || line.first == "\t", let last = headers.popLast() {
        headers.append((last.name, last.value + line.trimmingCharacters(in: .whitespaces)))
      } else {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        headers.append((String(parts[0]).lowercased(), parts.count > 1 ? String(parts[1]) : ""))
      }
    }
    self.headers = headers
    let body = String(content[end.upperBound...])
    let coding = headers.first { $0.name == "content-transfer-encoding" }?.value ?? ""
    text = Self.decode(body, coding.trimmingCharacters(in: .whitespaces))
  }

  func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value.trimmingCharacters(in: .whitespaces)
  }

  /// The token in the mail's link: what stands behind its `#`.
  var token: String? {
    guard let mark = text.range(of: "/#") else { return nil }
    return String(text[mark.upperBound...].prefix { !$0.isWhitespace })
  }

  private static func decode(_ body: String, _ coding: String) -> String {
    switch coding.lowercased() {
    case "base64":
      let data = Data(base64Encoded: body, options: .ignoreUnknownCharacters) ?? Data()
      return String(decoding: data, as: UTF8.self)
    case "quoted-printable": return quotedPrintable(body)
    default: return body
    }
  }

  private static func quotedPrintable(_ body: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(body.replacing("=\r\n", with: "").utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == 0x3d, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
