/* SPDX-License-Identifier: MIT
 *
 * Files of effects (docs/replay.md):
 *
 *   {"dunlin":{"chain":"..","data":1,"digest":"..","format":1,"statements":3},
 *   "effects":{
 *   "column/users/email":[null,{"type":"TEXT"}],
 *   ...
 *   }}
 *
 * The digest is that of all other bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/fact/canonical.h"
#include "core/state/replay_internal.h"

char *
dn_effects_path(const char *folder, const char *tag, dn_arena *arena)
{
    return dn_arena_printf(arena, "%s/%s" DN_EFFECTS_SUFFIX, folder, tag);
}

/* --- writing ---------------------------------------------------------------------------------- */
static int
add_value(dn_text *text, const dunlin_fact *fact, dn_error *error)
{
    if (fact)
        return dn_fact_write_value(text, fact->kind, fact->properties, fact->property_count, error);
    dn_text_add_string(text, "null");
    return 0;
}

static int
add_effect(dn_text *text, const dn_difference *effect, dn_error *error)
{
    const dunlin_fact *fact = dn_difference_key(effect);
    dn_auto(dn_text) key = DN_TEXT_INIT;

    dn_fact_write_key(&key, fact->kind, fact->path, fact->path_count);
    if (key.failed)
        return dn_no_memory(error);
    dn_json_add_string(text, key.data, key.length);
    dn_text_add_string(text, ":[");
    if (add_value(text, effect->before, error) < 0)
        return -1;
    dn_text_add_char(text, ',');
    if (add_value(text, effect->after, error) < 0)
        return -1;
    dn_text_add_char(text, ']');
    return 0;
}

static int
write_text(dn_text *text, const dn_effects_file *file, const char *seal, dn_error *error)
{
    const dn_migration_effects *effects = &file->effects;
    char chain[DN_DIGEST_HEX];

    dn_digest_hex(&file->chain, chain);
    dn_text_printf(text, "{\"dunlin\":{\"chain\":\"%s\",\"data\":%u,\"digest\":\"%s\",", chain,
                   effects->data, seal);
    dn_text_printf(text, "\"format\":" DN_EFFECTS_FORMAT ",\"statements\":%u},\n\"effects\":{\n",
                   effects->statements);
    for (size_t i = 0; i < effects->effects.count; i++) {
        if (add_effect(text, &effects->effects.items[i], error) < 0)
            return -1;
        dn_text_add_string(text, i + 1 < effects->effects.count ? ",\n" : "\n");
    }
    dn_text_add_string(text, "}}\n");
    return text->failed ? dn_no_memory(error) : 0;
}

/* The digest of the file without its own digest. */
static int
seal_of(const dn_effects_file *file, char seal[DN_DIGEST_HEX], dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_digest digest;

    if (write_text(&text, file, "", error) < 0)
        return -1;
    digest = dn_hash_of(text.data, text.length);
    dn_digest_hex(&digest, seal);
    return 0;
}

static int
write_file(const char *folder, const dn_effects_file *file, bool *changed, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char *path = dn_effects_path(folder, file->tag, &arena);
    char seal[DN_DIGEST_HEX];

    if (!path)
        return dn_no_memory(error);
    if (seal_of(file, seal, error) < 0 || write_text(&text, file, seal, error) < 0)
        return -1;
    return dn_file_keep(path, &text, changed, error);
}

bool
dn_effects_write(const char *folder, const dn_effects_file *file, const dn_log *log)
{
    dn_error error;
    bool changed;

    dn_error_clear(&error);
    if (write_file(folder, file, &changed, &error) == 0)
        return changed;
    dn_log_debug(log, "the effects of '%s' are not kept: %s", file->tag, error.message);
    return false;
}

/* --- reading ------------------------------------------------------------------------------------ */
static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool
read_count(const cJSON *head, const char *name, unsigned *count)
{
    int64_t number;

    if (!dn_json_integer(member(head, name), &number) || number < 0 || number > INT32_MAX)
        return false;
    *count = (unsigned)number;
    return true;
}

static unsigned
this_format(void)
{
    return (unsigned)strtoul(DN_EFFECTS_FORMAT, NULL, 10);
}

/* 0, 1: it does not count, -1. */
static int
read_head(const cJSON *head, dn_effects_file *file)
{
    const cJSON *chain = member(head, "chain");
    unsigned format;
    dn_digest digest;

    if (!cJSON_IsObject(head) || !read_count(head, "format", &format) || format != this_format() ||
        !cJSON_IsString(chain) ||
        !dn_digest_parse(chain->valuestring, strlen(chain->valuestring), &digest) ||
        !dn_digest_equal(&digest, &file->chain) ||
        !read_count(head, "statements", &file->effects.statements) ||
        !read_count(head, "data", &file->effects.data))
        return 1;
    return 0;
}

static int
read_side(const char *key, const cJSON *value, dn_arena *arena, const dunlin_fact **side)
{
    dn_fact_flaw flaw;
    dunlin_fact *fact;

    *side = NULL;
    if (cJSON_IsNull(value))
        return 0;
    fact = dn_arena_alloc(arena, sizeof *fact);
    *side = fact;
    return fact ? dn_fact_read(key, value, arena, fact, &flaw) : -1;
}

static int
read_effects(const cJSON *list, dn_effects_file *file, dn_arena *arena)
{
    dn_differences *effects = &file->effects.effects;

    if (!cJSON_IsObject(list))
        return 1;
    for (const cJSON *node = list->child; node; node = node->next) {
        dn_difference effect;
        int answer;

        if (!cJSON_IsArray(node) || cJSON_GetArraySize(node) != 2)
            return 1;
        answer = read_side(node->string, node->child, arena, &effect.before);
        if (answer == 0)
            answer = read_side(node->string, node->child->next, arena, &effect.after);
        if (answer || (!effect.before && !effect.after))
            return answer ? answer : 1;
        effects->items = dn_arena_grow(arena, effects->items, &effects->capacity,
                                       effects->count + 1, sizeof *effects->items);
        if (!effects->items)
            return -1;
        effects->items[effects->count++] = effect;
    }
    return 0;
}

/* Written again, it has to be the same bytes. */
static int
check_seal(const cJSON *head, const dn_text *text, const dn_effects_file *file, dn_error *error)
{
    dn_auto(dn_text) again = DN_TEXT_INIT;
    const cJSON *digest = member(head, "digest");
    char seal[DN_DIGEST_HEX];

    if (seal_of(file, seal, error) < 0 || write_text(&again, file, seal, error) < 0)
        return -1;
    return cJSON_IsString(digest) && strcmp(digest->valuestring, seal) == 0 &&
                   again.length == text->length && memcmp(again.data, text->data, text->length) == 0
               ? 0
               : 1;
}

/* Any JSON. */
static int
read_tree(const char *path, const dn_text *text, dn_effects_file *file, dn_arena *arena,
          const dn_log *log, dn_error *error)
{
    dn_json json;
    dn_error ignored;
    int answer;

    dn_error_clear(&ignored);
    file->effects = (dn_migration_effects){.known = true};
    if (dn_json_parse(&json, path, text->data ? text->data : "", text->length, false,
                      "snapshot.syntax", &ignored) < 0)
        return 1;
    answer = read_head(member(json.root, "dunlin"), file);
    if (answer == 0)
        answer = read_effects(member(json.root, "effects"), file, arena);
    if (answer == 0) {
        answer = check_seal(member(json.root, "dunlin"), text, file, error);
        if (answer == 1)
            dn_log_warning(log, "'%s' was edited by hand or merged, and counts for nothing", path);
    }
    dn_json_free(&json);
    return answer;
}

void
dn_effects_room_free(dn_effects_room *room)
{
    dn_text_free(&room->name);
    dn_text_free(&room->text);
    dn_arena_free(&room->arena);
}

int
dn_effects_read(const char *folder, dn_effects_file *file, dn_effects_room *room, dn_arena *arena,
                const dn_log *log, dn_error *error)
{
    char *path = dn_effects_path(folder, file->tag, arena);
    dn_error ignored;
    int answer;

    if (!path)
        return dn_no_memory(error);
    dn_error_clear(&ignored);
    dn_text_clear(&room->text);
    if (dn_file_read(path, &room->text, &ignored) < 0)
        return 1;
    file->effects = (dn_migration_effects){.known = true};
    answer = dn_effects_read_lines(file, room, arena);
    if (answer == 1)
        answer = read_tree(path, &room->text, file, arena, log, error);
    return answer < 0 ? dn_no_memory(error) : answer;
}

/* One of another chain is fine if it is sealed, one of another format whatever it says. */
static int
judge_unfit(const char *path, const dn_text *text, dn_effects_file *file, dn_arena *arena,
            dn_kept *kept, const char **why, dn_error *error)
{
    static const dn_log quiet = {.line = NULL};
    dn_json json;
    dn_error flaw;
    const cJSON *head;
    const cJSON *chain;
    unsigned format;
    int answer = 1;

    dn_error_clear(&flaw);
    *kept = DN_KEPT_BROKEN;
    if (dn_json_parse(&json, path, text->data ? text->data : "", text->length, false,
                      "snapshot.syntax", &flaw) < 0) {
        *why = dn_arena_text(arena, flaw.message);
        return *why ? 0 : dn_no_memory(error);
    }
    head = member(json.root, "dunlin");
    chain = member(head, "chain");
    if (read_count(head, "format", &format) && format != this_format())
        *kept = DN_KEPT_STALE;
    else if (cJSON_IsString(chain) &&
             dn_digest_parse(chain->valuestring, strlen(chain->valuestring), &file->chain))
        answer = read_tree(path, text, file, arena, &quiet, error);
    if (answer == 0)
        *kept = DN_KEPT_STALE;
    *why = "it is not as dunlin wrote it: it was edited by hand, merged or cut";
    dn_json_free(&json);
    return answer < 0 ? -1 : 0;
}

int
dn_effects_compare(const char *folder, const dn_effects_file *made, dn_arena *arena, dn_kept *kept,
                   const char **why, dn_error *error)
{
    static const dn_log quiet = {.line = NULL};
    dn_effects_file found = *made;
    dn_effects_room room = {.text = DN_TEXT_INIT, .arena = DN_ARENA_INIT};
    char seals[2][DN_DIGEST_HEX];
    char *path = dn_effects_path(folder, made->tag, arena);
    int answer;

    *kept = DN_KEPT_NONE;
    if (!path)
        return dn_no_memory(error);
    if (!dn_file_exists(path))
        return 0;
    answer = dn_effects_read(folder, &found, &room, arena, &quiet, error);
    if (answer > 0)
        answer = judge_unfit(path, &room.text, &found, arena, kept, why, error);
    else if (answer == 0)
        answer =
            seal_of(made, seals[0], error) < 0 || seal_of(&found, seals[1], error) < 0 ? -1 : 0;
    dn_effects_room_free(&room);
    if (answer == 0 && *kept == DN_KEPT_NONE)
        *kept = strcmp(seals[0], seals[1]) == 0 ? DN_KEPT_SAME : DN_KEPT_DIFFERENT;
    return answer;
}
