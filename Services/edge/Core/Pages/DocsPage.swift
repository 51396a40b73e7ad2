import JSON

/// The list of all endpoints, made from the schema; no asset of anybody else's, no script.
package enum DocsPage {
  private static let verbs = ["get", "post", "put", "patch", "delete"]

  package static func html(schema: JSONValue) -> String {
    let groups = groups(schema)
    let text = schema["info"]?["description"]?.string ?? ""
    let contents = groups.map { "<a href=\"#\($0.name)\">\($0.name)</a>" }
    let body = groups.map { group in
      "<h2 id=\"\(group.name)\">\(group.name)</h2>" + group.operations.joined()
    }
    return """
      <!doctype html><html lang="en"><head><meta charset="utf-8">\
      <meta name="viewport" content="width=device-width,initial-scale=1"><title>IGNY8 API</title>\
      <style>\(SiteStyle.css)</style></head><body><main class="wide"><h1>IGNY8 API</h1>\
      <p class="lead">\(Markup.prose(text))</p>\
      <p class="meta">\(contents.joined(separator: " · ")) · \
      <a href="/api/schema/">OpenAPI document</a></p>\(body.joined())</main></body></html>
      """
  }

  private static func groups(_ schema: JSONValue) -> [(name: String, operations: [String])] {
    let details = DocsOperation(schema: schema)
    var groups: [(name: String, operations: [String])] = []
    for path in schema["paths"]?.members ?? [] {
      let parts = path.name.split(separator: "/")
      let name = Markup.escape(parts.count > 2 ? String(parts[2]) : "general")
      let operations = verbs.compactMap { verb in
        path.value[verb].map { details.html(verb, path.name, $0) }
      }
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].operations += operations
      } else {
        groups.append((name, operations))
      }
    }
    return groups
  }
}
