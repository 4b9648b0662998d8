/* SPDX-License-Identifier: MIT
 *
 * The toy driver: an honest driver for a database that is a text file of statements. It knows
 * CREATE TABLE, INSERT and SELECT well enough to keep dunlin's tracker, and merely writes down
 * everything else. toy.c is the driver, toy_store.c the database.
 *
 *     toy:/path/of/file        one statement a line, written at COMMIT
 *     toy:/path?fail=WORD      a statement that holds WORD fails as a syntax error
 */
#ifndef DN_TEST_TOY_H
#define DN_TEST_TOY_H

#include <stdbool.h>
#include <stddef.h>

#include <dunlin/driver.h>

enum { TOY_COLUMNS = 32, TOY_NAME = 64 };

typedef struct toy_cell {
    int32_t type; /* DUNLIN_VALUE_NULL, TEXT, INTEGER or BLOB */
    int64_t integer;
    char *text;
    size_t length;
} toy_cell;

typedef struct toy_row {
    struct toy_row *next;
    toy_cell cells[TOY_COLUMNS];
} toy_row;

typedef struct toy_table {
    struct toy_table *next;
    char name[TOY_NAME];
    char columns[TOY_COLUMNS][TOY_NAME];
    size_t column_count;
    toy_row *first;
    toy_row *last;
} toy_table;

typedef struct toy_buffer {
    char *data;
    size_t length;
    size_t capacity;
} toy_buffer;

typedef struct toy_store {
    char *path;
    toy_table *tables;
    toy_buffer pending; /* statements not yet in the file, one a line */
    char message[256];  /* of the last failure */
} toy_store;

/* Each answers a DUNLIN_* class, and leaves a message when it is not DUNLIN_OK. */
int32_t toy_load(toy_store *store); /* forgets what is pending */
int32_t toy_execute(toy_store *store, dunlin_string sql, const dunlin_value *values,
                    uint64_t count);
int32_t toy_commit(toy_store *store);
typedef int32_t (*toy_visit)(const dunlin_value *values, uint64_t count, void *context);
int32_t toy_select(toy_store *store, dunlin_string sql, toy_visit visit, void *context);
void toy_free(toy_store *store);
/* True when `text` begins with `word`, without regard to case, and the word ends there. */
bool toy_begins(dunlin_string text, const char *word);

/* toy.c. Drivers that differ from the toy in one thing start with its table. */
const dunlin_driver *toy_functions(void);

#endif
