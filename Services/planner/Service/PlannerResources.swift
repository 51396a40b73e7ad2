import PlannerContract
import PlannerCore
import Resources

enum PlannerResources {
  private static let statuses = ["active", "inactive", "archived"]
  private static let invalidStatus = "Invalid status value"

  static let keywords = Resource<Planner.Keyword>(
    "planner.keywords", table: "keywords",
    columns: [
      .int("site_id", .required), .int("sector_id", .required),
      .text("keyword", maxLength: KeywordText.maxLength), .text("folded", .readOnly, .hidden),
      .int("volume", min: 0, max: KeywordFile.maxVolume), .int("difficulty", min: 0, max: 100),
      .enumeration("intent", KeywordIntent.allCases.map(\.rawValue), message: "Invalid intent"),
      .enumeration(
        "status", KeywordStatus.allCases.map(\.rawValue), aliases: KeywordStatus.aliases,
        message: invalidStatus),
      .int("seed_keyword_id", .nullable), .int("cluster_id", .nullable),
      .timestamp("outlier_at", .readOnly, .nullable),
    ],
    derived: [DerivedQueries.clusterName],
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("intent"),
      .equal("cluster_id"), .isSet("clustered", "cluster_id"), .range("difficulty"),
      .range("volume"),
      .sql("outlier", "(t.cluster_id IS NULL AND t.outlier_at IS NOT NULL) = $"),
    ],
    search: ["keyword"],
    orderings: ["keyword", "volume", "difficulty", "intent", "status", "created_at", "updated_at"],
    constraints: [
      .unique("keywords_text", field: "keyword", "This keyword is already in the sector"),
      .reference("keywords_cluster", field: "cluster_id", "Invalid cluster"),
    ],
    siteColumn: "site_id")

  static let clusters = Resource<Planner.Cluster>(
    "planner.clusters", table: "clusters",
    columns: [
      .int("site_id", .required), .int("sector_id", .required),
      .text("name", .required, maxLength: ClusteringAnswer.maxName),
      .text("description", maxLength: ClusteringAnswer.maxDescription, default: ""),
      .enumeration("status", statuses, message: invalidStatus), .texts("terms", .readOnly),
    ],
    derived: DerivedQueries.ofCluster,
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"),
      .sql("volume_min", "(\(DerivedQueries.volume)) >= $"),
      .sql("volume_max", "(\(DerivedQueries.volume)) <= $"),
      .sql("has_ideas", "EXISTS (SELECT \(DerivedQueries.itsIdeas)) = $"),
      .sql("has_content", "EXISTS (SELECT \(DerivedQueries.itsContents)) = $"),
    ],
    search: ["name", "description"],
    orderings: [
      "name", "status", "keywords_count", "volume", "difficulty", "ideas_count", "content_count",
      "created_at",
      "updated_at",
    ],
    siteColumn: "site_id")

  static let ideas = Resource<Planner.Idea>(
    "planner.ideas", table: "content_ideas",
    columns: [
      .int("site_id", .required), .int("sector_id", .required),
      .text("title", .required, maxLength: IdeaDraft.maxTitle),
      .text("description", maxLength: IdeaDraft.maxDescription, default: ""),
      .json("outline", maxLength: 100_000, default: "[]"),
      .text("content_type", maxLength: IdeaDraft.maxWord, default: IdeaDraft.defaultType),
      .text(
        "content_structure", maxLength: IdeaDraft.maxWord, default: IdeaDraft.defaultStructure),
      .int("cluster_id", .nullable),
      .texts(
        "target_keywords", maxItems: IdeaDraft.maxKeywords, maxLength: KeywordText.maxLength),
      .int(
        "estimated_word_count", min: IdeaDraft.wordCounts.lowerBound,
        max: IdeaDraft.wordCounts.upperBound, default: IdeaDraft.defaultWordCount),
      .enumeration(
        "status", ["new", "scheduled", "published"] + statuses, message: invalidStatus),
      .int("task_id", .readOnly),
    ],
    derived: [DerivedQueries.clusterName],
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("cluster_id"),
      .equal("content_type"), .equal("content_structure"),
    ],
    search: ["title", "description"],
    orderings: [
      "title", "status", "content_type", "content_structure", "estimated_word_count",
      "created_at", "updated_at",
    ],
    constraints: [.reference("content_ideas_cluster", field: "cluster_id", "Invalid cluster")],
    siteColumn: "site_id")
}
