// The room Redis.
