#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Conditional DDL on real databases: tests/fixtures/conditional-ddl-cases.json through dunlin.

usage: tests/e2e/cases.py DATABASE [CASE...]      DATABASE is sqlite, pg or mariadb

For each case a fresh database, the case's setup by another client, and a project of one migration
with the case's `portable` text. The end state has to be the one the case expects. Then the tracker's
rows are deleted and the same is run again: that changes nothing, or fails where the case says so.
A hazard, where the database's own statement quietly leaves something else than was asked for, has to
be reported: exit 4, nothing changed.

What holds otherwise for dunlin stands in cases_table.py, with the reason.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when a case fails.
"""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import cases_table as table  # noqa: E402

DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(TREE, "build/bin/dunlin")))
DIALECTS = {"sqlite": "sqlite", "pg": "postgresql", "mariadb": "mysql"}
DISAGREE = 4
MARK = "== done =="


def statements(setup):
    """The setup's statements and, for each, whether it is expected to fail."""
    for text in [setup] if isinstance(setup, str) else setup:
        if text:
            yield text.lstrip("!"), text.startswith("!")


# --- databases: fresh(), run(SQL) -> lines, state() -> whatever compares ----------------------------


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
                    rows += connection.execute(f'SELECT * FROM "{name}"').fetchall()
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
                                        stderr=subprocess.STDOUT, encoding="utf-8")

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


# --- one case ---------------------------------------------------------------------------------------


class Failure(Exception):
    pass


class Run:
    def __init__(self, case, name, database, folder):
        self.case, self.name, self.database, self.folder = case, name, database, folder
        key = (case["id"], name)
        self.native = key in table.NATIVE or case["id"] in table.NATIVE
        self.text = table.TEXT.get(key) or table.TEXT.get(case["id"]) or case["portable"]
        self.other = table.OTHERWISE.get(key) or table.OTHERWISE.get(case["id"])

    def project(self):
        folder = os.path.join(self.folder, "project")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "migrations"))
        with open(os.path.join(folder, "dunlin.json"), "w", encoding="utf-8") as out:
            json.dump({"migrations": "migrations", "default": "app",
                       "dialect": DIALECTS[self.name] if self.native else "portable",
                       "targets": {"app": {"url": self.database.url}}}, out)
        with open(os.path.join(folder, "migrations", "0001_case.sql"), "w", encoding="utf-8") as out:
            out.write(self.text + ";\n")
        return folder

    def migrate(self):
        done = subprocess.run([DUNLIN, "migrate", "-C", os.path.join(self.folder, "project"),
                               "--allow-nonempty", "--no-backup"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                              timeout=60, check=False)
        if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
            raise Failure(f"crashed: {done.returncode}\n{done.stderr}")
        return done.returncode, done.stderr

    def want(self, actual, expected, what, detail=""):
        if actual != expected:
            raise Failure(f"{what}: {actual!r} instead of {expected!r}\n{detail}")

    def checked(self):
        return "\n".join(self.database.run(self.case["check"][self.name]))

    def refused(self, code, message):
        before = self.database.state()
        exit_code, said = self.migrate()
        self.want(exit_code, code, "exit code", said)
        if not re.search(message, said):
            raise Failure(f"not said: {message}\n{said}")
        self.want(self.database.state(), before, "a refused run changed something")

    def play(self):
        self.database.fresh()
        for sql, may_fail in statements(self.case["setup"].get(self.name, "")):
            try:
                self.database.run(sql)
            except (RuntimeError, sqlite3.Error):
                if not may_fail:
                    raise
        self.project()
        if self.other and "exit" in self.other:
            return self.refused(self.other["exit"], self.other["says"])
        if self.case.get("hazard") and not self.other:
            return self.refused(DISAGREE, "")
        exit_code, said = self.migrate()
        self.want(exit_code, 0, "exit code", said)
        expected = (self.other or {}).get("expect", self.case["expect"][self.name])
        self.want(self.checked(), expected, "end state")
        return self.again(expected)

    def again(self, expected):
        self.database.forget()
        before = self.database.state()
        exit_code, said = self.migrate()
        fails = (self.other or {}).get("again", "" if self.case["idempotent"] else "fails")
        if fails:
            self.want(exit_code != 0, True, "the second run fails", said)
        else:
            self.want(exit_code, 0, "exit code of the second run", said)
        self.want(self.database.state(), before, "the second run changed something")
        self.want(self.checked(), expected, "end state after the second run")


def main():
    name = sys.argv[1]
    only = sys.argv[2:]
    with open(os.path.join(TREE, "tests/fixtures/conditional-ddl-cases.json"),
              encoding="utf-8") as file:
        cases = [case for case in json.load(file)["cases"] if name in case["dialects"]]
    if only:
        cases = [case for case in cases if case["id"] in only]
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="dunlin-cases-") as folder:
        database = {"sqlite": Sqlite, "pg": Postgres, "mariadb": Mariadb}[name](folder)
        for number, case in enumerate(cases, 1):
            run = Run(case, name, database, folder)
            label = f"{number} {name}: {case['id']}"
            if run.other:
                label += f" ({run.other['why']})"
            try:
                run.play()
                print(f"ok {label}", flush=True)
            except (Failure, RuntimeError, sqlite3.Error) as problem:
                failed += 1
                print(f"not ok {label}", flush=True)
                for line in [run.text, *str(problem).splitlines()]:
                    print(f"# {line}", flush=True)
        database.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
