#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One history on three databases: tests/portable/history, whose migrations hold every kind of operation.

usage: tests/portable/history.py

It is applied migration by migration, and the schemas compared by `dunlin parity` after each. Then it
is applied up to some migration and, in a second run, to its end: from there on nothing may depend on
where a run began. LONG=1 does so with every migration, otherwise some are taken.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when something differs.
"""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import clients

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
DUNLIN = os.path.realpath(os.environ.get("DUNLIN", os.path.join(TREE, "build/bin/dunlin")))
NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
SAMPLE = 12  # every how many migrations a run is cut in two

# What the rows are in the end, whatever the database.
ROWS = {
    "SELECT id, email, display_name FROM users ORDER BY id":
        "1|ada@example.org|Ada; 3|cy@example.org|cy@example.org",
    "SELECT id, user_id, status FROM orders ORDER BY id": "1|1|paid",
    "SELECT order_id, product_id, quantity FROM order_lines ORDER BY order_id, product_id":
        "1|1|2; 1|2|10",
    "SELECT user_id, theme FROM settings ORDER BY user_id": "1|blue; 3|red",
    "SELECT id, name, category_id FROM products ORDER BY id": "1|Anvil|2; 2|Bolt|3",
    "SELECT product_id, tag_id, rank FROM product_tags ORDER BY product_id": "1|1|0; 2|2|0",
    "SELECT count(*) FROM order_lines WHERE total = quantity * unit_price AND unit_price > 0": "2",
    "SELECT name, category FROM products_in ORDER BY id": "Anvil|tools; Bolt|bolts",
    "SELECT user_id, street, zip FROM user_addresses ORDER BY id": "1|Seestr. 1|8000",
}


class Failure(Exception):
    pass


class History:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "project")
        self.databases = {kind: made(folder) for kind, made in clients.KINDS.items()}
        os.makedirs(self.folder)
        shutil.copytree(os.path.join(HERE, "history"), os.path.join(self.folder, "migrations"))
        with open(os.path.join(self.folder, "dunlin.json"), "w", encoding="utf-8") as out:
            json.dump({"migrations": "migrations", "dialect": "portable", "default": "postgres",
                       "targets": {kind: {"url": database.url, "backup": "none"}
                                   for kind, database in self.databases.items()}}, out)
        self.tags = [os.path.basename(path)[:-len(".sql")]
                     for path in sorted(glob.glob(os.path.join(HERE, "history", "*.sql")))]

    def dunlin(self, *words):
        done = subprocess.run([DUNLIN, *words, "-C", self.folder], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              timeout=300, check=False)
        if done.returncode != 0:
            raise Failure(f"dunlin {' '.join(words)}: exit {done.returncode}\n{done.stdout}")

    def fresh(self):
        for database in self.databases.values():
            database.fresh()

    def migrate(self, *words):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = [pool.submit(self.dunlin, "migrate", "--quiet", "--target", kind, *words)
                    for kind in self.databases]
            for run in runs:
                run.result()

    def compare(self):
        self.dunlin("parity")

    def states(self):
        """The schemas, with the rows where a state has them; when they were written does not count."""
        return {kind: NOW.sub("now", "\n".join(map(str, database.state()))).splitlines()
                for kind, database in self.databases.items()}

    def check_rows(self):
        for kind, database in self.databases.items():
            for query, expected in ROWS.items():
                found = "; ".join(database.attempt([query]))
                if found != expected:
                    raise Failure(f"{kind}: {query}: {found!r} instead of {expected!r}")

    # --- what is tried ----------------------------------------------------------------------------

    def walk(self):
        self.fresh()
        for tag in self.tags:
            try:
                self.migrate("--to", tag)
                self.compare()
            except Failure as problem:
                raise Failure(f"behind {tag}: {problem}") from problem
        self.check_rows()
        return self.states()

    def split(self, tag, wanted):
        self.fresh()
        self.migrate("--to", tag)
        self.migrate()
        self.check_rows()
        self.compare()
        states = self.states()
        for kind, state in states.items():
            if state != wanted[kind]:
                differs = [line for line in state + wanted[kind]
                           if (line in state) != (line in wanted[kind])]
                raise Failure(f"{kind} is another one:\n" + "\n".join(differs[:20]))

    def close(self):
        for database in self.databases.values():
            database.close()


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix="dunlin-history-") as folder:
        history = History(folder)
        tags = history.tags[:-1] if os.environ.get("LONG") == "1" else \
            history.tags[SAMPLE - 1:-1:SAMPLE]
        print(f"1..{len(tags) + 1}", flush=True)
        wanted = None
        for number, tag in enumerate([None, *tags], 1):
            label = f"{number} cut in two behind {tag}" if tag else \
                f"{number} {len(history.tags)} migrations, one by one"
            try:
                if tag and wanted is None:
                    raise Failure("there is nothing to compare with")
                if tag:
                    history.split(tag, wanted)
                else:
                    wanted = history.walk()
                print(f"ok {label}", flush=True)
            except (Failure, clients.Refused) as problem:
                failed += 1
                print(f"not ok {label}", flush=True)
                for line in str(problem).splitlines():
                    print(f"# {line}", flush=True)
        history.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
