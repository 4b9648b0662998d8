# SPDX-License-Identifier: MIT
"""What the crash tests run: migrations written for the purpose, the drizzle fixtures, and
generated ones.

Data never depend on the time, a counter or a random number, so that two runs can be compared.
"""
import json
import os
import random
import shutil


class History:
    """Migrations of one project. `start`: so many of them are applied before the run that is
    killed. `step`: the short form takes every step-th point."""

    def __init__(self, name, database, files, arguments=(), start=0, step=1, only_long=False,
                 dialect=None):
        self.name = name
        self.database = database
        self.files = files
        self.arguments = list(arguments)
        self.start = start
        self.step = step
        self.only_long = only_long
        self.dialect = dialect
        self.tags = [tag for tag, _ in files]

    def write(self, folder):
        os.makedirs(f"{folder}/migrations")
        if self.dialect:
            with open(f"{folder}/dunlin.json", "w", encoding="utf-8") as file:
                json.dump({"dialect": self.dialect}, file)
        for tag, sql in self.files:
            with open(f"{folder}/migrations/{tag}.sql", "w", encoding="utf-8") as file:
                file.write(sql)


class Drizzle(History):
    """A fixture, with its own layout and tracker."""

    def __init__(self, database, fixture, **settings):
        self.folder = f"{fixture}/drizzle"
        tags = sorted(name[:-4] for name in os.listdir(self.folder) if name.endswith(".sql"))
        super().__init__("drizzle", database, [(tag, "") for tag in tags], **settings)

    def write(self, folder):
        shutil.copytree(self.folder, f"{folder}/drizzle")


def files(*texts):
    return [(f"{number:04d}_{text.split()[1].lower()}", text)
            for number, text in enumerate(texts, 1)]


# --- for all databases -------------------------------------------------------------------------------
# Schema and data in turn, several statements each.
MIXED = files(
    "-- users\nCREATE TABLE users (id bigint NOT NULL PRIMARY KEY, email varchar(100) NOT NULL);\n"
    "INSERT INTO users (id, email) VALUES (1, 'a@example.org'), (2, 'b@example.org');\n"
    "CREATE UNIQUE INDEX users_email_idx ON users (email);\n",
    "-- teams\nCREATE TABLE teams (id bigint NOT NULL PRIMARY KEY, name varchar(50));\n"
    "ALTER TABLE users ADD COLUMN team bigint;\n"
    "INSERT INTO teams (id, name) VALUES (10, 'red');\nUPDATE users SET team = 10 WHERE id = 1;\n",
    "-- backfill\nUPDATE users SET team = 10 WHERE team IS NULL;\n"
    "INSERT INTO users (id, email, team) SELECT id + 100, concat_of, 10 FROM\n"
    "  (SELECT id, 'copy' AS concat_of FROM users WHERE id = 2) AS copied;\n"
    "DELETE FROM users WHERE id = 1;\n",
    "-- counts\nCREATE VIEW team_sizes AS SELECT team, count(*) AS size FROM users GROUP BY team;\n"
    "CREATE TABLE sizes (team bigint NOT NULL PRIMARY KEY, size bigint);\n"
    "INSERT INTO sizes (team, size) SELECT team, size FROM team_sizes;\n",
    "-- empty\n",
    "-- counter\nUPDATE sizes SET size = size + 1;\nUPDATE sizes SET size = size * 2;\n"
    "-- dunlin: assert SELECT size FROM sizes = 6\nUPDATE sizes SET size = size + 100;\n",
    "-- farewell\nDROP VIEW team_sizes;\nALTER TABLE teams ADD COLUMN colour varchar(20);\n"
    "UPDATE teams SET colour = name;\nDROP TABLE sizes;\n",
)


# --- SQLite ---------------------------------------------------------------------------------------------
SQLITE_OUTSIDE = files(
    "-- start\nCREATE TABLE log (id integer PRIMARY KEY, word text);\n"
    "INSERT INTO log VALUES (1, 'one');\n",
    "-- vacuum\nINSERT INTO log VALUES (2, 'two');\nINSERT INTO log VALUES (3, 'three');\n"
    "VACUUM;\nINSERT INTO log VALUES (4, 'four');\nUPDATE log SET word = word || '!';\n"
    "PRAGMA journal_mode = WAL;\nINSERT INTO log VALUES (5, 'five');\n",
    "-- bare\n-- dunlin: no-transaction\nINSERT INTO log VALUES (6, 'six');\n"
    "UPDATE log SET word = word || '?';\nCREATE INDEX log_word_idx ON log (word);\n"
    "BEGIN;\nINSERT INTO log VALUES (7, 'seven');\nUPDATE log SET word = word || '.';\nCOMMIT;\n"
    "INSERT INTO log VALUES (8, 'eight');\n",
    "-- groups\nBEGIN;\nINSERT INTO log VALUES (9, 'nine');\nUPDATE log SET word = word || ',';\n"
    "COMMIT;\nBEGIN;\nCREATE TABLE other (id integer PRIMARY KEY);\n"
    "INSERT INTO other SELECT id FROM log;\nCOMMIT;\nPRAGMA journal_mode = DELETE;\n",
    "-- after\nUPDATE log SET word = word || ';';\nDROP INDEX log_word_idx;\n",
)
SQLITE_REBUILD = files(
    "-- parents\nCREATE TABLE parents (id integer PRIMARY KEY, name text);\n"
    "CREATE TABLE children (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parents (id)"
    " ON DELETE CASCADE);\nINSERT INTO parents VALUES (1, 'p'), (2, 'q');\n"
    "INSERT INTO children VALUES (11, 1), (12, 1), (13, 2);\n",
    "-- rebuild\nPRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
    "CREATE TABLE __new_parents (id integer PRIMARY KEY NOT NULL, name text NOT NULL);"
    "--> statement-breakpoint\n"
    "INSERT INTO __new_parents (id, name) SELECT id, name FROM parents;--> statement-breakpoint\n"
    "DROP TABLE parents;--> statement-breakpoint\n"
    "ALTER TABLE __new_parents RENAME TO parents;--> statement-breakpoint\n"
    "PRAGMA foreign_keys=ON;--> statement-breakpoint\n"
    "CREATE UNIQUE INDEX parents_name_idx ON parents (name);\n",
    "-- bare\n-- dunlin: no-transaction\nPRAGMA foreign_keys=OFF;\nBEGIN;\n"
    "CREATE TABLE __new_children (id integer PRIMARY KEY, parent integer REFERENCES parents (id));\n"
    "INSERT INTO __new_children SELECT id, parent FROM children;\nDROP TABLE children;\n"
    "ALTER TABLE __new_children RENAME TO children;\nCOMMIT;\nPRAGMA foreign_keys=ON;\n"
    "INSERT INTO children VALUES (14, 2);\n",
    "-- trigger\nCREATE TRIGGER parents_delete AFTER DELETE ON parents BEGIN\n"
    "  DELETE FROM children WHERE parent = OLD.id;\nEND;\nDELETE FROM parents WHERE id = 1;\n",
)
# Rows that take others along, between tables that are built anew.
SQLITE_CASCADE = files(
    "-- family\nCREATE TABLE parents (id integer PRIMARY KEY, name varchar(20));\n"
    "CREATE TABLE children (id integer PRIMARY KEY, age integer, parent integer\n"
    "  REFERENCES parents (id) ON DELETE CASCADE ON UPDATE CASCADE);\n"
    "INSERT INTO parents VALUES (1, 'a'), (2, 'b');\n"
    "INSERT INTO children VALUES (10, 1, 1), (20, 2, 2);\n",
    "-- both\nALTER TABLE parents ALTER COLUMN name SET NOT NULL;\n"
    "DELETE FROM parents WHERE id = 1;\n"
    "ALTER TABLE children ADD CONSTRAINT old_enough CHECK (age > 1);\n"
    "UPDATE parents SET id = id + 20;\n",
    "-- bare\n-- dunlin: no-transaction\nALTER TABLE parents ALTER COLUMN name DROP NOT NULL;\n"
    "UPDATE parents SET id = id + 200;\nALTER TABLE children DROP CONSTRAINT old_enough;\n"
    "INSERT INTO children VALUES (30, 0, 222);\n",
)
# Neighbours that share a rebuild, beside others that do not.
SQLITE_TOGETHER = files(
    "-- shop\nCREATE TABLE makers (id bigint PRIMARY KEY);\nINSERT INTO makers VALUES (1), (2);\n"
    "CREATE TABLE items (id bigint PRIMARY KEY, name varchar(20), price varchar(10), maker bigint);\n"
    "CREATE TABLE sales (id bigint PRIMARY KEY, item bigint REFERENCES items (id) ON DELETE CASCADE);\n"
    "INSERT INTO items VALUES (1, 'a', '3', 1), (2, 'b', '4', 2);\n"
    "INSERT INTO sales VALUES (10, 1), (20, 2);\n",
    "-- strict\nALTER TABLE items ALTER COLUMN price TYPE integer USING CAST(price AS integer) + 1;\n"
    "ALTER TABLE items ALTER COLUMN name SET NOT NULL;\n"
    "ALTER TABLE items ADD CONSTRAINT made FOREIGN KEY (maker) REFERENCES makers (id);\n"
    "DELETE FROM items WHERE id = 1;\n"
    "ALTER TABLE items ADD COLUMN stock integer DEFAULT 4;\n"
    "ALTER TABLE items ALTER COLUMN stock DROP DEFAULT;\n"
    "ALTER TABLE items ALTER COLUMN maker SET NOT NULL;\n",
    "-- bare\n-- dunlin: no-transaction\nALTER TABLE items ALTER COLUMN price TYPE integer USING price * 2;\n"
    "ALTER TABLE items ALTER COLUMN name DROP NOT NULL;\nUPDATE items SET stock = stock + 1;\n",
)

# --- MariaDB --------------------------------------------------------------------------------------------
MARIADB_DATA = files(
    "-- accounts\nCREATE TABLE accounts (id bigint NOT NULL PRIMARY KEY, amount bigint NOT NULL);\n"
    "INSERT INTO accounts VALUES (1, 100), (2, 0);\n",
    "-- transfer\nUPDATE accounts SET amount = amount - 10 WHERE id = 1;\n"
    "UPDATE accounts SET amount = amount + 10 WHERE id = 2;\n",
    "-- double\nUPDATE accounts SET amount = amount * 2;\nINSERT INTO accounts VALUES (3, 7);\n"
    "DELETE FROM accounts WHERE id = 2;\n",
    "-- bare\n-- dunlin: no-transaction\nUPDATE accounts SET amount = amount + 1;\n"
    "UPDATE accounts SET amount = amount * 3;\nINSERT INTO accounts VALUES (4, 1);\n",
)
MARIADB_SETTINGS = files(
    "-- settings\nSET @word = 'x', @more = upper(@word);\n"
    "CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, word varchar(50));\n"
    "INSERT INTO words VALUES (1, concat(@word, @more));\n"
    "ALTER TABLE words ADD COLUMN size int;\nSET @word = 'z';\n"
    "INSERT INTO words VALUES (2, concat(@word, @more), 2);\nSET foreign_key_checks = 0;\n"
    "CREATE TABLE children (id bigint NOT NULL PRIMARY KEY, parent bigint,"
    " FOREIGN KEY (parent) REFERENCES parents (id));\nINSERT INTO children VALUES (1, 7);\n"
    "CREATE TABLE parents (id bigint NOT NULL PRIMARY KEY);\n"
    "SET foreign_key_checks = 1, sql_mode = 'ANSI_QUOTES';\n"
    "INSERT INTO parents (\"id\") VALUES (7);\nALTER TABLE \"words\" ADD KEY (\"word\");\n",
    "-- after\nINSERT INTO words (id, word) VALUES (3, coalesce(@nothing, \"none\"));\n",
)
MARIADB_ROUTINES = files(
    "-- tables\nCREATE TABLE words (id bigint NOT NULL PRIMARY KEY, word varchar(50));\n"
    "CREATE TABLE audit (id bigint NOT NULL PRIMARY KEY, what varchar(50));\n",
    "-- trigger\nCREATE TRIGGER words_insert AFTER INSERT ON words FOR EACH ROW BEGIN\n"
    "  INSERT INTO audit VALUES (NEW.id, NEW.word);\nEND;\n"
    "INSERT INTO words VALUES (1, 'one'), (2, 'two');\n",
    "-- routines\nCREATE PROCEDURE twice() BEGIN UPDATE words SET word = concat(word, word); END;\n"
    "CREATE FUNCTION half(n int) RETURNS int DETERMINISTIC RETURN n / 2;\nCALL twice();\n",
    "-- names\nRENAME TABLE audit TO log;\nCREATE TABLE copies AS SELECT * FROM words;\n"
    "ALTER TABLE copies ADD PRIMARY KEY (id);\nDROP TRIGGER words_insert;\n"
    "CREATE OR REPLACE VIEW long_words AS SELECT * FROM words WHERE length(word) > 3;\n"
    "DROP TABLE log;\n",
)

# Of a type without a name, what is left of the first statement is its text.
PORTABLE_TYPES = files(
    "-- moods\nCREATE TYPE mood AS ENUM ('sad', 'ok');\n"
    "CREATE TABLE people (id bigint PRIMARY KEY, feels mood);\n",
    "-- values\n-- dunlin: no-transaction\nALTER TYPE mood ADD VALUE 'happy';\n"
    "INSERT INTO people VALUES (1, 'happy');\nALTER TYPE mood RENAME VALUE 'happy' TO 'glad';\n"
    "INSERT INTO people VALUES (2, 'glad');\n",
)

# --- PostgreSQL -----------------------------------------------------------------------------------------
POSTGRES_OUTSIDE = files(
    "-- moods\nCREATE TYPE mood AS ENUM ('sad', 'ok');\n"
    "CREATE TABLE people (id bigint PRIMARY KEY, feels mood, name text);\n"
    "INSERT INTO people VALUES (1, 'sad', 'a'), (2, 'ok', 'b');\n",
    "-- indexes\nUPDATE people SET name = name || '!';\n"
    "CREATE INDEX CONCURRENTLY people_name_idx ON people (name);\n"
    "UPDATE people SET name = name || '?';\n"
    "CREATE UNIQUE INDEX CONCURRENTLY people_id_name_idx ON people (id, name);\n"
    "INSERT INTO people VALUES (3, 'ok', 'c');\n",
    "-- values\nALTER TYPE mood ADD VALUE 'happy';\nUPDATE people SET feels = 'happy' WHERE id = 1;\n"
    "ALTER TYPE mood ADD VALUE 'glad';\nINSERT INTO people VALUES (4, 'glad', 'd');\n",
    "-- upkeep\nVACUUM people;\nREINDEX INDEX CONCURRENTLY people_name_idx;\n"
    "UPDATE people SET name = name || '.';\nDROP INDEX CONCURRENTLY people_id_name_idx;\n",
    "-- bare\n-- dunlin: no-transaction\nINSERT INTO people VALUES (5, 'ok', 'e');\n"
    "UPDATE people SET name = name || ',';\nBEGIN;\nINSERT INTO people VALUES (6, 'ok', 'f');\n"
    "ALTER TABLE people ADD COLUMN age int;\nCOMMIT;\nUPDATE people SET age = 6;\n",
    "-- after\nUPDATE people SET age = age + 1;\nCREATE INDEX people_age_idx ON people (age);\n",
)
POSTGRES_SETTINGS = files(
    "-- settings\nCREATE SCHEMA side;\nSET search_path TO side;\n"
    "CREATE TABLE words (id bigint PRIMARY KEY, word text);\n"
    "CREATE INDEX CONCURRENTLY words_word_idx ON words (word);\nINSERT INTO words VALUES (1, 'x');\n"
    "BEGIN;\nSET work_mem = '5MB';\nINSERT INTO words VALUES (2, 'y');\nCOMMIT;\n"
    "VACUUM words;\nINSERT INTO words VALUES (3, current_setting('work_mem'));\n"
    "RESET search_path;\n"
    "CREATE TABLE words (id bigint PRIMARY KEY);\nVACUUM words;\nINSERT INTO words VALUES (4);\n",
    "-- dump\nSELECT pg_catalog.set_config('search_path', 'side', false);\nVACUUM words;\n"
    "INSERT INTO words VALUES (5, 'z');\n",
    "-- after\nINSERT INTO words VALUES (6);\n",
)
DEEP = [(f"{number:04d}_deep", (
    "CREATE TABLE deep (id bigint PRIMARY KEY, at bigint);\n" if number == 1 else
    f"INSERT INTO deep VALUES ({number}, 0);\nUPDATE deep SET at = at + {number};\n"))
    for number in range(1, 41)]


# --- generated ------------------------------------------------------------------------------------------
class Generator:
    """Valid statements from a seed: it knows what its tables look like by then."""

    def __init__(self, database, seed):
        self.database = database
        self.random = random.Random(seed)
        self.tables = {}
        self.rows = 0
        self.names = 0

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def create(self):
        table = self.name("t")
        self.tables[table] = {"columns": [], "indexes": []}
        return f"CREATE TABLE {table} (id bigint NOT NULL PRIMARY KEY, word varchar(60));"

    def insert(self, table):
        self.rows += 1
        return f"INSERT INTO {table} (id, word) VALUES ({self.rows}, 'row {self.rows}; it''s');"

    def update(self, table):
        return f"UPDATE {table} SET id = id + 1000000 WHERE id % 1000000 = {self.rows};"

    def column(self, table):
        self.tables[table]["columns"].append(self.name("c"))
        return f"ALTER TABLE {table} ADD COLUMN {self.tables[table]['columns'][-1]} bigint;"

    def fill(self, table):
        columns = self.tables[table]["columns"]
        if not columns:
            return self.column(table)
        column = self.random.choice(columns)
        return f"UPDATE {table} SET {column} = coalesce({column}, 0) + 1;"

    def index(self, table):
        name = self.name("i")
        self.tables[table]["indexes"].append(name)
        how = "INDEX"
        if self.database == "postgres" and self.random.random() < 0.3:
            how = "INDEX CONCURRENTLY"
        return f"CREATE {how} {name} ON {table} (word);"

    def drop_index(self, table):
        if not self.tables[table]["indexes"]:
            return self.index(table)
        name = self.tables[table]["indexes"].pop()
        return f"DROP INDEX {name}" + (f" ON {table};" if self.database == "mariadb" else ";")

    def upkeep(self, table):
        return {"sqlite": "VACUUM;", "postgres": f"VACUUM {table};",
                "mariadb": f"ALTER TABLE {table} COMMENT '{self.name('n')}';"}[self.database]

    def drop(self, table):
        del self.tables[table]
        return f"DROP TABLE {table};"

    def statement(self):
        if len(self.tables) < 2:
            return self.create()
        makers = [self.insert] * 5 + [self.update, self.column, self.fill, self.fill, self.index,
                                      self.drop_index, self.upkeep]
        if len(self.tables) > 3:
            makers.append(self.drop)
        return self.random.choice(makers)(self.random.choice(sorted(self.tables)))

    def migration(self):
        lines = [self.statement() for _ in range(self.random.randint(1, 5))]
        if self.random.random() < 0.15:
            lines.insert(0, "-- dunlin: no-transaction")
        return "\n".join(lines) + "\n"

    def history(self, count):
        return [(f"{number:04d}_generated", self.migration()) for number in range(1, count + 1)]


def generated(database, seed, count=8, **settings):
    return History(f"generated from {seed}", database, Generator(database, seed).history(count),
                   **settings)


def all_of(database, fixtures):
    """Every history of one database."""
    own = {
        "sqlite": [
            History("mixed", "sqlite", MIXED),
            History("mixed, begun before", "sqlite", MIXED, start=3, step=5),
            History("mixed, in one transaction", "sqlite", MIXED, ["--single-transaction"], step=5),
            History("outside transactions", "sqlite", SQLITE_OUTSIDE),
            History("rebuilt tables", "sqlite", SQLITE_REBUILD),
            History("rebuilt beside rows", "sqlite", SQLITE_CASCADE, start=1, step=4,
                    dialect="portable"),
            History("rebuilt together", "sqlite", SQLITE_TOGETHER, start=1, step=4,
                    dialect="portable"),
        ],
        "mariadb": [
            History("data", "mariadb", MARIADB_DATA, step=3),
            History("mixed", "mariadb", MIXED, step=9),
            History("mixed, begun before", "mariadb", MIXED, start=3, only_long=True),
            History("settings", "mariadb", MARIADB_SETTINGS, step=7),
            History("routines", "mariadb", MARIADB_ROUTINES, step=7),
            History("types", "mariadb", PORTABLE_TYPES, step=7, dialect="portable"),
        ],
        "postgres": [
            History("mixed", "postgres", MIXED, step=13),
            History("mixed, begun before", "postgres", MIXED, start=3, only_long=True),
            History("mixed, in one transaction", "postgres", MIXED, ["--single-transaction"],
                    only_long=True),
            History("outside transactions", "postgres", POSTGRES_OUTSIDE, step=5),
            History("settings", "postgres", POSTGRES_SETTINGS, step=7),
            History("many in a row", "postgres", DEEP, step=40),
            History("types", "postgres", PORTABLE_TYPES, step=13, dialect="portable"),
        ],
    }[database]
    fixture = {"sqlite": "sqlite", "mariadb": "mysql", "postgres": "postgresql"}[database]
    drizzle = {"sqlite": 7, "mariadb": 40, "postgres": 40}[database]
    own.append(Drizzle(database, f"{fixtures}/drizzle-{fixture}", step=drizzle))
    own += [generated(database, seed, only_long=True) for seed in range(1, 6)]
    return own
