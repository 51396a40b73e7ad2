// The room RuntimeTests.
