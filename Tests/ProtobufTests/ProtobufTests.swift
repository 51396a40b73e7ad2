// The room ProtobufTests.
