import Postgres

/// Runs pause too when the account is suspended or a module is switched off.
let m0004PauseReasons = Migration(
  number: 4, name: "pause reasons of the account",
  sql: """
    ALTER TABLE automation_runs DROP CONSTRAINT automation_runs_pause_reason;
    ALTER TABLE automation_runs ADD CONSTRAINT automation_runs_pause_reason CHECK (
      pause_reason IN ('user', 'insufficient_credits', 'credit_cap', 'suspended', 'module_off')
      AND (pause_reason IS NULL) = (status <> 'paused'));
    """)
