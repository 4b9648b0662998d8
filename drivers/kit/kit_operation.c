/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit_operation.h"

#include "drivers/kit/kit.h"

uint64_t
dn_kit_property_next(const dunlin_operation *operation, uint64_t at)
{
    int depth = 0;

    do {
        int32_t type = operation->set[at].type;

        if (type == DUNLIN_PROPERTY_LIST_BEGIN || type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (type == DUNLIN_PROPERTY_END)
            depth--;
        at++;
    } while (depth > 0 && at < operation->set_count);
    return at;
}

const dunlin_property *
dn_kit_property_find(const dunlin_operation *operation, const char *name)
{
    for (uint64_t i = 0; i < operation->set_count; i = dn_kit_property_next(operation, i))
        if (dn_kit_same(operation->set[i].name, name))
            return &operation->set[i];
    return NULL;
}

bool
dn_kit_property_is_true(const dunlin_operation *operation, const char *name)
{
    const dunlin_property *property = dn_kit_property_find(operation, name);

    return property != NULL && property->type == DUNLIN_PROPERTY_BOOLEAN && property->integer != 0;
}

const dunlin_property *
dn_kit_property_unknown(const dunlin_operation *operation, const char *const *known)
{
    for (uint64_t i = 0; i < operation->set_count; i = dn_kit_property_next(operation, i)) {
        const char *const *name = known;

        while (*name != NULL && !dn_kit_same(operation->set[i].name, *name))
            name++;
        if (*name == NULL)
            return &operation->set[i];
    }
    return NULL;
}

bool
dn_kit_operation_creates(const dunlin_operation *operation, const char *kind)
{
    return operation->verb == DUNLIN_VERB_CREATE && dn_kit_same(operation->kind, kind);
}
