/* SPDX-License-Identifier: MIT
 *
 * Constraints of tables, and keys and indexes written among them.
 */
#include "core/ddl/parts.h"

#include <string.h>

static const char *const beginnings[] = {
    "CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "CHECK (", "CHECK IF",
    "EXCLUDE",    "UNIQUE",      "FULLTEXT",    "SPATIAL", "PERIOD FOR",
};

bool
dn_ddl_constraint_follows(const dn_ddl_parser *parser)
{
    const dn_ddl_token *second;

    if (dn_ddl_peek(parser)->kind != DUNLIN_TOKEN_WORD)
        return false;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (dn_ddl_is(parser, beginnings[i]))
            return true;
    if (!dn_ddl_is(parser, "KEY") && !dn_ddl_is(parser, "INDEX"))
        return false;
    /* KEY (a) and KEY name (a): not a column called key with its type, as in "key text", "key
     * varchar(20)". A type in parentheses holds a number, a key a name. */
    second = dn_ddl_ahead(parser, 1);
    if (dn_ddl_token_is(second, "("))
        return true;
    if (second->kind == DUNLIN_TOKEN_NAME)
        return true;
    if (second->kind != DUNLIN_TOKEN_WORD)
        return false;
    return dn_ddl_token_is(second, "IF") || dn_ddl_token_is(second, "USING") ||
           dn_ddl_token_is(dn_ddl_ahead(parser, 2), "USING") ||
           (dn_ddl_token_is(dn_ddl_ahead(parser, 2), "(") &&
            dn_ddl_ahead(parser, 3)->kind != DUNLIN_TOKEN_NUMBER);
}

bool
dn_ddl_names_in_parentheses(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *member)
{
    if (!dn_ddl_expect(parser, "(") || !dn_ddl_open_list(parser, draft, member))
        return false;
    do {
        dunlin_string name;
        size_t at = parser->at;

        if (!dn_ddl_name(parser, &name) || !dn_ddl_set_name(parser, draft, "", name))
            return false;
        dn_ddl_accept(parser, "ASC");
        if ((dn_ddl_is(parser, "(") || dn_ddl_is(parser, "DESC") || dn_ddl_is(parser, "COLLATE")) &&
            !dn_ddl_mark_native(parser, draft, at,
                                "a key of this form is not portable; make it "
                                "of plain columns, or write CREATE INDEX"))
            return false;
        if (dn_ddl_is(parser, "(") && !dn_ddl_skip_parenthesis(parser))
            return false;
        if (dn_ddl_accept(parser, "COLLATE"))
            parser->at++;
        dn_ddl_accept(parser, "DESC");
    } while (dn_ddl_accept(parser, ","));
    return dn_ddl_expect(parser, ")") && dn_ddl_close(parser, draft);
}

static bool
action(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *member)
{
    static const char *const actions[][2] = {
        {"CASCADE", "cascade"},
        {"RESTRICT", "restrict"},
        {"SET NULL", "set null"},
        {"SET DEFAULT", "set default"},
    };

    if (dn_ddl_accept(parser, "NO ACTION"))
        return true;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!dn_ddl_accept(parser, actions[i][0]))
            continue;
        if (dn_ddl_is(parser, "("))
            return dn_ddl_native(parser, "an action for some of the columns is not portable");
        return dn_ddl_set_text(parser, draft, member, dn_string(actions[i][1]));
    }
    return dn_ddl_expected(parser, "CASCADE, RESTRICT, SET NULL, SET DEFAULT or NO ACTION");
}

/* Behind REFERENCES. */
bool
dn_ddl_references(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dn_ddl_object table;

    if (!dn_ddl_qualified(parser, &table) || !dn_ddl_open_list(parser, draft, "ref") ||
        !dn_ddl_set_name(parser, draft, "", table.space) ||
        !dn_ddl_set_name(parser, draft, "", table.name) || !dn_ddl_close(parser, draft))
        return false;
    if (dn_ddl_is(parser, "(") && !dn_ddl_names_in_parentheses(parser, draft, "ref_columns"))
        return false;
    for (;;) {
        if (dn_ddl_accept(parser, "MATCH")) {
            if (dn_ddl_accept(parser, "SIMPLE"))
                continue;
            if (!dn_ddl_is(parser, "FULL") && !dn_ddl_is(parser, "PARTIAL"))
                return dn_ddl_expected(parser, "FULL or SIMPLE");
            if (!dn_ddl_set_text(parser, draft, "match",
                                 dn_string(dn_ddl_is(parser, "FULL") ? "full" : "partial")))
                return false;
            parser->at++;
        } else if (dn_ddl_accept(parser, "ON DELETE")) {
            if (!action(parser, draft, "on_delete"))
                return false;
        } else if (dn_ddl_accept(parser, "ON UPDATE")) {
            if (!action(parser, draft, "on_update"))
                return false;
        } else {
            return true;
        }
    }
}

static bool
once_true(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return dn_ddl_member(draft, name) || dn_ddl_set_true(parser, draft, name);
}

/* WITH (fillfactor = 70), TABLESPACE fast: where, not what; guards do not look at it. */
bool
dn_ddl_storage(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t at = parser->at;

    if (dn_ddl_is(parser, "WITH (")) {
        parser->at++;
        if (!dn_ddl_skip_parenthesis(parser) ||
            !dn_ddl_mark_native(parser, draft, at, "storage parameters are not portable"))
            return false;
    }
    at = parser->at;
    if (dn_ddl_accept(parser, "TABLESPACE"))
        return dn_ddl_name(parser, &(dunlin_string){NULL, 0}) &&
               dn_ddl_mark_native(parser, draft, at, "a tablespace is not portable");
    return true;
}

static bool
native_attribute(dn_ddl_parser *parser, dn_ddl_draft *draft, bool *found)
{
    size_t at = parser->at;

    if (dn_ddl_is(parser, "WITH ("))
        return dn_ddl_storage(parser, draft);
    if (dn_ddl_accept(parser, "USING INDEX TABLESPACE")) {
        parser->at++;
        return dn_ddl_mark_native(parser, draft, at, "a tablespace is not portable");
    }
    if (dn_ddl_accept(parser, "ON CONFLICT")) {
        parser->at++;
        return dn_ddl_mark_native(parser, draft, at, "ON CONFLICT of a constraint is not portable");
    }
    if (dn_ddl_accept(parser, "WITH PARSER") || dn_ddl_accept(parser, "KEY_BLOCK_SIZE =") ||
        dn_ddl_accept(parser, "KEY_BLOCK_SIZE")) {
        parser->at++;
        return dn_ddl_mark_native(parser, draft, at, "this option of an index is not portable");
    }
    *found = false;
    return true;
}

bool
dn_ddl_constraint_attributes(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool found = true;

    while (found) {
        bool fine = true;
        dunlin_string text;

        if (dn_ddl_accept(parser, "NOT DEFERRABLE") ||
            dn_ddl_accept(parser, "INITIALLY IMMEDIATE") || dn_ddl_accept(parser, "ENFORCED") ||
            dn_ddl_accept(parser, "USING BTREE") || dn_ddl_accept(parser, "VISIBLE"))
            fine = true;
        else if (dn_ddl_accept(parser, "DEFERRABLE"))
            fine = once_true(parser, draft, "deferrable");
        else if (dn_ddl_accept(parser, "INITIALLY DEFERRED"))
            fine = once_true(parser, draft, "deferrable") && once_true(parser, draft, "deferred");
        else if (dn_ddl_accept(parser, "NOT VALID"))
            fine = once_true(parser, draft, "not_valid");
        else if (dn_ddl_accept(parser, "NOT ENFORCED"))
            fine = once_true(parser, draft, "not_enforced");
        else if (dn_ddl_accept(parser, "NO INHERIT"))
            fine = once_true(parser, draft, "no_inherit");
        else if (dn_ddl_accept(parser, "COMMENT"))
            fine = dn_ddl_string(parser, &text) && dn_ddl_set_text(parser, draft, "comment", text);
        else if (dn_ddl_accept(parser, "INCLUDE"))
            fine = dn_ddl_names_in_parentheses(parser, draft, "include");
        else
            fine = native_attribute(parser, draft, &found);
        if (!fine)
            return false;
    }
    return true;
}

/* --- kinds --- */
typedef struct heading {
    const dn_ddl_object *table;
    dunlin_string name;
    int32_t condition;
} heading;

static dn_ddl_draft *
begin_constraint(dn_ddl_parser *parser, heading *constraint, const char *kind)
{
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &constraint->condition);
    draft =
        dn_ddl_begin_part(parser, DUNLIN_VERB_CREATE, kind, constraint->table, constraint->name);
    if (draft)
        draft->operation.condition = constraint->condition;
    return draft;
}

/* MySQL: a name behind KEY, unless CONSTRAINT gave one. */
static bool
name_of_key(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string name;
    size_t last = draft->operation.path_count - 1;

    if (!dn_ddl_name_follows(parser) || dn_ddl_is(parser, "USING") || dn_ddl_is(parser, "NULLS"))
        return true;
    if (!dn_ddl_name(parser, &name))
        return false;
    if (!draft->operation.path[last].length)
        ((dunlin_string *)(uintptr_t)draft->operation.path)[last] = name;
    return true;
}

static bool
using_method(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t at = parser->at;

    if (dn_ddl_is(parser, "USING INDEX") || !dn_ddl_accept(parser, "USING") ||
        dn_ddl_accept(parser, "BTREE"))
        return true;
    parser->at++;
    return dn_ddl_mark_native(parser, draft, at,
                              "an index method other than btree is not portable");
}

static bool
using_index(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string name;
    size_t at = parser->at;

    return dn_ddl_expect(parser, "USING INDEX") && dn_ddl_name(parser, &name) &&
           dn_ddl_set_name(parser, draft, "using_index", name) &&
           dn_ddl_mark_native(parser, draft, at, "USING INDEX is not portable");
}

static bool
read_key(dn_ddl_parser *parser, heading *constraint, const char *kind, const char *suffix)
{
    dn_ddl_draft *draft = begin_constraint(parser, constraint, kind);
    bool is_unique = strcmp(kind, DUNLIN_KIND_UNIQUE) == 0;

    if (!draft)
        return false;
    if (is_unique && (!name_of_key(parser, draft) || !using_method(parser, draft)))
        return false;
    if (!is_unique && !using_method(parser, draft))
        return false;
    if (is_unique && dn_ddl_accept(parser, "NULLS NOT DISTINCT") &&
        !dn_ddl_set_true(parser, draft, "nulls_not_distinct"))
        return false;
    dn_ddl_accept(parser, "NULLS DISTINCT");
    if (dn_ddl_is(parser, "USING INDEX") ? !using_index(parser, draft)
                                         : !dn_ddl_names_in_parentheses(parser, draft, "columns"))
        return false;
    return dn_ddl_constraint_attributes(parser, draft) &&
           dn_ddl_make_name(parser, draft, suffix, is_unique ? "columns" : NULL) &&
           dn_ddl_done_constraint(parser, draft);
}

static bool
read_foreign_key(dn_ddl_parser *parser, heading *constraint)
{
    dn_ddl_draft *draft = begin_constraint(parser, constraint, DUNLIN_KIND_FOREIGN_KEY);

    return draft && name_of_key(parser, draft) &&
           dn_ddl_names_in_parentheses(parser, draft, "columns") &&
           dn_ddl_expect(parser, "REFERENCES") && dn_ddl_references(parser, draft) &&
           dn_ddl_constraint_attributes(parser, draft) &&
           dn_ddl_make_name(parser, draft, "fkey", "columns") &&
           dn_ddl_done_constraint(parser, draft);
}

static bool
read_check(dn_ddl_parser *parser, heading *constraint)
{
    dn_ddl_draft *draft = begin_constraint(parser, constraint, DUNLIN_KIND_CHECK);
    dunlin_string text;

    return draft && dn_ddl_bracketed(parser, &text) &&
           dn_ddl_set_expression(parser, draft, "expr", text) &&
           dn_ddl_constraint_attributes(parser, draft) &&
           dn_ddl_make_name(parser, draft, "check", "") && dn_ddl_done_constraint(parser, draft);
}

/* KEY name (a): an index, written among the columns. */
static bool
read_index(dn_ddl_parser *parser, heading *constraint, const char *method, size_t at)
{
    dn_ddl_draft *draft = begin_constraint(parser, constraint, DUNLIN_KIND_INDEX);

    if (!draft)
        return false;
    if (method && (!dn_ddl_set_text(parser, draft, "method", dn_string(method)) ||
                   !dn_ddl_mark_native(parser, draft, at, "a %s index is not portable", method)))
        return false;
    return name_of_key(parser, draft) && using_method(parser, draft) &&
           dn_ddl_index_keys(parser, draft) && dn_ddl_constraint_attributes(parser, draft) &&
           dn_ddl_make_name(parser, draft, "idx", "keys") && dn_ddl_done_constraint(parser, draft);
}

static bool
read_other_key(dn_ddl_parser *parser, heading *constraint)
{
    size_t at = parser->at;
    const char *method = dn_ddl_accept(parser, "FULLTEXT")  ? "fulltext"
                         : dn_ddl_accept(parser, "SPATIAL") ? "spatial"
                                                            : NULL;

    if (!dn_ddl_accept(parser, "KEY") && !dn_ddl_accept(parser, "INDEX") && !method)
        return dn_ddl_expected(parser, "PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK");
    return read_index(parser, constraint, method, at);
}

bool
dn_ddl_constraint(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    heading constraint = {table, {"", 0}, DUNLIN_CONDITION_NONE};

    parser->begin = parser->at;
    if (dn_ddl_accept(parser, "CONSTRAINT")) {
        dn_ddl_if_not_exists(parser, &constraint.condition);
        /* MySQL: CONSTRAINT without a name. */
        if (!dn_ddl_constraint_follows(parser) && !dn_ddl_name(parser, &constraint.name))
            return false;
    }
    if (dn_ddl_accept(parser, "PRIMARY KEY"))
        return read_key(parser, &constraint, DUNLIN_KIND_PRIMARY_KEY, "pkey");
    if (dn_ddl_accept(parser, "UNIQUE")) {
        if (!dn_ddl_accept(parser, "KEY"))
            dn_ddl_accept(parser, "INDEX");
        return read_key(parser, &constraint, DUNLIN_KIND_UNIQUE, "key");
    }
    if (dn_ddl_accept(parser, "FOREIGN KEY"))
        return read_foreign_key(parser, &constraint);
    if (dn_ddl_accept(parser, "CHECK"))
        return read_check(parser, &constraint);
    if (dn_ddl_is(parser, "EXCLUDE"))
        return dn_ddl_native(parser, "EXCLUDE constraints are not portable");
    if (dn_ddl_is(parser, "PERIOD"))
        return dn_ddl_native(parser, "PERIOD is not portable");
    if (dn_ddl_is(parser, "NOT NULL"))
        return dn_ddl_native(parser, "a NOT NULL constraint of a table is not portable; write it "
                                     "with the column");
    return read_other_key(parser, &constraint);
}
