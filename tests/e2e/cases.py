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

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import cases_table as table  # noqa: E402
from case_databases import Mariadb, Postgres, Sqlite  # noqa: E402

DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(TREE, "build/bin/dunlin")))
DIALECTS = {"sqlite": "sqlite", "pg": "postgresql", "mariadb": "mysql"}
DISAGREE = 4


def statements(setup):
    """The setup's statements and, for each, whether it is expected to fail."""
    for text in [setup] if isinstance(setup, str) else setup:
        if text:
            yield text.lstrip("!"), text.startswith("!")


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
