import HTML
import Testing

@Suite("HTML")
struct HTMLTests {
  @Test(
    "injections lose what makes them dangerous",
    arguments: [
      "<script>alert(1)</script>", "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
      "<img src=x onerror=alert(1)>", "<img src=\"javascript:alert(1)\">",
      "<a href=\"javascript:alert(1)\">x</a>", "<a href=\" java\nscript:alert(1)\">x</a>",
      "<a href=\"&#106;avascript&#58;alert(1)\">x</a>",
      "<a href=\"&#x6A;avascript:alert(1)\">x</a>",
      "<a href=\"JaVaScRiPt&colon;alert(1)\">x</a>", "<a href='vbscript:x'>x</a>",
      "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
      "<a href=\"//evil.example\">x</a>",
      "<svg onload=alert(1)><circle/></svg>", "<svg/onload=alert(1)>",
      "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
      "<iframe src=https://x></iframe>",
      "<p onclick=alert(1) style=\"background:url(javascript:x)\">x</p>", "<style>p{}</style>",
      "<<script>alert(1)</script>", "<scr<script>ipt>alert(1)</script>",
      "<p <script>alert(1)</script>>",
      "<!--<script>alert(1)</script>--><p>x</p>", "<![CDATA[<script>alert(1)</script>]]>",
      "<form action=/x><input autofocus onfocus=alert(1)></form>", "<object data=x></object>",
      "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
      "<link rel=stylesheet href=x>",
      "<template><script>alert(1)</script></template>",
      "<textarea><script>alert(1)</script></textarea>",
      "<p title=\"x\" onmouseover = 'alert(1)'>x", "<img src=x:alert(1) onerror\u{0}=alert(1)>",
      "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
      "<a href=\"https:\\\\evil.example\" target=_blank>x</a>", "<script",
      "<img src=\"x\" onerror=",
      "<p class='\"><script>alert(1)</script>'>x</p>", "<xmp><script>alert(1)</script></xmp>",
    ])
  func injections(html: String) {
    let clean = HTMLSanitizer().sanitize(html)
    let low = clean.lowercased()
    for tag in [
      "script", "svg", "math", "iframe", "object", "form", "input", "base", "meta", "link", "style",
      "template",
    ] {
      #expect(!low.contains("<\(tag)"), "\(clean)")
    }
    let tags = low.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
    for tag in tags {
      #expect(
        !tag.contains(" on") && !tag.contains("script:") && !tag.contains("style="), "\(clean)")
      #expect(!tag.contains("data:") && !tag.contains("=\"//") && !tag.contains("\\"), "\(clean)")
    }
    #expect(HTMLSanitizer().sanitize(clean) == clean)
  }

  @Test("what an article needs stays, unbalanced tags are closed")
  func keeps() {
    let html =
      """
      <h2 id=\"a\">A &amp; B</h2>\n<p>x < y <strong>b</strong> <a \
      href=\"https://x.example/?a=1&amp;b=2\">l</a></p>
      """
        + """
        <table><tr><th scope=\"col\">1</th></tr></table><img src=\"/i.png\" alt=\"An \
        &quot;i&quot;\">
        """
    let clean = HTMLSanitizer().sanitize(html)
    #expect(clean == html.replacing("x < y", with: "x &lt; y"))
    #expect(HTMLSanitizer().sanitize("<ul><li>a<li>b</ul></p>") == "<ul><li>a<li>b</li></li></ul>")
    #expect(
      HTMLSanitizer().sanitize("<a href=\"/x\" target=\"_blank\">x")
        == "<a href=\"/x\" target=\"_blank\" rel=\"noopener\">x</a>")
    let deep = String(repeating: "<div>", count: 500) + "x"
    #expect(
      HTMLSanitizer().sanitize(deep).split(separator: "<div>").count <= HTMLSanitizer.maxDepth + 1)
  }

  @Test("words are counted as a reader sees them")
  func words() {
    #expect(
      VisibleText.of("<p>One <b>t</b>wo</p><p>three&nbsp;four</p><style>no</style>")
        == "One two three four")
    #expect(VisibleText.wordCount(of: "<h2>A – b</h2><p>It's 5 o'clock.</p>") == 5)
    #expect(VisibleText.shortened("One two three", to: 9) == "One two…")
    #expect(VisibleText.shortened("One two", to: 7) == "One two")
    #expect(VisibleText.shortened("One two. Three", to: 11) == "One two.")
  }

  @Test("slugs")
  func slugs() {
    #expect(
      Slug.of("How to Descale: Café & Crème – 50% off!") == "how-to-descale-cafe-and-creme-50-off")
    #expect(
      Slug.of("  It's  ") == "its" && Slug.of("!!!") == "untitled" && Slug.of("咖啡 机") == "咖啡-机")
    #expect(Slug.of(String(repeating: "word ", count: 50)).count <= 80)
  }
}
