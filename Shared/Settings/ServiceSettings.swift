/// The settings of one service, read once at its start.
package protocol ServiceSettings: Sendable {
  /// Reads everything it needs. A getter that finds a wrong value notes it and returns a stand-in,
  /// so an initializer only assigns; the faults are thrown all together afterwards.
  init(reading settings: SettingsReader)
}

/// For a service with nothing to set beyond what every service has.
package struct NoSettings: ServiceSettings {
  package init() {}
  package init(reading settings: SettingsReader) {}
}
