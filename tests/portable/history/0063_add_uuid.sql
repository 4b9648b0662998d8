ALTER TABLE orders ADD COLUMN reference uuid;
ALTER TABLE orders ADD COLUMN note text;
