/* SPDX-License-Identifier: MIT */
#include "core/engine/difference.h"

void
dn_difference_tell_path(dunlin_result *result, dunlin_node *node, const char *name,
                        const dunlin_fact *fact)
{
    dunlin_node *list = dn_node_array(result, node, name);

    for (uint64_t i = 0; i < fact->path_count; i++)
        dn_node_set_string(result, list, NULL, fact->path[i]);
}

/* One member as text; null where it is absent. */
static int
set_value(dunlin_result *result, dunlin_node *node, const char *name, const dunlin_fact *fact,
          const dunlin_property *member)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_properties list = {.arena = &arena};

    if (!member) {
        dn_node_set_null(result, node, name);
        return 0;
    }
    dn_properties_add_span(&list, member,
                           dn_property_span(fact->properties, fact->property_count,
                                            (uint64_t)(member - fact->properties)));
    if (list.failed)
        return -1;
    list.items[0].name = dn_string("");
    if (member->type == DUNLIN_PROPERTY_BOOLEAN)
        dn_text_add_string(&text, member->integer ? "true" : "false");
    else
        dn_property_describe(&text, list.items, list.count);
    dn_node_set_string(result, node, name, dn_span(text.data ? text.data : "", text.length));
    return text.failed ? -1 : 0;
}

typedef struct telling {
    const dn_compare_options *how;
    dunlin_result *result;
    dunlin_node *list;
    const dunlin_fact *before;
    const dunlin_fact *after;
} telling;

static int
tell_member(const dunlin_property *before, const dunlin_property *after, void *context)
{
    telling *tell = context;
    dunlin_node *node = dn_node_object(tell->result, tell->list, NULL);

    dn_node_set_string(tell->result, node, "name", after ? after->name : before->name);
    return set_value(tell->result, node, "before", tell->before, before) < 0 ||
                   set_value(tell->result, node, "after", tell->after, after) < 0
               ? -1
               : 0;
}

static int
tell_members(telling *tell)
{
    static const dunlin_fact nothing = {.size = sizeof nothing};
    const dunlin_fact *before = tell->before ? tell->before : &nothing;
    const dunlin_fact *after = tell->after ? tell->after : &nothing;

    tell->before = before;
    tell->after = after;
    return dn_schema_each_member(before, after, tell->how, tell_member, tell);
}

int
dn_difference_tell(dunlin_result *result, dunlin_node *node, const dunlin_fact *before,
                   const dunlin_fact *after, const dn_compare_options *how, dn_error *error)
{
    const dunlin_fact *key = after ? after : before;
    telling tell = {.how = how, .result = result, .before = before, .after = after};

    dn_node_set_string(result, node, "kind", key->kind);
    dn_difference_tell_path(result, node, "path", key);
    tell.list = dn_node_array(result, node, "members");
    return tell_members(&tell) < 0 ? dn_no_memory(error) : 0;
}
