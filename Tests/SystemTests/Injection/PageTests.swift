import Foundation
import JSON
import Testing

extension MatrixTests {
  @Test("what people wrote never runs on a hosted site, in a mail or in a spreadsheet")
  func pages() async throws {
    let world = try MatrixScope.world
    let scripts = Payloads.texts.filter { $0.text.contains(Payloads.marker) }
    let site = try await HostileSite.make(in: world, scripts.map(\.text))
    for path in try await site.pages() {
      let page = try await world.anonymous.send("GET", path)
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(page.status == 200, "\(path)")
      #expect(Markup.runsNothing(text), "\(path)")
      #expect(page.headers["set-cookie"] == nil)
      if path.hasSuffix("/") {
        let policy = page.headers["content-security-policy"]
        #expect(policy?.contains("default-src 'none'") == true, "\(path)")
      }
    }
  }

  @Test(
    "what is asked for is not repeated as markup",
    arguments: [
      "/s/%3Cscript%3Ealert('pwned')%3C/script%3E/", "/%3Cscript%3Ealert('pwned')%3C/script%3E",
      "/api/v1/%3Cscript%3Ealert('pwned')%3C/script%3E/", "/api/docs/?x=%3Cscript%3Ealert('pwned')",
      "/api/redoc/?x=%22%3E%3Csvg/onload=alert('pwned')%3E", "/s/..%2f..%2f..%2fetc%2fpasswd/",
      "/s/%00/", "/api/v1/planner/keywords/%2e%2e/%2e%2e/admin/users/", "/%ff%fe/",
      "//pwned.example/x",
      "/s/x/../../api/v1/admin/users", "/s/x/../../../../../../etc/passwd",
      "/%0d%0aSet-Cookie:%20pwned=1", "/api/v1/auth/plans%0d%0aSet-Cookie:%20pwned=1",
      "/api/v1/auth/plans?next=%0d%0aSet-Cookie:%20pwned=1", "/api/schema/?format=%3Cscript%3E",
    ])
  func reflected(path: String) async throws {
    let world = try MatrixScope.world
    let answer = try RunningSystem.output(
      of: "curl", ["-s", "-i", "--path-as-is", world.anonymous.url + path], allowed: [0])
    let end = try #require(answer.range(of: "\r\n\r\n"), "\(answer)")
    let (head, body) = (answer[..<end.lowerBound].lowercased(), answer[end.upperBound...])
    #expect(head.prefixMatch(of: #/http/1.1 [1-4]/#) != nil, "\(head)")
    #expect(!body.contains("root:") && !head.contains("\nset-cookie"))
    if head.contains("content-type: text/html") {
      #expect(!body.contains("alert('pwned')") && !body.contains("<svg/onload"))
    }
    #expect(head.contains("x-content-type-options: nosniff"))
    // Nobody is led to another host.
    #expect(head.firstMatch(of: #/location: (?!\/[^\/]|\r)/#) == nil, "\(head)")
  }

  @Test("headers of a request break nothing and come back as nothing but a request's number")
  func headers() async throws {
    let world = try MatrixScope.world
    for payload in Payloads.texts where !payload.text.contains(where: \.isNewline) {
      let text = payload.text.filter { $0.isASCII && $0 != "\0" && !$0.isNewline }
      for name in [
        "X-Request-ID", "Idempotency-Key", "X-Forwarded-Host", "X-Forwarded-Proto", "X-API-Key",
        "X-Forwarded-For", "Origin", "Accept", "traceparent", "If-None-Match", "Authorization",
      ] {
        let answer = try await world.anonymous.send(
          "GET", "/api/v1/auth/plans/", headers: [name: String(text.prefix(8_000))])
        #expect(answer.status < 500, "\(payload.name) as \(name): \(answer.status)")
        #expect(answer.headers["x-request-id"]?.contains(Payloads.marker) != true)
        #expect(answer.headers["access-control-allow-origin"] == nil)
        let next = answer.json["next"]?.string ?? ""
        #expect(!next.contains(Payloads.marker), "\(payload.name) as \(name)")
      }
    }
  }

  @Test("cells of an exported table are no formulas, and say what the keywords say")
  func table() async throws {
    let world = try MatrixScope.world
    let (site, sector) = try await world.hostile.newPlace()
    let formulas = Payloads.texts.filter { $0.text.utf8.count < 200 && !$0.text.contains("\0") }
    for (number, formula) in formulas.enumerated() {
      _ = try await world.hostile.owner.send(
        "POST", "/api/v1/planner/keywords/",
        [
          "keyword": .string("\(formula.text) \(number)"), "site_id": .int(site),
          "sector_id": .int(sector),
        ])
    }
    let file =
      "keyword,volume\n"
      + formulas.map { "\"\($0.text.replacing("\"", with: "\"\""))\",1\n" }
      .joined()
    let place = "site_id=\(site)&sector_id=\(sector)"
    _ = try await world.hostile.owner.send(
      "POST", "/api/v1/planner/keywords/import_keywords/?\(place)", Data(file.utf8),
      kind: "text/csv")
    let kept = try await world.hostile.owner.all("/api/v1/planner/keywords/?site_id=\(site)")
      .compactMap { $0["keyword"]?.string }
    #expect(kept.count > 10)
    let table = try await world.hostile.owner.send(
      "GET", "/api/v1/planner/keywords/export/?site_id=\(site)")
    let rows = CSVReader.rows(String(decoding: table.body, as: UTF8.self))
    #expect(rows.count == kept.count + 1)
    for cell in rows.joined() where Double(cell) == nil {
      #expect(cell.first.map { !"=+-@\t\r".contains($0) } ?? true, "\(cell.debugDescription)")
    }
    let column = try #require(rows.first?.firstIndex(of: "keyword"))
    let told = rows.dropFirst().map {
      $0[column].hasPrefix("'") ? String($0[column].dropFirst()) : $0[column]
    }
    let plain = kept.map { $0.hasPrefix("'") ? String($0.dropFirst()) : $0 }
    #expect(Set(told) == Set(plain))
  }

  @Test("no text of people's adds a header to a mail, a reader of it, or markup")
  func mails() async throws {
    let world = try MatrixScope.world
    let scripts = Payloads.texts.filter { $0.text.contains(Payloads.marker) }
    var addresses: Set<String> = []
    for payload in scripts {
      let email = "\(UUID().uuidString.lowercased())@igny8.example"
      _ = try await world.hostile.owner.send(
        "PATCH", "/api/v1/auth/accounts/\(world.hostile.accountID)/",
        ["name": .string(String(payload.text.prefix(150)))])
      let asked = try await world.hostile.owner.send(
        "POST", "/api/v1/auth/invitations/",
        ["email": .string(email), "role": "viewer"])
      #expect(asked.status == 201, "\(asked.json.text)")
      addresses.insert(email)
    }
    var mails: [Mail] = []
    for _ in 0..<200 where mails.count < addresses.count {
      try await Task.sleep(for: .milliseconds(100))
      mails = world.system.mails().filter { mail in
        addresses.contains { mail.header("to")?.contains($0) == true }
      }
    }
    #expect(mails.count == addresses.count)
    let usual: Set = [
      "date", "from", "to", "subject", "message-id", "mime-version", "content-type",
      "content-transfer-encoding", "auto-submitted",
    ]
    for mail in mails {
      let names = mail.headers.map(\.name)
      #expect(Set(names).count == names.count && Set(names).isSubset(of: usual), "\(names)")
      #expect(mail.header("content-type")?.hasPrefix("text/plain") == true)
      #expect(mail.header("to")?.contains("victim") == false)
    }
  }
}
