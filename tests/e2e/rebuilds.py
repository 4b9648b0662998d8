#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random ALTER TABLEs of one table in portable SQL, on SQLite: in one file, where neighbours share a
rebuild, and each in a file of its own. Both must end with the same schema and the same rows, or both
fail.

    rebuilds.py DUNLIN COUNT [SEED]

prints how many histories were compared, how many of them failed in both ways, and how many rebuilds
were saved. A difference is shown with its files and kept.
"""
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys

START = """CREATE TABLE parents (id bigint PRIMARY KEY, name varchar(20));
CREATE TABLE t (
  id bigint PRIMARY KEY,
  a varchar(10) NOT NULL,
  b integer,
  c integer DEFAULT 7,
  d text,
  e numeric(8, 2),
  p bigint,
  CONSTRAINT b_under_c CHECK (b < c),
  CONSTRAINT d_once UNIQUE (d)
);
CREATE TABLE children (id bigint PRIMARY KEY, t_id bigint REFERENCES t (id) ON DELETE CASCADE);
CREATE INDEX t_e ON t (e);
"""
ROWS = """INSERT INTO parents VALUES (1, 'one'), (2, 'two');
INSERT INTO t (id, a, b, c, d, e, p) VALUES
  (1, '10', 1, 2, 'x', 1.5, 1), (2, '20', NULL, 5, 'y', NULL, 2), (3, '030', 3, 9, NULL, 2, NULL);
INSERT INTO children VALUES (1, 1), (2, 3);
"""
COLUMNS = ["a", "b", "c", "d", "e", "p"]
TYPES = ["integer", "bigint", "text", "varchar(30)", "numeric(10, 3)", "double precision"]


def action(dice, columns, keys):
    """One action; `columns` and `keys` are those there are, as far as it is not refused."""
    key = f"k{len(keys)}"
    column, other = dice.choice(columns), dice.choice(columns)
    new = dice.choice([name for name in "nmkj" if name not in columns] or ["z"])
    if dice.random() < 0.05:
        column = new  # a mistake
    number = dice.choice([name for name in columns if name in "bcnm"] or [column])
    made = dice.choice([
        f"ADD COLUMN {new} integer",
        f"ADD COLUMN {new} integer NOT NULL DEFAULT {dice.choice([0, 5])}",
        f"ADD COLUMN IF NOT EXISTS {new} integer DEFAULT 1",
        f"ADD COLUMN {new} varchar(8) DEFAULT 'n' CHECK ({new} <> 'z')",
        f"ADD COLUMN {new} bigint REFERENCES parents (id)",
        f"ADD COLUMN {new} integer GENERATED ALWAYS AS ({number} + 1) STORED",
        f"DROP COLUMN {column}",
        f"DROP COLUMN IF EXISTS {dice.choice([column, new])}",
        f"ALTER COLUMN {column} TYPE {dice.choice(TYPES)}",
        f"ALTER COLUMN {column} TYPE {dice.choice(TYPES)}",
        f"ALTER COLUMN {column} TYPE integer USING {other} * 2",
        f"ALTER COLUMN {column} TYPE integer USING coalesce({number}, 0) + {dice.choice([1, 9])}",
        f"ALTER COLUMN {column} SET DEFAULT 3",
        f"ALTER COLUMN {column} DROP DEFAULT",
        f"ALTER COLUMN {column} SET NOT NULL",
        f"ALTER COLUMN {column} DROP NOT NULL",
        f"MODIFY COLUMN {column} varchar(12) DEFAULT 'm'",
        f"ADD CONSTRAINT {key} CHECK ({number} > 0)",
        f"ADD CONSTRAINT {key} CHECK ({number} > {dice.choice([0, 2])})",
        f"ADD CONSTRAINT {key} UNIQUE ({column})",
        f"ADD CONSTRAINT {key} UNIQUE (id, {column})",
        f"ADD CONSTRAINT {key} FOREIGN KEY ({dice.choice(['p', column])}) REFERENCES parents (id)",
        f"DROP CONSTRAINT {dice.choice(keys)}",
        f"DROP CONSTRAINT IF EXISTS {dice.choice(keys)}",
        f"RENAME COLUMN {column} TO {new}",
        f"RENAME CONSTRAINT {dice.choice(keys)} TO {key}",
    ])
    if "CONSTRAINT" in made:
        keys.append(key)
    if made.startswith(("ADD COLUMN", "RENAME COLUMN")):
        columns.append(new)
    if made.startswith(("DROP COLUMN", "RENAME COLUMN")) and column in columns and \
            (made.endswith(f" {column}") or "RENAME" in made):
        columns.remove(column)
    return made


def statements(dice):
    columns, keys = list(COLUMNS), ["b_under_c", "d_once"]
    made = []
    for _ in range(dice.choice([2, 2, 3, 3, 4, 6])):
        actions = [action(dice, columns, keys) for _ in range(dice.choice([1, 1, 1, 2]))]
        made.append("ALTER TABLE t " + ", ".join(actions))
    return made


def project(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/migrations")
    with open(f"{folder}/dunlin.json", "w", encoding="utf-8") as file:
        json.dump({"dialect": "portable",
                   "targets": {"only": {"url": "sqlite:app.db", "backup": "none"}}}, file)
    for number, text in enumerate(files):
        with open(f"{folder}/migrations/{number:04d}_m.sql", "w", encoding="utf-8") as file:
            file.write(text)


def run(program, folder, *arguments):
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True,
                          text=True, check=False)


def outcome(program, folder):
    """What is there in the end, and how often the table was built anew; None where it failed."""
    told = run(program, folder, "migrate", "-v", "-v")
    if told.returncode < 0 or "Sanitizer" in told.stderr:
        raise SystemExit(f"{folder}: {told.stderr}")
    if told.returncode != 0:
        return None, told.stderr
    schema = run(program, folder, "schema", "dump").stdout
    database = sqlite3.connect(f"{folder}/app.db")
    names = sorted(row[1] for row in database.execute("PRAGMA table_xinfo(t)"))
    cells = ", ".join(f'quote("{name}")' for name in names)
    rows = database.execute(f"SELECT {cells} FROM t ORDER BY id").fetchall()
    children = database.execute("SELECT * FROM children").fetchall()
    database.close()
    return (schema, names, rows, children), told.stderr


def rebuilds(told):
    return len(re.findall("statement: INSERT INTO .?_dunlin_new_", told))


def main():
    program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    dice = random.Random(seed)
    failed = saved = 0
    for number in range(count):
        start = START + (ROWS if dice.random() < 0.7 else "")
        made = statements(dice)
        project("apart", [start] + [text + ";\n" for text in made])
        project("together", [start, ";\n".join(made) + ";\n"])
        (apart, why), (together, other) = outcome(program, "apart"), outcome(program, "together")
        if apart != together:
            print(f"seed {seed}, history {number}:")
            print(start + ";\n".join(made) + ";")
            for name, made, told in (("each alone", apart, why), ("together", together, other)):
                print(f"--- {name}", *[line for line in told.splitlines() if "error:" in line],
                      *(map(str, made or [])), sep="\n")
            return 1
        failed += apart is None
        if apart is not None:
            saved += rebuilds(why) - rebuilds(other)
    print(f"{count} histories, seed {seed}: {failed} fail in both ways, "
          f"{saved} rebuilds are saved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
