CREATE TABLE old_orders AS SELECT id, user_id FROM orders WHERE id = 2;
