-- Accounts made by the first sign-up form have no name; show their address instead.
UPDATE users SET display_name = lower(email) WHERE trim(display_name) = '';

-- Every team gets a row of settings.
INSERT INTO team_settings (team_id, invoice_note)
SELECT teams.id, 'Invoices for ' || teams.name
FROM teams
WHERE NOT EXISTS (SELECT 1 FROM team_settings WHERE team_settings.team_id = teams.id);
