// The room ResourcesTests.
