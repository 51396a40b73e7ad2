import CProtobufC
import Glibc

/// protobuf-c's run-time description of one message type. `@unchecked Sendable`: it is a constant
/// of the program, written by the C compiler.
package struct MessageDescriptor: @unchecked Sendable, Hashable {
  let pointer: UnsafePointer<ProtobufCMessageDescriptor>

  /// - Parameter descriptor: a `ProtobufCMessageDescriptor`, as the functions of `Messages` return
  ///   it.
  package init(_ descriptor: UnsafeRawPointer) {
    pointer = descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
  }

  /// `igny8.planner.v1.Keyword`.
  package var fullName: String { String(cString: pointer.pointee.name) }

  /// `Keyword`.
  package var name: String { String(cString: pointer.pointee.short_name) }

  package var fieldCount: Int { Int(pointer.pointee.n_fields) }

  /// The fields, sorted by number; a field's index here is what readers and builders take.
  package var fields: [FieldDescriptor] { (0..<fieldCount).map { field($0) } }

  /// - Parameter index: 0 ..< `fieldCount`.
  package func field(_ index: Int) -> FieldDescriptor {
    precondition(index >= 0 && index < fieldCount, "no such field")
    return FieldDescriptor(pointer: pointer.pointee.fields + index, index: index)
  }

  /// The field of that proto name; nil when there is none.
  package func field(named name: String) -> FieldDescriptor? {
    var name = name
    return name.withUTF8 { utf8 in index(named: UnsafeRawBufferPointer(utf8)).map { field($0) } }
  }

  /// The index of the field with that proto name, given as UTF-8; nil when there is none.
  package func index(named name: UnsafeRawBufferPointer) -> Int? {
    let fields = pointer.pointee.fields
    var (low, high) = (0, fieldCount)
    while low < high {
      let middle = (low + high) / 2
      let index = Int(pointer.pointee.fields_sorted_by_name[middle])
      guard let candidate = fields?[index].name else { return nil }
      switch Self.order(name, candidate) {
      case 0: return index
      case ..<0: high = middle
      default: low = middle + 1
      }
    }
    return nil
  }

  /// Where `name` stands beside a C string, as `strcmp` has it.
  private static func order(_ name: UnsafeRawBufferPointer, _ other: UnsafePointer<CChar>) -> Int {
    for (place, byte) in name.enumerated() {
      let theirs = UInt8(bitPattern: other[place])
      if byte != theirs { return Int(byte) - Int(theirs) }
      if theirs == 0 { return 1 }
    }
    return other[name.count] == 0 ? 0 : -1
  }

  package static func == (left: Self, right: Self) -> Bool { left.pointer == right.pointer }

  package func hash(into hasher: inout Hasher) { hasher.combine(pointer) }
}
