# SPDX-License-Identifier: MIT
"""Killing a run at every point it passes, and at random moments."""
import random
import time
import zlib

from harness import KILLED, Failed, Project
from histories import generated

class Killer:
    def __init__(self, project):
        self.project = project
        self.database = project.database
        self.points = []

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
            elif done.code != 0:
                raise Failed(f"the run after the crash ends with {done}")
        self.project.must(target)
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
            if long or number % 7 == 0:
                second = 1 + zlib.crc32(f"{history.name}{point}".encode()) % 30
                yield (f"{prefix} {point[0]} {point[1]}, and again {second} points later",
                       lambda number=number, second=second: self.at(number, second))


# --- at random moments ----------------------------------------------------------------------------------
def kill_after(project, target, delay):
    process = project.start(target)
    time.sleep(delay)
    process.kill()
    done = project.program.finish(process)
    if done.code not in (0, KILLED):
        raise Failed(f"the run to be killed ends with {done}")
    project.database.settle(target)
    return done.code


def random_round(program, database, seed):
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
        project.must(target)
        project.expect_end(target)
        database.drop(target)


def random_cases(program, databases, seconds, seed):
    """Yields rounds until the time is over."""
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        database = databases[number % len(databases)]
        one = seed + number
        yield (f"{database.name}: killed at random moments, seed {one}",
               lambda database=database, one=one: random_round(program, database, one))
        number += 1
