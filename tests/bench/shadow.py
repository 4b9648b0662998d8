# SPDX-License-Identifier: MIT
"""What a replay of the whole history in a throw-away database costs others, against doctor, which reads
the schema behind each migration, and the target's besides:
  drizzle  its migrator run step by step, `drizzle-kit pull` behind each, as people do it; once
  prisma   `migrate diff --from-migrations`, which reads the schema once, behind the last migration
"""
import json
import os
import shlex
import shutil

import project
from measuring import TOP, Failed

COUNT, SHORT = 100, 0.2
INSTALL = "tests/e2e/node/install"


def node_folder():
    return os.path.abspath(os.environ.get("DUNLIN_NODE", os.path.join(TOP, "build", "node")))


class Drizzle:
    name, install, runs = "drizzle", INSTALL, 1

    def __init__(self, bench, server):
        self.bench, self.server, self.folder = bench, server, node_folder()
        self.program = os.path.join(self.folder, "node_modules", "drizzle-kit", "bin.cjs")
        self.base = bench.folder("shadow-drizzle")
        self.kept = os.path.join(self.base, "migrations", "meta", "_dunlin")

    def make(self):
        project.make(self.base, COUNT)
        entries = [{"idx": number - 1, "version": "7", "tag": project.tag(number),
                    "when": int(project.moment(number).timestamp()) * 1000, "breakpoints": True}
                   for number in range(1, COUNT + 1)]
        journal = {"version": "7", "dialect": "postgresql", "entries": entries}
        project.write(os.path.join(self.base, "migrations", "meta", "_journal.json"),
                      json.dumps(journal, indent=2))

    def replay(self):
        """Into a database of its own, made and dropped by hand."""
        config = os.path.join(self.base, "drizzle.config.json")
        url = self.server.url("bench_replay")
        project.write(config, json.dumps({"dialect": "postgresql", "dbCredentials": {"url": url},
                                          "out": os.path.join(self.base, "pulled")}))
        step = shlex.join(["node", os.path.join(self.folder, "drizzle-migrate.mjs"), url,
                           os.path.join(self.base, "migrations")])
        pull = shlex.join(["node", self.program, "pull", "--config", config])
        ask = shlex.join([*self.server.talk(""), "-c"])
        return ["sh", "-c", f"{ask} 'CREATE DATABASE bench_replay' &&"
                f" for step in $(seq 0 {COUNT - 1}); do"
                f" {step} --through $step && {pull} || exit 1; done &&"
                f" {ask} 'DROP DATABASE bench_replay'"]


class Prisma:
    name, install, runs = "prisma", f"{INSTALL} build/node/prisma tests/e2e/prisma", None

    def __init__(self, bench, server):
        self.bench, self.server = bench, server
        self.folder = os.path.join(node_folder(), "prisma")
        self.program = os.path.join(self.folder, "node_modules", "prisma", "build", "index.js")
        self.base = bench.folder("shadow-prisma")
        self.kept = os.path.join(self.base, "_dunlin")

    def make(self):
        migrations = os.path.join(self.base, "migrations")
        for number in range(1, COUNT + 1):
            folder = os.path.join(migrations, project.tag(number))
            os.makedirs(folder)
            project.write(os.path.join(folder, "migration.sql"),
                          "\n".join(project.statements(number, "tables")) + "\n")
        project.write(os.path.join(migrations, "migration_lock.toml"), 'provider = "postgresql"\n')

    def replay(self):
        migrations = os.path.join(self.base, "migrations")
        settings = {"DATABASE_URL": self.server.url("bench_shadow"),
                    "PRISMA_MIGRATIONS": migrations, "CHECKPOINT_DISABLE": "1",
                    "PRISMA_HIDE_UPDATE_MESSAGE": "1",
                    "PRISMA_QUERY_ENGINE_LIBRARY": "/dev/null",
                    "PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true"}
        return ["env", *(f"{name}={value}" for name, value in settings.items()), "node",
                self.program, "migrate", "diff", "--from-migrations", migrations, "--to-empty",
                "--config", os.path.join(self.folder, "prisma.config.mjs")]


def measure(bench, server, peer):
    peer.make()
    server.fresh("bench_shadow")
    bench.once(server.dunlin(peer.base, "bench_shadow"))
    doctor = [bench.dunlin, "doctor", "--shadow", "--url", server.url("bench_shadow"), "--dir",
              peer.base]
    bench.once(doctor)
    if not os.path.isdir(peer.kept):
        raise Failed(f"no effects are kept in '{peer.kept}'")
    ours = ("dunlin", lambda: shutil.rmtree(peer.kept), doctor, None)
    theirs = (peer.name, None, peer.replay(), None)
    if peer.runs is None:
        return bench.compete([ours, theirs], bench.runs)
    return {**bench.compete([ours], bench.runs), peer.name: bench.once(theirs[2])}


def bench_shadow(bench, server):
    for kind in (Drizzle, Prisma):
        peer = kind(bench, server)
        what = f"{server.server}: replay {COUNT}, against {peer.name}'s"
        if os.path.exists(peer.program) and shutil.which("node") and bench.dunlin:
            bench.compare(what, measure(bench, server, peer), peer.name, SHORT)
        else:
            bench.rows.append({"what": what, "other": peer.name, "target": None, "dunlin": None,
                               "theirs": None, "ratio": None, "reason": f"needs {peer.install}"})
