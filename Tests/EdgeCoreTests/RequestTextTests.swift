import EdgeCore
import Testing

@Suite("What requests are made of")
struct RequestTextTests {
  @Test("a sane request id is letters, digits, dots, underscores and dashes, 128 at most")
  func requestIDs() {
    #expect(RequestID.isSane("aZ09._-"))
    #expect(RequestID.isSane(String(repeating: "a", count: 128)))
    #expect(!RequestID.isSane(String(repeating: "a", count: 129)))
    #expect(!RequestID.isSane(""))
    #expect(!RequestID.isSane("a b"))
    #expect(!RequestID.isSane("a\r\nX: y"))
  }

  @Test("rates are read as they are written", arguments: ["5/sec", "60/min", "2/hour", "9/day"])
  func rates(text: String) {
    #expect(ThrottleRate(text)?.description == text)
  }

  @Test("what is no rate is refused", arguments: ["", "60", "0/min", "-1/min", "5/week", "5/min/"])
  func wrongRates(text: String) {
    #expect(ThrottleRate(text) == nil)
  }

  @Test("a link to another page keeps the other parameters and their order")
  func links() {
    let query = Query(parsing: "page=2&search=caf%C3%A9+au+lait&status=new")
    #expect(query["search"] == "café au lait")
    #expect(
      query.replacing("page", with: "3").text
        == "page=3&search=caf%C3%A9%20au%20lait&status=new")
    #expect(Query().replacing("page", with: "2").text == "page=2")
  }

  @Test("an entity tag matches weakly, in a list, or by a star")
  func tags() {
    #expect(HeaderList.matches("W/\"a\", \"b\"", etag: "\"a\""))
    #expect(HeaderList.matches("*", etag: "\"a\""))
    #expect(!HeaderList.matches("\"c\"", etag: "\"a\""))
    #expect(!HeaderList.matches(nil, etag: "\"a\""))
  }

  @Test("broken percent escapes are told from good ones")
  func percent() {
    #expect(PercentCoding.decode("a%20b") == "a b")
    #expect(PercentCoding.decode("a%2") == nil)
    #expect(PercentCoding.decode("%ff") == nil)
    #expect(PercentCoding.encode("a/b ü") == "a%2Fb%20%C3%BC")
  }
}

@Suite("Forms")
struct MultipartTests {
  private let body: [UInt8] = {
    let text =
      "--XX\r\nContent-Disposition: form-data; name=\"site_id\"\r\n\r\n7\r\n--XX\r\n"
      + "Content-Disposition: form-data; name=\"file\"; filename=\"k.csv\"\r\n"
      + "Content-Type: text/csv\r\n\r\nkeyword\r\ncoffee\r\n\r\n--XX--\r\n"
    return Array(text.utf8)
  }()

  @Test("a file and a text are told apart, and the file's own line ends stay")
  func parts() throws {
    let form = try #require(Multipart(body, boundary: "XX"))
    #expect(form.parts.map(\.name) == ["site_id", "file"])
    #expect(form.parts.map(\.fileName) == [nil, "k.csv"])
    #expect(String(decoding: body[form.parts[1].body], as: UTF8.self) == "keyword\r\ncoffee\r\n")
  }

  @Test("a form that ends too early is no form")
  func truncated() {
    #expect(Multipart(Array(body.dropLast(12)), boundary: "XX") == nil)
    #expect(Multipart([], boundary: "XX") == nil)
  }

  @Test("the boundary is found, quoted or not")
  func boundary() {
    #expect(Multipart.boundary(of: "multipart/form-data; boundary=XX") == "XX")
    #expect(Multipart.boundary(of: "multipart/form-data; charset=x; boundary=\"a b\"") == "a b")
    #expect(Multipart.boundary(of: "multipart/form-data") == nil)
  }
}
