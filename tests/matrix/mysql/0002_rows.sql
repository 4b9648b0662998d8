INSERT INTO teams (id, name, created_at) VALUES (1, 'red; green', '2026-01-02 03:04:05'),
    (2, 'it''s', '2026-01-02 03:04:05');
INSERT INTO people (team_id, email, amount) SELECT id, concat(name, '@example.org'), id / 2 FROM teams;
UPDATE people SET mood = 'sad' WHERE amount < 1;
