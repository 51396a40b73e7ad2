// The room RPCTestKit.
