#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What doctor says of the broken states in tests/fixtures/scenarios.

usage: tests/e2e/scenarios.py [--repair] [--own] DATABASE [SCENARIO...]   DATABASE is sqlite, postgresql or
mysql; --own: those of tests/e2e/scenarios, written in the same way, on the same histories

Each state is built on a fresh database as its file says; dunlin migrate stands in for drizzle-orm,
which leaves the same schema and the same rows (drizzle.bats shows that), and its own tracker is taken
away again. Then the verdict of each migration, the findings and the plan of `dunlin doctor --json` have
to be those of the file, and nothing may have changed.

With --repair, `dunlin repair --apply` is run then. Where the file calls the repair automatic, all four
places have to agree afterwards: the rows of the tracker, the journal and the checks have to be as the
file says, and the schema the one that an undisturbed history leaves. Where a person has to decide, no
row may be gone and the plan be left.

Where schema.ts was edited, drizzle-kit export itself says what it declares now; its output is kept for
the runs of dunlin, which are given a command that prints it.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when a scenario fails.
"""
import functools
import hashlib
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
FIXTURES = os.path.realpath(os.environ.get("DUNLIN_FIXTURES", os.path.join(TREE, "tests/fixtures")))
DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(TREE, "build/bin/dunlin")))
BREAKPOINT = "--> statement-breakpoint"
AGREED, PENDING, DISAGREE = 0, 3, 4

# Which finding has to be there for the words of a file.
FINDINGS = [
    (r"drift: extra", "schema.extra"),
    (r"drift: missing", "schema.missing"),
    (r"legacy:", "schema.legacy"),
    (r"unknown-row:", "tracker.unknown-row"),
    (r"belongs to no known migration", "schema.legacy"),
    (r"journal: tag .* twice", "journal.duplicate-tag"),
    (r"journal: idx .* twice", "journal.duplicate-idx"),
    (r"journal: byte order mark", "journal.bom"),
    (r"journal: invalid JSON", "journal.illegible"),
    (r"snapshot of|only one meta", "snapshot.missing"),
    (r"double row", "tracker.double-row"),
    (r"schema definition lacks", "definition.lacks"),
]


class Failure(Exception):
    pass


# --- databases -----------------------------------------------------------------------------------


class Sqlite:
    tracker = "__drizzle_migrations"
    shadow = None

    def __init__(self, folder):
        self.path = os.path.join(folder, "app.db")
        self.url = "sqlite:" + self.path

    def fresh(self):
        for suffix in ("", "-wal", "-shm", "-journal", "-dunlin.lock"):
            if os.path.exists(self.path + suffix):
                os.unlink(self.path + suffix)

    def run(self, sql):
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.executescript(sql)
        finally:
            connection.close()

    def rows(self):
        return self.value(f"SELECT count(*) FROM {self.tracker}")

    def value(self, sql):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchone()[0]
        finally:
            connection.close()

    def shape(self):
        """Columns in any order, indexes, triggers and views, as SQLite itself tells them."""
        connection = sqlite3.connect(self.path)
        try:
            lines = [f"{table}|column|{name}|{kind}|{needed}|{default}|{key}"
                     for table, name, kind, needed, default, key in connection.execute(
                         "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk "
                         "FROM sqlite_master m, pragma_table_xinfo(m.name) c "
                         "WHERE m.type = 'table'")]
            lines += [f"{table}|reference|{other}|{column}|{key}|{update}|{delete}"
                      for table, other, column, key, update, delete in connection.execute(
                          'SELECT m.name, f."table", f."from", f."to", f.on_update, f.on_delete '
                          "FROM sqlite_master m, pragma_foreign_key_list(m.name) f "
                          "WHERE m.type = 'table'")]
            lines += [f"{name}|{kind}|{table}|{' '.join(sql.split())}"
                      for name, kind, table, sql in connection.execute(
                          "SELECT name, type, tbl_name, sql FROM sqlite_master "
                          "WHERE type <> 'table' AND sql IS NOT NULL")]
            return [line for line in lines if not line.startswith(("dunlin_", "__drizzle"))]
        finally:
            connection.close()

    def state(self):
        """Everything that could have been changed."""
        if not os.path.exists(self.path):
            return None
        connection = sqlite3.connect(self.path)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def close(self):
        pass


class Server:
    def __init__(self, _folder):
        self.server = os.environ[self.variable]
        self.name = f"dunlin_scenarios_{os.getpid()}"
        self.url = self.server.rsplit("/", 1)[0] + "/" + self.name
        self.shadow = self.url + "_shadow"

    def call(self, command, text=None):
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", check=False)
        if done.returncode:
            raise Failure(f"{command[0]}: {done.stdout}")
        return done.stdout

    def fresh(self):
        for name in (self.name, self.name + "_shadow"):
            self.on(self.server, f"DROP DATABASE IF EXISTS {name}")
            self.on(self.server, f"CREATE DATABASE {name}")

    def run(self, sql):
        self.on(self.url, sql)

    def value(self, sql):
        return self.on(self.url, sql).strip()

    def rows(self):
        return int(self.value(f"SELECT count(*) FROM {self.tracker}"))

    def close(self):
        for name in (self.name, self.name + "_shadow"):
            self.on(self.server, f"DROP DATABASE IF EXISTS {name}")


@functools.lru_cache
def psql():
    folder = os.environ.get("DUNLIN_POSTGRES_BIN")
    if folder:
        return os.path.join(folder, "psql")
    found = subprocess.run("printf '%s\\n' /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1",
                           shell=True, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return found.stdout.strip()


class Postgresql(Server):
    variable = "DUNLIN_TEST_POSTGRES"
    tracker = "drizzle.__drizzle_migrations"

    def on(self, url, sql):
        return self.call([psql(), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url], sql)

    def shape(self):
        lines = self.on(self.url, """
SELECT concat_ws('|', c.relname, 'column', n.nspname, a.attname, format_type(a.atttypid, a.atttypmod),
                 a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'drizzle')
UNION ALL
SELECT concat_ws('|', conrelid::regclass, 'constraint', conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE conrelid <> 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'drizzle')
UNION ALL
SELECT concat_ws('|', tablename, 'index', indexdef) FROM pg_indexes
WHERE schemaname NOT IN ('pg_catalog', 'drizzle')
UNION ALL
SELECT concat_ws('|', t.typname, 'enum', e.enumlabel, e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT concat_ws('|', tgrelid::regclass, 'trigger', tgname) FROM pg_trigger WHERE NOT tgisinternal""")
        return [line for line in lines.splitlines() if not line.startswith("dunlin_")]

    def state(self):
        return self.on(self.url, "SELECT table_schema, table_name, column_name FROM "
                       "information_schema.columns ORDER BY 1, 2, 3")


class Mysql(Server):
    variable = "DUNLIN_TEST_MYSQL"
    tracker = "__drizzle_migrations"

    def on(self, url, sql):
        where = urllib.parse.urlsplit(url)
        return self.call(["mariadb", "--no-defaults", "--protocol=tcp", "-N", "-B", "-h",
                          where.hostname, "-P", str(where.port), "-u", where.username, "-D",
                          where.path[1:]], sql)

    def shape(self):
        lines = self.on(self.url, """
SELECT concat_ws('|', table_name, 'column', column_name, column_type, is_nullable, column_default, extra)
FROM information_schema.columns WHERE table_schema = DATABASE();
SELECT concat_ws('|', table_name, 'index', index_name, seq_in_index, column_name, non_unique)
FROM information_schema.statistics WHERE table_schema = DATABASE();
SELECT concat_ws('|', table_name, 'constraint', constraint_name, constraint_type)
FROM information_schema.table_constraints WHERE table_schema = DATABASE();
SELECT concat_ws('|', event_object_table, 'trigger', trigger_name, action_statement)
FROM information_schema.triggers WHERE trigger_schema = DATABASE()""")
        return [line for line in lines.splitlines()
                if not line.startswith(("dunlin_", "__drizzle"))]

    def state(self):
        return self.on(self.url, "SELECT table_name, column_name FROM information_schema.columns "
                       "WHERE table_schema = DATABASE() ORDER BY 1, 2")


DATABASES = {"sqlite": Sqlite, "postgresql": Postgresql, "mysql": Mysql}


# --- building a state ----------------------------------------------------------------------------


class Scenario:
    def __init__(self, path, dialect, database, folder):
        with open(path, encoding="utf-8") as source:
            self.data = json.load(source)
        self.name = self.data["id"]
        self.dialect, self.database = dialect, database
        self.project = os.path.join(folder, "project")
        self.original = os.path.join(FIXTURES, "drizzle-" + dialect)
        with open(os.path.join(self.original, "drizzle/meta/_journal.json"),
                  encoding="utf-8") as source:
            self.entries = json.load(source)["entries"]
        with open(os.path.join(self.original, "expected/tracker.json"), encoding="utf-8") as source:
            self.rows = json.load(source)["rows"]

    def path(self, name):
        return os.path.join(self.project, name)

    @property
    def journal_path(self):
        return self.path("drizzle/meta/_journal.json")

    def dunlin(self, *arguments):
        done = subprocess.run([DUNLIN, *arguments, "-C", self.project], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                              timeout=120, check=False)
        if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
            raise Failure(f"crashed: {done.returncode}\n{done.stderr}")
        return done

    def build(self):
        self.prepare()
        self.apply_through(self.data["base"]["appliedThrough"])
        for step in self.data["steps"]:
            self.take(step)

    def apply_through(self, through):
        if through >= 0:
            done = self.dunlin("migrate", "--no-backup", "--to", self.entries[through]["tag"])
            if done.returncode:
                raise Failure(f"cannot build: {done.stderr}")
            self.database.run("DROP TABLE dunlin_migrations")

    def prepare(self):
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.copytree(self.original, self.project, copy_function=shutil.copyfile)
        for folder, _, files in os.walk(self.project):
            for name in files:
                os.chmod(os.path.join(folder, name), 0o644)
        with open(self.path("dunlin.json"), "w", encoding="utf-8") as out:
            json.dump({"migrations": "drizzle", "default": "app",
                       "targets": {"app": {"url": self.database.url}}}, out)
        self.database.fresh()

    def take(self, step):
        if "sql" in step:
            self.database.run(self.filled(step["sql"][self.dialect]))
        elif "run" in step:
            chunks = self.chunks(step["run"]["idx"])
            for number in step["run"]["statements"]:
                self.database.run(chunks[number - 1])
        elif "drizzle" in step:
            self.drizzle()
        else:
            self.edit(step["file"])

    def filled(self, text):
        text = text.replace("{tracker}", self.database.tracker)
        text = re.sub(r"\{when:(\d+)\}", lambda m: str(self.entries[int(m[1])]["when"]), text)
        return re.sub(r"\{hash:(\d+)\}", lambda m: self.rows[int(m[1])]["hash"], text)

    def file_of(self, idx):
        with open(self.path(f"drizzle/{self.entries[idx]['tag']}.sql"), encoding="utf-8") as source:
            return source.read()

    def chunks(self, idx):
        return self.file_of(idx).split(BREAKPOINT)

    def drizzle(self):
        """Of each chunk better-sqlite3 runs the first statement alone, and drizzle records it."""
        text = self.file_of(12)
        for chunk in text.split(BREAKPOINT):
            self.database.run(chunk.split(";\n")[0])
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.database.run(f"INSERT INTO {self.database.tracker} (hash, created_at) "
                          f"VALUES ('{digest}', {self.entries[12]['when']})")

    # --- files -----------------------------------------------------------------------------------

    def edit(self, step):
        op = step["op"]
        if op.startswith("journal-"):
            with open(self.journal_path, encoding="utf-8") as source:
                journal = json.load(source)
            getattr(self, op.replace("-", "_"))(journal["entries"], step)
            with open(self.journal_path, "w", encoding="utf-8") as out:
                out.write(json.dumps(journal, indent=2))
            return
        path = self.path(step["path"])
        if op == "rename":
            os.rename(path, self.path(step["to"]))
            return
        if op == "delete":
            os.unlink(path)
            return
        if op == "write":
            text = step["text"]
            text = text[self.dialect] if isinstance(text, dict) else text
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            return
        with open(path, "rb") as source:
            data = source.read()
        with open(path, "wb") as out:
            out.write(self.edited(data, step))

    @staticmethod
    def edited(data, step):
        op = step["op"]
        if op == "crlf":
            return data.replace(b"\n", b"\r\n")
        if op == "bom":
            return b"\xef\xbb\xbf" + data
        if op == "truncate":
            return data[:int(len(data) * step["fraction"])]
        if op == "prepend":
            return step["text"].encode() + data
        if op == "replace":
            found = step["find"].encode()
            if found not in data:
                raise Failure(f"there is no {found!r}")
            return data.replace(found, step["with"].encode())
        if op == "remove-lines":
            mark = step["containing"].encode()
            return b"".join(line for line in data.splitlines(True) if mark not in line)
        raise Failure(f"unknown operation {op}")

    @staticmethod
    def place(entries, tag):
        return next(i for i, entry in enumerate(entries) if entry["tag"] == tag)

    def journal_set(self, entries, step):
        entries[self.place(entries, step["tag"])].update(step["set"])

    def journal_remove(self, entries, step):
        del entries[self.place(entries, step["tag"])]

    def journal_duplicate(self, entries, step):
        at = self.place(entries, step["tag"])
        entries.insert(at, dict(entries[at]))

    def journal_append(self, entries, step):
        entries.append({**entries[-1], "idx": entries[-1]["idx"] + 1, "tag": step["tag"],
                        "when": entries[-1]["when"] + 60000})

    def journal_insert(self, entries, step):
        entry = dict(step["entry"])
        like = int(re.fullmatch(r"\{like:(\d+)\}", entry["version"])[1])
        entry["version"] = self.entries[like]["version"]
        base, minus = re.fullmatch(r"\{when:(\d+)\}-(\d+)", entry["when"]).groups()
        entry["when"] = self.entries[int(base)]["when"] - int(minus)
        entries.insert(self.place(entries, step["before"]), entry)

    # --- what has to come out ------------------------------------------------------------------------

    def applies(self, item):
        return self.dialect in item.get("dialects", [self.dialect])

    def check(self):
        before = self.database.state()
        done = self.dunlin("doctor", "--json", *self.shadow())
        if not done.stdout:
            raise Failure(f"no document: {done.stderr}")
        self.document = json.loads(done.stdout)
        if self.document["format"] != "dunlin-doctor/1":
            raise Failure(done.stdout)
        if self.database.state() != before:
            raise Failure("something was changed")
        self.check_verdicts()
        self.check_findings()
        self.check_plan()
        self.check_additions()
        self.check_exit(done.returncode)

    def check_verdicts(self):
        by_tag = {m["tag"]: m for m in self.document["migrations"]}
        by_idx = {}
        for entry in self.entries:
            for tag in (entry["tag"], entry["tag"].replace("glamorous_boom_boom",
                                                           "sleepy_dreaming_celestial")):
                if tag in by_tag:
                    by_idx[entry["idx"]] = by_tag[tag]
        wanted = {}
        for item in self.data["expect"]["verdicts"]:
            if not self.applies(item):
                continue
            if "tag" in item:
                wanted[item["tag"]] = (by_tag.get(item["tag"]), item["verdict"])
            else:
                for idx in range(item["from"], item["to"] + 1):
                    wanted[idx] = (by_idx.get(idx), item["verdict"])
        for key, (migration, verdict) in wanted.items():
            actual = migration["verdict"] if migration else "not told"
            if actual != verdict:
                raise Failure(f"{key} is {actual} instead of {verdict}")

    def check_findings(self):
        ids = {finding["id"] for finding in self.document["findings"]}
        for words in self.data["expect"].get("findings", []):
            for pattern, wanted in FINDINGS:
                if re.search(pattern, words) and wanted not in ids:
                    raise Failure(f"no finding {wanted} for '{words}', but {sorted(ids)}")

    def idx_of(self, step):
        idx = step.get("idx", [])
        idx = idx if isinstance(idx, list) else [idx]
        known = {entry["tag"]: entry["idx"] for entry in self.entries}
        return [i for i in idx] + [known.get(tag, tag) for tag in step.get("tags", [])]

    def wanted_plan(self):
        plan = []
        for step in self.data["expect"]["repair"]:
            if not self.applies(step):
                continue
            plan.append([step["action"], step.get("op"), self.idx_of(step)
                         if step["action"] in ("record", "unrecord", "apply", "apply-statements")
                         else [], step.get("statements", []), step.get("set", {}).get("tag")])
        return self.joined(plan)

    def actual_plan(self):
        known = {entry["tag"]: entry["idx"] for entry in self.entries}
        known["0009_sleepy_dreaming_celestial"] = 9
        plan = []
        for step in self.document["plan"]:
            plan.append([step["action"], step["op"],
                         [known.get(tag, tag) for tag in step["tags"]], step["statements"],
                         step.get("set", {}).get("tag")])
        return self.joined(plan)

    @staticmethod
    def joined(plan):
        """Neighbours that do the same are one."""
        result = []
        for step in plan:
            last = result[-1] if result else None
            if last and last[0] == step[0] and step[0] in ("ask", "report"):
                continue
            if last and last[0] == step[0] == "apply":
                last[2] = last[2] + step[2]
                continue
            result.append(step)
        return result

    def check_plan(self):
        wanted, actual = self.wanted_plan(), self.actual_plan()
        if wanted != actual:
            raise Failure("the plan is\n  " + "\n  ".join(map(str, actual)) + "\ninstead of\n  " +
                          "\n  ".join(map(str, wanted)))
        if self.data["expect"]["automatic"] and not self.document["automatic"]:
            raise Failure("somebody is asked, and it could be done without")

    # --- repairing ---------------------------------------------------------------------------------

    def repair(self):
        expect = self.data["expect"]
        done = self.dunlin("repair", "--apply", "--json", *self.shadow())
        if not done.stdout:
            raise Failure(f"repair: {done.stderr}")
        self.document = json.loads(done.stdout)
        if self.document["format"] != "dunlin-repair/1":
            raise Failure(f"repair: {done.stdout}")
        left = {step["action"] for step in self.document["left"]}
        if not expect["automatic"]:
            if not left & {"ask", "report"} and self.data["expect"]["repair"]:
                raise Failure("nothing is left to be decided")
            return
        if not self.document["agreement"]["agrees"] or self.document["agreement"]["pending"]:
            raise Failure(f"no agreement: {self.document['story']}")
        rows = self.database.rows()
        if rows != expect["final"]["trackerRows"]:
            raise Failure(f"{rows} rows instead of {expect['final']['trackerRows']}")
        if expect["final"].get("journal") == "as-fixture":
            self.check_journal()
        for check in expect["final"].get("checks", []):
            self.check_value(check)
        if expect["final"]["schema"] is not None:
            self.check_shape(expect["final"])

    def check_shape(self, final):
        """The schema, but for what the file leaves in place, is that of an undisturbed history."""
        left = set(final.get("extraTables", []) + final.get("extraViews", []))
        actual = {line for line in self.database.shape() if line.split("|")[0] not in left}
        self.prepare()
        self.apply_through(final["schema"])
        wanted = set(self.database.shape())
        if actual != wanted:
            raise Failure("the schema differs: " + "\n".join(sorted(actual ^ wanted)))

    def check_journal(self):
        with open(self.journal_path, "rb") as actual:
            with open(os.path.join(self.original, "drizzle/meta/_journal.json"), "rb") as wanted:
                if actual.read().strip() != wanted.read().strip():
                    raise Failure("the journal is not that of the fixture")

    def check_value(self, check):
        actual = self.database.value(check["sql"][self.dialect])
        if str(actual) != str(check["value"]):
            raise Failure(f"{check['sql'][self.dialect]}: {actual}")

    def shadow(self):
        return (["--shadow-url", self.database.shadow] if self.database.shadow else []) + \
            self.definition()

    def definition(self):
        """For those that need it: what drizzle-kit says of schema.ts, without the column it lacks."""
        if "definition-command" not in self.data["expect"].get("needs", ""):
            return []
        kept = os.path.join(os.path.dirname(self.project), "export.sql")
        if not os.path.exists(kept):
            self.export(kept)
        return ["--definition-command", f"cat '{kept}'"]

    def export(self, kept):
        node = os.path.realpath(os.environ.get("DUNLIN_NODE", os.path.join(TREE, "build/node")))
        subprocess.run([os.path.join(HERE, "node/install"), node], check=True)
        os.symlink(os.path.join(node, "node_modules"), self.path("node_modules"))
        done = subprocess.run(["node", "node_modules/drizzle-kit/bin.cjs", "export"],
                              cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
        os.unlink(self.path("node_modules"))
        if done.returncode or "CREATE TABLE" not in done.stdout:
            raise Failure(f"drizzle-kit export: {done.stderr}")
        with open(kept, "w", encoding="utf-8") as out:
            out.write(done.stdout)

    def check_additions(self):
        """The exact line, and where it goes: behind the column that comes before it in the table."""
        for step in self.document["plan"]:
            if step["action"] != "schema-definition":
                continue
            with open(os.path.join(self.original, "schema.ts"), encoding="utf-8") as source:
                wanted = next(line for line in source if "sessionTimeoutPreference:" in line)
            with open(self.path("schema.ts"), encoding="utf-8") as source:
                before = next(number for number, line in enumerate(source, 1)
                              if "updatedAt:" in line)
            column = step["additions"][0]
            if (column["text"], column["line"]) != (wanted.rstrip("\n"), before):
                raise Failure(f"{column} instead of {wanted} behind line {before}")
            others = [one["text"] for one in step["additions"][1:]]
            if len(others) != (self.dialect != "sqlite") or any(
                    '  check("users_session_timeout_range", sql`' not in text for text in others):
                raise Failure(f"not the check: {others}")
            with open(self.path("schema.ts"), encoding="utf-8") as source:
                if "sessionTimeoutPreference" in source.read():
                    raise Failure("schema.ts was edited")

    def check_exit(self, code):
        agrees = self.document["agreement"]["agrees"]
        pending = self.document["agreement"]["pending"]
        wanted = DISAGREE if not agrees else PENDING if pending else AGREED
        if code != wanted:
            raise Failure(f"exit code {code} instead of {wanted}")


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    home = os.path.join(HERE if "--own" in sys.argv else FIXTURES, "scenarios")
    repairs = "--repair" in sys.argv
    dialect, only = words[0], words[1:]
    folder = tempfile.mkdtemp(prefix="dunlin-scenarios-")
    database = DATABASES[dialect](folder)
    failed = number = 0
    try:
        for name in sorted(os.listdir(home)):
            scenario = Scenario(os.path.join(home, name), dialect, database, folder)
            if dialect not in scenario.data["dialects"] or (only and scenario.name not in only):
                continue
            number += 1
            try:
                scenario.build()
                scenario.check()
                if repairs:
                    scenario.repair()
                print(f"ok {number} - {scenario.name}", flush=True)
            except (Failure, subprocess.TimeoutExpired, sqlite3.Error) as failure:
                failed += 1
                print(f"not ok {number} - {scenario.name}")
                print("\n".join("# " + line for line in str(failure).splitlines()), flush=True)
    finally:
        database.close()
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
