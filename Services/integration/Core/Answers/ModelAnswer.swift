import JSON

/// A model's answer, checked against its function's schema.
package struct ModelAnswer: Sendable {
  package let value: JSONValue
  /// The text was cut off or wrapped and had to be mended.
  package let wasRepaired: Bool

  package struct Invalid: Error, Equatable, Sendable {
    /// What to tell the model when it is asked once more.
    package let complaints: [String]

    package init(complaints: [String]) { self.complaints = complaints }
  }

  package init(reading text: String, for function: AIFunction) throws(Invalid) {
    let (value, wasRepaired) = try Self.parsed(text)
    let schema: JSONSchema
    do {
      schema = try JSONSchema(text: function.schema)
    } catch {
      throw Invalid(complaints: ["schema: \(error)"])
    }
    let complaints = schema.complaints(about: value)
    guard complaints.isEmpty else { throw Invalid(complaints: complaints) }
    self.value = value
    self.wasRepaired = wasRepaired
  }

  private static func parsed(_ text: String) throws(Invalid) -> (JSONValue, Bool) {
    do {
      return (try JSONValue(parsing: text, strictly: true), false)
    } catch {
      if let value = JSONRepair.value(in: text) { return (value, true) }
      let isCutOff = (error as? JSONFault)?.isEarlyEnd == true
      throw Invalid(complaints: [isCutOff ? "not JSON: it ends too early" : "not JSON: \(error)"])
    }
  }
}
