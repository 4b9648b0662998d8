ALTER TABLE products ADD CONSTRAINT products_sku_shape CHECK (length(sku) > 1);
