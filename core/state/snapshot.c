/* SPDX-License-Identifier: MIT
 *
 * Snapshot files.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/state/snapshot_internal.h"

/* --- writing ---------------------------------------------------------------------------------- */

static void
add_text(dn_text *text, const char *name, const char *value)
{
    dn_text_printf(text, "\"%s\":", name);
    dn_json_add_string(text, value, strlen(value));
    dn_text_add_char(text, ',');
}

int
dn_snapshot_write(dn_snapshot *snapshot, dn_text *text, dn_error *error)
{
    char hex[DN_DIGEST_HEX] = "";
    size_t place; /* of the digest, which is known behind the facts */

    memset(hex, '0', sizeof hex - 1);
    dn_text_add_string(text, "{\"dunlin\":{");
    add_text(text, "dialect", snapshot->dialect);
    place = text->length + strlen("\"digest\":\"");
    add_text(text, "digest", hex);
    add_text(text, "flavour", snapshot->flavour);
    dn_text_printf(text, "\"format\":%d,%s\"server\":%lld},\n\"facts\":{\n", DN_SNAPSHOT_FORMAT,
                   snapshot->grants ? "\"grants\":true," : "", (long long)snapshot->server);
    if (dn_fact_map_write(snapshot->facts, text, &snapshot->digest, error) < 0)
        return -1;
    dn_text_add_string(text, "}}\n");
    if (text->failed)
        return dn_no_memory(error);
    dn_digest_hex(&snapshot->digest, hex);
    memcpy(text->data + place, hex, sizeof hex - 1);
    return 0;
}

/* --- reading ------------------------------------------------------------------------------------ */

static int
refuse(dn_snapshot_reading *work, const cJSON *node, const char *words)
{
    return dn_json_fail(&work->json, node, "snapshot.invalid", work->error, "%s", words);
}

static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static int
read_text(dn_snapshot_reading *work, const cJSON *head, const char *name, const char **text)
{
    const cJSON *node = member(head, name);

    if (!cJSON_IsString(node) || !*node->valuestring)
        return dn_json_fail(&work->json, node ? node : head, "snapshot.invalid", work->error,
                            "\"%s\" should be a text that is not empty", name);
    *text = dn_arena_text(work->arena, node->valuestring);
    return *text ? 0 : dn_no_memory(work->error);
}

int
dn_snapshot_read_head(dn_snapshot_reading *work)
{
    const cJSON *head = member(work->json.root, "dunlin");
    const cJSON *format = member(head, "format");
    const cJSON *server = member(head, "server");
    const cJSON *grants = member(head, "grants");
    const char *digest;
    int64_t number;

    if (!cJSON_IsObject(head))
        return refuse(work, work->json.root,
                      "not a snapshot: it should begin with {\"dunlin\":{...");
    if (!dn_json_integer(format, &number))
        return refuse(work, head, "not a snapshot: \"format\" is missing or not a number");
    if (number != DN_SNAPSHOT_FORMAT)
        return dn_json_fail(&work->json, format, "snapshot.format", work->error,
                            "this is format %lld of snapshots, and this dunlin reads format %d",
                            (long long)number, DN_SNAPSHOT_FORMAT);
    if (read_text(work, head, "dialect", &work->snapshot->dialect) < 0 ||
        read_text(work, head, "flavour", &work->snapshot->flavour) < 0 ||
        read_text(work, head, "digest", &digest) < 0)
        return -1;
    if (!dn_digest_parse(digest, strlen(digest), &work->snapshot->digest))
        return refuse(work, member(head, "digest"), "\"digest\" should be 64 hexadecimal digits");
    if (!dn_json_integer(server, &work->snapshot->server))
        return refuse(work, server ? server : head, "\"server\" should be a number");
    if (grants && !cJSON_IsBool(grants))
        return refuse(work, grants, "\"grants\" should be true or false");
    work->snapshot->grants = cJSON_IsTrue(grants);
    return 0;
}

static int
read_fact(dn_snapshot_reading *work, const cJSON *node, dn_fact_map *facts)
{
    dn_fact_flaw flaw;
    dunlin_fact fact;
    int answer = dn_fact_read(node->string, node, work->arena, &fact, &flaw);
    dn_json_place place;

    if (answer < 0)
        return dn_no_memory(work->error);
    if (answer == 0)
        return dn_fact_map_put(facts, &fact, work->error);
    if (flaw.node)
        return refuse(work, flaw.node, flaw.words);
    place = dn_json_name_place(&work->json, node);
    return dn_fail(work->error, DUNLIN_USAGE, "snapshot.invalid", "%s:%u:%u: %s", work->json.name,
                   place.line, place.column, flaw.words);
}

static int
read_facts(dn_snapshot_reading *work)
{
    const cJSON *list = member(work->json.root, "facts");
    dn_fact_map *facts = dn_fact_map_new(work->arena, 0);

    work->facts = facts;
    if (!facts)
        return dn_no_memory(work->error);
    if (!cJSON_IsObject(list))
        return refuse(work, list ? list : work->json.root,
                      "not a snapshot: \"facts\" should be an object");
    for (const cJSON *node = list->child; node; node = node->next)
        if (read_fact(work, node, facts) < 0)
            return -1;
    work->snapshot->facts = facts;
    return 0;
}

/* A snapshot says what a database held: what somebody wrote into it, or merged, is not that. */
static int
check_digest(dn_snapshot_reading *work)
{
    char expected[DN_DIGEST_HEX];
    char found[DN_DIGEST_HEX];
    dn_digest digest;

    if (dn_fact_map_digest(work->snapshot->facts, &digest, work->error) < 0)
        return -1;
    if (dn_digest_equal(&digest, &work->snapshot->digest))
        return 0;
    dn_digest_hex(&work->snapshot->digest, expected);
    dn_digest_hex(&digest, found);
    return dn_json_fail(&work->json, member(member(work->json.root, "dunlin"), "digest"),
                        "snapshot.edited", work->error,
                        "the facts were edited by hand or merged: their digest is %.12s..., not "
                        "%.12s...",
                        found, expected);
}

static int
read_snapshot(const char *name, const char *text, size_t length, dn_snapshot_reading *work,
              dn_error *error)
{
    int answer;

    *work->snapshot = (dn_snapshot){.dialect = NULL};
    work->error = NULL; /* whatever it is, the reader below says it better */
    answer = dn_snapshot_read_lines(text, length, work);
    work->error = error;
    if (answer <= 0)
        return answer == 0 ? 0 : dn_no_memory(error);
    *work->snapshot = (dn_snapshot){.dialect = NULL};
    work->named = false;
    if (dn_json_parse(&work->json, name, text, length, false, "snapshot.syntax", error) < 0)
        return -1;
    answer = dn_snapshot_read_head(work);
    if (answer == 0)
        answer = read_facts(work);
    if (answer == 0)
        answer = check_digest(work);
    dn_json_free(&work->json);
    return answer;
}

int
dn_snapshot_read(const char *name, const char *text, size_t length, dn_arena *arena,
                 dn_snapshot *snapshot, dn_error *error)
{
    dn_snapshot_reading work = {.arena = arena, .snapshot = snapshot};

    return read_snapshot(name, text, length, &work, error);
}

int
dn_snapshot_read_facts(const char *name, const char *text, size_t length,
                       const dn_snapshot_manner *manner, dn_arena *arena, dn_snapshot *snapshot,
                       dn_fact_map **facts, dn_error *error)
{
    dn_snapshot_reading work = {.arena = arena, .snapshot = snapshot, .manner = manner};

    if (read_snapshot(name, text, length, &work, error) < 0)
        return -1;
    *facts = work.facts;
    if (work.named)
        return 0;
    return manner->naming(snapshot->dialect, &work.naming, manner->context, error) < 0
               ? -1
               : dn_snapshot_facts(snapshot->facts, work.naming, arena, facts, error);
}

/* --- maps ----------------------------------------------------------------------------------------- */

typedef struct copying {
    dn_fact_map *copy;
    dn_error *error;
} copying;

static int
share_fact(const dunlin_fact *fact, void *context)
{
    copying *work = context;

    return dn_fact_map_share(work->copy, fact, work->error);
}

int
dn_snapshot_facts(const dn_fact_map *facts, uint64_t naming, dn_arena *arena, dn_fact_map **copy,
                  dn_error *error)
{
    copying work = {.copy = dn_fact_map_new(arena, naming), .error = error};

    *copy = work.copy;
    return work.copy ? dn_fact_map_each(facts, NULL, share_fact, &work) : dn_no_memory(error);
}

int
dn_snapshot_level(dn_snapshot *one, dn_snapshot *other, dn_arena *arena, dn_error *error)
{
    dn_snapshot *teller = one->grants ? one : other;
    dn_fact_map *facts;

    if (one->grants == other->grants)
        return 0;
    if (dn_fact_map_without_grants(teller->facts, arena, &facts, error) < 0)
        return -1;
    teller->facts = facts;
    teller->grants = false;
    return 0;
}

/* --- places --------------------------------------------------------------------------------------- */

/* Every folder among its migrations is one to Prisma, so beside them. */
static bool
is_prismas(const char *migrations, dn_arena *arena)
{
    const char *lock = dn_path_join(arena, migrations, "migration_lock.toml");
    const char *journal = dn_path_join(arena, migrations, "meta/_journal.json");

    return lock && journal && dn_file_exists(lock) && !dn_file_exists(journal);
}

char *
dn_snapshot_folder(const char *migrations, const char *dialect, dn_arena *arena)
{
    return dn_arena_printf(
        arena, is_prismas(migrations, arena) ? "%s/../_dunlin/%s" : "%s/meta/_dunlin/%s",
        migrations, dialect);
}

char *
dn_snapshot_head_path(const char *migrations, const char *dialect, dn_arena *arena)
{
    const char *folder = dn_snapshot_folder(migrations, dialect, arena);

    return folder ? dn_path_join(arena, folder, "head.json") : NULL;
}
