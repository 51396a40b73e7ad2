/// The texts that come with the system.
enum DefaultPrompt {
  static func text(of type: PromptType) -> String {
    switch type {
    case .clustering: clustering
    case .ideas: ideas
    case .contentGeneration: content(for: "article", more: articleRules)
    case .productGeneration: content(for: "product page", more: productRules)
    case .serviceGeneration: content(for: "service page", more: serviceRules)
    case .taxonomyGeneration: content(for: "category page", more: taxonomyRules)
    case .imagePromptExtraction: imagePrompts
    case .imagePromptTemplate: "{prompt}. Style: {style}. Made for: {title} ({image_type})."
    case .negativePrompt:
      "text, letters, watermark, logo, brand name, distorted hands, blurry, low quality, frame"
    case .optimization: optimization
    case .siteStructure: siteStructure
    case .pageGeneration: page
    }
  }

  private static let clustering = """
    Group the search keywords below into topics, for the site {site_name}, sector {sector_name}.

    Keywords:
    [IGNY8_KEYWORDS]

    Clusters that exist already:
    [IGNY8_CLUSTERS]

    - Keywords belong together when one page could answer them: same thing, same intent.
    - Put a keyword into an existing cluster where it fits, under `assignments`, by the \
    cluster's exact name.
    - Make new clusters of 2 to 15 keywords with a short name in title case and a one-sentence \
    description.
    - List keywords that fit nowhere under `outliers`. Use every keyword exactly once, spelled \
    as given.
    """

  private static let ideas = """
    Propose content ideas for the keyword clusters below, for the site {site_name}, sector \
    {sector_name}, in language {language}.

    Clusters with their keywords, volume, difficulty and intent:
    [IGNY8_CLUSTERS]

    - One to three ideas per cluster, each with a form that fits its keywords: guide, how-to, \
    comparison, list and so on.
    - Every keyword of a cluster is a target of one of its ideas.
    - The outline has 4 to 9 H2 sections, each with a one-line brief and, where useful, H3 \
    subsections.
    - Estimate 600 to 1800 words.
    """

  private static func content(for kind: String, more: String) -> String {
    """
    Write the \(kind) “{title}” for the site {site_name}, sector {sector_name}.

    Idea and outline:
    [IGNY8_IDEA]

    Cluster:
    [IGNY8_CLUSTER]

    Keywords, the primary one first:
    [IGNY8_KEYWORDS]

    Structure: {structure}. Length: about {word_count} words. Language: {language}. Tone: \
    {tone}. Style: {style}.
    Rules for sections: {section_rules}

    \(more)
    - HTML with h2, h3, p, ul, ol, li, table, strong and em only; no h1, no script, no style.
    - The primary keyword stands in the first paragraph and in one H2; keywords read naturally.
    - State no figure, quotation or claim about a brand unless the data above gives it.
    - meta_title has at most 60 characters, meta_description at most 160.
    """
  }

  private static let articleRules =
    "- An introduction, the outline's sections, questions with answers, and a conclusion."
  private static let productRules =
    "- What it is, whom it suits, what to check before buying, care, questions with answers."
  private static let serviceRules =
    "- What is offered, for whom, how it works step by step, what affects the price, questions."
  private static let taxonomyRules =
    "- An introduction to the category, how to choose within it, and its main groups."

  private static let imagePrompts = """
    Write image prompts for the article {title}: one featured image and up to {max_images} in \
    the article.

    Primary keyword: {primary_keyword}
    Headings:
    {headings}

    Text:
    {content}

    - Every prompt describes one picture: subject, setting, light, style; no text, logos or \
    brands in it.
    - `heading` is the exact H2 the picture stands under. Alt texts have at most 125 characters.
    """

  private static let optimization = """
    Improve the article {title}. Rewrite only what the analysis calls weak and keep everything \
    else word for word.

    Primary keyword: {primary_keyword}
    Secondary keywords: {secondary_keywords}
    Analysis:
    {analysis}

    Article:
    {content}

    - Keep links, images, facts and headings that the analysis does not mention.
    - `changes` names every change in one line.
    """

  private static let siteStructure = """
    Plan the pages of the web site {site_name}, industry {industry}.

    Brief:
    {brief}

    Objectives:
    {objectives}

    Style: {style}

    - 4 to 10 pages, the home page first; `kind` is home, about, services, blog, faq, contact \
    or page.
    - `slug` has lower-case letters, digits and hyphens; `purpose` is one sentence.
    """

  private static let page = """
    Write the blocks of one page of the web site {site_name}.

    Page:
    {page}

    Brief:
    {brief}

    Objectives:
    {objectives}

    Style: {style}

    - 3 to 8 blocks, a hero first and a call to action last; plain text without HTML.
    - Invent no address, price, name or testimonial.
    """
}
