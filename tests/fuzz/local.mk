# SPDX-License-Identifier: MIT
# Built by `make fuzzers`, with CC=clang and --enable-fuzzers. tests/fuzz/run-short runs each of them
# for some seconds in `./bootstrap check`.
fuzz_programs += tests/fuzz/ddl_fuzz
fuzz_programs += tests/fuzz/journal_fuzz
fuzz_programs += tests/fuzz/lex_fuzz
fuzz_programs += tests/fuzz/translate_fuzz

tests_fuzz_journal_fuzz_LDADD = core/libcore.la
tests_fuzz_journal_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_lex_fuzz_LDADD = core/libcore.la
tests_fuzz_lex_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_ddl_fuzz_LDADD = core/libcore.la
tests_fuzz_ddl_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_translate_fuzz_LDADD = core/libcore.la
tests_fuzz_translate_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
