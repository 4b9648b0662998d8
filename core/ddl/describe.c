/* SPDX-License-Identifier: MIT
 *
 * Operations in few words.
 */
#include "core/ddl/ddl.h"

static const char *const verbs[] = {"", "create", "alter", "drop", "rename", "data", "native"};

static const struct {
    const char *kind;
    const char *words;
} kinds[] = {
    {DUNLIN_KIND_PRIMARY_KEY, "primary key"},
    {DUNLIN_KIND_FOREIGN_KEY, "foreign key"},
    {DUNLIN_KIND_MATERIALIZED_VIEW, "materialized view"},
};

static void
add_path(dn_text *text, const dunlin_string *path, uint64_t count)
{
    bool any = false;

    for (uint64_t i = 0; i < count; i++) {
        if (!path[i].length)
            continue;
        if (any)
            dn_text_add_char(text, '.');
        dn_text_add_visible(text, path[i].data, path[i].length, 200);
        any = true;
    }
}

static void
add_members(const dunlin_operation *operation, dn_text *text)
{
    const char *lead = ": ";
    unsigned depth = 0;

    for (uint64_t i = 0; i < operation->set_count; i++) {
        const dunlin_property *property = &operation->set[i];

        if (property->type == DUNLIN_PROPERTY_END)
            depth--;
        else if (depth == 0) {
            dn_text_add_string(text, lead);
            dn_text_add(text, property->name.data, property->name.length);
            lead = ", ";
        }
        if (property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
            property->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
    }
    for (uint64_t i = 0; i < operation->unset_count; i++) {
        dn_text_add_string(text, lead);
        dn_text_add_string(text, "no ");
        dn_text_add(text, operation->unset[i].data, operation->unset[i].length);
        lead = ", ";
    }
}

static void
add_first_words(dn_text *text, dunlin_string body)
{
    uint64_t length = 0;
    unsigned words = 0;

    while (length < body.length && length < 60) {
        if (body.data[length] == '\n' || (body.data[length] == ' ' && ++words == 3))
            break;
        length++;
    }
    dn_text_add_visible(text, body.data, length, 60);
}

void
dn_ddl_describe(const dunlin_operation *operation, dn_text *text)
{
    dunlin_string kind = operation->kind;

    if (operation->verb == DUNLIN_VERB_DATA || operation->verb == DUNLIN_VERB_NATIVE) {
        add_first_words(text, operation->body);
        return;
    }
    dn_text_add_string(text, verbs[operation->verb]);
    dn_text_add_char(text, ' ');
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_string_equal(kind, kinds[i].kind))
            kind = dn_string(kinds[i].words);
    dn_text_add(text, kind.data, kind.length);
    dn_text_add_char(text, ' ');
    add_path(text, operation->path, operation->path_count);
    if (operation->verb == DUNLIN_VERB_RENAME) {
        dn_text_add_string(text, " to ");
        add_path(text, operation->new_path, operation->new_path_count);
    }
    if (operation->verb == DUNLIN_VERB_ALTER)
        add_members(operation, text);
    if (operation->condition == DUNLIN_CONDITION_IF_EXISTS)
        dn_text_add_string(text, " if it exists");
    if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_text_add_string(text, " if it does not exist");
}
