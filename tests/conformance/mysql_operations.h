/* SPDX-License-Identifier: MIT
 *
 * Operations and facts written as lines, as store_print prints facts:
 *
 *     create column t/c type:varchar(20),not_null:1,default:'x'
 *     alter column t/c type:bigint,!default
 *     rename column t/c d
 *     drop table t
 */
#ifndef TESTS_CONFORMANCE_MYSQL_OPERATIONS_H
#define TESTS_CONFORMANCE_MYSQL_OPERATIONS_H

#include "tests/conformance/mysql_store.h"

enum { OPERATIONS = 64, OPERATION_PROPERTIES = 64 };

typedef struct written_operation {
    dunlin_operation operation;
    dunlin_fact fact; /* the same as a fact */
    dunlin_string path[3];
    dunlin_string new_path[3];
    dunlin_property properties[OPERATION_PROPERTIES];
    dunlin_string unset[8];
} written_operation;

typedef struct written_list {
    written_operation written[OPERATIONS];
    const dunlin_operation *list[OPERATIONS];
    const dunlin_fact *facts[OPERATIONS];
    size_t count;
    char *text;
} written_list;

/* Lines separated by '\n'. */
void write_operations(written_list *list, const char *lines);
void written_free(written_list *list);

/* The steps of a rendering, one a line with ';' behind; notes stand in host.lines. */
const char *render_written(const dunlin_profile *profile, int32_t mode,
                           const dunlin_operation *const *operations, size_t count);
/* "mysql 8.0.36" without a server. */
const dunlin_profile *assumed_profile(const char *text);
/* Of the server at hand. */
const dunlin_profile *server_profile(void);
int32_t render_status(void); /* of the last one */
/* Renders for the server at hand and runs what comes out. */
void run_operations(const dunlin_operation *const *operations, size_t count);

#endif
