CREATE INDEX orders_placed ON orders (placed_at DESC, id);
