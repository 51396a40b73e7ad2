import BillingContract
import BillingCore
import Kernel
import Postgres
import Cryptography

// Core and rows → contract.

extension Hold {
  var reply: Billing.Hold {
    Billing.Hold(
      id: id.value, state: state.rawValue, operation: operation, credits: credits.value,
      capturedCredits: captured?.value, key: key, reference: reference, expiresAt: expiresAt,
      createdAt: createdAt, closedAt: closedAt, reason: reason, siteID: site?.value,
      userID: user?.value)
  }
}

extension StoredEntry {
  func reply(of account: AccountID) -> Billing.Transaction {
    Billing.Transaction(
      id: id.value, seq: entry.seq, type: entry.kind.rawValue,
      transactionType: entry.kind.rawValue, amount: entry.amount.value,
      balanceAfter: entry.balanceAfter.value, description: entry.description,
      reference: entry.reference, metadata: entry.metadata, createdAt: entry.at,
      accountID: account.value, hash: Hex.encode(hash))
  }
}

extension Billing.UsageEntry {
  /// A row with the columns of a usage list.
  init(row: Row) throws {
    self.init(
      id: try row.int(0), operationType: try row.text(1), creditsUsed: try row.int(2),
      shortfall: try row.int(3), costUsd: try row.double(4), modelUsed: try row.text(5),
      tokensInput: try row.int(6), tokensOutput: try row.int(7),
      relatedObjectType: try row.text(8), relatedObjectID: try row.optionalInt(9),
      metadata: try row.json(10), createdAt: try row.instant(11),
      transactionID: try row.int(12), holdID: try row.int(13), siteID: try row.optionalInt(14),
      userID: try row.optionalInt(15))
  }
}

extension Billing.Plan {
  /// A row with all columns of `plans`, among others.
  init(row: Row) throws {
    self.init(
      id: try row.int("id"), name: try row.text("name"), slug: try row.text("slug"),
      price: try row.text("price"), annualPrice: try row.text("annual_price"),
      currency: try row.text("currency"), billingCycle: try row.text("billing_cycle"),
      includedCredits: try row.int("included_credits"),
      creditsPerMonth: try row.int("included_credits"),
      extraCreditPrice: try row.text("extra_credit_price"),
      allowCreditTopup: try row.bool("allow_credit_topup"),
      autoCreditTopupThreshold: try row.optionalInt("auto_credit_topup_threshold"),
      autoCreditTopupAmount: try row.optionalInt("auto_credit_topup_amount"),
      supportLevel: try row.text("support_level"), features: try row.json("features"),
      isActive: try row.bool("is_active"), maxUsers: try row.int("max_users"),
      maxSites: try row.int("max_sites"), maxIndustries: try row.int("max_industries"),
      maxAuthorProfiles: try row.int("max_author_profiles"),
      createdAt: try row.instant("created_at"), updatedAt: try row.instant("updated_at"))
  }
}

extension Billing.Package {
  init(row: Row) throws {
    self.init(
      id: try row.int("id"), name: try row.text("name"), slug: try row.text("slug"),
      credits: try row.int("credits"), price: try row.text("price"),
      currency: try row.text("currency"), description: try row.text("description"),
      isActive: try row.bool("is_active"),
      sortOrder: Int32(truncatingIfNeeded: try row.int("sort_order")))
  }
}

extension Billing.Cost {
  /// A row of `billing.price.list`.
  init(row: Row) throws {
    let credits = try row.int(1)
    self.init(
      operationType: try row.text(0), credits: credits, cost: credits, unit: try row.text(2),
      unitSize: try row.int(3), displayName: try row.text(4), isActive: try row.bool(5),
      updatedAt: try row.instant(6))
  }
}

extension Billing.Subscription {
  /// A row of `billing.subscription.list`.
  init(row: Row, at now: Instant) throws {
    let status = try row.text("status")
    let isOwing = try row.optionalInstant("owed_since").map { $0 <= now } ?? false
    let isPaused = try row.bool("is_paused")
    self.init(
      id: try row.int("subscription_id"), accountID: try row.int("account_id"),
      plan: try Billing.Plan(row: row),
      status: status != "active" ? status : isPaused ? "paused" : isOwing ? "past_due" : status,
      currentPeriodStart: try row.instant("current_period_start"),
      currentPeriodEnd: try row.instant("current_period_end"),
      cancelAtPeriodEnd: try row.bool("cancel_at_period_end"),
      createdAt: try row.instant("subscribed_at"),
      pendingPlan: try row.optionalText("pending_plan"), billingCycle: try row.text("cycle"),
      termStart: try row.optionalInstant("term_start"),
      termEnd: try row.optionalInstant("term_end"), nextPlan: try row.optionalText("next_plan"),
      nextBillingCycle: try row.optionalText("next_cycle"),
      pendingInvoiceID: try row.optionalInt("pending_invoice_id"),
      pendingUntil: try row.optionalInstant("pending_until"))
  }
}

extension Billing.AccountSummary {
  /// A row of `billing.account.summaries`.
  init(row: Row) throws {
    let (credits, reserved) = (try row.int(1), try row.int(2))
    self.init(
      accountID: try row.int(0), credits: credits, reservedCredits: reserved,
      availableCredits: credits - reserved, plan: try Billing.Plan(row: row),
      subscriptionStatus: try row.text(3), currentPeriodEnd: try row.instant(4),
      pendingPlan: try row.optionalText("pending_plan"))
  }
}

extension Billing.LotMovement {
  init(_ share: LotShare, of lot: Lot) {
    self.init(
      lotID: lot.id.value, kind: lot.kind.rawValue, amount: share.credits.value,
      granted: lot.granted.value, expiresAt: lot.expiresAt, createdAt: lot.createdAt)
  }
}
