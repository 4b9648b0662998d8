/* SPDX-License-Identifier: MIT
 *
 * Facts and operations: the data that core and drivers exchange.
 *
 * A schema is a map of facts. A fact is one thing a migration can change alone: a key (a kind
 * and a path, "column" + users/email) and a value (properties that differ from the default).
 * An operation is one change as data; what it sets and unsets is spelled with the same
 * properties, so comparing, rendering and explaining share one vocabulary: docs/facts.md.
 *
 * Ownership: every pointer here is borrowed. Whoever receives one of these structs may read it
 * until the call that handed it over returns, and copies what it wants to keep.
 *
 * Layout: dunlin_string, dunlin_value and dunlin_property travel in arrays and are frozen.
 * Everything else is passed singly, starts with its size and only ever grows at its end.
 * There is no padding anywhere, which tests/unit/abi_test.c checks. Enumerations are plain
 * int32_t with the constants below.
 */
#ifndef DUNLIN_SCHEMA_H
#define DUNLIN_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A run of bytes, UTF-8 unless said otherwise; not NUL-terminated. Frozen. */
typedef struct dunlin_string {
    const char *data;
    uint64_t length; /* bytes */
} dunlin_string;

enum {
    DUNLIN_VALUE_NULL = 0,
    DUNLIN_VALUE_TEXT = 1,
    DUNLIN_VALUE_INTEGER = 2,
    DUNLIN_VALUE_BLOB = 3
};

/* A bound parameter or a cell of a result. Frozen. */
typedef struct dunlin_value {
    int32_t type;       /* DUNLIN_VALUE_* */
    uint32_t reserved;  /* 0 */
    int64_t integer;    /* for INTEGER */
    dunlin_string text; /* for TEXT and BLOB */
} dunlin_value;

enum {
    DUNLIN_PROPERTY_TEXT = 1,
    DUNLIN_PROPERTY_IDENTIFIER = 2, /* an unquoted, unfolded name */
    DUNLIN_PROPERTY_EXPRESSION = 3, /* SQL text of the dialect the fact belongs to */
    DUNLIN_PROPERTY_INTEGER = 4,
    DUNLIN_PROPERTY_BOOLEAN = 5, /* integer is 0 or 1 */
    DUNLIN_PROPERTY_LIST_BEGIN = 6,
    DUNLIN_PROPERTY_STRUCT_BEGIN = 7,
    DUNLIN_PROPERTY_END = 8 /* closes the innermost LIST_BEGIN or STRUCT_BEGIN */
};

/* One member of a fact's value. Nesting is by BEGIN and END, so a value is a flat array:
 * columns: [a, b]  ->  {"columns", LIST_BEGIN} {"", 0, IDENTIFIER a} {"", 1, IDENTIFIER b} {END}
 * Frozen. */
typedef struct dunlin_property {
    dunlin_string name; /* empty for the elements of a list */
    int32_t type;       /* DUNLIN_PROPERTY_* */
    uint32_t index;     /* position in the enclosing list, from 0 */
    int64_t integer;    /* for INTEGER and BOOLEAN */
    dunlin_string text; /* for TEXT, IDENTIFIER and EXPRESSION */
} dunlin_property;

/* Kinds of facts. They are strings, so that a driver may have kinds core has never heard of;
 * these are the ones core knows. */
#define DUNLIN_KIND_SCHEMA "schema"
#define DUNLIN_KIND_TABLE "table"
#define DUNLIN_KIND_COLUMN "column"
#define DUNLIN_KIND_PRIMARY_KEY "pk"
#define DUNLIN_KIND_UNIQUE "unique"
#define DUNLIN_KIND_FOREIGN_KEY "fk"
#define DUNLIN_KIND_CHECK "check"
#define DUNLIN_KIND_INDEX "index"
#define DUNLIN_KIND_VIEW "view"
#define DUNLIN_KIND_MATERIALIZED_VIEW "matview"
#define DUNLIN_KIND_TRIGGER "trigger"
#define DUNLIN_KIND_FUNCTION "function"
#define DUNLIN_KIND_PROCEDURE "procedure"
#define DUNLIN_KIND_SEQUENCE "sequence"
#define DUNLIN_KIND_ENUM "enum"
#define DUNLIN_KIND_DOMAIN "domain"
#define DUNLIN_KIND_EXTENSION "extension"
/* One privilege of one grantee, only where it was asked for (DUNLIN_CALL_GRANTS): the path is that of the
 * object, the grantee, and the privilege as docs/facts.md writes it. */
#define DUNLIN_KIND_GRANT "grant"
/* Only in DROP and RENAME from the parser: pk, unique, fk or check, the text does not say which.
 * Drivers never see it. */
#define DUNLIN_KIND_CONSTRAINT "constraint"

/* Of the portable type names (all: docs/facts.md) those that dunlin's own tables use. */
#define DUNLIN_TYPE_BOOLEAN "boolean"
#define DUNLIN_TYPE_INTEGER "integer" /* 32 bits */
#define DUNLIN_TYPE_BIGINT "bigint"   /* 64 bits */
#define DUNLIN_TYPE_TEXT "text"       /* no length limit below 1 GB */
#define DUNLIN_TYPE_KEY_TEXT "varchar(255)"
#define DUNLIN_TYPE_BLOB "blob"
#define DUNLIN_TYPE_TIMESTAMP "timestamp(6)" /* UTC, microseconds, no zone */

typedef struct dunlin_fact {
    uint64_t size; /* sizeof(dunlin_fact) of whoever fills it */
    dunlin_string kind;
    const dunlin_string *path; /* outermost name first; an array of frozen elements */
    uint64_t path_count;
    const dunlin_property *properties;
    uint64_t property_count;
} dunlin_fact;

enum {
    DUNLIN_VERB_CREATE = 1,
    DUNLIN_VERB_ALTER = 2,
    DUNLIN_VERB_DROP = 3,
    DUNLIN_VERB_RENAME = 4,
    DUNLIN_VERB_DATA = 5,  /* body holds INSERT, UPDATE, DELETE ...; touches no fact */
    DUNLIN_VERB_NATIVE = 6 /* body holds text of the target's own dialect */
};

enum {
    DUNLIN_CONDITION_NONE = 0,
    DUNLIN_CONDITION_IF_EXISTS = 1,
    DUNLIN_CONDITION_IF_NOT_EXISTS = 2
};

enum {
    DUNLIN_OPERATION_CASCADE = 1 << 0,
    DUNLIN_OPERATION_RESTRICT = 1 << 1,
    DUNLIN_OPERATION_CONCURRENTLY = 1 << 2,
    DUNLIN_OPERATION_OR_REPLACE = 1 << 3,
    DUNLIN_OPERATION_PARENT_IF_EXISTS = 1
                                        << 4, /* ALTER TABLE IF EXISTS: without it, nothing to do */
    DUNLIN_OPERATION_CUT = 1 << 5             /* only the beginning of `body` is there */
};

/* One change as data. A CREATE TABLE is several operations in a row: the table, then its
 * columns, keys and checks; render may turn any number of neighbours into one statement. */
typedef struct dunlin_operation {
    uint64_t size;
    int32_t verb;      /* DUNLIN_VERB_* */
    int32_t condition; /* DUNLIN_CONDITION_* */
    uint64_t flags;    /* DUNLIN_OPERATION_* */
    dunlin_string kind;
    const dunlin_string *path;
    uint64_t path_count;
    const dunlin_string *new_path; /* RENAME only */
    uint64_t new_path_count;
    const dunlin_property *set;
    uint64_t set_count;
    const dunlin_string *unset;
    uint64_t unset_count;
    dunlin_string using_expression; /* of a type change */
    dunlin_string body;             /* of routines, views, DATA and NATIVE */
    uint64_t span_begin;            /* bytes into the migration file */
    uint64_t span_end;
} dunlin_operation;

#ifdef __cplusplus
}
#endif
#endif
