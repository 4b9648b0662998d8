#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cases of tests/portable/*.cases by other ways, on one database; and the history of tests/portable/history.

usage: tests/portable/ways.py DATABASE [TOPIC...]       DATABASE is sqlite, postgres or mysql

The history of a topic is applied by `dunlin migrate`. What then is there, schema and rows, is there as well
  - where the database's own client has run the script of `dunlin export`, twice,
  - where the migrations were given guards by `dunlin harden` before, and
  - where `dunlin schema load` has read what `dunlin schema dump` wrote, without the rows, and
  - with LONG=1, where each migration had a run of its own;
and `dunlin check --portability` sees no obstacle in any of it.

Prints TAP, and fails when something differs.
"""
import datetime
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import casefile
import clients
import run

# No script says what a query made; MariaDB leaves a view behind that does not work.
LEFT_OUT = {"table-as-query-and-what-follows-in-the-same-run": ["sqlite", "mysql"],
            "table-as-query-and-guards-and-comments-in-the-same-run": ["sqlite", "mysql"]}
NOW = re.compile(datetime.date.today().isoformat() + r"[ T][0-9:.]+(\+00)?")


def client(database, kind):
    if kind == "sqlite":
        return ["sqlite3", "-batch", "-bail", "-init", "/dev/null", database.path]
    if kind == "postgres":
        return [clients.case_databases.psql(), "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database.url]
    where = urllib.parse.urlsplit(database.url)
    return ["mariadb", "--no-defaults", "--protocol=tcp", "-h", where.hostname, "-P", str(where.port),
            "-u", where.username, where.path[1:]]


def masked(state):
    """Times at which something was done are not the same."""
    return [NOW.sub("now", str(line)) for line in state]


class Ways(run.Topic):
    def dunlin(self, *words):
        done = subprocess.run([run.DUNLIN, *words, "-C", self.project.folder],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise run.Failure(f"dunlin {words[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def perform(self, script, when):
        done = subprocess.run(client(self.database, self.kind), input=script, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", check=False,
                              cwd=self.project.folder)  # SQLite's shell leaves a file there
        if done.returncode != 0:
            raise run.Failure(f"{when}: {done.stdout}")

    def state(self):
        return masked(self.database.state() + self.database.rows())

    def same(self, wanted, found, way):
        if wanted != found:
            raise run.Failure(f"{way}: not what migrate makes\n" + run.difference(wanted, found))

    def by_script(self, state):
        script = self.dunlin("export", "--driver", self.kind)
        self.database.fresh()
        for way in ("the script", "the script again"):
            self.perform(script, way)
            self.same(state, self.state(), way)
            self.look(way)

    def hardened(self, schema):
        self.database.fresh()
        self.dunlin("harden", "--pending", "--write")
        self.dunlin("migrate")
        self.same(schema, self.dunlin("schema", "dump").splitlines(), "hardened")
        self.look("hardened")

    def step_by_step(self, schema):
        self.database.fresh()
        for tag in sorted(os.listdir(self.project.migrations)):
            self.dunlin("migrate", "--to", tag.removesuffix(".sql"))
        self.same(schema, self.dunlin("schema", "dump").splitlines(), "step by step")
        self.look("step by step")

    def by_definition(self, schema):
        path = os.path.join(self.project.folder, "definition.sql")
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(schema) + "\n")
        self.database.fresh()
        self.dunlin("schema", "load", path)
        self.same(schema, self.dunlin("schema", "dump").splitlines(), "the definition")

    def play(self):
        try:
            self.apply()
            if self.failed:
                return None
            self.dunlin("check", "--portability")
            state, schema = self.state(), self.dunlin("schema", "dump").splitlines()
            self.by_script(state)
            self.hardened(schema)
            self.by_definition(schema)
            if os.environ.get("LONG"):
                self.step_by_step(schema)
        except run.Failure as problem:
            return str(problem)
        return None


class History(Ways):
    def write_all(self):
        shutil.rmtree(self.project.migrations)
        shutil.copytree(os.path.join(run.HERE, "history"), self.project.migrations)


def topics(kind, database, folder):
    for path in sorted(glob.glob(os.path.join(run.HERE, "*.cases"))):
        cases = [case for case in casefile.read(path)
                 if not case.todo(kind) and kind not in LEFT_OUT.get(case.name, [])]
        yield os.path.basename(path)[:-len(".cases")], Ways(cases, kind, database, folder)
    yield "history", History([], kind, database, folder)


def main():
    kind, only = sys.argv[1], sys.argv[2:]
    total = bad = 0
    with tempfile.TemporaryDirectory(prefix="dunlin-ways-") as folder:
        database = clients.KINDS[kind](folder)
        for name, topic in topics(kind, database, folder):
            if only and name not in only:
                continue
            stopped = topic.play()
            failed = [*topic.failed.items(), *([("all", stopped)] if stopped else [])]
            total += 1
            bad += bool(failed)
            print(f"{'not ok' if failed else 'ok'} {total} {kind}: ways: {name}")
            for case, why in failed:
                for line in f"{case}: {why}".splitlines():
                    print(f"# {line}")
            sys.stdout.flush()
        database.close()
    print(f"1..{total}")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
