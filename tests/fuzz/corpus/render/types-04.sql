CREATE TABLE IF NOT EXISTS cl_bin (id integer PRIMARY KEY, a varchar(20) COLLATE "C" UNIQUE);
CREATE TABLE IF NOT EXISTS ty_bool (id integer PRIMARY KEY, a boolean);
CREATE TABLE IF NOT EXISTS ty_num (id integer PRIMARY KEY, a numeric(12,2) NOT NULL);
CREATE TABLE IF NOT EXISTS ty_big (id integer PRIMARY KEY, a bigint);
CREATE TABLE IF NOT EXISTS ty_uni (id integer PRIMARY KEY, a varchar(4), b text);
CREATE TABLE IF NOT EXISTS ty_unknown (id integer PRIMARY KEY, a geometry);
CREATE TABLE IF NOT EXISTS ty_len (id integer PRIMARY KEY, a varchar(3));
CREATE TABLE IF NOT EXISTS ty_json (id integer PRIMARY KEY, a json, b jsonb);
