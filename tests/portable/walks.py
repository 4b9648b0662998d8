#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From any state of tests/portable/history to any other by the statements of `dunlin diff --sql`.

usage: tests/portable/walks.py [DATABASE...]       sqlite, postgres, mysql; all of them by default

Migrated to one migration, its tables emptied, a database is led to what another migration leaves by
the SQL that `dunlin diff` prints, carried out by the database's own client. Then `dunlin schema dump`
prints what it prints behind that migration, but for the order of columns: none can be put between
others. The pairs are the whole way, there and back, and some at random; LONG=1 takes more.

SEED repeats a run, whose seed is printed. DUNLIN is the program; servers are those of
DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL. Prints TAP, and fails when something differs.
"""
import concurrent.futures
import glob
import os
import random
import subprocess
import sys
import tempfile

import clients
import run
import ways

PAIRS = 40 if os.environ.get("LONG") == "1" else 3
SEED = int(os.environ.get("SEED") or random.randrange(1, 1000000))


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def empty(kind, database):
    """Rows are in the way of columns that come without a default."""
    if kind == "sqlite":
        names = database.run("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                             "name NOT LIKE '%dunlin%' AND name NOT LIKE 'sqlite_%'")
        for name in names:
            database.run(f"DELETE FROM {quoted(name)}")
    elif kind == "postgres":
        tables = database.run(database.TABLES)
        if tables:
            database.run(f"TRUNCATE {', '.join(tables)} CASCADE")
    else:
        database.run("SET foreign_key_checks = 0")
        for table in database.run(database.TABLES):
            database.run(f"DELETE FROM {table}")
        database.run("SET foreign_key_checks = 1")


def without_order(schema):
    return sorted(line.rstrip(",") for line in schema)


class Walk(ways.History):
    def __init__(self, kind, database, folder):
        super().__init__([], kind, database, folder)
        self.write_all()
        self.tags = sorted(os.path.basename(path)[:-len(".sql")]
                           for path in glob.glob(os.path.join(run.HERE, "history", "*.sql")))
        self.schemas = {}

    def schema(self):
        return self.dunlin("schema", "dump").splitlines()

    def migrate(self, tag):
        self.database.fresh()
        self.dunlin("migrate", "--quiet", "--to", tag)

    def pairs(self):
        chance = random.Random(SEED)
        yield self.tags[0], self.tags[-1]
        yield self.tags[-1], self.tags[0]
        for _ in range(PAIRS):
            yield tuple(chance.sample(self.tags, 2))

    def go(self, start, end):
        """What is wrong with this pair, or None."""
        script = ""
        try:
            if end not in self.schemas:
                self.migrate(end)
                self.schemas[end] = self.schema()
            self.migrate(start)
            empty(self.kind, self.database)
            script = self.dunlin("diff", "target:app", f"tag:{end}", "--sql", "--shadow")
            self.perform(script, "the script")
            wanted, found = without_order(self.schemas[end]), without_order(self.schema())
            if wanted != found:
                return f"{run.difference(wanted, found)}\n{script}"
        except run.Failure as problem:
            return f"{problem}\n{script}"
        return None


def walk(kind):
    lines = []
    with tempfile.TemporaryDirectory(prefix="dunlin-walks-") as folder:
        database = clients.KINDS[kind](folder)
        a_walk = Walk(kind, database, folder)
        for start, end in a_walk.pairs():
            wrong = a_walk.go(start, end)
            lines.append((not wrong, f"{kind}: from {start} to {end}", wrong or ""))
        database.close()
    return lines


def main():
    kinds = sys.argv[1:] or list(clients.KINDS)
    print(f"# SEED={SEED}", flush=True)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = [line for lines in pool.map(walk, kinds) for line in lines]
    for number, (good, label, wrong) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} {label}")
        for line in wrong.splitlines():
            print(f"# {line}")
    print(f"1..{len(results)}")
    return 0 if results and all(good for good, _, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
