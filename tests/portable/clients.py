# SPDX-License-Identifier: MIT
"""The databases of tests/e2e/case_databases.py, with what cases of portable DDL ask of them."""
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import case_databases  # noqa: E402


class Refused(Exception):
    """A database does not take a statement; `kind` is one of casefile.CLASSES, or its own code."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Sqlite(case_databases.Sqlite):
    KINDS = (("UNIQUE constraint", "unique"), ("CHECK constraint", "check"),
             ("NOT NULL constraint", "null"), ("FOREIGN KEY constraint", "foreign"),
             ("no such", "missing"), ("has no column", "missing"), ("cannot store", "value"),
             ("datatype mismatch", "value"))

    def attempt(self, statements):
        """The rows of the last one; nothing of it stays."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN")
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            connection.execute("ROLLBACK")
            return ["|".join("NULL" if cell is None else str(cell) for cell in row) for row in rows]
        except sqlite3.Error as error:
            kinds = [kind for words, kind in self.KINDS if words in str(error)]
            raise Refused(kinds[0] if kinds else "other", str(error)) from error
        finally:
            connection.close()

    def columns(self, table):
        if not self.run(f"SELECT 1 FROM sqlite_master WHERE name = {literal(table)}"):
            return []
        return self.run(f"SELECT name FROM pragma_table_xinfo({literal(table)}) ORDER BY cid")

    def index(self, table, name):
        """The columns of an index, or None."""
        found = self.run("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = "
                         f"{literal(table)} AND name = {literal(name)}")
        return self.run(f"SELECT coalesce(name, '()') FROM pragma_index_info({literal(name)}) "
                        "ORDER BY seqno") if found else None

    def run(self, sql):
        try:
            return super().run(sql)
        except sqlite3.Error as error:
            return [f"ERROR {error}"]

    def rows(self):
        return []  # state() has them

    def marks(self):
        """What any change of the schema changes, also one that leaves it as it was."""
        return self.run("SELECT schema_version FROM pragma_schema_version")


class Server:
    def attempt(self, statements):
        lines = self.ask("BEGIN")
        for statement in statements:
            lines = self.ask(statement)
            failed = [self.ERROR.match(line) for line in lines if line.startswith("ERROR")]
            if failed:
                self.ask("ROLLBACK")
                raise Refused(self.KINDS.get(failed[0][1], failed[0][1]), "; ".join(lines))
        self.ask("ROLLBACK")
        return [line.replace("\t", "|") for line in lines]

    def rows(self):
        """Of all tables but dunlin's."""
        return [f"{table}: {row}" for table in self.run(self.TABLES)
                for row in sorted(self.run(f"SELECT * FROM {table}"))]

    def ask(self, sql):
        try:
            return self.client.run(sql)
        except RuntimeError as error:
            return str(error).splitlines()


class Postgres(Server, case_databases.Postgres):
    STATE = case_databases.Postgres.STATE.replace("'gw%'", "'public%'")
    TABLES = ("SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relname NOT LIKE '%dunlin%' "
              "AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 1")
    ERROR = re.compile(r"ERROR: +(\w{5})")
    KINDS = {"23505": "unique", "23514": "check", "23502": "null", "23503": "foreign",
             "22P02": "value", "22001": "value", "22003": "value", "42P01": "missing",
             "42703": "missing", "428C9": "value"}
    MARKS = "SELECT " + ", ".join(
        f"(SELECT count(*) || ':' || coalesce(max(xmin::text::bigint), 0) FROM {catalog} "
        "WHERE xmin::text::bigint > 2)"
        for catalog in ("pg_attribute", "pg_constraint", "pg_index", "pg_attrdef", "pg_enum",
                        "pg_description", "pg_rewrite", "pg_sequence", "pg_type", "pg_namespace"))

    def __init__(self, folder):
        super().__init__(folder)
        self.run(f"ALTER DATABASE {self.name} RESET search_path")
        self.client.close()
        self.client = case_databases.Client(self.command + [self.url],
                                            f"\\echo '{case_databases.MARK}'")
        self.run("\\set VERBOSITY verbose\n\\pset null NULL\nSELECT 1")

    def fresh(self):
        for schema in self.run("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' "
                               "AND nspname <> 'information_schema'"):
            self.run(f'DROP SCHEMA "{schema}" CASCADE')
        self.run("CREATE SCHEMA public")

    def columns(self, table):
        return self.run("SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped "
                        "AND attrelid = (SELECT oid FROM pg_class WHERE relnamespace = "
                        f"'public'::regnamespace AND relname = {literal(table)}) ORDER BY attnum")

    def index(self, table, name):
        found = self.run("SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = "
                         "i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE i.indisvalid "
                         f"AND c.relname = {literal(name)} AND t.relname = {literal(table)}")
        return self.run("SELECT coalesce(a.attname, '()') FROM pg_index i CROSS JOIN "
                        "unnest(i.indkey) WITH ORDINALITY k (n, at) LEFT JOIN pg_attribute a "
                        "ON a.attrelid = i.indrelid AND a.attnum = k.n AND k.n > 0 "
                        f"WHERE i.indexrelid = {found[0]} AND k.at <= i.indnkeyatts "
                        "ORDER BY k.at") if found else None

    def marks(self):
        return self.run(self.MARKS)


class Mysql(Server, case_databases.Mariadb):
    STATE = case_databases.Mariadb.STATE.replace("LIKE 'gw%'", "= DATABASE()")
    TABLES = ("SELECT concat('`', replace(table_name, '`', '``'), '`') FROM information_schema.tables "
              "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE "
              "'%dunlin%' ORDER BY 1")
    ERROR = re.compile(r"ERROR (\d+)")
    KINDS = {"1062": "unique", "4025": "check", "1048": "null", "1364": "null", "1452": "foreign",
             "1451": "foreign", "1265": "value", "1366": "value", "1406": "value", "1264": "value",
             "1146": "missing", "1054": "missing", "1906": "value"}
    CHANGES = "(ALTER|CREATE|DROP|RENAME|TRUNCATE)"
    # A statement may stand behind its announcement, in one text with it.
    CHANGED = (f"(argument RLIKE '^[[:space:]]*{CHANGES}' AND argument NOT LIKE '%dunlin%'"
               f" OR argument RLIKE 'dunlin_statements [^\\n]*;\\n{CHANGES}')")

    def __init__(self, folder):
        super().__init__(folder)
        self.name = f"dunlin_cases_{os.getpid()}"
        self.url = self.url.rsplit("/", 1)[0] + "/" + self.name
        self.run("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = 1")

    def fresh(self):
        self.run(f"DROP DATABASE IF EXISTS {self.name}; CREATE DATABASE {self.name} "
                 f"CHARACTER SET utf8mb4; USE {self.name}")

    def columns(self, table):
        return self.run("SELECT column_name FROM information_schema.columns WHERE table_schema = "
                        f"DATABASE() AND table_name = {literal(table)} ORDER BY ordinal_position")

    def index(self, table, name):
        found = self.run("SELECT column_name FROM information_schema.statistics WHERE table_schema "
                         f"= DATABASE() AND table_name = {literal(table)} AND index_name = "
                         f"{literal(name)} ORDER BY seq_in_index")
        return found or None

    def marks(self):
        """How many statements that change a schema were sent to this database, dunlin's aside."""
        return self.run(
            "SELECT count(*) FROM mysql.general_log s WHERE command_type = 'Query' AND "
            f"{self.CHANGED} AND thread_id IN (SELECT "
            "thread_id FROM mysql.general_log WHERE command_type = 'Connect' "
            f"AND argument LIKE '% on {self.name} %')")

    def close(self):
        self.run("SET GLOBAL general_log = 0")
        self.run(f"DROP DATABASE IF EXISTS {self.name}")
        self.client.close()


def literal(text):
    return "'" + text.replace("'", "''") + "'"


KINDS = {"sqlite": Sqlite, "postgres": Postgres, "mysql": Mysql}
