ALTER TABLE addresses RENAME TO user_addresses;
