CREATE VIEW products_in AS SELECT p.id AS id, p.name AS name, c.name AS category FROM products p JOIN categories c ON c.id = p.category_id;
