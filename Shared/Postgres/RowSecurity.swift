/// SQL text that makes Postgres itself keep tenants apart.
package enum RowSecurity {
  /// Switches row-level security on for a table with an `account_id bigint` column, for its owner
  /// too: a row is seen and written in the scope of its own account or in `.allAccounts`.
  ///
  /// Written as a range, which an index on `account_id` serves in both scopes; a query that wants
  /// an index's order behind `account_id` names `account_id = $n` itself as well.
  package static func enable(_ table: String) -> String {
    let setting = "current_setting('app.account_id', true)"
    func bound(_ all: String) -> String {
      "CASE \(setting) WHEN 'all' THEN \(all) WHEN '' THEN NULL ELSE \(setting)::bigint END"
    }
    let rule = """
      account_id >= \(bound("'-9223372036854775808'::bigint"))
          AND account_id <= \(bound("9223372036854775807"))
      """
    return """
      ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
      ALTER TABLE \(table) FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON \(table)
        USING (\(rule))
        WITH CHECK (\(rule));
      """
  }
}
