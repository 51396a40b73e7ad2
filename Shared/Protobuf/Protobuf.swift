// The room Protobuf.
