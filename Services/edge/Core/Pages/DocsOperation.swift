import JSON

/// One endpoint of the documentation: a line that opens to what goes in and what comes out.
struct DocsOperation {
  let schema: JSONValue

  func html(_ verb: String, _ path: String, _ operation: JSONValue) -> String {
    let summary = operation["summary"]?.string ?? ""
    return """
      <details><summary><span class="verb">\(verb.uppercased())</span> \
      <code>\(Markup.escape(path))</code> <span class="soft">\(Markup.escape(summary))</span>\
      </summary>\(text(operation))\(table("Parameters", parameters(operation)))\
      \(table("Request", request(operation)))\(table("Answer", answer(operation)))\
      <p class="meta">\(statuses(operation))</p></details>
      """
  }

  /// What it does and who may ask for it.
  private func text(_ operation: JSONValue) -> String {
    let role = operation["x-igny8-role"]?.string ?? "anyone"
    let scope = operation["x-igny8-throttle"]?.string ?? "default"
    var facts = "Role `\(role)`, throttle scope `\(scope)`"
    if let module = operation["x-igny8-module"]?.string { facts += ", module `\(module)`" }
    let about = operation["description"]?.string.map { "<p>\(Markup.prose($0))</p>" } ?? ""
    return about + "<p class=\"meta\">\(Markup.prose(facts)).</p>"
  }

  private struct Entry {
    let name: String
    let kind: String
    let note: String
  }

  private func table(_ title: String, _ entries: [Entry]) -> String {
    guard !entries.isEmpty else { return "" }
    let rows = entries.map { entry in
      "<tr><td><code>\(Markup.escape(entry.name))</code></td><td>\(Markup.escape(entry.kind))</td>"
        + "<td>\(Markup.prose(entry.note))</td></tr>"
    }
    return "<h3>\(title)</h3><table>\(rows.joined())</table>"
  }

  private func parameters(_ operation: JSONValue) -> [Entry] {
    (operation["parameters"]?.array ?? []).map(resolved).map { parameter in
      let place = parameter["in"]?.string ?? ""
      let isRequired = parameter["required"]?.bool == true
      return Entry(
        name: parameter["name"]?.string ?? "",
        kind: "\(kind(of: parameter["schema"] ?? .null)), \(place)"
          + (isRequired ? ", required" : ""),
        note: parameter["description"]?.string ?? "")
    }
  }

  private func request(_ operation: JSONValue) -> [Entry] {
    fields(of: content(operation["requestBody"]))
  }

  /// The fields of the envelope's data, or of one of its results.
  private func answer(_ operation: JSONValue) -> [Entry] {
    let envelope = content(success(operation)?.value)
    let inner = envelope["properties"]?["data"] ?? envelope["properties"]?["results"]
    let data = resolved(inner ?? envelope)
    return fields(of: resolved(data["items"] ?? data))
  }

  private func success(_ operation: JSONValue) -> JSONValue.Member? {
    operation["responses"]?.members.first { $0.name.hasPrefix("2") }
  }

  private func statuses(_ operation: JSONValue) -> String {
    let names = (operation["responses"]?.members ?? []).map(\.name)
    return "Statuses: " + names.map { "<code>\(Markup.escape($0))</code>" }.joined(separator: " ")
  }

  private func content(_ holder: JSONValue?) -> JSONValue {
    let first = holder?["content"]?.members.first
    return resolved(first?.value["schema"] ?? .null)
  }

  private func fields(of object: JSONValue) -> [Entry] {
    let required = Set((object["required"]?.array ?? []).compactMap(\.string))
    return (object["properties"]?.members ?? []).map { member in
      Entry(
        name: member.name,
        kind: kind(of: member.value) + (required.contains(member.name) ? ", required" : ""),
        note: member.value["description"]?.string ?? "")
    }
  }

  private func kind(of value: JSONValue) -> String {
    if let choices = value["enum"]?.array {
      return choices.compactMap(\.string).joined(separator: " | ")
    }
    if let reference = value["$ref"]?.string {
      return String(reference.split(separator: "/").last ?? "object")
    }
    if let either = value["anyOf"]?.array {
      return either.map(kind).joined(separator: " or ")
    }
    if let items = value["items"] { return "list of \(kind(of: items))" }
    if let several = value["type"]?.array {
      return several.compactMap(\.string).joined(separator: " or ")
    }
    return value["format"]?.string ?? value["type"]?.string ?? "any JSON"
  }

  /// What a `$ref`, or the first of `anyOf`, stands for; others as they are.
  private func resolved(_ value: JSONValue) -> JSONValue {
    if let first = value["anyOf"]?.array?.first { return resolved(first) }
    guard let reference = value["$ref"]?.string, reference.hasPrefix("#/") else { return value }
    return reference.dropFirst(2).split(separator: "/").reduce(schema) { found, name in
      found[String(name)] ?? .null
    }
  }
}
