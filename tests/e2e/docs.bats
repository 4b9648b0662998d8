#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the documents say of the program and of each other.

load helper

# Commands that are announced, and that hints name already.
planned=()

pages() {
    printf '%s\n' "$tree"/README.md "$tree"/CONTRIBUTING.md "$tree"/docs/*.md
}

# slugs FILE: the anchors of its headings, as GitHub makes them.
slugs() {
    awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" |
        sed 's/[^[:alnum:] _-]//g; s/ /-/g'
}

# links FILE: the targets of its links, one a line.
links() {
    awk '/^```/ { code = !code } !code' "$1" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//'
}

@test "the list of errors is made from the table of errors" {
    run "$tree/docs/make-errors"
    assert_exit 0
    assert_equal "$output" "$(cat "$tree/docs/errors.md")"
}

@test "every link between the documents leads somewhere" {
    local page link file count=0 wrong=()
    while read -r page; do
        while read -r link; do
            case $link in
            http://* | https://* | mailto:*) continue ;;
            esac
            count=$((count + 1))
            file=$(dirname "$page")/${link%%#*}
            if [[ $link == '#'* ]]; then
                file=$page
            fi
            if [ ! -e "$file" ]; then
                wrong+=("${page#"$tree/"}: $link")
            elif [[ $link == *'#'* ]] && ! slugs "$file" | grep -qxF -- "${link#*#}"; then
                wrong+=("${page#"$tree/"}: $link: there is no such heading")
            fi
        done < <(links "$page")
    done < <(pages)
    [ "$count" -gt 20 ] || fail "only $count links were found"
    [ ${#wrong[@]} -eq 0 ] || fail "${wrong[@]}"
}

@test "every page is reached from the README" {
    local page
    while read -r page; do
        links "$tree/README.md" | grep -qxF -- "${page#"$tree/"}" || fail "no link to $page"
    done < <(pages | grep -v README)
}

@test "every command that the documents name exists" {
    local page word known wrong=()
    dunlin help --json
    known=$(json '.commands[].name' | sed 's/ .*//' | sort -u)
    grep -qx migrate <<<"$known" || fail "the list of commands has no migrate: $known"
    while read -r page; do
        while read -r word; do
            if ! grep -qxF -- "$word" <<<"$known" && [[ " ${planned[*]} " != *" $word "* ]]; then
                wrong+=("${page#"$tree/"}: dunlin $word")
            fi
        done < <(grep -vF 'merge.dunlin-journal.name' "$page" |
            grep -oE "(^\\$ |^    |[\`'(])dunlin [a-z][a-z-]*" | sed 's/.*dunlin //' | sort -u)
    done < <(pages)
    [ ${#wrong[@]} -eq 0 ] || fail "${wrong[@]}"
}

@test "what the README calls missing is missing" {
    local command
    dunlin help --json
    for command in "${planned[@]}"; do
        json '.commands[].name' | grep -qx "$command" && fail "the README says '$command' arrives later"
        grep -q "\`$command\`" "$tree/README.md" || fail "the README does not say that '$command' is missing"
    done
}

@test "the exit codes of the README are those of the program" {
    run diff <(sed -n '/^| exit code/,/^$/p' "$tree/README.md" | grep -E '^\| [0-9]' | sed 's/`dunlin /`/') \
        <(sed -n '/^## Exit codes/,/^## Environment/p' "$tree/docs/commands.md" | grep -E '^\| [0-9]')
    assert_exit 0
}
