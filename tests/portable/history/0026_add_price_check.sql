ALTER TABLE products ADD CONSTRAINT products_price CHECK (price >= 0 AND price < 100000);
