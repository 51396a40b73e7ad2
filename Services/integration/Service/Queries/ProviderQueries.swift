import Postgres

/// Statements about the providers of accounts.
enum ProviderQueries {
  private static let columns = """
    provider, is_active, api_key, api_key_hint, base_url, model, image_model, updated_at
    """

  /// $1 account, $2 provider.
  static let get = Statement(
    "integration.provider.get",
    "SELECT \(columns) FROM provider_settings WHERE account_id = $1 AND provider = $2")

  /// Those in use, the one set last first. $1 account.
  static let active = Statement(
    "integration.provider.active",
    """
    SELECT \(columns) FROM provider_settings WHERE account_id = $1 AND is_active
    ORDER BY updated_at DESC, provider
    """)

  /// $1 account, $2 provider, $3 active, $4 sealed key, $5 its hint, $6 base url, $7 model,
  /// $8 image model, $9 now, $10 when it was saved before, as far as the caller knows; nothing is
  /// saved when that is not so any more.
  static let save = Statement(
    "integration.provider.save",
    """
    INSERT INTO provider_settings (account_id, provider, is_active, api_key, api_key_hint,
      base_url, model, image_model, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    ON CONFLICT ON CONSTRAINT provider_settings_pkey DO UPDATE SET
      is_active = excluded.is_active, api_key = excluded.api_key,
      api_key_hint = excluded.api_key_hint, base_url = excluded.base_url, model = excluded.model,
      image_model = excluded.image_model,
      updated_at = greatest(excluded.updated_at,
        provider_settings.updated_at + interval '1 microsecond')
    WHERE provider_settings.updated_at = $10
    RETURNING \(columns)
    """)

  static let all = [get, active, save]
}
