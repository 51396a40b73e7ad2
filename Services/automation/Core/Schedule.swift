import Kernel

/// When runs begin by themselves: every day, every Monday or on the first of every month, when the
/// clocks of a place show a time.
///
/// A time that the clocks show twice counts once, the first time; one that they jump over falls to
/// the moment of the jump.
package struct Schedule: Sendable, Equatable {
  package let frequency: PipelineConfig.Frequency
  package let time: TimeOfDay
  package let zone: ZoneRules

  package init(_ frequency: PipelineConfig.Frequency, at time: TimeOfDay, in zone: ZoneRules) {
    (self.frequency, self.time, self.zone) = (frequency, time, zone)
  }

  /// The first moment after `instant` at which a run begins.
  package func next(after instant: Instant) -> Instant {
    let now = instant.seconds
    let local = Instant(seconds: now + zone.offset(at: now))
    var day = local.date.daysSinceEpoch - 1
    while true {
      day += 1
      guard isChosen(day) else { continue }
      let next = Instant(seconds: zone.moment(ofLocal: day * 86_400 + time.seconds))
      if next > instant { return next }
    }
  }

  private func isChosen(_ day: Int64) -> Bool {
    switch frequency {
    case .daily: true
    // The epoch was a Thursday.
    case .weekly: (day + 3) % 7 == 0
    case .monthly: CivilDate(daysSinceEpoch: day).day == 1
    }
  }
}

/// A minute of the day.
package struct TimeOfDay: Sendable, Equatable {
  package let hour: Int
  package let minute: Int

  /// Reads "HH:MM"; nil for all else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      [0, 1, 3, 4].allSatisfy({ (0x30...0x39).contains(bytes[$0]) })
    else { return nil }
    hour = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
    minute = Int(bytes[3] - 0x30) * 10 + Int(bytes[4] - 0x30)
    guard hour < 24, minute < 60 else { return nil }
  }

  /// Seconds after midnight, on a day on which clocks do not change.
  package var seconds: Int64 { Int64(hour * 3_600 + minute * 60) }
}
