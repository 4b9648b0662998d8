/* SPDX-License-Identifier: MIT
 *
 * ALTER TABLE: any number of actions, each an operation or more.
 */
#include "core/ddl/parts.h"

#include <strings.h>

static bool
add_column(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    int32_t condition = DUNLIN_CONDITION_NONE;

    dn_ddl_if_not_exists(parser, &condition);
    if (dn_ddl_accept(parser, "(")) {
        do {
            if (!(dn_ddl_constraint_follows(parser) ? dn_ddl_constraint(parser, table)
                                                    : dn_ddl_column(parser, table, condition)))
                return false;
        } while (dn_ddl_accept(parser, ","));
        if (!dn_ddl_expect(parser, ")"))
            return false;
    } else if (!dn_ddl_column(parser, table, condition)) {
        return false;
    }
    dn_ddl_flush_constraints(parser);
    return true;
}

static bool
add(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    if (dn_ddl_accept(parser, "COLUMN"))
        return add_column(parser, table);
    if (dn_ddl_is(parser, "PARTITION"))
        return dn_ddl_native(parser, "partitions are not portable");
    if (!dn_ddl_constraint_follows(parser))
        return add_column(parser, table);
    if (!dn_ddl_constraint(parser, table))
        return false;
    dn_ddl_flush_constraints(parser);
    return true;
}

/* The rest of a DROP: [IF EXISTS] name [CASCADE]. */
static bool
drop_part(dn_ddl_parser *parser, const dn_ddl_object *table, const char *kind)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;
    dn_ddl_draft *draft;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_begin_part(parser, DUNLIN_VERB_DROP, kind, table, name);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    draft->operation.flags |= dn_ddl_behaviour(parser);
    return dn_ddl_done(parser, draft);
}

static bool
drop(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    static const struct {
        const char *words;
        const char *kind;
    } parts[] = {
        {"COLUMN", DUNLIN_KIND_COLUMN},
        {"CONSTRAINT", DUNLIN_KIND_CONSTRAINT},
        {"FOREIGN KEY", DUNLIN_KIND_FOREIGN_KEY},
        {"INDEX", DUNLIN_KIND_INDEX},
        {"KEY", DUNLIN_KIND_INDEX},
        {"CHECK", DUNLIN_KIND_CHECK},
    };

    if (dn_ddl_accept(parser, "PRIMARY KEY")) {
        int32_t condition = DUNLIN_CONDITION_NONE;
        dn_ddl_draft *draft;

        dn_ddl_if_exists(parser, &condition);
        draft = dn_ddl_begin_part(parser, DUNLIN_VERB_DROP, DUNLIN_KIND_PRIMARY_KEY, table,
                                  dn_string(""));
        if (!draft)
            return false;
        draft->mark.named = true;
        draft->operation.condition = condition;
        return dn_ddl_done(parser, draft);
    }
    if (dn_ddl_is(parser, "PARTITION"))
        return dn_ddl_native(parser, "partitions are not portable");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const dn_ddl_token *next = dn_ddl_ahead(parser, 1);

        /* DROP key: a column called key. */
        if (dn_ddl_is(parser, parts[i].words) && next->kind != 0 && !dn_ddl_token_is(next, ",") &&
            dn_ddl_accept(parser, parts[i].words))
            return drop_part(parser, table, parts[i].kind);
    }
    return drop_part(parser, table, DUNLIN_KIND_COLUMN);
}

static bool
rename_part(dn_ddl_parser *parser, const dn_ddl_object *table, const char *kind)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string from;
    dunlin_string to;
    dn_ddl_draft *draft;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_name(parser, &from) || !dn_ddl_expect(parser, "TO") || !dn_ddl_name(parser, &to))
        return false;
    draft = dn_ddl_begin_part(parser, DUNLIN_VERB_RENAME, kind, table, from);
    if (!draft || !dn_ddl_new_path(parser, draft, to))
        return false;
    draft->operation.condition = condition;
    return dn_ddl_done(parser, draft);
}

static bool
rename_to(dn_ddl_parser *parser, const dn_ddl_object *table, int32_t condition)
{
    dn_ddl_object to;
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_RENAME, DUNLIN_KIND_TABLE, table);

    if (!draft || !dn_ddl_qualified(parser, &to) || !dn_ddl_new_path(parser, draft, to.name))
        return false;
    if (to.space.length)
        ((dunlin_string *)(uintptr_t)draft->operation.new_path)[0] = to.space;
    draft->operation.condition = condition;
    return dn_ddl_done(parser, draft);
}

/* MySQL: ALTER TABLE t RENAME u. */
static bool
is_name_alone(const dn_ddl_parser *parser)
{
    const dn_ddl_token *next = dn_ddl_ahead(parser, 1);

    return dn_ddl_name_follows(parser) && (next->kind == 0 || dn_ddl_token_is(next, ","));
}

static bool
rename_action(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    if (dn_ddl_accept(parser, "TO") || dn_ddl_accept(parser, "AS") || is_name_alone(parser)) {
        int32_t condition = parser->table_flags & DUNLIN_OPERATION_PARENT_IF_EXISTS
                                ? DUNLIN_CONDITION_IF_EXISTS
                                : DUNLIN_CONDITION_NONE;

        parser->table_flags = 0;
        return rename_to(parser, table, condition);
    }
    if (dn_ddl_accept(parser, "CONSTRAINT"))
        return rename_part(parser, table, DUNLIN_KIND_CONSTRAINT);
    if (dn_ddl_accept(parser, "INDEX") || dn_ddl_accept(parser, "KEY"))
        return rename_part(parser, table, DUNLIN_KIND_INDEX);
    dn_ddl_accept(parser, "COLUMN");
    return rename_part(parser, table, DUNLIN_KIND_COLUMN);
}

/* --- columns --- */
/* "v::mood" of a change to the type mood: that it becomes one is said already. */
static dunlin_string
without_cast(const dn_ddl_draft *draft, dunlin_string text)
{
    const dunlin_property *path = dn_ddl_member(draft, "type_path");
    dunlin_string name = dn_span(NULL, 0);
    size_t length = (size_t)text.length;

    for (path = path ? path + 1 : NULL; path && path->type != DUNLIN_PROPERTY_END; path++)
        name = path->text;
    if (!name.length || length <= name.length + 2 ||
        strncasecmp(text.data + length - name.length, name.data, (size_t)name.length) != 0)
        return text;
    length -= (size_t)name.length;
    return text.data[length - 1] == ':' && text.data[length - 2] == ':'
               ? dn_span(text.data, length - 2)
               : text;
}

static bool
set_type(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string text;

    if (!dn_ddl_type(parser, draft))
        return false;
    if (dn_ddl_accept(parser, "COLLATE")) {
        dunlin_string parts[4];
        size_t count;

        if (!dn_ddl_dotted(parser, parts, &count) ||
            !dn_ddl_set_text(parser, draft, "collation", parts[count - 1]))
            return false;
    }
    if (dn_ddl_accept(parser, "USING")) {
        if (!dn_ddl_rest(parser, ",", &text))
            return false;
        draft->operation.using_expression = without_cast(draft, text);
    }
    return true;
}

static bool
set_default(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string text;

    return dn_ddl_default(parser, &text) &&
           (dn_string_equal_fold(text, "NULL")
                ? dn_ddl_unset(parser, draft, "default")
                : dn_ddl_set_expression(parser, draft, "default", text));
}

static bool
add_generated(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool always = dn_ddl_accept(parser, "ALWAYS");

    if (!always && !dn_ddl_expect(parser, "BY DEFAULT"))
        return false;
    return dn_ddl_expect(parser, "AS IDENTITY") &&
           dn_ddl_set_text(parser, draft, "auto", dn_string(always ? "always" : "identity")) &&
           dn_ddl_identity(parser, draft);
}

static bool
set_generated(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool always = dn_ddl_accept(parser, "ALWAYS");

    return (always || dn_ddl_expect(parser, "BY DEFAULT")) &&
           dn_ddl_set_text(parser, draft, "auto", dn_string(always ? "always" : "identity"));
}

static bool
set_expression(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string text;

    return dn_ddl_bracketed(parser, &text) &&
           dn_ddl_set_expression(parser, draft, "generated", text);
}

static bool
set_not_null(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_set_true(parser, draft, "not_null");
}

static bool
set_invisible(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_set_true(parser, draft, "invisible");
}

static const struct {
    const char *words;
    bool (*read)(dn_ddl_parser *parser, dn_ddl_draft *draft); /* or */
    const char *unset;
} changes[] = {
    {"SET DATA TYPE", set_type, NULL},      {"TYPE", set_type, NULL},
    {"SET DEFAULT", set_default, NULL},     {"DROP DEFAULT", NULL, "default"},
    {"SET NOT NULL", set_not_null, NULL},   {"DROP NOT NULL", NULL, "not_null"},
    {"ADD GENERATED", add_generated, NULL}, {"SET GENERATED", set_generated, NULL},
    {"DROP IDENTITY", NULL, "auto"},        {"SET EXPRESSION AS", set_expression, NULL},
    {"DROP EXPRESSION", NULL, "generated"}, {"SET INVISIBLE", set_invisible, NULL},
    {"SET VISIBLE", NULL, "invisible"},
};

static bool
alter_column(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;
    dn_ddl_draft *draft;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_begin_part(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN, table, name);
    if (!draft)
        return false;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if (!dn_ddl_accept(parser, changes[i].words))
            continue;
        if (!(changes[i].read ? changes[i].read(parser, draft)
                              : dn_ddl_unset(parser, draft, changes[i].unset)))
            return false;
        /* DROP IDENTITY IF EXISTS, DROP EXPRESSION IF EXISTS */
        dn_ddl_if_exists(parser, &condition);
        draft->operation.condition = condition;
        return dn_ddl_done(parser, draft);
    }
    if (dn_ddl_is(parser, "SET") || dn_ddl_is(parser, "RESET") || dn_ddl_is(parser, "RESTART"))
        return dn_ddl_native(parser, "this change of a column is not portable");
    return dn_ddl_expected(parser, "TYPE, SET or DROP");
}

/* MODIFY and CHANGE restate the whole column: what is not said returns to its default. */
static bool
restate(dn_ddl_parser *parser, const dn_ddl_object *table, dunlin_string name, int32_t condition)
{
    static const char *const members[] = {
        "not_null", "default", "auto", "comment", "collation", "on_update", "generated",
    };
    dn_ddl_draft *draft =
        dn_ddl_begin_part(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN, table, name);

    if (!draft || !dn_ddl_column_body(parser, draft, table, name))
        return false;
    draft->operation.condition = condition;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!dn_ddl_member(draft, members[i]) && !dn_ddl_unset(parser, draft, members[i]))
            return false;
    if (!dn_ddl_done(parser, draft))
        return false;
    dn_ddl_flush_constraints(parser);
    return true;
}

static bool
modify(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;

    dn_ddl_accept(parser, "COLUMN");
    dn_ddl_if_exists(parser, &condition);
    return dn_ddl_name(parser, &name) && restate(parser, table, name, condition);
}

static bool
change(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string from;
    dunlin_string to;
    dn_ddl_draft *draft;

    dn_ddl_accept(parser, "COLUMN");
    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_name(parser, &from) || !dn_ddl_name(parser, &to))
        return false;
    if (!dn_ddl_same(from, to)) {
        draft = dn_ddl_begin_part(parser, DUNLIN_VERB_RENAME, DUNLIN_KIND_COLUMN, table, from);
        if (!draft || !dn_ddl_new_path(parser, draft, to) || !dn_ddl_done(parser, draft))
            return false;
        draft->operation.condition = condition;
    }
    return restate(parser, table, to, condition);
}

/* --- constraints, the table itself --- */
static bool
alter_constraint(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    dunlin_string name;
    dn_ddl_draft *draft;

    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_begin_part(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_CONSTRAINT, table, name);
    if (!draft)
        return false;
    if (dn_ddl_is(parser, "NOT DEFERRABLE") &&
        (!dn_ddl_unset(parser, draft, "deferrable") || !dn_ddl_unset(parser, draft, "deferred")))
        return false;
    if (dn_ddl_is(parser, "INITIALLY IMMEDIATE") && !dn_ddl_unset(parser, draft, "deferred"))
        return false;
    return dn_ddl_constraint_attributes(parser, draft) && dn_ddl_done(parser, draft);
}

static bool
validate(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    dunlin_string name;
    dn_ddl_draft *draft;

    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_begin_part(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_CONSTRAINT, table, name);
    return draft && dn_ddl_unset(parser, draft, "not_valid") && dn_ddl_done(parser, draft);
}

static bool
set_schema(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    int32_t condition = parser->table_flags & DUNLIN_OPERATION_PARENT_IF_EXISTS
                            ? DUNLIN_CONDITION_IF_EXISTS
                            : DUNLIN_CONDITION_NONE;

    parser->table_flags = 0;
    return dn_ddl_set_schema(parser, DUNLIN_KIND_TABLE, table, condition);
}

/* ALGORITHM = INPLACE, LOCK = NONE: how, not what. */
static bool
hint(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    (void)table;
    dn_ddl_accept(parser, "=");
    if (dn_ddl_at_end(parser))
        return dn_ddl_expected(parser, "a value");
    parser->at++;
    return true;
}

static bool
table_option(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_TABLE, table);
    bool found = true;

    if (!draft)
        return false;
    while (found)
        if (!dn_ddl_table_option(parser, draft, &found))
            return false;
    return dn_ddl_done(parser, draft);
}

static const struct {
    const char *words;
    bool (*read)(dn_ddl_parser *parser, const dn_ddl_object *table);
} actions[] = {
    {"ADD", add},
    {"DROP", drop},
    {"RENAME", rename_action},
    {"ALTER CONSTRAINT", alter_constraint},
    {"VALIDATE CONSTRAINT", validate},
    {"ALTER COLUMN", alter_column},
    {"ALTER INDEX", NULL},
    {"ALTER CHECK", NULL},
    {"ALTER", alter_column},
    {"MODIFY", modify},
    {"CHANGE", change},
    {"SET SCHEMA", set_schema},
    {"ALGORITHM", hint},
    {"LOCK", hint},
};

static bool
action(dn_ddl_parser *parser, const dn_ddl_object *table)
{
    static const char *const options[] = {
        "ENGINE",  "DEFAULT CHARACTER SET", "DEFAULT CHARSET", "CHARACTER SET", "CHARSET",
        "COLLATE", "DEFAULT COLLATE",       "COMMENT",         "AUTO_INCREMENT"};
    const dn_ddl_token *token = dn_ddl_peek(parser);

    parser->begin = parser->at;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (actions[i].read && dn_ddl_accept(parser, actions[i].words))
            return actions[i].read(parser, table);
        if (!actions[i].read && dn_ddl_is(parser, actions[i].words))
            break;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (dn_ddl_is(parser, options[i]))
            return table_option(parser, table);
    if (token->kind == DUNLIN_TOKEN_WORD)
        return dn_ddl_native(parser, "ALTER TABLE .. %.*s has no portable form",
                             token->text.length < 40 ? (int)token->text.length : 40,
                             token->text.data);
    return dn_ddl_expected(parser, "an action");
}

bool
dn_ddl_alter_table(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object table;

    dn_ddl_if_exists(parser, &condition);
    if (condition)
        parser->table_flags = DUNLIN_OPERATION_PARENT_IF_EXISTS;
    dn_ddl_accept(parser, "ONLY");
    if (!dn_ddl_qualified(parser, &table))
        return false;
    dn_ddl_accept(parser, "*");
    parser->clauses = dn_ddl_peek(parser)->offset;
    do {
        if (!action(parser, &table))
            return false;
    } while (dn_ddl_accept(parser, ","));
    if (parser->drafts.count == 0)
        return dn_ddl_native(parser, "this ALTER TABLE changes nothing");
    return true;
}

/* MySQL: RENAME TABLE a TO b, c TO d. */
bool
dn_ddl_rename_table(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object table;

    dn_ddl_if_exists(parser, &condition);
    do {
        parser->begin = parser->at;
        if (!dn_ddl_qualified(parser, &table) || !dn_ddl_expect(parser, "TO") ||
            !rename_to(parser, &table, condition))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return true;
}
