import Foundation
import Kernel
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import RPC

@Suite("new certificates without a restart", .timeLimit(.minutes(10)))
struct TLSReloadTests {
  private final class Load: Sendable {
    let isOver = Atomic(false)
    let done = Atomic(0)
  }

  private static func fault(
    _ files: TestAuthority.Files, of service: String = "billing",
    change: (TestAuthority.Files) throws -> Void = { _ in }
  ) throws -> TLSFault? {
    try change(files)
    do throws(TLSFault) {
      _ = try TLSCredentials(files.tls, of: service, time: RealTime(), log: World.quiet)
      return nil
    } catch {
      return error
    }
  }

  private static func put(_ text: String, into path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
  }

  @Test("files that nobody would accept are refused at start, with the file and the reason")
  func faultsAtStart() throws {
    let (ours, theirs) = (try TestAuthority(), try TestAuthority())
    #expect(try Self.fault(try ours.issue("billing")) == nil)
    let gone = try Self.fault(try ours.issue("billing")) {
      try FileManager.default.removeItem(atPath: $0.key)
    }
    #expect(gone?.part == .key)
    #expect(gone?.reason == "names a file that cannot be read: No such file or directory")
    let mismatch = try Self.fault(try ours.issue("billing")) {
      let other = try theirs.issue("billing")
      try Self.put(String(contentsOfFile: other.key, encoding: .utf8), into: $0.key)
    }
    #expect(mismatch == TLSFault(.key, "is not the key of the certificate"))
    for (part, path) in [
      (TLSFiles.Part.certificate, \TestAuthority.Files.certificate), (.key, \.key),
      (.authority, \.authority),
    ] {
      let garbage = try Self.fault(try ours.issue("billing")) {
        try Self.put("-----BEGIN NOTHING-----", into: $0[keyPath: path])
      }
      #expect(garbage?.part == part)
    }
    let foreign = try Self.fault(try ours.issue("billing", trusting: [theirs.certificate]))
    #expect(foreign?.part == .certificate)
    #expect(foreign?.reason.contains("not trusted") == true)
    let other = try Self.fault(try ours.issue("planner"))
    #expect(other == TLSFault(.certificate, "is of planner, not of billing"))
    let oneWay = try Self.fault(try ours.issue("billing", usage: "serverAuth"))
    #expect(oneWay?.reason.contains("as a client's") == true)
  }

  @Test("a certificate stands for the one short DNS name in it")
  func names() {
    #expect(PeerName(["billing", "billing.igny8.svc"])?.service == "billing")
    #expect(PeerName(["billing", "billing"])?.service == "billing")
    #expect(PeerName(["billing.igny8.svc"]) == nil)
    #expect(PeerName(["billing", "edge"]) == nil)
    #expect(PeerName(["*"]) == nil)
    #expect(PeerName([]) == nil)
  }

  @Test("a broken file changes nothing and is told of once, a good one is taken")
  func brokenFile() throws {
    let (authority, log) = (try TestAuthority(), LogRecorder())
    let files = try authority.issue("billing", days: 5)
    let tls = try TLSCredentials(files.tls, of: "billing", time: RealTime(), log: log.log)
    let good = try String(contentsOfFile: files.certificate, encoding: .utf8)
    for _ in 0..<3 {
      try Self.put("half a file", into: files.certificate)
      for _ in 0..<3 { tls.look() }
      #expect(tls.remaining > .seconds(4 * 86_400))
      try Self.put(good, into: files.certificate)
      tls.look()
    }
    #expect(log.lines.count == 3, "\(log.lines)")
    #expect(log.lines.allSatisfy { $0.contains("the certificate holds no certificate") })
    try authority.issue("next", dnsNames: ["billing"], days: 20).replace(files)
    tls.look()
    #expect(tls.remaining > .seconds(19 * 86_400))
    #expect(tls.figures == .init(reloads: 1, faults: 3))
    #expect(tls.authority == 0)
  }

  @Test("connections of an earlier authority are let go after a while, not at once")
  func farewell() async throws {
    let (old, new) = (try TestAuthority(), try TestAuthority())
    let files = try old.issue("billing", days: 80)
    let time = ManualTime(now: RealTime().now() + .seconds(3_600))
    let tls = try TLSCredentials(
      files.tls, of: "billing",
      timing: .init(look: .seconds(10), farewell: .seconds(60), handshake: .seconds(10)),
      time: time, log: World.quiet)
    let farewells = Atomic(0)
    let watching = Task { try await tls.watch { farewells.wrappingAdd(1, ordering: .relaxed) } }
    func tick() async {
      await time.waitForSleepers()
      time.advance(by: .seconds(10))
      await time.waitForSleepers()
    }
    await tick()
    #expect(tls.authority == 0)
    try new.issue("billing", days: 80).replace(files)
    await tick()
    #expect(tls.authority == 1)
    for _ in 0..<5 {
      await tick()
      #expect(farewells.load(ordering: .relaxed) == 0)
    }
    for _ in 0..<3 { await tick() }
    #expect(farewells.load(ordering: .relaxed) == 1)
    watching.cancel()
    _ = await watching.result
  }

  @Test("an authority takes over from another under load and no call fails")
  func rotationUnderLoad() async throws {
    try await TLSWorld.with { world in
      let (old, new) = (try TestAuthority(), try TestAuthority())
      let both = [old.certificate, new.certificate]
      let files = (server: try old.issue("billing"), client: try old.issue("edge"))
      let billing = try world.credentials(files.server, of: "billing")
      let edge = try world.credentials(files.client, of: "edge")
      let (server, port) = try await world.server(billing)
      let client = try world.client(edge, port: port) { $0.connectTimeout = .seconds(20) }
      let load = Load()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            while !load.isOver.load(ordering: .relaxed) {
              let reply = try await client.call(
                Methods.waitUnsafe, ByteBuffer(string: "x"), world.outgoing())
              #expect(reply.text == "x")
              load.done.wrappingAdd(1, ordering: .relaxed)
            }
          }
        }
        func more(_ calls: Int) async throws {
          let until = load.done.load(ordering: .relaxed) + calls
          while load.done.load(ordering: .relaxed) < until {
            try await world.time.sleep(for: .milliseconds(1))
          }
        }
        // The new authority is trusted, then used, then alone.
        for (issuer, trusted) in [(old, both), (new, both), (new, [new.certificate])] {
          try await more(200)
          let dials = client.figures.dials
          try issuer.issue("b2", dnsNames: ["billing"], trusting: trusted).replace(files.server)
          try issuer.issue("e2", dnsNames: ["edge"], trusting: trusted).replace(files.client)
          billing.look()
          edge.look()
          try await more(100)
          server.leaveOldAuthority()
          try await more(100)
          client.leaveOldAuthority()
          try await more(200)
          if trusted.count == 1 || issuer === old { #expect(client.figures.dials > dials) }
        }
        load.isOver.store(true, ordering: .relaxed)
        try await group.waitForAll()
      }
      #expect(server.counters.figures.failed == 0)
      #expect(server.counters.figures.handshakesFailed == 0)
      client.close()
      await server.drain(grace: .seconds(5))
    }
  }

  @Test("the same is said once in a while, however often it happens")
  func notices() {
    let notices = Notices(pause: .seconds(60), most: 2)
    #expect(notices.happened("a", now: .zero) == 0)
    #expect(notices.happened("a", now: .seconds(1)) == nil)
    #expect(notices.happened("a", now: .seconds(59)) == nil)
    #expect(notices.happened("b", now: .seconds(59)) == 0)
    #expect(notices.happened("c", now: .seconds(59)) == 0)
    #expect(notices.happened("d", now: .seconds(59)) == nil)
    #expect(notices.happened("a", now: .seconds(60)) == 2)
    #expect(notices.happened("a", now: .seconds(61)) == nil)
  }

  @Test("a refusal opens the breaker at once, and again after each pause")
  func breaker() {
    let pause = Backoff(base: .seconds(1), limit: .seconds(10))
    var breaker = Breaker(failuresToTrip: 6, cooling: pause, pause: pause)
    let chance = SeededChance(seed: 1)
    breaker.refused(now: .zero, chance: chance)
    guard case .open(1, let until) = breaker.state else {
      Issue.record("\(breaker.state)")
      return
    }
    #expect(breaker.asked(now: until) == .go)
    breaker.refused(now: until, chance: chance)
    guard case .open(2, _) = breaker.state else {
      Issue.record("\(breaker.state)")
      return
    }
    breaker.succeeded()
    #expect(breaker.state == .closed)
  }
}
