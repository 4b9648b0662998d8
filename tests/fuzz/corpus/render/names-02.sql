CREATE TABLE IF NOT EXISTS nm_long_table_name_aaaaaaaaaaaaaaaaaaaaaa (id integer PRIMARY KEY, long_column_name_bbbbbbbbbbbbbbbbbbbbbbbbbbbbb integer UNIQUE);
ALTER TABLE nm_long_table_name_aaaaaaaaaaaaaaaaaaaaaa DROP CONSTRAINT IF EXISTS nm_long_table_name_aaaaaaaaaa_long_column_name_bbbbbbbbbbbb_key;
CREATE TABLE IF NOT EXISTS nm_same1 (id integer PRIMARY KEY, a integer, CONSTRAINT nm_same_ck CHECK (a > 0));
CREATE TABLE IF NOT EXISTS nm_same2 (id integer PRIMARY KEY, a integer, CONSTRAINT nm_same_ck CHECK (a > 1));
CREATE TABLE IF NOT EXISTS "" (id integer PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "nm_%s$1" (id integer PRIMARY KEY, "a%d" integer DEFAULT 1, b$c integer);
