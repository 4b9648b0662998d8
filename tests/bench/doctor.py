# SPDX-License-Identifier: MIT
"""What doctor costs: a replay of the whole history in a throw-away database, against the client of
the database that applies the same statements to a new one; and with the effects kept, against reading
the schema of that database once."""
import os
import shlex
import shutil

import project
from measuring import ratio_of

COUNTS = (100, 1000)
SHORT, GROWTH, KEPT = 2.5, 1.5, 1.3


class Sqlite:
    """What a kind of database has to say, for SQLite; servers.Server has the same."""
    server, driver, client = "sqlite", "sqlite", "sqlite3"

    def __init__(self, bench):
        self.bench = bench
        self.database = os.path.join(bench.folder("doctor-sqlite-raw"), "raw.db")

    def prepare(self, base):
        self.bench.once(self.bench.dunlin_migrate(base, os.path.join(base, "app.db")))

    def asking(self, base, *words):
        return [self.bench.dunlin, *words, "--url", f"sqlite:{base}/app.db", "--dir", base]

    def doctor(self, base):
        return self.asking(base, "doctor")

    def forget(self):
        if os.path.exists(self.database):
            os.remove(self.database)

    def raw(self, script):
        return [self.bench.sqlite, "-init", os.devnull, "-batch", "-bail", self.database], script

    @staticmethod
    def unit(statements):
        return ["BEGIN;", *statements, "COMMIT;"]


class OnServer:
    """The same for a server: its own shadow, and a new database for the client."""

    def __init__(self, server):
        self.bench, self.kind = server.bench, server
        self.server, self.driver, self.client = server.server, server.driver, server.client
        self.unit = server.unit

    def prepare(self, base):
        self.kind.fresh("bench_doctor")
        self.bench.once(self.kind.dunlin(base, "bench_doctor"))

    def asking(self, base, *words):
        return [self.bench.dunlin, *words, "--url", self.kind.url("bench_doctor"), "--dir", base]

    def doctor(self, base):
        return self.asking(base, "doctor", "--shadow")

    def forget(self):
        self.kind.ask("", "DROP DATABASE IF EXISTS bench_raw;")

    def raw(self, script):
        command, stdin = self.kind.play(script, "bench_raw")
        create = shlex.join([*self.kind.talk(""), *self.kind.saying("CREATE DATABASE bench_raw")])
        return ["sh", "-c", f"{create} </dev/null && exec {shlex.join(command)}"], stdin


def write_script(path, count, unit):
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            file.write("\n".join(unit(project.statements(number, "tables"))) + "\n")
    return path


def measure(bench, kind, count):
    base = bench.folder(f"doctor-{kind.driver}-{count}")
    project.make(base, count, dialect=kind.driver)
    kind.prepare(base)
    script = write_script(os.path.join(bench.scratch, f"doctor-{kind.driver}-{count}.sql"), count,
                          kind.unit)
    kept = os.path.join(base, "migrations", "meta", "_dunlin")
    raw, stdin = kind.raw(script)
    medians = bench.compete([
        (kind.client, kind.forget, raw, stdin),
        ("dunlin", lambda: shutil.rmtree(kept, ignore_errors=True), kind.doctor(base), None),
    ], bench.runs)
    reading = kind.asking(base, "snapshot", "--output", os.path.join(bench.scratch, "read.json"))
    cached = bench.compete([("kept", None, kind.doctor(base), None),
                            ("snapshot", None, reading, None)], bench.runs * 4)
    kind.forget()
    return {**medians, **cached}


def bench_doctor(bench, kind):
    if not bench.dunlin:
        return
    found = {count: measure(bench, kind, count) for count in COUNTS}
    for count, medians in found.items():
        bench.compare(f"{kind.server}: doctor replays {count:,}", medians, kind.client,
                      SHORT if count == COUNTS[0] else None)
        kept, once = medians["kept"], medians["snapshot"]
        bench.rows.append({"what": "  with its effects kept, against reading the schema once",
                           "other": "snapshot", "target": KEPT, "dunlin": kept["wall"],
                           "theirs": once["wall"], "ratio": ratio_of(kept, once)})
    growth = {name: found[COUNTS[1]][name]["wall"] / found[COUNTS[0]][name]["wall"]
              for name in ("dunlin", kind.client)}
    bench.rows.append({"what": "  how it grows, against the client's growth", "other": kind.client,
                       "target": GROWTH, "dunlin": None, "theirs": None,
                       "ratio": growth["dunlin"] / growth[kind.client]})
    bench.note_peaks(f"{kind.server}: doctor replays {COUNTS[1]:,}",
                     {"dunlin": found[COUNTS[1]]["dunlin"]}, None)
