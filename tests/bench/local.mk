# bench_programs += tests/bench/NAME   (built from NAME.c by `make bench-programs`)
