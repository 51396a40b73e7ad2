// The room EdgeCore.
