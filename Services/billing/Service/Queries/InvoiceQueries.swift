import Postgres

/// Statements on invoices, their numbers, whom they are made out to, and tax rates.
enum InvoiceQueries {
  private static let columns = """
    i.id, i.account_id, i.number, i.status, i.purpose, i.reference, i.key, i.currency, i.subtotal,
      i.tax, i.tax_treatment, i.tax_name, i.tax_basis_points, i.seller_name, i.seller_address,
      i.seller_country, i.seller_tax_id, i.seller_email, i.buyer_name, i.buyer_address,
      i.buyer_country, i.buyer_tax_id, i.buyer_email, i.period_start, i.period_end, i.created_at,
      i.issued_at, i.due_at, i.paid_at, i.payment_method, i.due_seconds, i.updated_at
    """

  private static let inserted = """
    account_id, key, status, purpose, reference, currency, subtotal, tax, tax_treatment, tax_name,
      tax_basis_points, seller_name, seller_address, seller_country, seller_tax_id, seller_email,
      buyer_name, buyer_address, buyer_country, buyer_tax_id, buyer_email, period_start,
      period_end, due_seconds, created_at, updated_at
    """

  /// $1 … $24 as `inserted` has them, $25 now, $26 … $28 the lines' parts.
  private static let lines = """
    lines AS (
        INSERT INTO invoice_line_items
          (account_id, invoice_id, position, description, quantity, unit_amount)
        SELECT i.account_id, i.id, l.position, l.description, l.quantity, l.unit_amount
        FROM i, unnest($26::text[], $27::bigint[], $28::bigint[])
          WITH ORDINALITY AS l (description, quantity, unit_amount, position))
    """

  private static let values =
    (1...20).map { "$\($0)" }.joined(separator: ", ")
    + ", $21, $22::timestamptz, $23::timestamptz, $24::bigint, $25::timestamptz, $25::timestamptz"

  /// The number that follows the last one of the year, and the time of issue: never before that of
  /// an earlier number.
  private static func counter(_ now: String) -> String {
    """
    counter AS (
        INSERT INTO invoice_counters AS c (year, last, issued_at)
        VALUES (date_part('year', \(now)::timestamptz AT TIME ZONE 'UTC')::integer, 1, \(now))
        ON CONFLICT (year) DO UPDATE
          SET last = c.last + 1, issued_at = greatest(c.issued_at, excluded.issued_at)
        RETURNING issued_at,
          year || '-' || lpad(last::text, greatest(6, length(last::text)), '0') AS number)
    """
  }

  /// Makes an invoice and issues it: number, invoice and lines in one statement.
  static let issue = Statement(
    "billing.invoice.issue",
    """
    WITH \(counter("$25")),
      i AS (
        INSERT INTO invoices (\(inserted), number, issued_at, due_at)
        SELECT \(values), number, issued_at, issued_at + $24::bigint * interval '1 second'
        FROM counter
        RETURNING *),
      \(lines)
    SELECT \(columns) FROM i
    """)

  /// Makes one without a number.
  static let draft = Statement(
    "billing.invoice.draft",
    """
    WITH i AS (INSERT INTO invoices (\(inserted)) VALUES (\(values)) RETURNING *),
      \(lines)
    SELECT \(columns) FROM i
    """)

  /// Gives a draft its number. Only after its row was locked and seen to be a draft: the number is
  /// taken in any case. $1 account, $2 id, $3 now.
  static let number = Statement(
    "billing.invoice.number",
    """
    WITH \(counter("$3"))
    UPDATE invoices i SET status = 'sent', number = counter.number,
      issued_at = counter.issued_at,
      due_at = counter.issued_at + i.due_seconds * interval '1 second', updated_at = $3
    FROM counter WHERE i.account_id = $1 AND i.id = $2 AND i.status = 'draft'
    RETURNING \(columns)
    """)

  /// $1 account, $2 id, $3 status, $4 when it was paid or null, $5 how, $6 now.
  static let change = Statement(
    "billing.invoice.change",
    """
    UPDATE invoices i SET status = $3, paid_at = $4, payment_method = $5, updated_at = $6
    WHERE i.account_id = $1 AND i.id = $2 RETURNING \(columns)
    """)

  static let get = Statement(
    "billing.invoice.get",
    "SELECT \(columns) FROM invoices i WHERE i.account_id = $1 AND i.id = $2")

  /// Locked, as nobody else may change it now.
  static let lock = Statement(
    "billing.invoice.lock",
    "SELECT \(columns) FROM invoices i WHERE i.account_id = $1 AND i.id = $2 FOR UPDATE")

  static let byKey = Statement(
    "billing.invoice.by_key",
    "SELECT \(columns) FROM invoices i WHERE i.account_id = $1 AND i.key = $2")

  /// The lines of several invoices. $1 account, $2 ids.
  static let linesOf = Statement(
    "billing.invoice.lines",
    """
    SELECT invoice_id, description, quantity, unit_amount FROM invoice_line_items
    WHERE account_id = $1 AND invoice_id = ANY ($2) ORDER BY invoice_id, position
    """)

  /// $1 account, $2 status or null ("overdue" for those that wait too long), $3 now, $4 pattern.
  private static let filter = """
    i.account_id = $1
      AND ($2::text IS NULL OR i.status = $2
        OR $2 = 'overdue' AND i.status = 'sent' AND i.due_at < $3::timestamptz)
      AND ($4::text IS NULL OR i.number ILIKE $4 OR i.reference ILIKE $4)
    """

  static let count = Statement(
    "billing.invoice.count", "SELECT count(*) FROM invoices i WHERE \(filter)")

  /// The orders that a client may ask for, each a statement of its own. $5 most, $6 left out.
  static let orders: [String: Statement] = {
    var orders: [String: Statement] = [:]
    let columns = [
      "id": "i.id", "created_at": "i.created_at", "number": "i.number",
      "invoice_date": "i.issued_at", "due_date": "i.due_at", "total": "i.subtotal + i.tax",
    ]
    for (name, column) in columns {
      for (sign, direction) in [("", "ASC"), ("-", "DESC")] {
        let suffix = name + (sign.isEmpty ? "" : "_desc")
        orders[sign + name] = Statement(
          "billing.invoice.list_by_\(suffix)",
          """
          SELECT \(Self.columns) FROM invoices i WHERE \(filter)
          ORDER BY \(column) \(direction) NULLS LAST, i.id \(direction) LIMIT $5 OFFSET $6
          """)
      }
    }
    return orders
  }()

  /// $1 account or null, $2 status or null, $3 now, $4 pattern.
  private static let anyFilter = """
    ($1::bigint IS NULL OR i.account_id = $1)
      AND ($2::text IS NULL OR i.status = $2
        OR $2 = 'overdue' AND i.status = 'sent' AND i.due_at < $3::timestamptz)
      AND ($4::text IS NULL OR i.number ILIKE $4 OR i.reference ILIKE $4 OR i.buyer_name ILIKE $4)
    """

  static let countAll = Statement(
    "billing.invoice.count_all", "SELECT count(*) FROM invoices i WHERE \(anyFilter)")

  /// Newest first, of all accounts. $5 most, $6 left out.
  static let listAll = Statement(
    "billing.invoice.list_all",
    """
    SELECT \(columns) FROM invoices i WHERE \(anyFilter)
    ORDER BY i.created_at DESC, i.id DESC LIMIT $5 OFFSET $6
    """)

  /// The lines of several invoices of any account. $1 ids.
  static let linesOfAll = Statement(
    "billing.invoice.lines_of_all",
    """
    SELECT l.invoice_id, l.description, l.quantity, l.unit_amount
    FROM invoices i JOIN invoice_line_items l ON l.account_id = i.account_id AND l.invoice_id = i.id
    WHERE i.id = ANY ($1) ORDER BY l.invoice_id, l.position
    """)

  /// Whose an invoice is.
  static let owner = Statement(
    "billing.invoice.owner", "SELECT account_id FROM invoices WHERE id = $1")

  static let profile = Statement(
    "billing.profile.get",
    """
    SELECT name, address, country, tax_id, email, updated_at FROM billing_profiles
    WHERE account_id = $1
    """)

  static let storeProfile = Statement(
    "billing.profile.store",
    """
    INSERT INTO billing_profiles AS p (account_id, name, address, country, tax_id, email,
      updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, address = excluded.address,
      country = excluded.country, tax_id = excluded.tax_id, email = excluded.email,
      updated_at = excluded.updated_at
    RETURNING name, address, country, tax_id, email, updated_at
    """)

  private static let rateColumns = """
    id, country, name, basis_points, effective_from::text, updated_at
    """

  static let rates = Statement(
    "billing.tax.list",
    "SELECT \(rateColumns) FROM tax_rates ORDER BY country, effective_from")

  /// The rates of two countries. $1 countries.
  static let ratesOf = Statement(
    "billing.tax.find",
    "SELECT \(rateColumns) FROM tax_rates WHERE country = ANY ($1)")

  /// $1 country, $2 name, $3 basis points, $4 from which day, $5 now, $6 who.
  static let storeRate = Statement(
    "billing.tax.store",
    """
    INSERT INTO tax_rates (country, name, basis_points, effective_from, updated_at, updated_by)
    VALUES ($1, $2, $3, $4::date, $5, $6)
    ON CONFLICT (country, effective_from) DO UPDATE SET name = excluded.name,
      basis_points = excluded.basis_points, updated_at = excluded.updated_at,
      updated_by = excluded.updated_by
    RETURNING \(rateColumns)
    """)

  static let deleteRate = Statement(
    "billing.tax.delete",
    """
    DELETE FROM tax_rates WHERE id = $1
    RETURNING \(rateColumns)
    """)

  static let all =
    [
      issue, draft, number, change, get, lock, byKey, linesOf, count, countAll,
      listAll, linesOfAll, owner, profile, storeProfile, rates,
      ratesOf, storeRate, deleteRate,
    ] + orders.values.sorted { $0.name < $1.name }
}
