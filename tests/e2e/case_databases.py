# SPDX-License-Identifier: MIT
"""Databases for cases of conditional DDL, each with another client than dunlin.

fresh() empties one, run(SQL) gives the lines of an answer, state() whatever compares, forget() makes
dunlin's tracker forget what was applied. The servers are those of DUNLIN_TEST_POSTGRES and
DUNLIN_TEST_MYSQL.
"""
import functools
import os
import sqlite3
import subprocess
import urllib.parse

MARK = "== done =="


class Sqlite:
    def __init__(self, folder):
        self.path = os.path.join(folder, "app.db")
        self.url = "sqlite:" + self.path

    def fresh(self):
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.path + suffix):
                os.unlink(self.path + suffix)

    def run(self, sql):
        """Rows of a query; several statements have none."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            if sql.lstrip().upper().startswith("SELECT"):
                rows = connection.execute(sql).fetchall()
                return ["|".join("" if cell is None else str(cell) for cell in row) for row in rows]
            connection.executescript(sql)
            return []
        finally:
            connection.close()

    def state(self):
        connection = sqlite3.connect(self.path)
        try:
            rows = connection.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master "
                "WHERE name NOT LIKE '%dunlin%' ORDER BY 1, 2").fetchall()
            for kind, name, _, _ in list(rows):
                if kind == "table":
                    quoted = name.replace('"', '""')
                    rows += connection.execute(f'SELECT * FROM "{quoted}"').fetchall()
            return rows
        finally:
            connection.close()

    def forget(self):
        self.run("DELETE FROM dunlin_migrations")

    def close(self):
        pass


class Client:
    """A database's own command-line client, which stays connected."""

    def __init__(self, command, mark):
        self.mark = mark
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, encoding="utf-8",
                                        errors="backslashreplace")

    def run(self, sql):
        self.process.stdin.write(sql.rstrip().rstrip(";") + ";\n" + self.mark + "\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the client ended: " + "\n".join(lines))
            if line.rstrip("\n") == MARK:
                break
            lines.append(line.rstrip("\n"))
        for line in lines:
            if line.startswith("ERROR"):
                raise RuntimeError(line)
        return lines

    def close(self):
        self.process.stdin.close()
        self.process.wait()


@functools.lru_cache
def psql():
    folder = os.environ.get("DUNLIN_POSTGRES_BIN")
    if folder:
        return os.path.join(folder, "psql")
    found = subprocess.run("printf '%s\\n' /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1",
                           shell=True, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return found.stdout.strip()


class Postgres:
    """A database of its own; each case gets a new schema gw, which stands first in the path."""

    STATE = """
SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
  SELECT concat_ws(' ', 'c', n.nspname, c.relname, c.relkind, a.attname,
                   format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                   pg_get_expr(d.adbin, d.adrelid)) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE n.nspname LIKE 'gw%' AND c.relname NOT LIKE '%dunlin%'
  UNION ALL
  SELECT concat_ws(' ', 'k', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
  WHERE n.nspname LIKE 'gw%' AND conrelid::regclass::text NOT LIKE '%dunlin%'
  UNION ALL
  SELECT concat_ws(' ', 'i', indexdef) FROM pg_indexes
  WHERE schemaname LIKE 'gw%' AND tablename NOT LIKE '%dunlin%'
  UNION ALL
  SELECT concat_ws(' ', 't', t.typname, t.typtype, e.enumlabel, e.enumsortorder)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_enum e ON e.enumtypid = t.oid
  WHERE n.nspname LIKE 'gw%' AND t.typname NOT LIKE '%dunlin%'
  UNION ALL
  SELECT concat_ws(' ', 'p', p.oid::regprocedure, p.prosrc)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname LIKE 'gw%'
  UNION ALL
  SELECT concat_ws(' ', 'g', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT concat_ws(' ', 'v', c.oid::regclass, pg_get_viewdef(c.oid))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname LIKE 'gw%' AND c.relkind IN ('v', 'm')
) lines"""

    def __init__(self, _folder):
        server = os.environ["DUNLIN_TEST_POSTGRES"]
        self.name = f"dunlin_cases_{os.getpid()}"
        self.command = [psql(), "-XAtq", "-d"]
        self.admin = Client(self.command + [server], f"\\echo '{MARK}'")
        self.admin.run(f"CREATE DATABASE {self.name}")
        self.admin.run(f"ALTER DATABASE {self.name} SET search_path = gw, public")
        self.admin.run(f"ALTER DATABASE {self.name} SET client_min_messages = warning")
        self.url = server.rsplit("/", 1)[0] + "/" + self.name
        self.client = Client(self.command + [self.url], f"\\echo '{MARK}'")

    def fresh(self):
        self.run("DROP SCHEMA IF EXISTS gw CASCADE")
        self.run("DROP SCHEMA IF EXISTS gw2 CASCADE")
        self.run("DROP EXTENSION IF EXISTS pg_trgm")
        self.run("DO $$ BEGIN DROP ROLE gw_role; EXCEPTION WHEN undefined_object THEN NULL; END $$")
        self.run("CREATE SCHEMA gw")

    def run(self, sql):
        return self.client.run(sql)

    def state(self):
        return self.run(self.STATE)

    def forget(self):
        self.run("DELETE FROM dunlin_migrations")

    def close(self):
        self.fresh()
        self.client.close()
        self.admin.run(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.admin.close()


class Mariadb:
    """The database gw, whose name the cases' statements know."""

    STATE = """
SELECT table_name, table_type, engine FROM information_schema.tables
WHERE table_schema LIKE 'gw%' AND table_name NOT LIKE '%dunlin%' ORDER BY 1;
SELECT table_name, column_name, column_type, is_nullable, column_default, extra, column_comment
FROM information_schema.columns
WHERE table_schema LIKE 'gw%' AND table_name NOT LIKE '%dunlin%' ORDER BY 1, 2;
SELECT table_name, index_name, seq_in_index, column_name, non_unique
FROM information_schema.statistics
WHERE table_schema LIKE 'gw%' AND table_name NOT LIKE '%dunlin%' ORDER BY 1, 2, 3;
SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints
WHERE table_schema LIKE 'gw%' AND table_name NOT LIKE '%dunlin%' ORDER BY 1, 2;
SELECT routine_name, routine_definition FROM information_schema.routines
WHERE routine_schema LIKE 'gw%' ORDER BY 1;
SELECT trigger_name, action_statement FROM information_schema.triggers
WHERE trigger_schema LIKE 'gw%' ORDER BY 1"""

    def __init__(self, _folder):
        server = os.environ["DUNLIN_TEST_MYSQL"]
        where = urllib.parse.urlsplit(server)
        self.url = server.rsplit("/", 1)[0] + "/gw"
        self.client = Client(["mariadb", "--no-defaults", "--protocol=tcp", "-N", "-B", "-f", "-n",
                              "--default-character-set=utf8mb4",
                              "-h", where.hostname, "-P", str(where.port), "-u", where.username],
                             f"SELECT '{MARK}';")

    def fresh(self):
        self.run("DROP DATABASE IF EXISTS gw; DROP DATABASE IF EXISTS gw2; "
                 "DROP ROLE IF EXISTS gw_role; CREATE DATABASE gw; USE gw")

    def run(self, sql):
        return self.client.run(sql)

    def state(self):
        return self.run(self.STATE)

    def forget(self):
        self.run("DELETE FROM dunlin_migrations")

    def close(self):
        self.run("DROP DATABASE IF EXISTS gw; DROP DATABASE IF EXISTS gw2; "
                 "DROP ROLE IF EXISTS gw_role")
        self.client.close()
