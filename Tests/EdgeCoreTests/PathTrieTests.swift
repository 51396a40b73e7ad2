import EdgeCore
import Testing

@Suite("Paths")
struct PathTrieTests {
  private let trie: PathTrie<String> = {
    var trie = PathTrie<String>()
    trie.insert([.literal("keywords")], "list")
    trie.insert([.literal("keywords"), .parameter], "one")
    trie.insert([.literal("keywords"), .literal("export")], "export")
    trie.insert([.literal("keywords"), .parameter, .literal("logs")], "logs")
    return trie
  }()

  @Test("a literal segment is preferred to a parameter")
  func literal() {
    #expect(trie.find(["keywords", "export"])?.entries == ["export"])
    #expect(trie.find(["keywords", "7"])?.entries == ["one"])
    #expect(trie.find(["keywords", "7"])?.captured == ["7"])
  }

  @Test("what looks like a literal is a parameter where the path goes on")
  func backtracking() {
    let match = trie.find(["keywords", "export", "logs"])
    #expect(match?.entries == ["logs"])
    #expect(match?.captured == ["export"])
  }

  @Test("an unknown path and a path's mere beginning find nothing")
  func nothing() {
    #expect(trie.find(["clusters"])?.entries == nil)
    #expect(trie.find([])?.entries == nil)
  }
}
