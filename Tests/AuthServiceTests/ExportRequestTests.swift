import AuthContract
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Asking for the archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportRequestTests {
  @Test("a repeated request gets the first one's answer; while one is made there is no other")
  func once() async throws {
    let scene = try await ExportScene.make()
    let first = try await scene.request(key: "k")
    #expect((first.state, first.requestedBy) == ("queued", scene.owner.user?.id))
    #expect(try await scene.request(key: "k") == first)
    for key in [nil, "other"] {
      let refused = try await refusal { try await scene.request(key: key) }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.details.reason == "export_running")
    }
    try await scene.exporter().deliver(scene.message(first))
    #expect(try await scene.request(key: "k") == first)
    let list = try await scene.exports.listExports(.init(), scene.call())
    #expect((list.count, list.results.map(\.state)) == (1, ["ready"]))
  }

  @Test("of many requests at once one makes an archive, with one key or with many")
  func race() async throws {
    for keys in [[nil], ["k"], ["a", "b", "c"]] as [[String?]] {
      let scene = try await ExportScene.make()
      let answers = try await together(9) { number in
        try? await scene.request(key: keys[number % keys.count]).id
      }
      #expect(Set(answers.compactMap(\.self)).count == 1)
      #expect(try await scene.world.number("SELECT count(*) FROM account_exports") == 1)
      let told = "SELECT count(*) FROM outbox WHERE kind = 'auth.export'"
      #expect(try await scene.world.number(told) == 1)
    }
  }

  @Test("three a day")
  func limit() async throws {
    let scene = try await ExportScene.make()
    for _ in 0..<3 {
      _ = try await scene.made()
      scene.world.time.advance(by: .seconds(3_600))
    }
    let refused = try await refusal { try await scene.request() }
    #expect((refused?.code, refused?.details.reason) == (.resourceExhausted, "export_limit"))
    #expect(refused?.details.retryAfter == .seconds(21 * 3_600))
    scene.world.time.advance(by: .seconds(21 * 3_600))
    _ = try await scene.made()
  }

  @Test("it is the owner's alone")
  func who() async throws {
    let scene = try await ExportScene.make()
    let ready = try await scene.made()
    for role in [Role.admin, .editor, .viewer, .systemBot] {
      let call = scene.world.call(as: role, account: scene.account, user: scene.owner.user?.id)
      let refusals = [
        try await refusal { try await scene.exports.requestExport(.init(), call) },
        try await refusal { try await scene.exports.listExports(.init(), call) },
        try await refusal { try await scene.exports.getExport(.init(id: ready.id), call) },
        try await refusal { try await scene.download(ready, call) },
      ]
      #expect(refusals.map { $0?.code } == Array(repeating: .permissionDenied, count: 4))
    }
    let theirs = scene.world.call(by: try await scene.world.register("b@two.example"))
    let foreign = [
      try await refusal { try await scene.exports.getExport(.init(id: ready.id), theirs) },
      try await refusal { try await scene.download(ready, theirs) },
    ]
    #expect(foreign.map { $0?.code } == [.notFound, .notFound])
    #expect(try await scene.exports.listExports(.init(), theirs).count == 0)
    #expect(try await scene.world.audited("account.export_requested") == 1)
    #expect(try await scene.world.audited("account.export_downloaded") == 0)
    _ = try await scene.download(ready)
    #expect(try await scene.world.audited("account.export_downloaded") == 1)
  }

  @Test("a suspended account and one that is going may take their data with them")
  func suspended() async throws {
    let scene = try await ExportScene.make()
    _ = try await scene.world.accounts.eraseAccount(
      .init(id: scene.account, password: AuthWorld.password), scene.call())
    var call = scene.call()
    call.context.accountSuspended = true
    let asked = try await scene.exports.requestExport(.init(), call)
    try await scene.exporter().deliver(scene.message(asked))
    #expect(try await !Python.unzip(scene.download(asked, call)).isEmpty)
    // Half an archive goes as well as a whole one.
    _ = try await scene.exports.requestExport(.init(), call)
    scene.world.time.advance(by: Erasure.grace)
    try await scene.world.service.sweep()
    #expect(try await scene.world.number("SELECT count(*) FROM account_exports") == 0)
    #expect(try await scene.chunks() == 0)
    try await scene.exporter().deliver(scene.message(asked))
  }

  @Test("an archive expires after seven days; its bytes go an hour later, its line in ninety days")
  func expiry() async throws {
    let scene = try await ExportScene.make()
    let ready = try await scene.made()
    #expect(ready.expiresAt == scene.world.time.now() + .seconds(7 * 86_400))
    scene.world.time.advance(by: ArchiveRules.lifetime - .seconds(1))
    #expect(try await !scene.download(ready).isEmpty)
    scene.world.time.advance(by: .seconds(1))
    let over = try await refusal { try await scene.download(ready) }
    #expect((over?.code, over?.details.reason) == (.failedPrecondition, "export_expired"))
    let line = try await scene.get(ready)
    #expect((line.state, line.downloadURL) == ("expired", nil))
    try await scene.world.service.sweep()
    #expect(try await scene.chunks() > 0)
    scene.world.time.advance(by: ArchiveRules.afterglow + .seconds(1))
    try await scene.world.service.sweep()
    #expect(try await scene.chunks() == 0)
    #expect(try await scene.get(ready).state == "expired")
    scene.world.time.advance(by: ArchiveRules.memory)
    try await scene.world.service.sweep()
    #expect(try await refusal { try await scene.get(ready) }?.code == .notFound)
  }
}
