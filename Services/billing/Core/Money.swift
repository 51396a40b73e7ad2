import Kernel

/// An ISO 4217 currency.
package struct Currency: Sendable, Hashable, CustomStringConvertible {
  /// Three capital letters.
  package let code: String

  /// Nil for what is no three capital letters.
  package init?(_ code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
      return nil
    }
    self.code = code
  }

  private init(known code: String) { self.code = code }

  package static let dollar = Currency(known: "USD")

  private static let withoutMinorUnit: Set = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
  ]
  private static let inThousandths: Set = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

  /// Digits behind the point: how many of its smallest unit make one.
  package var digits: Int {
    if Self.withoutMinorUnit.contains(code) { return 0 }
    return Self.inThousandths.contains(code) ? 3 : 2
  }

  package var description: String { code }
}

/// An amount in the currency's smallest unit; signed.
package struct Money: Sendable, Hashable, CustomStringConvertible {
  package let minor: Int64
  package let currency: Currency

  /// The largest amount of anything: what fits `numeric(12,2)`, and every product into 64 bits.
  package static let largest: Int64 = 999_999_999_999

  package init(minor: Int64, _ currency: Currency) {
    (self.minor, self.currency) = (minor, currency)
  }

  /// Reads "29", "29.00", "-0.5"; nil for anything else, for more digits than the currency has
  /// (zeros aside), and for more than `largest`.
  package init?(_ text: String, _ currency: Currency) {
    let isNegative = text.hasPrefix("-")
    let parts = text.dropFirst(isNegative ? 1 : 0).split(
      separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.dropFirst(currency.digits).allSatisfy({ $0 == "0" }) else { return nil }
    let kept = String(fraction.prefix(currency.digits))
    let padding = String(repeating: "0", count: currency.digits - kept.count)
    guard let minor = Int64(parts[0] + kept + padding), minor <= Self.largest else { return nil }
    self.init(minor: isNegative ? -minor : minor, currency)
  }

  /// "1234.50": what APIs show.
  package var text: String {
    let digits = String(minor.magnitude)
    let sign = minor < 0 ? "-" : ""
    guard currency.digits > 0 else { return sign + digits }
    let padded =
      String(repeating: "0", count: max(0, currency.digits + 1 - digits.count)) + digits
    return sign + padded.dropLast(currency.digits) + "." + padded.suffix(currency.digits)
  }

  package var description: String { "\(text) \(currency)" }
}

extension Int64 {
  /// `self × numerator ÷ denominator`, rounded half away from zero; exact however large the
  /// product is. The result must fit, and `denominator` be positive.
  package func scaled(by numerator: Int64, over denominator: Int64) -> Int64 {
    let isNegative = (self < 0) != (numerator < 0)
    let product = magnitude.multipliedFullWidth(by: numerator.magnitude)
    let (low, carry) = product.low.addingReportingOverflow(denominator.magnitude / 2)
    let wide = (high: product.high + (carry ? 1 : 0), low: low)
    let quotient = denominator.magnitude.dividingFullWidth(wide).quotient
    return isNegative ? -Int64(quotient) : Int64(quotient)
  }
}
