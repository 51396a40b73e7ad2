// The room WriterContract.
