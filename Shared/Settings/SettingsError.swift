/// Every setting that is missing or wrong, told at once. Values are not repeated: they may be
/// secret.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// One setting and what is wrong with it.
  package struct Fault: Equatable, Sendable {
    package let name: String
    package let reason: String

    package init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
  }

  package let faults: [Fault]

  package init(faults: [Fault]) { self.faults = faults }

  package var description: String {
    "wrong settings: " + faults.map { "\($0.name) \($0.reason)" }.joined(separator: "; ")
  }
}
