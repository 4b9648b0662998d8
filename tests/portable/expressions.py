#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every row of the operator and function tables of docs/expressions.md, computed by one database.

usage: tests/portable/expressions.py DATABASE      DATABASE is sqlite, postgres or mysql

Each line of expressions.txt becomes an INSERT that leaves its number where the condition is true; they are
applied as a portable migration. What a driver has no translation for has to be named there, and nothing
else is refused. A row of the page without a line fails, too.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL.
Prints TAP, and fails when a row does.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import clients
from run import DUNLIN, HERE, TREE, Project

SETUP = """
-- dunlin: only postgres
CREATE SEQUENCE numbers;
-- dunlin: end
CREATE TABLE nums (id integer PRIMARY KEY, n integer, t varchar(10));
INSERT INTO nums VALUES (1, 2, 'a'), (2, 3, 'b'), (3, NULL, 'c');
CREATE TABLE seen (n integer PRIMARY KEY);"""
# Of whole statements: rows.cases has them.
ELSEWHERE = {"default", "excluded"}
KINDS = {"sqlite": clients.Sqlite, "postgres": clients.Postgres, "mysql": clients.Mysql}


class Row:
    def __init__(self, line, number):
        condition = line.split(" | ", 1)[1] if not line.startswith("| |") else line[4:]
        names = "|" if line.startswith("| |") else line.split(" | ", 1)[0]
        self.number = number
        self.names = [name.strip() for name in names.split(", ")]
        match = re.fullmatch(r"(.*?) +!(sqlite|mysql|postgres)((?: (?:sqlite|mysql|postgres))*)", condition)
        self.condition = match.group(1) if match else condition
        self.refused = set([match.group(2), *match.group(3).split()]) if match else set()

    def sql(self):
        return f"INSERT INTO seen (n) SELECT {self.number} WHERE {self.condition};"


def rows():
    with open(os.path.join(HERE, "expressions.txt"), encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    return [Row(line, number) for number, line in enumerate(lines, 1)
            if line and not re.match(r"# (---|[A-Z]|[a-z])", line)]


def documented():
    """The names on the page: of VALUE, OPERATOR, CAST and FUNCTION."""
    with open(os.path.join(TREE, "docs", "expressions.md"), encoding="utf-8") as file:
        page = file.read()
    part = {name: page.split(f"\n## {name}", 1)[1].split("\n## ", 1)[0]
            for name in ("VALUE", "OPERATOR and PREFIX", "CAST", "FUNCTION")}
    found = set()
    for text in re.findall(r"`([^`]+)`(?! \(also|\()", part["VALUE"].split("\n\n")[1]):
        if re.fullmatch(r"[a-z_]+", text):
            found.add(text)
    for section, column in (("OPERATOR and PREFIX", 1), ("FUNCTION", 2)):
        for line in re.findall(r"^\| .*\|$", part[section], re.M):
            cells = re.split(r"(?<!\\)\|", line)
            text = re.sub(r"\([^)]*\)", "", cells[column])
            found.update(name.replace("\\|", "|") for name in re.findall(r"`([^`]+)`", text))
    found.update(re.search(r"`(boolean [^`]+)`", part["CAST"], re.S).group(1)
                 .replace("double precision", "double_precision").split())
    return {name.replace("double_precision", "double precision") for name in found} - ELSEWHERE


def missing(all_rows):
    there = {name for row in all_rows for name in row.names}
    return sorted(name for name in documented()
                  if not (name in there or (name.endswith(" UNIT") and
                                            any(one.startswith(name[:-4]) for one in there))))


def refusals(all_rows, kind, folder):
    """Why the driver has no translation, by the number of the row."""
    path = os.path.join(folder, "rows.sql")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(row.sql() for row in all_rows) + "\n")
    done = subprocess.run([DUNLIN, "explain", "--driver", kind, "--json", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, encoding="utf-8", check=False)
    told = {one["line"]: one["reason"] or one["refused"] for one in json.loads(done.stdout)["statements"]}
    return {row.number: told[at] for at, row in enumerate(all_rows, 1) if told[at]}


def apply(all_rows, database, folder):
    """What the database says of rows it does not take, by their numbers."""
    failed = {}
    while True:
        project = Project(folder, database.url)
        database.fresh()
        good = [row for row in all_rows if row.number not in failed]
        project.write("setup", 0, "setup", SETUP)
        project.write("once", 0, "rows", "\n".join(row.sql() for row in good))
        code, _, said = project.migrate()
        if code == 0:
            return failed
        place = re.search(r"_rows\.sql:(\d+)", str(said[0]))
        if not place:
            raise RuntimeError(said)
        failed[good[int(place.group(1)) - 1].number] = said[0]


def main():
    kind = sys.argv[1]
    all_rows = rows()
    wrong = [f"{name}: the page has a row, expressions.txt has none" for name in missing(all_rows)]
    with tempfile.TemporaryDirectory(prefix="dunlin-expressions-") as folder:
        database = KINDS[kind](folder)
        refused = refusals(all_rows, kind, folder)
        for row in all_rows:
            if (kind in row.refused) != (row.number in refused):
                wrong.append(f"line {row.number}: {row.condition}: "
                             f"{refused.get(row.number, 'is translated, and said to be refused')}")
        able = [row for row in all_rows if row.number not in refused]
        failed = apply(able, database, folder)
        seen = {int(one) for one in re.findall(r"\d+", str(database.run("SELECT n FROM seen ORDER BY n")))}
        for row in able:
            if row.number in failed:
                wrong.append(f"line {row.number}: {row.condition}: {failed[row.number]}")
            elif row.number not in seen:
                wrong.append(f"line {row.number}: {row.condition}: is not true on {kind}")
    for one in wrong:
        print(f"# {one}")
    print(f"{'not ok' if wrong else 'ok'} 1 {kind}: {len(able)} conditions are true, {len(refused)} refused")
    print("1..1")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
