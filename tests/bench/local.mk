# bench_programs += tests/bench/NAME   (built from NAME.c by `make bench-programs`)
bench_programs += tests/bench/splitter
tests_bench_splitter_LDADD = core/libcore.la
bench_programs += tests/bench/ddl
tests_bench_ddl_LDADD = core/libcore.la
