import Foundation
import Kernel
import Testing

@Suite("fuzz targets", .timeLimit(.minutes(10)))
struct ReplayTests {
  private static let corpora = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/corpora")

  @Test(
    "every promise holds for every input that was ever worth keeping",
    arguments: FuzzTarget.all.map(\.name))
  func corpus(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpora.appending(path: name), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      do {
        try Data(contentsOf: file).withUnsafeBytes { try target.check($0) }
      } catch {
        Issue.record("\(file.lastPathComponent): \(error)")
      }
    }
  }

  @Test("of the tokens that the forgeries are made of, the genuine one alone is taken")
  func tokens() {
    let world = TokenWorld.shared
    func user(_ parts: [UInt8]) -> Int64? {
      parts.withUnsafeBytes { world.user(of: world.text(of: $0)) }?.value
    }
    #expect(user([0x80, 0x2e, 0x81, 0x2e, 0x82]) == 5)
    for token in 1..<UInt8(8) {
      let first = 0x80 + 3 * token
      #expect(user([first, 0x2e, first + 1, 0x2e, first + 2]) == nil)
      #expect(user([0x80, 0x2e, 0x81, 0x2e, first + 2]) == nil)
    }
  }
}
