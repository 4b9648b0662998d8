/* SPDX-License-Identifier: MIT
 *
 * Operations as lines of text, for tests:
 *     create column t.c 'type' type='integer' not_null default={5}
 * An identifier stands as it is, text in quotes, an expression in braces, a list in brackets, a
 * struct in parentheses. A namespace is followed by a colon.
 */
#ifndef TESTS_UNIT_DDL_DUMP_H
#define TESTS_UNIT_DDL_DUMP_H

#include <stdlib.h>
#include <string.h>

#include "core/ddl/ddl.h"

static inline void
dump_string(dn_text *out, const char *open, dunlin_string text, const char *close)
{
    dn_text_add_string(out, open);
    dn_text_add_visible(out, text.data, text.length, 4000);
    dn_text_add_string(out, close);
}

static inline void
dump_path(dn_text *out, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    bool space =
        !dn_string_equal(kind, DUNLIN_KIND_SCHEMA) && !dn_string_equal(kind, DUNLIN_KIND_EXTENSION);

    for (uint64_t i = 0; i < count; i++) {
        if (i == 0 && space) {
            if (path[0].length)
                dump_string(out, "", path[0], ":");
            continue;
        }
        dump_string(out, i > (space ? 1u : 0u) ? "." : "", path[i], "");
    }
}

static inline void
dump_properties(dn_text *out, const dunlin_property *list, uint64_t count)
{
    char open[8];
    unsigned depth = 0;
    bool first = false;

    for (uint64_t i = 0; i < count; i++) {
        const dunlin_property *p = &list[i];

        if (p->type == DUNLIN_PROPERTY_END) {
            dn_text_add_char(out, open[--depth & 7]);
            first = false;
            continue;
        }
        if (!first)
            dn_text_add_char(out, ' ');
        first = false;
        if (p->name.length) {
            dn_text_add(out, p->name.data, p->name.length);
            if (p->type != DUNLIN_PROPERTY_BOOLEAN)
                dn_text_add_char(out, '=');
        }
        switch (p->type) {
        case DUNLIN_PROPERTY_TEXT: dump_string(out, "'", p->text, "'"); break;
        case DUNLIN_PROPERTY_IDENTIFIER: dump_string(out, "", p->text, ""); break;
        case DUNLIN_PROPERTY_EXPRESSION: dump_string(out, "{", p->text, "}"); break;
        case DUNLIN_PROPERTY_INTEGER: dn_text_printf(out, "%lld", (long long)p->integer); break;
        case DUNLIN_PROPERTY_LIST_BEGIN:
            dn_text_add_char(out, '[');
            open[depth++ & 7] = ']';
            first = true;
            break;
        case DUNLIN_PROPERTY_STRUCT_BEGIN:
            dn_text_add_char(out, '(');
            open[depth++ & 7] = ')';
            first = true;
            break;
        default: break;
        }
    }
}

static inline void
dump_operation(dn_text *out, const dunlin_operation *o)
{
    static const char *const verbs[] = {"?", "create", "alter", "drop", "rename", "data", "native"};
    static const char *const flags[] = {"cascade", "restrict", "concurrently", "or-replace",
                                        "parent-if-exists"};

    dn_text_add_string(out, verbs[o->verb]);
    if (o->kind.length)
        dump_string(out, " ", o->kind, "");
    dn_text_add_char(out, ' ');
    dump_path(out, o->kind, o->path, o->path_count);
    if (o->new_path_count) {
        dn_text_add_string(out, " -> ");
        dump_path(out, o->kind, o->new_path, o->new_path_count);
    }
    if (o->condition == DUNLIN_CONDITION_IF_EXISTS)
        dn_text_add_string(out, " if-exists");
    if (o->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_text_add_string(out, " if-not-exists");
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (o->flags & 1u << i)
            dn_text_printf(out, " %s", flags[i]);
    dump_properties(out, o->set, o->set_count);
    for (uint64_t i = 0; i < o->unset_count; i++)
        dump_string(out, " -", o->unset[i], "");
    if (o->using_expression.length)
        dump_string(out, " using={", o->using_expression, "}");
    if (o->body.length)
        dump_string(out, " body={", o->body, "}");
}

static inline int
dump_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An operation with its members in the order of their names: what is compared when the order does
 * not matter. */
static inline void
dump_sorted(dn_text *out, const dunlin_operation *o)
{
    dunlin_operation bare = *o;
    char *members[64];
    size_t count = 0;

    bare.set_count = 0;
    bare.unset_count = 0;
    dump_operation(out, &bare);
    for (uint64_t at = 0; at < o->set_count && count < 64;) {
        dn_text one = DN_TEXT_INIT;
        uint64_t end = at;
        unsigned depth = 0;

        do {
            if (o->set[end].type == DUNLIN_PROPERTY_LIST_BEGIN ||
                o->set[end].type == DUNLIN_PROPERTY_STRUCT_BEGIN)
                depth++;
            else if (o->set[end].type == DUNLIN_PROPERTY_END)
                depth--;
            end++;
        } while (depth > 0);
        dump_properties(&one, o->set + at, end - at);
        members[count++] = one.data;
        at = end;
    }
    for (uint64_t i = 0; i < o->unset_count && count < 64; i++) {
        dn_text one = DN_TEXT_INIT;

        dump_string(&one, " -", o->unset[i], "");
        members[count++] = one.data;
    }
    qsort(members, count, sizeof members[0], dump_compare);
    for (size_t i = 0; i < count; i++) {
        dn_text_add_string(out, members[i]);
        free(members[i]);
    }
    dn_text_add_char(out, '\n');
}

/* All of a statement, a line for each operation. */
static inline void
dump_statement(dn_text *out, const dn_ddl_statement *statement)
{
    if (statement->kind == DN_DDL_SYNTAX)
        dn_text_printf(out, "syntax at %llu: %s\n", (unsigned long long)statement->offset,
                       statement->reason);
    if (statement->kind == DN_DDL_NATIVE)
        dn_text_printf(out, "native at %llu: %s\n", (unsigned long long)statement->offset,
                       statement->reason);
    if (statement->kind != DN_DDL_OPERATIONS)
        return;
    for (size_t i = 0; i < statement->count; i++) {
        dump_operation(out, statement->operations[i]);
        if (statement->marks[i].native)
            dn_text_printf(out, " !native at %llu: %s",
                           (unsigned long long)statement->marks[i].offset,
                           statement->marks[i].native);
        dn_text_add_char(out, '\n');
    }
}

#endif
