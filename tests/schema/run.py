#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The fragments of tests/schema/*.fragments, all of them in one database, there and back.

usage: tests/schema/run.py DATABASE [FRAGMENT...]      DATABASE is sqlite, postgres or mysql
       tests/schema/run.py DATABASE --histories

The stock client runs the SQL of every fragment in an empty database. `dunlin schema dump` writes it down,
`dunlin schema load` makes a second database of that. Then

  - both have the same snapshot, byte for byte, and the second one has the same dump;
  - the database's own judge finds no difference: pg_dump -s, mariadb-dump --no-data; for SQLite, whose
    .schema is the author's text, what its pragmas and its parser tell of every table.

A difference is told with the names of the fragments that it is in. README.md has the form of the files.
With --histories it is the schemas that whole projects end in, each by itself: the fixtures of this database
(DUNLIN_FIXTURES, else tests/fixtures) and the sample in migrations/, as dunlin migrates them.
DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL. Prints TAP.
"""
import functools
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(HERE, "../../build/bin/dunlin")))
DATABASES = ("sqlite", "postgres", "mysql")
TRACKERS = [f"TABLE IF EXISTS {name}" for name in (
    "dunlin_migrations", "dunlin_statements", "dunlin_schema", "dunlin_log", "__drizzle_migrations")]
FIXTURES = os.environ.get("DUNLIN_FIXTURES", os.path.join(HERE, "../fixtures"))
HISTORIES = {"sqlite": ["drizzle-sqlite"], "postgres": ["drizzle-postgresql", "drizzle-v1-postgresql"],
             "mysql": ["drizzle-mysql"]}
WHERE = {"all": DATABASES, "all-servers": ("postgres", "mysql"), **{d: (d,) for d in DATABASES}}
JUDGE = os.path.join(HERE, "judge_postgres.sql")


class Failure(Exception):
    pass


def call(command, text=None, fine=(0,)):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)
    if done.returncode not in fine:
        raise Failure(f"{' '.join(command[:4])}: {done.stderr.strip()}")
    return done.stdout


# --- fragments -------------------------------------------------------------------------------------


def read_fragments(database, only, version):
    """{name: SQL}, and {name: what is not right with it yet}; `{t}` is the fragment's name for its
    objects. What needs a newer server than that is left out."""
    fragments, gaps, name = {}, {}, None
    for path in sorted(glob.glob(os.path.join(HERE, "*.fragments"))):
        with open(path, encoding="utf-8") as source:
            where = ()
            for number, line in enumerate(source, 1):
                if line.startswith("== "):
                    name, where = line[3:].strip(), ()
                    if name in fragments:
                        raise Failure(f"{path}:{number}: '{name}' is there twice")
                    fragments[name] = ""
                    continue
                gap = re.match(r"todo on (\w+): (.*)", line)
                if gap and gap[1] == database:
                    gaps[name] = gap[2].strip()
                found = re.match(r"([a-z-]+?)(?:-(\d+))?: ", line)
                if found and found[1] in WHERE:
                    where = WHERE[found[1]] if int(found[2] or 0) <= version else ()
                    line = line[found.end():]
                elif not line.startswith(" "):
                    continue
                if database in where:
                    fragments[name] += line
    prefix = {name: "f_" + name.replace("-", "_") for name in fragments}
    return {name: sql.replace("{t}", prefix[name]).strip() for name, sql in fragments.items()
            if sql.strip() and (name in only if only else name not in gaps)}, gaps


# --- databases -------------------------------------------------------------------------------------


class Sqlite:
    @staticmethod
    def version():
        return 0

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name + ".db")
        self.url = "sqlite:" + self.path

    def run(self, sql):
        call(["sqlite3", "-init", "/dev/null", "-batch", "-bail", self.path], sql)

    @staticmethod
    def trackers():
        return TRACKERS

    def judge(self):
        """What SQLite itself makes of its text, a line for each part."""
        connection = sqlite3.connect(self.path)
        lines = []

        def rows(sql, *values):
            return connection.execute(sql, values).fetchall()

        def words(sql):
            """Tokens without their quotes, blanks and comments."""
            sql = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.S)
            return " ".join(re.findall(r"'(?:[^']|'')*'|[\w.]+|[^\s\w]", re.sub(r'["`\[\]]', "", sql))).lower()

        def plain(text):
            """A type or a default by its words: NULL is none, and parentheses around it all say nothing."""
            text = words(text or "")
            while text.startswith("( ") and text.endswith(" )"):
                text = text[2:-2]
            return "" if text == "null" else text.replace("'dq'", "dq")

        def stored(default, kind):
            """7 and '7' are one default where the type of the column makes the same of both."""
            digits = re.fullmatch(r"'(0|[1-9]\d{0,17})'", default)
            alike = re.search("int|char|clob|text|real|floa|doub|num|dec|bool", kind)
            return digits[1] if digits and alike else default

        for kind, name, table, sql in rows("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            if kind in ("view", "trigger"):
                # A column that is called what it is: dunlin says so where it makes a view of portable text.
                text = re.sub(r"(?<![\w.])((?:\w+\.)?(\w+)) as \2(?![\w.])", r"\1", words(sql))
                lines.append(f"{table}|{kind}|{name}|{text}")
            if kind != "table" or name.startswith("sqlite_"):
                continue
            for column, kind_of, needed, default, key, hidden in rows(
                    'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', name):
                kind_of = plain(kind_of)
                default = stored(plain(default), kind_of)
                lines.append(f"{name}|column|{column}|{kind_of}|{needed}|{default}|{key}|{hidden}")
            lines += [f"{name}|key|{row}" for row in rows(
                'SELECT "table", "from", coalesce("to", (SELECT name FROM pragma_table_info("table") '
                'WHERE pk = 1)), on_update, on_delete FROM pragma_foreign_key_list(?)', name)]
            lines += [f"{name}|options|{row}" for row in rows(
                "SELECT wr, strict FROM pragma_table_list(?)", name)]
            lines.append(f"{name}|checks|{words(sql).split().count('check')}")
            for index, unique, origin, partial in rows(
                    'SELECT name, "unique", origin, partial FROM pragma_index_list(?)', name):
                keys = rows("SELECT name, \"desc\", coll, key FROM pragma_index_xinfo(?)", index)
                lines.append(f"{name}|index|{index if origin == 'c' else origin}|{unique}|{partial}|{keys}")
                if origin == "c":
                    text = rows("SELECT sql FROM sqlite_master WHERE name = ?", index)[0][0]
                    condition = words(text).partition(" where ")[2]
                    # The table's own name before a column says nothing.
                    condition = condition.replace(words(name) + ".", "")
                    lines.append(f"{name}|predicate|{index}|{condition}")
        connection.close()
        return sorted(lines)

    def drop(self):
        pass


class Server:
    def __init__(self, _folder, name):
        self.server = os.environ[self.variable]
        self.name = f"dunlin_fragments_{os.getpid()}_{name}"
        self.url = self.server.rsplit("/", 1)[0] + "/" + self.name
        self.on(self.server, f"CREATE DATABASE {self.name}")

    def run(self, sql):
        self.on(self.url, sql)

    @staticmethod
    def trackers():
        return TRACKERS

    @staticmethod
    def version():
        return 0

    def drop(self):
        self.on(self.server, f"DROP DATABASE IF EXISTS {self.name}")


def postgres_program(name):
    folder = os.environ.get("DUNLIN_POSTGRES_BIN")
    if folder:
        return os.path.join(folder, name)
    return sorted(glob.glob("/usr/lib/postgresql/*/bin/" + name))[-1]


class Postgres(Server):
    variable = "DUNLIN_TEST_POSTGRES"

    @staticmethod
    def trackers():
        return [*TRACKERS, "SCHEMA IF EXISTS drizzle CASCADE"]

    @classmethod
    def version(cls):
        number = call([postgres_program("psql"), "-XAtq", "-d", os.environ[cls.variable]],
                      "SHOW server_version_num")
        return int(number) // 10000

    def on(self, url, sql):
        return call([postgres_program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url], sql)

    def judge(self):
        """Without a pg_dump of this server's version: what the server's own functions print."""
        dump = call([postgres_program("pg_dump"), "--version"])
        if int(re.search(r"\) (\d+)", dump)[1]) < self.version():
            return call([postgres_program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-f",
                         JUDGE]).splitlines()
        text = call([postgres_program("pg_dump"), "-s", "-O", "-x", "-d", self.url])
        # A sequence that a column owns has the name it was made with, which says nothing.
        text = re.sub(r"public\.\w+_seq\b", "public.its_seq", text)
        # What is printed of an IN list changes once when it is run again.
        text = re.sub(r"\(?ARRAY\[(.*?)\]\)?::text\[\]", lambda m: "ARRAY[" + re.sub(
            r"('(?:[^']|'')*')::character varying", r"(\1::character varying)::text", m[1]) + "]", text)
        text = re.sub(r"ANY \(\((ARRAY\[[^]]*\])\)\)", r"ANY (\1)", text)
        text = re.sub(r"ALL \(\((ARRAY\[[^]]*\])\)\)", r"ALL (\1)", text)
        # So does a list of conditions at the left end of one that is joined alike,
        for _ in range(3):
            text = re.sub(r"\((\([^()]*\) (AND|OR) \([^()]*\))\) \2 ", r"\1 \2 ", text)
        # and a literal without a name: it is called after its type then.
        text = re.sub(r"((?:NULL|'(?:[^']|'')*')::(\w+)) AS \2\b", r"\1", text)
        text = re.sub(r"('(?:[^']|'')*'::integer) AS int4\b", r"\1", text)
        return [line for line in text.splitlines()
                if line and not line.startswith(("--", "SET ", "SELECT pg_catalog", "\\"))]


class Mysql(Server):
    variable = "DUNLIN_TEST_MYSQL"

    def connection(self, url):
        where = urllib.parse.urlsplit(url)
        return ["--no-defaults", "--protocol=tcp", "-h", where.hostname, "-P", str(where.port), "-u",
                where.username]

    def on(self, url, sql):
        return call(["mariadb", *self.connection(url), "--comments", "-N", "-B", "-D",
                     urllib.parse.urlsplit(url).path[1:]], sql)

    def judge(self):
        text = call(["mariadb-dump", *self.connection(self.url), "--no-data", "--skip-comments",
                     "--compact", "--routines", "--triggers", "--single-transaction", self.name])
        text = text.replace(f"`{self.name}`.", "")
        # Equal by design: widths for display, no action and its absence, the default method, the order of
        # keys, names of partitions that nobody named, blanks before a trigger's body.
        for pattern, new in ((r" AUTO_INCREMENT=\d+", ""), (r" ON (DELETE|UPDATE) NO ACTION", ""),
                             (r" USING BTREE", ""), (r"\b(small|medium|big)?int\(\d+\)", r"\1int"),
                             (r" TRANSACTIONAL=1", ""), (r" FOR EACH ROW\s+", " FOR EACH ROW "),
                             (r"\n(PARTITIONS \d+;|\(PARTITION `p0` ENGINE.*| PARTITION `p\d` ENGINE.*)", "")):
            text = re.sub(pattern, new, text)
        text = re.sub(r"CREATE DEFINER=\S+ (AGGREGATE )?(FUNCTION|PROCEDURE) .*",
                      lambda m: m[0].replace("`", ""), text)
        # Of a view, with what collation its literals come out.
        made = self.on(self.url, """SELECT concat_ws('|', table_name, column_name, collation_name)
            FROM information_schema.columns WHERE table_schema = database() AND table_name IN
            (SELECT table_name FROM information_schema.views WHERE table_schema = database())""")
        return sorted([re.sub(r"[,;]$", "", line) for line in text.splitlines()
                       if line and (not line.startswith("/*!") or "ALGORITHM=" in line)] +
                      made.splitlines())


KINDS = {"sqlite": Sqlite, "postgres": Postgres, "mysql": Mysql}


# --- there and back --------------------------------------------------------------------------------


def differences(what, one, two):
    """The lines that only one side has, with the fragments they are in."""
    left = [line for line in one if line not in set(two)]
    right = [line for line in two if line not in set(one)]
    if not left and not right and one == two:
        return []
    if not left and not right:
        return [f"{what}: another order"]
    return [f"{what}: - {line}" for line in left[:40]] + [f"{what}: + {line}" for line in right[:40]]


def snapshot_of(url, path):
    call([DUNLIN, "snapshot", "--url", url, "--output", path])
    with open(path, encoding="utf-8") as source:
        return source.read().splitlines()


def build(database, fragments, folder):
    """Those that the server refuses are named, one by one."""
    try:
        database.run("\n;\n".join(fragments.values()) + "\n;\n")
    except Failure as failure:
        raise Failure(f"the server refuses a fragment: {failure}") from failure


def migrate(database, project, folder):
    """As dunlin does it, and without its tracker, which is no part of the schema."""
    config = os.path.join(folder, "dunlin.json")
    with open(config, "w", encoding="utf-8") as file:
        json.dump(project, file)
    call([DUNLIN, "migrate", "--no-backup", "--url", database.url, "--config", config])
    for name in database.trackers():
        database.run(f"DROP {name};")


def histories(kind):
    dialect = {"postgres": "postgresql"}.get(kind, kind)
    for name in HISTORIES[kind]:
        yield name, {"dialect": dialect, "migrations": os.path.realpath(
            os.path.join(FIXTURES, name, "drizzle"))}
    yield "the sample", {"dialect": "portable", "migrations": os.path.realpath(
        os.path.join(HERE, "../../migrations"))}


def round_trip(kind, folder, fill):
    """`fill` makes the first of the two databases."""
    one, two = KINDS[kind](folder, "one"), KINDS[kind](folder, "two")
    try:
        fill(one, folder=folder)
        before = snapshot_of(one.url, os.path.join(folder, "one.json"))
        script = os.path.join(folder, "schema.sql")
        call([DUNLIN, "schema", "dump", "--url", one.url, "--output", script])
        call([DUNLIN, "schema", "load", script, "--url", two.url])
        after = snapshot_of(two.url, os.path.join(folder, "two.json"))
        again = os.path.join(folder, "again.sql")
        call([DUNLIN, "schema", "dump", "--url", two.url, "--output", again])
        with open(script, encoding="utf-8") as first, open(again, encoding="utf-8") as second:
            dumps = first.read().splitlines(), second.read().splitlines()
        return [("the snapshot of the rebuilt database", differences("snapshot", before, after)),
                ("the dump of the rebuilt database", differences("dump", *dumps)),
                ("the database's own judge", differences("judge", one.judge(), two.judge()))]
    finally:
        one.drop()
        two.drop()


def main():
    kind, only = sys.argv[1], sys.argv[2:]
    if only == ["--histories"]:
        runs, gaps = [(name, functools.partial(migrate, project=project))
                      for name, project in histories(kind)], {}
    else:
        fragments, gaps = read_fragments(kind, only, KINDS[kind].version())
        runs = [(f"{len(fragments)} fragments", functools.partial(build, fragments=fragments))]
        if not fragments:
            raise SystemExit("no such fragment")
    results = []
    for what, fill in runs:
        with tempfile.TemporaryDirectory(prefix="dunlin-fragments-") as folder:
            try:
                results += [(f"{what} on {kind}: {name}", problems)
                            for name, problems in round_trip(kind, folder, fill)]
            except Failure as failure:
                results.append((f"{what} on {kind}: there and back", str(failure).splitlines()))
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print("#", problem)
    for number, (name, why) in enumerate(sorted(gaps.items()), len(results) + 1):
        print(f"not ok {number} - {name} on {kind} # TODO {why}")
    print(f"1..{len(results) + len(gaps)}")
    return 1 if any(problems for _, problems in results) else 0


if __name__ == "__main__":
    sys.exit(main())
