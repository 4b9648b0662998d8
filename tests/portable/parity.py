#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cases of tests/portable/*.cases that have one text for all databases, migrated on the three of them:
`dunlin parity` finds that the schemas mean the same.

usage: tests/portable/parity.py [TOPIC...]

Prints TAP, and fails when something differs.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

import casefile
import clients
import run

# What is told where it is translated (`dunlin explain`): MariaDB keeps NOT NULL and defaults of a query's columns in
# the table that it makes, and the index that a foreign key had. A section makes what it says.
LEFT_OUT = ("table-as-", "table-drop-cascade", "index-of-texts-that-a-query-made", "section-for-each-database")
REFERENCE = "postgres"


def is_common(case):
    return not case.name.startswith(LEFT_OUT) and all(
        not case.error(kind) and not case.todo(kind) and
        all(case.text(part, kind) == case.text(part, REFERENCE) for part in run.PARTS)
        for kind in clients.KINDS)


def differences(databases, project):
    """A line each."""
    urls = [databases[REFERENCE].url, *(db.url for kind, db in databases.items() if kind != REFERENCE)]
    done = subprocess.run([run.DUNLIN, "parity", "-C", project.folder, "--urls", ",".join(urls), "--json"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)
    if done.returncode not in (0, 4):
        raise run.Failure(done.stderr)
    return [f"{entry['object']}: {one['message']}"
            for pair in json.loads(done.stdout)["comparisons"] for entry in pair["objects"]
            for one in entry["differences"] if one["severity"] != "warning"]


def main():
    only = sys.argv[1:]
    total = bad = 0
    with tempfile.TemporaryDirectory(prefix="dunlin-parity-") as folder:
        databases = {}
        for kind, make in clients.KINDS.items():
            os.mkdir(os.path.join(folder, kind))
            databases[kind] = make(os.path.join(folder, kind))
        for path in sorted(glob.glob(os.path.join(run.HERE, "*.cases"))):
            name = os.path.basename(path)[:-len(".cases")]
            if only and name not in only:
                continue
            cases = [case for case in casefile.read(path) if is_common(case)]
            failed = []
            for kind, database in databases.items():
                topic = run.Topic(cases, kind, database, os.path.join(folder, kind))
                topic.apply()
                failed += [f"{kind}: {case}: {why}" for case, why in topic.failed.items()]
            failed += differences(databases, topic.project)
            total += 1
            bad += bool(failed)
            print(f"{'not ok' if failed else 'ok'} {total} parity: {name}")
            for line in "\n".join(failed).splitlines():
                print(f"# {line}")
            sys.stdout.flush()
        for database in databases.values():
            database.close()
    print(f"1..{total}")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
