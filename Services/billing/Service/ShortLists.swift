import BillingContract
import RPC

/// Orders a short list, all of whose items are at hand, as its client asks: names between commas,
/// each behind `-` for downwards.
struct ShortList<Item>: Sendable {
  private let isBefore: [String: @Sendable (Item, Item) -> Bool]

  init(_ isBefore: [String: @Sendable (Item, Item) -> Bool]) { self.isBefore = isBefore }

  /// Items that are equal in all that is asked for, and all without a wish, stay as they are.
  /// - Throws: `RPCError` for a name that it does not know.
  func ordered(_ items: [Item], by wanted: String) throws -> [Item] {
    guard !wanted.isEmpty else { return items }
    // The last name first: sorting keeps what it finds equal in its order.
    return try wanted.split(separator: ",", omittingEmptySubsequences: false).reversed()
      .reduce(items) { items, word in
        let isDown = word.hasPrefix("-")
        guard let isBefore = isBefore[String(isDown ? word.dropFirst() : word)] else {
          throw RPCError(field: "ordering", "Unknown ordering")
        }
        return items.sorted { isDown ? isBefore($1, $0) : isBefore($0, $1) }
      }
  }
}

enum ShortLists {
  static let plans = ShortList<Billing.Plan>([
    "id": { $0.id < $1.id }, "name": { $0.name < $1.name }, "slug": { $0.slug < $1.slug },
    "price": { amount($0.price) < amount($1.price) },
    "included_credits": { $0.includedCredits < $1.includedCredits },
  ])

  static let packages = ShortList<Billing.Package>([
    "id": { $0.id < $1.id }, "name": { $0.name < $1.name }, "slug": { $0.slug < $1.slug },
    "price": { amount($0.price) < amount($1.price) }, "credits": { $0.credits < $1.credits },
  ])

  static let subscriptions = ShortList<Billing.Subscription>([
    "id": { $0.id < $1.id }, "status": { $0.status < $1.status },
    "created_at": { $0.createdAt < $1.createdAt },
  ])

  static let methodConfigs = ShortList<Billing.PaymentMethodConfig>([
    "id": { $0.id < $1.id }, "sort_order": { $0.sortOrder < $1.sortOrder },
    "payment_method": { $0.paymentMethod < $1.paymentMethod },
    "country_code": { $0.countryCode < $1.countryCode },
    "display_name": { $0.displayName < $1.displayName },
  ])

  /// Of decimal texts, which are compared and not counted with.
  private static func amount(_ text: String) -> Double { Double(text) ?? 0 }
}
