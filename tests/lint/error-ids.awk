# SPDX-License-Identifier: MIT
# Compares the table of errors (the first file) with the texts in the code; see the script
# `error-ids`.
FNR == 1 { near = 0 }

FILENAME == table && /^DN_ERROR\("/ {
    id = $0
    sub(/^DN_ERROR\("/, "", id)
    sub(/".*/, "", id)
    if (id in line_of) print table ":" FNR ": the error '" id "' stands here twice"
    else if (id < last) print table ":" FNR ": the error '" id "' belongs before '" last "'"
    if (length(id) > 39) print table ":" FNR ": the error '" id "' is longer than 39 bytes"
    line_of[id] = FNR
    last = id
    next
}
FILENAME == table { next }

# An id is the first text of the form "area.what" at or soon after a call of dn_fail.
/(dn_fail(_errno)?|dn_cli_fail|misuse|dn_json_fail)\(/ { near = 4 }
{
    rest = $0
    while (match(rest, /"[a-z]+(\.[a-z0-9-]+)?"/)) {
        text = substr(rest, RSTART + 1, RLENGTH - 2)
        used[text] = 1
        if (near > 0 && text ~ /\./) {
            if (!(text in line_of))
                print FILENAME ":" FNR ": the error '" text "' is not in " table
            near = 0
        }
        rest = substr(rest, RSTART + RLENGTH)
    }
    if (near > 0) near--
}

END {
    for (id in line_of)
        if (!(id in used)) print table ":" line_of[id] ": nothing in core or cli says the error '" id "'"
}
