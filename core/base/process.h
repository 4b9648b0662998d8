/* SPDX-License-Identifier: MIT
 *
 * Running another program and waiting for its end, without a shell.
 */
#ifndef DN_BASE_PROCESS_H
#define DN_BASE_PROCESS_H

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"

#include <dunlin/schema.h>

typedef struct dn_process {
    const char *const *arguments;   /* ends with NULL; [0] is looked for in PATH */
    const char *const *environment; /* NAME=value, in place of ours of that name; may be NULL */
    const char *directory;          /* where it runs; NULL: here */
    const char *output;             /* file that standard output is added to; NULL or "": none */
    const char *input;              /* file; NULL or "": nothing to read */
    /* Without `output`: gets standard output; non-zero ends the program. NULL: nobody wants it. */
    int32_t (*visit)(dunlin_string text, void *context);
    void *context;
    dn_text *said;     /* gets the end of what it wrote to standard error; NULL: nobody wants it */
    const dn_log *log; /* asked now and then whether the user wants to stop */
} dn_process;

/* A new output file is readable by its owner only. Errors: process.missing (no such program),
 * process.failed (with the end of what it wrote to standard error), process.start,
 * run.cancelled. */
int dn_process_run(const dn_process *process, dn_error *error);

#endif
