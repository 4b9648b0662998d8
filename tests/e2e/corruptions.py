#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A history, broken at random in known ways: what doctor says of it and what repair makes of it.

usage: tests/e2e/corruptions.py DATABASE COUNT [SEED]      DATABASE is sqlite, postgresql or mysql
       tests/e2e/corruptions.py DATABASE one SEED          one of them again, and what it prints

Each case applies the history of corruption_history.py up to some place and breaks tracker, journal,
files or schema, once or twice. Then:

  - doctor must not say `proved` of anything that is not so; what is so is taken from the catalogs;
  - repair --apply ends in agreement, with the schema and the rows of the tracker that an undisturbed
    history leaves, or it says what is left and why; nothing is recorded whose effects are not there;
  - no row of data is gone;
  - a second repair finds the same as the first one left.

DUNLIN is the program; servers are those of DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL. Prints TAP.
The seed of a case is in its line.
"""
import collections
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import corruption_faults as faults  # noqa: E402
from corruption_history import Deeds, ROWS, history, text_of, write_project  # noqa: E402
from scenarios import DATABASES, DUNLIN, Failure  # noqa: E402

LAYOUTS = ("dunlin", "drizzle")
DONE = ("present", "superseded")
APPLIED = ("applied", "applied-unrecorded")


class Templates:
    """Databases with the first migrations applied, by dunlin, and their projects."""

    def __init__(self, dialect, folder, database):
        self.dialect, self.folder, self.database = dialect, folder, database
        self.migrations = history(dialect)
        self.deeds = Deeds(database, self.migrations)
        self.made = {}

    def get(self, layout, through):
        """The folder of a project whose history is applied through a place; its database is loaded."""
        key = (layout, through)
        if key not in self.made:
            self.made[key] = self.make(layout, through)
        else:
            self.database.load(self.made[key])
        return self.project(layout)

    def project(self, layout):
        return os.path.join(self.folder, layout)

    def make(self, layout, through):
        project = self.project(layout)
        if not os.path.exists(project):
            write_project(project, layout, self.dialect, self.migrations, self.database.url)
        self.database.fresh()
        if through >= 0:
            tag = self.migrations[through][0]
            run(project, "migrate", "--no-backup", "--to", tag, wanted=(0,))
            run(project, "doctor", wanted=(0, 3))
        for tag, _ in self.migrations[:through + 1]:
            for statement in ROWS.get(tag, []):
                self.database.run(statement)
        return self.database.save(f"{layout}_{through}")


def run(project, *arguments, wanted=None):
    done = subprocess.run([DUNLIN, *arguments, "-C", project], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          errors="backslashreplace", timeout=120, check=False)
    if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        raise Failure(f"{arguments[0]} crashed: {done.returncode}\n{done.stderr}")
    if wanted is not None and done.returncode not in wanted:
        raise Failure(f"{arguments[0]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class Case:
    """One broken state; faults.py changes it and keeps what is true of it here."""

    def __init__(self, templates, folder, seed):
        self.templates, self.seed = templates, seed
        self.choose = random.Random(seed)
        self.database, self.deeds = templates.database, templates.deeds
        self.dialect = templates.dialect
        self.migrations = templates.migrations
        self.project = os.path.join(folder, "project")
        self.tags = [tag for tag, _ in self.migrations]
        self.told = []        # what was done, in words
        self.optional = set()  # lines of the schema that may be there or not
        self.optional_objects = set()
        self.allowed_unknown = False
        self.names = {tag: tag for tag in self.tags}  # name of a file -> the migration it is
        self.kept = {tag: list(range(1, len(statements) + 1)) for tag, statements in self.migrations}
        self.extra = collections.defaultdict(list)  # statements that were added to files
        self.gone = set()     # migrations without a file

    def build(self):
        self.layout = self.choose.choice(LAYOUTS)
        self.through = self.choose.choice((-1, 3, 5, 8, len(self.tags) - 1, len(self.tags) - 1))
        self.ran = {step for step in self.deeds.order
                    if step[0] in self.tags[:self.through + 1]}
        original = self.templates.get(self.layout, self.through)
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.copytree(original, self.project)
        count = self.choose.choice((1, 2, 2))
        while len(self.told) < count:
            try:
                words = self.choose.choice(faults.FAULTS)(self)
            except (Failure, sqlite3.Error):
                continue  # the database refuses it in this state
            if words:
                self.told.append(words)

    def __str__(self):
        return f"{self.layout} through {self.through}: " + "; ".join(self.told)

    # --- what is true ----------------------------------------------------------------------------

    def file_effects(self, tag):
        """Lines that the file of a migration adds and takes away as it is now."""
        added, removed = self.deeds.of(tag, self.kept[tag])
        for statement in self.extra[tag]:
            added = added | {statement.line}
        return added, removed

    def has(self, lines, wanted):
        """A line; of statements that were added to files the beginning of one."""
        return wanted in lines or (wanted.endswith("|*") and
                                   any(line.startswith(wanted[:-1]) for line in lines))

    def ran_at_all(self, tag):
        return any((tag, number) in self.ran for number in self.kept[tag])

    def check_done(self, tag, actual, why):
        """Every effect is there, or replaced by a later one."""
        added, removed = self.file_effects(tag)
        later = self.deeds.later(tag)
        for line in added:
            if self.has(actual, line):
                continue
            if not (self.ran_at_all(tag) and
                    any(line in self.deeds.steps[step][1] for step in later)):
                raise Failure(f"{why}: '{line}' is not there")
        for line in removed:
            if line in actual and not any(line in self.deeds.steps[step][0] for step in later):
                raise Failure(f"{why}: '{line}' is still there")

    def check_absent(self, tag, actual, why):
        added, _ = self.file_effects(tag)
        for line in added:
            if self.has(actual, line) and not self.made_elsewhere(tag, line):
                raise Failure(f"{why}: '{line}' is there")

    def made_elsewhere(self, tag, line):
        return any(line in added for (name, _), (added, _) in self.deeds.steps.items()
                   if name != tag)

    def check_statements(self, step, actual):
        """Statements that repair would run were not run."""
        tag = self.names.get(step["tags"][0])
        for number in step["statements"]:
            if number > len(self.kept[tag]):
                continue
            added, _ = self.deeds.steps[tag, self.kept[tag][number - 1]]
            for line in added:
                if line in actual and not self.made_elsewhere(tag, line):
                    raise Failure(f"statement {number} of {tag} would be run, and '{line}' is there")

    def check_claims(self, document, actual):
        for migration in document["migrations"]:
            tag = self.names.get(migration["tag"])
            if not tag or migration["confidence"] != "proved" or migration["file"] == "missing-file":
                continue
            why = f"{migration['tag']} is {migration['verdict']}, {migration['effects']}, proved"
            if migration["effects"] in DONE or migration["verdict"] in APPLIED:
                self.check_done(tag, actual, why)
            elif migration["effects"] == "absent":
                self.check_absent(tag, actual, why)
        for step in document["plan"]:
            if step["action"] == "apply-statements" and not step["waits"]:
                self.check_statements(step, actual)

    # --- the three questions ---------------------------------------------------------------------

    def document(self, *arguments):
        """The document; None where the command could not do it, which it says."""
        done = run(self.project, *arguments, "--json")
        document = json.loads(done.stdout or "null")
        return (document if document and "migrations" in document else None), done

    def check(self):
        self.build()
        actual = set(self.database.shape())
        rows, recorded = self.rows(), self.recorded()
        document, done = self.document("doctor")
        if not document:
            raise Failure(f"doctor: {done.stderr}")
        self.shown = document
        self.check_claims(document, actual)
        mended, done = self.document("repair", "--apply", "--no-backup")
        actual = set(self.database.shape())
        lost = rows - self.rows()
        if lost:
            raise Failure(f"rows are gone: {sorted(lost)}")
        for tag, state in self.recorded().items():
            # A record that follows its renamed file, or gets its tag back, is none that repair made.
            if tag not in self.names or {tag, self.names[tag], "x_" + tag} & recorded.keys():
                continue
            if state == "applied":
                self.ran |= {(self.names[tag], number) for number in self.kept[self.names[tag]]}
            self.check_done(self.names[tag], actual, f"{tag} was recorded")
        return self.check_end(mended, done, actual)

    def check_end(self, mended, done, actual):
        if not mended:
            words = json.loads(done.stdout or "{}").get("error", {}).get("message") or done.stderr
            if not words.strip() or done.returncode in (0, 3):
                raise Failure(f"repair stopped without a word: {done.returncode}")
            after, _ = self.document("doctor")
            if not after:
                raise Failure(f"after a failed repair doctor cannot look: {done.stderr}")
            self.check_claims(after, actual)
            return "stopped: " + words.splitlines()[0]
        self.shown = mended
        self.check_claims(mended, actual)
        agreement = mended["agreement"]
        if agreement["agrees"] and not agreement["pending"]:
            self.check_agreement(actual)
            return "mended"
        if not any(step["action"] in ("ask", "report", "snapshot") and step["why"]
                   for step in mended["left"]):
            raise Failure("no agreement, and nothing is left to be decided: " + mended["story"])
        if not any(f["severity"] != "note" for f in mended["findings"]) and not agreement["agrees"]:
            raise Failure("no agreement, and no finding says why: " + mended["story"])
        self.check_stays(mended)
        return "asked"

    def check_stays(self, mended):
        again, done = self.document("repair", "--apply", "--no-backup")
        if not again:
            raise Failure(f"a second repair fails: {done.stderr}")
        for name in ("migrations", "plan"):
            for one, two in zip(mended[name], again[name]):
                if {**one, "findings": 0} != {**two, "findings": 0}:
                    raise Failure(f"a second repair finds other {name}:\n{one}\n{two}")

    def check_agreement(self, actual):
        wanted = set(self.deeds.final)
        for tag in self.tags:
            missing = set(range(1, len(self.kept[tag]) + 1)) if tag in self.gone else set()
            del missing
            if len(self.kept[tag]) != len(dict(self.migrations)[tag]) or tag in self.gone:
                added, removed = self.deeds.of(tag, range(1, len(dict(self.migrations)[tag]) + 1))
                self.optional |= added | removed
        extra = {line for tag in self.tags if tag not in self.gone for line in
                 (statement.line for statement in self.extra[tag])}
        for line in wanted - self.optional:
            if line not in actual:
                raise Failure(f"agreement, and '{line}' is missing")
        for line in actual - wanted - self.optional:
            if line.split("|")[0] not in self.optional_objects and \
                    not any(line.startswith(more[:-1]) for more in extra):
                raise Failure(f"agreement, and '{line}' is too much")
        recorded = self.recorded()
        for name, tag in self.names.items():
            if tag not in self.gone and os.path.exists(self.path(name)) and self.layout == "dunlin" \
                    and name not in recorded and tag not in recorded:
                raise Failure(f"agreement, and {name} is not recorded")

    # --- looking ---------------------------------------------------------------------------------

    def path(self, name):
        return os.path.join(self.project, f"migrations/{name}.sql")

    @property
    def journal_path(self):
        return os.path.join(self.project, "migrations/meta/_journal.json")

    @property
    def tracker(self):
        return "dunlin_migrations" if self.layout == "dunlin" else self.database.tracker

    def rows(self):
        """Every row of the user's tables, by its key."""
        found = set()
        names = {line.split("|")[0] for line in self.database.shape()}
        for table in ("users", "posts", "tags", "scratch", "legacy_notes"):
            if table in names and table + "s" not in self.told:
                found |= {f"{table} {key}" for key in self.database.values(
                    f"SELECT id FROM {table}")}
        return found

    def recorded(self):
        """Tags and states that dunlin's own table records, where there is one."""
        if not self.database.has_table("dunlin_migrations"):
            return {}
        return dict(line.split(" ") for line in self.database.values(
            f"SELECT {self.database.joined} FROM dunlin_migrations WHERE state <> 'reverted'"))


def report(case, failure):
    print("\n".join("# " + line for line in
                    [str(case), *str(failure).splitlines()]), flush=True)


def main():
    dialect, count = sys.argv[1:3]
    one = count == "one"
    seed = sys.argv[3] if len(sys.argv) > 3 else str(random.randrange(10 ** 9))
    folder = tempfile.mkdtemp(prefix="dunlin-corruptions-")
    database = faults.with_templates(DATABASES[dialect])(folder)
    ends = collections.Counter()
    failed = 0
    print(f"# {dialect}, seed {seed}", flush=True)
    try:
        templates = Templates(dialect, folder, database)
        numbers = range(1) if one else range(int(count))
        for number in numbers:
            case = Case(templates, folder, seed if one else f"{seed}/{number}")
            try:
                end = case.check()
                ends[end.split(":")[0]] += 1
                print(f"ok {number + 1} - {case}: {end} [{case.seed}]", flush=True)
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed += 1
                print(f"not ok {number + 1} - seed {case.seed}", flush=True)
                report(case, failure)
            if one and hasattr(case, "shown"):
                print(json.dumps(case.shown, indent=1))
    finally:
        database.close()
        if os.environ.get("KEEP"):
            print(f"# kept: {folder}")
        else:
            shutil.rmtree(folder)
    print(f"1..{len(numbers)}")
    print("# " + ", ".join(f"{number} {end}" for end, number in sorted(ends.items())) +
          f", {failed} failed")
    return 1 if failed or not numbers else 0


if __name__ == "__main__":
    sys.exit(main())
