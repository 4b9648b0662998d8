# fuzz_programs += tests/fuzz/NAME   (built from NAME.c by `make fuzzers` with --enable-fuzzers)
# Each needs libFuzzer's main: tests_fuzz_NAME_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
# tests/fuzz/run-short, when it is there, is run by `./bootstrap check` with BUILD and SRC set.
