/* SPDX-License-Identifier: MIT
 *
 * dunlin.json, member by member. Two tables say which keys there are; docs/configuration.md
 * describes the same set and a test compares them.
 */
#include "core/project/config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/text.h"

enum { MAX_LOCK_DIGITS = 9, MAX_LOCK_RETRIES = 100, MAX_SHOWN = 60, MAX_KEY = 64, MAX_TYPOS = 3 };

typedef struct config_reader {
    const dn_json *json;
    dn_arena *arena;
    dn_project *project;
    dn_target *target; /* the one being read */
} config_reader;

typedef struct key {
    const char *name;
    int (*set)(config_reader *reader, const cJSON *node, dn_error *error);
} key;

/* --- values ----------------------------------------------------------------------------------- */

static int
fail_type(const config_reader *reader, const cJSON *node, const char *wants, dn_error *error)
{
    return dn_json_fail(reader->json, node, "config.type", error, "\"%s\" wants %s, there is %s",
                        node->string, wants, dn_json_kind(node));
}

/* Shows a text that is not secret. */
static int
fail_value(const config_reader *reader, const cJSON *node, const char *wants, dn_error *error)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;

    dn_text_add_visible(&shown, node->valuestring, strlen(node->valuestring), MAX_SHOWN);
    return dn_json_fail(reader->json, node, "config.value", error,
                        "\"%s\" wants %s, there is \"%s\"", node->string, wants,
                        shown.data ? shown.data : "");
}

static int
read_string(config_reader *reader, const cJSON *node, const char **value, dn_error *error)
{
    if (!cJSON_IsString(node))
        return fail_type(reader, node, "a string", error);
    if (!node->valuestring[0])
        return dn_json_fail(reader->json, node, "config.value", error, "\"%s\" is empty",
                            node->string);
    *value = dn_arena_text(reader->arena, node->valuestring);
    return *value ? 0 : dn_no_memory(error);
}

/* `choices` ends with NULL; the answer is the index of the one that is there. */
static int
read_choice(const config_reader *reader, const cJSON *node, const char *const *choices,
            const char *wants, int *choice, dn_error *error)
{
    if (!cJSON_IsString(node))
        return fail_type(reader, node, wants, error);
    for (*choice = 0; choices[*choice]; ++*choice)
        if (strcmp(choices[*choice], node->valuestring) == 0)
            return 0;
    return fail_value(reader, node, wants, error);
}

static bool
consists_of(const char *text, const char *more, bool upper)
{
    for (const char *c = text; *c; c++) {
        bool word = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
                    (upper && *c >= 'A' && *c <= 'Z');

        if (!word && !strchr(more, *c))
            return false;
    }
    return *text != '\0';
}

/* --- unknown keys ----------------------------------------------------------------------------- */

static int
lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein distance without regard to case; long texts are as far as can be. */
static size_t
distance(const char *a, const char *b)
{
    size_t row[MAX_KEY + 1];
    size_t length = strlen(b);

    if (length > MAX_KEY || strlen(a) > MAX_KEY)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

            diagonal = row[j];
            row[j] = smallest(change, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[length];
}

/* The key that was probably meant: at most three letters off, and half of them right. */
static const char *
nearest_key(const char *name, const key *keys, size_t count)
{
    const char *nearest = NULL;
    size_t best = MAX_TYPOS + 1;

    for (size_t i = 0; i < count; i++) {
        size_t far = distance(name, keys[i].name);

        if (far < best && far * 2 <= strlen(keys[i].name)) {
            nearest = keys[i].name;
            best = far;
        }
    }
    return nearest;
}

static int
fail_unknown(const config_reader *reader, const cJSON *node, const key *keys, size_t count,
             const char *where, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_json_place place = dn_json_name_place(reader->json, node);
    const char *nearest = nearest_key(node->string, keys, count);

    dn_text_add_visible(&text, node->string, strlen(node->string), MAX_SHOWN);
    dn_text_printf(&text, "\"%s; ", where);
    if (nearest)
        dn_text_printf(&text, "did you mean \"%s\"?", nearest);
    else
        dn_text_add_string(&text, "the keys there are: ");
    for (size_t i = 0; !nearest && i < count; i++)
        dn_text_printf(&text, "%s%s", i ? ", " : "", keys[i].name);
    return dn_fail(error, DUNLIN_USAGE, "config.unknown-key", "%s:%u:%u: unknown key \"%s",
                   reader->json->name, place.line, place.column, text.failed ? "" : text.data);
}

static int
read_members(config_reader *reader, const cJSON *object, const key *keys, size_t count,
             const char *where, dn_error *error)
{
    const cJSON *node;

    cJSON_ArrayForEach(node, object)
    {
        size_t i = 0;

        while (i < count && strcmp(keys[i].name, node->string) != 0)
            i++;
        if (i == count)
            return fail_unknown(reader, node, keys, count, where, error);
        if (keys[i].set(reader, node, error) < 0)
            return -1;
    }
    return 0;
}

/* --- one target ------------------------------------------------------------------------------- */

static int
set_url(config_reader *reader, const cJSON *node, dn_error *error)
{
    dn_target *target = reader->target;

    if (read_string(reader, node, &target->url, error) < 0)
        return -1;
    /* The URL itself is never shown: it may hold a password. */
    if (!dn_url_scheme(reader->arena, target->url))
        return dn_json_fail(reader->json, node, "config.value", error,
                            "\"url\" wants a URL that starts with a scheme and a colon, "
                            "\"env:NAME\" or \"file:PATH\"");
    if (strncmp(target->url, "env:", 4) == 0 || strncmp(target->url, "file:", 5) == 0)
        target->url_source = target->url;
    else
        target->url_source = dn_url_redact(reader->arena, target->url);
    return target->url_source ? 0 : dn_no_memory(error);
}

static int
set_kind(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"development", "production", "test", NULL};
    int choice;

    if (read_choice(reader, node, choices, "\"development\", \"production\" or \"test\"", &choice,
                    error) < 0)
        return -1;
    reader->target->development = choice == 0;
    return 0;
}

static int
set_backup_command(config_reader *reader, const cJSON *node, dn_error *error)
{
    size_t count = (size_t)cJSON_GetArraySize(node);
    const char **words = (const char **)dn_arena_array(reader->arena, count + 1, sizeof(*words));
    const cJSON *word;
    size_t at = 0;

    if (!words)
        return dn_no_memory(error);
    cJSON_ArrayForEach(word, node)
    {
        if (!cJSON_IsString(word) || (!at && !word->valuestring[0]))
            return dn_json_fail(reader->json, node, "config.type", error,
                                "\"backup\" wants a program and its arguments as strings");
        words[at] = dn_arena_text(reader->arena, word->valuestring);
        if (!words[at++])
            return dn_no_memory(error);
    }
    if (!at)
        return dn_json_fail(reader->json, node, "config.value", error,
                            "\"backup\" is a command without a program");
    reader->target->backup = DN_BACKUP_COMMAND;
    reader->target->backup_command = words;
    return 0;
}

static int
set_backup(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"none", "full", "schema", NULL};
    static const dn_backup_mode modes[] = {DN_BACKUP_NONE, DN_BACKUP_FULL, DN_BACKUP_SCHEMA};
    int choice;

    if (cJSON_IsArray(node))
        return set_backup_command(reader, node, error);
    if (read_choice(reader, node, choices, "\"none\", \"schema\", \"full\" or a command", &choice,
                    error) < 0)
        return -1;
    reader->target->backup = modes[choice];
    return 0;
}

static int
set_backup_folder(config_reader *reader, const cJSON *node, dn_error *error)
{
    const char *folder;

    if (read_string(reader, node, &folder, error) < 0)
        return -1;
    if (reader->project->root)
        folder = dn_path_join(reader->arena, reader->project->root, folder);
    reader->target->backup_folder = folder ? dn_path_absolute(reader->arena, folder) : NULL;
    return reader->target->backup_folder ? 0 : dn_no_memory(error);
}

static int
set_backups(config_reader *reader, const cJSON *node, dn_error *error)
{
    int64_t kept;

    if (!cJSON_IsNumber(node))
        return fail_type(reader, node, "a number", error);
    if (!dn_json_integer(node, &kept) || kept < 1 || kept > INT_MAX)
        return dn_json_fail(reader->json, node, "config.value", error,
                            "\"backups\" wants a whole number from 1 on");
    reader->target->backups_kept = (int)kept;
    return 0;
}

/* "30s", "500ms", "2m"; -1 when it is none of these. */
static int64_t
duration_ms(const char *text)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};
    size_t digits = strspn(text, "0123456789");
    int64_t number = 0;

    if (digits == 0 || digits > MAX_LOCK_DIGITS)
        return -1;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (text[i] - '0');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(text + digits, units[i].name) == 0)
            return number * units[i].ms;
    return -1;
}

static int
read_time(config_reader *reader, const cJSON *node, int64_t *time_ms, dn_error *error)
{
    static const char wants[] = "a time such as \"30s\", \"500ms\" or \"2m\", or milliseconds";
    int64_t ms = -1;

    if (!cJSON_IsString(node) && !cJSON_IsNumber(node))
        return fail_type(reader, node, wants, error);
    if (cJSON_IsString(node))
        ms = duration_ms(node->valuestring);
    if (ms < 0 && cJSON_IsString(node))
        return fail_value(reader, node, wants, error);
    if (ms < 0 && (!dn_json_integer(node, &ms) || ms < 0))
        return dn_json_fail(reader->json, node, "config.value", error, "\"%s\" wants %s",
                            node->string, wants);
    *time_ms = ms;
    return 0;
}

static int
set_lock_timeout(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_time(reader, node, &reader->target->lock_timeout_ms, error);
}

static int
set_statement_lock_timeout(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_time(reader, node, &reader->target->statement_lock_timeout_ms, error);
}

static int
set_lock_retries(config_reader *reader, const cJSON *node, dn_error *error)
{
    int64_t retries;

    if (!dn_json_integer(node, &retries) || retries < 0 || retries > MAX_LOCK_RETRIES)
        return dn_json_fail(reader->json, node, "config.value", error,
                            "\"%s\" wants a whole number from 0 to %d", node->string,
                            MAX_LOCK_RETRIES);
    reader->target->lock_retries = (int)retries;
    return 0;
}

static int
set_tracker(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_string(reader, node, &reader->target->tracker, error);
}

static const key target_keys[] = {
    {"url", set_url},
    {"kind", set_kind},
    {"backup", set_backup},
    {"backupFolder", set_backup_folder},
    {"backups", set_backups},
    {"lockTimeout", set_lock_timeout},
    {"statementLockTimeout", set_statement_lock_timeout},
    {"lockRetries", set_lock_retries},
    {"tracker", set_tracker},
};

static int
read_target(config_reader *reader, const cJSON *node, dn_target *target, dn_error *error)
{
    dn_json_place place = dn_json_name_place(reader->json, node);

    *target = (dn_target){.line = place.line,
                          .column = place.column,
                          .backups_kept = DN_BACKUPS_KEPT,
                          .lock_timeout_ms = DN_LOCK_TIMEOUT_MS,
                          .lock_retries = DN_LOCK_RETRIES};
    if (!consists_of(node->string, "_.-", true)) {
        dn_auto(dn_text) shown = DN_TEXT_INIT;

        dn_text_add_visible(&shown, node->string, strlen(node->string), MAX_SHOWN);
        return dn_json_fail(reader->json, node, "config.value", error,
                            "a target's name has letters, digits and _ . - only, there is \"%s\"",
                            shown.data ? shown.data : "");
    }
    if (!cJSON_IsObject(node))
        return fail_type(reader, node, "an object", error);
    target->name = dn_arena_text(reader->arena, node->string);
    if (!target->name)
        return dn_no_memory(error);
    reader->target = target;
    if (read_members(reader, node, target_keys, sizeof target_keys / sizeof target_keys[0],
                     " in a target", error) < 0)
        return -1;
    if (!target->url)
        return dn_json_fail(reader->json, node, "config.value", error,
                            "target \"%s\" has no \"url\"", target->name);
    return 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static int
set_nothing(config_reader *reader, const cJSON *node, dn_error *error)
{
    return cJSON_IsString(node) ? 0 : fail_type(reader, node, "a string", error);
}

static int
set_migrations(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_string(reader, node, &reader->project->migrations, error);
}

static int
set_dialect(config_reader *reader, const cJSON *node, dn_error *error)
{
    if (read_string(reader, node, &reader->project->dialect, error) < 0)
        return -1;
    if (!consists_of(reader->project->dialect, "_", false))
        return fail_value(reader, node, "\"portable\" or the name of a driver", error);
    return 0;
}

/* Which names there are is for the reader of folders to say. */
static int
set_layout(config_reader *reader, const cJSON *node, dn_error *error)
{
    if (read_string(reader, node, &reader->project->layout, error) < 0)
        return -1;
    if (!consists_of(reader->project->layout, "-", false))
        return fail_value(reader, node, "the name of a tool", error);
    if (strcmp(reader->project->layout, "auto") == 0)
        reader->project->layout = NULL;
    return 0;
}

static int
set_default(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_string(reader, node, &reader->project->default_target, error);
}

static int
set_tags(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"timestamp", "sequence", NULL};
    int choice;

    if (read_choice(reader, node, choices, "\"timestamp\" or \"sequence\"", &choice, error) < 0)
        return -1;
    reader->project->tags = choice == 0 ? DN_TAGS_TIMESTAMP : DN_TAGS_SEQUENCE;
    return 0;
}

static int
set_ahead(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"ok", "warn", "fail", NULL};
    static const dn_ahead values[] = {DN_AHEAD_OK, DN_AHEAD_WARN, DN_AHEAD_FAIL};
    int choice;

    if (read_choice(reader, node, choices, "\"ok\", \"warn\" or \"fail\"", &choice, error) < 0)
        return -1;
    reader->project->ahead = values[choice];
    return 0;
}

static int
set_guards(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"checked", "native", NULL};
    int choice;

    if (read_choice(reader, node, choices, "\"checked\" or \"native\"", &choice, error) < 0)
        return -1;
    reader->project->native_guards = choice == 1;
    return 0;
}

static int
set_portability(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"warn", "strict", NULL};
    int choice;

    if (read_choice(reader, node, choices, "\"warn\" or \"strict\"", &choice, error) < 0)
        return -1;
    reader->project->strict = choice == 1;
    return 0;
}

static int
set_concurrently(config_reader *reader, const cJSON *node, dn_error *error)
{
    if (!cJSON_IsBool(node))
        return fail_type(reader, node, "true or false", error);
    reader->project->plain_indexes = !cJSON_IsTrue(node);
    return 0;
}

static int
set_grants(config_reader *reader, const cJSON *node, dn_error *error)
{
    if (!cJSON_IsBool(node))
        return fail_type(reader, node, "true or false", error);
    reader->project->grants = cJSON_IsTrue(node);
    return 0;
}

static int
read_pattern(config_reader *reader, const cJSON *node, dn_ignore_pattern *pattern, dn_error *error)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    const char *wrong = NULL;
    int answer;

    if (!cJSON_IsString(node))
        return dn_json_fail(reader->json, node, "config.type", error,
                            "\"ignore\" wants patterns as strings, there is %s",
                            dn_json_kind(node));
    answer = dn_ignore_parse(node->valuestring, reader->arena, pattern, &wrong);
    if (answer <= 0)
        return answer < 0 ? dn_no_memory(error) : 0;
    dn_text_add_visible(&shown, node->valuestring, strlen(node->valuestring), MAX_SHOWN);
    return dn_json_fail(reader->json, node, "config.value", error,
                        "\"ignore\" wants patterns such as \"audit_*\", \"billing.*\" or "
                        "\"view:report_*\", there is \"%s\": %s",
                        shown.data ? shown.data : "", wrong);
}

static int
set_ignore(config_reader *reader, const cJSON *node, dn_error *error)
{
    dn_ignore_pattern *patterns;
    const cJSON *child;
    size_t count = 0;

    if (!cJSON_IsArray(node))
        return fail_type(reader, node, "an array of patterns", error);
    patterns =
        dn_arena_array(reader->arena, (size_t)cJSON_GetArraySize(node) + 1, sizeof *patterns);
    if (!patterns)
        return dn_no_memory(error);
    cJSON_ArrayForEach(child, node) if (read_pattern(reader, child, &patterns[count++], error) <
                                        0) return -1;
    reader->project->ignore = (dn_ignore){patterns, count};
    return 0;
}

static int
set_snapshots(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"auto", "on", "off", NULL};
    static const dn_snapshots values[] = {DN_SNAPSHOTS_AUTO, DN_SNAPSHOTS_ON, DN_SNAPSHOTS_OFF};
    int choice;

    if (read_choice(reader, node, choices, "\"auto\", \"on\" or \"off\"", &choice, error) < 0)
        return -1;
    reader->project->snapshots = values[choice];
    return 0;
}

static int
set_definition(config_reader *reader, const cJSON *node, dn_error *error)
{
    return read_string(reader, node, &reader->project->definition, error);
}

static int
set_definition_form(config_reader *reader, const cJSON *node, dn_error *error)
{
    static const char *const choices[] = {"dialect", "portable", NULL};
    static const dn_definition_form values[] = {DN_DEFINITION_DIALECT, DN_DEFINITION_PORTABLE};
    int choice;

    if (read_choice(reader, node, choices, "\"dialect\" or \"portable\"", &choice, error) < 0)
        return -1;
    reader->project->definition_form = values[choice];
    return 0;
}

static int
set_targets(config_reader *reader, const cJSON *node, dn_error *error)
{
    size_t count = 0;
    dn_target *targets;
    const cJSON *child;

    if (!cJSON_IsObject(node))
        return fail_type(reader, node, "an object", error);
    cJSON_ArrayForEach(child, node) count++;
    if (!count)
        return 0;
    targets = dn_arena_array(reader->arena, count, sizeof *targets);
    if (!targets)
        return dn_no_memory(error);
    count = 0;
    cJSON_ArrayForEach(child, node) if (read_target(reader, child, &targets[count++], error) <
                                        0) return -1;
    reader->project->targets = targets;
    reader->project->target_count = count;
    return 0;
}

static const key top_keys[] = {
    {"$schema", set_nothing},
    {"migrations", set_migrations},
    {"dialect", set_dialect},
    {"default", set_default},
    {"tags", set_tags},
    {"ahead", set_ahead},
    {"guards", set_guards},
    {"portability", set_portability},
    {"snapshots", set_snapshots},
    {"definition", set_definition},
    {"definitionForm", set_definition_form},
    {"ignore", set_ignore},
    {"concurrently", set_concurrently},
    {"grants", set_grants},
    {"targets", set_targets},
    {"layout", set_layout},
};

static int
check_default(const config_reader *reader, dn_error *error)
{
    const dn_project *project = reader->project;
    const cJSON *node;

    if (!project->default_target)
        return 0;
    for (size_t i = 0; i < project->target_count; i++)
        if (strcmp(project->targets[i].name, project->default_target) == 0)
            return 0;
    node = cJSON_GetObjectItemCaseSensitive(reader->json->root, "default");
    return fail_value(reader, node, "the name of one of the \"targets\"", error);
}

int
dn_config_read(const char *name, const char *text, size_t length, dn_arena *arena,
               dn_project *project, dn_error *error)
{
    dn_auto(dn_json) json = {0};
    config_reader reader = {.json = &json, .arena = arena, .project = project};

    if (dn_json_parse(&json, name, text, length, true, "config.syntax", error) < 0)
        return -1;
    if (!cJSON_IsObject(json.root))
        return dn_json_fail(&json, json.root, "config.type", error,
                            "the file wants to be an object, there is %s", dn_json_kind(json.root));
    if (read_members(&reader, json.root, top_keys, sizeof top_keys / sizeof top_keys[0], "",
                     error) < 0)
        return -1;
    return check_default(&reader, error);
}
