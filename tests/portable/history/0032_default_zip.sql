ALTER TABLE user_addresses ALTER COLUMN zip SET DEFAULT '';
UPDATE user_addresses SET zip = '' WHERE zip IS NULL;
ALTER TABLE user_addresses ALTER COLUMN zip SET NOT NULL;
