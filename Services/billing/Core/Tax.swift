import Kernel

/// Who sells or buys, as an invoice shows them.
package struct Party: Sendable, Hashable {
  package var name: String
  /// Lines of an address, one below the other.
  package var address: String
  /// ISO 3166-1, two capital letters; empty where it is not known.
  package var country: String
  package var taxID: String
  package var email: String

  package init(
    name: String = "", address: String = "", country: String = "", taxID: String = "",
    email: String = ""
  ) {
    (self.name, self.address, self.country) = (name, address, country)
    (self.taxID, self.email) = (taxID, email)
  }
}

/// What a country takes, from a day on.
package struct TaxRate: Sendable, Hashable {
  package let country: String
  /// "VAT", "GST", …
  package let name: String
  /// Hundredths of a percent: 1 900 are 19 %.
  package let basisPoints: Int64
  package let from: CivilDate

  package init(country: String, name: String, basisPoints: Int64, from: CivilDate) {
    (self.country, self.name) = (country, name)
    (self.basisPoints, self.from) = (basisPoints, from)
  }
}

/// Why an invoice carries the tax that it carries.
package enum TaxTreatment: String, Sendable, CaseIterable {
  /// A rate of the table.
  case standard
  /// The buyer, a business of the union, accounts for it.
  case reverseCharge = "reverse_charge"
  /// No rate is known for where the buyer is.
  case notTaxed = "not_taxed"
}

/// The tax of one invoice.
package struct Tax: Sendable, Hashable {
  package let treatment: TaxTreatment
  package let name: String
  package let basisPoints: Int64

  package init(_ treatment: TaxTreatment, name: String = "", basisPoints: Int64 = 0) {
    (self.treatment, self.name, self.basisPoints) = (treatment, name, basisPoints)
  }

  /// In the smallest unit, rounded half up.
  package func amount(on subtotal: Int64) -> Int64 {
    subtotal.scaled(by: basisPoints, over: 10_000)
  }

  /// The sentence that the law wants on the invoice.
  package var note: String {
    treatment == .reverseCharge
      ? "Reverse charge: VAT to be accounted for by the recipient (Art. 196, Directive 2006/112/EC)"
      : ""
  }

  /// "19", "25.5".
  package var percent: String {
    let (whole, rest) = basisPoints.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return String(whole) }
    let digits = String(rest + 100).dropFirst()
    return "\(whole)." + (digits.hasSuffix("0") ? String(digits.dropLast()) : String(digits))
  }

  /// Which tax a sale carries.
  ///
  /// A business of the union with a well-formed tax id in another country than the seller's
  /// accounts for the tax itself. Everybody else pays the rate of their own country, of the
  /// seller's where theirs is not known, as it is on that day; none where the table has none.
  package static func of(
    seller: Party, buyer: Party, on day: CivilDate, rates: [TaxRate]
  ) -> Tax {
    if buyer.country != seller.country, TaxID(buyer.taxID, of: buyer.country)?.isOfUnion == true {
      return Tax(.reverseCharge, name: "VAT")
    }
    let country = buyer.country.isEmpty ? seller.country : buyer.country
    let rate = rates.filter {
      $0.country == country && $0.from.daysSinceEpoch <= day.daysSinceEpoch
    }
    .max { $0.from.daysSinceEpoch < $1.from.daysSinceEpoch }
    guard let rate, rate.basisPoints > 0 else { return Tax(.notTaxed) }
    return Tax(.standard, name: rate.name, basisPoints: rate.basisPoints)
  }
}

/// A tax id in the one form that is compared and printed: capitals and digits.
package struct TaxID: Sendable, Hashable {
  package let text: String
  package let isOfUnion: Bool

  /// The members of the union, each with the prefix of its tax ids and how long the rest is.
  package static let union: [String: (prefix: String, lengths: ClosedRange<Int>)] = [
    "AT": ("AT", 9...9), "BE": ("BE", 10...10), "BG": ("BG", 9...10), "CY": ("CY", 9...9),
    "CZ": ("CZ", 8...10), "DE": ("DE", 9...9), "DK": ("DK", 8...8), "EE": ("EE", 9...9),
    "ES": ("ES", 9...9), "FI": ("FI", 8...8), "FR": ("FR", 11...11), "GR": ("EL", 9...9),
    "HR": ("HR", 11...11), "HU": ("HU", 8...8), "IE": ("IE", 8...9), "IT": ("IT", 11...11),
    "LT": ("LT", 9...12), "LU": ("LU", 8...8), "LV": ("LV", 11...11), "MT": ("MT", 8...8),
    "NL": ("NL", 12...12), "PL": ("PL", 10...10), "PT": ("PT", 9...9), "RO": ("RO", 2...10),
    "SE": ("SE", 12...12), "SI": ("SI", 8...8), "SK": ("SK", 10...10),
  ]

  /// Nil for what cannot be an id of that country; of countries outside the union any 4 to 20
  /// characters can. Whether the id is somebody's is not asked here.
  package init?(_ raw: String, of country: String) {
    let text = raw.uppercased().filter { !" .-/".contains($0) }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }) else {
      return nil
    }
    if let form = Self.union[country] {
      let rest = text.dropFirst(form.prefix.count)
      guard text.hasPrefix(form.prefix), form.lengths.contains(rest.count),
        rest.contains(where: \.isNumber)
      else { return nil }
      (self.text, isOfUnion) = (text, true)
    } else {
      guard (4...20).contains(text.count) else { return nil }
      (self.text, isOfUnion) = (text, false)
    }
  }
}
