/* SPDX-License-Identifier: MIT
 *
 * What the files that read facts out of the catalogs share. One read is a constant number of
 * queries, sent together (pg_batch.c); the relations come first, and everything that belongs to one
 * finds it by its number. Texts of a row are borrowed from its result until the next one comes;
 * what is needed longer is kept in the arena.
 */
#ifndef DN_PG_FACTS_H
#define DN_PG_FACTS_H

#include "drivers/postgres/pg_driver.h"

/* Kinds of facts that no other driver has. */
#define DN_PG_KIND_EXCLUDE "exclude" /* table, name: an exclusion constraint */
#define DN_PG_KIND_POLICY "policy"   /* table, name */
/* Told by their CREATE statement alone. */
#define DN_PG_KIND_TYPE "type"             /* name: of rows, or of ranges */
#define DN_PG_KIND_COLLATION "collation"   /* name */
#define DN_PG_KIND_AGGREGATE "aggregate"   /* name, arguments */
#define DN_PG_KIND_STATISTICS "statistics" /* table, name */
#define DN_PG_KIND_RULE "rule"             /* table, name */

/* --- memory that lives as long as one call ---------------------------------------------------------- */
typedef struct dn_pg_block dn_pg_block;

typedef struct dn_pg_arena {
    dn_pg_block *blocks;
} dn_pg_arena;

/* Zeroed; NULL: no memory. */
void *dn_pg_arena_take(dn_pg_arena *arena, size_t bytes);
/* A copy with a NUL behind it; .data is NULL: no memory. */
dunlin_string dn_pg_arena_copy(dn_pg_arena *arena, dunlin_string text);
void dn_pg_arena_free(dn_pg_arena *arena);

/* An expression as introspection gives it: the server prints an array that is cast in two ways, of
 * which one is chosen. The text itself where there is none; .data is NULL: no memory. */
dunlin_string dn_pg_collapse(dn_pg_arena *arena, dunlin_string text);
/* Part of that: names of literals, which the server makes of their types. */
dunlin_string dn_pg_unname(dn_pg_arena *arena, dunlin_string text);
/* ... and lists of conditions at the left end of such lists. */
dunlin_string dn_pg_flatten(dn_pg_arena *arena, dunlin_string text);
/* Behind the quoted text or name that begins at `at`. */
uint64_t dn_pg_behind_quoted(dunlin_string text, uint64_t at);

/* --- a row ------------------------------------------------------------------------------------------- */
typedef struct dn_pg_row {
    const PGresult *result;
    int number;
} dn_pg_row;

dunlin_string dn_pg_cell(const dn_pg_row *row, int column); /* NULL reads as "" */
bool dn_pg_cell_is_null(const dn_pg_row *row, int column);
bool dn_pg_cell_is_true(const dn_pg_row *row, int column);
int64_t dn_pg_cell_integer(const dn_pg_row *row, int column); /* 0 when it is none */
char dn_pg_cell_char(const dn_pg_row *row, int column);

/* An array as the server prints it, {a,"b c",NULL}: pushes the elements one by one. An element of
 * NULL has no data. `buffer` holds the one at hand. */
typedef struct dn_pg_array {
    const char *at;
    const char *end;
    dn_kit_text buffer;
} dn_pg_array;

dn_pg_array dn_pg_array_begin(dunlin_string text);
bool dn_pg_array_next(dn_pg_array *array, dunlin_string *element);
void dn_pg_array_free(dn_pg_array *array);
/* Writes one of texts. */
void dn_pg_array_write(dn_kit_text *text, const dunlin_string *elements, uint64_t count);

/* --- queries sent together --------------------------------------------------------------------------- */
typedef struct dn_pg_question {
    const char *sql;
    const char *const *values; /* text[] all of them, four at most; NULL: an SQL NULL */
    int count;
    /* Called with each row; other answers than DUNLIN_OK end the batch. NULL: not wanted. */
    int32_t (*take)(void *context, const dn_pg_row *row);
    const char *divided; /* what follows the text before a number, to ask a part of it; or NULL */
} dn_pg_question;

/* All of them in one round trip, in a snapshot of their own, or in a savepoint where a transaction
 * is open. search_path is pg_catalog meanwhile, so that names are printed in full. `extent`: what
 * their texts ask for. Printing a definition locks what it speaks of: where the server has no room for
 * so many locks, they are asked one by one, those that can be divided in parts. */
int32_t dn_pg_ask_together(dunlin_connection *connection, const dn_pg_question *questions,
                           size_t count, dn_pg_extent extent, void *context);

/* --- one fact ---------------------------------------------------------------------------------------- */
/* Takes members in any order; what equals its default is left out by whoever adds it. */
typedef struct dn_pg_fact {
    dunlin_fact fact;
    dunlin_string path[5];
    dunlin_property *properties;
    size_t capacity;
    bool failed;
} dn_pg_fact;

void dn_pg_fact_begin(dn_pg_fact *fact, const char *kind, const dunlin_string *path, size_t count);
void dn_pg_fact_free(dn_pg_fact *fact);
/* One property as it is. */
void dn_pg_fact_add(dn_pg_fact *fact, dunlin_property property);
/* Texts that are empty are left out; so are booleans that are false. */
void dn_pg_fact_text(dn_pg_fact *fact, const char *name, dunlin_string text);
void dn_pg_fact_words(dn_pg_fact *fact, const char *name, const char *text);
void dn_pg_fact_expression(dn_pg_fact *fact, const char *name, dunlin_string text);
void dn_pg_fact_integer(dn_pg_fact *fact, const char *name, int64_t integer);
void dn_pg_fact_boolean(dn_pg_fact *fact, const char *name, bool value);
/* Lists: begin, elements, end. `name` of an element is NULL. */
void dn_pg_fact_open(dn_pg_fact *fact, int32_t type, const char *name);
void dn_pg_fact_close(dn_pg_fact *fact);
void dn_pg_fact_element(dn_pg_fact *fact, int32_t type, dunlin_string text);
/* The same with its place, for long lists. */
void dn_pg_fact_element_at(dn_pg_fact *fact, int32_t type, dunlin_string text, uint32_t place);
void dn_pg_fact_name(dn_pg_fact *fact, const char *name, dunlin_string identifier);
void dn_pg_fact_names(dn_pg_fact *fact, const char *name, const dunlin_string *names, size_t count);

/* --- what was asked for ------------------------------------------------------------------------------ */
typedef struct dn_pg_wish dn_pg_wish;

typedef struct dn_pg_wishes {
    const dunlin_scope *scope;
    dn_pg_wish *list; /* sorted */
    size_t count;
    char *seen; /* by number of the key */
} dn_pg_wishes;

/* What has to be asked so that the scope is answered. */
dn_pg_extent dn_pg_wishes_extent(const dunlin_scope *scope);
int32_t dn_pg_wishes_begin(const dunlin_call *call, dn_pg_arena *arena, const dunlin_scope *scope,
                           dn_pg_wishes *wishes);
/* Whether the fact is to be pushed; remembers which keys were answered. A key of a relation stands
 * for all that belongs to it. Another kind of relation of that name is an answer, too: it stands
 * in the way. */
bool dn_pg_wishes_include(dn_pg_wishes *wishes, const dunlin_fact *fact);
/* Tells the host which keys have no object. */
int32_t dn_pg_wishes_close(const dunlin_call *call, const dn_pg_wishes *wishes);

/* --- a read in progress ------------------------------------------------------------------------------ */
typedef struct dn_pg_relation {
    uint32_t oid;
    char kind;         /* of pg_class */
    bool left_out;     /* of an extension, excluded, or not of a wanted namespace */
    bool is_partition; /* its columns are those of its parent */
    dunlin_string path[2];
    dunlin_string *columns; /* by attnum - 1; no data: unknown or dropped */
    uint32_t *collations;   /* likewise */
    size_t column_count;
    const dunlin_string *cells; /* of its row, copied; NULL when there is nothing in them */
    dunlin_string *depends;     /* of a view: keys of facts */
    size_t depend_count;
    size_t depend_capacity;
} dn_pg_relation;

typedef struct dn_pg_owned dn_pg_owned;
typedef struct dn_pg_class_name dn_pg_class_name;

typedef struct dn_pg_reading {
    const dunlin_call *call;
    const dunlin_scope *scope;
    int version; /* of the server, as libpq gives it */
    dn_pg_arena arena;
    dn_pg_wishes wishes;
    dn_pg_fact fact; /* the one at hand */

    dn_pg_relation *relations; /* sorted by oid */
    size_t relation_count;
    size_t relation_capacity;
    bool relations_sorted;

    dn_pg_owned *owned; /* sequences that a column owns, sorted by column */
    size_t owned_count;
    size_t owned_capacity;
    bool owned_sorted;

    dn_pg_class_name *classes; /* of operators, sorted by oid */
    size_t class_count;
    size_t class_capacity;
    bool classes_sorted;

    dn_kit_text unread; /* names of what is no fact, kind by kind */
} dn_pg_reading;

/* NULL where nothing of it is wanted. */
dn_pg_relation *dn_pg_relation_find(dn_pg_reading *reading, int64_t oid);
/* The same with those that are left out. */
dn_pg_relation *dn_pg_relation_find_any(dn_pg_reading *reading, int64_t oid);
/* By number (attnum); no data when there is none. */
dunlin_string dn_pg_relation_column(const dn_pg_relation *relation, int64_t number);
/* Pushes reading->fact if it is wanted. */
int32_t dn_pg_reading_push(dn_pg_reading *reading);
/* Grows an array of the reading; false: no memory. */
bool dn_pg_reading_grow(void **array, size_t *capacity, size_t count, size_t size);

/* Takers of rows, in the order in which the questions are asked. */
int32_t dn_pg_take_schema(void *context, const dn_pg_row *row);
int32_t dn_pg_take_extension(void *context, const dn_pg_row *row);
int32_t dn_pg_take_relation(void *context, const dn_pg_row *row);
int32_t dn_pg_take_sequence(void *context, const dn_pg_row *row);
int32_t dn_pg_take_column(void *context, const dn_pg_row *row);
int32_t dn_pg_take_constraint(void *context, const dn_pg_row *row);
int32_t dn_pg_take_class(void *context, const dn_pg_row *row);
int32_t dn_pg_take_index(void *context, const dn_pg_row *row);
int32_t dn_pg_take_trigger(void *context, const dn_pg_row *row);
int32_t dn_pg_take_policy(void *context, const dn_pg_row *row);
int32_t dn_pg_take_depend(void *context, const dn_pg_row *row);
int32_t dn_pg_take_type(void *context, const dn_pg_row *row);
int32_t dn_pg_take_routine(void *context, const dn_pg_row *row);
int32_t dn_pg_take_definition(void *context, const dn_pg_row *row);
int32_t dn_pg_take_unread(void *context, const dn_pg_row *row);
int32_t dn_pg_take_grant(void *context, const dn_pg_row *row);
/* {column, comment} of an array of texts that take turns. */
void dn_pg_fact_comments(dn_pg_reading *reading, const char *member, const char *of,
                         dunlin_string array);
/* Relations themselves: when their columns are known. */
int32_t dn_pg_push_relations(dn_pg_reading *reading);
void dn_pg_reading_free(dn_pg_reading *reading);

#endif
