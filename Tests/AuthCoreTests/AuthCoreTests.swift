// The room AuthCoreTests.
