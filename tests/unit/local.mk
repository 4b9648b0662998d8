# unit_tests += tests/unit/MODULE_THING_test   (built from MODULE_THING_test.c; one line each, sorted)
unit_tests += tests/unit/base_arena_test
unit_tests += tests/unit/base_clock_test
unit_tests += tests/unit/base_document_test
unit_tests += tests/unit/base_error_test
unit_tests += tests/unit/base_faults_test
unit_tests += tests/unit/base_file_test
unit_tests += tests/unit/base_hash_test
unit_tests += tests/unit/base_json_stream_test
unit_tests += tests/unit/base_json_test
unit_tests += tests/unit/base_log_test
unit_tests += tests/unit/base_text_test

# Allocations that can be made to fail, and a clock that can be set, are compiled in here alone.
tests_unit_base_faults_test_SOURCES = tests/unit/base_faults_test.c $(base_sources)
tests_unit_base_faults_test_CPPFLAGS = $(AM_CPPFLAGS) -UDN_TEST_FAULTS -DDN_TEST_FAULTS=1 \
	-DDN_TEST_CLOCK=1
tests_unit_base_faults_test_LDADD = $(core_libs) $(CMOCKA_LIBS)
