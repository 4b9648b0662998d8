#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What doctor says of the broken states in tests/fixtures/scenarios.

usage: tests/e2e/scenarios.py DATABASE [SCENARIO...]      DATABASE is sqlite, postgresql or mysql

Each state is built on a fresh database as its file says; dunlin migrate stands in for drizzle-orm,
which leaves the same schema and the same rows (drizzle.bats shows that), and its own tracker is taken
away again. Then the verdict of each migration, the findings and the plan of `dunlin doctor --json` have
to be those of the file, and nothing may have changed.

What no doctor without a definition command can see stands in NOT_YET, with the reason.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when a scenario fails.
"""
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

# Parts of a scenario that are not looked at, and why.
NO_DEFINITION = "the definition is not compared: that needs a definition command"
NOT_YET = {
    "schema-definition-lacks-column": NO_DEFINITION,
}
# Steps of plans that doctor does not have, without a definition to compare.
NO_STEP = {("seed-story", "schema-definition"), ("seed-story", "snapshot")}
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

    def close(self):
        for name in (self.name, self.name + "_shadow"):
            self.on(self.server, f"DROP DATABASE IF EXISTS {name}")


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
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.copytree(self.original, self.project, copy_function=shutil.copyfile)
        for folder, _, files in os.walk(self.project):
            for name in files:
                os.chmod(os.path.join(folder, name), 0o644)
        with open(self.path("dunlin.json"), "w", encoding="utf-8") as out:
            json.dump({"migrations": "drizzle", "default": "app",
                       "targets": {"app": {"url": self.database.url}}}, out)
        self.database.fresh()
        through = self.data["base"]["appliedThrough"]
        if through >= 0:
            done = self.dunlin("migrate", "--no-backup", "--to", self.entries[through]["tag"])
            if done.returncode:
                raise Failure(f"cannot build: {done.stderr}")
            self.database.run("DROP TABLE dunlin_migrations")
        for step in self.data["steps"]:
            self.take(step)

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
        arguments = ["doctor", "--json"]
        if self.database.shadow:
            arguments += ["--shadow-url", self.database.shadow]
        done = self.dunlin(*arguments)
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
            if not self.applies(step) or (self.name, step["action"]) in NO_STEP:
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

    def check_exit(self, code):
        agrees = self.document["agreement"]["agrees"]
        pending = self.document["agreement"]["pending"]
        wanted = DISAGREE if not agrees else PENDING if pending else AGREED
        if code != wanted:
            raise Failure(f"exit code {code} instead of {wanted}")


def main():
    dialect, only = sys.argv[1], sys.argv[2:]
    folder = tempfile.mkdtemp(prefix="dunlin-scenarios-")
    database = DATABASES[dialect](folder)
    failed = number = 0
    try:
        for name in sorted(os.listdir(os.path.join(FIXTURES, "scenarios"))):
            scenario = Scenario(os.path.join(FIXTURES, "scenarios", name), dialect, database, folder)
            if dialect not in scenario.data["dialects"] or (only and scenario.name not in only):
                continue
            number += 1
            if scenario.name in NOT_YET:
                print(f"ok {number} - {scenario.name} # TODO {NOT_YET[scenario.name]}", flush=True)
                continue
            try:
                scenario.build()
                scenario.check()
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
