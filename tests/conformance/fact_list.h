/* SPDX-License-Identifier: MIT
 *
 * Facts that a driver pushes, kept: to be printed, compared, and turned into the operations that
 * create them.
 */
#ifndef TESTS_CONFORMANCE_FACT_LIST_H
#define TESTS_CONFORMANCE_FACT_LIST_H

#include "tests/conformance/fake_host.h"

typedef struct fact_list {
    dunlin_fact **facts;
    size_t count;
    size_t capacity;
    dunlin_fact **gone;
    size_t gone_count;
    size_t gone_capacity;
    size_t unreadable_count;
    char **steps; /* of render */
    size_t step_count;
    size_t step_capacity;
    char **notes;
    size_t note_count;
    size_t note_capacity;
    void **memory;
    size_t memory_count;
    size_t memory_capacity;
} fact_list;

/* From here on the host keeps what is pushed in `list`, until fact_list_end. */
void fact_list_begin(fact_list *list, fake_host *host);
/* The same for a list that was begun before. */
void fact_list_use(fact_list *list);
void fact_list_clear(fact_list *list);
void fact_list_end(fact_list *list);

/* Zeroed memory that lives until the list is cleared. */
void *fact_list_keep(fact_list *list, size_t bytes);

/* In the order of their keys, as docs/facts.md has it, one a line:
 * column public/t/id {"type":"integer","not_null":true}. Valid until the list is freed. */
const char *fact_list_text(fact_list *list);
/* The line of one of them, without its key; "" when there is none. */
const char *fact_list_value(fact_list *list, const char *kind, const char *path);
const dunlin_fact *fact_list_find(const fact_list *list, const char *kind, const char *path);
/* The keys that were told to be gone, "kind path" one a line. */
const char *fact_list_gone(fact_list *list);
/* The steps of render, one a line. */
const char *fact_list_steps(fact_list *list);
const char *fact_list_notes(fact_list *list);
/* Key and value of one fact, as in fact_list_text. */
char *fact_list_line(fact_list *list, const dunlin_fact *fact);

/* A key of "kind" and "a/b/c". */
const dunlin_fact *fact_list_key(fact_list *list, const char *kind, const char *path);
/* A fact of "kind path" and its value in JSON, as fact_list_text prints it. Which members are names
 * and which expressions goes by what they are called (docs/facts.md). */
dunlin_fact *fact_list_read(fact_list *list, const char *kind, const char *path, const char *json);
/* An operation: "CREATE column s/t/c", "ALTER ..", "DROP ..", "RENAME table s/t s/u"; words behind
 * that are flags (CASCADE, CONCURRENTLY, OR_REPLACE) and -name for what is unset. */
dunlin_operation *fact_list_operation(fact_list *list, const char *words, const char *json);
/* CREATE operations of all facts, in an order in which they can be executed. Members that are
 * only informational (order, depends) are left out. */
const dunlin_operation **fact_list_operations(fact_list *list, size_t *count);

#endif
