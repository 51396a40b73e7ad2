/// A `multipart/form-data` body (RFC 7578).
package struct Multipart: Sendable {
  package struct Part: Sendable, Equatable {
    package let name: String
    package let fileName: String?
    package let contentType: String?
    package let body: Range<Int>
  }

  package let parts: [Part]

  /// The boundary that a `Content-Type` names; nil when there is none or it is longer than 70.
  package static func boundary(of contentType: String) -> String? {
    guard let text = parameter("boundary", of: contentType), (1...70).contains(text.utf8.count)
    else { return nil }
    return text
  }

  /// Finds the parts; nil when the body is no such form.
  package init?(_ bytes: [UInt8], boundary: String) {
    let mark = Array("--\(boundary)".utf8)
    guard var position = Self.find(mark, in: bytes, from: 0) else { return nil }
    var parts: [Part] = []
    while true {
      position += mark.count
      if Self.has("--", in: bytes, at: position) { break }
      guard let start = Self.find([13, 10], in: bytes, from: position),
        let end = Self.find([13, 10] + mark, in: bytes, from: start)
      else { return nil }
      guard let part = Self.part(bytes, from: start + 2, to: end) else { return nil }
      parts.append(part)
      position = end + 2
    }
    self.parts = parts
  }

  private static func part(_ bytes: [UInt8], from start: Int, to end: Int) -> Part? {
    guard let blank = find([13, 10, 13, 10], in: bytes, from: start), blank + 4 <= end else {
      return nil
    }
    let head = String(decoding: bytes[start..<blank], as: UTF8.self)
    var disposition: String?
    var contentType: String?
    for line in head.split(whereSeparator: \.isNewline) {
      let pair = line.split(separator: ":", maxSplits: 1)
      guard pair.count == 2 else { return nil }
      switch pair[0].lowercased() {
      case "content-disposition": disposition = HeaderList.trimmed(pair[1])
      case "content-type": contentType = HeaderList.trimmed(pair[1])
      default: break
      }
    }
    guard let disposition, let name = parameter("name", of: disposition) else { return nil }
    return Part(
      name: name, fileName: parameter("filename", of: disposition), contentType: contentType,
      body: blank + 4..<end)
  }

  private static func parameter(_ name: String, of header: String) -> String? {
    for piece in header.split(separator: ";").dropFirst() {
      let pair = piece.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, HeaderList.trimmed(pair[0]).lowercased() == name else { continue }
      let value = HeaderList.trimmed(pair[1])
      guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
      return String(value.dropFirst().dropLast())
    }
    return nil
  }

  private static func has(_ text: String, in bytes: [UInt8], at position: Int) -> Bool {
    position + text.utf8.count <= bytes.count
      && bytes[position..<position + text.utf8.count].elementsEqual(text.utf8)
  }

  private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard start >= 0, bytes.count - start >= wanted.count else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      (start...bytes.count - wanted.count).first { place in
        bytes[place] == wanted[0]
          && wanted.indices.allSatisfy { bytes[place + $0] == wanted[$0] }
      }
    }
  }
}
