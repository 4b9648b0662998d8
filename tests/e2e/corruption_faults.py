# SPDX-License-Identifier: MIT
"""What corruptions.py breaks: each fault changes a case, keeps what is true of it, and says in words
what it did; None: it does not fit this case."""
import collections
import json
import os
import random
import shutil
import sqlite3
import subprocess
import urllib.parse

from corruption_history import ROWS, text_of
from scenarios import Mysql, Postgresql, Sqlite

Added = collections.namedtuple("Added", "sql line")


# --- databases with templates --------------------------------------------------------------------


class SqliteTemplates(Sqlite):
    joined = "tag || ' ' || state"

    def save(self, name):
        copy = f"{self.path}.{name}"
        shutil.copyfile(self.path, copy) if os.path.exists(self.path) else open(copy, "w").close()
        return copy

    def load(self, copy):
        self.fresh()
        shutil.copyfile(copy, self.path)

    def run(self, sql):
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.executescript(sql)
        finally:
            connection.close()

    def values(self, sql):
        connection = sqlite3.connect(self.path)
        try:
            return [str(row[0]) for row in connection.execute(sql)]
        finally:
            connection.close()

    def has_table(self, name):
        return bool(self.values(f"SELECT 1 FROM sqlite_master WHERE name = '{name}'"))


class PostgresqlTemplates(Postgresql):
    joined = "tag || ' ' || state"

    def __init__(self, folder):
        super().__init__(folder)
        self.saved = []

    def save(self, name):
        copy = f"{self.name}_{name}".replace("-", "m")
        self.on(self.server, f"CREATE DATABASE {copy} TEMPLATE {self.name}")
        self.saved.append(copy)
        return copy

    def fresh(self):
        self.load("template1")

    def load(self, copy):
        self.on(self.server, f"DROP DATABASE IF EXISTS {self.name};\n"
                f"CREATE DATABASE {self.name} TEMPLATE {copy}")

    def values(self, sql):
        return self.on(self.url, sql).split("\n")[:-1]

    def has_table(self, name):
        return self.value(f"SELECT to_regclass('{name}') IS NOT NULL") == "t"

    def close(self):
        for name in [self.name, *self.saved]:
            self.on(self.server, f"DROP DATABASE IF EXISTS {name}")


class MysqlTemplates(Mysql):
    joined = "concat(tag, ' ', state)"

    def save(self, _name):
        where = urllib.parse.urlsplit(self.url)
        done = subprocess.run(
            ["mariadb-dump", "--no-defaults", "--protocol=tcp", "-h", where.hostname, "-P",
             str(where.port), "-u", where.username, "--hex-blob", self.name],
            stdout=subprocess.PIPE, check=True, encoding="utf-8")
        return done.stdout

    def fresh(self):
        self.load("")

    def load(self, copy):
        self.on(self.server, f"DROP DATABASE IF EXISTS {self.name};\n"
                f"CREATE DATABASE {self.name};\nUSE {self.name};\n{copy}")

    def values(self, sql):
        return self.on(self.url, sql).split("\n")[:-1]

    def has_table(self, name):
        return self.value("SELECT count(*) FROM information_schema.tables WHERE table_schema = "
                          f"DATABASE() AND table_name = '{name}'") == "1"

    def close(self):
        self.on(self.server, f"DROP DATABASE IF EXISTS {self.name}")


def with_templates(kind):
    return {Sqlite: SqliteTemplates, Postgresql: PostgresqlTemplates, Mysql: MysqlTemplates}[kind]


# --- the tracker ---------------------------------------------------------------------------------


def tracked(case):
    """Tags of migrations whose rows the tracker has for certain."""
    return case.tags[:case.through + 1] if not getattr(case, "tracker_broken", False) else []


def delete_rows(case):
    if not tracked(case):
        return None
    case.tracker_broken = True
    how = case.choose.choice(("all", "first", "some"))
    key = "seq" if case.layout == "dunlin" else "created_at"
    if how == "all":
        case.database.run(f"DELETE FROM {case.tracker}")
    else:
        order = "" if how == "first" else " DESC"
        count = case.choose.randint(1, case.through + 1)
        keys = case.database.values(f"SELECT {key} FROM {case.tracker} ORDER BY {key}{order}")
        case.database.run(f"DELETE FROM {case.tracker} WHERE {key} IN ({', '.join(keys[:count])})")
        how = f"{how} {count}"
    return f"rows of the tracker deleted ({how})"


def drop_tracker(case):
    if not tracked(case):
        return None
    case.tracker_broken = True
    case.database.run(f"DROP TABLE {case.tracker}")
    return "tracker dropped"


def add_false_row(case):
    """A migration that never ran is recorded."""
    if case.layout != "drizzle" or case.through + 1 >= len(case.tags) or not tracked(case):
        return None
    import hashlib
    tag = case.tags[case.through + 1]
    digest = hashlib.sha256(text_of(dict(case.migrations)[tag]).encode()).hexdigest()
    when = 1767603600000 + (case.through + 1) * 86400000
    case.database.run(f"INSERT INTO {case.tracker} (hash, created_at) VALUES ('{digest}', {when})")
    case.tracker_broken = True
    return f"{tag} recorded, and never run"


def unknown_row(case):
    if not tracked(case):
        return None
    if case.layout == "drizzle":
        case.database.run(f"INSERT INTO {case.tracker} (hash, created_at) "
                          f"VALUES ('{'ab' * 32}', 1800000000000)")
    else:
        case.database.run("INSERT INTO dunlin_migrations (seq, tag, state, digest_raw, digest_text, "
                          "digest_tokens, algorithm, statements, applied_at) SELECT 99, "
                          f"'0099_newer', 'applied', '{'ab' * 32}', '{'ab' * 32}', '{'ab' * 32}', "
                          "algorithm, 1, applied_at FROM dunlin_migrations WHERE seq = 1")
    return "row of a newer checkout"


def change_digest(case):
    if not tracked(case):
        return None
    idx = case.choose.randrange(case.through + 1)
    if case.layout == "drizzle":
        when = 1767603600000 + idx * 86400000
        case.database.run(f"UPDATE {case.tracker} SET hash = '{'cd' * 32}' WHERE created_at = {when}")
    else:
        case.database.run(f"UPDATE dunlin_migrations SET digest_raw = '{'cd' * 32}' "
                          f"WHERE tag = '{case.tags[idx]}'")
    return f"digest of {case.tags[idx]} changed in the tracker"


def change_tag(case):
    if case.layout != "dunlin" or not tracked(case):
        return None
    idx = case.choose.randrange(case.through + 1)
    case.database.run(f"UPDATE dunlin_migrations SET tag = 'x_{case.tags[idx]}' "
                      f"WHERE tag = '{case.tags[idx]}'")
    return f"tag of {case.tags[idx]} changed in the tracker"


def revert_row(case):
    if case.layout != "dunlin" or not tracked(case):
        return None
    idx = case.choose.randrange(case.through + 1)
    case.tracker_broken = True
    case.database.run("UPDATE dunlin_migrations SET state = 'reverted' "
                      f"WHERE tag = '{case.tags[idx]}'")
    return f"row of {case.tags[idx]} says reverted"


# --- the journal ---------------------------------------------------------------------------------


def journal(case, change):
    try:
        with open(case.journal_path, encoding="utf-8") as source:
            data = json.load(source)
    except (ValueError, OSError):
        return None
    words = change(data["entries"])
    if words:
        with open(case.journal_path, "w", encoding="utf-8") as out:
            out.write(json.dumps(data, indent=2))
    return words


def entry_renamed(case):
    def change(entries):
        entry = case.choose.choice(entries)
        old = entry["tag"]
        if old not in case.names:
            return None
        entry["tag"] = old.split("_")[0] + "_sleepy_celestial"
        case.names[entry["tag"]] = case.names[old]
        return f"entry {old} renamed"
    return journal(case, change)


def entry_removed(case):
    def change(entries):
        if len(entries) < 3:
            return None
        entry = entries.pop(case.choose.randrange(len(entries)))
        return f"entry {entry['tag']} removed"
    return journal(case, change)


def entries_swapped(case):
    def change(entries):
        at = case.choose.randrange(len(entries) - 1)
        entries[at], entries[at + 1] = entries[at + 1], entries[at]
        return f"entries {entries[at + 1]['tag']} and {entries[at]['tag']} swapped"
    return journal(case, change)


def entry_doubled(case):
    def change(entries):
        at = case.choose.randrange(len(entries))
        entries.insert(at, dict(entries[at]))
        return f"entry {entries[at]['tag']} doubled"
    return journal(case, change)


def journal_cut(case):
    if not os.path.exists(case.journal_path):
        return None
    with open(case.journal_path, "rb") as source:
        data = source.read()
    with open(case.journal_path, "wb") as out:
        out.write(data[:int(len(data) * case.choose.uniform(0.3, 0.95))])
    return "journal cut off"


def journal_marked(case):
    if not os.path.exists(case.journal_path):
        return None
    with open(case.journal_path, "rb") as source:
        data = source.read()
    if data.startswith(b"\xef"):
        return None
    with open(case.journal_path, "wb") as out:
        out.write(b"\xef\xbb\xbf" + data)
    return "journal with a byte order mark"


def journal_gone(case):
    if not os.path.exists(case.journal_path):
        return None
    os.unlink(case.journal_path)
    return "journal deleted"


# --- files ---------------------------------------------------------------------------------------


def some_file(case):
    names = sorted(name for name in case.names if os.path.exists(case.path(name)))
    return case.choose.choice(names)


def file_renamed(case):
    old = some_file(case)
    new = old.split("_")[0] + "_other_name"
    if os.path.exists(case.path(new)):
        return None
    os.rename(case.path(old), case.path(new))
    case.names[new] = case.names[old]
    return f"file {old} renamed to {new}"


def file_deleted(case):
    name = some_file(case)
    os.unlink(case.path(name))
    case.gone.add(case.names[name])
    return f"file {name} deleted"


def edit(case, name, change):
    with open(case.path(name), "rb") as source:
        data = source.read()
    with open(case.path(name), "wb") as out:
        out.write(change(data))


def file_commented(case):
    name = some_file(case)
    edit(case, name, lambda data: b"-- seen by review\n" + data)
    return f"file {name} edited, a comment"


def file_windows(case):
    name = some_file(case)
    edit(case, name, lambda data: b"\xef\xbb\xbf" + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return f"file {name} edited, line ends"


def file_grown(case):
    """A column more than what was applied."""
    name = some_file(case)
    tag = case.names[name]
    idx = case.tags.index(tag)
    if idx < 1 or case.extra[tag]:
        return None
    column = f"zz{idx}"
    sql = f"ALTER TABLE users ADD COLUMN {column} integer"
    edit(case, name, lambda data: data + f"--> statement-breakpoint\n{sql};\n".encode())
    case.extra[tag].append(Added(sql, line_of_column(case, "users", column)))
    return f"file {name} edited, a column more"


def file_shrunk(case):
    """The last statement is taken out."""
    name = some_file(case)
    tag = case.names[name]
    if len(case.kept[tag]) < 2 or case.extra[tag]:
        return None
    case.kept[tag].pop()
    statements = dict(case.migrations)[tag]
    with open(case.path(name), "w", encoding="utf-8") as out:
        out.write(text_of([statements[number - 1] for number in case.kept[tag]]))
    return f"file {name} edited, its last statement is gone"


# --- the schema ----------------------------------------------------------------------------------


def line_of_column(case, table, column):
    """How a column begins in the lines of a schema."""
    home = "public|" if case.dialect == "postgresql" else ""
    return f"{table}|column|{home}{column}|*"


def tables(case):
    names = {line.split("|")[0] for line in case.database.shape() if "|column|" in line}
    return sorted(names & {"users", "posts", "scratch", "tags"})


def column_added(case):
    found = tables(case)
    if not found:
        return None
    table = case.choose.choice(found)
    case.database.run(f"ALTER TABLE {table} ADD COLUMN by_hand integer")
    return f"column {table}.by_hand added by hand"


def column_dropped(case):
    if "users" not in tables(case):
        return None
    present = [line.split("|")[3 if case.dialect == "postgresql" else 2]
               for line in case.database.shape() if line.startswith("users|column|")]
    choices = [name for name in ("name", "display_name", "age", "seen_at") if name in present]
    if not choices:
        return None
    column = case.choose.choice(choices)
    case.database.run(f"ALTER TABLE users DROP COLUMN {column}")
    return f"column users.{column} dropped by hand"


def column_renamed(case):
    present = [line.split("|")[3 if case.dialect == "postgresql" else 2]
               for line in case.database.shape() if line.startswith("users|column|")]
    if "seen_at" not in present:
        return None
    case.database.run("ALTER TABLE users RENAME COLUMN seen_at TO seen_when")
    return "column users.seen_at renamed by hand"


INDEXES = {"posts_title": "posts", "posts_status": "posts", "users_email": "users"}


def index_dropped(case):
    shape = case.database.shape()
    present = [name for name in sorted(INDEXES) if any(f"|{name}|" in f"|{line}|" or
                                                        f"INDEX {name} ON" in line for line in shape)]
    if not present:
        return None
    name = case.choose.choice(present)
    on = f" ON {INDEXES[name]}" if case.dialect == "mysql" else ""
    case.database.run(f"DROP INDEX {name}{on}")
    return f"index {name} dropped by hand"


def view_dropped(case):
    if not any(line.startswith("active_posts|") for line in case.database.shape()):
        return None
    case.database.run("DROP VIEW active_posts")
    return "view dropped by hand"


def table_added(case):
    if any(line.startswith("legacy_notes|") for line in case.database.shape()):
        return None
    case.database.run("CREATE TABLE legacy_notes (id integer PRIMARY KEY, note varchar(9));\n"
                      "INSERT INTO legacy_notes VALUES (7, 'keep')")
    case.optional_objects.add("legacy_notes")
    return "a table of somebody else"


def table_dropped(case):
    if "tags" not in tables(case):
        return None
    case.database.run("DROP TABLE tags")
    return "table tags dropped by hand"


def next_pending(case):
    place = case.through + 1
    if place >= len(case.tags) or getattr(case, "ran_ahead", False):
        return None
    tag = case.tags[place]
    return tag if case.kept[tag] == list(range(1, len(dict(case.migrations)[tag]) + 1)) else None


def run_by_hand(case, tag, numbers):
    for number in numbers:
        case.database.run(dict(case.migrations)[tag][number - 1])
        case.ran.add((tag, number))
    if 1 in numbers:
        for statement in ROWS.get(tag, []):
            case.database.run(statement)


def pending_run(case):
    tag = next_pending(case)
    if not tag:
        return None
    case.ran_ahead = True
    run_by_hand(case, tag, range(1, len(dict(case.migrations)[tag]) + 1))
    return f"{tag} run by hand"


def pending_half_run(case):
    tag = next_pending(case)
    if not tag or len(dict(case.migrations)[tag]) < 2:
        return None
    case.ran_ahead = True
    count = case.choose.randint(1, len(dict(case.migrations)[tag]) - 1)
    run_by_hand(case, tag, range(1, count + 1))
    return f"{tag} run by hand, statements 1 to {count}"


def pending_column(case):
    """A column of a pending migration, of another type."""
    if case.through not in (5, 8) or getattr(case, "ran_ahead", False) or "users" not in tables(case):
        return None
    column = {5: "age", 8: "seen_at"}[case.through]
    case.ran_ahead = True
    case.database.run(f"ALTER TABLE users ADD COLUMN {column} text")
    return f"column users.{column} of what is pending added by hand, of another type"


FAULTS = [
    delete_rows, delete_rows, drop_tracker, add_false_row, unknown_row, change_digest, change_tag,
    revert_row,
    entry_renamed, entry_removed, entries_swapped, entry_doubled, journal_cut, journal_marked,
    journal_gone,
    file_renamed, file_deleted, file_commented, file_windows, file_grown, file_shrunk,
    column_added, column_dropped, column_renamed, index_dropped, view_dropped, table_added,
    table_dropped, pending_run, pending_half_run, pending_column,
]
