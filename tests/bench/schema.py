# SPDX-License-Identifier: MIT
"""What reading a whole schema costs, against the bare catalog queries and the database's own dump
tool; and comparing two schemas that were read."""
import os

import relay
from measuring import HERE, Failed

SMALL, LARGE = 100, 10_000
CHANGED = 100  # tables of the second schema that have one index more
PEAK_KB = 200_000
COMPARING_S = 0.3


def statements(count):
    """Tables of 8 columns with 2 indexes and, but for the first, a foreign key."""
    for number in range(1, count + 1):
        table = f"t{number:05d}"
        key = (f",\n    CONSTRAINT {table}_parent_fk FOREIGN KEY (parent_id) REFERENCES"
               f" t{number - 1:05d} (id)" if number > 1 else "")
        yield (f"CREATE TABLE {table} (\n    id bigint NOT NULL PRIMARY KEY,\n"
               "    parent_id bigint,\n    name varchar(100) NOT NULL,\n    note text,\n"
               "    amount numeric(12,2) NOT NULL DEFAULT 0,\n    state integer NOT NULL DEFAULT 1,\n"
               "    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,\n"
               f"    score double precision{key}\n);")
        yield f"CREATE INDEX {table}_name_idx ON {table} (name, state);"
        yield f"CREATE INDEX {table}_parent_idx ON {table} (parent_id);"


class Sqlite:
    name, limits = "sqlite", {"sqlite3": (2.5, None)}

    def __init__(self, bench):
        self.bench = bench

    def path(self, count):
        return os.path.join(self.bench.scratch, f"schema-{count}.db")

    def url(self, count):
        return f"sqlite:{self.path(count)}"

    def fill(self, count, script):
        self.play(count, script)

    def play(self, count, script):
        self.bench.once([self.bench.sqlite, "-init", os.devnull, "-batch", "-bail",
                         self.path(count)], script)

    def others(self, count):
        return [("sqlite3", [self.bench.sqlite, "-init", os.devnull, self.path(count), ".schema"],
                 None)]


class OnServer:
    def __init__(self, server):
        self.bench, self.server, self.name = server.bench, server, server.server

    @staticmethod
    def database(count):
        return f"bench_schema_{count}"

    def url(self, count, port=None):
        return self.server.url(self.database(count), port)

    def fill(self, count, script):
        self.server.fresh(self.database(count))
        self.play(count, script)

    def play(self, count, script):
        self.bench.once(*self.server.play(script, self.database(count)))

    def queries(self, count):
        """The bare catalog queries, in a file."""
        with open(os.path.join(HERE, "catalog", f"{self.server.driver}.sql"),
                  encoding="utf-8") as source:
            text = source.read().replace("'@'", f"'{self.database(count)}'")
        path = os.path.join(self.bench.scratch, f"{self.name}-{count}.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.server.play(path, self.database(count))


class Postgres(OnServer):
    limits = {"queries": (1.15, None), "pg_dump": (0.5, 0.6)}

    def others(self, count):
        dump = os.path.join(self.server.folder, "pg_dump")
        return [("queries", *self.queries(count)),
                ("pg_dump", [dump, "-s", "-d", self.url(count)], None)]


class Mysql(OnServer):
    limits = {"queries": (1.15, None), "mariadb-dump": (0.1, None)}

    def others(self, count):
        return [("queries", *self.queries(count)),
                ("mariadb-dump", ["mariadb-dump", *self.server.options, "--no-data",
                                  "--single-transaction", self.database(count)], None)]


def measure_reading(bench, kind, count):
    script = os.path.join(bench.scratch, f"schema-{kind.name}-{count}.sql")
    with open(script, "w", encoding="utf-8") as file:
        begin = ["BEGIN;"] if kind.name == "sqlite" else []
        file.write("\n".join([*begin, *statements(count), *(["COMMIT;"] if begin else [])]) + "\n")
    kind.fill(count, script)
    found = os.path.join(bench.scratch, f"{kind.name}-{count}.json")
    ours = [bench.dunlin, "snapshot", "--output", found, "--dir", bench.folder("schema"), "--url"]
    medians = bench.compete([("dunlin", None, [*ours, kind.url(count)], None),
                             *((name, None, *rest) for name, *rest in kind.others(count))],
                            bench.runs if count == SMALL else 3)
    with open(found, encoding="utf-8") as file:
        tables = sum(line.startswith('"table/') for line in file)
    if tables != count:
        raise Failed(f"{tables} tables read instead of {count}")
    what = f"{kind.name}: read {count:,} tables"
    for other, (large, small) in kind.limits.items():
        bench.compare(what, medians, other, large if count == LARGE else small)
        what = "  the same"
    bench.note_peaks(f"{kind.name}: read {count:,} tables", medians,
                     PEAK_KB if count == LARGE else None)
    return found, ours


def count_round_trips(bench, kind, ours):
    counts = []
    with relay.relayed(bench, kind.server, 0, counts) as port:
        bench.once([*ours, kind.url(SMALL, port)])
    bench.rows.append({"what": "  round trips, connecting included", "other": "-", "target": None,
                       "dunlin": counts[1], "theirs": None, "ratio": None, "unit": "count"})


def measure_comparing(bench, kind, found, ours):
    """The same schema but for one more index of some of its tables."""
    other = os.path.join(bench.scratch, f"{kind.name}-other.json")
    script = os.path.join(bench.scratch, f"{kind.name}-change.sql")
    with open(script, "w", encoding="utf-8") as file:
        for number in range(1, CHANGED + 1):
            file.write(f"CREATE INDEX t{number:05d}_more_idx ON t{number:05d} (score);\n")
    os.rename(found, other)
    kind.play(LARGE, script)
    bench.once([*ours, kind.url(LARGE)])
    command = [bench.dunlin, "diff", other, found, "--dir", bench.folder("schema")]
    median = bench.compete([("dunlin", None, command, None)], bench.runs)["dunlin"]
    bench.rows.append({"what": f"{kind.name}: compare two of {LARGE:,} tables, {CHANGED} differ",
                       "other": "300 ms", "target": 1.0, "dunlin": median["wall"],
                       "theirs": COMPARING_S, "ratio": median["wall"] / COMPARING_S})
    bench.note_peaks(f"{kind.name}: compare two of {LARGE:,} tables", {"dunlin": median}, PEAK_KB)


def bench_schema(bench, kind):
    if not bench.dunlin:
        return
    found, ours = measure_reading(bench, kind, SMALL)
    if hasattr(kind, "server"):
        count_round_trips(bench, kind, ours)
    found, ours = measure_reading(bench, kind, LARGE)
    measure_comparing(bench, kind, found, ours)
