#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cases of tests/portable/*.cases as scripts of `dunlin export`, on one database.

usage: tests/portable/scripts.py DATABASE [TOPIC...]       DATABASE is sqlite, postgres or mysql

The history of a topic is applied by `dunlin migrate`, and by the database's own client from a script, twice: schemas
and rows are the same then, and what the cases say holds. So are those of tests/portable/history.

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

# What a script cannot say yet.
TODO = {"table-as-query-and-what-follows-in-the-same-run"}
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


class Script(run.Topic):
    def export(self):
        done = subprocess.run([run.DUNLIN, "export", "-C", self.project.folder, "--driver",
                               self.kind], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise run.Failure(f"there is no script: {done.stderr}")
        return done.stdout

    def perform(self, script, when):
        done = subprocess.run(client(self.database, self.kind), input=script, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", check=False,
                              cwd=self.project.folder)  # SQLite's shell leaves a file there
        if done.returncode != 0:
            raise run.Failure(f"{when}: {done.stdout}")

    def state(self):
        return masked(self.database.state() + self.database.rows())

    def play(self):
        try:
            self.apply()
            if self.failed:
                return None
            script = self.export()
            state = self.state()
            self.database.fresh()
            for when in ("the script", "the script again"):
                self.perform(script, when)
                if self.state() != state:
                    return f"{when}: not what migrate makes\n" + run.difference(state, self.state())
                self.look(when)
        except run.Failure as problem:
            return str(problem)
        return None


class History(Script):
    def write_all(self):
        shutil.rmtree(self.project.migrations)
        shutil.copytree(os.path.join(run.HERE, "history"), self.project.migrations)


def topics(kind, database, folder):
    for path in sorted(glob.glob(os.path.join(run.HERE, "*.cases"))):
        cases = [case for case in casefile.read(path)
                 if not case.todo(kind) and case.name not in TODO]
        yield os.path.basename(path)[:-len(".cases")], Script(cases, kind, database, folder)
    yield "history", History([], kind, database, folder)


def main():
    kind, only = sys.argv[1], sys.argv[2:]
    total = bad = 0
    with tempfile.TemporaryDirectory(prefix="dunlin-scripts-") as folder:
        database = clients.KINDS[kind](folder)
        for name, script in topics(kind, database, folder):
            if only and name not in only:
                continue
            stopped = script.play()
            failed = [*script.failed.items(), *([("all", stopped)] if stopped else [])]
            total += 1
            bad += bool(failed)
            print(f"{'not ok' if failed else 'ok'} {total} {kind}: scripts: {name}")
            for case, why in failed:
                for line in f"{case}: {why}".splitlines():
                    print(f"# {line}")
            sys.stdout.flush()
        database.close()
    print(f"1..{total}")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
