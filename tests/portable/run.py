#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the cases of tests/portable/*.cases on one database; README.md there says what a case is.

usage: tests/portable/run.py DATABASE [TOPIC|CASE...]      DATABASE is sqlite, postgres or mysql

The cases of a topic share a database and one history: first what sets up, then what runs once, then
what may run again. That history is applied, looked at, applied again with the last part forgotten,
and has to send nothing then that changes the schema. Each refused case runs behind it, alone.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when a case fails.
"""
import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import casefile
import clients

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(TREE, "build/bin/dunlin")))
PARTS = {"setup": 1, "once": 2, "run": 3}
TAG = re.compile(r"([123])(\d{3})_[a-z0-9_]+")


class Failure(Exception):
    pass


class Project:
    """A folder of portable migrations: <part><number of the case>_<name>.sql"""

    def __init__(self, folder, url):
        self.folder = os.path.join(folder, "project")
        self.migrations = os.path.join(self.folder, "migrations")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.migrations)
        with open(os.path.join(self.folder, "dunlin.json"), "w", encoding="utf-8") as out:
            json.dump({"migrations": "migrations", "dialect": "portable",
                       "targets": {"app": {"url": url, "backup": "none"}}}, out)

    def path(self, part, number, name):
        tag = f"{PARTS[part]}{number:03}_{re.sub('[^a-z0-9]', '_', name)}.sql"
        return os.path.join(self.migrations, tag)

    def write(self, part, number, name, text):
        path = self.path(part, number, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text + "\n")
        return path

    def migrate(self, late=()):
        """The exit code, the document, and the message and id of the error. Files that are applied
        out of their order need consent."""
        allowed = [word for path in late
                   for word in ("--allow", os.path.basename(path).removesuffix(".sql"))]
        done = subprocess.run([DUNLIN, "migrate", "-C", self.folder, "--json", *allowed],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
        if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
            raise RuntimeError(f"crashed: {done.returncode}\n{done.stderr}")
        said = re.search(r"^dunlin: error: (.*) \[([a-z.-]+)\]$", done.stderr, re.M | re.S)
        return done.returncode, json.loads(done.stdout), said.groups() if said else (done.stderr, "")


class Topic:
    def __init__(self, cases, kind, database, folder):
        self.cases, self.kind, self.database = cases, kind, database
        self.project = Project(folder, database.url)
        self.failed = {}

    def good(self):
        return [(number, case) for number, case in enumerate(self.cases)
                if case.name not in self.failed]

    def runs(self, case):
        return not case.error(self.kind)

    def write(self, number, case, part):
        text = case.text(part, self.kind)
        return self.project.write(part, number, case.name, text) if text else None

    def write_all(self):
        shutil.rmtree(self.project.migrations)
        os.makedirs(self.project.migrations)
        for number, case in self.good():
            for part in PARTS:
                if part == "setup" or self.runs(case):
                    self.write(number, case, part)

    # --- the history of all cases ---------------------------------------------------------------------

    def apply(self):
        """Applies everything. What fails is taken out, and all begins again."""
        while True:
            self.database.fresh()
            self.write_all()
            exit_code, _, said = self.project.migrate()
            if exit_code == 0:
                return
            self.blame(said, "fails")

    def blame(self, said, what):
        """Marks the case that stopped a run."""
        found = TAG.search(said[0])
        if not found or self.cases[int(found[2])].name in self.failed:
            raise Failure(f"no case is to blame: {said[0]} [{said[1]}]")
        self.failed[self.cases[int(found[2])].name] = f"{what}: {said[0]} [{said[1]}]"

    def look(self, when):
        for _, case in self.good():
            if self.runs(case):
                try:
                    for entry in case.checks(self.kind):
                        self.check(entry)
                except Failure as problem:
                    self.failed[case.name] = f"{when}: {problem}"

    def again(self):
        """The last part once more: nothing to be done, and nothing changes."""
        again = [case for _, case in self.good()
                 if self.runs(case) and case.text("run", self.kind)]
        if not again:
            return
        self.database.run("DELETE FROM dunlin_migrations WHERE tag LIKE '3%'")
        state, marks = self.database.state(), self.database.marks()
        exit_code, document, said = self.project.migrate()
        if exit_code != 0:
            self.blame(said, "fails when repeated")
            self.apply()
            return self.again()
        if document["counts"]["applied"] < len(again):
            raise Failure(f"the second run applied {document['counts']['applied']}")
        if self.database.state() != state or self.database.marks() != marks:
            self.find_change()
        self.look("after the second run")

    def find_change(self):
        """Of a second run that is no no-op: one case after the other."""
        before = len(self.failed)
        for number, case in self.good():
            if not self.runs(case) or not case.text("run", self.kind):
                continue
            self.database.run(f"DELETE FROM dunlin_migrations WHERE tag LIKE '3{number:03}%'")
            state, marks = self.database.state(), self.database.marks()
            self.project.migrate([self.project.path("run", number, case.name)])
            if self.database.state() != state or self.database.marks() != marks:
                self.failed[case.name] = "the second run is no no-op\n" + difference(
                    state, self.database.state())
        if len(self.failed) == before:
            raise Failure("the second run is no no-op, but no case alone is to blame")

    # --- what holds afterwards ------------------------------------------------------------------------

    def check(self, entry):
        getattr(self, "check_" + entry.kind.replace(" ", "_"))(entry)

    def want(self, entry, actual, expected):
        if actual != expected:
            raise Failure(f"{entry.place}: {entry.text!r}: it is {actual!r}")

    def attempt(self, entry, text):
        statements = [part.strip() for part in text.split(";\n") if part.strip()]
        try:
            return self.database.attempt(statements)
        except clients.Refused as problem:
            raise Failure(f"{entry.place}: {problem.kind}: {problem}") from problem

    def check_rows(self, entry):
        text, expected = casefile.split(entry.text, entry.place)
        self.want(entry, "; ".join(self.attempt(entry, text)), expected)

    def check_accepts(self, entry):
        self.attempt(entry, entry.text)

    def check_refuses(self, entry):
        text, expected = casefile.split(entry.text, entry.place)
        *before, last = [part.strip() for part in text.split(";\n") if part.strip()]
        try:
            if before:
                self.database.attempt(before)
            self.database.attempt([*before, last])
        except clients.Refused as problem:
            if problem.kind != expected:
                raise Failure(f"{entry.place}: {problem.kind}: {problem}") from problem
        else:
            raise Failure(f"{entry.place}: taken: {text}")

    def check_columns(self, entry):
        table, expected = casefile.split(entry.text, entry.place)
        self.want(entry, ", ".join(self.database.columns(table)), expected)

    def check_tables(self, entry):
        self.want(entry, [table for table in entry.text.split() if not self.database.columns(table)],
                  [])

    def check_no_tables(self, entry):
        self.want(entry, [table for table in entry.text.split() if self.database.columns(table)], [])

    def check_index(self, entry):
        name, arrow, expected = entry.text.partition(" -> ")
        found = self.database.index(*name.strip().split(".", 1))
        if found is None or (arrow and ", ".join(found) != expected.strip()):
            raise Failure(f"{entry.place}: {entry.text!r}: it is {found!r}")

    def check_no_index(self, entry):
        self.want(entry, self.database.index(*entry.text.split(".", 1)), None)

    # --- refused ones -----------------------------------------------------------------------------------

    def refuse(self, number, case):
        identifier, says = case.error(self.kind)
        before = self.database.state()
        paths = [path for path in (self.write(number, case, part) for part in ("once", "run")) if path]
        exit_code, _, said = self.project.migrate(paths)
        for path in paths:
            os.unlink(path)
        self.database.run("DELETE FROM dunlin_migrations WHERE tag LIKE '2"
                          f"{number:03}%' OR tag LIKE '3{number:03}%'")
        if exit_code == 0:
            raise Failure("it was applied")
        if said[1] != identifier or says not in said[0].replace("'public.", "'"):
            raise Failure(f"it is said: {said[0]} [{said[1]}]")
        if self.database.state() != before and not (self.kind == "mysql" and
                                                    case.of("stops", self.kind)):
            raise Failure("it changed something")
        for entry in case.checks(self.kind):
            self.check(entry)

    def play(self):
        try:
            self.apply()
            self.look("after the first run")
            self.again()
        except Failure as problem:
            return str(problem)
        for number, case in self.good():
            if not self.runs(case):
                try:
                    self.refuse(number, case)
                except Failure as problem:
                    self.failed[case.name] = str(problem)
        return None


def difference(before, after):
    before, after = ("\n".join(map(str, lines)).splitlines() for lines in (before, after))
    return "\n".join(["- " + line for line in before if line not in after] +
                     ["+ " + line for line in after if line not in before])


def main():
    kind, only = sys.argv[1], sys.argv[2:]
    total = bad = 0
    with tempfile.TemporaryDirectory(prefix="dunlin-portable-") as folder:
        database = clients.KINDS[kind](folder)
        for path in sorted(glob.glob(os.path.join(HERE, "*.cases"))):
            name = os.path.basename(path)[:-len(".cases")]
            cases = casefile.read(path)
            if only and name not in only:
                cases = [case for case in cases if case.name in only]
            if not cases:
                continue
            topic = Topic([case for case in cases if not case.todo(kind)], kind, database, folder)
            stopped = topic.play()
            for case in cases:
                total += 1
                if case.todo(kind):
                    print(f"ok {total} {kind}: {name}: {case.name} # TODO {case.todo(kind)}")
                    continue
                why, stopped = topic.failed.get(case.name, stopped), stopped and "see above"
                bad += why is not None
                print(f"{'ok' if why is None else 'not ok'} {total} {kind}: {name}: {case.name}")
                for line in str(why).splitlines() if why else []:
                    print(f"# {line}")
            sys.stdout.flush()
        database.close()
    print(f"1..{total}")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (casefile.Malformed, RuntimeError, sqlite3.Error) as problem:
        sys.exit(f"tests/portable/run.py: {problem}")
