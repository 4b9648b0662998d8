CREATE TABLE old_orders AS SELECT max(id) AS last_id, min(user_id) AS first_user FROM orders WHERE id = 2;
