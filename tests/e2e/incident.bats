#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The story of docs/incident.md: its commands are run, and print what the page says. To write the
# page's output anew: WRITE_INCIDENT=1 bats tests/e2e/incident.bats
# bats file_tags=plain

load helper

# A database that somebody migrated without the tracker, and a journal that names a file by another
# name.
break_it() {
    local journal=project/drizzle/meta/_journal.json
    drizzle_project project
    rm -f project/schema.ts project/drizzle.config.ts
    dunlin migrate -C project --no-backup --to "$(drizzle_tag 10)"
    assert_exit 0
    sql project/app.db "DELETE FROM __drizzle_migrations" "DROP TABLE IF EXISTS dunlin_migrations" \
        "DROP TABLE IF EXISTS dunlin_log" "DROP TABLE IF EXISTS dunlin_meta"
    sed -i 's/0009_glamorous_boom_boom/0009_sleepy_dreaming_celestial/' "$journal"
}

@test "the incident is found out and mended as docs/incident.md tells it" {
    break_it
    mkdir bin
    ln -s "$DUNLIN" bin/dunlin
    cp "$tree/docs/incident.md" page.md
    PATH=$PWD/bin:$PATH python3 - <<'END'
import re, subprocess

def run(command):
    done = subprocess.run(["bash", "-c", command], cwd="project", capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    text = (done.stdout + done.stderr).strip("\n")
    text += "\n" if text else ""
    text = re.sub(r"sqlite:\S*/app\.db", "sqlite:app.db", text)
    text = re.sub(r"SQLite \d\S+", "SQLite 3", text)
    text = re.sub(r"\S*/app.db-dunlin-backups/\S+", "app.db-dunlin-backups/20261123T091500Z.backup",
                  text)
    return text + f"exit code {done.returncode}\n"

def block(match):
    return f"```console\n$ {match[1]}\n{run(match[1])}```"

text = open("page.md", encoding="utf-8").read()
with open("true.md", "w", encoding="utf-8") as file:
    file.write(re.sub(r"```console\n\$ (.*?)\n.*?```", block, text, flags=re.S))
END
    if [ -n "${WRITE_INCIDENT-}" ]; then
        cp true.md "$tree/docs/incident.md"
    fi
    diff -u page.md true.md >differences || fail "$(cat differences)"

    # Nothing was lost, and the four agree.
    run diff "$(fixture drizzle-sqlite/drizzle/meta/_journal.json)" project/drizzle/meta/_journal.json
    assert_exit 0
    assert_equal "$(schema_of project/app.db | jq .tables)" \
        "$(jq -S .tables "$(fixture drizzle-sqlite/expected/0012.json)")"
}
