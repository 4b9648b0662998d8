-- Billing codes came from the old back office. The note keeps them for whoever still asks.
UPDATE team_settings
SET invoice_note = (
    SELECT 'Formerly ' || teams.billing_code FROM teams WHERE teams.id = team_settings.team_id
)
WHERE EXISTS (
    SELECT 1 FROM teams WHERE teams.id = team_settings.team_id AND teams.billing_code IS NOT NULL
);

DROP INDEX IF EXISTS teams_billing_code_idx;
ALTER TABLE teams DROP COLUMN billing_code;
