/// The parts of the product that an account can switch off. All are on at first.
package enum ProductModule: String, Sendable, CaseIterable {
  case planner, writer, thinker, automation
  case siteBuilder = "site_builder"
  case linker, optimizer, publisher
}
