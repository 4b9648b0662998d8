ALTER TABLE user_addresses RENAME CONSTRAINT addresses_user TO user_addresses_user;
