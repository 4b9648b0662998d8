UPDATE order_lines SET unit_price = (SELECT price FROM products WHERE products.id = order_lines.product_id);
