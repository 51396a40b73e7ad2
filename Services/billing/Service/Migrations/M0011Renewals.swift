import Postgres

/// Terms whose money is asked of the account's card; where what credits paid for can be read.
let m0011Renewals = Migration(
  number: 11, name: "renewals",
  sql: """
    CREATE TABLE renewal_charges (
      account_id bigint NOT NULL,
      invoice_id bigint NOT NULL,
      tries integer NOT NULL DEFAULT 0,
      -- null when there is nothing to try any more
      due_at timestamptz,
      -- of the last try
      payment_id bigint,
      card_customer text,
      card_method text,
      problem text,
      created_at timestamptz NOT NULL,
      CONSTRAINT renewal_charges_pkey PRIMARY KEY (account_id, invoice_id),
      CONSTRAINT renewal_charges_invoice
        FOREIGN KEY (account_id, invoice_id) REFERENCES invoices,
      CONSTRAINT renewal_charges_payment
        FOREIGN KEY (account_id, payment_id) REFERENCES payments
    );
    CREATE INDEX renewal_charges_due ON renewal_charges (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX renewal_charges_paid_by ON renewal_charges (account_id, payment_id);

    -- As the writer told it last; null for what was taken back.
    CREATE TABLE content_addresses (
      account_id bigint NOT NULL,
      content_id bigint NOT NULL,
      url text,
      told_at timestamptz NOT NULL,
      CONSTRAINT content_addresses_pkey PRIMARY KEY (account_id, content_id)
    );
    CREATE TABLE content_images (
      account_id bigint NOT NULL,
      image_id bigint NOT NULL,
      content_id bigint NOT NULL,
      CONSTRAINT content_images_pkey PRIMARY KEY (account_id, image_id)
    );
    \(["renewal_charges", "content_addresses", "content_images"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)
