import Kernel

/// Why a signature was not believed, in order of precedence.
package enum SignatureRefusal: Error, Hashable, CaseIterable {
  case malformed
  /// None of the codes is the body's under any of the secrets.
  case wrong
  /// Signed too long ago, or in the future.
  case outOfTime
}

/// The header `Stripe-Signature`: `t=<Unix seconds>,v1=<hex>[,v1=<hex>…]`. Each `v1` is the
/// HMAC-SHA-256 of `<t>.<body>` under the endpoint's secret; while a secret is being replaced there
/// are two. Other schemes in it say nothing.
package struct StripeSignature: Sendable, Hashable {
  /// How far the time of signing may be from now.
  package static let tolerance = Duration.seconds(300)
  private static let mostCodes = 16
  private static let codeDigits = 64

  /// Unix seconds, as they were written: they are part of what is signed.
  package let timestamp: String
  /// Lower-case hexadecimal digits.
  package let codes: [String]

  /// Nil when it is no such header.
  package init?(_ header: String) {
    var timestamps: [Substring] = []
    var codes: [String] = []
    for part in header.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { return nil }
      switch pair[0].drop(while: { $0 == " " }) {
      case "t": timestamps.append(pair[1])
      case "v1" where pair[1].utf8.count == Self.codeDigits: codes.append(String(pair[1]))
      default: break
      }
    }
    guard timestamps.count == 1, let timestamp = timestamps.first,
      (1...12).contains(timestamp.utf8.count),
      timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      (1...Self.mostCodes).contains(codes.count)
    else { return nil }
    (self.timestamp, self.codes) = (String(timestamp), codes)
  }

  /// The bytes that are signed.
  package func message(_ body: [UInt8]) -> [UInt8] { Array(timestamp.utf8) + [0x2e] + body }

  /// - Parameter isValid: whether a code is the message's under one of the secrets; compares in
  ///   constant time.
  package func check(
    _ body: [UInt8], at now: Instant, isValid: (_ code: String, _ message: [UInt8]) -> Bool
  ) throws(SignatureRefusal) {
    let message = message(body)
    guard codes.contains(where: { isValid($0, message) }) else { throw .wrong }
    guard let seconds = Int64(timestamp) else { throw .malformed }
    let (age, overflow) = now.microseconds.subtractingReportingOverflow(seconds * 1_000_000)
    guard !overflow, age.magnitude <= Self.tolerance.microseconds.magnitude else {
      throw .outOfTime
    }
  }
}
