/* SPDX-License-Identifier: MIT
 *
 * Private to core/ddl: expressions, queries and data statements as trees, between the text that is
 * read (tree_*.c, query.c, data.c) and the text that is written (write_*.c). What a tree holds is
 * already folded to one name for each thing: docs/expressions.md.
 */
#ifndef DN_DDL_TREE_H
#define DN_DDL_TREE_H

#include "core/ddl/parts.h"

typedef enum dn_node_kind {
    DN_NODE_NUMBER = 1, /* text */
    DN_NODE_STRING,     /* text, decoded */
    DN_NODE_BLOB,       /* text: hexadecimal digits */
    DN_NODE_VALUE,      /* name: a VALUE rule */
    DN_NODE_COLUMN,     /* parts */
    DN_NODE_STAR,       /* *, or t.* with parts */
    DN_NODE_CALL,       /* name, items */
    DN_NODE_OPERATOR,   /* name, items: left, right, third */
    DN_NODE_PREFIX,     /* name, items[0] */
    DN_NODE_CAST,       /* name: portable type, text: its length, items[0] */
    DN_NODE_CASE,       /* items: WHEN, THEN pairs; operand, otherwise */
    DN_NODE_IN,         /* items[0] in the others, or in query; negated */
    DN_NODE_BETWEEN,    /* items: what, low, high; negated */
    DN_NODE_IS_NULL,    /* negated */
    DN_NODE_EXISTS,     /* query */
    DN_NODE_QUERY,      /* query */
    DN_NODE_ROW,        /* items */
    DN_NODE_INTERVAL,   /* items[0]: number; name: the unit */
    DN_NODE_ARRAY,      /* items */
    DN_NODE_EXCLUDED,   /* parts[0] */
    DN_NODE_COLLATED    /* items[0], compared by its bytes; made by write_collation.c */
} dn_node_kind;

typedef struct dn_node dn_node;
typedef struct dn_query dn_query;

/* One key of ORDER BY. */
typedef struct dn_sort {
    dn_node *node;
    bool descending;
    const char *nulls; /* "first", "last" or NULL */
} dn_sort;

typedef struct dn_sorts {
    dn_sort *list;
    size_t count;
    size_t capacity;
} dn_sorts;

typedef struct dn_nodes {
    dn_node **list;
    size_t count;
    size_t capacity;
} dn_nodes;

/* OVER (...). */
typedef struct dn_window {
    dunlin_string name; /* of a named window */
    dn_nodes partition;
    dn_sorts order;
    dunlin_string frame; /* as written */
    uint32_t frame_offset;
} dn_window;

struct dn_node {
    dn_node_kind kind;
    uint32_t offset;
    const char *name;
    dunlin_string text;
    dunlin_string parts[3];
    size_t part_count;
    dn_nodes items;
    dn_node *operand;
    dn_node *otherwise;
    dn_node *filter;
    dn_query *query;
    dn_window *over;
    dn_sorts order; /* in an aggregate */
    bool negated;
    bool distinct;
};

typedef enum dn_from_kind { DN_FROM_TABLE = 1, DN_FROM_QUERY, DN_FROM_JOIN } dn_from_kind;

typedef struct dn_names {
    dunlin_string *list;
    size_t count;
    size_t capacity;
} dn_names;

typedef struct dn_from dn_from;
struct dn_from {
    dn_from_kind kind;
    uint32_t offset;
    dn_ddl_object table;
    dn_query *query;
    bool lateral;
    dunlin_string alias;
    dn_names columns;
    const char *join; /* "inner join", "left join" ... */
    bool natural;
    dn_from *left;
    dn_from *right;
    dn_node *on;
    dn_names join_using;
    dn_from *next; /* behind a comma */
};

typedef struct dn_item {
    dn_node *node;
    dunlin_string alias;
    size_t behind; /* the token behind the node */
    size_t end;    /* ... and behind the alias */
} dn_item;

typedef struct dn_with dn_with;
struct dn_with {
    dunlin_string name;
    dn_names columns;
    dn_query *query;
    dn_with *next;
};

typedef struct dn_named_window dn_named_window;
struct dn_named_window {
    dunlin_string name;
    dn_window *window;
    dn_named_window *next;
};

struct dn_query {
    uint32_t offset;
    dn_with *with;
    bool recursive;
    const char *set; /* "union", "intersect all" ... of left and right */
    dn_query *left;
    dn_query *right;
    bool parenthesis; /* it stands in one */
    /* a SELECT */
    bool distinct;
    dn_nodes distinct_on;
    dn_item *items;
    size_t item_count;
    size_t item_capacity;
    dn_from *from;
    dn_node *where;
    dn_nodes group;
    dn_node *having;
    dn_named_window *windows;
    /* VALUES */
    dn_nodes rows;
    /* any of them */
    dn_sorts order;
    dn_node *limit;
    dn_node *offset_rows;
};

typedef struct dn_assignment {
    dunlin_string column;
    dn_node *value;
} dn_assignment;

typedef struct dn_assignments {
    dn_assignment *list;
    size_t count;
    size_t capacity;
} dn_assignments;

typedef enum dn_data_kind {
    DN_DATA_INSERT = 1,
    DN_DATA_UPDATE,
    DN_DATA_DELETE,
    DN_DATA_TRUNCATE
} dn_data_kind;

typedef struct dn_data {
    dn_data_kind kind;
    uint32_t offset;
    dn_with *with;
    bool recursive;
    dn_ddl_object table;
    dunlin_string alias;
    dn_names columns;
    dn_query *source; /* NULL in an INSERT: DEFAULT VALUES */
    bool replaces;    /* INSERT OR REPLACE */
    /* ON CONFLICT */
    bool conflict;
    bool conflict_updates;
    dn_names target;
    dunlin_string constraint;
    dn_node *target_where;
    dn_node *update_where;
    uint32_t conflict_offset;
    dn_assignments set; /* of UPDATE, or of ON CONFLICT */
    dn_from *from;      /* UPDATE .. FROM, DELETE .. USING */
    dn_node *where;
    dn_ddl_object *tables; /* of TRUNCATE */
    size_t table_count;
    size_t table_capacity;
    bool cascade;
    bool restart;
} dn_data;

/* tree.c */
dn_node *dn_node_new(dn_ddl_parser *parser, dn_node_kind kind, size_t token);
bool dn_node_add(dn_ddl_parser *parser, dn_nodes *nodes, dn_node *node);
bool dn_names_add(dn_ddl_parser *parser, dn_names *names, dunlin_string name);
/* tree_expression.c: NULL when the parser has an outcome. */
dn_node *dn_tree_expression(dn_ddl_parser *parser);
/* What may stand behind DEFAULT without a parenthesis, PostgreSQL's b_expr: outside of parentheses
 * it has no AND, OR, NOT, IS, IN, LIKE, BETWEEN or COLLATE, which would be options of the column. */
dn_node *dn_tree_bare(dn_ddl_parser *parser);
/* Down to a precedence: tree_expression.c. */
dn_node *dn_tree_operand(dn_ddl_parser *parser);
bool dn_tree_list(dn_ddl_parser *parser, dn_nodes *nodes);
/* Of VALUES and SET: an expression, or DEFAULT. */
dn_node *dn_tree_value(dn_ddl_parser *parser);
bool dn_tree_values(dn_ddl_parser *parser, dn_nodes *nodes);
bool dn_tree_sorts(dn_ddl_parser *parser, dn_sorts *sorts);
bool dn_tree_nested(dn_ddl_parser *parser); /* false: too deep */
/* tree_primary.c */
dn_node *dn_tree_primary(dn_ddl_parser *parser);
/* "*" of an item of a SELECT, of t.*, or of count(*); *node stays NULL when none stands here. */
bool dn_tree_star(dn_ddl_parser *parser, dn_node **node);
bool dn_tree_type(dn_ddl_parser *parser, const char **name, dunlin_string *length);
dn_node *dn_tree_cast(dn_ddl_parser *parser, dn_node *operand, const char *type,
                      dunlin_string length, size_t token);
/* Is the name, unquoted and before a parenthesis, read as the call of a function of that name? */
bool dn_tree_calls(const char *name, bool arguments);
/* tree_call.c: the name stands before the cursor. */
dn_node *dn_tree_call(dn_ddl_parser *parser, const char *name, size_t token);
bool dn_tree_window(dn_ddl_parser *parser, dn_window **window);
/* The cursor stands on a word that is a function of its own syntax (extract, trim ...); *node
 * stays NULL when it is none. */
bool dn_tree_special(dn_ddl_parser *parser, dn_node **node);
/* tree_query.c, tree_from.c */
dn_query *dn_tree_query(dn_ddl_parser *parser);
bool dn_tree_query_follows(const dn_ddl_parser *parser);
/* Is there, up to the ')' that closes what is open, nothing but a query? */
bool dn_tree_query_fills(const dn_ddl_parser *parser);
bool dn_tree_with(dn_ddl_parser *parser, dn_with **with, bool *recursive);
bool dn_tree_from(dn_ddl_parser *parser, dn_from **from);
/* AS name, or a name that cannot be anything else. */
bool dn_tree_alias(dn_ddl_parser *parser, dunlin_string *alias);
bool dn_tree_names(dn_ddl_parser *parser, dn_names *names); /* in parentheses */
/* tree_data.c */
bool dn_tree_data(dn_ddl_parser *parser, dn_data *data);

#endif
