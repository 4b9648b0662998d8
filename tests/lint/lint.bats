#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every lint is shown a tree without mistakes, and then one mistake at a time.

setup() {
    lints=$BATS_TEST_DIRNAME
    tree=$BATS_TEST_TMPDIR/tree
    mkdir -p "$tree/core/base" "$tree/core/lex" "$tree/core/run" "$tree/cli" "$tree/tests/unit" \
        "$tree/drivers/kit" "$tree/drivers/sqlite" "$tree/include/dunlin"
    cp "$lints/../../.clang-format" "$tree/"
}

# put FILE: a source from standard input, with its licence, listed in its folder's local.mk
put() {
    { printf '/* SPDX-License-Identifier: MIT */\n'; cat; } >"$tree/$1"
    printf 'sources += %s\n' "$1" >>"$tree/$(dirname "$1")/local.mk"
}

# says LINT LINE: the lint fails, and LINE is among what it prints
says() {
    run "$lints/$1" "$tree"
    printf '%s\n' "$output"
    [ "$status" -eq 1 ]
    grep -qxF -- "$2" <<<"$output"
}

accepts() {
    run "$lints/$1" "$tree"
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

# --- size ---
@test "size: accepts a function of 80 lines and a file of 800" {
    { printf 'int\nlong_one(void)\n{\n'; yes '    ;' | head -n 75; printf '    return 0;\n}\n'
      yes '' | head -n 718; } | put core/base/a.c
    [ "$(wc -l <"$tree/core/base/a.c")" -eq 799 ]
    echo >>"$tree/core/base/a.c"
    accepts size
}

@test "size: refuses a file of 801 lines" {
    yes '' | head -n 800 | put core/base/a.c
    says size "core/base/a.c:801: the file has 801 lines, the limit is 800"
}

@test "size: refuses a function of 81 lines" {
    { printf 'int\nlong_one(void)\n{\n'; yes '    ;' | head -n 76; printf '    return 0;\n}\n'; } |
        put drivers/sqlite/a.c
    says size "drivers/sqlite/a.c:2: long_one() has 81 lines, the limit is 80"
}

@test "size: refuses a function with a complexity of 21" {
    { printf 'int\ntwisted(int x)\n{\n'; yes '    if (x) x++;' | head -n 20; printf '    return x;\n}\n'; } |
        put cli/a.c
    says size "cli/a.c:2: twisted() has a complexity of 21, the limit is 20"
}

@test "size: counts every case of a switch" {
    { printf 'int\nswitching(int x)\n{\n    switch (x) {\n'
      for i in $(seq 20); do printf '    case %d: return 1;\n' "$i"; done
      printf '    }\n    return 0;\n}\n'; } | put cli/a.c
    says size "cli/a.c:2: switching() has a complexity of 21, the limit is 20"
}

@test "size: its list of exceptions is empty" {
    grep -qx "exceptions=''" "$lints/size"
}

# --- includes ---
@test "includes: accepts a module that includes itself, an earlier one and a public header" {
    put core/lex/a.c <<'END'
#include <stdio.h>
#include "core/base/arena.h"
#include "core/lex/lex.h"
#include <dunlin/driver.h>
END
    put cli/a.c <<'END'
#include <libsmartcols.h>
#include "cli/table.h"
#include <dunlin/dunlin.h>
END
    put drivers/sqlite/a.c <<'END'
#include <sqlite3.h>
#include "drivers/kit/kit.h"
#include "drivers/sqlite/sqlite.h"
#include <dunlin/driver.h>
#include <dunlin/schema.h>
#include <dunlin/status.h>
END
    accepts includes
}

@test "includes: refuses a module that includes a later one" {
    put core/lex/a.c <<<'#include "core/run/run.h"'
    says includes "core/lex/a.c:2: core/lex must not include core/run: it comes later in the list of modules"
}

@test "includes: refuses a module that is not in the list" {
    mkdir -p "$tree/core/misc"
    put core/misc/a.c <<<'int x;'
    says includes "core/misc/a.c:1: the module 'core/misc' is not in the list of modules"
}

@test "includes: refuses a database client library in the core" {
    put core/run/a.c <<<'#  include <sqlite3.h>'
    says includes "core/run/a.c:2: the core must not include a database client library: sqlite3.h"
    put core/run/b.h <<<'#include <libpq-fe.h>'
    says includes "core/run/b.h:2: the core must not include a database client library: libpq-fe.h"
    put core/run/c.h <<<'#include <mysql/mysql.h>'
    says includes "core/run/c.h:2: the core must not include a database client library: mysql/mysql.h"
}

@test "includes: refuses a driver's or the command line's header in the core" {
    put core/run/a.c <<<'#include "drivers/kit/kit.h"'
    says includes "core/run/a.c:2: the core must not include drivers/kit/kit.h"
    put core/run/b.c <<<'#include "cli/table.h"'
    says includes "core/run/b.c:2: the core must not include cli/table.h"
}

@test "includes: refuses a core or driver header in the command line" {
    put cli/a.c <<<'#include "core/base/arena.h"'
    says includes "cli/a.c:2: the command line includes dunlin/dunlin.h alone, not core/base/arena.h"
    put cli/b.c <<<'#include <dunlin/driver.h>'
    says includes "cli/b.c:2: the command line includes dunlin/dunlin.h alone, not dunlin/driver.h"
    put cli/c.c <<<'#include <cjson/cJSON.h>'
    says includes "cli/c.c:2: the command line must not include cjson/cJSON.h"
}

@test "includes: refuses a core header, the embedding API and another driver in a driver" {
    put drivers/sqlite/a.c <<<'#include "core/base/arena.h"'
    says includes "drivers/sqlite/a.c:2: a driver includes its own headers and drivers/kit, not core/base/arena.h"
    put drivers/sqlite/b.c <<<'#include <dunlin/dunlin.h>'
    says includes "drivers/sqlite/b.c:2: a driver includes dunlin/driver.h, schema.h and status.h alone, not dunlin/dunlin.h"
    put drivers/sqlite/c.c <<<'#include "drivers/mysql/mysql.h"'
    says includes "drivers/sqlite/c.c:2: a driver includes its own headers and drivers/kit, not drivers/mysql/mysql.h"
    put drivers/kit/d.c <<<'#include <sqlite3.h>'
    says includes "drivers/kit/d.c:2: the driver kit must not include sqlite3.h"
}

@test "includes: refuses a path that does not begin at the root, and a private header in a public one" {
    put core/base/a.c <<<'#include "arena.h"'
    says includes 'core/base/a.c:2: write "arena.h" with its path from the root of the repository'
    put include/dunlin/a.h <<<'#include "core/base/arena.h"'
    says includes "include/dunlin/a.h:2: a public header includes only public and standard headers, not core/base/arena.h"
}

# --- banned ---
@test "banned: accepts names in comments, strings and members" {
    put core/base/a.c <<'END'
/* strcpy(a, b) overflows;
   system("x") starts a shell */
const char *text = "sprintf(x) \" atoi(y)"; // gets(line)
int f(struct s *s) { return s->system(1) + s.exit(2) + my_strcpy(3) + snprintf_l(4); }
END
    put cli/main.c <<<'int main(void) { exit(1); }'
    accepts banned
}

@test "banned: refuses a call of strcpy, whatever stands around it" {
    put core/base/a.c <<<'/* x */ int f(char *a) { return !strcpy (a, "x"); }'
    says banned "core/base/a.c:2: strcpy() is banned"
}

@test "banned: refuses system in a driver and exit in the library" {
    put drivers/sqlite/a.c <<<'int f(void) { return system("ls"); }'
    says banned "drivers/sqlite/a.c:2: system() is banned"
    put core/run/a.c <<<'void f(void) { exit(1); }'
    says banned "core/run/a.c:2: only cli/main.c may end the process:void f(void) { exit(1); }"
}

# --- headers ---
@test "headers: accepts a header that brings what it needs" {
    put include/dunlin/a.h <<'END'
#ifndef A_H
#define A_H
#include <stddef.h>
size_t dunlin_a(void);
#endif
END
    accepts headers
}

@test "headers: takes a compiler of several words" {
    put include/dunlin/a.h <<<'int dunlin_a(void);'
    CC='env gcc' CXX='env g++' accepts headers
}

@test "headers: refuses a public header that needs another one first" {
    put include/dunlin/a.h <<<'size_t dunlin_a(void);'
    run "$lints/headers" "$tree"
    [ "$status" -eq 1 ]
    [[ $output == "include/dunlin/a.h:1: does not compile alone with gcc -x c "* ]]
    [[ $output == *"include/dunlin/a.h:1: does not compile alone with g++ -x c++ "* ]]
}

@test "headers: refuses a public header that is no C++" {
    put include/dunlin/a.h <<<'struct a { int class; };'
    run "$lints/headers" "$tree"
    [ "$status" -eq 1 ]
    [[ $output == "include/dunlin/a.h:1: does not compile alone with g++ "* ]]
}

@test "headers: refuses a private header that needs another one first" {
    put core/base/a.h <<<'extern bool dn_a;'
    run "$lints/headers" "$tree"
    [ "$status" -eq 1 ]
    [[ $output == "core/base/a.h:1: does not compile alone with gcc "* ]]
}

# --- exports ---
# built LIBRARY-CODE DRIVER-CODE: a build folder with a libdunlin and a driver of that code
built() {
    local build=$BATS_TEST_TMPDIR/build
    mkdir -p "$build/.libs" "$build/lib/dunlin/drivers/0"
    printf '%s\n' "$1" >"$build/library.c"
    printf '%s\n' "$2" >"$build/driver.c"
    gcc -shared -fPIC -o "$build/.libs/libdunlin.so" "$build/library.c"
    gcc -c -o "$build/library.o" "$build/library.c"
    ar cr "$build/.libs/libdunlin.a" "$build/library.o"
    gcc -shared -fPIC -o "$build/lib/dunlin/drivers/0/toy.so" "$build/driver.c" "${@:3}"
    export BUILD=$build
}

@test "exports: accepts a library and a driver that show what they should" {
    built 'int dunlin_a;' 'int dunlin_driver_entry_v0;'
    accepts exports
}

@test "exports: refuses another name in the library" {
    built 'int dunlin_a, dn_b, stray;' 'int dunlin_driver_entry_v0;'
    says exports "$BUILD/.libs/libdunlin.so:1: exports 'dn_b', which does not begin with dunlin_"
    says exports "$BUILD/.libs/libdunlin.a:1: defines 'stray', which begins with neither dunlin_ nor dn_"
}

@test "exports: refuses a second name in a driver, and a driver without an entry" {
    built 'int dunlin_a;' 'int dunlin_driver_entry_v0, sqlite_open;'
    says exports "$BUILD/lib/dunlin/drivers/0/toy.so:1: exports 'sqlite_open'; a driver exports its entry alone"
    built 'int dunlin_a;' 'static int nothing;'
    says exports "$BUILD/lib/dunlin/drivers/0/toy.so:1: exports no dunlin_driver_entry_v*"
}

@test "exports: refuses a driver that is linked with libdunlin" {
    built 'int dunlin_a;' 'int dunlin_driver_entry_v0;' -Wl,--no-as-needed \
        -L"$BATS_TEST_TMPDIR/build/.libs" -ldunlin
    says exports "$BUILD/lib/dunlin/drivers/0/toy.so:1: needs libdunlin; a driver is linked with its client library alone"
}

@test "exports: does not pass when nothing was built" {
    mkdir -p "$BATS_TEST_TMPDIR/empty"
    BUILD=$BATS_TEST_TMPDIR/empty run "$lints/exports" "$tree"
    [ "$status" -eq 2 ]
}

# --- format ---
@test "format: accepts formatted code and refuses other" {
    put core/base/a.c <<'END'
int dn_a(void);

int
dn_a(void)
{
    return 0;
}
END
    accepts format
    put core/base/a.c <<<'int  dn_a;'
    says format "core/base/a.c:2: is not formatted; run: make format"
}

# --- shell ---
@test "shell: accepts a careful script and refuses a careless one" {
    printf '#!/bin/bash\necho "$1"\n' >"$tree/bootstrap"
    chmod +x "$tree/bootstrap"
    accepts shell
    printf '#!/bin/bash\necho $1\n' >"$tree/bootstrap"
    run "$lints/shell" "$tree"
    [ "$status" -eq 1 ]
    [[ $output == "bootstrap:2: note: Double quote to prevent globbing and word splitting. [SC2086]" ]]
}

# --- sources ---
@test "sources: accepts a listed source that says its licence" {
    put core/base/a.c <<<'int a; /* TODO(#12): explain */'
    put tests/unit/base_a_test.c <<<'int b;'
    printf 'unit_tests += tests/unit/base_a_test\n' >"$tree/tests/unit/local.mk"
    accepts sources
}

@test "sources: refuses a source without a licence" {
    put core/base/a.c <<<'int a;'
    put core/base/b.c <<<'int b;'
    printf 'int a;\n' >"$tree/core/base/a.c"
    says sources "core/base/a.c:1: says no licence (SPDX-License-Identifier: MIT)"
    [ "$(wc -l <<<"$output")" -eq 1 ]
}

@test "sources: refuses a tab, a blank at the end and a bare TODO" {
    printf 'int a;\n\tint b;\nint c; \n/* TODO later */\n' | put core/base/a.c
    says sources "core/base/a.c:3: a tab; indent with four spaces"
    says sources "core/base/a.c:4: blanks at the end of the line"
    says sources "core/base/a.c:5: a TODO without an issue: write TODO(#12)"
}

@test "sources: refuses a source and a test that nobody builds" {
    put core/base/a.c <<<'int a;'
    put tests/unit/base_a_test.c <<<'int b;'
    printf '# sources += core/base/a.c\nsources += core/base/a.cc\n' >"$tree/core/base/local.mk"
    printf 'unit_tests += tests/unit/base_ab_test\n' >"$tree/tests/unit/local.mk"
    says sources "core/base/a.c:1: is in no local.mk, so nobody builds it"
    says sources "tests/unit/base_a_test.c:1: is not in tests/unit/local.mk, so nobody runs it"
}

# --- error-ids ---
errors() {
    printf 'DN_ERROR("%s", DUNLIN_EXIT_FAILED, "",\n         "A meaning.")\n' "$@" >"$tree/core/base/errors.def"
}

@test "error-ids: accepts a table and code that agree" {
    errors base.empty internal lex.open
    put core/base/a.c <<'END'
int f(dn_error *e) { return dn_fail(e, DUNLIN_USAGE, "base.empty", "'%s' is empty", "a.b"); }
int g(dn_error *e)
{
    return dn_fail(e, DUNLIN_USAGE,
                   "lex.open", "open") + dn_fail_errno(e, "internal", "cannot open", "x");
}
END
    accepts error-ids
}

@test "error-ids: refuses an id that is not in the table" {
    errors base.empty
    put core/base/a.c <<'END'
int f(dn_error *e) { return dn_fail(e, DUNLIN_USAGE, "base.empty", "x"); }
int g(dn_error *e) { return dn_fail(e, DUNLIN_USAGE, "base.full", "x"); }
END
    says error-ids "core/base/a.c:3: the error 'base.full' is not in core/base/errors.def"
}

@test "error-ids: refuses an id that nobody says, one out of order and one that stands twice" {
    errors lex.open base.empty base.empty
    put core/base/a.c <<<'const char *a = "base.empty";'
    says error-ids "core/base/errors.def:1: nothing in core or cli says the error 'lex.open'"
    says error-ids "core/base/errors.def:3: the error 'base.empty' belongs before 'lex.open'"
    says error-ids "core/base/errors.def:5: the error 'base.empty' stands here twice"
}

# --- run ---
@test "run: prints one line for each lint and fails when one does" {
    run "$lints/run" no-such-lint
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "1..1" ]
    [ "${lines[1]}" = "not ok 1 lint: no-such-lint" ]
}
