/// What clustering weighs. The defaults were chosen on the lists that Tests/Fixtures/clustering
/// names as developed on.
package struct ClusteringOptions: Sendable {
  /// More keywords than this in one cluster make no topic for one page.
  package var maxClusterSize = 15
  /// Mean likeness at which two groups still become one.
  package var mergeThreshold = 0.24
  /// Mean likeness at which a keyword left alone still joins a group.
  package var adoptThreshold = 0.12
  /// How much better another group must suit a keyword that moves there.
  package var relocationMargin = 0.03
  package var modifierWeight = 0.12
  /// Words after a preposition.
  package var qualifierWeight = 0.3
  /// Words after `vs`.
  package var comparedWeight = 0.6
  /// Taken from every rarity: words in more than one of 2^bits keywords hold nothing together.
  package var commonBits = 0.3
  /// A word no other keyword has.
  package var lonelyWeight = 0.4
  /// A collocation against the words it is made of.
  package var collocationWeight = 1.6
  package var partWeight = 0.25
  /// Added to the likeness of keywords with the same intent, taken from those without.
  package var intentWeight = 0.02

  package init() {}
}
