#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The README's own project: its commands are run in order and print what it says, but for times, sizes
# and versions. To write what they print into it: WRITE_README=1 bats tests/e2e/readme.bats

load helper

@test "whoever follows the README sees what it shows" {
    mkdir bin shop
    ln -s "$DUNLIN" bin/dunlin
    PATH=$PWD/bin:$PATH python3 - "$tree/README.md" >true.md <<'END'
import glob, os, re, subprocess, sys

FILES = ["init", "add_order_status", "add_shipments", "add_shipments"]
VARY = [(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}", "BACKUP"), (r"\d{14}_", "NUMBER_"), (r"\([0-9.]+ kB\)", "SIZE"),
        (r"\([0-9.]+ m?s\)", "TIME"), (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +[0-9.]+ m?s", "WHEN"),
        (r"SQLite 3[0-9.]+", "SQLITE"), (r" +$", "")]
shop = os.path.realpath("shop")
last = 0

def plain(line):
    for pattern, word in VARY:
        line = re.sub(pattern, word, line)
    return line

def run(command):
    global last
    done = subprocess.run(["bash", "-c", f"(exit {last}); {command}"], cwd=shop, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    last = done.returncode
    return done.stdout.replace(shop, "/srv/shop").splitlines()

def commands(block):
    """Each command with what it prints; lines that differ only in what varies stay as they are."""
    true = []
    for part in re.split(r"(?m)^\$ ", block)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        shown = [line for line in shown if line]
        printed = [] if command.startswith("cd ") else [line.rstrip() for line in run(command)]
        true.append("$ " + command)
        for line in printed:
            same = [old for old in shown if plain(old) == plain(line)]
            true.append(same[0] if line and same else line)
            if line and same:
                shown.remove(same[0])
        true += [""] * (part.endswith("\n\n") and bool(printed))
    return "\n".join(true) + "\n"

def block(match):
    if match[1] == "sql":
        path, = glob.glob(f"{shop}/migrations/*_{FILES.pop(0)}.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(match[2])
        return match[0]
    return match[0] if "./bootstrap" in match[2] else f"```{match[1]}\n{commands(match[2])}```"

with open(sys.argv[1], encoding="utf-8") as file:
    before, story, behind = re.split(r"(?ms)^(?=## Five minutes)|^(?=## A Drizzle project)", file.read())
story = re.sub(r"(?ms)^```(\w*)\n(.*?)^```", block, story)
sys.stdout.write(before + story + behind)
assert not FILES, FILES
END
    if [ -n "${WRITE_README-}" ]; then
        cp true.md "$tree/README.md"
    fi
    diff -u "$tree/README.md" true.md >differences || fail "$(cat differences)"
}
