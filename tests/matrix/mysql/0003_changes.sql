ALTER TABLE people ADD COLUMN nickname varchar(50) AFTER email, ADD KEY people_nickname_idx (nickname(10));
ALTER TABLE people MODIFY mood enum('sad', 'ok', 'glad') NOT NULL DEFAULT 'ok';
UPDATE people SET nickname = left(email, 3), mood = 'glad';
ALTER TABLE people CHANGE amount balance decimal(14,2) NOT NULL DEFAULT 0;
CREATE VIEW glad_people AS SELECT id, email FROM people WHERE mood = 'glad';
