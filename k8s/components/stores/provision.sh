#!/bin/sh
# Run by the Postgres image at its first start: for each service a login that owns one schema.
set -eu
for service in auth planner writer billing automation integration edge; do
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<SQL
CREATE ROLE igny8_$service LOGIN NOBYPASSRLS PASSWORD '$POSTGRES_PASSWORD';
ALTER ROLE igny8_$service SET search_path = $service;
CREATE SCHEMA $service AUTHORIZATION igny8_$service;
SQL
done
