# SPDX-License-Identifier: MIT
"""Reads tests/portable/*.cases; README.md there has the form."""
import re

DATABASES = ("sqlite", "postgres", "mysql")
TEXTS = ("setup", "once", "run")
CHECKS = ("rows", "columns", "tables", "no tables", "index", "no index", "refuses", "accepts")
ENTRY = re.compile(r"^([a-z][a-z ]*?)(?: (only|not) on ([a-z ]+?))?: ?(.*)$")
CLASSES = ("check", "unique", "foreign", "null", "value", "missing")


class Malformed(Exception):
    pass


class Entry:
    """One line of a case: what is to hold, and where."""

    def __init__(self, kind, text, where, place):
        self.kind, self.text, self.where, self.place = kind, text, where, place

    def holds_on(self, database):
        return database in self.where


class Case:
    def __init__(self, name, place):
        self.name, self.place = name, place
        self.entries = []

    def of(self, kind, database):
        return [entry for entry in self.entries if entry.kind == kind and entry.holds_on(database)]

    def text(self, kind, database):
        return "\n".join(entry.text for entry in self.of(kind, database))

    def error(self, database):
        """(id, what the message says) where the case is refused, else None."""
        found = self.of("error", database) + self.of("stops", database)
        if not found:
            return None
        identifier, _, says = found[0].text.partition(" ")
        return identifier, says.strip()

    def todo(self, database):
        """Why the case cannot be run there yet, or ""."""
        return self.text("todo", database)

    def checks(self, database):
        return [entry for entry in self.entries
                if entry.kind in CHECKS and entry.holds_on(database)]


def split(text, place):
    """What stands left and right of the last " -> "."""
    left, arrow, right = (text + " ").rpartition(" -> ")
    if not arrow:
        raise Malformed(f"{place}: ' -> ' and what is expected are missing")
    return left.strip(), right.strip()


def _where(word, names, place):
    if not word:
        return DATABASES
    names = names.split()
    for name in names:
        if name not in DATABASES:
            raise Malformed(f"{place}: there is no database '{name}'")
    return [name for name in DATABASES if (name in names) == (word == "only")]


def _check(case):
    kinds = {entry.kind for entry in case.entries}
    if not kinds & {"run", "once"}:
        raise Malformed(f"{case.place}: '{case.name}' runs nothing")
    for database in DATABASES:
        if not case.error(database) and not case.checks(database):
            raise Malformed(f"{case.place}: '{case.name}' expects nothing on {database}")
    for entry in case.entries:
        if entry.kind == "refuses" and split(entry.text, entry.place)[1] not in CLASSES:
            raise Malformed(f"{entry.place}: refused as one of: {' '.join(CLASSES)}")


def read(path):
    cases, entry = [], None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line, place = line.rstrip("\n"), f"{path}:{number}"
            if not line.strip() or line.startswith("#"):
                entry = None
            elif line.startswith("== "):
                cases.append(Case(line[3:].strip(), place))
                entry = None
            elif line[0] == " ":
                if not entry:
                    raise Malformed(f"{place}: goes on with nothing")
                entry.text += "\n" + line.strip()
            else:
                found = ENTRY.match(line)
                if not cases or not found or found[1] not in TEXTS + CHECKS + ("error", "stops", "todo"):
                    raise Malformed(f"{place}: not understood: {line}")
                entry = Entry(found[1], found[4], _where(found[2], found[3], place), place)
                cases[-1].entries.append(entry)
    names = [case.name for case in cases]
    for case in cases:
        _check(case)
        if names.count(case.name) > 1:
            raise Malformed(f"{case.place}: there are two of '{case.name}'")
    return cases
