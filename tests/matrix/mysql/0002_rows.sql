INSERT INTO teams (id, name) VALUES (1, 'red; green'), (2, 'it''s');
INSERT INTO people (team_id, email, amount) SELECT id, concat(name, '@example.org'), id / 2 FROM teams;
UPDATE people SET mood = 'sad' WHERE amount < 1;
