# SPDX-License-Identifier: MIT
"""Starting servers of other versions, as an unprivileged user, in a folder that goes away."""
import glob
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START_S = 180
STOP_S = 30


class Broken(Exception):
    """A server that does not start."""


def unprivileged(name):
    """Arguments for subprocess: whose account a server of root's runs under."""
    if os.getuid() != 0:
        return {}
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Postgres:
    """By tests/servers, with other programs."""

    def __init__(self, root, folder):
        self.environment = {**os.environ, "DUNLIN_POSTGRES_BIN": f"{root}/bin",
                            "DUNLIN_SERVERS": f"{folder}/state"}

    def servers(self, *arguments):
        done = subprocess.run([f"{TESTS}/servers", *arguments], env=self.environment, text=True,
                              capture_output=True)
        if done.returncode != 0:
            raise Broken(done.stderr.strip() or f"tests/servers {arguments[0]} failed")
        return done.stdout

    def start(self):
        self.servers("start", "postgres")
        for line in self.servers("env").splitlines():
            name, value = shlex.split(line)[1].split("=", 1)
            if name == "DUNLIN_TEST_POSTGRES":
                return {name: value}, value
        raise Broken("tests/servers has no URL for it")

    def stop(self):
        self.servers("stop")


class Daemon:
    """A server of MySQL's protocol."""

    def __init__(self, root, folder):
        self.root = root
        self.folder = folder
        self.data = f"{folder}/data"
        self.port = free_port()
        self.process = None
        self.who = unprivileged("mysql")

    def prepare(self):
        """Makes the data folder; what is made belongs to us until then."""

    def command(self):
        raise NotImplementedError

    def sql(self, text, user="root"):
        done = subprocess.run(["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.port}",
                               f"-u{user}"], input=text, text=True, capture_output=True, timeout=60)
        return None if done.returncode == 0 else done.stderr.strip()

    def log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return "\n".join(file.read().splitlines()[-10:])

    def give(self):
        for parent, _, names in os.walk(self.folder):
            for path in [parent, *(os.path.join(parent, name) for name in names)]:
                if self.who:
                    os.chown(path, self.who["user"], self.who["group"], follow_symlinks=False)

    def start(self):
        os.mkdir(f"{self.folder}/tmp")
        self.prepare()
        with open(f"{self.folder}/log", "a", encoding="utf-8") as log:
            self.give()
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "HOME": self.folder, "TMPDIR": f"{self.folder}/tmp",
                     "LD_LIBRARY_PATH": f"{self.root}/libs:{self.root}"}, **self.who)
        end = time.monotonic() + START_S
        while problem := self.sql("SELECT 1;"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise Broken(f"it does not start: {problem}\n{self.log()}")
            time.sleep(0.1)
        problem = self.sql(self.accounts())
        if problem:
            raise Broken(problem)
        url = f"mysql://{self.account}@127.0.0.1:{self.port}/dunlin"
        return {"DUNLIN_TEST_MYSQL": url}, url

    account = "dunlin"
    charset = "utf8mb4"

    def accounts(self):
        return ("CREATE USER dunlin@'127.0.0.1';\n"
                "GRANT ALL PRIVILEGES ON *.* TO dunlin@'127.0.0.1' WITH GRANT OPTION;\n"
                f"CREATE DATABASE dunlin CHARACTER SET {self.charset};\n")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Mysqld(Daemon):
    def options(self):
        return ["--no-defaults", f"--basedir={self.root}", f"--datadir={self.data}",
                f"--tmpdir={self.folder}/tmp", f"--lc-messages-dir={self.root}/share"]

    def program(self):
        return next(path for path in (f"{self.root}/bin/mariadbd", f"{self.root}/bin/mysqld",
                                      f"{self.root}/mysqld") if os.path.exists(path))

    def command(self):
        # Without TLS: some make keys of 4096 bits first.
        return [self.program(), *self.options(), "--skip-ssl", "--bind-address=127.0.0.1", f"--port={self.port}",
                f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid",
                "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
                "--max-allowed-packet=16M"]


class Mysql56(Mysqld):
    """The package brings a data folder."""

    charset = "utf8"  # keys of at most 767 bytes

    def prepare(self):
        # MySQL 5.6 and the package's own configuration name the folder inside.
        source = f"{self.root}/data"
        if not os.path.isdir(f"{source}/performance_schema"):
            source = f"{source}/mysql"
        shutil.copytree(source, self.data)
        if os.path.exists(f"{self.data}/auto.cnf"):
            os.remove(f"{self.data}/auto.cnf")


class Mariadb(Mysqld):
    """The system tables are made from the scripts that the server comes with."""

    def prepare(self):
        os.makedirs(f"{self.data}/mysql")
        share = f"{self.root}/share"
        name = "mariadb" if glob.glob(f"{share}/mariadb_system*.sql") else "mysql"
        script = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"
        for part in ("system_tables", "performance_tables", "system_tables_data"):
            with open(f"{share}/{name}_{part}.sql", encoding="utf-8") as file:
                script += file.read()
        self.give()
        done = subprocess.run([self.program(), *self.options(), "--bootstrap", "--skip-log-bin"],
                              input=script, text=True, capture_output=True, cwd=self.folder,
                              env={**os.environ, "LD_LIBRARY_PATH": f"{self.root}/libs"}, **self.who)
        if done.returncode != 0:
            raise Broken("its system tables cannot be made: " + done.stderr[-600:])


class OldMariadb(Mariadb):
    """Before 10.2: keys of at most 767 bytes."""

    charset = "utf8"


class Dolt(Daemon):
    """A database is a repository; its only user is root."""

    account = "root"

    def dolt(self, *arguments, folder=None):
        done = subprocess.run([f"{self.root}/dolt", *arguments], cwd=folder or self.folder, text=True,
                              capture_output=True, env={**os.environ, "HOME": self.folder})
        if done.returncode != 0:
            raise Broken(f"dolt {arguments[0]}: {done.stdout}{done.stderr}")

    def prepare(self):
        os.makedirs(f"{self.data}/dunlin")
        self.dolt("config", "--global", "--add", "user.name", "matrix")
        self.dolt("config", "--global", "--add", "user.email", "matrix@example.org")
        self.dolt("config", "--global", "--add", "metrics.disabled", "true")
        self.dolt("init", folder=f"{self.data}/dunlin")

    def accounts(self):
        return "SELECT 1;"

    def command(self):
        return [f"{self.root}/dolt", "sql-server", "-H", "127.0.0.1", "-P", str(self.port), "-u",
                "root", f"--multi-db-dir={self.data}"]
