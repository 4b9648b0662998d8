# SPDX-License-Identifier: MIT
# Everything but main, which the unit tests link, too.
cli_parts = \
	cli/cmd_backup.c \
	cli/cmd_backups.c \
	cli/cmd_completion.c \
	cli/cmd_drivers.c \
	cli/cmd_help.c \
	cli/cmd_init.c \
	cli/cmd_journal.c \
	cli/cmd_merge_driver.c \
	cli/cmd_migrate.c \
	cli/cmd_new.c \
	cli/cmd_restore.c \
	cli/cmd_status.c \
	cli/commands.h \
	cli/complete_bash.c \
	cli/complete_fish.c \
	cli/complete_zsh.c \
	cli/completion.h \
	cli/finish.c \
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
	cli/show.c \
	cli/show.h \
	cli/table.c \
	cli/table.h

cli_sources += $(cli_parts) cli/main.c
