import Kernel

/// A `traceparent` of W3C Trace Context (w3.org/TR/trace-context), kept as numbers.
package struct TraceParent: Sendable, Equatable {
  package var traceHigh: UInt64
  package var traceLow: UInt64
  /// The caller's span.
  package var span: UInt64
  /// Bit 0: sampled.
  package var flags: UInt8

  package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
    (self.traceHigh, self.traceLow) = (traceHigh, traceLow)
    (self.span, self.flags) = (span, flags)
  }

  /// The start of a new trace.
  package init(chance: any Chance) {
    self.init(
      traceHigh: chance.next(), traceLow: chance.next() | 1, span: chance.next() | 1, flags: 1)
  }

  /// No trace at all.
  package static let none = TraceParent(traceHigh: 0, traceLow: 0, span: 0, flags: 0)

  /// Reads the header's text; nil for what the standard calls invalid.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Self.number(bytes[0..<2]), version != 0xff,
      version != 0 || bytes.count == 55,
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
      let span = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]),
      high | low != 0, span != 0
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, flags: UInt8(flags))
  }

  /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`.
  package var text: String {
    "00-\(traceID)-\(HexDigits.text(span))-\(HexDigits.text(UInt64(flags), count: 2))"
  }

  /// The trace's id, 32 hex digits, as logs show it.
  package var traceID: String { HexDigits.text(traceHigh, traceLow) }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
      case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
      default: return nil
      }
    }
    return value
  }
}

private let dash = UInt8(ascii: "-")
