# SPDX-License-Identifier: MIT
"""The three databases as the crash tests see them: fresh ones, and what is in them as text.

Everything is read with the databases' own programs. A State is four texts:
  user        schema and data of everything that is not dunlin's own
  tracker     the tables of the trackers, column by column, but for the log of decisions and what a run
              saw of the schema: who was killed behind the last migration saw nothing
  rows        what the trackers record, without times and durations
  unfinished  what the ledger holds
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse

State = collections.namedtuple("State", "user tracker rows unfinished")
Target = collections.namedtuple("Target", "url name")

# Debian's psql in PATH is a script that looks for this one.
PSQL = max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default="psql",
           key=lambda path: int(path.split("/")[4]))
MARK = "--8<--"
ROWS = ("SELECT seq, tag, state, digest_raw, digest_text, digest_tokens, algorithm, statements"
        " FROM dunlin_migrations ORDER BY seq;")
UNFINISHED = "SELECT tag, ordinal, phase FROM dunlin_statements ORDER BY tag, ordinal;"
DRIZZLE = "SELECT hash, created_at FROM %s ORDER BY created_at, id;"


class Broken(Exception):
    """A server or a program of the database does not do what the test needs."""


def run(command, text=None, check=True):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    if check and done.returncode != 0:
        raise Broken(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def column(text, number):
    return [re.split(r"[|\t]", row)[number] for row in text.strip().splitlines()]


def tags_of(state):
    """Tags in the order of their rows."""
    return column(state.rows.split(MARK)[0], 1)


def state_of(user, tracker, native, drizzle, ledger):
    """What the ledger still holds of recorded migrations means nothing, and goes some time."""
    recorded = column(native, 1)
    rows = zip(ledger.splitlines(True), column(ledger, 0))
    return State(user, tracker, native + MARK + drizzle,
                 "".join(row for row, tag in rows if tag not in recorded))


class Names:
    """Names of databases that nobody else has."""
    lock = threading.Lock()
    count = 0

    @classmethod
    def next(cls):
        with cls.lock:
            cls.count += 1
            return f"crash_{os.getpid()}_{cls.count}"


class Sqlite:
    name = "sqlite"
    drizzle = "__drizzle_migrations"

    def __init__(self, folder):
        self.folder = folder

    def create(self):
        name = os.path.join(self.folder, Names.next())
        os.mkdir(name)
        return Target(f"sqlite:{name}/app.db", name)

    def copy(self, target):
        copy = self.create()
        shutil.copytree(target.name, copy.name, dirs_exist_ok=True)
        return copy

    def drop(self, target):
        shutil.rmtree(target.name)

    def settle(self, target):
        """Waits until the sessions of dead programs are gone."""

    def execute(self, target, sql):
        return run(["sqlite3", "-batch", "-bail", f"{target.name}/app.db"], sql)

    def state(self, target):
        """Read from a copy: the next run shall find what the last one left, journals included."""
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for name in os.listdir(target.name):
                if name.startswith("app.db") and os.path.isfile(f"{target.name}/{name}"):
                    shutil.copy(f"{target.name}/{name}", copy)
            return self.read(f"{copy}/app.db")

    def read(self, path):
        ours = "(tbl_name LIKE 'dunlin\\_%' ESCAPE '\\' OR tbl_name = '__drizzle_migrations')"
        columns = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE "
        script = "\n".join([
            "PRAGMA integrity_check; PRAGMA foreign_key_check;",
            f"{columns} NOT {ours} ORDER BY type, name;",
            f".print {MARK}", f"{columns} {ours} AND tbl_name NOT IN ('dunlin_log', 'dunlin_schema') ORDER BY type, name;",
            f".print {MARK}", ROWS, f".print {MARK}", DRIZZLE % self.drizzle,
            f".print {MARK}", UNFINISHED,
            f".print {MARK}", ".dump --data-only"])
        parts = run(["sqlite3", "-batch", path], script, check=False).split(MARK + "\n")
        if len(parts) != 6 or not parts[0].startswith("ok\n"):
            raise Broken(f"{path} cannot be read, or is damaged: {parts}")
        data = [line for line in parts[5].splitlines(True)
                if not re.match(r'INSERT INTO "?(dunlin_|__drizzle_)', line)]
        return state_of(parts[0] + "".join(data), *parts[1:5])


class Server:
    """What the two servers share. `base` is a URL of tests/servers."""

    def __init__(self, base):
        self.base = urllib.parse.urlsplit(base)

    def url(self, name, port=None):
        return f"{self.base.scheme}://{self.base.username}@127.0.0.1:{port or self.base.port}/{name}"

    def create(self):
        name = Names.next()
        self.admin(f"CREATE DATABASE {name};")
        return Target(self.url(name), name)

    def through(self, target, port):
        """The same database by way of a proxy."""
        return Target(self.url(target.name, port), target.name)

    def settle(self, target):
        end = time.monotonic() + 30
        while self.admin(self.sessions % target.name).strip() != "0":
            if time.monotonic() > end:
                raise Broken(f"a session of a dead program stays in {target.name}")
            time.sleep(0.005)


class Mariadb(Server):
    name = "mariadb"
    drizzle = "__drizzle_migrations"
    own = ("dunlin_migrations", "dunlin_statements", "__drizzle_migrations", "dunlin_meta",
           "dunlin_log", "dunlin_schema")
    sessions = "SELECT count(*) FROM information_schema.processlist WHERE db = '%s';"

    def client(self, program, *arguments):
        return [program, "--no-defaults", "-h127.0.0.1", f"-P{self.base.port}",
                f"-u{self.base.username}", *arguments]

    def admin(self, sql):
        return run(self.client("mariadb", "-N", "-B"), sql)

    def execute(self, target, sql):
        return run(self.client("mariadb", "-N", "-B", target.name), sql)

    def drop(self, target):
        self.admin(f"DROP DATABASE {target.name};")

    def user(self, target):
        """What dumps would hold. The client's own dump cannot read all the servers that we do."""
        own = ", ".join(repr(table) for table in self.own)
        here = "_schema = database()"
        objects = run(self.client("mariadb", "-N", "-B", target.name), "\n".join([
            f"SELECT table_type, table_name FROM information_schema.tables WHERE table{here}"
            f" AND table_name NOT IN ({own}) ORDER BY 1, 2;"]))
        script = [
            f"SELECT trigger_name, action_timing, event_manipulation, event_object_table,"
            f" action_statement, definer FROM information_schema.triggers WHERE trigger{here}"
            " ORDER BY 1;",
            f"SELECT routine_type, routine_name, dtd_identifier, routine_definition, definer,"
            f" is_deterministic FROM information_schema.routines WHERE routine{here} ORDER BY 1, 2;",
            f"SELECT specific_name, ordinal_position, parameter_mode, parameter_name,"
            f" dtd_identifier FROM information_schema.parameters WHERE specific{here}"
            " ORDER BY 1, 2;"]
        for kind, name in (line.split("\t") for line in objects.splitlines()):
            script.append(f"SHOW CREATE TABLE `{name}`;")
            if kind == "BASE TABLE":
                script.append(f"SELECT '{MARK}';\nSELECT * FROM `{name}`;\nSELECT '{MARK}';")
        parts = run(self.client("mariadb", "-N", "-B", target.name),
                    "\n".join(script)).split(MARK + "\n")
        # Every second part is rows. Counters do not roll back.
        return "".join("".join(sorted(part.splitlines(True))) if number % 2 else
                       re.sub(r" AUTO_INCREMENT=\d+", "", part)
                       for number, part in enumerate(parts))

    def state(self, target):
        own = self.own
        user = self.user(target)
        script = "\n".join([
            "SELECT table_name, column_name, column_type, is_nullable, column_key, extra"
            " FROM information_schema.columns WHERE table_schema = database() AND table_name IN"
            f" ({', '.join(repr(table) for table in own)}) AND table_name NOT IN"
            " ('dunlin_log', 'dunlin_schema')"
            " ORDER BY 1, ordinal_position;",
            f"SELECT '{MARK}';", ROWS, f"SELECT '{MARK}';", DRIZZLE % self.drizzle,
            f"SELECT '{MARK}';", UNFINISHED])
        parts = run(self.client("mariadb", "-N", "-B", "--force", target.name), script,
                    check=False).split(MARK + "\n")
        if len(parts) != 4:
            raise Broken(f"{target.name} cannot be read: {parts}")
        return state_of(user, *parts)


class Postgres(Server):
    name = "postgres"
    newer = None  # than pg_dump
    drizzle = "drizzle.__drizzle_migrations"
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s';"

    def client(self, database, *arguments):
        return [PSQL, "-X", "-q", "-A", "-t", *arguments, self.url(database)]

    def admin(self, sql):
        return run(self.client("postgres", "-v", "ON_ERROR_STOP=1"), sql)

    def execute(self, target, sql):
        return run(self.client(target.name, "-v", "ON_ERROR_STOP=1"), sql)

    def drop(self, target):
        # WITH (FORCE) came with 13.
        self.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   f" WHERE datname = '{target.name}';\nDROP DATABASE {target.name};")

    def described(self, target):
        """For servers newer than pg_dump."""
        tables = run(self.client(target.name), "SELECT quote_ident(relname) FROM pg_class WHERE"
                     " relkind IN ('r', 'm', 'p') AND relnamespace = 'public'::regnamespace"
                     " AND relname NOT LIKE 'dunlin\\_%' ORDER BY 1;").split()
        script = ["\\pset format unaligned", "\\dT+", "\\df+", "\\ds", "\\dn", "\\dx"]
        script += [f"\\d+ public.{table}" for table in tables]
        script += ["SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1;"]
        script += [f"SELECT 'INSERT INTO {table} ' || t FROM public.{table} t;" for table in tables]
        return run(self.client(target.name, "-v", "ON_ERROR_STOP=1"), "\n".join(script))

    def dump(self, target):
        if self.newer is None:
            version = int(self.admin("SHOW server_version_num;")) // 10000
            self.newer = version > int(re.search(r"\) (\d+)", run(["pg_dump", "--version"])).group(1))
        if self.newer:
            return self.described(target)
        return run(["pg_dump", "--inserts", "--no-owner", "-N", "drizzle", "-T", "public.dunlin_*",
                    self.url(target.name)])

    def state(self, target):
        dump = self.dump(target)
        # Rows lie where there was room; sequences do not roll back; recent versions add a random
        # word against restoring into the wrong hands.
        lines = [line for line in dump.splitlines(True)
                 if not line.startswith(("\\restrict", "\\unrestrict", "SELECT pg_catalog.setval"))]
        rows = sorted(line for line in lines if line.startswith("INSERT INTO"))
        user = "".join(line for line in lines if not line.startswith("INSERT INTO"))
        script = "\n".join([
            "SELECT 'invalid index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid"
            " ORDER BY 1;", f"\\echo {MARK}",
            "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_name ~ '^(dunlin_|__drizzle_)'"
            " AND table_name NOT IN ('dunlin_log', 'dunlin_schema') ORDER BY 1, 2, ordinal_position;", f"\\echo {MARK}",
            ROWS, f"\\echo {MARK}", DRIZZLE % self.drizzle, f"\\echo {MARK}", UNFINISHED])
        parts = run(self.client(target.name), script, check=False).split(MARK + "\n")
        if len(parts) != 5:
            raise Broken(f"{target.name} cannot be read: {parts}")
        return state_of(user + "".join(rows) + parts[0], *parts[1:])
