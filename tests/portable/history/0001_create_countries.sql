CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(80) NOT NULL);
INSERT INTO countries (code, name) VALUES ('ch', 'Switzerland'), ('de', 'Germany'), ('fr', 'France');
