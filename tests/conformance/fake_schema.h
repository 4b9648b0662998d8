/* SPDX-License-Identifier: MIT
 *
 * Facts and operations as lines of text, for tests of render() and realise():
 *
 *     + table t                            create, ~ alter, - drop, > rename, ! data
 *     + column t/a | type=text | not_null | default='x'
 *     + fk t/t_fk | columns=[a] | ref=[r] | ref_columns=[id] | on_delete=cascade
 *     + index t/i | keys=[a; b desc; (lower(c))] | where=a > 0
 *     ~ column t/a | type=integer | using=a + 1 | unset=default
 *     > column t/a | to=b
 *     - table t | cascade
 *     ! INSERT INTO t VALUES (1)
 *
 * A line without one of these signs is a fact.
 */
#ifndef TESTS_CONFORMANCE_FAKE_SCHEMA_H
#define TESTS_CONFORMANCE_FAKE_SCHEMA_H

#include "tests/conformance/fake_host.h"

/* Everything lives until fake_schema_free(). */
typedef struct fake_schema {
    dunlin_operation *operations;
    const dunlin_operation **operation_list;
    size_t operation_count;
    dunlin_fact *facts;
    const dunlin_fact **fact_list;
    size_t fact_count;
    void *blocks[8192];
    size_t block_count;
} fake_schema;

void fake_schema_read(fake_schema *schema, const char *text);
void fake_schema_free(fake_schema *schema);
/* Facts of the whole database, for find() and each(); the host keeps them until the next. */
void fake_schema_introspect(fake_host *host, dunlin_connection *connection, fake_schema *facts);

/* render(): the steps as lines. */
const char *fake_render(fake_host *host, int32_t mode, const fake_schema *schema);
/* The same, run as the core does: around the transaction, in it, behind it. The status is that of
 * the first step that failed. */
int32_t fake_apply(fake_host *host, dunlin_connection *connection, const fake_schema *schema);

#endif
