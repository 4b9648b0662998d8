/* SPDX-License-Identifier: MIT
 *
 * The parser of the command line, driven by the table. Long options take their value after '='
 * or as the next word and are never abbreviated, so that a new option cannot change the meaning
 * of a script. Global options stand anywhere, a command's own anywhere after it.
 */
#ifndef DN_CLI_OPTIONS_H
#define DN_CLI_OPTIONS_H

#include <stdint.h>

#include <dunlin/dunlin.h>

#include "cli/table.h"

typedef struct dn_words {
    const char **items;
    size_t count;
} dn_words;

/* Strings are borrowed from argv. */
typedef struct dn_arguments {
    const dn_command *command; /* NULL: none given */
    const dn_group *group;     /* its group, or the group that was named alone */
    dn_words words;            /* the command's arguments */

    const char *directory;
    const char *config;
    const char *migrations;
    const char *url;
    const char *target;
    const char *driver_path;
    const char *color;
    int64_t lock_timeout_ms; /* -1: not given */
    int json;
    int verbose;
    int quiet;
    int version;
    int help;

    const char *to;
    const char *why;
    int mark_applied;
    int mark_pending;
    const char *dialect;
    const char *driver;
    const char *server;
    const char *from;
    const char *table;
    dn_words allow;
    dn_words relinks;
    const char *quirks;
    dn_words cases;
    int64_t last; /* 0: not given */
    int dry_run;
    int single_transaction;
    int no_backup;
    int allow_nonempty;
    const char *if_different;
    int cancel;
    int done;
    int redo;
    int check;
    int pending;
    int man;
    int markdown;
    int portability;
    int environment;
    int complete;
    int drizzle;
    const char *definition_command;
    int shadow;
    int replay;
    int accept;
    int revert;
    int apply;
    int offline;
    int digests;
    const char *onto;
    const char *shadow_url;
    const char *tag;
    const char *fix;
    dn_words drivers;
    const char *output;
    dn_words renames;
    int sql;
    int exit_code;
    int print;
    dn_words targets;
    dn_words urls;
    const char *format;
    dn_words tables;
    int64_t depth; /* 0: not given */
    int write;
    const char *definition;
    int plain;
    int drop_legacy;
} dn_arguments;

/* -1: *error says what is wrong with the command line. *arguments is usable as far as it was
 * understood (json, color) and must be freed either way. */
int dn_cli_parse(int argc, char **argv, dn_arguments *arguments, dunlin_error *error);
void dn_cli_arguments_free(dn_arguments *arguments);

/* "30s", "500ms", "2m", "1h", or seconds without a unit. -1: not a duration. */
int64_t dn_cli_parse_duration(const char *text);

/* The candidate nearest to what was typed, or NULL when none is near. Call with *best = NULL and
 * *distance = 0 first, once per candidate. */
void dn_cli_suggest(const char *typed, const char *candidate, const char **best, size_t *distance);

/* Fills *error with an error of the program's own; returns -1. The exit code follows from the
 * status: DUNLIN_USAGE or any other. */
int dn_cli_fail(dunlin_error *error, int32_t status, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
