# unit_tests += tests/unit/MODULE_THING_test   (built from MODULE_THING_test.c; one line each, sorted)
unit_tests += tests/unit/abi_test
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
unit_tests += tests/unit/base_process_test
unit_tests += tests/unit/base_text_test
unit_tests += tests/unit/cli_format_test
unit_tests += tests/unit/cli_options_test
unit_tests += tests/unit/cli_output_test
unit_tests += tests/unit/cli_show_test
unit_tests += tests/unit/ddl_guard_test
unit_tests += tests/unit/ddl_parse_test
unit_tests += tests/unit/ddl_translate_test
unit_tests += tests/unit/driver_connection_test
unit_tests += tests/unit/driver_faults_test
unit_tests += tests/unit/driver_find_test
unit_tests += tests/unit/driver_load_test
unit_tests += tests/unit/driver_escort_test
unit_tests += tests/unit/driver_run_test
unit_tests += tests/unit/driver_toy_test
unit_tests += tests/unit/engine_drivers_test
unit_tests += tests/unit/execute_doubt_test
unit_tests += tests/unit/execute_errors_test
unit_tests += tests/unit/fact_canonical_test
unit_tests += tests/unit/journal_amend_test
unit_tests += tests/unit/journal_faults_test
unit_tests += tests/unit/journal_layout_test
unit_tests += tests/unit/journal_merge_test
unit_tests += tests/unit/journal_new_test
unit_tests += tests/unit/journal_read_test
unit_tests += tests/unit/journal_rebuild_test
unit_tests += tests/unit/journal_tag_test
unit_tests += tests/unit/lex_digest_test
unit_tests += tests/unit/lex_faults_test
unit_tests += tests/unit/lex_mysql_test
unit_tests += tests/unit/lex_postgres_test
unit_tests += tests/unit/lex_rules_test
unit_tests += tests/unit/lex_split_test
unit_tests += tests/unit/lex_sqlite_test
unit_tests += tests/unit/lex_tokens_test
unit_tests += tests/unit/project_config_test
unit_tests += tests/unit/project_load_test
unit_tests += tests/unit/project_url_test
unit_tests += tests/unit/reconcile_judge_test
unit_tests += tests/unit/reconcile_proof_test
unit_tests += tests/unit/reconcile_verdict_test
unit_tests += tests/unit/run_lock_test
unit_tests += tests/unit/schema_compare_test
unit_tests += tests/unit/schema_diff_test
unit_tests += tests/unit/schema_equivalent_test
unit_tests += tests/unit/fact_ignore_test
unit_tests += tests/unit/fact_map_test
unit_tests += tests/unit/schema_fold_test
unit_tests += tests/unit/schema_guard_test
unit_tests += tests/unit/schema_page_test
unit_tests += tests/unit/schema_picture_test
unit_tests += tests/unit/state_match_test
unit_tests += tests/unit/state_snapshot_test
unit_tests += tests/unit/state_replay_servers_test
unit_tests += tests/unit/tracker_errors_test

# Allocations that can be made to fail, and a clock that can be set, are compiled in here alone.
tests_unit_base_faults_test_SOURCES = tests/unit/base_faults_test.c $(base_sources)
tests_unit_base_faults_test_CPPFLAGS = $(AM_CPPFLAGS) -UDN_TEST_FAULTS -DDN_TEST_FAULTS=1 \
	-DDN_TEST_CLOCK=1
tests_unit_base_faults_test_LDADD = $(core_libs) $(CMOCKA_LIBS)

EXTRA_DIST += tests/unit/driver_fixture.h tests/unit/schema_fixture.h

# The rest of the core comes from its library and uses the allocations that are compiled in here.
tests_unit_driver_faults_test_SOURCES = tests/unit/driver_faults_test.c $(base_sources)
tests_unit_driver_faults_test_CPPFLAGS = $(AM_CPPFLAGS) -UDN_TEST_FAULTS -DDN_TEST_FAULTS=1

tests_unit_lex_faults_test_SOURCES = tests/unit/lex_faults_test.c $(base_sources)
tests_unit_lex_faults_test_CPPFLAGS = $(AM_CPPFLAGS) -UDN_TEST_FAULTS -DDN_TEST_FAULTS=1

EXTRA_DIST += tests/unit/lex_helper.h tests/unit/lex_rules_fixture.h
EXTRA_DIST += tests/unit/ddl_cases.txt tests/unit/ddl_dump.h \
	tests/unit/ddl_postgres_tree.h tests/unit/ddl_translate_cases.txt

tests_unit_journal_faults_test_SOURCES = tests/unit/journal_faults_test.c $(base_sources)
tests_unit_journal_faults_test_CPPFLAGS = $(AM_CPPFLAGS) -UDN_TEST_FAULTS -DDN_TEST_FAULTS=1

EXTRA_DIST += tests/unit/tree_fixture.h tests/fixtures

# Against PostgreSQL's parser (Debian: libpg-query-dev).
if PG_QUERY
unit_tests += tests/unit/ddl_postgres_test
tests_unit_ddl_postgres_test_LDADD = core/libcore.la $(CMOCKA_LIBS) -lpg_query
endif

# On a real database.
if DRIVER_SQLITE
unit_tests += tests/unit/execute_feed_test
unit_tests += tests/unit/execute_inspect_test
unit_tests += tests/unit/execute_ledger_test
unit_tests += tests/unit/execute_leftover_test
unit_tests += tests/unit/execute_script_test
unit_tests += tests/unit/export_unqualify_test
unit_tests += tests/unit/plan_build_test
unit_tests += tests/unit/run_backup_test
unit_tests += tests/unit/run_mend_test
unit_tests += tests/unit/run_plan_test
unit_tests += tests/unit/state_edit_test
unit_tests += tests/unit/state_replay_test
unit_tests += tests/unit/state_texts_test
unit_tests += tests/unit/tracker_read_test
unit_tests += tests/unit/tracker_write_test
endif
EXTRA_DIST += tests/unit/history_fixture.h tests/unit/replay_fixture.h tests/unit/execution_fixture.h tests/unit/sqlite_fixture.h
