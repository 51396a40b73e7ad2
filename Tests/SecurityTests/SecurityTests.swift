// The room SecurityTests.
