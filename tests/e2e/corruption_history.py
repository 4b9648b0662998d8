# SPDX-License-Identifier: MIT
"""The history that corruptions.py breaks, and what each of its statements really does.

What a statement does is taken from the catalogs themselves, by the stock client: the lines of a schema
(scenarios.py) that are new behind it, and those that are gone. Nothing here asks dunlin.
"""
import json
import os

BREAKPOINT = "--> statement-breakpoint"

KEY = {
    "sqlite": "integer PRIMARY KEY",
    "postgresql": "integer PRIMARY KEY",
    "mysql": "int PRIMARY KEY",
}
DROP_INDEX = {
    "sqlite": "DROP INDEX {index}",
    "postgresql": "DROP INDEX {index}",
    "mysql": "DROP INDEX {index} ON {table}",
}


def history(dialect):
    """Tags and statements, in order."""
    key = KEY[dialect]
    drop = DROP_INDEX[dialect].format
    return [
        ("0000_users", [
            f"CREATE TABLE users (id {key}, email varchar(100) NOT NULL, name varchar(50))",
            "CREATE UNIQUE INDEX users_email ON users (email)"]),
        ("0001_posts", [
            f"CREATE TABLE posts (id {key}, user_id integer NOT NULL, title varchar(80), body text, "
            "CONSTRAINT posts_author FOREIGN KEY (user_id) REFERENCES users (id))",
            "CREATE INDEX posts_user ON posts (user_id)",
            "CREATE INDEX posts_title ON posts (title)"]),
        ("0002_status", [
            "ALTER TABLE posts ADD COLUMN status varchar(20) DEFAULT 'new' NOT NULL",
            "CREATE INDEX posts_status ON posts (status)"]),
        ("0003_old_posts", ["UPDATE posts SET status = 'old' WHERE title = 'first'"]),
        ("0004_scratch", [
            f"CREATE TABLE scratch (id {key}, note varchar(10))",
            "CREATE INDEX scratch_note ON scratch (note)"]),
        ("0005_display_name", ["ALTER TABLE users RENAME COLUMN name TO display_name"]),
        ("0006_active", [
            "CREATE VIEW active_posts AS SELECT id, title FROM posts WHERE status = 'new'"]),
        ("0007_no_scratch", ["DROP TABLE scratch", "ALTER TABLE users ADD COLUMN age integer"]),
        ("0008_tags", [
            f"CREATE TABLE tags (id {key}, label varchar(30) NOT NULL)",
            "INSERT INTO tags (id, label) VALUES (1, 'red'), (2, 'green')",
            "CREATE TABLE post_tags (post_id integer NOT NULL, tag_id integer NOT NULL, "
            "PRIMARY KEY (post_id, tag_id))",
            "ALTER TABLE posts ADD COLUMN tag_count integer"]),
        ("0009_no_body", ["ALTER TABLE posts DROP COLUMN body"]),
        ("0010_reindex", [
            drop(index="posts_status", table="posts"),
            "CREATE INDEX posts_status ON posts (status, title)"]),
        ("0011_seen", ["ALTER TABLE users ADD COLUMN seen_at varchar(30)"]),
    ]


# Rows that nobody may lose; made where the tables are.
ROWS = {
    "0000_users": ["INSERT INTO users (id, email) VALUES (1, 'a@x'), (2, 'b@x'), (3, 'c@x')"],
    "0001_posts": ["INSERT INTO posts (id, user_id, title) VALUES (10, 1, 'first'), (11, 2, 'next')"],
}


def text_of(statements):
    return f"\n{BREAKPOINT}\n".join(statement + ";" for statement in statements) + "\n"


class Deeds:
    """What each statement changes: lines of a schema that it adds and takes away."""

    def __init__(self, database, migrations):
        self.migrations = migrations
        self.steps = {}  # (tag, ordinal from 1) -> (added, removed)
        self.order = []
        database.fresh()
        before = set(database.shape())
        for tag, statements in migrations:
            for number, statement in enumerate(statements, 1):
                database.run(statement)
                after = set(database.shape())
                self.steps[tag, number] = (after - before, before - after)
                self.order.append((tag, number))
                before = after
        self.final = before

    def of(self, tag, ordinals):
        """Net lines that these statements of a migration add and take away."""
        added, removed = set(), set()
        for number in ordinals:
            more, less = self.steps[tag, number]
            removed = (removed - more) | (less - added)
            added = (added - less) | more
        return added, removed

    def later(self, tag):
        """Statements behind a migration."""
        tags = [name for name, _ in self.migrations]
        behind = set(tags[tags.index(tag) + 1:])
        return [step for step in self.order if step[0] in behind]


def write_project(folder, layout, dialect, migrations, url):
    """Files, journal and dunlin.json of a project."""
    os.makedirs(os.path.join(folder, "migrations/meta"))
    for tag, statements in migrations:
        with open(os.path.join(folder, f"migrations/{tag}.sql"), "w", encoding="utf-8") as out:
            out.write(text_of(statements))
    entries = [{"idx": idx, "tag": tag, "when": 1767603600000 + idx * 86400000}
               for idx, (tag, _) in enumerate(migrations)]
    if layout == "drizzle":
        journal = {"version": "7", "dialect": dialect,
                   "entries": [{"idx": e["idx"], "version": "7", "when": e["when"],
                                "tag": e["tag"], "breakpoints": True} for e in entries]}
    else:
        journal = {"version": 1, "layout": "dunlin", "dialect": dialect, "entries": entries}
    with open(os.path.join(folder, "migrations/meta/_journal.json"), "w", encoding="utf-8") as out:
        out.write(json.dumps(journal, indent=2))
    with open(os.path.join(folder, "dunlin.json"), "w", encoding="utf-8") as out:
        json.dump({"migrations": "migrations", "default": "app",
                   "targets": {"app": {"url": url, "kind": "development"}}}, out)
