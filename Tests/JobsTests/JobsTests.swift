// The room JobsTests.
