INSERT INTO products (id, sku, title, price, stock) VALUES (1, 'A-1', 'Anvil', 12.5, 4), (2, 'B-1', 'Bolt', 0.25, 1000);
INSERT INTO orders (id, user_id, status) VALUES (1, 1, 'paid'), (2, 2, 'new');
INSERT INTO order_lines VALUES (1, 1, 2), (1, 2, 10), (2, 2, 1);
