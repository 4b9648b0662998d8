/* SPDX-License-Identifier: MIT
 *
 * The text of a journal, entry by entry: a long history is never in memory as a tree.
 */
#include "core/journal/parts.h"

#include <string.h>

enum { NATIVE_VERSION = 1 };

typedef struct journal_parsing {
    const char *name;
    const char *text;
    dn_arena *arena;
    dn_journal_text *parsed;
    char *layout;    /* "layout", or NULL */
    bool numbered;   /* "version" is a number */
    int64_t version; /* then which */
    dn_json_place layout_place;
    dn_json_place version_place;
} journal_parsing;

/* Where an entry stands in the text. */
typedef struct entry_span {
    dn_json_place place;
    size_t offset;
    size_t length;
} entry_span;

static int
fail_at(const journal_parsing *parsing, dn_json_place place, const char *member, const char *wants,
        const cJSON *value, dn_error *error)
{
    return dn_fail(error, DUNLIN_USAGE, "journal.type", "%s:%u:%u: \"%s\" wants %s, there is %s",
                   parsing->name, place.line, place.column, member, wants, dn_json_kind(value));
}

/* --- entries ---------------------------------------------------------------------------------- */

/* The place of an entry's member. Only messages need it, so the entry is parsed once more. */
static dn_json_place
member_place(const journal_parsing *parsing, const entry_span *span, const char *member)
{
    dn_auto(dn_json) json = {0};
    dn_json_place place = span->place;
    dn_json_place inner;
    const cJSON *node;
    dn_error ignored;

    if (dn_json_parse(&json, "", parsing->text + span->offset, span->length, false,
                      "journal.syntax", &ignored) < 0)
        return place;
    node = cJSON_GetObjectItemCaseSensitive(json.root, member);
    if (!node)
        return place;
    inner = dn_json_value_place(&json, node);
    place.column = inner.line == 1 ? place.column + inner.column - 1 : inner.column;
    place.line += inner.line - 1;
    return place;
}

static int
read_number(const journal_parsing *parsing, const entry_span *span, const cJSON *entry,
            const char *member, int64_t otherwise, int64_t *value, dn_error *error)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(entry, member);

    *value = otherwise;
    if (!node)
        return 0;
    if (dn_json_integer(node, value) && *value >= 0)
        return 0;
    if (!cJSON_IsNumber(node))
        return fail_at(parsing, member_place(parsing, span, member), member, "a number", node,
                       error);
    return fail_at(parsing, member_place(parsing, span, member), member, "a whole number from 0 on",
                   node, error);
}

static int
read_tag(const journal_parsing *parsing, const entry_span *span, const cJSON *entry,
         const char **tag, dn_error *error)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(entry, "tag");
    dn_json_place place = span->place;
    const char *fault;
    char shown[80];
    size_t length;

    if (!node)
        return dn_fail(error, DUNLIN_USAGE, "journal.type", "%s:%u:%u: an entry without \"tag\"",
                       parsing->name, place.line, place.column);
    if (!cJSON_IsString(node))
        return fail_at(parsing, member_place(parsing, span, "tag"), "tag", "a string", node, error);
    length = strlen(node->valuestring);
    fault = dn_tag_fault(node->valuestring, length);
    if (fault) {
        place = member_place(parsing, span, "tag");
        return dn_fail(error, DUNLIN_USAGE, "journal.bad-tag", "%s:%u:%u: the tag '%s' %s",
                       parsing->name, place.line, place.column,
                       dn_tag_shown(node->valuestring, length, shown), fault);
    }
    *tag = dn_arena_copy(parsing->arena, node->valuestring, length);
    return *tag ? 0 : dn_no_memory(error);
}

static int
add_entry(journal_parsing *parsing, dn_migration *entry, dn_error *error)
{
    dn_journal_text *parsed = parsing->parsed;

    parsed->entries = dn_arena_grow(parsing->arena, parsed->entries, &parsed->capacity,
                                    parsed->count + 1, sizeof *parsed->entries);
    if (!parsed->entries)
        return dn_no_memory(error);
    entry->entry = parsed->count + 1;
    parsed->entries[parsed->count++] = *entry;
    return 0;
}

static bool
is_named(const dn_json_member *member, const char *name)
{
    return member->name_length == strlen(name) &&
           memcmp(member->name, name, member->name_length) == 0;
}

/* Nearly every entry. One with anything odd about it goes to read_entry(), which has the words. */
static int
read_plain_entry(const dn_json_member *members, size_t count, dn_json_place place, void *context,
                 dn_error *error)
{
    journal_parsing *parsing = context;
    dn_migration entry = {.line = place.line, .column = place.column, .listed = true};
    const dn_json_member *tag = NULL;

    entry.idx = (int64_t)parsing->parsed->count;
    for (size_t i = 0; i < count; i++) {
        const dn_json_member *member = &members[i];
        int64_t *number = is_named(member, "idx")    ? &entry.idx
                          : is_named(member, "when") ? &entry.when_ms
                                                     : NULL;

        if (number && member->kind != DN_JSON_NUMBER)
            return 1;
        if (number)
            *number = member->number;
        else if (is_named(member, "tag"))
            tag = member;
    }
    if (!tag || tag->kind != DN_JSON_STRING || dn_tag_fault(tag->text, tag->length))
        return 1;
    entry.tag = dn_arena_copy(parsing->arena, tag->text, tag->length);
    return entry.tag ? add_entry(parsing, &entry, error) : dn_no_memory(error);
}

static int
read_entry(const cJSON *value, dn_json_place place, size_t offset, size_t length, void *context,
           dn_error *error)
{
    journal_parsing *parsing = context;
    entry_span span = {place, offset, length};
    dn_migration entry = {.line = place.line, .column = place.column, .listed = true};

    if (!cJSON_IsObject(value))
        return dn_fail(error, DUNLIN_USAGE, "journal.type",
                       "%s:%u:%u: an entry wants to be an object, there is %s", parsing->name,
                       place.line, place.column, dn_json_kind(value));
    if (read_tag(parsing, &span, value, &entry.tag, error) < 0 ||
        read_number(parsing, &span, value, "idx", (int64_t)parsing->parsed->count, &entry.idx,
                    error) < 0 ||
        read_number(parsing, &span, value, "when", 0, &entry.when_ms, error) < 0)
        return -1;
    return add_entry(parsing, &entry, error);
}

/* --- the rest --------------------------------------------------------------------------------- */

static int
read_text(const journal_parsing *parsing, const cJSON *value, const char *member,
          dn_json_place place, char **text, dn_error *error)
{
    if (!cJSON_IsString(value))
        return fail_at(parsing, place, member, "a string", value, error);
    *text = dn_arena_text(parsing->arena, value->valuestring);
    return *text ? 0 : dn_no_memory(error);
}

static int
read_other(const char *name, const cJSON *value, dn_json_place place, void *context,
           dn_error *error)
{
    journal_parsing *parsing = context;
    char *dialect = NULL;

    if (strcmp(name, "layout") == 0) {
        parsing->layout_place = place;
        return read_text(parsing, value, name, place, &parsing->layout, error);
    }
    if (strcmp(name, "dialect") == 0) {
        if (read_text(parsing, value, name, place, &dialect, error) < 0)
            return -1;
        parsing->parsed->dialect = *dialect ? dialect : NULL;
    }
    if (strcmp(name, "version") == 0) {
        parsing->version_place = place;
        parsing->numbered = dn_json_integer(value, &parsing->version);
        if (!parsing->numbered && !cJSON_IsString(value))
            return fail_at(parsing, place, name, "a whole number or a string", value, error);
    }
    return 0;
}

/* A native journal says so; everything else is Drizzle's. */
static int
decide_layout(journal_parsing *parsing, dn_error *error)
{
    dn_json_place place = parsing->version_place;

    if (parsing->layout && strcmp(parsing->layout, DN_NATIVE_LAYOUT) == 0) {
        parsing->parsed->layout = DN_LAYOUT_NATIVE;
        if (!place.line || (parsing->numbered && parsing->version == NATIVE_VERSION))
            return 0;
        return dn_fail(error, DUNLIN_USAGE, "journal.version",
                       "%s:%u:%u: this version of the journal's format is not known here, 1 is",
                       parsing->name, place.line, place.column);
    }
    if (parsing->layout)
        return dn_fail(error, DUNLIN_USAGE, "journal.layout",
                       "%s:%u:%u: \"layout\" is neither absent nor \"" DN_NATIVE_LAYOUT "\"",
                       parsing->name, parsing->layout_place.line, parsing->layout_place.column);
    if (parsing->numbered)
        return dn_fail(error, DUNLIN_USAGE, "journal.layout",
                       "%s:%u:%u: \"version\" is a number and there is no \"layout\": this is "
                       "neither a journal of dunlin nor of Drizzle",
                       parsing->name, place.line, place.column);
    parsing->parsed->layout = DN_LAYOUT_DRIZZLE;
    return 0;
}

/* An array that grows leaves what it was behind in the arena. A long history is an entry a line, or more
 * lines than that; room that is not used costs nothing. */
static int
make_room(journal_parsing *parsing, size_t length, dn_error *error)
{
    dn_journal_text *parsed = parsing->parsed;
    const char *end = parsing->text + length;
    size_t lines = 0;

    for (const char *at = parsing->text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        lines++;
    parsed->entries =
        dn_arena_grow(parsing->arena, NULL, &parsed->capacity, lines + 1, sizeof *parsed->entries);
    return parsed->entries ? 0 : dn_no_memory(error);
}

int
dn_journal_parse(const char *name, const char *text, size_t length, dn_arena *arena,
                 dn_journal_text *parsed, dn_error *error)
{
    journal_parsing parsing = {.name = name, .text = text, .arena = arena, .parsed = parsed};
    dn_json_stream stream = {.name = name,
                             .array = "entries",
                             .id = "journal.syntax",
                             .other = read_other,
                             .plain = read_plain_entry,
                             .element = read_entry,
                             .context = &parsing,
                             .bom = &parsed->bom};

    *parsed = (dn_journal_text){0};
    if (make_room(&parsing, length, error) < 0 ||
        dn_json_read_stream(&stream, text, length, error) < 0)
        return -1;
    /* The reader does not tell an empty list from a missing one. */
    if (!parsed->count && !memmem(text, length, "\"entries\"", strlen("\"entries\"")))
        return dn_fail(error, DUNLIN_USAGE, "journal.type", "%s:1:1: there is no \"entries\"",
                       name);
    return decide_layout(&parsing, error);
}
