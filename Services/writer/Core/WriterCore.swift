// The room WriterCore.
