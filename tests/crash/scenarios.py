# SPDX-License-Identifier: MIT
"""Everything that happens to a run besides its own death: connections cut or hung, servers
restarted, several runs at once, statements that outlive their client, full disks."""
import functools
import os
import re
import select
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

from databases import Broken, Target
from harness import KILLED, Failed, Project
from histories import MIXED, POSTGRES_OUTSIDE, SQLITE_OUTSIDE, History, files
from proxy import Proxy

HERE = os.path.dirname(os.path.abspath(__file__))
# An open connection of a waiting run keeps a database in WAL mode: LEAVING_WAL tests that by itself.
SQLITE_CROWD = [(tag, sql.replace("PRAGMA journal_mode = DELETE;\n", ""))
                for tag, sql in SQLITE_OUTSIDE]
LEAVING_WAL = files(
    "-- enter\nPRAGMA journal_mode = WAL;\nCREATE TABLE a (id integer PRIMARY KEY);\n",
    "-- leave\nINSERT INTO a VALUES (1);\nPRAGMA journal_mode = DELETE;\n")
OUTSIDE = {"sqlite": SQLITE_CROWD, "mariadb": MIXED, "postgres": POSTGRES_OUTSIDE}
MARGIN = 400
NOTICE_S = 1.5  # a run that waits for another one says so after a second


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def wait_until_told(process, words, seconds=20):
    """Until it has written these words to standard error."""
    end = time.monotonic() + seconds
    told = ""
    while words not in told:
        left = end - time.monotonic()
        if left < 0 or not select.select([process.stderr], [], [], left)[0]:
            raise Failed(f"'{words}' was not told within {seconds} s, but: {told}")
        more = os.read(process.stderr.fileno(), 4096)
        if not more:
            raise Failed(f"'{words}' was never told, but: {told}")
        told += more.decode()


class Lab:
    """One database with projects whose undisturbed states are known, each learnt once."""

    def __init__(self, program, database):
        self.program = program
        self.database = database
        self.lock = threading.Lock()
        self.projects = {}

    def project(self, name, texts):
        with self.lock:
            if name not in self.projects:
                self.projects[name] = Project(self.program, self.database,
                                              History(name, self.database.name, texts))
                self.projects[name].learn()
            return self.projects[name]

    def converge(self, project, target):
        """One more run gets there."""
        self.database.settle(target)
        done = project.migrate(target)
        if done.code != 0:
            raise Failed(f"the next run ends with {done}")
        project.expect_end(target)
        self.database.drop(target)


# --- the connection ----------------------------------------------------------------------------------
def disturbed(lab, project, proxy):
    """A run through `proxy`, and the next one without."""
    target = project.fresh()
    with proxy:
        done = project.migrate(lab.database.through(target, proxy.port))
    if not proxy.done.is_set():
        raise Failed(f"the proxy had no occasion: {done}")
    if done.code not in (0, 1, 6) or (done.code != 0 and not re.search(r"\[[a-z.-]+\]", done.errors)):
        raise Failed(f"the disturbed run ends with {done}")
    if done.code == 0:
        project.expect_end(target)
    lab.converge(project, target)


def commits(lab, project):
    """How many COMMITs the client sends, and how many bytes, in an undisturbed run."""
    target = project.fresh()
    with Proxy(lab.database.base.port, marker=b"COMMIT", occurrence=-1) as proxy:
        project.must(lab.database.through(target, proxy.port))
    lab.database.drop(target)
    return proxy.counted, proxy.total


def connection_cases(lab, long):
    port = lab.database.base.port
    for title, texts in (("mixed", MIXED), ("outside transactions", OUTSIDE[lab.database.name])):
        project = lab.project(title, texts)
        counted, total = commits(lab, project)
        for occurrence in range(1, counted + 1, 1 if long else 3):
            for harm, what in (("before", "before a COMMIT reaches the server"),
                               ("after", "after a COMMIT, before its answer")):
                yield (f"{title}: cut {what}, number {occurrence}",
                       lambda p=project, h=harm, o=occurrence:
                       disturbed(lab, p, Proxy(port, h, b"COMMIT", o)))
        # Not to the end: another run sends a few digits less.
        for sent in range(1, total - MARGIN, max(1, total // (100 if long else 8))):
            yield (f"{title}: cut when the client has sent {sent} bytes",
                   lambda p=project, s=sent: disturbed(lab, p, Proxy(port, "before", bytes_sent=s)))
        yield (f"{title}: everything comes late", lambda p=project: late(lab, p))
    project = lab.project("mixed", MIXED)
    yield ("a run behind a dead connection, killed", lambda: hung(lab, project, None))
    yield ("a run behind a dead connection, interrupted", lambda: hung(lab, project, signal.SIGINT))


def late(lab, project):
    target = project.fresh()
    with Proxy(lab.database.base.port, delay=0.005) as proxy:
        project.must(lab.database.through(target, proxy.port))
    project.expect_end(target)
    lab.database.drop(target)


def hung(lab, project, polite):
    """The connection stays and carries nothing. While its session lives, so does its lock."""
    target = project.fresh()
    with Proxy(lab.database.base.port, "hang", b"COMMIT", 2) as proxy:
        process = project.start(lab.database.through(target, proxy.port))
        wait_until(proxy.done.is_set, "the connection hangs")
        if polite:
            # The first asks for an end in good order, for which the server is given time.
            process.send_signal(polite)
            time.sleep(1)
            process.send_signal(polite)
            done = project.program.finish(process, 10)
            if done.code in (0, KILLED):
                raise Failed(f"the interrupted run ends with {done}")
        else:
            process.kill()
            project.program.finish(process)
            done = project.migrate(target, "--lock-timeout", "300ms")
            if done.code != 5 or "[run.locked]" not in done.errors:
                raise Failed(f"while the dead run's session lives, the next ends with {done}")
        proxy.release()
        lab.converge(project, target)


# --- several runs --------------------------------------------------------------------------------------
def crowd(lab, project):
    target = project.fresh()
    processes = [project.start(target) for _ in range(8)]
    for process in processes:
        done = project.program.finish(process)
        if done.code != 0:
            raise Failed(f"one of eight runs ends with {done}")
    project.expect_end(target)
    lab.database.drop(target)


def succession(lab, project, point):
    """The first run stands still and holds the lock; the second waits, and goes on when the first
    is killed."""
    target = project.fresh()
    first = project.start(target, fault=f"{point}:stop")
    wait_until(lambda: state_of(first.pid) == "T", f"{point} is reached")
    second = project.start(target)
    wait_until_told(second, "waiting for another run to finish")
    first.kill()
    project.program.finish(first)
    done = project.program.finish(second)
    if done.code != 0:
        raise Failed(f"the second run ends with {done}")
    lab.converge(project, target)


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def side_by_side(lab, project, point):
    """The second run waits while the first does its work, and both end well."""
    target = project.fresh()
    project.must(target, "--to", project.history.tags[0])
    first = project.start(target, fault=f"{point}:pause={int(NOTICE_S * 1000)}")
    time.sleep(0.3)
    second = project.start(target)
    for process in (first, second):
        done = project.program.finish(process)
        if done.code != 0:
            raise Failed(f"one of two runs ends with {done}")
    project.expect_end(target)
    lab.database.drop(target)


def crowd_cases(lab, long):
    mixed = lab.project("mixed", MIXED)
    outside = lab.project("outside transactions", OUTSIDE[lab.database.name])
    for round_ in range(5 if long else 1):
        yield (f"eight runs at once, round {round_ + 1}", lambda: crowd(lab, mixed))
        yield (f"eight runs at once outside transactions, round {round_ + 1}",
               lambda: crowd(lab, outside))
    points_held = ["migrate.locked:1"]
    if lab.database.name == "mariadb":
        points_held += ["ledger.before-commit:2"]
    else:
        points_held += ["feed.before-commit:1", "ledger.before-statement:3"]
    for point in points_held:
        yield (f"a second run waits and takes over, killed at {point}",
               lambda point=point: succession(lab, outside, point))
    if lab.database.name == "postgres":
        yield ("a waiting run does not hold up CREATE INDEX CONCURRENTLY",
               lambda: side_by_side(lab, outside, "ledger.after-intent:1"))
    if lab.database.name == "sqlite":
        leaving = lab.project("leaving WAL", LEAVING_WAL)
        yield ("a waiting run does not hold up the way out of WAL",
               lambda: side_by_side(lab, leaving, "migrate.locked:1"))


# --- statements that outlive their client ------------------------------------------------------------
SLOW = {
    "mariadb": files(
        "-- a\nCREATE TABLE a (id bigint NOT NULL PRIMARY KEY);\nINSERT INTO a VALUES (1);\n",
        "-- slow\nCREATE TABLE slow AS SELECT sleep(2) AS nothing, id FROM a;\n"
        "CREATE TABLE b (id bigint);\n",
        "-- c\nCREATE TABLE c (id bigint);\nINSERT INTO c SELECT id FROM a;\n"),
    "postgres": files(
        "-- a\nCREATE TABLE a (id bigint NOT NULL PRIMARY KEY);\nINSERT INTO a VALUES (1);\n",
        "-- slow\n-- dunlin: no-transaction\n"
        "CREATE TABLE slow AS SELECT pg_sleep(2)::text AS nothing, id FROM a;\n"
        "CREATE TABLE b (id bigint);\n",
        "-- c\nCREATE TABLE c (id bigint);\nINSERT INTO c SELECT id FROM a;\n"),
}
SLEEPING = {
    "mariadb": "SELECT count(*) FROM information_schema.processlist WHERE db = '%s'"
               " AND info LIKE '%%sleep(2)%%' AND id <> connection_id();",
    "postgres": "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' AND state = 'active'"
                " AND query LIKE '%%pg_sleep(2)%%' AND pid <> pg_backend_pid();",
}


def sleeps(lab, target):
    return lab.database.admin(SLEEPING[lab.database.name] % target.name).strip() != "0"


def outlived(lab):
    """The client dies, its statement does not know. The next run waits for it."""
    project = lab.project("slow", SLOW[lab.database.name])
    target = project.fresh()
    first = project.start(target)
    wait_until(lambda: sleeps(lab, target), "the slow statement runs")
    first.kill()
    project.program.finish(first)
    done = project.migrate(target)
    if done.code != 0:
        raise Failed(f"the run behind it ends with {done}")
    project.expect_end(target)
    lab.database.drop(target)


WORDS = "-- a\nCREATE TABLE a (id bigint NOT NULL PRIMARY KEY, word varchar(20));\n" \
        "CREATE INDEX a_number_idx ON a (id);\nINSERT INTO a VALUES (1, 'x');\n"
# Each waits for an open transaction that has touched table a.
WAITING = {
    "mariadb": {"ALTER TABLE": "ALTER TABLE a ADD COLUMN more bigint"},
    "postgres": {"CREATE INDEX CONCURRENTLY": "CREATE INDEX CONCURRENTLY a_word_idx ON a (word)",
                 "REINDEX INDEX CONCURRENTLY": "REINDEX INDEX CONCURRENTLY a_number_idx",
                 "REINDEX TABLE CONCURRENTLY": "REINDEX (VERBOSE) TABLE CONCURRENTLY public.a"},
}
IS_WAITING = {
    "mariadb": "SELECT count(*) FROM information_schema.processlist WHERE db = database()"
               " AND state LIKE 'Waiting for table metadata%';",
    # An index is half built, and its builder waits for the transaction.
    "postgres": "SELECT count(*) FROM pg_index WHERE NOT indisvalid AND EXISTS (SELECT 1 FROM"
                " pg_stat_activity WHERE wait_event = 'virtualxid' AND datname = current_database());",
}


class Blocked:
    """A run whose statement waits in the server for the transaction of somebody else."""

    def __init__(self, lab, statement):
        self.lab = lab
        self.project = lab.project(statement, files(
            WORDS, f"-- slow\n{WAITING[lab.database.name][statement]};\nUPDATE a SET word = 'y';\n"))
        self.target = self.project.fresh()
        self.project.must(self.target, "--to", "0001_a")
        name = self.target.name
        self.other = subprocess.Popen(
            lab.database.client(name) if lab.database.name == "postgres"
            else lab.database.client("mariadb", "-N", "-B", "-n", name),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.other.stdin.write("BEGIN; UPDATE a SET word = 'z'; SELECT 'begun';\n")
        self.other.stdin.flush()
        self.other.stdout.readline()
        self.run = self.project.start(self.target)
        self.wait()

    def wait(self):
        wait_until(lambda: self.lab.database.execute(
            self.target, IS_WAITING[self.lab.database.name]).strip() != "0", "the statement waits")

    def kill(self):
        self.run.kill()
        self.project.program.finish(self.run)

    def let_go(self):
        self.other.stdin.write("ROLLBACK;\n")
        self.other.stdin.close()
        self.other.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.other.poll() is None:
            self.other.kill()
            self.other.wait()
        self.other.stdout.close()


def ended(lab, statement):
    """The client dies, its statement waits on. The next run names its session, and with --cancel
    ends it and goes on."""
    with Blocked(lab, statement) as blocked:
        project, target = blocked.project, blocked.target
        blocked.kill()
        done = project.migrate(target, "--lock-timeout", "300ms")
        if done.code != 5 or "[run.locked]" not in done.errors or not re.search(
                r"\(process \d+ .*, since 20[-0-9]+T[0-9:]+Z\)", done.errors):
            raise Failed(f"while the dead run's statement waits, the next run ends with {done}")
        following = project.start(target, "--cancel")
        wait_until_told(following, "ending the run that holds the lock")
        blocked.wait()
        blocked.let_go()
        done = project.program.finish(following)
        if done.code != 0:
            raise Failed(f"with --cancel the next run ends with {done}")
    lab.converge(project, target)


def stopped(lab, statement):
    """An administrator cancels the statement of a run that lives."""
    with Blocked(lab, statement) as blocked:
        lab.database.execute(
            blocked.target, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event = 'virtualxid';")
        done = blocked.project.program.finish(blocked.run)
        if done.code not in (1, 6) or "[database." not in done.errors:
            raise Failed(f"the run whose statement was cancelled ends with {done}")
        blocked.let_go()
    lab.converge(blocked.project, blocked.target)


# A session that the ledger names, and how to make one: its id and what tells it from later ones.
SESSION = {
    "mariadb": "SELECT concat(connection_id(), ' ', 'dunlin_session_', if(get_lock(concat("
               "'dunlin_session_', connection_id()), 0), connection_id(), ''));\n",
    "postgres": "SELECT pid || ' ' || to_char(backend_start AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM pg_stat_activity"
                " WHERE pid = pg_backend_pid();\n",
}


def left_behind(lab):
    """The run lock is free, and the session that the ledger names is there all the same."""
    project = lab.project("outside transactions", OUTSIDE[lab.database.name])
    target = project.fresh()
    done = project.migrate(target, fault="ledger.after-intent:1:kill")
    if done.code != KILLED:
        raise Failed(f"ledger.after-intent was not reached: {done}")
    lab.database.settle(target)
    # In another database: settle() waits for the sessions of this one.
    with subprocess.Popen(lab.database.client("postgres") if lab.database.name == "postgres"
                          else lab.database.client("mariadb", "-N", "-B", "-n"),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        other.stdin.write(SESSION[lab.database.name])
        other.stdin.flush()
        backend, start = other.stdout.readline().split()
        lab.database.execute(target, f"UPDATE dunlin_statements SET backend = '{backend}',"
                             f" backend_start = '{start}' WHERE phase = 'intent';")
        done = project.migrate(target, "--lock-timeout", "300ms")
        if done.code != 5 or f"(process {backend})" not in done.errors \
                or "[ledger.session]" not in done.errors:
            raise Failed(f"while the session lives, the next run ends with {done}")
        done = project.migrate(target, "--cancel")
        if done.code != 0 or f"ending the session of an earlier run (process {backend})" \
                not in done.errors:
            raise Failed(f"with --cancel the next run ends with {done}")
        other.stdin.close()
    lab.converge(project, target)


def spoiled(lab):
    """A unique index that the data forbid: the invalid one goes when the data are mended."""
    project = lab.project("spoiled", files(
        "-- a\nCREATE TABLE a (id bigint PRIMARY KEY, word text);\nINSERT INTO a VALUES (1, 'x');\n",
        "-- index\nCREATE UNIQUE INDEX CONCURRENTLY a_word_idx ON a (word);\n"))
    target = project.fresh()
    project.must(target, "--to", "0001_a")
    lab.database.execute(target, "INSERT INTO a VALUES (2, 'x');")
    for _ in range(2):
        done = project.migrate(target)
        if done.code != 6 or "[database.constraint]" not in done.errors:  # the index is there, invalid
            raise Failed(f"on bad data the run ends with {done}")
    lab.database.execute(target, "DELETE FROM a WHERE id = 2;")
    lab.converge(project, target)


# --- through a pooler ---------------------------------------------------------------------------------------
PLAIN = files(*(f"-- {name}\nCREATE TABLE {name} (id bigint);\nINSERT INTO {name} VALUES (1);\n"
                for name in ("a", "b", "c", "d")))


def pooled(lab, target):
    url = os.environ.get("DUNLIN_TEST_PGBOUNCER")
    if not url:
        raise Broken("there is no pooler: DUNLIN_TEST_PGBOUNCER is not set")
    return lab.database.through(target, urllib.parse.urlsplit(url).port)


def agreed(lab, project, target):
    """The pooler keeps its sessions, so there is no waiting for their end."""
    project.must(target)
    left = lab.database.execute(target, "SELECT * FROM dunlin_meta;\nDROP TABLE dunlin_meta;")
    if left:
        raise Failed(f"a lease is left: {left}")
    project.expect_end(target)
    lab.database.drop(target)


def robbed(lab):
    """A run that stands still for longer than its lease lasts commits nothing any more."""
    project = lab.project("plain", PLAIN)
    target = project.fresh()
    first = project.start(pooled(lab, target), fault="run.before-tracker:1:stop")
    wait_until(lambda: state_of(first.pid) == "T", "the first run stands still")
    done = project.migrate(pooled(lab, target), "--lock-timeout", "300ms")
    if done.code != 5 or f"(process {first.pid} on" not in done.errors:
        raise Failed(f"while the lease lasts, the second run ends with {done}")
    lab.database.execute(target, "UPDATE dunlin_meta SET expires_at = '2001-01-01';")
    project.must(pooled(lab, target))
    first.send_signal(signal.SIGCONT)
    done = project.program.finish(first)
    if done.code != 5 or "[run.lease-lost]" not in done.errors:
        raise Failed(f"the robbed run ends with {done}")
    agreed(lab, project, target)


def pooled_kill(lab, point):
    project = lab.project("plain", PLAIN)
    target = project.fresh()
    done = project.migrate(pooled(lab, target), fault=f"{point}:kill")
    if done.code != KILLED:
        raise Failed(f"{point} was not reached: {done}")
    project.must(pooled(lab, target), "--cancel")
    agreed(lab, project, target)


def pooler_cases(lab):
    yield "a lease is taken over from a run that stands still", lambda: robbed(lab)
    for point in ("lease.before-take:1", "lease.after-take:1", "run.after-tracker:1",
                  "feed.before-statement:3", "feed.before-commit:2", "feed.after-commit:2"):
        yield (f"killed at {point} through a pooler", functools.partial(pooled_kill, lab, point))


# --- what nothing can tell -------------------------------------------------------------------------------
# Migrations whose statement 1 leaves no trace in any catalog, and commits.
UNDECIDABLE = {"mariadb": {
    "TRUNCATE": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL PRIMARY KEY);\nINSERT INTO log VALUES (1);\n",
        "-- more\nTRUNCATE TABLE log;\nINSERT INTO log VALUES (2);\n"),
    "a table without transactions": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL) ENGINE=MyISAM;\n",
        "-- more\n-- dunlin: no-transaction\nINSERT INTO log VALUES (1);\n"
        "INSERT INTO log VALUES (2);\n"),
    "a table without transactions, made by the same run": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL) ENGINE=MyISAM;\n",
        "-- more\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2);\n"),
    "a procedure that commits": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL);\n"
        "CREATE PROCEDURE add_one() BEGIN INSERT INTO log VALUES (1); COMMIT; END;\n",
        "-- more\nCALL add_one();\nCREATE TABLE behind (id bigint);\n"),
}, "postgres": {
    "a procedure that commits": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL);\nCREATE PROCEDURE add_one() LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO log VALUES (1); COMMIT; END $$;\n",
        "-- more\nCALL add_one();\nCREATE TABLE behind (id bigint);\n"),
    "a block that commits": files(
        "-- log\nCREATE TABLE log (id bigint NOT NULL);\n",
        "-- more\nDO $$ BEGIN INSERT INTO log VALUES (1); COMMIT; END $$;\nCREATE TABLE behind (id bigint);\n"),
}}


def undecidable(lab, name, answer):
    """The next run says that nothing can tell, shows the statement, and names `dunlin resume`."""
    project = lab.project(name, UNDECIDABLE[lab.database.name][name])
    target = project.fresh()
    occurrence = 1
    if name.endswith("same run"):
        occurrence = 2
    else:
        project.must(target, "--to", "0001_log")
    point = "after-statement" if answer == "--done" else "before-statement"
    done = project.migrate(target, fault=f"ledger.{point}:{occurrence}:kill")
    if done.code != KILLED:
        raise Failed(f"{point} was not reached: {done}")
    lab.database.settle(target)
    done = project.migrate(target)
    statement = [line for line in project.history.files[1][1].splitlines() if line[0] != "-"][0]
    for what in ("[ledger.undecided]", statement.rstrip(";"), "dunlin resume 0002_more --done"):
        if done.code != 6 or what not in done.errors:
            raise Failed(f"the next run should say '{what}': {done}")
    done = project.program.run(["--url", target.url, "resume", "0002_more", answer], project.folder)
    if done.code != 0:
        raise Failed(f"resume {answer} ends with {done}")
    project.must(target)
    project.expect_end(target)
    lab.database.drop(target)


# --- the server ----------------------------------------------------------------------------------------
def restarted(lab, kill, project_name):
    """The server ends under a running statement, and comes back."""
    texts = SLOW[lab.database.name]
    if project_name == "in a transaction":
        texts = [(tag, sql.replace("-- dunlin: no-transaction\n", "")) for tag, sql in texts]
    project = lab.project(f"slow {project_name}", texts)
    target = project.fresh()
    first = project.start(target)
    wait_until(lambda: sleeps(lab, target), "the slow statement runs")
    name = lab.database.name
    done = subprocess.run([f"{os.path.dirname(HERE)}/servers", "restart",
                           *(["--kill"] if kill else []), name], capture_output=True, text=True)
    if done.returncode != 0:
        raise Broken(f"tests/servers cannot restart {name}: {done.stderr}")
    done = project.program.finish(first)
    if done.code not in (0, 1, 6):
        raise Failed(f"the run ends with {done}")
    lab.converge(project, target)


def restart_cases(lab):
    names = ["outside transactions"]
    if lab.database.name == "postgres":
        names.append("in a transaction")
    for name in names:
        yield (f"the server is restarted under a statement, {name}",
               lambda name=name: restarted(lab, False, name))
        yield (f"the server is killed under a statement, {name}",
               lambda name=name: restarted(lab, True, name))


# --- the disk ------------------------------------------------------------------------------------------
DISK = files(
    "-- start\nCREATE TABLE filler (id integer PRIMARY KEY, body text);\n"
    "INSERT INTO filler VALUES (1, hex(zeroblob(4000)));\n",
    "-- fill\nINSERT INTO filler SELECT value, hex(zeroblob(2000)) FROM"
    " (WITH RECURSIVE n (value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value < 20)"
    "  SELECT value FROM n);\nCREATE INDEX filler_body_idx ON filler (body);\n",
    "-- bare\n-- dunlin: no-transaction\nUPDATE filler SET body = body || body WHERE id < 6;\n"
    "CREATE TABLE behind (id integer PRIMARY KEY, body text);\n"
    "INSERT INTO behind SELECT id, body FROM filler;\n",
    "-- last\nDROP INDEX filler_body_idx;\n")


def can_mount():
    """Root can, and the root of a user namespace; there servers cannot be restarted, however."""
    return os.geteuid() == 0


class SmallDisk:
    def __init__(self, parent, kib):
        self.folder = tempfile.mkdtemp(prefix="disk", dir=parent)
        self.mount("-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", self.folder)

    def mount(self, *arguments):
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            os.rmdir(self.folder)
            raise Broken("a small disk cannot be mounted; this test needs root, or: unshare --user "
                         f"--map-root-user --mount\n{done.stderr}")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        subprocess.run(["umount", "-l", self.folder], check=False)
        os.rmdir(self.folder)

    def grow(self):
        self.mount("-o", "remount,size=64m", self.folder)


def full_disk(lab, kib, begun):
    """`begun`: half of the migrations are there, so a backup is the first thing to be written."""
    project = lab.project("disk", DISK)
    with SmallDisk(lab.database.folder, kib) as disk:
        os.mkdir(f"{disk.folder}/db")
        target = Target(f"sqlite:{disk.folder}/db/app.db", f"{disk.folder}/db")
        if begun:
            project.must(target, "--to", "0002_fill")
        done = project.migrate(target)
        if done.code == 0:
            raise Failed("the disk did not get full")
        if done.code not in (1, 6) or not re.search(r"full|No space|room", done.errors):
            raise Failed(f"on a full disk the run ends with {done}")
        project.expect_between(target)
        disk.grow()
        done = project.migrate(target)
        if done.code != 0:
            raise Failed(f"with room again, the run ends with {done}")
        project.expect_end(target)


def disk_cases(lab, long):
    for kib in range(4, 480, 4 if long else 56):
        yield f"a disk of {kib} KiB", functools.partial(full_disk, lab, kib, False)
    for kib in range(300, 690, 4 if long else 70):
        yield f"a disk of {kib} KiB, begun before", functools.partial(full_disk, lab, kib, True)


# --- all of them ------------------------------------------------------------------------------------------
def named(database, pairs):
    for name, work in pairs:
        yield f"{database.name}, {name}", work


def cases(program, database, long):
    """Those that may run beside others."""
    lab = Lab(program, database)
    yield from named(database, crowd_cases(lab, long))
    if database.name == "sqlite":
        if can_mount():
            yield from named(database, disk_cases(lab, long))
        return
    yield from named(database, connection_cases(lab, long))
    yield from named(database, [
        ("a statement outlives its client", lambda: outlived(lab)),
        ("a session is left behind that the ledger names", lambda: left_behind(lab))])
    yield from named(database, [
        (f"{statement} outlives its client, and --cancel ends it",
         functools.partial(ended, lab, statement)) for statement in WAITING[database.name]])
    if database.name == "postgres":
        yield from named(database, [
            (f"{statement} is cancelled in the server", functools.partial(stopped, lab, statement))
            for statement in WAITING[database.name]])
        yield from named(database, [
            ("an index that the data forbid", lambda: spoiled(lab))])
        yield from named(database, pooler_cases(lab))
    yield from named(database, [
        (f"{name}: nothing tells, resume {answer}",
         functools.partial(undecidable, lab, name, answer))
        for name in UNDECIDABLE[database.name] for answer in ("--done", "--redo")])


def alone(program, database, long):
    """Those that nobody else may notice."""
    del long
    if database.name != "sqlite":
        yield from named(database, restart_cases(Lab(program, database)))
