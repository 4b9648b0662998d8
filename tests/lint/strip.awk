# SPDX-License-Identifier: MIT
# C without its comments and without the contents of its strings, line for line, each line behind
# `file:line:`.
FNR == 1 { state = "code" }
{
    out = ""
    length_of_line = length($0)
    for (i = 1; i <= length_of_line; i++) {
        c = substr($0, i, 1)
        two = substr($0, i, 2)
        if (state == "comment") {
            if (two == "*/") { state = "code"; i++; out = out " " }
        } else if (state == "string" || state == "char") {
            if (c == "\\") i++
            else if (c == (state == "string" ? "\"" : "'")) { state = "code"; out = out c }
        } else if (two == "/*") { state = "comment"; i++ }
        else if (two == "//") break
        else {
            if (c == "\"") state = "string"
            else if (c == "'") state = "char"
            out = out c
        }
    }
    if (state == "string" || state == "char") state = "code"
    print FILENAME ":" FNR ":" out
}
