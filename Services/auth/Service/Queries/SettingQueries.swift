import AuthCore
import Postgres

/// What was set, by scope. The parameters of every statement begin with the owner's columns.
enum SettingQueries {
  private static func owner(of scope: SettingScope) -> [String] {
    switch scope {
    case .system: []
    case .account, .ai, .module: ["account_id"]
    case .user: ["account_id", "user_id"]
    }
  }

  private static func table(_ scope: SettingScope) -> String { "\(scope.rawValue)_settings" }

  private static func condition(_ columns: [String]) -> String {
    columns.enumerated().map { "\($0.element) = $\($0.offset + 1)" }.joined(separator: " AND ")
  }

  static func list(_ scope: SettingScope) -> Statement {
    let columns = owner(of: scope)
    let filter = columns.isEmpty ? "" : " WHERE \(condition(columns))"
    return Statement(
      "auth.setting.list_\(scope.rawValue)",
      "SELECT key, value, updated_at FROM \(table(scope))\(filter)")
  }

  /// Then: key.
  static func lock(_ scope: SettingScope) -> Statement {
    Statement(
      "auth.setting.lock_\(scope.rawValue)",
      """
      SELECT key, value, updated_at FROM \(table(scope))
      WHERE \(condition(owner(of: scope) + ["key"])) FOR UPDATE
      """)
  }

  /// Then: key, value, user, now.
  static func set(_ scope: SettingScope) -> Statement {
    let columns = owner(of: scope) + ["key", "value", "updated_by", "updated_at"]
    let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    return Statement(
      "auth.setting.set_\(scope.rawValue)",
      """
      INSERT INTO \(table(scope)) (\(columns.joined(separator: ", "))) VALUES (\(places))
      ON CONFLICT ON CONSTRAINT \(table(scope))_pkey DO UPDATE
      SET value = excluded.value, updated_by = excluded.updated_by,
        updated_at = excluded.updated_at
      """)
  }

  /// Then: key.
  static func reset(_ scope: SettingScope) -> Statement {
    Statement(
      "auth.setting.reset_\(scope.rawValue)",
      "DELETE FROM \(table(scope)) WHERE \(condition(owner(of: scope) + ["key"]))")
  }

  /// Module switches that were ever moved. $1 account.
  static let modules = Statement(
    "auth.module.list",
    "SELECT module, is_enabled FROM module_enable_settings WHERE account_id = $1")

  /// $1 account, $2 modules, $3 those of them that are on, $4 now.
  static let switchModules = Statement(
    "auth.module.switch",
    """
    INSERT INTO module_enable_settings (account_id, module, is_enabled, updated_at)
    SELECT $1, m, m = ANY ($3::text[]), $4 FROM unnest($2::text[]) m
    ON CONFLICT ON CONSTRAINT module_enable_settings_pkey DO UPDATE
    SET is_enabled = excluded.is_enabled, updated_at = excluded.updated_at
    """)

  static let all =
    [modules, switchModules]
    + SettingScope.allCases.flatMap { [list($0), lock($0), set($0), reset($0)] }
}
