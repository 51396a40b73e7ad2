/// A piece of the product that takes bytes from strangers, and what must hold whatever they are.
/// libFuzzer makes the bytes up; the replay tests feed the corpora.
struct FuzzTarget: Sendable {
  let name: String
  /// Checks the promises for one input.
  /// - Throws: `BrokenPromise`. A trap is a finding too.
  let check: @Sendable (UnsafeRawBufferPointer) throws -> Void

  static let all: [FuzzTarget] = [
    FuzzTarget(name: "connection", check: ConnectionFuzz.check),
    FuzzTarget(name: "form", check: FormFuzz.check),
    FuzzTarget(name: "frames", check: FrameFuzz.check),
    FuzzTarget(name: "json", check: JSONFuzz.check),
    FuzzTarget(name: "keywords", check: KeywordFuzz.check),
    FuzzTarget(name: "messages", check: MessageFuzz.check),
    FuzzTarget(name: "redis", check: RedisFuzz.check),
    FuzzTarget(name: "reply", check: ReplyFuzz.check),
    FuzzTarget(name: "request", check: RequestFuzz.check),
    FuzzTarget(name: "tokens", check: TokenFuzz.check),
  ]
}

/// What was promised and is not so.
struct BrokenPromise: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// - Throws: `BrokenPromise` when the promise does not hold.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) throws {
  if !holds { throw BrokenPromise(what()) }
}

/// Takes an input apart, front to back; an input that is too short goes on with zeros.
struct InputReader {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func number() -> UInt32 {
    (0..<4).reduce(0) { number, _ in number << 8 | UInt32(byte()) }
  }

  /// What has not been taken.
  var remaining: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: rest) }

  /// The bytes before the next line end, which is taken too.
  mutating func line() -> [UInt8] {
    let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
    defer { rest = rest[end...].dropFirst() }
    return Array(rest[..<end])
  }

  /// The element that the next line names; with a name that nobody has, any.
  mutating func choice<Element>(_ elements: [Element], _ name: (Element) -> String) -> Element {
    let text = String(decoding: line(), as: UTF8.self)
    if let named = elements.first(where: { name($0) == text }) { return named }
    let hash = text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { hash, byte in
      (hash ^ UInt64(byte)) &* 1_099_511_628_211
    }
    return elements[Int(hash % UInt64(elements.count))]
  }
}
