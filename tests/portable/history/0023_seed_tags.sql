INSERT INTO tags (id, label) VALUES (1, 'heavy'), (2, 'small') ON CONFLICT (id) DO NOTHING;
INSERT INTO product_tags VALUES (1, 1), (2, 2);
