import Postgres
import RPC
import Resources
import Testing

@Suite("pages and patterns")
struct PageTests {
  private func refusal(_ number: Int64?, _ size: Int64?) -> [FieldError]? {
    do {
      _ = try Page(number, size: size)
      return nil
    } catch {
      return (error as? RPCError)?.details.fields
    }
  }

  @Test("ten rows unless asked otherwise, a hundred at most")
  func sizes() throws {
    let first = try Page(Int64?.none, size: nil)
    #expect((first.size, first.offset) == (10, 0))
    let third = try Page(Int32(3), size: 20)
    #expect((third.size, third.offset) == (20, 40))
    let capped = try Page(2, size: Int64.max)
    #expect((capped.size, capped.offset) == (100, 100))
    #expect(try Page(2, size: Int64(2)).cut([1, 2, 3]) == [3])
    #expect(try Page(Page.lastNumber, size: Int64(2)).cut([1, 2, 3]).isEmpty)
  }

  @Test("a page that there cannot be is refused by field")
  func wrong() {
    for number in [0, -1, Int64.min, Int64.max, Page.lastNumber + 1] {
      #expect(refusal(number, nil) == [FieldError(name: "page", messages: ["Invalid page"])])
    }
    for size in [0, -1, Int64.min] {
      #expect(
        refusal(nil, size) == [FieldError(name: "page_size", messages: ["Invalid page size"])])
    }
  }

  @Test("a pattern takes the text's own wildcards literally, accents upon them too")
  func patterns() {
    #expect(SQLValue.containing(#"5_%\x"#) == .text(#"%5\_\%\\x%"#))
    #expect(SQLValue.containing("%\u{301}") == .text("%\\%\u{301}%"))
    #expect(SQLValue.containing("") == .null)
    #expect(SQLValue.containing(nil) == .null)
  }
}
