/* SPDX-License-Identifier: MIT
 *
 * Bringing snapshots of drizzle-kit together. They are trees of named members (tables, their columns
 * ...), so that two branches that change different things change different members.
 */
#include <string.h>

#include "core/journal/parts.h"
#include "core/journal/rebase.h"

typedef struct joining {
    dn_text *where;
    bool conflict;
    bool no_memory;
} joining;

static bool
same(const cJSON *a, const cJSON *b)
{
    return a == b || (a && b && cJSON_Compare(a, b, true));
}

static void
tell_where(joining *work, const char *path)
{
    if (!work->conflict)
        dn_text_add_string(work->where, path);
    work->conflict = true;
}

static cJSON *join(joining *work, const cJSON *base, const cJSON *own, const cJSON *onto,
                   const char *path);

static void
add_member(joining *work, cJSON *made, const char *name, const cJSON *const sides[3],
           const char *path)
{
    dn_auto(dn_text) deeper = DN_TEXT_INIT;
    const cJSON *members[3];
    cJSON *value;

    for (int i = 0; i < 3; i++)
        members[i] = cJSON_GetObjectItemCaseSensitive(sides[i], name);
    dn_text_printf(&deeper, "%s%s%s", path, *path ? "." : "", name);
    if (deeper.failed) {
        work->no_memory = true;
        return;
    }
    value = join(work, members[0], members[1], members[2], deeper.data);
    if (value && !cJSON_AddItemToObject(made, name, value)) {
        cJSON_Delete(value);
        work->no_memory = true;
    }
}

/* The value that three-way merging gives, or NULL: there is none any more. */
static cJSON *
join(joining *work, const cJSON *base, const cJSON *own, const cJSON *onto, const char *path)
{
    const cJSON *const sides[3] = {base, own, onto};
    const cJSON *taken = same(base, own) ? onto : own;
    cJSON *made;

    if (same(base, own) || same(base, onto) || same(own, onto)) {
        made = taken ? cJSON_Duplicate(taken, true) : NULL;
        work->no_memory = work->no_memory || (taken && !made);
        return made;
    }
    if (!cJSON_IsObject(base) || !cJSON_IsObject(own) || !cJSON_IsObject(onto)) {
        tell_where(work, path);
        return NULL;
    }
    made = cJSON_CreateObject();
    if (!made) {
        work->no_memory = true;
        return NULL;
    }
    for (const cJSON *at = onto->child; at; at = at->next)
        add_member(work, made, at->string, sides, path);
    for (const cJSON *at = own->child; at; at = at->next)
        if (!cJSON_GetObjectItemCaseSensitive(onto, at->string))
            add_member(work, made, at->string, sides, path);
    return made;
}

static const char *
text_of(const cJSON *root, const char *name)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(root, name);

    return cJSON_IsString(node) ? node->valuestring : "";
}

/* As drizzle-kit writes it: the members in the order of `own`. */
static cJSON *
join_all(joining *work, const cJSON *base, const cJSON *own, const cJSON *onto)
{
    const cJSON *const sides[3] = {base, own, onto};
    cJSON *made = cJSON_CreateObject();

    if (!made)
        work->no_memory = true;
    for (const cJSON *at = own->child; made && at; at = at->next) {
        bool identity = strcmp(at->string, "id") == 0;

        if (identity || strcmp(at->string, "prevId") == 0)
            work->no_memory |=
                !cJSON_AddStringToObject(made, at->string, text_of(identity ? own : onto, "id"));
        else
            add_member(work, made, at->string, sides, "");
    }
    for (const cJSON *at = onto->child; made && at; at = at->next)
        if (!cJSON_GetObjectItemCaseSensitive(own, at->string))
            add_member(work, made, at->string, sides, "");
    return made;
}

int
dn_rebase_snapshot(const dn_json *base, const dn_json *own, const dn_json *onto, dn_text *text,
                   dn_text *where, dn_error *error)
{
    joining work = {.where = where};
    dn_json made = {0};

    if (!cJSON_IsObject(base->root) || !cJSON_IsObject(own->root) || !cJSON_IsObject(onto->root)) {
        dn_text_add_string(where, "what is no snapshot");
        return 1;
    }
    made.root = join_all(&work, base->root, own->root, onto->root);
    if (!work.conflict && !work.no_memory)
        dn_journal_add_json(text, made.root);
    cJSON_Delete(made.root);
    if (work.no_memory || text->failed || where->failed)
        return dn_no_memory(error);
    return work.conflict;
}
