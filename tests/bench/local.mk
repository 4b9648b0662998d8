# bench_programs += tests/bench/NAME   (built from NAME.c by `make bench-programs`)
bench_programs += tests/bench/splitter
tests_bench_splitter_LDADD = core/libcore.la
