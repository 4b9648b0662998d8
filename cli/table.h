/* SPDX-License-Identifier: MIT
 *
 * The one table of commands, options, arguments, exit codes and examples. Parser, --help, manual
 * page, docs/commands.md, shell completion and `dunlin help --json` are made from it. Texts mark
 * what is typed literally with `backquotes`.
 */
#ifndef DN_CLI_TABLE_H
#define DN_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct dn_cli;

/* What an option takes; decides the type of its member in dn_arguments. */
typedef enum dn_value {
    DN_VALUE_NONE,     /* int, counts how often it was given */
    DN_VALUE_TEXT,     /* const char * */
    DN_VALUE_FILE,     /* const char * */
    DN_VALUE_FOLDER,   /* const char * */
    DN_VALUE_CHOICE,   /* const char *, one of `choices` */
    DN_VALUE_DURATION, /* int64_t, milliseconds */
    DN_VALUE_NUMBER,   /* int64_t, from 1 */
    DN_VALUE_LIST      /* dn_words; the option may be repeated */
} dn_value;

typedef struct dn_option {
    const char *name; /* without the dashes; NULL ends a list */
    char letter;      /* 0: none */
    dn_value kind;
    const char *value;          /* "FOLDER"; NULL for DN_VALUE_NONE */
    const char *const *choices; /* NULL: free */
    size_t member;              /* offset in dn_arguments */
    bool hidden;                /* left out of every description */
    const char *text;           /* one sentence, lower case, no full stop */
} dn_option;

typedef struct dn_argument {
    const char *name; /* "NAME"; NULL ends a list */
    bool required;
    bool repeated;
    dn_value kind; /* for completion */
    const char *const *choices;
    const char *text;
} dn_argument;

typedef struct dn_exit {
    int code;
    const char *text; /* NULL ends a list */
} dn_exit;

typedef struct dn_variable {
    const char *name; /* of the environment; NULL ends a list */
    const char *text;
} dn_variable;

typedef struct dn_example {
    const char *line; /* NULL ends a list */
    const char *text;
} dn_example;

typedef struct dn_command {
    const char *name;    /* "migrate", or "journal check" in the group "journal" */
    const char *summary; /* a few words */
    const char *text;    /* paragraphs, separated by an empty line */
    const char *format;  /* of its JSON document */
    const dn_option *options;
    const dn_argument *arguments;
    const dn_exit *exits;
    const dn_example *examples;
    int (*run)(struct dn_cli *cli); /* answers the exit code */
} dn_command;

/* Several commands with one first word. */
typedef struct dn_group {
    const char *name;
    const char *summary;
} dn_group;

extern const dn_command dn_cli_commands[]; /* ends with a NULL name, as the others */
extern const dn_group dn_cli_groups[];
extern const dn_option dn_cli_globals[];
extern const dn_exit dn_cli_exits[]; /* of the program as a whole */
extern const dn_variable dn_cli_variables[];
extern const char dn_cli_program_summary[];
extern const char dn_cli_program_text[];

const dn_command *dn_cli_find_command(const char *name);
const dn_group *dn_cli_find_group(const char *name);
/* The part of a command's name after its group, or the name. */
const char *dn_cli_short_name(const dn_command *command);
bool dn_cli_in_group(const dn_command *command, const dn_group *group);
/* NULL when the list has no such option; letter 0 or name NULL are not looked for. */
const dn_option *dn_cli_find_option(const dn_option *list, const char *name, size_t length,
                                    char letter);

#endif
