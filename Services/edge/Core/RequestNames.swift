/// What a client may call its request.
package enum RequestID {
  static let longest = 128

  /// Whether an `X-Request-ID` may be taken over: 1 to 128 of `[A-Za-z0-9._-]`.
  package static func isSane(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= longest
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
      }
  }
}

/// Whether a header's comma list names a thing: `Accept`, `If-None-Match`.
package enum HeaderList {
  package static func elements(_ text: String) -> [String] {
    text.split(separator: ",").map { trimmed($0) }
  }

  /// The media type in front of the parameters, in lower case.
  package static func mediaType(_ text: String) -> String {
    trimmed(text.prefix { $0 != ";" }).lowercased()
  }

  /// Whether the client asked for that media type by name.
  package static func accepts(_ header: String?, _ type: String) -> Bool {
    elements(header ?? "").contains { mediaType($0) == type }
  }

  /// Whether the client has the answer of that entity tag already (weak comparison, RFC 9110).
  package static func matches(_ header: String?, etag: String) -> Bool {
    elements(header ?? "").contains { $0 == "*" || strong($0) == strong(etag) }
  }

  private static func strong(_ tag: String) -> Substring {
    tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = text.drop(while: isBlank)
    let blanks = start.reversed().prefix(while: isBlank).count
    return String(start.dropLast(blanks))
  }
}
