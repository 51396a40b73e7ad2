/// A value that must not be seen: whatever prints it prints `***`.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value itself, for the one place that needs it.
  package let value: String

  package init(_ value: String) { self.value = value }

  package var isEmpty: Bool { value.isEmpty }

  package var description: String { value.isEmpty ? "" : "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
