/* SPDX-License-Identifier: MIT
 *
 * Errors are values that the caller owns. A function that can fail returns 0 or -1 (or a pointer
 * or NULL) and fills the dn_error it was given. Ids, their exit codes and what to do about them
 * stand in errors.def, which also makes docs/errors.md.
 */
#ifndef DN_BASE_ERROR_H
#define DN_BASE_ERROR_H

#include <stdbool.h>

#include <dunlin/dunlin.h>

typedef dunlin_error dn_error;

/* Fills *error and returns -1. `id` must stand in errors.def; exit code and hint come from there,
 * falling back to the status. A NULL error is fine. The message is one sentence, lower case, no full stop. */
int dn_fail(dn_error *error, int32_t status, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Replaces the hint; returns -1. */
int dn_hint(dn_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds a line "while <text>" to the context, after those that stand there; returns -1. */
int dn_while(dn_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int dn_no_memory(dn_error *error);
/* From errno: "<what> '<path>': <reason>", so `what` reads "cannot open". */
int dn_fail_errno(dn_error *error, const char *id, const char *what, const char *path);
const char *dn_errno_text(int code); /* untranslated, safe with threads */
int32_t dn_errno_status(int code);   /* ENOENT: DUNLIN_MISSING ... */
void dn_error_clear(dn_error *error);
/* No memory, or the user wants to stop: nobody goes on without what failed so. */
bool dn_error_ends_all(const dn_error *error);
int dn_exit_code(int32_t status); /* for a status without an id of its own */

/* The table, for docs and tests: NULL past its end. */
typedef struct dn_error_entry {
    const char *id;
    int32_t exit_code;
    const char *hint;
    const char *meaning;
} dn_error_entry;
const dn_error_entry *dn_error_table(size_t index);
const char *dn_error_hint_of(const char *id); /* NULL: there is none */

#endif
