#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Snapshots of drizzle-kit: read as a third opinion, and written fresh. Servers: fresh_servers.bats.

load helper
load fresh_helper

@test "SQLite: a fresh snapshot is the one that drizzle-kit wrote, and it goes on from there" {
    fresh_snapshots sqlite
}

@test "what drizzle-kit's newest snapshot lacks is told, and schema.ts without a place for it, too" {
    drizzle_project app
    cd app
    jq 'del(.tables.users.columns.locale) | .tables.users.columns.by_hand =
        {name: "by_hand", type: "integer", primaryKey: false, notNull: false, autoincrement: false}' \
        "$(fixture drizzle-sqlite)/drizzle/meta/0012_snapshot.json" >drizzle/meta/0012_snapshot.json
    run_json check
    assert_exit 4
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .outcome, (.problems[] | [.object, .message, .lines[0]])]' \
        "[\"disagrees\",[\"column 'users.by_hand'\",\"only in the snapshot\",null],[\"column 'users.locale'\",\"missing in the snapshot\",\"  locale: text(\\\"locale\\\").notNull().default(\\\"en\\\"),\"]]"
    jq 'del(.tables.team_invites)' "$(fixture drizzle-sqlite)/drizzle/meta/0012_snapshot.json" \
        >drizzle/meta/0012_snapshot.json
    dunlin check
    assert_exit 4
    assert_stdout "schema.ts, at its end:
                  + export const teamInvites = sqliteTable(\"team_invites\", {
                  +   id: text(\"id\").notNull().primaryKey(),
"
    assert_stdout "
                  + ]);
"
    dunlin migrate --no-backup
    run_json doctor
    assert_exit 0
    assert_json '[.findings[] | select(.id == "snapshot.stale") | .severity]' '["warning"]'
    echo '{"version": "6"' >drizzle/meta/0012_snapshot.json
    run_json check
    assert_exit 4
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .outcome, .mend]' '["disagrees","dunlin snapshot --drizzle"]'
    dunlin snapshot --drizzle
    assert_exit 0
    run_json check
    assert_exit 0
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .outcome]' '["agrees"]'
    echo '{}' >drizzle/meta/0012_snapshot.json
    dunlin check
    assert_exit 4
    assert_stdout "DISAGREES     drizzle-snapshot (sqlite): drizzle-kit's newest snapshot cannot be read"
}

@test "where the newest snapshots alone are missing, nothing is to be declared a second time" {
    drizzle_project app
    cd app
    dunlin migrate --no-backup
    rm drizzle/meta/0012_snapshot.json
    dunlin check
    assert_exit 4
    assert_stdout "drizzle-kit's newest snapshot is missing
                0012_team_invites: there is no snapshot of it, and the definition has what it makes
              to mend: dunlin snapshot --drizzle
"
    rm drizzle/meta/0011_snapshot.json
    run_json check
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | (.problems | length), .mend]' \
        '[1,"dunlin snapshot --drizzle"]'
    # What the definition lacks as well is told.
    cp schema.ts right
    sed -i '/acceptedAt: /d; s/slug: text("slug").notNull()/slug: text("slug")/; /team_invites_pending_idx/d' schema.ts
    run_json check
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .mend, (.problems[] | .object, .lines[0])]' \
        '["bring the definition up to date, then dunlin snapshot --drizzle","column '"'team_invites.accepted_at'"'","  acceptedAt: integer(\"accepted_at\"),","index '"'team_invites.team_invites_pending_idx'"'","  uniqueIndex(\"team_invites_pending_idx\").on(t.teamId, t.email).where(sql`${t.acceptedAt} IS NULL`),","column '"'teams.slug'"'","  slug: text(\"slug\").notNull(),"]'
    # And what it has that is gone, which only the older snapshot has.
    sed 's/locale: text/legacyImportId: text("legacy_import_id"),\n  locale: text/' right >schema.ts
    run_json check
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .problems[] | .object]' "[\"column 'users.legacy_import_id'\"]"
    cp right schema.ts
    dunlin snapshot --drizzle
    run_json check
    assert_exit 0
    assert_json '[.checks[] | select(.check == "drizzle-snapshot") | .outcome]' '["agrees"]'
}

@test "the command for the definition is split as a shell would, run without one, and its failures told" {
    drizzle_project app
    cd app
    dunlin check --definition-command ''
    assert_exit 2
    dunlin check --definition-command "no-such-program 'x"
    assert_exit 2
    assert_stderr 'a quote is not closed'
    dunlin check --definition-command no-such-program
    assert_exit 1
    assert_stderr "'no-such-program' is not installed"
    dunlin check --definition-command 'echo "nothing; touch made"'
    assert_exit 2
    assert_stderr 'printed no SQL'
    refute_file made
    # drizzle-kit says so on its standard output.
    dunlin check --definition-command "sh -c 'echo No config; echo drizzle.config.json file does not exist; exit 1'"
    assert_exit 1
    assert_stderr "for the schema definition, which printed: drizzle.config.json file does not exist"
    run_json check --definition-command "printf 'CREATE TABLE x (a INTEGER)'"
    assert_exit 4
    assert_json '[.checks[] | select(.check == "definition-command") | .problems[] | select(.object == "table '"'x'"'") | .message]' \
        '["only in the definition"]'
    mv schema.ts aside
    run_json check --definition-command "printf 'CREATE TABLE x (a INTEGER)'"
    assert_json '[.checks[] | select(.check == "definition-command") | .mend]' \
        '["add to the definition what is missing there; make a migration of what only it has"]'
    dunlin check --definition-command "printf 'CREATE TABLE x (a'"
    assert_exit 4
    assert_stdout 'what the command printed cannot be loaded'
}

@test "a line in the place of another one of schema.ts keeps its key, and what else was said there" {
    drizzle_project app
    cd app
    sed -i 's/ownerId: integer("owner_id").notNull().ref/owner: integer("owner_id").ref/' schema.ts
    jq '.tables.users.columns.email.notNull = false | .tables.users.columns.is_active.default = false |
        .tables.teams.columns.owner_id.notNull = false' \
        "$(fixture drizzle-sqlite)/drizzle/meta/0012_snapshot.json" >drizzle/meta/0012_snapshot.json
    dunlin check
    assert_exit 4
    assert_stdout '~   email: text("email").notNull().unique(),'
    assert_stdout '~   owner: integer("owner_id").notNull().references(() => users.id),'
    assert_stdout '~   isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),'
    sed -i '/isActive/d' schema.ts
    dunlin check
    assert_stdout '+   isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),'
}

@test "lines for schema.ts name the imports that its file lacks, each once" {
    drizzle_project app
    cd app
    jq 'del(.tables.users.columns.locale, .tables.users.columns.display_name, .tables.team_invites)' \
        "$(fixture drizzle-sqlite)/drizzle/meta/0012_snapshot.json" >drizzle/meta/0012_snapshot.json
    run_json check
    assert_json '[.checks[].problems[] | select(.imports) | [.object, .imports, .imports_line]]' \
        "[[\"table 'team_invites'\",\"import { foreignKey } from \\\"drizzle-orm/sqlite-core\\\";\",4]]"
    # Under other names they are not there; what is declared is no import that lacks.
    {
        echo 'import * as drizzle from "drizzle-orm";'
        echo 'import { check, index, integer as int, text as words,'
        echo '    primaryKey, real, sqliteTable, sqliteView, uniqueIndex } from "drizzle-orm/sqlite-core";'
        echo 'const foreignKey = words;'
        sed '1,/^} from/d' schema.ts
    } >other.ts
    mv other.ts schema.ts
    dunlin check
    assert_exit 4
    assert_stdout "schema.ts:3:
                  + import { sql } from \"drizzle-orm\";
                  + import { text, integer } from \"drizzle-orm/sqlite-core\";
"
    assert_equal "$(grep -c "+ import" <<<"$output")" 2
    sed -i 's/^const foreignKey/import { sql } from "drizzle-orm";\nconst text = words;\nconst foreignKey/' schema.ts
    run_json check
    assert_json '[.checks[].problems[] | .imports // empty]' \
        '["import { integer } from \"drizzle-orm/sqlite-core\";"]'
}
