import JSON

/// The list of all endpoints, made from the schema; no asset of anybody else's.
package enum DocsPage {
  private static let verbs = ["get", "post", "put", "patch", "delete"]

  package static func html(schema: JSONValue) -> String {
    guard case .object(let paths)? = schema["paths"] else { return SitePages.missing() }
    var groups: [(name: String, rows: [String])] = []
    for path in paths {
      let parts = path.name.split(separator: "/")
      let name = parts.count > 2 ? String(parts[2]) : "general"
      let rows = verbs.compactMap { verb in path.value[verb].map { row(verb, path.name, $0) } }
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].rows += rows
      } else {
        groups.append((name, rows))
      }
    }
    let text = schema["info"]?["description"]?.string ?? ""
    let body = groups.map { group in
      "<h2 id=\"\(Markup.escape(group.name))\">\(Markup.escape(group.name))</h2><table>"
        + group.rows.joined() + "</table>"
    }
    return """
      <!doctype html><html lang="en"><head><meta charset="utf-8">\
      <meta name="viewport" content="width=device-width,initial-scale=1"><title>IGNY8 API</title>\
      <style>\(SiteStyle.css)</style></head><body><main class="wide"><h1>IGNY8 API</h1>\
      <p class="lead">\(Markup.escape(text))</p>\
      <p><a href="/api/schema/">OpenAPI document</a></p>\(body.joined())</main></body></html>
      """
  }

  private static func row(_ verb: String, _ path: String, _ operation: JSONValue) -> String {
    let summary = operation["summary"]?.string ?? ""
    let role = operation["x-igny8-role"]?.string ?? "anyone"
    let scope = operation["x-igny8-throttle"]?.string ?? "default"
    return """
      <tr><td><span class="verb">\(verb.uppercased())</span> <code>\(Markup.escape(path))</code>\
      </td>\
      <td>\(Markup.escape(summary))</td><td>\(Markup.escape(role))</td>\
      <td>\(Markup.escape(scope))</td></tr>
      """
  }
}
