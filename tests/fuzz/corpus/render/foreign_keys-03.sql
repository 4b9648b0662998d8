CREATE TABLE fk_db_p (id integer PRIMARY KEY, a integer);
CREATE TABLE fk_db (id integer PRIMARY KEY, p integer NOT NULL REFERENCES fk_db_p (id) ON DELETE CASCADE);
INSERT INTO fk_db_p VALUES (1, 5), (2, NULL);
INSERT INTO fk_db VALUES (1, 1), (2, 2);
DELETE FROM fk_db_p WHERE a IS NULL;
ALTER TABLE fk_db_p ALTER COLUMN a SET NOT NULL;
