import BillingCore
import Kernel
import Settings

/// What an operator may set.
package struct BillingSettings: ServiceSettings {
  /// The plan of accounts that do not name one.
  package var defaultPlan = "free"
  /// How long a hold lives when nobody says otherwise.
  package var holdLifetime: Duration = .seconds(1_800)
  /// The longest that a hold may be asked to live.
  package var longestHold: Duration = .seconds(86_400)
  /// How often the sweeper looks when nothing is known to fall due.
  package var sweepEvery: Duration = .seconds(1)
  /// Who sells, as invoices show it; the country decides about taxes.
  package var seller = Party(name: "IGNY8")
  package var providers = ProviderSettings()

  package init() {}

  package init(reading settings: SettingsReader) {
    let defaults = BillingSettings()
    defaultPlan = settings.string("IGNY8_BILLING_DEFAULT_PLAN", default: defaults.defaultPlan)
    holdLifetime = settings.duration(
      "IGNY8_BILLING_HOLD_LIFETIME", default: defaults.holdLifetime)
    longestHold = settings.duration("IGNY8_BILLING_LONGEST_HOLD", default: defaults.longestHold)
    sweepEvery = settings.duration("IGNY8_BILLING_SWEEP_EVERY", default: defaults.sweepEvery)
    providers = ProviderSettings(reading: settings)
    seller.name = settings.string("IGNY8_BILLING_SELLER_NAME", default: defaults.seller.name)
    seller.address = settings.string("IGNY8_BILLING_SELLER_ADDRESS", default: "")
      .split(separator: ";").map { $0.drop { $0 == " " } }.joined(separator: "\n")
    seller.country = settings.string("IGNY8_BILLING_SELLER_COUNTRY", default: "")
    seller.taxID = settings.string("IGNY8_BILLING_SELLER_TAX_ID", default: "")
    seller.email = settings.string("IGNY8_BILLING_SELLER_EMAIL", default: "")
  }
}
