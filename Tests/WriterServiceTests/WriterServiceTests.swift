// The room WriterServiceTests.
