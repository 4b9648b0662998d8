/* SPDX-License-Identifier: MIT
 *
 * ALTER of indexes, views, sequences and schemas; mostly renames.
 */
#include "core/ddl/parts.h"

static bool
rename_object(dn_ddl_parser *parser, dn_ddl_draft *draft, int32_t condition)
{
    dunlin_string to;

    if (!draft || !dn_ddl_name(parser, &to) || !dn_ddl_new_path(parser, draft, to))
        return false;
    draft->operation.condition = condition;
    return dn_ddl_done(parser, draft);
}

/* Into another namespace: a rename of the path's first name. */
bool
dn_ddl_set_schema(dn_ddl_parser *parser, const char *kind, const dn_ddl_object *object,
                  int32_t condition)
{
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_RENAME, kind, object);
    dunlin_string space;

    if (!draft || !dn_ddl_name(parser, &space) || !dn_ddl_new_path(parser, draft, object->name))
        return false;
    ((dunlin_string *)(uintptr_t)draft->operation.new_path)[0] = space;
    draft->operation.condition = condition;
    return dn_ddl_done(parser, draft);
}

bool
dn_ddl_alter_index(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object index;
    dn_ddl_object table;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &index))
        return false;
    if (!dn_ddl_accept(parser, "RENAME TO"))
        return dn_ddl_native(parser, "of the changes to an index only RENAME is portable");
    table.space = index.space;
    table.name = dn_string("");
    return rename_object(
        parser,
        dn_ddl_begin_part(parser, DUNLIN_VERB_RENAME, DUNLIN_KIND_INDEX, &table, index.name),
        condition);
}

bool
dn_ddl_alter_view(dn_ddl_parser *parser)
{
    bool materialized = dn_ddl_token_is(&parser->tokens[1], "MATERIALIZED");
    const char *kind = materialized ? DUNLIN_KIND_MATERIALIZED_VIEW : DUNLIN_KIND_VIEW;
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object view;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &view))
        return false;
    if (dn_ddl_accept(parser, "RENAME TO"))
        return rename_object(parser, dn_ddl_begin(parser, DUNLIN_VERB_RENAME, kind, &view),
                             condition);
    if (dn_ddl_accept(parser, "SET SCHEMA"))
        return dn_ddl_set_schema(parser, kind, &view, condition);
    return dn_ddl_native(parser, "of the changes to a view only RENAME and SET SCHEMA are "
                                 "portable; drop it and make it again");
}

bool
dn_ddl_alter_sequence(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object sequence;
    dn_ddl_draft *draft;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &sequence))
        return false;
    if (dn_ddl_accept(parser, "RENAME TO"))
        return rename_object(
            parser, dn_ddl_begin(parser, DUNLIN_VERB_RENAME, DUNLIN_KIND_SEQUENCE, &sequence),
            condition);
    if (dn_ddl_accept(parser, "SET SCHEMA"))
        return dn_ddl_set_schema(parser, DUNLIN_KIND_SEQUENCE, &sequence, condition);
    if (dn_ddl_is(parser, "OWNER") || dn_ddl_is(parser, "SET"))
        return dn_ddl_native(parser, "this change of a sequence is not portable");
    draft = dn_ddl_begin(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_SEQUENCE, &sequence);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    return dn_ddl_sequence_options(parser, draft) && dn_ddl_done(parser, draft);
}

bool
dn_ddl_alter_schema(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_name(parser, &name))
        return false;
    if (!dn_ddl_accept(parser, "RENAME TO"))
        return dn_ddl_native(parser, "of the changes to a schema only RENAME is portable");
    return rename_object(parser,
                         dn_ddl_draft_new(parser, DUNLIN_VERB_RENAME, DUNLIN_KIND_SCHEMA, name,
                                          dn_string(""), dn_string(""), 1),
                         condition);
}
