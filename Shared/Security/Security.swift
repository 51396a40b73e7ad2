// The room Security.
