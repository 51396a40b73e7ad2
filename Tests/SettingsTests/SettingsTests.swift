// The room SettingsTests.
