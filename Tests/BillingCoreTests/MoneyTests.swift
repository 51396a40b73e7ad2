import BillingCore
import Kernel
import Testing

@Suite("Money")
struct MoneyTests {
  @Test(
    "a price is read and written in the digits of its currency",
    arguments: [
      ("29", "USD", 2_900, "29.00"), ("29.5", "USD", 2_950, "29.50"), ("0.05", "USD", 5, "0.05"),
      ("-0.05", "USD", -5, "-0.05"), ("29.000", "USD", 2_900, "29.00"),
      ("2900.00", "JPY", 2_900, "2900"), ("1.234", "KWD", 1_234, "1.234"),
      ("9999999999.99", "EUR", 999_999_999_999, "9999999999.99"), ("0", "EUR", 0, "0.00"),
    ] as [(String, String, Int64, String)])
  func texts(text: String, code: String, minor: Int64, shown: String) throws {
    let currency = try #require(Currency(code))
    let money = try #require(Money(text, currency))
    #expect(money.minor == minor)
    #expect(money.text == shown)
    #expect(money.description == "\(shown) \(code)")
  }

  @Test(
    "what is no amount is refused",
    arguments: ["", "-", ".", "1.", ".5", "1,5", "1.005", "--1", "+1", "1e3", "٣", "10000000000"])
  func wrong(text: String) { #expect(Money(text, .dollar) == nil) }

  @Test("what is no currency is refused", arguments: ["", "us", "usd", "USDT", "U1D", "ÜSD"])
  func wrongCurrency(code: String) { #expect(Currency(code) == nil) }

  @Test(
    "shares are rounded half away from zero, without losing a digit on the way",
    arguments: [
      (100, 1, 3, 33), (200, 1, 3, 67), (1, 1, 2, 1), (-1, 1, 2, -1), (-100, 1, 3, -33),
      (999_999_999_999, 2_678_400_000_000, 2_678_400_000_000, 999_999_999_999),
      (999_999_999_999, 1, 2_678_400_000_000, 0), (0, 5, 7, 0), (5, 0, 7, 0),
      (.max, 1, 1, .max), (5, -1, 2, -3),
    ] as [(Int64, Int64, Int64, Int64)])
  func shares(amount: Int64, part: Int64, whole: Int64, share: Int64) {
    #expect(amount.scaled(by: part, over: whole) == share)
  }
}

@Suite("Taxes")
struct TaxTests {
  private let rates = [
    TaxRate(
      country: "DE", name: "VAT", basisPoints: 1_600,
      from: CivilDate(year: 2020, month: 7, day: 1)),
    TaxRate(
      country: "DE", name: "VAT", basisPoints: 1_900,
      from: CivilDate(year: 2021, month: 1, day: 1)),
    TaxRate(
      country: "FR", name: "VAT", basisPoints: 2_000,
      from: CivilDate(year: 2014, month: 1, day: 1)),
    TaxRate(
      country: "CH", name: "VAT", basisPoints: 810,
      from: CivilDate(year: 2024, month: 1, day: 1)),
    TaxRate(
      country: "XZ", name: "VAT", basisPoints: 0, from: CivilDate(year: 2000, month: 1, day: 1)),
  ]

  private func tax(
    _ country: String, _ id: String = "", seller: String = "DE", on text: String = "2026-03-10"
  ) throws -> Tax {
    let day = try #require(Instant(rfc3339: text + "T00:00:00Z")).date
    return Tax.of(
      seller: Party(country: seller), buyer: Party(country: country, taxID: id), on: day,
      rates: rates)
  }

  @Test(
    "who pays which tax",
    arguments: [
      ("DE", "", TaxTreatment.standard, 1_900), ("DE", "DE123456789", .standard, 1_900),
      ("FR", "", .standard, 2_000), ("FR", "FR12345678901", .reverseCharge, 0),
      ("FR", "FR 12 345678901", .reverseCharge, 0), ("FR", "nonsense", .standard, 2_000),
      ("FR", "DE123456789", .standard, 2_000), ("AT", "ATU12345678", .reverseCharge, 0),
      ("AT", "", .notTaxed, 0), ("GR", "EL123456789", .reverseCharge, 0),
      ("GR", "GR123456789", .notTaxed, 0), ("CH", "CHE123456789", .standard, 810),
      ("US", "12-3456789", .notTaxed, 0), ("", "", .standard, 1_900), ("XZ", "", .notTaxed, 0),
    ] as [(String, String, TaxTreatment, Int64)])
  func treatment(country: String, id: String, treatment: TaxTreatment, points: Int64) throws {
    let tax = try tax(country, id)
    #expect((tax.treatment, tax.basisPoints) == (treatment, points))
    #expect(tax.note.isEmpty == (treatment != .reverseCharge))
  }

  @Test("a seller outside the union charges a business inside it nothing, a person their rate")
  func foreignSeller() throws {
    #expect(try tax("FR", "FR12345678901", seller: "").treatment == .reverseCharge)
    #expect(try tax("FR", seller: "US").basisPoints == 2_000)
    #expect(try tax("", seller: "").treatment == .notTaxed)
  }

  @Test(
    "the rate is that of the day",
    arguments: [
      ("2020-06-30", 0), ("2020-07-01", 1_600), ("2020-12-31", 1_600), ("2021-01-01", 1_900),
    ] as [(String, Int64)])
  func ofTheDay(day: String, points: Int64) throws {
    #expect(try tax("DE", on: day).basisPoints == points)
  }

  @Test(
    "the amount is rounded half up to the smallest unit",
    arguments: [(2_900, 1_900, 551), (1, 1_900, 0), (3, 1_900, 1), (10, 2_550, 3), (0, 1_900, 0)]
      as [(Int64, Int64, Int64)])
  func amount(subtotal: Int64, points: Int64, amount: Int64) {
    #expect(Tax(.standard, basisPoints: points).amount(on: subtotal) == amount)
  }

  @Test(
    "a rate is shown as people write it",
    arguments: [
      (1_900, "19"), (2_550, "25.5"), (810, "8.1"), (5, "0.05"), (0, "0"), (1_775, "17.75"),
    ]
      as [(Int64, String)])
  func percent(points: Int64, text: String) {
    #expect(Tax(.standard, basisPoints: points).percent == text)
  }

  @Test("every member of the union has an id that passes and one that does not")
  func ids() {
    #expect(TaxID.union.count == 27)
    for (country, form) in TaxID.union {
      let good = form.prefix + String(repeating: "1", count: form.lengths.lowerBound)
      #expect(TaxID(good, of: country)?.isOfUnion == true, "\(country)")
      #expect(TaxID(good + String(repeating: "1", count: 12), of: country) == nil, "\(country)")
    }
    #expect(TaxID("de 123.456-789", of: "DE")?.text == "DE123456789")
    #expect(TaxID("DEABCDEFGHI", of: "DE") == nil)
    #expect(TaxID("DE12345678é", of: "DE") == nil)
    #expect(TaxID("123", of: "US") == nil)
  }
}
