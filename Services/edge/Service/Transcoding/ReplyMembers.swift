import JSON
import Protobuf
import RouteTable

/// The members that a message's public JSON has, and those of the messages within it: one after the
/// other and in plain memory, since a page of a list passes thousands of them.
struct ReplyMembers: Sendable {
  /// One member of an object. Nothing in it is counted by reference.
  struct Member: Sendable {
    /// The field's place in its message.
    let index: Int
    let kind: FieldKind
    let isRepeated: Bool
    let hasPresence: Bool
    let isOmittedWhenAbsent: Bool
    let isTimestamp: Bool
    let isJSON: Bool
    /// Its name as JSON text with the colon, among all names.
    let name: Range<Int>
    /// The members of what it holds, among all members.
    fileprivate(set) var nested = 0..<0
  }

  /// Members while a reply is written.
  struct View {
    /// Those to be written of the message itself.
    let own: UnsafeBufferPointer<Member>
    fileprivate let all: UnsafeBufferPointer<Member>
    fileprivate let names: UnsafeRawBufferPointer

    func nested(in member: Member) -> UnsafeBufferPointer<Member> {
      UnsafeBufferPointer(rebasing: all[member.nested])
    }

    func name(of member: Member) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: names[member.name])
    }
  }

  private var all: [Member] = []
  private var names: [UInt8] = []
  /// The fields of the message itself, whose members come first.
  private let ownNames: [String]

  init(of fields: [MessagePlan.Field]) {
    ownNames = fields.filter { !$0.rule.isHidden }.map(\.name)
    add(fields)
  }

  /// - Parameter wanted: the names of the message's own fields that are wanted; nil for all.
  func withView<Result>(
    only wanted: Set<String>?, _ body: (View) throws -> Result
  ) rethrows -> Result {
    try names.withUnsafeBytes { names in
      try all.withUnsafeBufferPointer { all in
        let own = UnsafeBufferPointer(rebasing: all[..<ownNames.count])
        guard let wanted else { return try body(View(own: own, all: all, names: names)) }
        let chosen = zip(own, ownNames).filter { wanted.contains($1) }.map(\.0)
        return try chosen.withUnsafeBufferPointer {
          try body(View(own: $0, all: all, names: names))
        }
      }
    }
  }

  @discardableResult
  private mutating func add(_ fields: [MessagePlan.Field]) -> Range<Int> {
    let shown = fields.filter { !$0.rule.isHidden }
    let places = all.count..<all.count + shown.count
    for field in shown {
      let start = names.count
      names += JSONWriter.quoted(field.name) + [UInt8(ascii: ":")]
      all.append(Member(field, name: start..<names.count))
    }
    for (place, field) in zip(places, shown) {
      if let plan = field.nested { all[place].nested = add(plan.fields) }
    }
    return places
  }
}

extension ReplyMembers.Member {
  init(_ field: MessagePlan.Field, name: Range<Int> = 0..<0) {
    (index, kind, isRepeated) = (field.index, field.kind, field.isRepeated)
    (hasPresence, isOmittedWhenAbsent) = (field.hasPresence, field.rule.isOmittedWhenAbsent)
    (isTimestamp, isJSON) = (field.rule.isTimestamp, field.rule.isJSON)
    self.name = name
  }
}
