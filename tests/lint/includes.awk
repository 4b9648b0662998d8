# SPDX-License-Identifier: MIT
# Prints every #include that crosses a line it must not cross; see the script `includes`.
BEGIN {
    count = split(modules, list, " ")
    for (i = 1; i <= count; i++) place[list[i]] = i
    clients = "^(sqlite3(ext)?|libpq-fe|libpq/.*|libpq-events|postgres_ext|mysql|mysql/.*|mariadb/.*)\\.h$"
    libraries = "^(cjson/.*|cJSON\\.h|sha2\\.h|md5\\.h|zstd.*|uriparser/.*)$"
}

FNR == 1 {
    split(FILENAME, folder, "/")
    side = folder[1]
    part = folder[2]
    if (side == "core" && !(part in place))
        bad("the module 'core/" part "' is not in the list of modules")
}

function bad(text) { print FILENAME ":" FNR ": " text }

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
    quoted = $0 ~ /include[ \t]*"/
    header = $0
    sub(/^[^"<]*["<]/, "", header)
    sub(/[">].*/, "", header)
    split(header, at, "/")
    if (quoted && at[1] !~ /^(core|cli|drivers)$/)
        bad("write \"" header "\" with its path from the root of the repository")
    else if (side == "core") core()
    else if (side == "cli") cli()
    else if (side == "drivers") driver()
    else if (side == "include" && (quoted || (header ~ /\// && header !~ /^(dunlin|sys)\//)))
        bad("a public header includes only public and standard headers, not " header)
}

function core() {
    if (at[1] == "core") {
        if (!(at[2] in place))
            bad("'core/" at[2] "' is not in the list of modules")
        else if (part in place && place[at[2]] > place[part])
            bad("core/" part " must not include core/" at[2] ": it comes later in the list of modules")
    } else if (at[1] == "cli" || at[1] == "drivers")
        bad("the core must not include " header)
    else if (header ~ clients)
        bad("the core must not include a database client library: " header)
}

function cli() {
    if (quoted ? at[1] != "cli" : at[1] == "dunlin" && header != "dunlin/dunlin.h")
        bad("the command line includes dunlin/dunlin.h alone, not " header)
    else if (header ~ clients || header ~ libraries)
        bad("the command line must not include " header)
}

function driver() {
    if (quoted) {
        if (at[1] != "drivers" || (at[2] != "kit" && at[2] != part))
            bad("a driver includes its own headers and drivers/kit, not " header)
    } else if (at[1] == "dunlin") {
        if (header !~ /^dunlin\/(driver|schema|status)\.h$/)
            bad("a driver includes dunlin/driver.h, schema.h and status.h alone, not " header)
    } else if (part == "kit" && header ~ clients)
        bad("the driver kit must not include " header)
    else if (header ~ libraries && header !~ /^uriparser\//)
        bad("a driver must not include " header)
}
