/* SPDX-License-Identifier: MIT
 *
 * The parts that the results of several commands share, as people read them.
 */
#ifndef DN_CLI_SHOW_H
#define DN_CLI_SHOW_H

#include "cli/commands.h"

/* "target   main, sqlite:app.db, SQLite 3.40.1" */
void dn_cli_show_target(dn_cli *cli, const dunlin_node *root);
/* One "warning: ... [id]" a line on standard output. */
void dn_cli_show_findings(dn_cli *cli, const dunlin_node *findings);
/* The same on standard error, for commands whose result they are not. */
void dn_cli_warn_findings(dn_cli *cli, const dunlin_node *findings);
/* The text and a line end; nothing for NULL. */
void dn_cli_show_sentence(dn_cli *cli, dn_style style, const char *text);
/* "to mend: ...", where there is a member "mend". */
void dn_cli_show_mend(dn_cli *cli, const dunlin_node *node);
/* "label  text" for each text of an array. */
void dn_cli_show_texts(dn_cli *cli, const char *label, const dunlin_node *texts);
/* The files that say what the schema is: those that were written, and why others were not. One of the
 * kind `except` (NULL: none) is told elsewhere. */
void dn_cli_show_files(dn_cli *cli, const dunlin_node *files, const char *except);
/* Words of the command line with underscores between. Free it; NULL: no memory. */
char *dn_cli_join_words(const dn_words *words);
/* Texts of an array, put together with commas. Free it. */
char *dn_cli_join(const dunlin_node *texts, const char *between);

/* The checks of `check`, one below the other; in cmd_check.c. */
void dn_cli_show_checks(dn_cli *cli, const dunlin_node *root);

#endif
