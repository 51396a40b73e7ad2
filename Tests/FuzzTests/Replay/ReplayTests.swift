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
  func corpus(name: String) async throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpora.appending(path: name), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    let broken = await Self.onOwnThread {
      files.compactMap { file -> String? in
        do {
          try Data(contentsOf: file).withUnsafeBytes { try target.check($0) }
          return nil
        } catch {
          return "\(file.lastPathComponent): \(error)"
        }
      }
    }
    #expect(broken == [])
  }

  @Test("of the tokens that the forgeries are made of, the genuine one alone is taken")
  func tokens() async {
    let users = await Self.onOwnThread {
      let world = TokenWorld.shared
      func user(_ parts: [UInt8]) -> Int64? {
        parts.withUnsafeBytes { world.user(of: world.text(of: $0)) }?.value
      }
      let forgeries = (1..<UInt8(8)).flatMap { token -> [Int64?] in
        let first = 0x80 + 3 * token
        return [
          user([first, 0x2e, first + 1, 0x2e, first + 2]),
          user([0x80, 0x2e, 0x81, 0x2e, first + 2]),
        ]
      }
      return [user([0x80, 0x2e, 0x81, 0x2e, 0x82])] + forgeries
    }
    #expect(users == [5] + Array(repeating: nil, count: 14))
  }

  /// Targets wait for tasks that the threads of the tests must be free for.
  private static func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
