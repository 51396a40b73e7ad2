// The room KernelTests.
