ALTER TABLE product_tags ALTER COLUMN rank TYPE varchar(20);
