import Kernel
import Logging
import Synchronization

/// Says the same thing once in a while, however often it happens: strangers who knock again and
/// again do not fill the log.
final class Notices: Sendable {
  private struct Said {
    let at: Duration
    /// How often it happened since.
    var kept = 0
  }

  private let pause: Duration
  private let most: Int
  private let said = Mutex<[String: Said]>([:])

  /// - Parameters:
  ///   - pause: between two lines that say the same.
  ///   - most: different things remembered; beyond them all others count as one.
  init(pause: Duration = .seconds(60), most: Int = 256) { (self.pause, self.most) = (pause, most) }

  /// How often it has happened without a word since it was last said; nil when it is not to be said
  /// now.
  func happened(_ what: String, now: Duration) -> Int? {
    said.withLock { said in
      if said[what] == nil, said.count >= most { said = said.filter { now - $0.value.at < pause } }
      let key = said[what] == nil && said.count >= most ? "" : what
      guard let last = said[key] else {
        said[key] = Said(at: now)
        return 0
      }
      guard now - last.at >= pause else {
        said[key]?.kept += 1
        return nil
      }
      said[key] = Said(at: now)
      return last.kept
    }
  }

  /// Logs a warning, unless the same was said lately.
  func warn(
    _ text: Logger.Message, _ metadata: Logger.Metadata, to log: Logger, now: Duration
  ) {
    let key = "\(text) \(metadata.sorted { $0.key < $1.key }.map { "\($0.value)" })"
    guard let kept = happened(key, now: now) else { return }
    log.warning(
      text, metadata: kept == 0 ? metadata : metadata.merging(["before": "\(kept)"]) { $1 })
  }
}
