#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Generated projects of any size, for benchmarks and tests.

usage: project.py FOLDER COUNT [--shape SHAPE] [--no-journal] [--dbmate]

Makes FOLDER/migrations/<tag>.sql and a native journal. Migration number n, from 1, has the tag
20260101HHMMSS_mNNNNN (n seconds after the start of 2026) and holds, for the shape
  tables  a table tNNNNN, its index tNNNNN_name_idx and one row
  mixed   that for n = 1, 21, 41 ..., and else one more row in the newest of these tables
  plain   the table, its index and one more column
  guarded the same, each with IF NOT EXISTS
--dbmate: in dbmate's format, without a journal.
"""
import argparse
import datetime
import os

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
MIXED_STEP = 20


def moment(number):
    return START + datetime.timedelta(seconds=number)


def tag(number):
    return f"{moment(number):%Y%m%d%H%M%S}_m{number:05d}"


def statements(number, shape):
    """The statements of a migration, each with its semicolon."""
    owner = number
    if shape == "mixed":
        owner = number - (number - 1) % MIXED_STEP
    table = f"t{owner:05d}"
    row = f"INSERT INTO {table} (id, name) VALUES ({number}, 'row of migration {number}');"
    column = "ALTER TABLE {} ADD COLUMN {}rank integer NOT NULL DEFAULT 0;"
    guard = "IF NOT EXISTS " if shape == "guarded" else ""
    if owner != number:
        return [row]
    return [
        f"CREATE TABLE {guard}{table} (\n"
        "    id bigint NOT NULL PRIMARY KEY,\n"
        "    name varchar(100) NOT NULL,\n"
        "    note text,\n"
        "    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP\n"
        ");",
        f"CREATE INDEX {guard}{table}_name_idx ON {table} (name);",
        column.format(table, guard) if shape in ("plain", "guarded") else row,
    ]


def journal(count, dialect):
    entries = []
    for number in range(1, count + 1):
        when = int(moment(number).timestamp()) * 1000
        entries.append(f'    {{"idx": {number - 1}, "tag": "{tag(number)}", "when": {when}}}')
    head = ('{\n  "version": 1,\n  "layout": "dunlin",\n  "dialect": "' + dialect +
            '",\n  "entries": [')
    body = "\n" + ",\n".join(entries) + "\n  " if entries else ""
    return f"{head}{body}]\n}}\n"


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def make(folder, count, shape="tables", with_journal=True, dbmate=False,
         dialect="portable"):
    migrations = os.path.join(folder, "migrations")
    os.makedirs(migrations, exist_ok=True)
    for number in range(1, count + 1):
        text = "\n".join(statements(number, shape)) + "\n"
        if dbmate:
            text = f"-- migrate:up\n{text}\n-- migrate:down\n"
        write(os.path.join(migrations, f"{tag(number)}.sql"), text)
    if with_journal and not dbmate:
        os.makedirs(os.path.join(migrations, "meta"), exist_ok=True)
        write(os.path.join(migrations, "meta", "_journal.json"), journal(count, dialect))


def main():
    parser = argparse.ArgumentParser(description="make a project of generated migrations")
    parser.add_argument("folder")
    parser.add_argument("count", type=int)
    parser.add_argument("--shape", choices=("tables", "mixed", "plain", "guarded"), default="tables")
    parser.add_argument("--no-journal", action="store_true")
    parser.add_argument("--dbmate", action="store_true")
    wanted = parser.parse_args()
    make(wanted.folder, wanted.count, wanted.shape, not wanted.no_journal, wanted.dbmate)


if __name__ == "__main__":
    main()
