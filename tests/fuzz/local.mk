# SPDX-License-Identifier: MIT
# Built by `make fuzzers`, with CC=clang and --enable-fuzzers. tests/fuzz/run-short runs each of them
# for some seconds in `./bootstrap check`.
fuzz_programs += tests/fuzz/ddl_fuzz
fuzz_programs += tests/fuzz/journal_fuzz
fuzz_programs += tests/fuzz/lex_fuzz
fuzz_programs += tests/fuzz/snapshot_fuzz
fuzz_programs += tests/fuzz/translate_fuzz

tests_fuzz_journal_fuzz_LDADD = core/libcore.la
tests_fuzz_journal_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_lex_fuzz_LDADD = core/libcore.la
tests_fuzz_lex_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_ddl_fuzz_LDADD = core/libcore.la
tests_fuzz_ddl_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_translate_fuzz_LDADD = core/libcore.la
tests_fuzz_translate_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_snapshot_fuzz_LDADD = core/libcore.la
tests_fuzz_snapshot_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

# One target for each driver, which is compiled into it: a module could not be instrumented. Empty
# strings may be NULL, and their end NULL + 0, which C2y defines and clang's sanitizer refuses.
render_fuzz_cflags = $(DN_CFLAGS) -fno-sanitize=pointer-overflow
render_fuzz_sources = tests/fuzz/render_fuzz.c tests/fuzz/syntax.h $(driver_kit_sources)
if DRIVER_MYSQL
fuzz_programs += tests/fuzz/render_mysql_fuzz
tests_fuzz_render_mysql_fuzz_SOURCES = $(render_fuzz_sources) $(mysql_sources)
tests_fuzz_render_mysql_fuzz_CFLAGS = $(render_fuzz_cflags) $(MYSQL_CFLAGS)
tests_fuzz_render_mysql_fuzz_LDADD = core/libcore.la $(MYSQL_LIBS)
tests_fuzz_render_mysql_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
if DRIVER_POSTGRES
fuzz_programs += tests/fuzz/render_postgres_fuzz
tests_fuzz_render_postgres_fuzz_SOURCES = $(render_fuzz_sources) $(postgres_sources)
tests_fuzz_render_postgres_fuzz_CFLAGS = $(render_fuzz_cflags) $(POSTGRES_CFLAGS) -DFUZZ_POSTGRES
tests_fuzz_render_postgres_fuzz_LDADD = core/libcore.la $(POSTGRES_LIBS)
if PG_QUERY
tests_fuzz_render_postgres_fuzz_CFLAGS += -DFUZZ_PG_QUERY
tests_fuzz_render_postgres_fuzz_LDADD += -lpg_query
endif
tests_fuzz_render_postgres_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
if DRIVER_SQLITE
fuzz_programs += tests/fuzz/render_sqlite_fuzz
tests_fuzz_render_sqlite_fuzz_SOURCES = $(render_fuzz_sources) $(sqlite_sources)
tests_fuzz_render_sqlite_fuzz_CFLAGS = $(render_fuzz_cflags) $(SQLITE_CFLAGS) -DFUZZ_SQLITE
tests_fuzz_render_sqlite_fuzz_LDADD = core/libcore.la $(SQLITE_LIBS)
tests_fuzz_render_sqlite_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
