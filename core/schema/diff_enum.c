/* SPDX-License-Identifier: MIT
 *
 * Values of enums.
 */
#include "core/schema/diff_internal.h"

static const dunlin_property *
values_of(const dunlin_fact *type)
{
    return dn_property_find(type->properties, type->property_count, "values");
}

static bool
has_value(const dunlin_fact *type, dunlin_string value)
{
    return dn_property_lists(type->properties, type->property_count, "values", value);
}

bool
dn_diff_values_grow(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *old = values_of(before);
    const dunlin_property *new = values_of(after);

    if (!old || !new)
        return true;
    old++;
    for (new ++; new->type != DUNLIN_PROPERTY_END; new ++)
        if (old->type != DUNLIN_PROPERTY_END && dn_string_same(old->text, new->text))
            old++;
    return old->type == DUNLIN_PROPERTY_END;
}

bool
dn_diff_values_look_renamed(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *old = values_of(before);
    const dunlin_property *new = values_of(after);

    if (!old || !new || dn_property_list_length(old) != dn_property_list_length(new))
        return false;
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (!dn_string_same(old->text, new->text) &&
            (has_value(after, old->text) || has_value(before, new->text)))
            return false;
    return true;
}

bool
dn_diff_loses_value(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *value = values_of(before);

    for (value = value ? value + 1 : NULL; value && value->type != DUNLIN_PROPERTY_END; value++)
        if (!has_value(after, value->text))
            return true;
    return false;
}
