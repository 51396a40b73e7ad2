/// What a site is to be for.
package struct SiteBrief: Sendable, Equatable {
  package var siteName: String
  package var brief: String
  package var objectives: [String]
  package var style: String
  package var industry: String

  package init(
    siteName: String, brief: String, objectives: [String] = [], style: String = "",
    industry: String = ""
  ) {
    self.siteName = siteName
    self.brief = brief
    self.objectives = objectives
    self.style = style
    self.industry = industry
  }
}

package struct SitePage: Sendable, Equatable {
  package var title: String
  package var slug: String
  /// `home`, `about`, `services`, `blog`, `faq`, `contact` or `page`.
  package var kind: String
  package var purpose: String

  package init(title: String, slug: String, kind: String, purpose: String) {
    self.title = title
    self.slug = slug
    self.kind = kind
    self.purpose = purpose
  }
}

package struct SiteStructure: Sendable, Equatable {
  package var pages: [SitePage]

  package init(pages: [SitePage]) { self.pages = pages }
}

/// One block of a page.
package struct PageBlock: Sendable, Equatable {
  /// `hero`, `text`, `features`, `steps`, `faq` or `cta`.
  package var kind: String
  package var heading: String
  package var text: String
  package var items: [String]

  package init(kind: String, heading: String, text: String = "", items: [String] = []) {
    self.kind = kind
    self.heading = heading
    self.text = text
    self.items = items
  }
}

package struct PageBlocks: Sendable, Equatable {
  package var title: String
  package var metaDescription: String
  package var blocks: [PageBlock]

  package init(title: String, metaDescription: String, blocks: [PageBlock]) {
    self.title = title
    self.metaDescription = metaDescription
    self.blocks = blocks
  }
}
