# SPDX-License-Identifier: MIT
# Everything but main, which the unit tests link, too.
cli_parts = \
	cli/cmd_adopt.c \
	cli/cmd_backup.c \
	cli/cmd_backups.c \
	cli/cmd_check.c \
	cli/cmd_completion.c \
	cli/cmd_doctor.c \
	cli/cmd_diagram.c \
	cli/cmd_docs.c \
	cli/cmd_diff.c \
	cli/cmd_drift.c \
	cli/cmd_driver_check.c \
	cli/cmd_drivers.c \
	cli/cmd_explain.c \
	cli/cmd_generate.c \
	cli/cmd_harden.c \
	cli/cmd_export.c \
	cli/cmd_help.c \
	cli/cmd_init.c \
	cli/cmd_journal.c \
	cli/cmd_merge.c \
	cli/cmd_merge_driver.c \
	cli/cmd_log.c \
	cli/cmd_mark.c \
	cli/cmd_migrate.c \
	cli/cmd_new.c \
	cli/cmd_parity.c \
	cli/cmd_repair.c \
	cli/cmd_restore.c \
	cli/cmd_resume.c \
	cli/cmd_schema.c \
	cli/cmd_snapshot.c \
	cli/cmd_status.c \
	cli/commands.h \
	cli/complete_bash.c \
	cli/complete_fish.c \
	cli/complete_zsh.c \
	cli/completion.h \
	cli/diagnosis.c \
	cli/diagnosis.h \
	cli/difference.c \
	cli/difference.h \
	cli/format.c \
	cli/format.h \
	cli/help.c \
	cli/help.h \
	cli/help_json.c \
	cli/help_man.c \
	cli/help_markdown.c \
	cli/json.c \
	cli/json.h \
	cli/listing.c \
	cli/options.c \
	cli/options.h \
	cli/output.c \
	cli/output.h \
	cli/run.c \
	cli/show.c \
	cli/show.h \
	cli/source.c \
	cli/source.h \
	cli/table.c \
	cli/table.h \
	cli/table_generate.c \
	cli/table_generate.h \
	cli/table_macros.h \
	cli/table_program.c \
	cli/table_check.c \
	cli/table_check.h \
	cli/table_record.c \
	cli/table_record.h \
	cli/table_schema.c \
	cli/table_schema.h \
	cli/table_tools.c \
	cli/table_tools.h

cli_sources += $(cli_parts) cli/main.c

# Tests of the program link its parts and fakes of the library's use cases.
check_LTLIBRARIES += cli/libcli.la
cli_libcli_la_SOURCES = $(cli_parts)
cli_libcli_la_CFLAGS = $(AM_CFLAGS) $(SMARTCOLS_CFLAGS)
cli_fakes = tests/unit/cli_fakes.c tests/unit/cli_fakes.h
cli_test_libs = cli/libcli.la core/libcore.la $(SMARTCOLS_LIBS) $(CMOCKA_LIBS)
tests_unit_cli_format_test_SOURCES = tests/unit/cli_format_test.c $(cli_fakes)
tests_unit_cli_format_test_LDADD = $(cli_test_libs)
tests_unit_cli_options_test_SOURCES = tests/unit/cli_options_test.c $(cli_fakes)
tests_unit_cli_options_test_LDADD = $(cli_test_libs)
tests_unit_cli_output_test_SOURCES = tests/unit/cli_output_test.c $(cli_fakes)
tests_unit_cli_output_test_LDADD = $(cli_test_libs)
tests_unit_cli_show_test_SOURCES = tests/unit/cli_show_test.c $(cli_fakes)
tests_unit_cli_show_test_LDADD = $(cli_test_libs)

# Made by `dunlin help --man` and committed, so that a cross build has it; tests/e2e/cli.bats
# compares.
dist_man_MANS = docs/dunlin.1
