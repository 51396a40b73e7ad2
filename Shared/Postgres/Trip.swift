/// What a session is about to send in one round trip. Reused from trip to trip, so that a warm
/// session allocates nothing for it.
struct Trip {
  /// One statement's execution.
  struct Message {
    let entry: Session.Prepared
    /// It has to be prepared first.
    let isNew: Bool
    /// Where its values lie in the encoder.
    let parameters: Range<Int>
    let step: Step
  }

  var encoder = ParameterEncoder()
  var messages: [Message] = []
  /// Statements that are new to the session, by themselves.
  var preparing: [Statement: Session.Prepared] = [:]
  /// Statements of whose places the types are not known yet: then nothing else is sent.
  var unknown: [Statement] = []
  /// What the session had counted before: whatever was used later is of this trip.
  private(set) var usesBefore = 0

  mutating func begin(after uses: Int) {
    encoder.reset()
    messages.removeAll(keepingCapacity: true)
    if !preparing.isEmpty { preparing.removeAll() }
    if !unknown.isEmpty { unknown.removeAll() }
    usesBefore = uses
  }
}
