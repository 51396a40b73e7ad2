import BillingCore
import Kernel
import Testing

@Suite("The price list")
struct PriceTests {
  static let table: [(String, Int64, Int64)] = [
    ("clustering", 1, 10), ("idea_generation", 1, 15), ("idea_generation", 5, 75),
    ("content_generation", 1, 1), ("content_generation", 99, 1),
    ("content_generation", 100, 1), ("content_generation", 199, 1),
    ("content_generation", 200, 2), ("content_generation", 1_234, 12),
    ("image_prompt_extraction", 3, 6), ("image_generation", 6, 30), ("linking", 1, 8),
    ("optimization", 199, 1), ("optimization", 400, 2), ("optimization", 599, 2),
    ("site_structure_generation", 1, 50), ("site_page_generation", 2, 40), ("reparse", 7, 7),
  ]

  @Test("an amount costs its price, rounded down, and one credit at least", arguments: table)
  func cost(operation: String, amount: Int64, expected: Int64) throws {
    #expect(try PriceList.seed.price(of: operation).cost(of: amount) == Credits(expected))
  }

  @Test(
    "an alias means the operation it stands for",
    arguments: [
      ("ideas", "idea_generation"), ("content", "content_generation"),
      ("images", "image_generation"), ("image_prompts", "image_prompt_extraction"),
      ("linking", "linking"),
    ])
  func alias(alias: String, operation: String) throws {
    #expect(try PriceList.seed.price(of: alias).operation == operation)
  }

  @Test("an unknown operation is refused and never free", arguments: ["", "Content", "free"])
  func unknown(operation: String) {
    #expect(throws: PriceRefusal.unknownOperation) {
      try PriceList.seed.price(of: operation)
    }
  }

  @Test("nothing, less than nothing and far too much have no price")
  func amounts() throws {
    let price = try PriceList.seed.price(of: "clustering")
    #expect(throws: PriceRefusal.amountNotPositive) { try price.cost(of: 0) }
    #expect(throws: PriceRefusal.amountNotPositive) { try price.cost(of: -5) }
    #expect(throws: PriceRefusal.amountTooLarge) {
      try price.cost(of: Price.largestAmount + 1)
    }
    #expect(throws: PriceRefusal.amountTooLarge) { try price.cost(of: .max) }
  }

  @Test("the dearest price of the largest amount fits its number")
  func largest() throws {
    let dear = Price(operation: "dear", credits: Price.largestCredits, unit: "unit")
    let cost = try dear.cost(of: Price.largestAmount)
    #expect(cost == Credits(1_000_000_000_000_000))
  }

  @Test("the seed prices all ten operations")
  func seed() {
    #expect(PriceList.seed.all.count == 10)
    #expect(PriceList.seed.all.allSatisfy { $0.credits > 0 && $0.unitSize > 0 })
  }

  @Test("the later of two prices of one operation counts")
  func duplicates() throws {
    let list = PriceList([
      Price(operation: "linking", credits: 8, unit: "content"),
      Price(operation: "linking", credits: 9, unit: "content"),
    ])
    #expect(try list.price(of: "linking").credits == 9)
  }
}
