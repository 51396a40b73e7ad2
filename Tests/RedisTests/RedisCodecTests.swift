import Testing

@testable import Redis

@Suite("what Redis answers, read")
struct RedisCodecTests {
  private func read(_ text: String) throws(RedisError) -> [RedisValue] {
    var reader = RedisReplyReader()
    var bytes = text
    bytes.makeContiguousUTF8()
    let fed: Result<Void, RedisError> = bytes.withUTF8 { bytes in
      do throws(RedisError) {
        return .success(try reader.feed(UnsafeRawBufferPointer(bytes)))
      } catch {
        return .failure(error)
      }
    }
    try fed.get()
    var values: [RedisValue] = []
    while let value = try reader.next() { values.append(value) }
    return values
  }

  @Test("answers of every kind, nested and one behind the other")
  func kinds() throws {
    #expect(
      try read("+OK\r\n:7\r\n$2\r\nab\r\n$-1\r\n*2\r\n:1\r\n*1\r\n$0\r\n\r\n-ERR no\r\n") == [
        .status("OK"), .integer(7), .bytes(Array("ab".utf8)), .null,
        .array([.integer(1), .array([.bytes([])])]), .error("ERR no"),
      ])
  }

  @Test(
    "an array that claims more elements than any use has is refused before memory is taken for it",
    arguments: ["*1000001\r\n", "*2147483647\r\n", "*1\r\n*2000000000\r\n:1\r\n"])
  func hugeArrays(text: String) {
    #expect(throws: RedisError.self) { _ = try read(text) }
  }

  @Test("an array that is long and not yet whole is waited for")
  func longArrays() throws {
    #expect(try read("*1000000\r\n:1\r\n") == [])
  }
}
