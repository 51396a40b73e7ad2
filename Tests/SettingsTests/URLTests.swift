import Settings
import Testing

@Suite("addresses and URLs")
struct URLTests {
  @Test(
    "addresses are read",
    arguments: [
      ("planner:7002", "planner", 7_002), ("127.0.0.1:1", "127.0.0.1", 1),
      ("[::1]:65535", "::1", 65_535),
    ])
  func addresses(text: String, host: String, port: Int) {
    #expect(Address(text) == Address(host: host, port: port))
    #expect(Address(text)?.description == text)
  }

  @Test(
    "other addresses are refused",
    arguments: ["", "planner", ":7", "planner:0", "planner:65536", "::1:7", "a b:7", "http://x:7"])
  func badAddresses(text: String) {
    #expect(Address(text) == nil)
  }

  @Test("a Redis URL is taken apart")
  func redis() throws {
    let url = try #require(RedisURL("redis://user:s%20ecret@[::1]:6380/3"))
    #expect((url.host, url.port, url.database) == ("::1", 6_380, 3))
    #expect(url.user == "user")
    #expect(url.password?.value == "s ecret")
    #expect(!url.description.contains("ecret"))
    let plain = try #require(RedisURL("redis://cache"))
    #expect((plain.host, plain.port, plain.database) == ("cache", 6_379, 0))
    let masked = try #require(RedisURL("redis://:pass@cache:1"))
    #expect(masked.user == nil)
    #expect(masked.password?.value == "pass")
  }

  @Test(
    "other URLs are no Redis URLs",
    arguments: [
      "", "rediss://x", "redis://", "redis://x/one", "redis://x/-1", "redis://x:99999",
      "redis://u%@x", "redis://x?ssl=true",
    ])
  func badRedis(text: String) {
    #expect(RedisURL(text) == nil)
  }
}

@Suite("SMTP URLs")
struct SMTPURLTests {
  @Test("schemes say how the connection is protected, and passwords are masked")
  func read() throws {
    let url = try #require(SMTPURL("smtp://user:s%20ecret@mail.example:2525"))
    #expect((url.host, url.port, url.protection) == ("mail.example", 2_525, .startTLS))
    #expect((url.user, url.password?.value) == ("user", "s ecret"))
    #expect(url.description == "smtp://mail.example:2525")
    #expect(SMTPURL("smtp://relay")?.port == 587)
    #expect(SMTPURL("smtps://relay")?.port == 465)
    #expect(SMTPURL("smtp+plain://[::1]")?.port == 25)
  }

  @Test(
    "other URLs are no SMTP URLs",
    arguments: [
      "", "http://x", "smtp://", "smtp://x/inbox", "smtp://user@x", "smtp://:word@x",
      "smtp+plain://user:word@x", "smtp://x?tls=no",
    ])
  func bad(text: String) {
    #expect(SMTPURL(text) == nil)
  }
}
