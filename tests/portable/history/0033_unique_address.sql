CREATE UNIQUE INDEX user_addresses_place ON user_addresses (user_id, street);
