/// Every setting that is missing or wrong, told at once. Values are not repeated: they may be secret.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  package struct Fault: Equatable, Sendable {
    package let name: String
    package let reason: String
  }

  package let faults: [Fault]

  package var description: String {
    "wrong settings: " + faults.map { "\($0.name) \($0.reason)" }.joined(separator: "; ")
  }
}
