/* SPDX-License-Identifier: MIT
 *
 * The trees that snapshots are: what is in them, and putting something in.
 */
#include "core/drizzle/drizzle_internal.h"

const cJSON *
dn_drizzle_member(const cJSON *node, const char *name)
{
    return cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, name) : NULL;
}

const char *
dn_drizzle_text(const cJSON *node, const char *name)
{
    const cJSON *value = dn_drizzle_member(node, name);

    return cJSON_IsString(value) ? value->valuestring : "";
}

bool
dn_drizzle_is_set(const cJSON *node, const char *name)
{
    return cJSON_IsTrue(dn_drizzle_member(node, name));
}

void
dn_drizzle_put(cJSON *list, const char *name, cJSON *node)
{
    if (node && !cJSON_AddItemToObject(list, name, node))
        cJSON_Delete(node);
}
