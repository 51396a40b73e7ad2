// The room SystemTests.
