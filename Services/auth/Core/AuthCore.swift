// The room AuthCore.
