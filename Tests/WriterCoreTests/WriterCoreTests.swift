// The room WriterCoreTests.
