import AutomationCore
import Glibc
import Synchronization

/// The tz database of the system.
package final class Zones: Sendable {
  private static let folder = "/usr/share/zoneinfo/"
  /// A file of the database has a few kilobytes.
  private static let largestFile = 1 << 18
  private static let longestName = 64

  private let known = Mutex<[String: ZoneRules]>(["UTC": .utc])

  package init() {}

  /// The rules of a zone, "Europe/Berlin"; nil when there is none of that name.
  package func rules(of name: String) -> ZoneRules? {
    guard Self.isName(name) else { return nil }
    if let rules = known.withLock({ $0[name] }) { return rules }
    guard let bytes = Self.read(Self.folder + name), let rules = ZoneRules(tzif: bytes) else {
      return nil
    }
    known.withLock { $0[name] = rules }
    return rules
  }

  /// Words between slashes; no way leads out of the folder.
  private static func isName(_ name: String) -> Bool {
    name.utf8.count <= longestName
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
              || "_+-".utf8.contains(byte)
          }
      }
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: largestFile)
    let count = fread(&bytes, 1, largestFile, file)
    return ferror(file) == 0 && count < largestFile ? Array(bytes.prefix(count)) : nil
  }
}

extension PipelineConfig {
  /// When it is due; nil where the zone has gone from the tz database.
  func schedule(_ zones: Zones) -> Schedule? {
    guard let time = TimeOfDay(scheduledTime), let zone = zones.rules(of: timezone) else {
      return nil
    }
    return Schedule(frequency, at: time, in: zone)
  }
}
