// The room TelemetryTests.
