#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `make install` leaves behind serves users, embedders and writers of drivers.
# bats file_tags=plain

setup_file() {
    export INSTALLED=$BATS_FILE_TMPDIR/root
    export CC=${CC:-gcc}
    PREFIX=$(sed -n 's/^prefix=//p' "$BUILD/dunlin.pc")
    export PREFIX
    make -C "$BUILD" install DESTDIR="$INSTALLED" >"$BATS_FILE_TMPDIR/log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/log"
        return 1
    }
}

# flags ARGUMENT...: pkg-config for the installed tree
flags() {
    PKG_CONFIG_PATH=$INSTALLED$PREFIX/lib/pkgconfig pkg-config \
        --define-variable=prefix="$INSTALLED$PREFIX" "$@" dunlin
}

# A small program that embeds the library; sanitized libraries need a sanitized program.
compile() {
    local sanitize=()
    if [ -n "${SANITIZED:-}" ]; then
        sanitize=(-fsanitize=address -fsanitize=undefined)
    fi
    printf '%s\n' '#include <dunlin/dunlin.h>' '#include <stdio.h>' \
        'int main(void) { return puts(dunlin_version()) < 0; }' >"$BATS_TEST_TMPDIR/embed.c"
    "$CC" "${sanitize[@]}" -o "$BATS_TEST_TMPDIR/embed" "$BATS_TEST_TMPDIR/embed.c" "$@"
}

@test "an installation holds program, library, headers, pkg-config file and drivers, and no more" {
    cd "$INSTALLED$PREFIX"
    run bash -c 'find . -type f -o -type l | grep -v "^./lib/dunlin/drivers/0/.*\.so$" | LC_ALL=C sort'
    [ "$output" = "./bin/dunlin
./include/dunlin/driver.h
./include/dunlin/dunlin.h
./include/dunlin/schema.h
./include/dunlin/status.h
./lib/libdunlin.a
./lib/libdunlin.la
./lib/libdunlin.so
./lib/libdunlin.so.0
./lib/libdunlin.so.0.0.0
./lib/pkgconfig/dunlin.pc
./share/man/man1/dunlin.1" ]
    [ "$(ls lib/dunlin/drivers/0)" = "$(ls "$BUILD/lib/dunlin/drivers/0")" ]
    [ -e lib/dunlin/drivers/0/sqlite.so ]
}

@test "the installed program finds the driver beside it" {
    cd "$BATS_TEST_TMPDIR"
    run "$INSTALLED$PREFIX/bin/dunlin" drivers --json
    [ "$status" -eq 0 ]
    [ "$(jq -r '.drivers[] | select(.name == "sqlite").path' <<<"$output")" = \
        "$(realpath "$INSTALLED$PREFIX/lib/dunlin/drivers/0/sqlite.so")" ]
}

@test "a program embeds the shared library with what pkg-config says" {
    read -r -a options < <(flags --cflags --libs)
    compile "${options[@]}"
    LD_LIBRARY_PATH=$INSTALLED$PREFIX/lib run "$BATS_TEST_TMPDIR/embed"
    [ "$status" -eq 0 ]
    [ "$output" = "$(flags --modversion)" ]
    readelf -d "$BATS_TEST_TMPDIR/embed" | grep -q 'NEEDED.*libdunlin.so.0'
}

@test "a program embeds the static library with what pkg-config --static says" {
    read -r -a options < <(flags --static --cflags --libs)
    compile "${options[@]/#-ldunlin/-l:libdunlin.a}"
    run "$BATS_TEST_TMPDIR/embed"
    [ "$status" -eq 0 ]
    [ "$output" = "$(flags --modversion)" ]
    [ "$(readelf -d "$BATS_TEST_TMPDIR/embed" | grep -c libdunlin)" -eq 0 ]
}

@test "pkg-config tells writers of drivers where drivers go" {
    [ "$(flags --variable=driverdir)" = "$INSTALLED$PREFIX/lib/dunlin/drivers/0" ]
}

@test "the program in the build tree is a real executable that needs no library of ours" {
    run readelf -d "$DUNLIN"
    [ "$status" -eq 0 ]
    [[ $output != *libdunlin* ]]
}

@test "uninstalling leaves no file" {
    cp -a "$INSTALLED" "$BATS_TEST_TMPDIR/root"
    make -C "$BUILD" uninstall DESTDIR="$BATS_TEST_TMPDIR/root" >"$BATS_TEST_TMPDIR/log" 2>&1
    run find "$BATS_TEST_TMPDIR/root" -type f -o -type l
    [ "$output" = "" ]
}
