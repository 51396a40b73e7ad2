import Kernel
import Postgres
import Protobuf

/// How a row becomes an item: which column goes to which field. Made once for a resource; values go
/// from the server's binary format into the message's memory without a value of Swift in between.
struct RowPlan: Sendable {
  private struct Step: Sendable {
    let column: Int
    let field: Int
    let target: Target
  }

  /// What the field takes.
  private enum Target: Sendable {
    case int64, int32, double, bool, text, bytes, instant, texts, int64s
  }

  private let steps: [Step]
  /// Fields of kinds that no column fits.
  let unfit: [String]

  init(_ item: MessageDescriptor, _ selected: [TableShape.Selected]) {
    var steps: [Step] = []
    var unfit: [String] = []
    for (index, column) in selected.enumerated() {
      guard let field = item.field(named: column.name) else { continue }
      if let target = Self.target(of: field, isTimestamp: column.isTimestamp) {
        steps.append(Step(column: index, field: field.index, target: target))
      } else {
        unfit.append(column.name)
      }
    }
    (self.steps, self.unfit) = (steps, unfit)
  }

  private static func target(of field: FieldDescriptor, isTimestamp: Bool) -> Target? {
    if field.isRepeated {
      return field.kind == .string ? .texts : field.kind == .int64 ? .int64s : nil
    }
    switch field.kind {
    case .int64: return isTimestamp ? .instant : .int64
    case .int32: return .int32
    case .double: return .double
    case .bool: return .bool
    case .string: return .text
    case .bytes: return .bytes
    case .uint32, .uint64, .float, .message, .enumeration: return nil
    }
  }

  /// Writes a row's values to a message; NULL leaves a field absent.
  /// - Throws: `PostgresError` when a column's type does not fit its field.
  func fill(_ builder: MessageBuilder, from row: Row) throws {
    for step in steps {
      let (field, column) = (step.field, step.column)
      switch step.target {
      case .int64: if let value = try row.optionalInt(column) { builder.setInt64(field, value) }
      case .int32:
        if let value = try row.optionalInt(column) {
          builder.setInt32(field, Int32(clamping: value))
        }
      case .instant:
        if let value = try row.optionalInstant(column) {
          builder.setInt64(field, value.microseconds)
        }
      case .double:
        if let value = try row.optionalDouble(column) { builder.setDouble(field, value) }
      case .bool: if let value = try row.optionalBool(column) { builder.setBool(field, value) }
      case .bytes: if let value = try row.optionalBytes(column) { builder.setBytes(field, value) }
      case .texts: if !row.isNull(column) { builder.addStrings(field, try row.texts(column)) }
      case .int64s: if !row.isNull(column) { builder.addInt64s(field, try row.ints(column)) }
      case .text: try setText(field, builder, row, column)
      }
    }
  }

  /// Texts, the bulk of most rows, go without a String in between.
  private func setText(
    _ field: Int, _ builder: MessageBuilder, _ row: Row, _ column: Int
  ) throws {
    let versionBytes: Int
    switch row.typeID(column) {
    case Self.textType, Self.varcharType, Self.jsonType: versionBytes = 0
    case Self.jsonbType: versionBytes = 1
    default:
      if let text = try row.optionalText(column) { builder.setString(field, text) }
      return
    }
    try row.withBytes(column) { bytes in
      guard let bytes else { return }
      let text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(versionBytes))
      builder.setString(field, utf8: text)
    }
  }

  // Object ids of `pg_type`.
  private static let jsonType: UInt32 = 114
  private static let textType: UInt32 = 25
  private static let varcharType: UInt32 = 1043
  /// Its binary format has a version byte in front.
  private static let jsonbType: UInt32 = 3802
}
