/* SPDX-License-Identifier: MIT
 *
 * The questions that a read of facts asks, and the columns of their answers.
 */
#ifndef DN_PG_CATALOG_H
#define DN_PG_CATALOG_H

#include "drivers/postgres/pg_facts.h"

/* Each takes four values, all text[] or NULL: the namespaces wanted; namespaces and names of the
 * objects wanted, pairwise; names of triggers whose tables are wanted. */
enum { DN_PG_CATALOG_VALUES = 4, DN_PG_CATALOG_QUESTIONS = 18 };

enum { DN_PG_SCHEMA_NAME, DN_PG_SCHEMA_COMMENT };

enum { DN_PG_EXTENSION_NAME, DN_PG_EXTENSION_VERSION, DN_PG_EXTENSION_SCHEMA };

enum {
    DN_PG_RELATION_OID,
    DN_PG_RELATION_SCHEMA,
    DN_PG_RELATION_NAME,
    DN_PG_RELATION_KIND,
    DN_PG_RELATION_COLUMNS,
    DN_PG_RELATION_IS_PARTITION,
    DN_PG_RELATION_LEFT_OUT,
    /* from here on: copied where not empty */
    DN_PG_RELATION_PERSISTENCE,
    DN_PG_RELATION_SECURITY,
    DN_PG_RELATION_SECURITY_FORCED,
    DN_PG_RELATION_OPTIONS,
    DN_PG_RELATION_PARTITION_BY,
    DN_PG_RELATION_BOUND,
    DN_PG_RELATION_PARENTS,
    DN_PG_RELATION_DEFINITION,
    DN_PG_RELATION_SERVER,
    DN_PG_RELATION_FOREIGN_OPTIONS,
    DN_PG_RELATION_OF_TYPE,
    DN_PG_RELATION_METHOD,
    DN_PG_RELATION_TABLESPACE,
    DN_PG_RELATION_COMMENT,
    DN_PG_RELATION_COLUMN_COMMENTS, /* of a view: names and comments in turns */
    DN_PG_RELATION_CELLS
};

enum {
    DN_PG_SEQUENCE_SCHEMA,
    DN_PG_SEQUENCE_NAME,
    DN_PG_SEQUENCE_TYPE,
    DN_PG_SEQUENCE_START,
    DN_PG_SEQUENCE_INCREMENT,
    DN_PG_SEQUENCE_MIN,
    DN_PG_SEQUENCE_MAX,
    DN_PG_SEQUENCE_CACHE,
    DN_PG_SEQUENCE_CYCLE,
    DN_PG_SEQUENCE_OWNER,
    DN_PG_SEQUENCE_OWNER_COLUMN,
    DN_PG_SEQUENCE_IS_IDENTITY,
    DN_PG_SEQUENCE_OWNER_TYPE,
    DN_PG_SEQUENCE_NEXTVAL, /* as the default of a serial column reads */
    DN_PG_SEQUENCE_OWNER_SCHEMA,
    DN_PG_SEQUENCE_OWNER_TABLE,
    DN_PG_SEQUENCE_OWNER_NAME,
    DN_PG_SEQUENCE_DEFAULT,   /* of the column that owns it */
    DN_PG_SEQUENCE_IS_CALLED, /* by a name that the column's would not give it */
    DN_PG_SEQUENCE_COMMENT
};

enum {
    DN_PG_COLUMN_RELATION,
    DN_PG_COLUMN_NUMBER,
    DN_PG_COLUMN_NAME,
    DN_PG_COLUMN_TYPE,
    DN_PG_COLUMN_NOT_NULL,
    DN_PG_COLUMN_NOT_NULL_ALONE, /* NO INHERIT: heirs may hold nulls */
    DN_PG_COLUMN_IS_LOCAL,
    DN_PG_COLUMN_IDENTITY,
    DN_PG_COLUMN_GENERATED,
    DN_PG_COLUMN_EXPRESSION,
    DN_PG_COLUMN_COLLATION_OID,
    DN_PG_COLUMN_COLLATION,
    DN_PG_COLUMN_TYPE_SCHEMA, /* of an enum or domain */
    DN_PG_COLUMN_TYPE_NAME,
    DN_PG_COLUMN_COMMENT,
    DN_PG_COLUMN_FOREIGN_OPTIONS,
    DN_PG_COLUMN_FROZEN /* the default is a time since the session began; asked in shadows alone */
};

enum {
    DN_PG_CONSTRAINT_RELATION,
    DN_PG_CONSTRAINT_NAME,
    DN_PG_CONSTRAINT_KIND,
    DN_PG_CONSTRAINT_COLUMNS,
    DN_PG_CONSTRAINT_REF_SCHEMA,
    DN_PG_CONSTRAINT_REF_TABLE,
    DN_PG_CONSTRAINT_REF_OID,
    DN_PG_CONSTRAINT_REF_COLUMNS,
    DN_PG_CONSTRAINT_REF_NAMES, /* where not all relations were read */
    DN_PG_CONSTRAINT_ON_DELETE,
    DN_PG_CONSTRAINT_ON_UPDATE,
    DN_PG_CONSTRAINT_MATCH,
    DN_PG_CONSTRAINT_DEFERRABLE,
    DN_PG_CONSTRAINT_DEFERRED,
    DN_PG_CONSTRAINT_VALID,
    DN_PG_CONSTRAINT_ENFORCED,
    DN_PG_CONSTRAINT_NO_INHERIT,
    DN_PG_CONSTRAINT_EXPRESSION,
    DN_PG_CONSTRAINT_KEY_COUNT,
    DN_PG_CONSTRAINT_INDEX_COLUMNS, /* with those of INCLUDE */
    DN_PG_CONSTRAINT_NULLS_NOT_DISTINCT,
    DN_PG_CONSTRAINT_DELETE_COLUMNS,
    DN_PG_CONSTRAINT_PERIOD,
    DN_PG_CONSTRAINT_STORAGE,
    DN_PG_CONSTRAINT_INVALID, /* a partition has no index for it */
    DN_PG_CONSTRAINT_COMMENT
};

enum { DN_PG_CLASS_OID, DN_PG_CLASS_NAME, DN_PG_CLASS_IS_DEFAULT };

enum {
    DN_PG_INDEX_RELATION,
    DN_PG_INDEX_NAME,
    DN_PG_INDEX_METHOD,
    DN_PG_INDEX_UNIQUE,
    DN_PG_INDEX_VALID,
    DN_PG_INDEX_KEY_COUNT,
    DN_PG_INDEX_KEYS,
    DN_PG_INDEX_OPTIONS,
    DN_PG_INDEX_CLASSES,
    DN_PG_INDEX_COLLATION_OIDS,
    DN_PG_INDEX_COLLATIONS,
    DN_PG_INDEX_STORAGE,
    DN_PG_INDEX_WHERE,
    DN_PG_INDEX_EXPRESSIONS,
    DN_PG_INDEX_CLASS_OPTIONS, /* of each key, where one has any */
    DN_PG_INDEX_NULLS_NOT_DISTINCT,
    DN_PG_INDEX_COMMENT
};

enum {
    DN_PG_TRIGGER_RELATION,
    DN_PG_TRIGGER_NAME,
    DN_PG_TRIGGER_DEFINITION,
    DN_PG_TRIGGER_ENABLED,
    DN_PG_TRIGGER_COMMENT
};

enum {
    DN_PG_POLICY_RELATION,
    DN_PG_POLICY_NAME,
    DN_PG_POLICY_COMMAND,
    DN_PG_POLICY_PERMISSIVE,
    DN_PG_POLICY_ROLES,
    DN_PG_POLICY_USING,
    DN_PG_POLICY_CHECK,
    DN_PG_POLICY_COMMENT
};

enum { DN_PG_DEPEND_RELATION, DN_PG_DEPEND_KIND, DN_PG_DEPEND_PATH };

enum {
    DN_PG_TYPE_SCHEMA,
    DN_PG_TYPE_NAME,
    DN_PG_TYPE_KIND,
    DN_PG_TYPE_LABELS,
    DN_PG_TYPE_BASE,
    DN_PG_TYPE_NOT_NULL,
    DN_PG_TYPE_DEFAULT,
    DN_PG_TYPE_CHECKS,
    DN_PG_TYPE_CHECK_NAMES, /* where they are not those that the server makes, or something is said of one */
    DN_PG_TYPE_NOT_VALID,
    DN_PG_TYPE_CHECK_COMMENTS, /* names and comments in turns */
    DN_PG_TYPE_COLLATION,
    DN_PG_TYPE_COMMENT
};

enum {
    DN_PG_ROUTINE_SCHEMA,
    DN_PG_ROUTINE_NAME,
    DN_PG_ROUTINE_KIND,
    DN_PG_ROUTINE_ARGUMENTS,
    DN_PG_ROUTINE_DEFINITION,
    DN_PG_ROUTINE_COMMENT
};

enum {
    DN_PG_DEFINITION_KIND,
    DN_PG_DEFINITION_RELATION, /* the table that it belongs to */
    DN_PG_DEFINITION_SCHEMA,
    DN_PG_DEFINITION_NAME,
    DN_PG_DEFINITION_ARGUMENTS, /* of an aggregate */
    DN_PG_DEFINITION_TEXT,
    DN_PG_DEFINITION_ENABLED, /* of a rule */
    DN_PG_DEFINITION_COLUMN_COMMENTS,
    DN_PG_DEFINITION_COMMENT
};

enum {
    DN_PG_GRANT_SCHEMA,
    DN_PG_GRANT_NAME,
    DN_PG_GRANT_ARGUMENTS,
    DN_PG_GRANT_COLUMN,
    DN_PG_GRANT_WORDS, /* " ON SEQUENCE" and the like; none: on a table, or what is like one */
    DN_PG_GRANT_GRANTEE,
    DN_PG_GRANT_PRIVILEGE,
    DN_PG_GRANT_GRANTABLE,
    DN_PG_GRANT_REVOKED /* everybody, or the owner, has it unless it is revoked */
};

enum { DN_PG_UNREAD_KIND, DN_PG_UNREAD_COUNT, DN_PG_UNREAD_NAMES };

/* What is asked beside the rest. */
typedef struct dn_pg_curiosity {
    bool shadow; /* what only a replay can tell */
    bool grants;
    bool unread; /* what is no fact */
} dn_pg_curiosity;

/* Texts for a server of that version (as libpq gives it), in the arena; the order is that in which
 * they are to be asked. `values` are given to each. Answers how many there are, 0: no memory. */
size_t dn_pg_catalog_questions(dn_pg_arena *arena, int version, dn_pg_curiosity curiosity,
                               dn_pg_extent extent, const char *const *values,
                               dn_pg_question questions[DN_PG_CATALOG_QUESTIONS]);

#endif
