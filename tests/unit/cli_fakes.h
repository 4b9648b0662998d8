/* SPDX-License-Identifier: MIT
 *
 * Stands in for the library's use cases, so that tests of the program choose what they answer.
 */
#ifndef TESTS_CLI_FAKES_H
#define TESTS_CLI_FAKES_H

#include <stdbool.h>

#include "cli/commands.h"

typedef struct cli_fakes {
    const char *json;   /* the result's document; NULL: none */
    int exit_code;      /* of the result */
    dunlin_error error; /* its status chosen: the use case fails with it */
    const char *log;    /* a line logged at `log_level` */
    int log_level;
    char called[512]; /* the use case and what it was given, in words */
} cli_fakes;

extern cli_fakes fakes;

typedef struct cli_run {
    int code;
    char *out;
    char *err;
} cli_run;

/* Runs a command line; words end with NULL and start after the program's name. Free it. */
cli_run run_line(const char *const *words);
void run_free(cli_run *run);

#define RUN(...) run_line((const char *const[]){__VA_ARGS__, NULL})

#endif
