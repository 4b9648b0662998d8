ALTER TABLE products ADD COLUMN category_id integer REFERENCES categories (id);
UPDATE products SET category_id = id + 1;
