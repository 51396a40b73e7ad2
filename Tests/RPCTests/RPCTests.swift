// The room RPCTests.
