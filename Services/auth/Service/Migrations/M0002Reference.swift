import Postgres

/// The industries, their sectors and seed keywords that a new installation begins with.
let m0002Reference = Migration(
  number: 2, name: "reference",
  sql: """
    INSERT INTO industries (name, slug, description) VALUES
    \(industryRows);
    INSERT INTO industry_sectors (industry_id, name, slug, description)
    SELECT i.id, v.name, v.slug, v.description
    FROM (VALUES
    \(sectorRows)
    ) v (position, industry, name, slug, description)
    JOIN industries i ON i.slug = v.industry ORDER BY v.position;
    INSERT INTO seed_keywords (industry_sector_id, keyword, volume, difficulty, intent)
    SELECT s.id, v.keyword, v.volume, v.difficulty, v.intent
    FROM (VALUES
    \(keywordRows)
    ) v (position, industry, sector, keyword, volume, difficulty, intent)
    JOIN industries i ON i.slug = v.industry
    JOIN industry_sectors s ON s.industry_id = i.id AND s.slug = v.sector
    ORDER BY v.position;
    """)

private let industryRows = SeedIndustry.all.map { industry in
  "(\(quoted(industry.name)), \(quoted(industry.slug)), \(quoted(industry.description)))"
}.joined(separator: ",\n")

private let sectorRows = SeedIndustry.all.flatMap { industry in
  industry.sectors.map { sector in
    [industry.slug, sector.name, sector.slug, sector.description].map(quoted)
      .joined(separator: ", ")
  }
}.enumerated().map { "(\($0.offset), \($0.element))" }.joined(separator: ",\n")

private let keywordRows = SeedIndustry.all.flatMap { industry in
  industry.sectors.flatMap { sector in
    sector.keywords.map { keyword in
      let names = [industry.slug, sector.slug, keyword.text].map(quoted).joined(separator: ", ")
      return "\(names), \(keyword.volume), \(keyword.difficulty), \(quoted(keyword.intent))"
    }
  }
}.enumerated().map { "(\($0.offset), \($0.element))" }.joined(separator: ",\n")

private func quoted(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
}
