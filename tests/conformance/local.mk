# conformance_programs += tests/conformance/NAME   (built by `make check`, run against every driver)

# Driver tests load the module from the build tree, as the program does, and bring a host of their
# own: nothing of the core is in them.
fake_host_sources = tests/conformance/fake_host.c tests/conformance/fake_host.h
fact_list_sources = tests/conformance/fact_list.c tests/conformance/fact_list.h \
	tests/conformance/fact_operations.c

# mysql_driver_test, mysql_facts_test and mysql_run_test need a server and are skipped without one:
#   tests/servers run mariadb -- make check TESTS='tests/conformance/mysql_run_test ...'
if DRIVER_MYSQL
unit_tests += tests/conformance/mysql_driver_test
unit_tests += tests/conformance/mysql_facts_test
unit_tests += tests/conformance/mysql_forms_test
unit_tests += tests/conformance/mysql_offline_test
unit_tests += tests/conformance/mysql_render_test
unit_tests += tests/conformance/mysql_rules_test
unit_tests += tests/conformance/mysql_run_test
unit_tests += tests/conformance/mysql_schema_test
mysql_server_sources = $(fake_host_sources) \
	tests/conformance/mysql_server.c tests/conformance/mysql_server.h
tests_conformance_mysql_driver_test_SOURCES = tests/conformance/mysql_driver_test.c \
	tests/conformance/relay.c tests/conformance/relay.h $(mysql_server_sources)
tests_conformance_mysql_driver_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)
tests_conformance_mysql_facts_test_SOURCES = tests/conformance/mysql_facts_test.c \
	$(mysql_server_sources)
tests_conformance_mysql_facts_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_forms_test_SOURCES = tests/conformance/mysql_forms_test.c \
	tests/conformance/mysql_operations.c tests/conformance/mysql_operations.h \
	tests/conformance/mysql_store.c tests/conformance/mysql_store.h $(mysql_server_sources)
tests_conformance_mysql_forms_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_offline_test_SOURCES = tests/conformance/mysql_offline_test.c \
	$(fake_host_sources)
tests_conformance_mysql_offline_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_render_test_SOURCES = tests/conformance/mysql_render_test.c \
	tests/conformance/mysql_fragments.h \
	tests/conformance/mysql_operations.c tests/conformance/mysql_operations.h \
	tests/conformance/mysql_store.c tests/conformance/mysql_store.h $(mysql_server_sources)
tests_conformance_mysql_render_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_rules_test_SOURCES = tests/conformance/mysql_rules_test.c \
	$(mysql_server_sources)
tests_conformance_mysql_rules_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_run_test_SOURCES = tests/conformance/mysql_run_test.c \
	$(mysql_server_sources)
tests_conformance_mysql_run_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_mysql_schema_test_SOURCES = tests/conformance/mysql_schema_test.c \
	tests/conformance/mysql_store.c tests/conformance/mysql_store.h $(mysql_server_sources)
tests_conformance_mysql_schema_test_LDADD = $(CMOCKA_LIBS)

# One after the other: they look at what else the server is doing. (automake leaves its own rule
# out for a target that it sees in full.)
mysql_facts_log = tests/conformance/mysql_facts_test.log
mysql_render_log = tests/conformance/mysql_render_test.log
mysql_rules_log = tests/conformance/mysql_rules_test.log
mysql_run_log = tests/conformance/mysql_run_test.log
mysql_schema_log = tests/conformance/mysql_schema_test.log
$(mysql_facts_log): tests/conformance/mysql_driver_test.log
$(mysql_run_log): tests/conformance/mysql_facts_test.log
$(mysql_schema_log): tests/conformance/mysql_run_test.log
$(mysql_render_log): tests/conformance/mysql_schema_test.log
$(mysql_rules_log): tests/conformance/mysql_render_test.log
replay_log = tests/unit/state_replay_servers_test.log
$(replay_log): tests/conformance/mysql_rules_test.log
endif

# postgres_driver_test, postgres_facts_test and postgres_run_test likewise:
#   tests/servers run postgres pgbouncer -- make check TESTS='tests/conformance/postgres_run_test ...'
if DRIVER_POSTGRES
unit_tests += tests/conformance/postgres_driver_test
unit_tests += tests/conformance/postgres_facts_test
unit_tests += tests/conformance/postgres_offline_test
unit_tests += tests/conformance/postgres_realise_test
unit_tests += tests/conformance/postgres_render_test
unit_tests += tests/conformance/postgres_run_test
postgres_server_sources = $(fake_host_sources) \
	tests/conformance/postgres_server.c tests/conformance/postgres_server.h \
	tests/conformance/relay.c tests/conformance/relay.h
tests_conformance_postgres_driver_test_SOURCES = tests/conformance/postgres_driver_test.c \
	$(postgres_server_sources)
tests_conformance_postgres_driver_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)
tests_conformance_postgres_facts_test_SOURCES = tests/conformance/postgres_facts_test.c \
	$(fact_list_sources) $(postgres_server_sources)
tests_conformance_postgres_facts_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)
tests_conformance_postgres_offline_test_SOURCES = tests/conformance/postgres_offline_test.c \
	$(fake_host_sources)
tests_conformance_postgres_offline_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_postgres_realise_test_SOURCES = tests/conformance/postgres_realise_test.c \
	$(fact_list_sources) $(postgres_server_sources)
tests_conformance_postgres_realise_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)
tests_conformance_postgres_render_test_SOURCES = tests/conformance/postgres_render_test.c \
	$(fact_list_sources) $(postgres_server_sources)
tests_conformance_postgres_render_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)
tests_conformance_postgres_run_test_SOURCES = tests/conformance/postgres_run_test.c \
	$(postgres_server_sources)
tests_conformance_postgres_run_test_LDADD = $(CMOCKA_LIBS) $(SYSTEM_LIBS)

postgres_facts_log = tests/conformance/postgres_facts_test.log
postgres_realise_log = tests/conformance/postgres_realise_test.log
postgres_render_log = tests/conformance/postgres_render_test.log
postgres_run_log = tests/conformance/postgres_run_test.log
$(postgres_facts_log): tests/conformance/postgres_driver_test.log
$(postgres_realise_log): tests/conformance/postgres_facts_test.log
$(postgres_render_log): tests/conformance/postgres_realise_test.log
$(postgres_run_log): tests/conformance/postgres_render_test.log
postgres_replay_log = tests/unit/state_replay_servers_test.log
$(postgres_replay_log): tests/conformance/postgres_run_test.log
endif

if DRIVER_SQLITE
unit_tests += tests/conformance/sqlite_backup_test
unit_tests += tests/conformance/sqlite_driver_test
unit_tests += tests/conformance/sqlite_facts_test
unit_tests += tests/conformance/sqlite_files_test
unit_tests += tests/conformance/sqlite_render_test
unit_tests += tests/conformance/sqlite_rules_test
sqlite_folder_sources = $(fake_host_sources) \
	tests/conformance/sqlite_folder.c tests/conformance/sqlite_folder.h
tests_conformance_sqlite_backup_test_SOURCES = tests/conformance/sqlite_backup_test.c \
	$(sqlite_folder_sources)
tests_conformance_sqlite_backup_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_sqlite_driver_test_SOURCES = tests/conformance/sqlite_driver_test.c \
	$(fake_host_sources)
tests_conformance_sqlite_driver_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_sqlite_facts_test_SOURCES = tests/conformance/sqlite_facts_test.c \
	$(fake_host_sources)
tests_conformance_sqlite_facts_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_sqlite_files_test_SOURCES = tests/conformance/sqlite_files_test.c \
	$(sqlite_folder_sources)
tests_conformance_sqlite_files_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_sqlite_render_test_SOURCES = tests/conformance/sqlite_render_test.c \
	$(fake_host_sources) tests/conformance/fake_schema.c tests/conformance/fake_schema.h
tests_conformance_sqlite_render_test_LDADD = $(CMOCKA_LIBS)
tests_conformance_sqlite_rules_test_SOURCES = tests/conformance/sqlite_rules_test.c \
	$(fake_host_sources)
tests_conformance_sqlite_rules_test_LDADD = $(CMOCKA_LIBS)
endif
