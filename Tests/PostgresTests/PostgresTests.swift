// The room PostgresTests.
