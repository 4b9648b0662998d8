# SPDX-License-Identifier: MIT
"""The topics of tests/bench/run that need a server."""
import glob
import os
import shutil
import subprocess
import urllib.parse

import doctor
import project
import relay
import schema
import shadow
from measuring import PEAK_LIMIT_KB, TOP, Failed, ratio_of

DELAY_MS = 5
DELAYED = 200  # migrations of the runs that are held back: the ratio is that of any number
BULK_MB = 1000
BULK_PEAK_KB = 60_000


def newest(pattern):
    found = sorted(glob.glob(pattern))
    return found[-1] if found else None


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


class Server:
    """What the topics need to know of a server; each kind has its own programs."""
    variable = server = driver = client = ""

    def __init__(self, bench):
        self.bench = bench
        self.address = urllib.parse.urlsplit(os.environ[self.variable])

    def url(self, database, port=None):
        host = f"{self.address.username}@{self.address.hostname}:{port or self.address.port}"
        return f"{self.address.scheme}://{host}/{database}"

    def dunlin(self, base, database, port=None):
        return [self.bench.dunlin, "migrate", "--no-backup", "--url", self.url(database, port),
                "--dir", base]

    def dbmate(self, base, database, port=None):
        return [self.bench.dbmate, "--url", self.url(database, port), "--migrations-dir",
                os.path.join(base, "migrations"), "--no-dump-schema", "migrate"]

    def expect_tables(self, database, wanted):
        """What was measured must have happened: one table t... per migration."""
        found = int(self.ask(database, "SELECT count(*) FROM information_schema.tables WHERE"
                             f" table_name LIKE 't_____' AND {self.here(database)}"))
        if found != wanted:
            raise Failed(f"{self.client}: {found} tables in '{database}' instead of {wanted}")

    def tracker(self, database, count):
        """DDL, and one INSERT per migration, read from a database that dunlin made."""
        ddl, inserts = self.dump(database)
        if len(inserts) != count:
            raise Failed(f"dunlin recorded {len(inserts)} of {count} migrations")
        return ddl, inserts

    def script(self, path, count, tracker):
        """Same statements, same transactions; `tracker` may be None."""
        ddl, inserts = tracker or ("", [""] * count)
        with open(path, "w", encoding="utf-8") as file:
            file.write(ddl + "\n")
            for number in range(1, count + 1):
                statements = project.statements(number, "tables")
                file.write("\n".join(self.unit([*statements, inserts[number - 1]])) + "\n")
        return path


class Mysql(Server):
    variable, server, driver, client = "DUNLIN_TEST_MYSQL", "mariadb", "mysql", "mariadb"
    programs = ("mariadb", "mariadb-dump")

    def __init__(self, bench):
        super().__init__(bench)
        self.options = ["--no-defaults", "-h", self.address.hostname, "-P",
                        str(self.address.port), "-u", self.address.username]

    @staticmethod
    def unit(statements):
        return statements  # each commits by itself, as do most of dunlin's

    @staticmethod
    def here(database):
        return f"table_schema = '{database}'"

    def talk(self, _):
        return ["mariadb", *self.options]

    @staticmethod
    def saying(sql):
        return ["-e", sql]

    def ask(self, database, sql):
        return run(["mariadb", *self.options, "-N", "-B", database], sql)

    def fresh(self, database):
        self.ask("", f"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}")

    def dump(self, database):
        command = ["mariadb-dump", *self.options, "--compact", "--hex-blob",
                   "--skip-extended-insert"]
        ddl = run([*command, "--no-data", database, "dunlin_migrations"])
        rows = run([*command, "--no-create-info", database, "dunlin_migrations"])
        ddl = "\n".join(line for line in ddl.splitlines() if not line.startswith("/*"))
        return ddl, [line for line in rows.splitlines() if line.startswith("INSERT")]

    def play(self, script, database):
        # A table that is not there yet has no definition to show: that is no reason to stop.
        return ["mariadb", *self.options, "--force", database], script

    def guarded(self, path, count, tracker, facts):
        """What dunlin does for each statement that commits by itself, fed to the client: a row
        that announces it and, with `facts`, the definition that it is about to change. Data share
        a transaction with the record."""
        ddl, inserts = tracker
        columns = ("run_id varchar(255) NOT NULL, tag varchar(255) NOT NULL, ordinal int NOT NULL,"
                   " digest varchar(255) NOT NULL, facts varchar(255), PRIMARY KEY (tag, ordinal)")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{ddl}\nCREATE TABLE announced ({columns});\n")
            for number in range(1, count + 1):
                *changes, data = project.statements(number, "tables")
                for ordinal, change in enumerate(changes, 1):
                    if facts:
                        file.write(f"SHOW CREATE TABLE t{number:05d};\n")
                    file.write(f"INSERT INTO announced VALUES ('{'r' * 32}',"
                               f" '{project.tag(number)}', {ordinal}, '{'d' * 64}',"
                               f" '{'f' * 64}');\n{change}\n")
                file.write(f"START TRANSACTION;\n{data}\n{inserts[number - 1]}\nCOMMIT;\n")
        return path


class Postgres(Server):
    variable, server, driver, client = "DUNLIN_TEST_POSTGRES", "postgres", "postgres", "psql"

    def __init__(self, bench):
        super().__init__(bench)
        # Not Debian's wrapper, which is a Perl program.
        self.folder = os.path.dirname(newest("/usr/lib/postgresql/*/bin/psql") or
                                      shutil.which("psql"))

    @staticmethod
    def unit(statements):
        return ["BEGIN;", *statements, "COMMIT;"]

    @staticmethod
    def here(_):
        return "table_schema = 'public'"

    def url(self, database, port=None):
        return super().url(database, port) + "?sslmode=disable"  # dbmate needs it: so do it all

    def psql(self, database, port=None):
        return [os.path.join(self.folder, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-d", self.url(database, port)]

    def talk(self, database):
        return self.psql(database or "postgres")

    @staticmethod
    def saying(sql):
        return ["-c", sql]

    def ask(self, database, sql):
        return run(self.psql(database or "postgres"), sql)

    def fresh(self, database):
        self.ask("", f"DROP DATABASE IF EXISTS {database};\nCREATE DATABASE {database};")

    def dump(self, database):
        command = [os.path.join(self.folder, "pg_dump"), "--no-owner", "-t", "dunlin_migrations",
                   "-d", self.url(database)]
        skipped = ("SET ", "SELECT ", "--", "\\")
        ddl = run([*command, "--schema-only"]).splitlines()
        rows = run([*command, "--data-only", "--inserts"]).splitlines()
        return ("\n".join(line for line in ddl if not line.startswith(skipped)),
                [line for line in rows if line.startswith("INSERT")])

    def play(self, script, database, port=None):
        return [*self.psql(database, port), "-f", script], None


# --- what is measured ----------------------------------------------------------------------------

class Apply:
    """Contenders that apply a number of migrations, each in a database of its own."""

    def __init__(self, bench, server, count, port=None):
        self.bench, self.server, self.count, self.port = bench, server, count, port
        self.base = bench.folder(f"{server.driver}-{count}")
        project.make(self.base, count, dialect=server.driver)
        self.contenders = []

    def add(self, name, command, stdin=None):
        database = f"bench_{name}"
        self.contenders.append((name, lambda: self.server.fresh(database), command, stdin))

    def add_dunlin(self):
        """First: what it records is what the others are to record."""
        command = self.server.dunlin(self.base, "bench_dunlin")
        self.server.fresh("bench_dunlin")
        self.bench.once(command)
        self.add("dunlin", self.server.dunlin(self.base, "bench_dunlin", self.port))
        return self.server.tracker("bench_dunlin", self.count)

    def add_client(self, name, tracker):
        path = os.path.join(self.bench.scratch, f"{self.server.driver}-{name}-{self.count}.sql")
        self.server.script(path, self.count, tracker)
        options = {"port": self.port} if self.port else {}
        self.add(name, *self.server.play(path, f"bench_{name}", **options))

    def add_guarded(self, name, tracker, facts):
        path = os.path.join(self.bench.scratch, f"{self.server.driver}-{name}.sql")
        self.server.guarded(path, self.count, tracker, facts)
        self.add(name, *self.server.play(path, f"bench_{name}"))

    def add_dbmate(self):
        if not self.bench.dbmate:
            return
        base = self.bench.folder(f"{self.server.driver}-{self.count}-dbmate")
        project.make(base, self.count, dbmate=True)
        self.add("dbmate", self.server.dbmate(base, "bench_dbmate"))

    def measure(self, runs):
        medians = self.bench.compete(self.contenders, runs)
        for name, *_ in self.contenders:
            self.server.expect_tables(f"bench_{name}", self.count)
        return medians


class Variants:
    """Runs of dunlin with other files, or on another database, against one another."""

    def __init__(self, bench, server, count=1000):
        self.bench, self.server, self.count = bench, server, count
        self.contenders = []

    def add(self, name, shape="tables", dialect=None, prepare=None):
        base = self.bench.folder(f"{self.server.driver}-{name}")
        database = f"bench_{name}"
        project.make(base, self.count, shape, dialect=dialect or self.server.driver)
        self.server.fresh(database)
        command = self.server.dunlin(base, database)
        self.contenders.append(
            (name, prepare or (lambda: self.server.fresh(database)), command, None))
        return database, command

    def compare(self, what, ours, own, target):
        medians = self.medians
        self.bench.rows.append({
            "what": what, "other": "dunlin", "target": target, "dunlin": medians[ours]["wall"],
            "theirs": medians[own]["wall"], "ratio": ratio_of(medians[ours], medians[own])})

    def measure(self):
        self.medians = self.bench.compete(self.contenders, self.bench.runs)
        for name, *_ in self.contenders:
            self.server.expect_tables(f"bench_{name}", self.count)


def bench_portable(bench, server):
    """What translating costs."""
    race = Variants(bench, server)
    race.add("own")
    race.add("portable", dialect="portable")
    race.measure()
    race.compare(f"{server.server}: a portable history, against its own dialect", "portable", "own",
                 1.3)
    bench.note_peaks(f"{server.server}: a portable history", {"portable": race.medians["portable"]})


def bench_guards(bench, server):
    """What IF NOT EXISTS costs, and what a run costs that finds everything there."""
    race = Variants(bench, server)
    race.add("plain", "plain")
    race.add("guarded", "guarded")

    def forget():
        server.ask("bench_present", "DELETE FROM dunlin_migrations")

    _, command = race.add("present", "guarded", prepare=forget)
    command += ["--allow-nonempty"]
    bench.once(command)
    race.measure()
    race.compare(f"{server.server}: IF NOT EXISTS everywhere, against none", "guarded", "plain", 1.2)
    race.compare("  again, all there and the tracker emptied", "present", "guarded", 0.2)


def bench_nothing(bench, server, count=1000):
    """Nothing to do. dbmate looks at names only: it gets its rows directly."""
    base = bench.folder(f"{server.driver}-nothing")
    foreign = bench.folder(f"{server.driver}-nothing-dbmate")
    project.make(base, count, "mixed", dialect=server.driver)
    server.fresh("bench_dunlin")
    commands = {"dunlin": lambda port=None: server.dunlin(base, "bench_dunlin", port)}
    bench.once(commands["dunlin"]())
    if bench.dbmate:
        project.make(foreign, count, "mixed", dbmate=True)
        versions = [project.tag(number).split("_")[0] for number in range(1, count + 1)]
        server.fresh("bench_dbmate")
        server.ask("bench_dbmate",
                   "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);"
                   "INSERT INTO schema_migrations VALUES ('" + "'), ('".join(versions) + "');")
        commands["dbmate"] = lambda port=None: server.dbmate(foreign, "bench_dbmate", port)
    medians = bench.compete([(name, None, command(), None) for name, command in commands.items()],
                            bench.runs * 4)
    what = f"{server.server}: nothing to do, {count:,} applied"
    bench.compare(what, medians, "dbmate", 0.5)
    bench.note_peaks(what, medians)

    turns = {}
    for name, command in commands.items():
        counts = []
        with relay.relayed(bench, server, 0, counts) as port:
            bench.once(command(port))
        turns[name] = counts[1]
    bench.rows.append({"what": "  its round trips, connecting included", "other": "dbmate",
                       "target": None, "dunlin": turns["dunlin"], "theirs": turns.get("dbmate"),
                       "ratio": None, "unit": "count"})


def bench_bulk(bench, server):
    """A large file of INSERTs: it must not be held in memory."""
    base = bench.folder(f"{server.driver}-bulk")
    project.make(base, 2, dialect=server.driver)
    tables = os.path.join(base, "migrations", f"{project.tag(1)}.sql")
    rows = os.path.join(base, "migrations", f"{project.tag(2)}.sql")
    with open(tables, "w", encoding="utf-8") as file:
        file.write("CREATE TABLE t00001 (id int NOT NULL, body varchar(1000) NOT NULL);\n")
    values = ",\n".join(f"    ({number}, '{'some text; ' * 80}')" for number in range(4))
    block = f"INSERT INTO t00001 (id, body) VALUES\n{values};\n" * 256
    with open(rows, "w", encoding="utf-8") as file:
        for _ in range(BULK_MB * 1_000_000 // len(block) + 1):
            file.write(block)
    server.fresh("bench_dunlin")
    sample = bench.once(server.dunlin(base, "bench_dunlin"))
    server.expect_tables("bench_dunlin", 1)
    megabytes = os.path.getsize(rows) / 1e6
    bench.note_peaks(f"{server.server}: {megabytes:,.0f} MB of INSERTs, {sample['wall']:.0f} s",
                     {"dunlin": sample}, BULK_PEAK_KB)
    shutil.rmtree(base)
    server.fresh("bench_dunlin")


def bench_mysql(bench):
    server = Mysql(bench)
    race = Apply(bench, server, 1000)
    tracker = race.add_dunlin()
    race.add_client("mariadb", tracker)
    race.add_client("bare", None)
    race.add_guarded("announcing", tracker, facts=False)
    race.add_guarded("looking", tracker, facts=True)
    race.add_dbmate()
    medians = race.measure(bench.runs)
    what = f"mariadb: apply {race.count:,} from empty"
    bench.compare(what, medians, "mariadb", 1.3)
    bench.compare("  against a client that records nothing", medians, "bare", None)
    bench.compare("  ... that announces each change as well", medians, "announcing", None)
    bench.compare("  ... and looks before each", medians, "looking", None)
    bench.compare(what, medians, "dbmate", None)
    bench.note_peaks(what, medians)
    bench_portable(bench, server)
    bench_nothing(bench, server)
    if bench.long:
        bench_bulk(bench, server)


def bench_postgres(bench):
    server = Postgres(bench)
    for count, target, runs in ((1000, 0.75, bench.runs), (10000, 1.0, 3)):
        race = Apply(bench, server, count)
        race.add_client("psql", race.add_dunlin())
        if count == 1000:
            race.add_dbmate()
        medians = race.measure(runs)
        what = f"postgres: apply {count:,} from empty"
        bench.compare(what, medians, "psql", target)
        if count == 1000:
            bench.compare("  own processor time", medians, "psql", 1.0, key="cpu")
            bench.compare(what, medians, "dbmate", None)
        bench.note_peaks(what, medians, PEAK_LIMIT_KB if count == 1000 else None)
    with relay.relayed(bench, server, DELAY_MS, []) as port:
        race = Apply(bench, server, DELAYED, port)
        race.add_client("psql", race.add_dunlin())
        medians = race.measure(3)
    bench.compare(f"postgres: apply {DELAYED}, round trips {DELAY_MS} ms longer", medians, "psql",
                  0.2)
    bench_portable(bench, server)
    bench_guards(bench, server)
    bench_nothing(bench, server)
    if bench.long:
        bench_bulk(bench, server)


def bench_mysql_schema(bench):
    schema.bench_schema(bench, schema.Mysql(Mysql(bench)))


def bench_postgres_schema(bench):
    schema.bench_schema(bench, schema.Postgres(Postgres(bench)))


def bench_mysql_doctor(bench):
    doctor.bench_doctor(bench, doctor.OnServer(Mysql(bench)))


def bench_postgres_doctor(bench):
    doctor.bench_doctor(bench, doctor.OnServer(Postgres(bench)))


def bench_postgres_shadow(bench):
    shadow.bench_shadow(bench, Postgres(bench))


TOPICS = {"mysql": (Mysql, bench_mysql), "postgres": (Postgres, bench_postgres),
          "mysql-doctor": (Mysql, bench_mysql_doctor),
          "postgres-doctor": (Postgres, bench_postgres_doctor),
          "postgres-shadow": (Postgres, bench_postgres_shadow),
          "mysql-schema": (Mysql, bench_mysql_schema),
          "postgres-schema": (Postgres, bench_postgres_schema)}


def programs_of(kind):
    """The programs of a kind of server that are missing."""
    if kind is Mysql:
        wanted = [(name, shutil.which(name)) for name in kind.programs]
        wanted.append(("mariadbd", shutil.which("mariadbd", path="/usr/sbin:" + os.environ["PATH"])))
    else:
        wanted = [(name, newest(f"/usr/lib/postgresql/*/bin/{name}") or shutil.which(name))
                  for name in ("postgres", "psql", "pg_dump")]
    return [name for name, path in wanted if not path]


def has_driver(bench, name):
    if not bench.dunlin:
        return False
    done = subprocess.run([bench.dunlin, "drivers", "--json"], capture_output=True, text=True,
                          check=False, env=bench.environment)
    return f'"name": "{name}"' in done.stdout


def measure(bench, topic):
    """One of TOPICS; what cannot be measured is said in the table."""
    kind, work = TOPICS[topic]
    missing = programs_of(kind)
    reason = None
    if missing:
        reason = f"no program {', '.join(missing)}"
    elif not has_driver(bench, kind.driver):
        reason = "no driver"
    elif kind.variable not in os.environ:
        reason = "no server"
    if reason:
        bench.rows.append({"what": topic, "other": "-", "target": None, "dunlin": None,
                           "theirs": None, "ratio": None, "reason": reason})
    else:
        work(bench)


def start_for(topics, folder, command):
    """Runs `command` again with the servers that the topics need and that nobody has started; None
    when there is nothing to start."""
    names = [TOPICS[topic][0].server for topic in topics
             if topic in TOPICS and TOPICS[topic][0].variable not in os.environ
             and not programs_of(TOPICS[topic][0])]
    if not names or "DUNLIN_BENCH_SERVERS" in os.environ:
        return None
    state = os.path.join(folder, f"dunlin-bench-servers-{os.getpid()}")
    environment = dict(os.environ, DUNLIN_SERVERS=state, DUNLIN_BENCH_SERVERS="started")
    try:
        return subprocess.run([os.path.join(TOP, "tests", "servers"), "run", *names, "--",
                               *command], env=environment, check=False).returncode
    finally:
        shutil.rmtree(state, ignore_errors=True)
