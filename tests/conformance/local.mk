# conformance_programs += tests/conformance/NAME   (built by `make check`, run against every driver)
