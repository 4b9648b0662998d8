ALTER TABLE product_tags ALTER COLUMN rank DROP DEFAULT;
ALTER TABLE product_tags ALTER COLUMN rank TYPE integer USING rank::integer;
