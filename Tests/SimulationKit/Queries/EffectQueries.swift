import Postgres

/// Statements of the simulated work.
package enum EffectQueries {
  /// The table that each schema with work has.
  package static let table = """
    CREATE TABLE effects (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      key text NOT NULL,
      hold_id bigint NOT NULL
    );
    """

  /// $1 account, $2 key of the work, $3 hold that pays, 0 for none.
  package static let insert = Statement(
    "simulation.effect.insert",
    "INSERT INTO effects (account_id, key, hold_id) VALUES ($1, $2, $3)")
}
