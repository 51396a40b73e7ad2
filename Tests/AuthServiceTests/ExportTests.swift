import AuthContract
import AuthCore
import CommonContract
import Events
import Exports
import Kernel
import Postgres
import RPC
import RPCTestKit
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  @Test("has what every context gives, and nothing of another account or that lets anybody in")
  func contents() async throws {
    let scene = try await ExportScene.make()
    let world = scene.world
    let other = try await world.register("b@two.example", name: "Two")
    scene.context.state.withLock { $0.rows[other.user?.accountID ?? 0] = ["{\"of\":\"Two\"}"] }
    let site = try await world.tenancy.createSite(.init(name: "Blog"), scene.call())
    let key = try await world.tenancy.createSiteApiKey(.init(id: site.id), scene.call())
    let ready = try await scene.made()
    #expect((ready.state, ready.readyAt) == ("ready", world.time.now()))
    #expect(ready.downloadURL == "/api/v1/account/export/\(ready.id)/download/")
    let archive = try await scene.download(ready)
    #expect(ready.bytes == Int64(archive.count))
    let files = try Python.unzip(archive)
    #expect(ready.files == Int64(files.count))
    #expect(
      files.keys.sorted() == [
        "auth/account_exports.jsonl", "auth/accounts.jsonl", "auth/audit_log.jsonl",
        "auth/sessions.jsonl", "auth/site_api_keys.jsonl", "auth/sites.jsonl",
        "auth/users.jsonl", "manifest.json", "planner/rows.jsonl",
      ])
    #expect(files["auth/users.jsonl"]?.contains("\"email\":\"a@one.example\"") == true)
    #expect(files["planner/rows.jsonl"]?.split(separator: "\n").count == 6)
    #expect(files["manifest.json"]?.contains("\"folders\":[\"auth\",\"planner\"]") == true)
    let text = files.values.joined()
    #expect(!text.contains("two.example") && !text.contains("Two"))
    let secrets = [owner(scene)?.access, owner(scene)?.refresh, key.key, "scrypt"]
    for secret in secrets { #expect(!text.contains(try #require(secret))) }
  }

  private func owner(_ scene: ExportScene) -> Auth.Session? { scene.owner }

  @Test("every column of this context is in it or named here as one that stays")
  func columns() async throws {
    let world = try await AuthWorld.make()
    let statements = AccountExport.statements(AccountArchive.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.database) == [])
    let export = AccountExport(AccountArchive.tables, database: world.database)
    let check = ExportCheck(
      AccountArchive.tables,
      staying: [
        "users.password_hash", "invitations.hash", "sessions.family", "two_factor.secret",
        "two_factor.last_step", "site_api_keys.hash", "site_api_keys.prefix", "accounts.is_going",
        "account_exports.context", "account_exports.place", "account_exports.chunks",
        "account_exports.updated_at", "account_export_files", "account_export_chunks",
        "refresh_tokens", "recovery_codes", "password_reset_tokens", "email_verifications",
      ], TenantRows(world.database)
    ) { place, account in
      var (pieces, place): ([Common.ExportPiece], String) = ([], place)
      while let piece = try await export.next(after: place, of: account) {
        pieces.append(piece)
        place = piece.place
      }
      return pieces
    }
    #expect(try await check.faults() == [])
  }

  @Test("cut off before any of its pieces, it is gone on with where it was, by whoever comes next")
  func cutOff() async throws {
    for piece in 0..<6 {
      let scene = try await ExportScene.make()
      let asked = try await scene.request()
      let failures: [any Error & Sendable] = [
        RPCError(.unavailable, "away"), CancellationError(), RPCError(.internal, "killed"),
      ]
      scene.context.state.withLock { $0.failure = (piece, failures[piece % 3]) }
      await #expect(throws: (any Error).self) {
        try await scene.exporter().deliver(scene.message(asked))
      }
      let half = try await scene.get(asked)
      #expect(half.state == "running")
      #expect(
        try await refusal { try await scene.download(asked) }?.details.reason
          == "export_not_ready")
      let before = try await scene.chunks()
      try await scene.exporter().deliver(scene.message(asked, attempt: 2))
      let files = try Python.unzip(try await scene.download(asked))
      let rows = files["planner/rows.jsonl"]?.split(separator: "\n").map(String.init)
      #expect(rows == (1...6).map { "{\"id\":\($0),\"account\":\(scene.account)}" })
      // What was there stayed: the pieces left, the last file's end, the directory and its end.
      #expect(try await scene.chunks() == before + Int64(6 - piece) + 3)
      #expect(scene.context.state.withLock { $0.asked } == 2)
    }
  }

  @Test("one call works for a while and leaves the rest to the next")
  func slices() async throws {
    let scene = try await ExportScene.make()
    let asked = try await scene.request()
    let waiting = """
      SELECT count(*) FROM outbox WHERE kind = 'auth.export' AND done_at IS NULL
      """
    #expect(try await scene.world.number(waiting) == 1)
    var calls = 0
    while try await scene.get(asked).state != "ready", calls < 50 {
      try await scene.exporter(slice: .zero).deliver(scene.message(asked))
      calls += 1
    }
    // A piece each, and one for the end. Each but the last one left a message behind.
    #expect(calls > 10)
    #expect(try await scene.world.number(waiting) == Int64(calls))
    let files = try Python.unzip(try await scene.download(asked))
    #expect(files["planner/rows.jsonl"]?.split(separator: "\n").count == 6)
    try await scene.exporter().deliver(scene.message(asked))
    #expect(try Python.unzip(try await scene.download(asked)) == files)
  }

  @Test("of two that go on with it at once one does at each step, and it comes out whole")
  func race() async throws {
    let scene = try await ExportScene.make()
    let asked = try await scene.request()
    while try await scene.get(asked).state != "ready" {
      await withTaskGroup(of: Void.self) { group in
        for slice in [Duration.zero, .seconds(10), .zero] {
          group.addTask { try? await scene.exporter(slice: slice).deliver(scene.message(asked)) }
        }
      }
    }
    let files = try Python.unzip(try await scene.download(asked))
    #expect(files["planner/rows.jsonl"]?.split(separator: "\n").count == 6)
    #expect(try await scene.world.audited("account.export_ready") == 1)
    #expect(scene.world.count(mails: "The archive of your account is ready") == 0)
    try await scene.world.deliver()
    #expect(scene.world.count(mails: "The archive of your account is ready") == 1)
  }

  @Test("a context that refuses, or is away for too long, ends it; another one can be asked for")
  func failed() async throws {
    let scene = try await ExportScene.make()
    for (error, attempt) in [
      (RPCError(.invalidArgument, "no such place"), 1), (RPCError(.unavailable, "away"), 90),
    ] {
      let asked = try await scene.request()
      scene.context.state.withLock { $0.failure = (2, error) }
      try await scene.exporter().deliver(scene.message(asked, attempt: attempt))
      #expect(try await scene.get(asked).state == "failed")
      try await scene.exporter().deliver(scene.message(asked))
      #expect(try await scene.get(asked).state == "failed")
    }
    #expect(try await scene.world.audited("account.export_failed") == 2)
    scene.world.time.advance(by: ArchiveRules.afterglow + .seconds(1))
    try await scene.world.service.sweep()
    #expect(try await scene.chunks() == 0)
    #expect(try await scene.made().state == "ready")
  }

  @Test("one that nobody goes on with has failed after a day")
  func forgotten() async throws {
    let scene = try await ExportScene.make()
    let asked = try await scene.request()
    scene.world.time.advance(by: ArchiveRules.patience)
    try await scene.world.service.sweep()
    #expect(try await scene.get(asked).state == "queued")
    scene.world.time.advance(by: .seconds(1))
    try await scene.world.service.sweep()
    #expect(try await scene.get(asked).state == "failed")
  }

  @Test("large files come in pieces that a message can carry")
  func large() async throws {
    let scene = try await ExportScene.make()
    // Nothing that can be made smaller.
    let chance = SeededChance(seed: 7)
    let noise = (0..<200_000).map { _ in String(chance.next(), radix: 36) }.joined()
    scene.context.state.withLock { $0.rows[scene.account] = [noise, noise] }
    let ready = try await scene.made()
    #expect(try await scene.chunks() > 4)
    let largest = "SELECT max(octet_length(body)) FROM account_export_chunks"
    #expect(try await scene.world.number(largest) == Int64(ExportArchive.chunkBytes))
    let files = try Python.unzip(try await scene.download(ready))
    #expect(files["planner/rows.jsonl"] == "\(noise)\n\(noise)\n")
  }
}
