#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What holds for every command: help, options, output, exit codes, documents.

load helper

# on_terminal COLUMNS COMMAND...: what the command writes to a terminal of that width.
on_terminal() {
    local columns=$1
    shift
    TERM=xterm script -qec "stty cols $columns; $*" /dev/null </dev/null | tr -d '\r'
}

# two_migrations: a project with one applied and one pending migration; the database is app.db.
two_migrations() {
    "$DUNLIN" init --quiet
    write_config .
    echo 'CREATE TABLE users (id integer);' >>"$(echo migrations/*_init.sql)"
    "$DUNLIN" migrate --quiet
    "$DUNLIN" new add_teams --quiet
    echo 'CREATE TABLE teams (id integer);' >>"$(echo migrations/*_add_teams.sql)"
}

# --- help ----------------------------------------------------------------------------------------

@test "the version is one line" {
    dunlin --version
    assert_exit 0
    assert_equal "$output" "dunlin 0.1.0"
    dunlin --version --json
    assert_json_form version
}

@test "without a command the short help goes to standard error with exit code 2" {
    dunlin
    assert_exit 2
    assert_equal "$output" ""
    assert_stderr "Usage: dunlin [OPTIONS] COMMAND [ARGUMENTS]"
    dunlin help
    assert_exit 0
    assert_stdout "Usage: dunlin [OPTIONS] COMMAND [ARGUMENTS]"
    assert_equal "$stderr" ""
}

@test "every command has help of at most 80 columns that fits its description as data" {
    local command
    dunlin help --json
    assert_json_form help
    local commands=$output
    while read -r command; do
        # shellcheck disable=SC2086 # "journal check" is two words
        dunlin $command --help
        assert_exit 0
        assert_stdout "Usage: dunlin $command [OPTIONS]"
        local longest
        longest=$(grep -v '^  dunlin\|^Usage:' <<<"$output" | wc -L)
        [ "$longest" -le 80 ] || fail "a line of 'dunlin $command --help' has $longest columns"
        local help=$output
        # shellcheck disable=SC2086
        dunlin help $command
        assert_equal "$output" "$help"
    done < <(jq -r '.commands[].name' <<<"$commands")
}

@test "help of a group lists its commands" {
    dunlin journal --help
    assert_exit 0
    assert_stdout "journal check"
    assert_stdout "journal rebuild"
    refute_stdout "migrate"
}

@test "help of what is no command suggests one" {
    dunlin help statsu
    assert_exit 2
    assert_equal "$stderr" "dunlin: error: there is no command 'statsu' [usage.unknown-command]
    hint: did you mean 'status'?"
}

@test "the manual page is the one in docs and its mark-up is clean" {
    dunlin help --man
    assert_equal "$output" "$(cat "$tree/docs/dunlin.1")"
    if command -v groff >/dev/null; then
        assert_equal "$(groff -man -ww -Tutf8 "$tree/docs/dunlin.1" 2>&1 >/dev/null)" ""
    fi
}

@test "the description of the commands is the one in docs" {
    dunlin help --markdown
    assert_equal "$output" "$(cat "$tree/docs/commands.md")"
}

@test "every document that a command prints has a schema" {
    local format
    dunlin help --json
    while read -r format; do
        format=${format#dunlin-}
        assert_file "$tree/docs/json/${format/\//-}.schema.json"
    done < <(json '.commands[].result')
}

@test "a definition is the same in all schemas" {
    run jq -rn '[inputs | .["$defs"] // {} | to_entries[]] | group_by(.key)[]
        | select(map(.value) | unique | length > 1) | .[0].key' "$tree"/docs/json/*.schema.json
    assert_exit 0
    assert_equal "$output" ""
}

# --- usage ---------------------------------------------------------------------------------------

@test "an unknown command and an unknown option suggest the nearest with exit code 2" {
    dunlin migarte
    assert_exit 2
    assert_equal "$output" ""
    assert_equal "$stderr" "dunlin: error: there is no command 'migarte' [usage.unknown-command]
    hint: did you mean 'migrate'?"
    dunlin migrate --dryrun
    assert_exit 2
    assert_equal "$stderr" \
        "dunlin: error: there is no option '--dryrun' of 'migrate' [usage.unknown-option]
    hint: did you mean '--dry-run'?"
}

@test "global options stand before or after the command" {
    mkdir here
    dunlin -C here init
    assert_exit 0
    assert_file here/dunlin.json
    dunlin journal check --dir=here
    assert_exit 0
    dunlin journal -Chere check
    assert_exit 0
}

@test "what follows two dashes is no option" {
    "$DUNLIN" init --quiet
    dunlin new add -- --json
    assert_exit 0
    refute_stdout '{'
    assert_file "$output"
}

@test "an error with --json is a document as well" {
    dunlin statsu --json
    assert_exit 2
    assert_json_form error
    assert_json .error.id usage.unknown-command
    assert_json .error.exit_code 2
    assert_json .error.hint "did you mean 'status'?"
    assert_stderr "there is no command 'statsu'"
    dunlin status --json --url nonsense:x
    assert_exit 2
    assert_json_form error
}

# --- output --------------------------------------------------------------------------------------

@test "colour is for terminals unless NO_COLOR or --color says otherwise" {
    two_migrations
    local escape=$'\e['
    unset NO_COLOR
    dunlin status
    refute_stdout "$escape"
    dunlin status --color=always
    assert_stdout "${escape}32mapplied"
    [[ $(on_terminal 80 "$DUNLIN" status) == *"${escape}33mpending"* ]]
    [[ $(on_terminal 80 "$DUNLIN" status --color=never) != *"$escape"* ]]
    [[ $(TERM=dumb script -qec "$DUNLIN status" /dev/null </dev/null) != *"$escape"* ]]
    export NO_COLOR=1
    [[ $(on_terminal 80 "$DUNLIN" status) != *"$escape"* ]]
    dunlin status --color=always
    assert_stdout "${escape}32mapplied"
    dunlin statsu --color=always
    refute_stderr "$escape" # the option was not reached
    dunlin --color=always statsu
    assert_stderr "${escape}31mdunlin: error: "
}

@test "a table fits the terminal and is complete elsewhere" {
    local name
    name=a_$(printf 'very_%.0s' {1..20})long_name
    two_migrations
    "$DUNLIN" new "$name" --quiet
    rm migrations/*_add_teams.sql
    [ "$(on_terminal 80 "$DUNLIN" status | grep '^2' | wc -L)" -le 80 ]
    [[ $(on_terminal 80 "$DUNLIN" status) != *"$name"* ]]
    [[ $(on_terminal 80 "$DUNLIN" status) == *"    its file is missing"* ]]
    dunlin status
    assert_stdout "$name"
}

@test "status lists what is asked for" {
    two_migrations
    dunlin status --pending
    assert_stdout _add_teams
    refute_stdout _init
    dunlin status --last 1
    assert_stdout _add_teams
    refute_stdout _init
    dunlin status --last 5
    assert_stdout _init
}

@test "quiet commands tell by the exit code alone" {
    two_migrations
    dunlin status --check --quiet
    assert_exit 3
    assert_equal "$output$stderr" ""
    dunlin migrate -q
    assert_exit 0
    assert_equal "$output$stderr" ""
    dunlin status --check -q
    assert_exit 0
}

@test "results that cannot be written are a failure" {
    [ -w /dev/full ]
    run --separate-stderr bash -c '"$DUNLIN" help >/dev/full'
    assert_exit 1
    assert_equal "$stderr" \
        "dunlin: error: cannot write the output: No space left on device [output.write-failed]"
    run --separate-stderr bash -c '"$DUNLIN" help >&-'
    assert_exit 1
    assert_stderr "cannot write the output"
    # a reader that goes away; help is longer than what a pipe that nobody reads takes
    run --separate-stderr bash -c \
        '{ sleep 0.3; "$DUNLIN" help --man; echo "exit $?" >&2; } | true'
    assert_stderr "exit 1"
    assert_stderr "Broken pipe"
}

@test "closed standard streams do not end up in the database" {
    two_migrations
    bash -c '"$DUNLIN" migrate -v >&- 2>&- <&-' || true
    assert_equal "$(sql app.db 'PRAGMA integrity_check')" ok
    dunlin status --check
    assert_exit 0
}

@test "the arguments of a running process do not show the URL" {
    two_migrations
    coproc holder { sqlite3 -init /dev/null app.db; }
    echo 'BEGIN EXCLUSIVE; SELECT 1;' >&"${holder[1]}"
    read -r -u "${holder[0]}" # now it is locked
    "$DUNLIN" migrate --url "sqlite:$PWD/app.db" --lock-timeout 20 >/dev/null 2>&1 &
    local pid=$! arguments=''
    for _ in {1..100}; do
        arguments=$(tr '\0' ' ' <"/proc/$pid/cmdline")
        [[ $arguments != *xxxx* ]] || break
        sleep 0.02
    done
    echo 'ROLLBACK;' >&"${holder[1]}"
    kill "$pid" || true
    wait "$pid" || true
    kill "$holder_PID"
    [[ $arguments == *"migrate --url xxxx"*" --lock-timeout 20 "* ]] || fail "shown: $arguments"
}

# --- documents -----------------------------------------------------------------------------------

@test "every document is as its schema says" {
    dunlin init --json
    assert_json_form init
    write_config .
    dunlin new add users --json
    assert_json_form new
    dunlin status --json
    assert_json_form status
    dunlin migrate --dry-run --json
    assert_json_form migrate
    dunlin migrate --json
    assert_exit 0
    assert_json_form migrate
    dunlin status --json
    assert_json_form status
    dunlin journal check --json
    assert_json_form journal-check
    dunlin journal rebuild --dry-run --json
    assert_json_form journal-rebuild
    dunlin journal rebuild --json
    assert_json_form journal-rebuild
    dunlin backup --json
    assert_exit 0
    assert_json_form backup
    dunlin backups --json
    assert_json_form backups
    dunlin restore --json "$(json '.backups[0].name')"
    assert_exit 0
    assert_json_form restore
    dunlin drivers --json
    assert_exit 0
    assert_json_form drivers
    dunlin completion zsh --json
    assert_json_form completion
    cp migrations/meta/_journal.json base
    dunlin merge-driver base migrations/meta/_journal.json base --json
    assert_exit 0
    assert_json_form merge-driver
}

@test "a migrate that fails still prints its result" {
    two_migrations
    echo 'INSERT INTO nowhere VALUES (1);' >>"$(echo migrations/*_add_teams.sql)"
    dunlin migrate --json
    assert_exit 1
    assert_json_form migrate
    assert_json '.failed.message | endswith("no such table: nowhere")' true
    assert_json '.failed.sql' 'INSERT INTO nowhere VALUES (1)'
    dunlin migrate
    assert_stderr 'no such table: nowhere'
    assert_stderr "INSERT INTO nowhere VALUES (1)"
}

# --- completion ----------------------------------------------------------------------------------

# complete_line WORD...: what bash offers for the last word.
complete_line() {
    (
        # shellcheck disable=SC1090
        source <("$DUNLIN" completion bash)
        compopt() { :; } # only works while completing
        COMP_WORDS=(dunlin "$@")
        COMP_CWORD=$#
        COMPREPLY=()
        _dunlin
        echo "${COMPREPLY[*]}"
    )
}

@test "completion scripts are accepted by their shells" {
    local shell
    "$DUNLIN" completion bash | bash -n
    for shell in zsh fish; do
        dunlin completion "$shell"
        assert_exit 0
        assert_stdout merge-driver
        if command -v "$shell" >/dev/null; then
            "$shell" -n <(printf '%s\n' "$output")
        fi
    done
    dunlin completion tcsh
    assert_exit 2
    assert_stderr "use one of: bash, zsh, fish"
}

@test "bash completes commands, options and values" {
    mkdir folder
    touch file
    assert_equal "$(complete_line mi)" "migrate"
    assert_equal "$(complete_line journal '')" "$(complete_line journal --) check rebuild"
    assert_equal "$(complete_line journal reb)" "rebuild"
    assert_equal "$(complete_line -C folder journal rebuild --dry)" "--dry-run"
    assert_equal "$(complete_line --color = a)" "auto always"
    assert_equal "$(complete_line status --color ne)" "never"
    assert_equal "$(complete_line init --dialect sq)" "sqlite"
    assert_equal "$(complete_line completion z)" "zsh"
    assert_equal "$(complete_line -C f)" "folder"
    assert_equal "$(complete_line backup f | tr ' ' '\n' | sort | paste -sd' ')" "file folder"
    assert_equal "$(complete_line status --al)" ""
    assert_equal "$(complete_line migrate --al)" "--allow --allow-nonempty"
    assert_equal "$(complete_line migrate --to '')" ""
}
