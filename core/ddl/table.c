/* SPDX-License-Identifier: MIT
 *
 * CREATE TABLE.
 */
#include "core/ddl/parts.h"

/* Options behind the parenthesis that become members of the table. */
static const struct {
    const char *words;
    const char *member;
} own_options[] = {
    {"ENGINE", "engine"},           {"DEFAULT CHARACTER SET", "charset"},
    {"DEFAULT CHARSET", "charset"}, {"CHARACTER SET", "charset"},
    {"CHARSET", "charset"},         {"DEFAULT COLLATE", "collation"},
    {"COLLATE", "collation"},       {"COMMENT", "comment"},
};

static bool
option_value(dn_ddl_parser *parser, dunlin_string *value)
{
    dn_ddl_accept(parser, "=");
    if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_STRING)
        return dn_ddl_string(parser, value);
    if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_NUMBER) {
        *value = dn_ddl_peek(parser)->text;
        parser->at++;
        return true;
    }
    if (!dn_ddl_name_follows(parser))
        return dn_ddl_expected(parser, "a value");
    *value = dn_ddl_peek(parser)->text;
    return dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_WORD ? (parser->at++, true)
                                                          : dn_ddl_name(parser, value);
}

bool
dn_ddl_table_option(dn_ddl_parser *parser, dn_ddl_draft *draft, bool *found)
{
    dunlin_string value;

    *found = true;
    for (size_t i = 0; i < sizeof own_options / sizeof own_options[0]; i++)
        if (dn_ddl_accept(parser, own_options[i].words))
            return option_value(parser, &value) &&
                   dn_ddl_set_text(parser, draft, own_options[i].member, value);
    if (dn_ddl_accept(parser, "AUTO_INCREMENT")) {
        size_t at = parser->at - 1;

        return option_value(parser, &value) &&
               dn_ddl_mark_native(parser, draft, at,
                                  "a first value of AUTO_INCREMENT is not "
                                  "portable");
    }
    *found = false;
    return true;
}

static const struct {
    const char *words;
    const char *reason;
} native_options[] = {
    {"PARTITION", "partitions are not portable"},
    {"INHERITS", "inheritance is not portable"},
    {"WITH OIDS", "OIDs are not portable"},
    {"USING", "an access method is not portable"},
    {"ON COMMIT", "ON COMMIT is not portable"},
    {"ROW_FORMAT", "ROW_FORMAT is not portable"},
    {"WITH SYSTEM VERSIONING", "system versioning is not portable"},
    {"KEY_BLOCK_SIZE", "KEY_BLOCK_SIZE is not portable"},
};

static bool
table_options(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool found = true;

    while (found) {
        dn_ddl_accept(parser, ",");
        if (dn_ddl_accept(parser, "STRICT")) {
            if (!dn_ddl_set_true(parser, draft, "strict"))
                return false;
        } else if (dn_ddl_accept(parser, "WITHOUT ROWID")) {
            if (!dn_ddl_set_true(parser, draft, "without_rowid"))
                return false;
        } else if (!dn_ddl_accept(parser, "WITHOUT OIDS") &&
                   !dn_ddl_table_option(parser, draft, &found)) {
            return false;
        }
    }
    if (!dn_ddl_storage(parser, draft))
        return false;
    for (size_t i = 0; i < sizeof native_options / sizeof native_options[0]; i++)
        if (dn_ddl_is(parser, native_options[i].words))
            return dn_ddl_native(parser, "%s", native_options[i].reason);
    return true;
}

static bool
element(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    if (dn_ddl_is(parser, "LIKE"))
        return dn_ddl_native(parser, "LIKE another table is not portable; list the columns");
    if (dn_ddl_constraint_follows(parser))
        return dn_ddl_constraint(parser, table);
    return dn_ddl_column(parser, table, DUNLIN_CONDITION_NONE);
}

static bool
elements(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    do {
        if (!element(parser, table))
            return false;
        if (!dn_ddl_is(parser, ",") && !dn_ddl_is(parser, ")"))
            return dn_ddl_expected(parser, "a comma or )");
    } while (dn_ddl_accept(parser, ","));
    return dn_ddl_expect(parser, ")");
}

/* Names of the columns in order; and in a portable history a primary key says NOT NULL. */
static bool
note_columns(dn_ddl_parser *parser, dn_ddl_draft *table)
{
    if (!dn_ddl_open_list(parser, table, "order"))
        return false;
    for (dn_ddl_draft *draft = table->following; draft; draft = draft->following) {
        dunlin_string name = draft->operation.path[2];

        for (dn_ddl_draft *other = table->following; other != draft; other = other->following)
            if (dn_ddl_same(other->operation.path[2], name))
                return dn_ddl_wrong(parser, "there are two columns '%.*s'", (int)name.length,
                                    name.data);
        if (!dn_ddl_set_name(parser, table, "", name))
            return false;
    }
    return dn_ddl_close(parser, table);
}

static bool
key_columns_not_null(dn_ddl_parser *parser, dn_ddl_draft *columns)
{
    for (dn_ddl_draft *key = parser->constraints.first; key; key = key->following) {
        if (!dn_string_equal(key->operation.kind, DUNLIN_KIND_PRIMARY_KEY))
            continue;
        for (uint64_t i = 0; i < key->operation.set_count; i++) {
            const dunlin_property *name = &key->operation.set[i];
            dn_ddl_draft *draft = columns;

            while (name->type == DUNLIN_PROPERTY_IDENTIFIER && draft &&
                   !dn_ddl_same(draft->operation.path[2], name->text))
                draft = draft->following;
            if (name->type == DUNLIN_PROPERTY_IDENTIFIER && draft &&
                !dn_ddl_member(draft, "not_null") && !dn_ddl_set_true(parser, draft, "not_null"))
                return false;
        }
    }
    return true;
}

static bool
table_modifiers(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    if (parser->or_replace) {
        draft->operation.flags |= DUNLIN_OPERATION_OR_REPLACE;
        if (!dn_ddl_mark_native(parser, draft, 0,
                                "CREATE OR REPLACE TABLE throws rows away, and is "
                                "not portable"))
            return false;
    }
    return (!parser->temporary || dn_ddl_set_true(parser, draft, "temporary")) &&
           (!parser->unlogged || dn_ddl_set_true(parser, draft, "unlogged"));
}

bool
dn_ddl_create_table(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object table;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &table))
        return false;
    draft = dn_ddl_begin(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE, &table);
    if (!draft || !dn_ddl_done(parser, draft))
        return false;
    draft->operation.condition = condition;
    if (!table_modifiers(parser, draft))
        return false;
    if (dn_ddl_is(parser, "PARTITION OF"))
        return dn_ddl_native(parser, "partitions are not portable");
    if (dn_ddl_is(parser, "LIKE"))
        return dn_ddl_native(parser, "LIKE another table is not portable; list the columns");
    if (dn_ddl_table_as_follows(parser)) {
        if (!dn_ddl_table_as(parser, draft))
            return false;
    } else if (dn_ddl_accept(parser, "(")) {
        if ((!dn_ddl_accept(parser, ")") && !elements(parser, &table)) ||
            !table_options(parser, draft) || !note_columns(parser, draft))
            return false;
        if (!parser->options->own && !key_columns_not_null(parser, draft->following))
            return false;
        dn_ddl_flush_constraints(parser);
        if (dn_ddl_is(parser, "AS") || dn_ddl_is(parser, "SELECT"))
            return dn_ddl_native(parser, "columns and a query in one CREATE TABLE are not "
                                         "portable");
    } else {
        return dn_ddl_expected(parser, "( or AS");
    }
    draft->operation.span_end =
        parser->tokens[parser->at - 1].offset + parser->tokens[parser->at - 1].text.length;
    return true;
}
