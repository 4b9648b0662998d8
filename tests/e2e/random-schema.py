#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints a random schema: random-schema.py DIALECT SEED

Statements of the dialect that make it in an empty database. The same seed gives the same text. Two
schemas of different seeds share names of tables and columns, and a column of one name has types that
can be made into each other.
"""
import random
import sys

NUMBERS = {
    "sqlite": ["INTEGER", "BIGINT", "NUMERIC(10,2)"],
    "postgresql": ["integer", "bigint", "numeric(10,2)"],
    "mysql": ["int", "bigint", "decimal(10,2)"],
}
TEXTS = {
    "sqlite": ["TEXT", "VARCHAR(20)"],
    "postgresql": ["text", "varchar(20)"],
    "mysql": ["varchar(20)", "varchar(40)"],
}


def column(choose, dialect, name):
    number = int(name[1:]) < 3
    words = [name, choose.choice((NUMBERS if number else TEXTS)[dialect])]
    if choose.random() < 0.4:
        words.append("DEFAULT 1" if number else "DEFAULT 'it''s'")
    if choose.random() < 0.4:
        words.append("NOT NULL")
    return " ".join(words)


def keys(choose, table, columns):
    for name in columns:
        if choose.random() < 0.25:
            yield f"CONSTRAINT {table}_{name}_u UNIQUE ({name})"
        if choose.random() < 0.3 and int(name[1:]) < 3:
            yield f"CONSTRAINT {table}_{name}_k CHECK ({name} > {choose.randint(0, 2)})"


def indexes(choose, table, columns):
    for name in columns:
        if choose.random() < 0.35:
            unique = "UNIQUE " if choose.random() < 0.2 else ""
            order = " DESC" if choose.random() < 0.3 else ""
            yield f"CREATE {unique}INDEX {table}_{name}_i ON {table} ({name}{order});"


def views(choose, table, columns):
    if choose.random() < 0.5:
        chosen = choose.sample(["id", *columns], choose.randint(1, len(columns) + 1))
        yield f"CREATE VIEW v_{table} AS SELECT {', '.join(chosen)} FROM {table};"
        if choose.random() < 0.4:
            yield f"CREATE VIEW w_{table} AS SELECT {chosen[0]} FROM v_{table};"


def schema(dialect, seed):
    choose = random.Random(seed)
    names = [f"t{i}" for i in range(5)]
    choose.shuffle(names)
    whole = NUMBERS[dialect][0 if dialect == "sqlite" else 1]
    earlier = []
    for table in names[: choose.randint(1, 4)]:
        columns = [f"c{i}" for i in sorted(choose.sample(range(6), choose.randint(1, 4)))]
        parts = [f"id {whole} NOT NULL", *(column(choose, dialect, name) for name in columns)]
        if earlier and choose.random() < 0.6:
            parts.append(f"p {whole}")
            parts.append(
                f"CONSTRAINT {table}_p_fk FOREIGN KEY (p) REFERENCES {choose.choice(earlier)} (id)"
                + choose.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL"])
            )
        parts.append(f"CONSTRAINT {table}_pk PRIMARY KEY (id)")
        parts.extend(keys(choose, table, columns))
        yield f"CREATE TABLE {table} ({', '.join(parts)});"
        yield from indexes(choose, table, columns)
        yield from views(choose, table, columns)
        earlier.append(table)


# SQLite wants columns before constraints; so does everybody read them.
def tidy(statement):
    head, brace, rest = statement.partition(" (")
    if not head.startswith("CREATE TABLE"):
        return statement
    parts = rest[:-2].split(", ")
    return head + brace + ", ".join(sorted(parts, key=lambda part: part.startswith("CONSTRAINT"))) + ");"


for one in schema(sys.argv[1], sys.argv[2]):
    print(tidy(one))
