# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Disagreements that `dunlin check` tells, and the ways to mend them that it prints: for
# check_mends*.bats.

load helper

# mends_project DIALECT URL: a project with a target for development, at its newest migration.
mends_project() {
    mends_dialect=$1
    mends_url=$2
    mkdir project
    cd project || return 1
    printf '{"dialect": "%s", "targets": {"dev": {"url": "%s", "kind": "development"}}}\n' "$1" "$2" \
        >dunlin.json
    mkdir -p migrations/meta
    echo '{"version": 1, "layout": "dunlin", "dialect": "'"$1"'", "entries": []}' >migrations/meta/_journal.json
    dunlin new one
    echo 'CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL);' >"$output"
    dunlin new two
    two=$output
    echo 'CREATE INDEX a_n ON a (n);' >"$output"
    dunlin migrate --no-backup
    assert_exit 0
    folder=migrations/meta/_dunlin/$(ls migrations/meta/_dunlin)
    effects=$folder/$(basename "$two" .sql).effects.json
}

# told WAY: the commands of what is told now, one a line. WAY: which of two is taken.
told() {
    jq -r '.checks[] | select(.outcome == "disagrees" or .outcome == "pending")
           | ([.problems[].mend | select(.)] as $own | if $own == [] then [.mend | select(.)] else $own end)[]' <<<"$output" |
        awk '!seen[$0]++' |
        if [ "$1" = first ]; then
            sed -E 's/ to take what .*//; s/ for a migration that .*//; s/, or dunlin .*//'
        else
            sed -E 's/.*, or (dunlin )/\1/; s/( --fix NAME)(.*) for a migration that .*/\1\2 --revert/; s/ to write the .*//'
        fi | sed -E 's/^`(dunlin [^`]*)`.*/\1/; s/ NAME/ mended/; s/, then / \&\& /g'
}

# mends CHECKS WAY: exactly these checks disagree, and what is printed mends all. A way may lead over
# others: what the next check prints is done, too.
mends() {
    local round command
    run_json check --target dev
    assert_exit 4
    assert_equal "$(json '[.checks[] | select(.outcome == "disagrees") | .check] | join(" ")')" "$1"
    for round in 1 2 3 4; do
        [ "$status" != 0 ] || return 0
        while read -r command; do
            [[ $command == dunlin\ * ]] || fail "'$command' is no command"
            PATH=$(dirname "$DUNLIN"):$PATH bash -c "$command" >>../done 2>&1 </dev/null ||
                echo "failed: $command" >>../done
        done < <(told "$2")
        run_json check --target dev
    done
    [ "$status" = 0 ] || fail "still not mended behind $round rounds" "$(cat ../done)"
}

files_mend() {
    local way
    for way in "truncate -s 40 FILE" "sed -i s/index/column/ FILE" "echo x >FILE" "rm FILE"; do
        eval "${way//FILE/$folder/head.json}"
        mends snapshot first
        eval "${way//FILE/$effects}"
        mends effects first
    done
    rm -r "$folder"/*.effects.json
    mends effects first
    rm "$folder"/head.json
    mends snapshot first
    # One of another version of dunlin counts for nothing, and is no disagreement.
    sed -i 's/"format":1/"format":2/' "$effects"
    dunlin check
    assert_exit 0
    assert_stdout '1 files of effects tell what a replay tells, 1 are of another'
    dunlin snapshot
    # Sealed, and of these very files: what it tells is not what they do.
    sed -i 's/"digest":"[^"]*"/"digest":""/; s/"columns"/"column"/; s/"keys"/"kept"/' "$effects"
    sed -i "s/\"digest\":\"\"/\"digest\":\"$(sha256sum <"$effects" | cut -c1-64)\"/" "$effects"
    mends 'effects target' first
}

# by_hand SQL: what somebody does to the target.
by_hand() {
    case $mends_url in
    sqlite:*) sql "${mends_url#sqlite:}" "$1" ;;
    *) sql_in "$mends_url" "$1" ;;
    esac
}

definition_mends() {
    echo 'CREATE TABLE (' >schema.sql
    mends definition first
    sed -i '/INDEX/d' schema.sql
    mends definition first
    # Whatever the target has beside it.
    by_hand 'CREATE TABLE old (x integer)'
    sed -i '/INDEX/d' schema.sql
    mends definition first
    by_hand 'DROP TABLE old'
    echo 'CREATE TABLE made (id integer PRIMARY KEY);' >>schema.sql
    mends definition second
}

# drift_mends ON: " ON a" where an index is dropped so. Each ends with everything in agreement.
drift_mends() {
    by_hand 'ALTER TABLE a ADD COLUMN by_hand integer'
    run_json check --target dev
    assert_json '[.checks[] | select(.outcome == "disagrees") | .mend, (.problems[] | .mend)]' \
        '[null,"dunlin drift --fix NAME for a migration that makes it everywhere, with --revert for one that takes it back"]'
    by_hand 'ALTER TABLE a DROP COLUMN by_hand'
    by_hand "DROP INDEX a_n$1"
    mends target first
    by_hand 'ALTER TABLE a ADD COLUMN by_hand integer'
    mends target second
    by_hand 'ALTER TABLE a ADD COLUMN by_hand integer'
    by_hand "DROP INDEX a_n$1"
    mends target first
}

record_mends() {
    dunlin new pending
    echo 'CREATE TABLE pending (id integer PRIMARY KEY);' >"$output"
    mends 'snapshot effects definition' first
    by_hand "DELETE FROM dunlin_migrations WHERE tag LIKE '%_two'"
    mends target first
    by_hand 'DROP TABLE a'
    mends target first
    mv "$two" migrations/20990101000000_renamed.sql
    sed -i "s/$(basename "$two" .sql)/20990101000000_renamed/" migrations/meta/_journal.json
    mends 'effects target' first
}

journal_mends() {
    local both='journal target' journal=migrations/meta/_journal.json
    echo 'CREATE TABLE unlisted (id integer PRIMARY KEY);' >migrations/20990102000000_unlisted.sql
    mends "$both" first
    sed -i 's/"idx": 1/"idx": 0/' $journal
    mends "$both" first
    sed -i '1s/^/\xEF\xBB\xBF/' $journal
    mends "$both" first
    sed -i 's/\(.*"idx": 1,.*\)/\1\n\1/' $journal
    mends "$both" first
    # The file comes back, or its entry goes; its table and its record are there, so only the first is all.
    mv migrations/20990102000000_unlisted.sql ..
    run_json check
    assert_json '[.checks[0].problems[].mend]' '["restore the file from version control, or dunlin journal rebuild"]'
    dunlin journal rebuild
    run_json check
    assert_json '.checks[0].outcome' agrees
}
