/* SPDX-License-Identifier: MIT
 *
 * Which migration did that to an object? Told from the texts of the files: every operation in the
 * order of the journal, names followed back through renames. Nothing is connected to. What the
 * parser does not understand (native text) leaves no trace.
 */
#ifndef DN_EXECUTE_TRACE_H
#define DN_EXECUTE_TRACE_H

#include "core/execute/execute.h"

/* One operation of one migration. */
typedef struct dn_trace_item {
    size_t migration; /* place in the journal */
    const dunlin_operation *operation;
    const dn_lex_rules *rules; /* of its text */
} dn_trace_item;

typedef struct dn_trace {
    bool *others;  /* by migration: some of its statements change rows, or were not understood */
    bool *opaque;  /* by migration: some were not understood, whatever they change */
    bool *unclear; /* by migration: some were not understood, and may change the schema */
    bool *rows; /* by migration: it may change rows, or take columns and tables away with theirs */
    dunlin_capabilities capabilities; /* of the driver */
    dn_trace_item *items;
    size_t count;
    size_t capacity;
} dn_trace;

/* The files of a finished journal as the driver gets them. All lives in the arena. Errors: lex.*,
 * script.*, file.*. */
int dn_trace_read(const dn_driver *driver, const dn_journal *journal, dn_arena *arena,
                  dn_trace *trace, dn_error *error);

/* Steps of a search: the place in the journal of the next earlier migration that concerns the
 * object `fact`, as it is named at the end of the history; `member` is what counts of it ("type",
 * "default" ... or NULL: that it exists). SIZE_MAX: there is none. */
typedef struct dn_trace_search {
    const dn_trace *trace;
    const dunlin_fact *fact;
    const char *member;
    uint64_t naming; /* of the map that the fact is from */
    /* Kept by dn_trace_back: */
    size_t at;
    dunlin_string table; /* as it was called where the search stands */
    dunlin_string name;  /* of the member of it; empty: the table itself */
} dn_trace_search;
void dn_trace_begin(dn_trace_search *search, const dn_trace *trace, const dunlin_fact *fact,
                    uint64_t naming, const char *member);
size_t dn_trace_back(dn_trace_search *search);

#endif
