INSERT INTO addresses (id, user_id, street, zip, country) VALUES (1, 1, 'Seestr. 1', '8000', 'ch'), (2, 2, 'Am Markt 2', NULL, 'de');
