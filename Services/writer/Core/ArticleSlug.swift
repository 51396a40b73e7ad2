import HTML

/// The part of an article's address that names it: unique within its site.
package enum ArticleSlug {
  /// What an article would be called if the name were free.
  package static func wanted(_ given: String?, title: String) -> String {
    guard let given, !given.isEmpty else { return Slug.of(title) }
    return Slug.of(given, limit: 200)
  }

  /// The wanted slug, or the first of `wanted-2`, `wanted-3` … that nobody has.
  package static func free(_ wanted: String, among taken: [String]) -> String {
    let taken = Set(taken)
    guard taken.contains(wanted) else { return wanted }
    var number = 2
    while taken.contains("\(wanted)-\(number)") { number += 1 }
    return "\(wanted)-\(number)"
  }
}
