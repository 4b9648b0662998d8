CREATE TYPE s.mood AS ENUM ('sad', 'o''k', E'tab\t');
CREATE TYPE pair AS (a int, b int);
CREATE TYPE IF NOT EXISTS e AS ENUM ('a','b');
CREATE TYPE e AS ENUM ('a');
CREATE TYPE IF NOT EXISTS ct AS (x int);
