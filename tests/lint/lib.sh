# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the lints share. A lint is run as `tests/lint/NAME [TREE]`, looks at TREE (default: the
# tree it stands in), prints one `file:line: what is wrong` per mistake and exits 1 if it printed
# any, 2 when it could not do its work.

set -euo pipefail

lint_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export lint_here
cd "${1:-$lint_here/../..}"

lint_found=0

# Prints a mistake and remembers that there is one.
wrong() {
    printf '%s\n' "$*"
    lint_found=1
}

# wrong_lines COMMAND...: the same for every line that it prints. A command that fails could not do
# its work, which must not look like a tree without mistakes.
wrong_lines() {
    local lines
    if ! lines=$("$@"); then
        echo "$(basename "$0"): could not do its work" >&2
        exit 2
    fi
    if [ -n "$lines" ]; then
        wrong "$lines"
    fi
}

need() {
    local tool
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null; then
            echo "$(basename "$0"): the tool '$tool' is missing" >&2
            exit 2
        fi
    done
}

# Files below the given folders (those that exist) with one of the endings, sorted.
# files_in 'c h' core cli
files_in() {
    local endings=() folders=() ending folder
    for ending in $1; do
        endings+=(-o -name "*.$ending")
    done
    shift
    for folder in "$@"; do
        if [ -e "$folder" ]; then
            folders+=("$folder")
        fi
    done
    if [ ${#folders[@]} -eq 0 ]; then
        return 0
    fi
    find "${folders[@]}" -name node_modules -prune -o -type f \( "${endings[@]:1}" \) -print |
        LC_ALL=C sort
}

finish() {
    exit "$lint_found"
}
