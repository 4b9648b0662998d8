# SPDX-License-Identifier: MIT
"""Running dunlin, comparing what it left, and telling what came of it."""
import difflib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback

from databases import Broken, tags_of

KILLED = -signal.SIGKILL
DEADLINE = 120


class Failed(Exception):
    """What a test found."""


class Done:
    """One run of the program that ended."""

    def __init__(self, code, output, errors):
        self.code = code
        self.output = output
        self.errors = errors

    def __str__(self):
        return f"exit {self.code}\n{self.output}{self.errors}"


class Program:
    def __init__(self, path):
        self.path = os.path.abspath(path)
        if not os.access(self.path, os.X_OK):
            raise Broken(f"there is no program '{path}': build it, or set DUNLIN")
        self.home = tempfile.mkdtemp(prefix="home", dir=os.environ["CRASH_FOLDER"])
        kept = ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "DUNLIN_DRIVER_PATH",
                "LD_PRELOAD", "TMPDIR")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment.update(HOME=self.home, TZ="UTC", LC_ALL="C.UTF-8", NO_COLOR="1")
        self.check_points()

    def check_points(self):
        trace = f"{self.home}/trace"
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            os.mkdir(f"{folder}/migrations")
            with open(f"{folder}/migrations/1_a.sql", "w", encoding="utf-8") as file:
                file.write("CREATE TABLE a (b int);")
            self.run(["--url", "sqlite:a.db", "migrate"], folder, trace=trace)
        if not os.path.exists(trace):
            raise Broken(f"'{self.path}' has no fault points: configure --enable-fault-points")

    def start(self, arguments, folder, fault=None, trace=None):
        environment = dict(self.environment)
        if fault:
            environment["DUNLIN_FAULT"] = fault
        if trace:
            environment["DUNLIN_FAULT_TRACE"] = trace
        return subprocess.Popen([self.path, *arguments], cwd=folder, env=environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def finish(self, process, deadline=DEADLINE):
        try:
            output, errors = process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            raise Failed(f"it hangs\n{output}{errors}") from None
        if "Sanitizer" in errors or "runtime error" in errors:
            raise Failed(f"a sanitizer complains\n{errors}")
        return Done(process.returncode, output, errors)

    def run(self, arguments, folder, fault=None, trace=None):
        return self.finish(self.start(arguments, folder, fault, trace))


class Project:
    """A folder of migrations, and what an undisturbed run of them makes of a database."""

    def __init__(self, program, database, history):
        self.program = program
        self.database = database
        self.history = history
        self.folder = tempfile.mkdtemp(prefix="project", dir=os.environ["CRASH_FOLDER"])
        self.steps = []
        self.prepared = None
        history.write(self.folder)

    def arguments(self, target, *more):
        # What the tools of a server do is not what is tested here.
        backup = [] if target.url.startswith("sqlite:") else ["--no-backup"]
        return ["--url", target.url, "migrate", *self.history.arguments, *backup, *more]

    def start(self, target, *more, fault=None, trace=None):
        return self.program.start(self.arguments(target, *more), self.folder, fault, trace)

    def migrate(self, target, *more, fault=None, trace=None):
        return self.program.run(self.arguments(target, *more), self.folder, fault, trace)

    def must(self, target, *more):
        done = self.migrate(target, *more)
        if done.code != 0:
            raise Failed(f"the run ends with {done}")
        return done

    def fresh(self):
        """A database as it is before the run that is tested."""
        if self.history.start and self.database.name == "sqlite":
            if not self.prepared:
                self.prepared = self.database.create()
                self.must(self.prepared, "--to", self.history.tags[self.history.start - 1])
            return self.database.copy(self.prepared)
        target = self.database.create()
        if self.history.start:
            self.must(target, "--to", self.history.tags[self.history.start - 1])
        return target

    def learn(self):
        """The states after 0, 1, 2 ... migrations, without disturbance."""
        target = self.database.create()
        self.steps = [self.database.state(target)]
        for tag in self.history.tags:
            done = self.migrate(target, "--to", tag)
            if done.code != 0:
                raise Failed(f"undisturbed, the run up to {tag} ends with {done}")
            self.steps.append(self.database.state(target))
        if tags_of(self.steps[-1]) != self.history.tags:
            raise Failed(f"undisturbed, these were recorded: {tags_of(self.steps[-1])}")
        self.database.drop(target)

    def trace(self):
        """The points that the run passes, as (name, occurrence)."""
        path = f"{self.folder}/trace"
        target = self.fresh()
        done = self.migrate(target, trace=path)
        if done.code != 0:
            raise Failed(f"undisturbed, the run ends with {done}")
        self.expect_end(target)
        self.database.drop(target)
        with open(path, encoding="utf-8") as file:
            names = file.read().split()
        seen = {}
        points = []
        for name in names:
            seen[name] = seen.get(name, 0) + 1
            points.append((name, seen[name]))
        return points

    # --- what must hold ---
    def expect_between(self, target):
        """Straight after a crash: what is recorded is there, and nothing else is, except for the
        one migration that the ledger holds."""
        state = self.database.state(target)
        tags = tags_of(state)
        if tags != self.history.tags[:len(tags)]:
            raise Failed(f"recorded after the crash, out of order: {tags}")
        if state.unfinished:
            under_way = set(line.replace("|", "\t").split("\t")[0]
                            for line in state.unfinished.splitlines())
            if under_way != set(self.history.tags[len(tags):len(tags) + 1]):
                raise Failed(f"recorded are {tags}, and the ledger holds {under_way}")
        elif state.user != self.steps[len(tags)].user:
            raise Failed(f"after the crash {len(tags)} migrations are recorded, and this is "
                         "different:\n" + difference(self.steps[len(tags)].user, state.user))
        return state

    def expect_end(self, target):
        state = self.database.state(target)
        for name in state._fields:
            expected = getattr(self.steps[-1], name)
            if getattr(state, name) != expected:
                raise Failed(f"in the end, '{name}' is different:\n" +
                             difference(expected, getattr(state, name)))


def difference(expected, found):
    lines = difflib.unified_diff(expected.splitlines(), found.splitlines(), "undisturbed", "found",
                                 lineterm="", n=1)
    return "\n".join(list(lines)[:40])


# Tests that fail for a known reason, which is then told as a skipped test. To be emptied.
KNOWN = {
    "sqlite, a waiting run does not hold up the way out of WAL":
        "a run that waits for the lock keeps its connection open",
}


class Report:
    """TAP, or with `brief` only what failed and a line for each group."""

    def __init__(self, brief):
        self.brief = brief
        self.lock = threading.Lock()
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.notes = {}

    def tell(self, name, problem=None):
        known = KNOWN.get(name)
        with self.lock:
            if problem is not None and known:
                self.skipped += 1
                print(f"ok {self.passed + self.failed + self.skipped} - {name} # skip {known}")
                return
            if known:
                print(f"# no longer fails, and can leave the table of known failures: {name}")
            if problem is None:
                self.passed += 1
            else:
                self.failed += 1
            number = self.passed + self.failed + self.skipped
            if problem is not None or not self.brief:
                print(f"{'ok' if problem is None else 'not ok'} {number} - {name}")
            for line in (problem or "").splitlines():
                print(f"# {line}")
            sys.stdout.flush()

    def say(self, text):
        with self.lock:
            print(f"# {text}", flush=True)

    def note(self, what):
        """Counted, and told at the end."""
        with self.lock:
            self.notes[what] = self.notes.get(what, 0) + 1

    def attempt(self, name, work):
        """Tells of a failure only; False when there was one."""
        try:
            work()
        except (Failed, Broken, OSError, subprocess.TimeoutExpired) as problem:
            self.tell(name, str(problem) or repr(problem))
            return False
        except Exception:  # a mistake of the tests must not end the others
            self.tell(name, traceback.format_exc())
            return False
        return True

    def case(self, name, work):
        """One test; False when it failed."""
        if not self.attempt(name, work):
            return False
        self.tell(name)
        return True

    def end(self):
        for what, count in sorted(self.notes.items()):
            print(f"# {count} {what}")
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed else 0
