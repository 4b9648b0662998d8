# SPDX-License-Identifier: MIT
"""Killing a run at every point it passes, and at random moments."""
import random
import time
import zlib

from harness import KILLED, Failed, Project, difference
from histories import generated

# Databases whose driver cannot tell yet what a statement did to the schema (DUNLIN_CAN_FINGERPRINT):
# where a run died between the announcement of such a statement and the next write to the ledger,
# `migrate` ends with 6, ledger.undecided, and `resume` has to decide. To be removed one by one.
UNDECIDED_UNTIL_FINGERPRINTS = set()


def took_effect(names, number):
    """Of the statement whose announcement was committed last when the run died at point `number`:
    whether it had run."""
    announced = max(at for at in range(number + 1) if names[at] == "ledger.before-intent")
    behind = names[announced:number + 1]
    if "ledger.after-intent" in behind:
        return "ledger.after-statement" in behind
    # The row commits where it is written, or with the transaction that is open.
    written = names.index("ledger.after-rows", announced)
    in_transaction = names[written + 1] == "ledger.before-commit"
    return ("ledger.after-commit" if in_transaction else "ledger.after-rows") not in behind


class Killer:
    def __init__(self, project, report):
        self.project = project
        self.database = project.database
        self.report = report
        self.points = []

    def recover(self, target, number):
        """One more run; with the decision of a person where one is allowed."""
        done = self.project.migrate(target)
        rounds = 0
        while done.code == 6 and "[ledger.undecided]" in done.errors and rounds < 3 and \
                self.database.name in UNDECIDED_UNTIL_FINGERPRINTS:
            self.report.note(f"times nothing told whether a statement of {self.database.name} took "
                             "effect (expected until its driver answers fingerprints)")
            rounds += 1
            self.decide(target, number)
            done = self.project.migrate(target)
        if done.code != 0:
            raise Failed(f"the run after the crash ends with {done}")

    def decide(self, target, number):
        tag = self.database.state(target).unfinished.split()[0].split("|")[0]
        names = [name for name, _ in self.points]
        answer = "--done" if took_effect(names, number) else "--redo"
        done = self.project.program.run(["--url", target.url, "resume", tag, answer],
                                        self.project.folder)
        if done.code != 0:
            raise Failed(f"resume {answer} ends with {done}")

    def crash(self, target, fault, what):
        done = self.project.migrate(target, fault=fault)
        if done.code != KILLED:
            raise Failed(f"{what} was not reached: {done}")
        self.database.settle(target)

    def at(self, number, second=0):
        """Dies at point `number`; the run after that at its point number `second`, if it gets there."""
        point = self.points[number]
        target = self.project.fresh()
        self.crash(target, f"{point[0]}:{point[1]}:kill", f"{point[0]} {point[1]}")
        self.project.expect_between(target)
        if second:
            done = self.project.migrate(target, fault=f"*:{second}:kill")
            self.database.settle(target)
            if done.code == KILLED:
                self.project.expect_between(target)
            elif done.code != 0 and "[ledger.undecided]" not in done.errors:
                raise Failed(f"the run after the crash ends with {done}")
        self.recover(target, number)
        self.project.expect_end(target)
        self.database.drop(target)

    def cases(self, long):
        """(name, work) for every point to be tried."""
        history = self.project.history
        step = 1 if long else history.step
        prefix = f"{history.database}, {history.name}: killed at"
        self.points = self.project.trace()
        for number, point in enumerate(self.points):
            if number % step:
                continue
            yield (f"{prefix} {point[0]} {point[1]}", lambda number=number: self.at(number))
            twice = history.database not in UNDECIDED_UNTIL_FINGERPRINTS and \
                (long or number % 7 == 0)
            if twice:
                second = 1 + zlib.crc32(f"{history.name}{point}".encode()) % 30
                yield (f"{prefix} {point[0]} {point[1]}, and again {second} points later",
                       lambda number=number, second=second: self.at(number, second))


# --- at random moments ----------------------------------------------------------------------------------
def kill_after(project, target, delay):
    process = project.start(target)
    time.sleep(delay)
    process.kill()
    done = project.program.finish(process)
    if done.code not in (0, KILLED) and "[ledger.undecided]" not in done.errors:
        raise Failed(f"the run to be killed ends with {done}")
    project.database.settle(target)
    return done.code


def random_round(program, database, report, seed):
    """A generated project, killed a few times, until a run gets through."""
    dice = random.Random(seed)
    project = Project(program, database, generated(database.name, seed, count=12))
    project.learn()
    target = project.fresh()
    begun = time.monotonic()
    project.must(target)
    longest = time.monotonic() - begun
    database.drop(target)
    for _ in range(6):
        target = project.fresh()
        for _ in range(dice.randint(1, 4)):
            if kill_after(project, target, dice.uniform(0, longest)) == 0:
                break
            project.expect_between(target)
        settle_by_resume(project, target, report)
        project.expect_end(target)
        database.drop(target)


def settle_by_resume(project, target, report):
    """Nobody knows here where it died, so both answers are tried where nothing else can tell."""
    done = project.migrate(target)
    while done.code == 6 and "[ledger.undecided]" in done.errors and \
            project.database.name in UNDECIDED_UNTIL_FINGERPRINTS:
        report.note("random kills left a statement undecided (expected until fingerprints)")
        tag = project.database.state(target).unfinished.split()[0].split("|")[0]
        resume = ["--url", target.url, "resume", tag]
        project.program.run([*resume, "--redo"], project.folder)
        done = project.migrate(target)
        if done.code == 0 or "[ledger.undecided]" in done.errors:
            continue
        # Refused the second time: it had taken effect. The failed row runs again, so mend it.
        raise Failed(f"the statement had run already, and nobody but a person can tell: {done}")
    if done.code != 0:
        raise Failed(f"the run after the crashes ends with {done}")


def random_cases(program, databases, report, seconds, seed):
    """Yields rounds until the time is over."""
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        database = databases[number % len(databases)]
        one = seed + number
        yield (f"{database.name}: killed at random moments, seed {one}",
               lambda database=database, one=one: random_round(program, database, report, one))
        number += 1


__all__ = ["Killer", "random_cases", "difference"]
