# SPDX-License-Identifier: MIT
"""Killing `dunlin adopt --apply` at every point it passes: the next one gets to the same end."""
import json
import os
import shutil
import tempfile

from harness import KILLED, Failed, difference

# The third leaves nothing that could be proved, so its record is asserted.
FILES = {
    "20260101000000_users.sql": "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40));",
    "20260102000000_teams.sql": "CREATE TABLE teams (id integer PRIMARY KEY);",
    "20260103000000_data.sql": "INSERT INTO teams (id) VALUES (7);",
}


class Adoption:
    def __init__(self, program, database):
        self.program = program
        self.database = database
        self.folder = tempfile.mkdtemp(prefix="adopt", dir=os.environ["CRASH_FOLDER"])
        self.template = f"{self.folder}/template"
        os.makedirs(f"{self.template}/migrations")
        for name, sql in FILES.items():
            with open(f"{self.template}/migrations/{name}", "w", encoding="utf-8") as file:
                file.write(f"-- migrate:up\n{sql}\n\n-- migrate:down\n")
        self.expected = None

    def fresh(self):
        """A database that dbmate left, and a checkout of its folder."""
        target = self.database.create()
        versions = ", ".join(f"('{name.split('_')[0]}')" for name in FILES)
        self.database.execute(target, "\n".join(
            ["CREATE TABLE schema_migrations (version varchar(128) NOT NULL PRIMARY KEY);",
             *FILES.values(),
             f"INSERT INTO schema_migrations (version) VALUES {versions};"]))
        checkout = tempfile.mkdtemp(prefix="checkout", dir=self.folder)
        shutil.copytree(self.template, checkout, dirs_exist_ok=True)
        return target, checkout

    def adopt(self, target, checkout, **more):
        return self.program.run(["--url", target.url, "adopt", "--apply", "--no-backup", "--shadow"],
                                checkout, **more)

    def state(self, target, checkout):
        """What must be the same in the end, however often it was begun."""
        path = f"{checkout}/migrations/meta/_journal.json"
        journal = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                journal = json.load(file)
        rows = self.database.execute(
            target, "SELECT tag, state FROM dunlin_migrations ORDER BY seq;")
        theirs = self.database.execute(
            target, "SELECT version FROM schema_migrations ORDER BY version;")
        return f"{json.dumps(journal, indent=1)}\n{rows}\n{theirs}"

    def end(self, target, checkout):
        """Adopts until it is done, and looks at what it came to."""
        done = self.adopt(target, checkout)
        if done.code != 0:
            raise Failed(f"the adoption ends with {done}")
        done = self.program.run(["--url", target.url, "status", "--check"], checkout)
        if done.code != 0:
            raise Failed(f"behind it, the status ends with {done}")
        return self.state(target, checkout)

    def learn(self, trace):
        target, checkout = self.fresh()
        done = self.adopt(target, checkout, trace=trace)
        if done.code != 0:
            raise Failed(f"undisturbed, the adoption ends with {done}")
        self.expected = self.state(target, checkout)
        if "asserted" not in self.expected or "baselined" not in self.expected:
            raise Failed(f"undisturbed, this is recorded:\n{self.expected}")
        self.database.drop(target)

    def points(self):
        trace = f"{self.folder}/trace"
        self.learn(trace)
        with open(trace, encoding="utf-8") as file:
            names = file.read().split()
        seen = {}
        for name in names:
            seen[name] = seen.get(name, 0) + 1
            yield name, seen[name]

    def at(self, point):
        target, checkout = self.fresh()
        done = self.adopt(target, checkout, fault=f"{point[0]}:{point[1]}:kill")
        if done.code != KILLED:
            raise Failed(f"{point[0]} {point[1]} was not reached: {done}")
        self.database.settle(target)
        found = self.end(target, checkout)
        if found != self.expected:
            raise Failed("in the end, this is different:\n" + difference(self.expected, found))
        self.database.drop(target)


def cases(program, database):
    adoption = Adoption(program, database)
    for point in adoption.points():
        yield (f"{database.name}, adopt: killed at {point[0]} {point[1]}",
               lambda point=point: adoption.at(point))
