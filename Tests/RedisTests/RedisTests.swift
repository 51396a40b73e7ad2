// The room RedisTests.
