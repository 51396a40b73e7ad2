import Kernel

/// What one operation costs: `credits` for every `unitSize` of its unit.
package struct Price: Sendable, Hashable {
  package var operation: String
  package var credits: Int64
  /// What is counted: "request", "cluster", "words", …
  package var unit: String
  package var unitSize: Int64

  package init(operation: String, credits: Int64, unit: String, unitSize: Int64 = 1) {
    (self.operation, self.credits) = (operation, credits)
    (self.unit, self.unitSize) = (unit, unitSize)
  }

  /// The largest amount that anything is priced for; keeps every product within 64 bits.
  package static let largestAmount: Int64 = 1_000_000_000
  /// The dearest price of a unit that staff may set.
  package static let largestCredits: Int64 = 1_000_000

  /// `max(1, floor(credits × amount / unitSize))`.
  package func cost(of amount: Int64) throws(PriceRefusal) -> Credits {
    guard amount > 0 else { throw .amountNotPositive }
    guard amount <= Self.largestAmount else { throw .amountTooLarge }
    return Credits(max(1, credits * amount / unitSize))
  }
}

/// Why there is no price, in order of precedence.
package enum PriceRefusal: Error, Hashable, CaseIterable {
  case unknownOperation
  case amountNotPositive
  case amountTooLarge
}

/// The prices of all operations.
package struct PriceList: Sendable, Hashable {
  private let prices: [String: Price]

  package init(_ prices: [Price]) {
    self.prices = Dictionary(prices.map { ($0.operation, $0) }) { _, last in last }
  }

  /// The name that an operation has in the price list, from an alias or from itself.
  package static func canonical(_ operation: String) -> String { aliases[operation] ?? operation }

  package static let aliases = [
    "ideas": "idea_generation", "content": "content_generation", "images": "image_generation",
    "image_prompts": "image_prompt_extraction",
  ]

  package func price(of operation: String) throws(PriceRefusal) -> Price {
    guard let price = prices[Self.canonical(operation)] else { throw .unknownOperation }
    return price
  }

  /// Where the price list of a new installation begins.
  package static let seed = PriceList([
    Price(operation: "clustering", credits: 10, unit: "request"),
    Price(operation: "idea_generation", credits: 15, unit: "cluster"),
    Price(operation: "content_generation", credits: 1, unit: "words", unitSize: 100),
    Price(operation: "image_prompt_extraction", credits: 2, unit: "content"),
    Price(operation: "image_generation", credits: 5, unit: "image"),
    Price(operation: "linking", credits: 8, unit: "content"),
    Price(operation: "optimization", credits: 1, unit: "words", unitSize: 200),
    Price(operation: "site_structure_generation", credits: 50, unit: "blueprint"),
    Price(operation: "site_page_generation", credits: 20, unit: "page"),
    Price(operation: "reparse", credits: 1, unit: "request"),
  ])

  /// In the order of their names.
  package var all: [Price] { prices.values.sorted { $0.operation < $1.operation } }
}
