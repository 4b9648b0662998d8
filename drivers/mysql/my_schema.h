/* SPDX-License-Identifier: MIT
 *
 * Reading a schema: the rows of information_schema, gathered by the object they belong to, and the
 * facts that are made of them.
 */
#ifndef DN_MYSQL_SCHEMA_H
#define DN_MYSQL_SCHEMA_H

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_property.h"

/* Views of information_schema that are read, in this order. */
typedef enum dn_mysql_part {
    DN_MYSQL_TABLES,
    DN_MYSQL_COLUMNS,
    DN_MYSQL_INDEXES,
    DN_MYSQL_KEYS,       /* columns of foreign keys */
    DN_MYSQL_REFERENCES, /* rules of foreign keys */
    DN_MYSQL_CHECKS,
    DN_MYSQL_VIEWS,
    DN_MYSQL_TRIGGERS,
    DN_MYSQL_ROUTINES,
    DN_MYSQL_PARAMETERS,
    DN_MYSQL_PARTITIONS, /* a question of its own, where a table has any */
    DN_MYSQL_SEQUENCES,  /* likewise */
    DN_MYSQL_PARTS
} dn_mysql_part;

enum { DN_MYSQL_CELLS = 14 }; /* with that of the part, where several are asked for at once */

/* One row; an absent cell has no data, an empty one has. */
typedef struct dn_mysql_row {
    struct dn_mysql_row *next;
    dunlin_string cells[];
} dn_mysql_row;

typedef struct dn_mysql_rows {
    dn_mysql_row *first;
    dn_mysql_row *last;
} dn_mysql_rows;

/* An object and all that was read of it. */
typedef struct dn_mysql_record {
    struct dn_mysql_record *chain;
    struct dn_mysql_record *next; /* in order of arrival */
    char space;                   /* 't' relations, 'F' functions, 'P' procedures */
    bool whole;                   /* asked for with everything in it */
    bool excluded;
    bool unclear; /* what it prints does not say all: it is asked for view by view */
    bool in_part; /* the user may see some of its columns alone */
    dunlin_string name;
    dunlin_string period; /* [MDB] of application time: `p` (`from`, `to`) */
    dunlin_string period_name;
    dunlin_string
        printed; /* by SHOW CREATE TABLE, of those with a period or such partitions; of a view its query */
    dunlin_string rotation; /* [MDB] of partitions by SYSTEM_TIME: when another one begins */
    dn_mysql_rows parts[DN_MYSQL_PARTS];
    struct dn_mysql_wish *wishes; /* single facts that are asked for */
} dn_mysql_record;

/* A key of the scope. */
typedef struct dn_mysql_wish {
    struct dn_mysql_wish *next;
    const dunlin_fact *key; /* as it was asked for */
    const dunlin_string *path;
    uint64_t path_count;
    bool met;
} dn_mysql_wish;

typedef struct dn_mysql_schema {
    dunlin_connection *connection;
    const dunlin_scope *scope;
    dn_kit_pool pool;
    dunlin_string database;
    bool folds;    /* names of tables are equal without regard to case */
    bool sees_all; /* what is not there is not hidden either */
    bool partitions;
    bool sequences;
    bool views;
    bool light;     /* only what the views tell without opening the tables' data is read */
    bool mending;   /* only what belongs to unclear ones is read */
    size_t unclear; /* so many of them */
    dn_mysql_record **buckets;
    size_t bucket_count;
    size_t record_count;
    dn_mysql_record *first;
    dn_mysql_record *last;
    dn_mysql_wish *all;      /* one for each key of the scope */
    dn_mysql_wish *anywhere; /* those without a table's name */
} dn_mysql_schema;

/* The record of this name; made where `make` says so and there is none. NULL: none, or no memory. */
dn_mysql_record *dn_mysql_record_of(dn_mysql_schema *schema, char space, dunlin_string name,
                                    bool make);
/* Reads all that the scope asks for. */
int32_t dn_mysql_schema_read(dn_mysql_schema *schema);

/* Keeps a row in the record that its first cell names; false: no memory. */
bool dn_mysql_schema_keep(dn_mysql_schema *schema, dn_mysql_part part, char *const *cells,
                          const unsigned long *lengths, unsigned count);
/* [MDB] Has tables print themselves, all in a text or two, which takes the place of all that the
 * views tell only with the data open; notes which are unclear. What is sent here, joins. */
int32_t dn_mysql_schema_print(dn_mysql_schema *schema);
/* [MDB] Finds out which checks are those of a period. */
int32_t dn_mysql_schema_periods(dn_mysql_schema *schema);
/* [MDB] Asks for queries of views that may say the character set of a literal. */
int32_t dn_mysql_schema_views(dn_mysql_schema *schema);
/* Does it hold a literal, or call what makes a text of something else? */
bool dn_mysql_makes_text(dunlin_string text);
/* Does the query say it of one? */
bool dn_mysql_says_charset(dunlin_string query);
/* The query in what SHOW CREATE VIEW prints of a view with that CHECK OPTION (empty: none); data is NULL: something
 * else. */
dunlin_string dn_mysql_shown_query(dunlin_string shown, dunlin_string view, dunlin_string check);
/* Whether the table has partitions by SYSTEM_TIME. */
bool dn_mysql_is_by_time(const dn_mysql_record *record);
/* Whether it has partitions by LIST, of one expression. */
bool dn_mysql_tells_by_print(const dn_mysql_record *record);
/* Whether the key of this name, which has columns of a period, is WITHOUT OVERLAPS. */
bool dn_mysql_is_in_time(const dn_mysql_record *record, dunlin_string key);
/* Foreign keys of one that printed itself. false: it is unclear, and may have rows of some. */
bool dn_mysql_schema_reads_print(dn_mysql_schema *schema, dn_mysql_record *record,
                                 dunlin_string text);

/* --- facts ------------------------------------------------------------------------------------------ */
/* Pushes what is asked for of a fact whose path is the record's name and `name` (NULL: the record's
 * alone), and frees the list. */
int32_t dn_mysql_push(dn_mysql_schema *schema, dn_mysql_record *record, const char *kind,
                      const dunlin_string *name, dn_mysql_list *list);
int32_t dn_mysql_push_table(dn_mysql_schema *schema, dn_mysql_record *record);
int32_t dn_mysql_push_keys(dn_mysql_schema *schema, dn_mysql_record *record);
int32_t dn_mysql_push_view(dn_mysql_schema *schema, dn_mysql_record *record);
/* As the definition of a trigger is told: `when` is BEFORE INSERT and the like. */
void dn_mysql_add_trigger(dn_kit_text *text, dunlin_string name, dunlin_string when,
                          dunlin_string table, dunlin_string body);
int32_t dn_mysql_push_triggers(dn_mysql_schema *schema, dn_mysql_record *record);
int32_t dn_mysql_push_sequence(dn_mysql_schema *schema, dn_mysql_record *record);
int32_t dn_mysql_push_routine(dn_mysql_schema *schema, dn_mysql_record *record);
/* Of all that is asked for, in a question of its own. */
/* The question, whose '@' stand for the name of the database; '@@' for itself. */
void dn_mysql_ask_of(const dn_mysql_schema *schema, const char *question, dn_kit_text *sql);
int32_t dn_mysql_push_grants(dn_mysql_schema *schema);
int32_t dn_mysql_warn_of_unread(dn_mysql_schema *schema);
/* Of the whole database: tells what may be there and is not shown, and notes tables that are shown in part. */
int32_t dn_mysql_push_hidden(dn_mysql_schema *schema);
/* PARTITION BY's text of a record with rows of that part, in the pool. */
dunlin_string dn_mysql_partitioning(dn_mysql_schema *schema, const dn_mysql_record *record);

/* --- the server's spelling --------------------------------------------------------------------------- */
/* COLUMN_TYPE without what means nothing: "int(11)" is "int". */
dunlin_string dn_mysql_plain_type(dn_kit_pool *pool, dunlin_string type);
/* The labels of an enum's COLUMN_TYPE, as elements. */
void dn_mysql_add_labels(dn_mysql_list *list, dn_kit_pool *pool, dunlin_string type, bool mariadb);
/* MySQL prints the quotes of stored expressions with backslashes before them. */
dunlin_string dn_mysql_unescape(dn_kit_pool *pool, dunlin_string text);
/* A query as it is printed, as it would be printed of that text. */
dunlin_string dn_mysql_nested_joins(dn_kit_pool *pool, dunlin_string query);
/* The text without the database's name before other names, which are pushed as elements to
 * `names` (may be NULL). */
dunlin_string dn_mysql_unqualified(dn_kit_pool *pool, dunlin_string text, dunlin_string database,
                                   dn_mysql_list *names);
/* Without one pair of parentheses around all of it. */
dunlin_string dn_mysql_unwrap(dunlin_string text);
/* [MDB] Since when, or until when, a row of a versioned table was there: ROW START, ROW END. */
bool dn_mysql_is_row_time(dunlin_string generated);

/* A cell that is a number. */
int64_t dn_mysql_number(dunlin_string cell);
bool dn_mysql_begins(dunlin_string text, const char *begin);
bool dn_mysql_contains(dunlin_string text, const char *part);
/* t_ibfk_1: the name of a foreign key that was given none. */
bool dn_mysql_is_made_up(dunlin_string name);
/* Names of columns and other members: without regard to the case of letters. */
bool dn_mysql_same_name(dunlin_string left, dunlin_string right);

#endif
