// The room TidyTests.
