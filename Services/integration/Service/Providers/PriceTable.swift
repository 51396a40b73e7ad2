/// What models cost, by the beginning of their names; the longest that fits counts, so that dated
/// variants cost what their family does. List prices of the providers, January 2026.
enum PriceTable {
  /// Thousandths of a US dollar for a million tokens.
  struct TokenPrice: Sendable, Equatable {
    let input: Int64
    let output: Int64
  }

  private static let tokens: [String: TokenPrice] = [
    "gpt-4o-mini": TokenPrice(input: 150, output: 600),
    "gpt-4o": TokenPrice(input: 2_500, output: 10_000),
    "gpt-4.1-nano": TokenPrice(input: 100, output: 400),
    "gpt-4.1-mini": TokenPrice(input: 400, output: 1_600),
    "gpt-4.1": TokenPrice(input: 2_000, output: 8_000),
    "gpt-5-nano": TokenPrice(input: 50, output: 400),
    "gpt-5-mini": TokenPrice(input: 250, output: 2_000),
    "gpt-5": TokenPrice(input: 1_250, output: 10_000),
    "o4-mini": TokenPrice(input: 1_100, output: 4_400),
    "o3": TokenPrice(input: 2_000, output: 8_000),
    "gpt-image-1-mini": TokenPrice(input: 2_000, output: 8_000),
    "gpt-image-1": TokenPrice(input: 5_000, output: 40_000),
  ]

  /// Millionths of a US dollar for a picture.
  private static let pictures: [String: Int64] = ["dall-e-3": 80_000, "dall-e-2": 20_000]

  /// In millionths of a US dollar; 0 for models that are not listed, such as one's own.
  static func cost(of model: String, input: Int64, output: Int64) -> Int64 {
    guard let price = longest(tokens, model) else { return 0 }
    let thousandths = input.multipliedReportingOverflow(by: price.input)
    let more = output.multipliedReportingOverflow(by: price.output)
    guard !thousandths.overflow, !more.overflow else { return 0 }
    return (thousandths.partialValue + more.partialValue + 500) / 1_000
  }

  static func costOfPicture(by model: String) -> Int64 { longest(pictures, model) ?? 0 }

  private static func longest<Price>(_ table: [String: Price], _ model: String) -> Price? {
    table.filter { model.hasPrefix($0.key) }.max { $0.key.utf8.count < $1.key.utf8.count }?.value
  }
}
