import Kernel
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// What a process proves itself with at both ends of its connections: certificate, key and
/// authority, looked at again and again, so that new files need no restart.
///
/// New connections take what is newest. Connections that were made under an authority that is no
/// longer are let go after a while, gently: their calls end as if nothing were.
package final class TLSCredentials: Sendable {
  /// When things happen.
  package struct Timing: Sendable {
    /// Between two looks at the files.
    package var look: Duration
    /// From a new authority until connections of the old one are let go: long enough for all
    /// services to have seen the new one.
    package var farewell: Duration
    /// A server breaks off a handshake that takes longer.
    package var handshake: Duration

    package init(
      look: Duration = .seconds(10), farewell: Duration = .seconds(180),
      handshake: Duration = .seconds(10)
    ) {
      (self.look, self.farewell, self.handshake) = (look, farewell, handshake)
    }
  }

  /// What has happened to the files.
  package struct Figures: Sendable, Equatable {
    /// New contents taken.
    package var reloads = 0
    /// New contents that could not be used.
    package var faults = 0
  }

  private struct State {
    var material: TLSMaterial
    /// What `material` was made of.
    var contents: TLSContents
    var complaint: TLSFault?
    /// Grows when the authority changes.
    var authority = 0
    var farewellAt: Duration?
    var figures = Figures()
  }

  let timing: Timing
  let time: any TimeSource
  private let files: TLSFiles
  private let service: String
  private let log: Logger
  private let state: Mutex<State>

  /// Reads the files.
  /// - Parameter service: whose certificate it must be, such as `planner`.
  /// - Throws: `TLSFault` when a file cannot be read, or nobody would accept what they hold.
  package init(
    _ files: TLSFiles, of service: String, timing: Timing = Timing(), time: any TimeSource,
    log: Logger
  ) throws(TLSFault) {
    (self.files, self.service, self.timing) = (files, service, timing)
    (self.time, self.log) = (time, log)
    let contents = try files.read()
    let material = try TLSMaterial(contents, of: service, now: time.now())
    state = Mutex(State(material: material, contents: contents))
  }

  /// How long the certificate is still good; negative once it has expired.
  package var remaining: Duration { state.withLock { $0.material.expires } - time.now() }

  package var figures: Figures { state.withLock { $0.figures } }

  /// Which authority new connections stand under: a number that grows.
  var authority: Int { state.withLock { $0.authority } }

  /// What a new connection takes.
  var current: (material: TLSMaterial, authority: Int) {
    state.withLock { ($0.material, $0.authority) }
  }

  /// Looks at the files again and again, until it is cancelled.
  /// - Parameter farewell: connections of an earlier authority are to be let go.
  /// - Throws: `CancellationError`.
  package func watch(_ farewell: @Sendable () -> Void) async throws {
    while true {
      try await time.sleep(for: timing.look)
      look()
      if isFarewellDue() { farewell() }
    }
  }

  /// Takes the files' contents if they are new and good. What is not good is judged again at the
  /// next look: a certificate may be of tomorrow.
  func look() {
    do throws(TLSFault) {
      let contents = try files.read()
      guard isNew(contents) else { return }
      take(contents, try TLSMaterial(contents, of: service, now: time.now()))
    } catch {
      complain(error)
    }
  }

  private func isNew(_ contents: TLSContents) -> Bool {
    state.withLock { state in
      guard contents == state.contents else { return true }
      state.complaint = nil
      return false
    }
  }

  private func take(_ contents: TLSContents, _ material: TLSMaterial) {
    let now = time.monotonic()
    state.withLock { state in
      if state.contents.authority != contents.authority {
        state.authority += 1
        state.farewellAt = now + timing.farewell
      }
      (state.material, state.contents, state.complaint) = (material, contents, nil)
      state.figures.reloads += 1
    }
    log.info(
      "a new TLS certificate is in use", metadata: ["good_for": "\(remaining.components.seconds)s"])
  }

  /// Says once what is wrong; the earlier contents stay in use.
  private func complain(_ fault: TLSFault) {
    let isKnown = state.withLock { state in
      if state.complaint == fault { return true }
      state.complaint = fault
      state.figures.faults += 1
      return false
    }
    guard !isKnown else { return }
    log.warning(
      "new TLS files cannot be used, the earlier ones stay in use",
      metadata: ["reason": "\(fault)"])
  }

  private func isFarewellDue() -> Bool {
    let now = time.monotonic()
    return state.withLock { state in
      guard let at = state.farewellAt, now >= at else { return false }
      state.farewellAt = nil
      return true
    }
  }
}
