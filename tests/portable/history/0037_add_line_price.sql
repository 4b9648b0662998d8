ALTER TABLE order_lines ADD COLUMN unit_price numeric(10,2) NOT NULL DEFAULT 0;
