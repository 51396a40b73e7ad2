/// Every setting that there is. Services obey `system`'s; the others are kept for clients, which
/// show and prefill by them.
package enum SettingCatalogue {
  /// Whether strangers may sign up.
  package static let registrationOpen = "registration_open"

  package static func settings(_ scope: SettingScope) -> [Setting] {
    switch scope {
    case .system: system
    case .account: account
    case .user: user
    case .ai: ai
    case .module: module
    }
  }

  package static func setting(_ key: String, of scope: SettingScope) -> Setting? {
    settings(scope).first { $0.key == key }
  }

  private static let languages = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ja", "zh",
  ]
  private static let dates = ["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"]

  private static let system: [Setting] = [
    .flag(registrationOpen, true, "Whether strangers may sign up"),
    .text("maintenance_notice", longest: 500, "", "Shown to everybody while it is not empty"),
    .text("support_email", longest: 254, "", "Where people ask for help"),
  ]

  private static let account: [Setting] = [
    .choice("language", languages, "The language of new content"),
    .text("timezone", longest: 64, "UTC", "The time zone of schedules and figures"),
    .choice("date_format", dates, "How dates are shown"),
    .text("default_country", longest: 2, "US", "The country of new keywords"),
    .flag("low_credit_notices", true, "Whether owners are mailed of low credits"),
  ]

  private static let user: [Setting] = [
    .choice("language", languages, "The language of the pages"),
    .text("timezone", longest: 64, "UTC", "The time zone in which times are shown"),
    .choice("date_format", dates, "How dates are shown"),
    .choice("theme", ["system", "light", "dark"], "The colours of the pages"),
    .number("page_size", 10...100, 25, "Rows of a list"),
    .flag("email_notifications", true, "Whether notices of money come by mail too"),
  ]

  private static let ai: [Setting] = [
    .choice("language", languages, "The language of new author profiles"),
    .choice(
      "tone", ["professional", "friendly", "neutral", "persuasive", "playful"],
      "The tone of new author profiles"),
    .text("instructions", longest: 2_000, "", "What new prompts say besides"),
    .number("ideas_per_cluster", 1...10, 3, "Ideas asked for at a time"),
    .choice(
      "image_style", ["photo", "illustration", "minimal", "watercolour"],
      "The style of new pictures"),
    .text("image_exclusions", longest: 500, "", "What new pictures do not show"),
  ]

  private static let module: [Setting] = [
    .number("planner.cluster_batch", 2...50, 50, "Keywords of one clustering"),
    .choice(
      "planner.keyword_intent",
      ["informational", "navigational", "transactional", "commercial"],
      "The intent of keywords typed by hand"),
    .number("writer.word_count", 100...10_000, 1_000, "The length of new tasks"),
    .choice("writer.content_type", ["post", "page", "product"], "The type of new tasks"),
    .number("writer.images", 0...6, 2, "Images in an article"),
    .number("linker.most_links", 1...50, 10, "Links added to one article"),
    .number("optimizer.target_score", 50...100, 80, "The score from which an article will do"),
    .choice("publisher.status", ["draft", "publish"], "The status of a post when it is sent"),
    .number("automation.batch_size", 1...50, 10, "Items of one stage at a time"),
  ]
}
