INSERT INTO users (id, email, name, country) VALUES (1, 'ada@example.org', 'Ada', 'ch'), (2, 'bob@example.org', 'Bob', 'de'), (3, 'cy@example.org', NULL, NULL);
