CREATE TABLE categories (id integer PRIMARY KEY, parent_id integer REFERENCES categories (id), name varchar(60) NOT NULL);
INSERT INTO categories VALUES (1, NULL, 'all'), (2, 1, 'tools'), (3, 2, 'bolts');
