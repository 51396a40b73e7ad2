import Postgres

/// Invoices with numbers without gaps, whom they are made out to, tax rates; who did what.
let m0005Invoices = Migration(
  number: 5, name: "invoices",
  sql: """
    CREATE TABLE billing_profiles (
      account_id bigint CONSTRAINT billing_profiles_pkey PRIMARY KEY,
      name text NOT NULL DEFAULT '',
      address text NOT NULL DEFAULT '',
      country text NOT NULL DEFAULT ''
        CONSTRAINT billing_profiles_country CHECK (country ~ '^([A-Z]{2})?$'),
      tax_id text NOT NULL DEFAULT '',
      email text NOT NULL DEFAULT '',
      updated_at timestamptz NOT NULL
    );

    CREATE TABLE tax_rates (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT tax_rates_pkey PRIMARY KEY,
      country text NOT NULL CONSTRAINT tax_rates_country CHECK (country ~ '^[A-Z]{2}$'),
      name text NOT NULL,
      basis_points bigint NOT NULL
        CONSTRAINT tax_rates_basis_points CHECK (basis_points BETWEEN 0 AND 10000),
      effective_from date NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      updated_by bigint,
      CONSTRAINT tax_rates_day UNIQUE (country, effective_from)
    );

    -- Standard rates of value added tax, each from the day that it counts.
    INSERT INTO tax_rates (country, name, basis_points, effective_from) VALUES
      ('AT', 'VAT', 2000, '1984-01-01'), ('BE', 'VAT', 2100, '1996-01-01'),
      ('CH', 'VAT', 810, '2024-01-01'), ('DE', 'VAT', 1900, '2021-01-01'),
      ('DK', 'VAT', 2500, '1992-01-01'), ('EE', 'VAT', 2200, '2024-01-01'),
      ('EE', 'VAT', 2400, '2025-07-01'), ('ES', 'VAT', 2100, '2012-09-01'),
      ('FI', 'VAT', 2550, '2024-09-01'), ('FR', 'VAT', 2000, '2014-01-01'),
      ('GB', 'VAT', 2000, '2011-01-04'), ('HU', 'VAT', 2700, '2012-01-01'),
      ('IE', 'VAT', 2300, '2021-03-01'), ('IT', 'VAT', 2200, '2013-10-01'),
      ('LU', 'VAT', 1700, '2024-01-01'), ('NL', 'VAT', 2100, '2012-10-01'),
      ('NO', 'VAT', 2500, '2005-01-01'), ('PL', 'VAT', 2300, '2011-01-01'),
      ('PT', 'VAT', 2300, '2011-01-01'), ('SE', 'VAT', 2500, '1990-07-01'),
      ('SK', 'VAT', 2300, '2025-01-01');

    -- One row a calendar year. Whoever issues an invoice locks it until the commit: a number that
    -- is rolled back is given again.
    CREATE TABLE invoice_counters (
      year integer CONSTRAINT invoice_counters_pkey PRIMARY KEY,
      last bigint NOT NULL,
      issued_at timestamptz NOT NULL
    );

    CREATE TABLE invoices (
      account_id bigint NOT NULL CONSTRAINT invoices_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      key text,
      number text CONSTRAINT invoices_number UNIQUE,
      status text NOT NULL CONSTRAINT invoices_status
        CHECK (status IN ('draft', 'sent', 'paid', 'void', 'uncollectible')),
      purpose text NOT NULL CONSTRAINT invoices_purpose
        CHECK (purpose IN ('renewal', 'change', 'package', 'top_up', 'other')),
      reference text NOT NULL,
      currency text NOT NULL,
      subtotal bigint NOT NULL CONSTRAINT invoices_subtotal CHECK (subtotal >= 0),
      tax bigint NOT NULL CONSTRAINT invoices_tax CHECK (tax >= 0),
      tax_treatment text NOT NULL CONSTRAINT invoices_tax_treatment
        CHECK (tax_treatment IN ('standard', 'reverse_charge', 'not_taxed')),
      tax_name text NOT NULL,
      tax_basis_points bigint NOT NULL,
      seller_name text NOT NULL,
      seller_address text NOT NULL,
      seller_country text NOT NULL,
      seller_tax_id text NOT NULL,
      seller_email text NOT NULL,
      buyer_name text NOT NULL,
      buyer_address text NOT NULL,
      buyer_country text NOT NULL,
      buyer_tax_id text NOT NULL,
      buyer_email text NOT NULL,
      period_start timestamptz,
      period_end timestamptz,
      due_seconds bigint NOT NULL,
      created_at timestamptz NOT NULL,
      issued_at timestamptz,
      due_at timestamptz,
      paid_at timestamptz,
      payment_method text NOT NULL DEFAULT '',
      updated_at timestamptz NOT NULL,
      CONSTRAINT invoices_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT invoices_numbered
        CHECK (CASE status WHEN 'draft' THEN number IS NULL WHEN 'void' THEN true
          ELSE number IS NOT NULL END),
      CONSTRAINT invoices_issued
        CHECK ((number IS NULL) = (issued_at IS NULL) AND (number IS NULL) = (due_at IS NULL)),
      CONSTRAINT invoices_paid CHECK ((status = 'paid') = (paid_at IS NOT NULL))
    );
    CREATE UNIQUE INDEX invoices_key ON invoices (account_id, key) WHERE key IS NOT NULL;
    CREATE INDEX invoices_time ON invoices (created_at);
    CREATE UNIQUE INDEX invoices_id ON invoices (id);

    CREATE TABLE invoice_line_items (
      account_id bigint NOT NULL,
      invoice_id bigint NOT NULL,
      position bigint NOT NULL,
      description text NOT NULL,
      quantity bigint NOT NULL CONSTRAINT invoice_line_items_quantity CHECK (quantity > 0),
      unit_amount bigint NOT NULL,
      CONSTRAINT invoice_line_items_pkey PRIMARY KEY (account_id, invoice_id, position),
      CONSTRAINT invoice_line_items_invoice
        FOREIGN KEY (account_id, invoice_id) REFERENCES invoices
    );

    CREATE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR ROW(OLD.account_id, OLD.id, OLD.number, OLD.key, OLD.currency,
          OLD.subtotal, OLD.tax, OLD.tax_treatment, OLD.tax_name, OLD.tax_basis_points,
          OLD.seller_name, OLD.seller_address, OLD.seller_country, OLD.seller_tax_id,
          OLD.buyer_name, OLD.buyer_address, OLD.buyer_country, OLD.buyer_tax_id, OLD.period_start,
          OLD.period_end, OLD.issued_at, OLD.due_at)
        IS DISTINCT FROM ROW(NEW.account_id, NEW.id, NEW.number, NEW.key, NEW.currency,
          NEW.subtotal, NEW.tax, NEW.tax_treatment, NEW.tax_name, NEW.tax_basis_points,
          NEW.seller_name, NEW.seller_address, NEW.seller_country, NEW.seller_tax_id,
          NEW.buyer_name, NEW.buyer_address, NEW.buyer_country, NEW.buyer_tax_id, NEW.period_start,
          NEW.period_end, NEW.issued_at, NEW.due_at)
      THEN
        RAISE EXCEPTION 'invoice % was issued', OLD.number;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER invoices_fixed BEFORE UPDATE OR DELETE ON invoices
      FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION refuse_invoice_change();
    CREATE TRIGGER invoices_kept BEFORE TRUNCATE ON invoices
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER invoice_line_items_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_line_items
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE audit_log (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      action text NOT NULL,
      user_id bigint,
      object_type text NOT NULL,
      object_id bigint,
      address text,
      request_id text,
      before jsonb,
      after jsonb,
      created_at timestamptz NOT NULL,
      CONSTRAINT audit_log_pkey PRIMARY KEY (account_id, id)
    );
    CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    \(["billing_profiles", "invoices", "invoice_line_items", "audit_log"]
      .map(RowSecurity.enable).joined(separator: "\n"))
    """)
