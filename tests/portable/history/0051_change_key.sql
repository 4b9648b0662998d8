ALTER TABLE product_tags ADD COLUMN rank integer NOT NULL DEFAULT 0;
