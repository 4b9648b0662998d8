/* SPDX-License-Identifier: MIT
 *
 * Private to core/ddl: trees -> text.
 *
 * Functions return true when it went well; otherwise the writer holds the reason, or *error is
 * filled.
 */
#ifndef DN_DDL_WRITE_H
#define DN_DDL_WRITE_H

#include "core/ddl/translate.h"
#include "core/ddl/tree.h"

typedef enum dn_class {
    DN_CLASS_UNKNOWN = 0,
    DN_CLASS_INT,
    DN_CLASS_BIGINT, /* of 64 bits, so that a sum of it is decimal */
    DN_CLASS_WHOLE,  /* of either size: the database does not keep which */
    DN_CLASS_BOOL,
    DN_CLASS_DECIMAL,
    DN_CLASS_FLOAT,
    DN_CLASS_TEXT,
    DN_CLASS_CHAR, /* a text whose trailing blanks do not count */
    DN_CLASS_ENUM,
    DN_CLASS_TS,
    DN_CLASS_DATE,
    DN_CLASS_TIME,
    DN_CLASS_INTERVAL,
    DN_CLASS_UUID,
    DN_CLASS_JSON,
    DN_CLASS_BLOB,
    DN_CLASS_ARRAY,
    /* only in rules */
    DN_CLASS_ANY,
    DN_CLASS_CONSTANT,
    DN_CLASS_NUMBER,
    DN_CLASS_MORE
} dn_class;

enum { DN_RULE_OPERANDS = 8 };

typedef struct dn_rule dn_rule;
struct dn_rule {
    int32_t kind;
    dunlin_string name;
    dn_class operands[DN_RULE_OPERANDS];
    size_t operand_count; /* 0: anything goes */
    bool constant_second; /* $G2 or $L2 is in the template */
    dn_class result;
    dunlin_string native;
    dunlin_string refusal;
    dn_rule *next; /* with the same hash, in the order of adding */
};

/* How tightly a text holds together; see safe_within() in write_expression.c. */
typedef enum dn_shape {
    DN_SHAPE_ATOM = 0,
    DN_SHAPE_PRODUCT,
    DN_SHAPE_SUM,
    DN_SHAPE_CONCAT,
    DN_SHAPE_COMPARE,
    DN_SHAPE_AND,
    DN_SHAPE_OR,
    DN_SHAPE_OTHER
} dn_shape;

/* An operand that was written. */
typedef struct dn_part {
    dunlin_string text;
    dn_shape shape;
} dn_part;

/* The queries before it that a WITH has named. */
typedef struct dn_named_query {
    const dn_with *with;
    bool recursive;
    const struct dn_named_query *outer;
} dn_named_query;

/* A table that columns may belong to. */
typedef struct dn_scope {
    dunlin_string alias;
    dn_ddl_object table; /* empty name: a query */
    /* Of a query, in FROM or by the name of a WITH: */
    const dn_query *query;
    const dn_names *columns;     /* what they are called there; may be empty */
    const dn_named_query *knows; /* the names that it may use */
    bool recursive;
    const struct dn_scope *outer;
} dn_scope;

typedef struct dn_writer {
    const dn_ddl_target *target;
    dunlin_string text; /* what is written */
    dn_arena *arena;
    dn_error *error;
    const dn_scope *scope;
    const dn_named_query *named;
    bool view;      /* it is the query of one, or of a table */
    bool alone;     /* an expression that may have no query in it, such as a default */
    unsigned depth; /* of queries in each other */
    unsigned asks;  /* ... while it is asked what their columns are */
    const char *reason;
    uint64_t offset;
    bool failed; /* *error is filled, or no memory */
} dn_writer;

/* rules.c */
dn_class dn_class_of_word(dunlin_string word);
const char *dn_class_name(dn_class class);
bool dn_class_is_whole(dn_class class); /* of any size */
bool dn_class_is_number(dn_class class);
/* The first rule of the name that fits; *any tells whether there is one of that name at all. */
const dn_rule *dn_rule_find(const dn_ddl_rules *rules, int32_t kind, const char *name,
                            const dn_node *const *operands, const dn_class *classes, size_t count,
                            bool *any);
/* A rule without operands (clauses, values). */
const dn_rule *dn_rule_named(const dn_ddl_rules *rules, int32_t kind, const char *name);

/* class.c */
dn_class dn_class_of(const dn_writer *writer, const dn_node *node);
/* Of what stands for either: numbers of two kinds become the one that holds both. */
dn_class dn_class_wider(dn_class one, dn_class other);
dn_class dn_class_of_type(const char *type);
/* Is it a function of which the result's class is known where that of its arguments is? */
bool dn_class_knows_call(const char *name);

/* class_query.c: of a column of the query that the scope stands for. */
dn_class dn_class_of_result(const dn_writer *writer, const dn_scope *scope, dunlin_string column);

/* write_text.c */
bool dn_write_refuse(dn_writer *writer, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The node becomes what is made of it: a CAST or CALL by this name. */
bool dn_write_wrap(dn_writer *writer, dn_node_kind kind, const char *name, dn_node *node);
bool dn_write_name(dn_writer *writer, dunlin_string name, dn_text *out);
bool dn_write_names(dn_writer *writer, const dn_names *names, dn_text *out);
bool dn_write_literal(dn_writer *writer, dunlin_string value, dn_text *out);
bool dn_write_table(dn_writer *writer, const dn_ddl_object *table, uint64_t offset, dn_text *out);
/* The text so far as a part in the arena; empties it. */
bool dn_write_part(dn_writer *writer, dn_text *text, dn_shape shape, dn_part *part);
bool dn_write_template(dn_writer *writer, dunlin_string native, const dn_part *parts, size_t count,
                       const dn_node *const *operands, dunlin_string length, dn_text *out,
                       dn_shape *shape);
/* A clause that needs a rule: finds it or refuses. With rules == NULL *rule is NULL, and true. */
bool dn_write_clause(dn_writer *writer, const char *name, uint64_t offset, const dn_rule **rule);
/* The clause with its parts; `standard` is its standard form as a template. */
bool dn_write_clause_parts(dn_writer *writer, const char *name, uint64_t offset,
                           const char *standard, const dn_part *parts, size_t count, dn_text *out);

/* write_expression.c */
bool dn_write_node(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape);
/* Where it stands alone between commas, parentheses or keywords. */
bool dn_write_expression(dn_writer *writer, const dn_node *node, dn_text *out);
bool dn_write_list(dn_writer *writer, const dn_nodes *nodes, size_t first, dn_text *out);
bool dn_write_in_parentheses(dn_writer *writer, const dn_query *query, dn_text *out);
/* write_call.c */
bool dn_write_call(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape);
/* Finds the rule for operands, refuses or writes; `standard` is the template without a rule or
 * with an empty one, and `needed` says that there has to be a rule. */
bool dn_write_by_rule(dn_writer *writer, int32_t kind, const char *name, const dn_node *node,
                      const dn_node *const *operands, size_t count, const char *standard,
                      bool needed, dn_text *out, dn_shape *shape);
/* write_sort.c: keys of `query`, where they may be the place or name of a column of its result, or
 * of a window and the like, NULL. */
bool dn_write_sorts(dn_writer *writer, const dn_sorts *sorts, const dn_query *query, dn_text *out);
/* write_items.c */
bool dn_write_items(dn_writer *writer, const dn_query *query, dn_text *out);
/* write_query.c */
bool dn_write_query(dn_writer *writer, const dn_query *query, dn_text *out);
bool dn_write_with(dn_writer *writer, const dn_with *with, bool recursive, const char *clause,
                   dn_text *out);
bool dn_write_from(dn_writer *writer, const dn_from *from, dn_text *out);
/* Puts the tables of a FROM in front of the scope; memory of the arena. */
bool dn_write_enter(dn_writer *writer, const dn_from *from);
bool dn_write_enter_table(dn_writer *writer, const dn_ddl_object *table, dunlin_string alias);
/* The queries of a WITH have names from here on; memory of the arena. */
bool dn_write_know(dn_writer *writer, const dn_with *with, bool recursive);
/* The class of a column of this table. */
dn_class dn_class_of_column(const dn_writer *writer, const dn_ddl_object *table,
                            dunlin_string column);
/* write_boolean.c: what is given to a boolean column as 1, 0 or a text becomes TRUE or FALSE; and a
 * decimal whole where a column of whole numbers takes any. */
bool dn_write_given(dn_writer *writer, dn_data *data);

/* The same of what a boolean is compared with, where the database takes no numbers for it. */
bool dn_write_compared_booleans(dn_writer *writer, const dn_node *node);
/* Is the node one that compares its operands with each other, or stands for one of them? */
bool dn_write_compares(const dn_node *node);
/* literal.c: why the text is no value of the class; NULL: it may be one. */
const char *dn_literal_fault(dn_class class, dunlin_string text);
/* ... why a number is none. */
const char *dn_literal_number_fault(dn_class class);
/* ... why a number is none of "smallint", "integer" or "bigint". */
const char *dn_literal_range_fault(dunlin_string type, dunlin_string text);
/* Is it a value that only some databases have, by the rule whose name is given? "NaN", "now" */
bool dn_literal_needs_rule(dn_class class, dunlin_string text, const char **rule);
/* Digits, or for a whole number only those. */
bool dn_literal_is_number(dunlin_string text, bool whole);
bool dn_literal_is_time(dn_class class);
/* 1.50, as any database prints it. */
bool dn_literal_is_plain(dunlin_string text);
/* A number with an exponent as a whole one, halves away from zero; itself where it is too large. Empty: no
 * memory. */
dunlin_string dn_literal_rounded(dn_arena *arena, dunlin_string text);
/* A time or uuid as PostgreSQL prints it; the text itself where it is none, or nothing certain. Empty: no
 * memory. */
dunlin_string dn_literal_standard(dn_arena *arena, dn_class class, bool drops_zone,
                                  dunlin_string text);
/* '2026-01-31 10:11:12+02' as '2026-01-31 08:11:12'; the text itself where it has no zone, or one by its name. Empty:
 * no memory. */
dunlin_string dn_literal_in_utc(dn_arena *arena, dunlin_string text);
/* A constant for a column of `type`, which has a zone, where the database has none: true if it was written so. */
bool dn_write_in_utc(dn_writer *writer, dunlin_string type, dn_node *node);
/* ... of a default. */
dunlin_string dn_ddl_standard_default(dn_arena *arena, dunlin_string type, dunlin_string text);
/* write_literal.c: refuse a constant that is none, in the place of a time or uuid: of a column, or compared
 * with or cast to one. What is one is written as it is printed. */
bool dn_write_given_time(dn_writer *writer, dn_class class, const dn_ddl_object *table,
                         dunlin_string column, dn_node *node);
bool dn_write_compared_times(dn_writer *writer, const dn_node *node);
/* A number that a column cannot hold. */
bool dn_write_given_number(dn_writer *writer, const dn_ddl_object *table, dunlin_string column,
                           const dn_node *node);
/* ... what is computed fails beyond the range, where the database would keep it. */
bool dn_write_given_range(dn_writer *writer, dn_class class, const dn_ddl_object *table,
                          dunlin_string column, dn_node *node);
/* write_given.c: a value of another class becomes one of the column's, or is refused, as PostgreSQL assigns it. */
bool dn_write_assigned(dn_writer *writer, dn_class class, dunlin_string column, dn_node *node);
/* ... a number that is not whole, of a column that holds whole numbers, where a database would keep it. */
bool dn_write_is_decimal_for_integer(const dn_writer *writer, dn_class class, const dn_node *node);
/* The same of a default, or of what a column is computed from; true where it has become another. */
bool dn_write_defined(dn_writer *writer, dn_class class, dunlin_string column, dn_node *node);
/* Fewer values than the table has columns are those of the first ones, which are named. */
bool dn_write_name_given(dn_writer *writer, dn_data *data);
/* Refuses an INSERT that gives no value to a key which only this database would number. */
bool dn_write_check_key(dn_writer *writer, const dn_data *data);
/* write_once.c */
bool dn_write_is_volatile(const dn_node *node);
/* Operands that the template has several times and that are another value each time get names. `computed` is what
 * the names stand for, or empty. */
bool dn_write_compute_once(dn_writer *writer, dunlin_string native, const dn_node *const *operands,
                           size_t count, dn_part *parts, dunlin_string *computed);
/* ... around what was written behind `before`. */
bool dn_write_computed(dn_writer *writer, dunlin_string computed, size_t before, dn_text *out,
                       dn_shape *shape);
/* Are its rows compared or sorted, by the values that it selects? */
bool dn_write_merges(const dn_query *query);
/* SELECT .. FROM (query); NULL where its columns cannot be called by name. */
dn_query *dn_write_query_around(dn_writer *writer, dn_query *query);

/* write_char.c: the blanks behind a char(n), where the database takes them for a part of it. `class` is
 * that of the column which is given the node. */
bool dn_write_given_char(dn_writer *writer, dn_class class, dn_node *node);
void dn_write_compared_chars(const dn_writer *writer, const dn_node *node);
/* Refuses a pattern that would match them, or not. */
bool dn_write_char_pattern(dn_writer *writer, const dn_node *node);
/* write_blob.c: a text in the place of a blob becomes one. */
bool dn_write_given_blob(dn_writer *writer, dn_class class, dn_node *node);
bool dn_write_compared_blobs(dn_writer *writer, const dn_node *node);
/* write_collation.c: texts of literals alone are told that they are compared by their bytes, where a
 * database does not do so anyway: of two that are compared the first one ... */
bool dn_write_compared_literals(dn_writer *writer, const dn_node *node);
/* ... and what becomes a column of a result, or is what rows are grouped or sorted by. */
bool dn_write_sorted_text(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape);
bool dn_write_made_text(dn_writer *writer, const dn_node *node, dn_text *out);
bool dn_write_made_texts(dn_writer *writer, const dn_nodes *nodes, dn_text *out);
bool dn_write_collated(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape);
/* write_set.c: `called` goes before the columns, unless it is empty. */
bool dn_write_set(dn_writer *writer, const dn_data *data, dunlin_string called, dn_text *out);
/* write_data.c */
bool dn_write_data(dn_writer *writer, const dn_data *data, dn_text *out);

#endif
