ALTER TABLE user_addresses DROP CONSTRAINT addresses_country;
