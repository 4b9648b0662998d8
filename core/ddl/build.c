/* SPDX-License-Identifier: MIT
 *
 * Operations while they are built: drafts, kept in two lists until the statement is read.
 */
#include "core/ddl/parts.h"

#include <string.h>

static void
append(dn_ddl_drafts *list, dn_ddl_draft *draft)
{
    if (!list->last)
        list->last = &list->first;
    *list->last = draft;
    list->last = &draft->following;
    list->count++;
}

dn_ddl_draft *
dn_ddl_draft_new(dn_ddl_parser *parser, int32_t verb, const char *kind, dunlin_string first,
                 dunlin_string second, dunlin_string third, size_t names)
{
    dn_ddl_draft *draft = dn_arena_alloc(parser->arena, sizeof *draft);
    dunlin_string *path = dn_arena_array(parser->arena, 3, sizeof *path);

    if (!draft || !path) {
        dn_ddl_no_memory(parser);
        return NULL;
    }
    memset(draft, 0, sizeof *draft);
    path[0] = first;
    path[1] = second;
    path[2] = third;
    draft->operation.size = sizeof draft->operation;
    draft->operation.verb = verb;
    draft->operation.kind = dn_string(kind);
    draft->operation.path = path;
    draft->operation.path_count = names;
    draft->operation.flags = parser->table_flags;
    draft->operation.span_begin = parser->tokens[parser->begin].offset;
    return draft;
}

dn_ddl_draft *
dn_ddl_begin(dn_ddl_parser *parser, int32_t verb, const char *kind, const dn_ddl_object *object)
{
    return dn_ddl_draft_new(parser, verb, kind, object->space, object->name, dn_string(""), 2);
}

dn_ddl_draft *
dn_ddl_begin_part(dn_ddl_parser *parser, int32_t verb, const char *kind, const dn_ddl_object *table,
                  dunlin_string part)
{
    return dn_ddl_draft_new(parser, verb, kind, table->space, table->name, part, 3);
}

/* The path with another last name. */
bool
dn_ddl_new_path(dn_ddl_parser *parser, dn_ddl_draft *draft, dunlin_string last)
{
    size_t count = draft->operation.path_count;
    dunlin_string *path = dn_arena_array(parser->arena, count, sizeof *path);

    if (!path)
        return dn_ddl_no_memory(parser);
    memcpy(path, draft->operation.path, count * sizeof *path);
    path[count - 1] = last;
    draft->operation.new_path = path;
    draft->operation.new_path_count = count;
    return true;
}

/* --- members --- */
bool
dn_ddl_set(dn_ddl_parser *parser, dn_ddl_draft *draft, int32_t type, const char *name,
           dunlin_string text, int64_t integer)
{
    dunlin_operation *operation = &draft->operation;
    dunlin_property *property;

    if (draft->depth == 0 && type != DUNLIN_PROPERTY_END && dn_ddl_member(draft, name))
        return dn_ddl_wrong(parser, "this is the second time that '%s' is given", name);
    draft->properties = dn_arena_grow(parser->arena, draft->properties, &draft->property_capacity,
                                      operation->set_count + 1, sizeof *draft->properties);
    if (!draft->properties)
        return dn_ddl_no_memory(parser);
    operation->set = draft->properties;
    property = &draft->properties[operation->set_count++];
    property->name = dn_string(name);
    property->type = type;
    property->index = 0;
    property->text = text;
    property->integer = integer;
    if (type != DUNLIN_PROPERTY_END && draft->depth > 0 && !*name)
        property->index = draft->next[draft->depth]++;
    return true;
}

bool
dn_ddl_set_text(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name, dunlin_string text)
{
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_TEXT, name, text, 0);
}

bool
dn_ddl_set_name(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name, dunlin_string text)
{
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_IDENTIFIER, name, text, 0);
}

bool
dn_ddl_set_expression(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name,
                      dunlin_string text)
{
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_EXPRESSION, name, text, 0);
}

bool
dn_ddl_set_integer(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name, int64_t value)
{
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_INTEGER, name, dn_string(NULL), value);
}

bool
dn_ddl_set_true(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_BOOLEAN, name, dn_string(NULL), 1);
}

static bool
open_group(dn_ddl_parser *parser, dn_ddl_draft *draft, int32_t type, const char *name)
{
    if (!dn_ddl_set(parser, draft, type, name, dn_string(NULL), 0))
        return false;
    if (draft->depth + 1 < sizeof draft->next / sizeof draft->next[0])
        draft->depth++;
    draft->next[draft->depth] = 0;
    return true;
}

bool
dn_ddl_open_list(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return open_group(parser, draft, DUNLIN_PROPERTY_LIST_BEGIN, name);
}

bool
dn_ddl_open_struct(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return open_group(parser, draft, DUNLIN_PROPERTY_STRUCT_BEGIN, name);
}

bool
dn_ddl_close(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    draft->depth--;
    return dn_ddl_set(parser, draft, DUNLIN_PROPERTY_END, "", dn_string(NULL), 0);
}

bool
dn_ddl_unset(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    dunlin_operation *operation = &draft->operation;

    draft->unset = dn_arena_grow(parser->arena, draft->unset, &draft->unset_capacity,
                                 operation->unset_count + 1, sizeof *draft->unset);
    if (!draft->unset)
        return dn_ddl_no_memory(parser);
    draft->unset[operation->unset_count++] = dn_string(name);
    operation->unset = draft->unset;
    return true;
}

bool
dn_ddl_unset_if_altering(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return draft->operation.verb != DUNLIN_VERB_ALTER || dn_ddl_unset(parser, draft, name);
}

const dunlin_property *
dn_ddl_member(const dn_ddl_draft *draft, const char *name)
{
    unsigned depth = 0;

    for (uint64_t i = 0; i < draft->operation.set_count; i++) {
        const dunlin_property *property = &draft->properties[i];

        if (property->type == DUNLIN_PROPERTY_END)
            depth--;
        else if (depth == 0 && dn_string_equal(property->name, name))
            return property;
        if (property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
            property->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
    }
    return NULL;
}

/* --- the lists --- */
static bool
complete(dn_ddl_parser *parser, dn_ddl_drafts *list, dn_ddl_draft *draft)
{
    if (parser->at > parser->begin) {
        const dn_ddl_token *last = &parser->tokens[parser->at - 1];

        draft->operation.span_end = last->offset + last->text.length;
    } else {
        draft->operation.span_end = draft->operation.span_begin;
    }
    append(list, draft);
    return true;
}

bool
dn_ddl_done(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return complete(parser, &parser->drafts, draft);
}

bool
dn_ddl_done_constraint(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return complete(parser, &parser->constraints, draft);
}

void
dn_ddl_flush_constraints(dn_ddl_parser *parser)
{
    dn_ddl_draft *next;

    for (dn_ddl_draft *draft = parser->constraints.first; draft; draft = next) {
        next = draft->following;
        draft->following = NULL;
        append(&parser->drafts, draft);
    }
    parser->constraints = (dn_ddl_drafts){NULL, NULL, 0};
}

bool
dn_ddl_finish(dn_ddl_parser *parser, dn_ddl_statement *statement)
{
    size_t count = parser->drafts.count;
    const dunlin_operation **operations =
        dn_arena_array(parser->arena, count, sizeof(dunlin_operation *));
    dn_ddl_mark *marks = dn_arena_array(parser->arena, count, sizeof *marks);
    size_t at = 0;

    if (!operations || !marks)
        return dn_ddl_no_memory(parser);
    for (dn_ddl_draft *draft = parser->drafts.first; draft; draft = draft->following) {
        operations[at] = &draft->operation;
        marks[at++] = draft->mark;
    }
    statement->operations = operations;
    statement->marks = marks;
    statement->count = count;
    return true;
}
