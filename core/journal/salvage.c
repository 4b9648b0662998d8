/* SPDX-License-Identifier: MIT
 *
 * Reads what is legible in a broken journal: one that was cut off, or that holds git's conflict
 * markers. Whole entries are kept as they are; of others the tag and its time. What comes out is
 * text for the ordinary reader. It may hold too much, as entries without a file go later; it must
 * not hold too little.
 */
#include "core/journal/parts.h"

#include <string.h>

enum { MAX_ENTRY = 64 * 1024, MAX_DEPTH = 8 };

enum head_member { HEAD_VERSION, HEAD_LAYOUT, HEAD_DIALECT, HEAD_COUNT };
static const char *const head_names[HEAD_COUNT] = {"version", "layout", "dialect"};

/* A piece of the text. */
typedef struct piece {
    size_t start;
    size_t end;
} piece;

typedef struct salvaging {
    const char *text;
    size_t length;
    size_t depth;
    cJSON *head[HEAD_COUNT]; /* values, strings and whole numbers */
    dn_text entries;
    cJSON *tag; /* of the entry that is being put together */
    cJSON *when;
    bool no_memory;
} salvaging;

static void
salvaging_cleanup(salvaging *state)
{
    dn_text_free(&state->entries);
    for (size_t i = 0; i < HEAD_COUNT; i++)
        cJSON_Delete(state->head[i]);
    cJSON_Delete(state->tag);
    cJSON_Delete(state->when);
}

static size_t
skip_blanks(const salvaging *state, size_t at)
{
    while (at < state->length && strchr(" \t\r\n", state->text[at]) && state->text[at])
        at++;
    return at;
}

/* Behind the string that starts here, or 0. No string goes over the end of a line. */
static size_t
string_end(const salvaging *state, size_t at)
{
    for (at++; at < state->length && state->text[at] != '\n'; at++) {
        if (state->text[at] == '"')
            return at + 1;
        if (state->text[at] == '\\')
            at++;
    }
    return 0;
}

/* Behind the object that starts here, or 0 when it has no end or is no entry for sure. */
static size_t
object_end(const salvaging *state, size_t at)
{
    size_t limit = state->length - at > MAX_ENTRY ? at + MAX_ENTRY : state->length;
    size_t depth = 0;

    while (at < limit) {
        char c = state->text[at];

        if (c == '"') {
            at = string_end(state, at);
            if (!at)
                return 0;
            continue;
        }
        at++;
        if (c == '{' && ++depth > MAX_DEPTH)
            return 0;
        if (c == '}' && --depth == 0)
            return at;
    }
    return 0;
}

static bool
is_time(const cJSON *node)
{
    int64_t value;

    return dn_json_integer(node, &value) && value >= 0;
}

static bool
is_tag(const cJSON *node)
{
    return cJSON_IsString(node) && !dn_tag_fault(node->valuestring, strlen(node->valuestring));
}

static bool
is_entry(const cJSON *object)
{
    const cJSON *idx = cJSON_GetObjectItemCaseSensitive(object, "idx");
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(object, "when");

    return cJSON_IsObject(object) && (!idx || is_time(idx)) && (!when || is_time(when)) &&
           is_tag(cJSON_GetObjectItemCaseSensitive(object, "tag"));
}

static void
start_entry(salvaging *state)
{
    if (state->entries.length)
        dn_text_add_char(&state->entries, ',');
}

static bool
take_object(salvaging *state, size_t at, size_t end)
{
    dn_auto(dn_json) json = {0};
    dn_error problem;

    if (dn_json_parse(&json, "", state->text + at, end - at, false, "journal.syntax", &problem) <
        0) {
        state->no_memory |= problem.status == DUNLIN_NO_MEMORY;
        return false;
    }
    if (!is_entry(json.root))
        return false;
    start_entry(state);
    dn_text_add(&state->entries, state->text + at, end - at);
    return true;
}

static void
drop(cJSON **node)
{
    cJSON_Delete(*node);
    *node = NULL;
}

/* The entry that was put together from single members, when there is one. */
static void
finish_entry(salvaging *state)
{
    if (state->tag && is_tag(state->tag)) {
        const char *tag = state->tag->valuestring;
        int64_t when;

        start_entry(state);
        dn_text_add_string(&state->entries, "{\"tag\": ");
        dn_json_add_string(&state->entries, tag, strlen(tag));
        if (state->when && dn_json_integer(state->when, &when) && when >= 0)
            dn_text_printf(&state->entries, ", \"when\": %lld", (long long)when);
        dn_text_add_char(&state->entries, '}');
    }
    drop(&state->tag);
    drop(&state->when);
}

/* The value at `at` when it is a string or a number; `*end` is behind it. */
static cJSON *
scalar(salvaging *state, size_t at, size_t *end)
{
    static const char number[] = "+-.0123456789eE";
    dn_auto(dn_json) json = {0};
    dn_error problem;
    cJSON *value;

    *end = at;
    if (at < state->length && state->text[at] == '"')
        *end = string_end(state, at);
    else
        while (*end < state->length && state->text[*end] && strchr(number, state->text[*end]))
            ++*end;
    if (*end <= at)
        return NULL;
    if (dn_json_parse(&json, "", state->text + at, *end - at, false, "journal.syntax", &problem) <
        0) {
        state->no_memory |= problem.status == DUNLIN_NO_MEMORY;
        return NULL;
    }
    value = json.root;
    json.root = NULL;
    return value;
}

static bool
is_named(const salvaging *state, piece name, const char *wanted)
{
    size_t length = strlen(wanted);

    return name.end - name.start == length + 2 &&
           memcmp(state->text + name.start + 1, wanted, length) == 0;
}

/* Takes a value when it is one of the journal's own members, the first of its name. */
static bool
take_head(salvaging *state, piece name, cJSON *value)
{
    int64_t number;

    for (size_t i = 0; i < HEAD_COUNT; i++) {
        if (state->depth > 1 || state->head[i] || !is_named(state, name, head_names[i]))
            continue;
        if (!cJSON_IsString(value) && (i != HEAD_VERSION || !dn_json_integer(value, &number)))
            continue;
        state->head[i] = value;
        return true;
    }
    return false;
}

/* A name and, if it is a single word, its value; returns where to go on. */
static size_t
take_member(salvaging *state, size_t at)
{
    piece name = {at, string_end(state, at)};
    size_t colon;
    size_t start;
    size_t end;
    cJSON *value;

    if (!name.end)
        return at + 1;
    colon = skip_blanks(state, name.end);
    if (colon >= state->length || state->text[colon] != ':')
        return name.end;
    start = skip_blanks(state, colon + 1);
    value = scalar(state, start, &end);
    if (!value)
        return colon + 1;
    if (take_head(state, name, value))
        return end;
    if (is_named(state, name, "tag") && cJSON_IsString(value)) {
        if (state->tag)
            finish_entry(state);
        state->tag = value;
    } else if (is_named(state, name, "when") && cJSON_IsNumber(value)) {
        drop(&state->when);
        state->when = value;
    } else {
        cJSON_Delete(value);
    }
    if (state->tag && state->when)
        finish_entry(state);
    return end;
}

static void
scan(salvaging *state)
{
    size_t at = 0;

    while (at < state->length && !state->entries.failed && !state->no_memory) {
        char c = state->text[at];
        size_t end = c == '{' ? object_end(state, at) : 0;

        if (c == '"') {
            at = take_member(state, at);
            continue;
        }
        if (c == '{' || c == '}')
            finish_entry(state);
        if (end && take_object(state, at, end)) {
            at = end;
            continue;
        }
        if (c == '{')
            state->depth++;
        if (c == '}' && state->depth)
            state->depth--;
        at++;
    }
    finish_entry(state);
}

/* The value that was found, else `otherwise`, else nothing. */
static void
add_head(const salvaging *state, enum head_member member, const char *otherwise, dn_text *repaired)
{
    const cJSON *value = state->head[member];
    const char *text = value ? value->valuestring : otherwise;
    int64_t number;

    if (!value && !otherwise)
        return;
    dn_text_printf(repaired, "\"%s\": ", head_names[member]);
    if (value && dn_json_integer(value, &number))
        dn_text_printf(repaired, "%lld", (long long)number);
    else
        dn_json_add_string(repaired, text, strlen(text));
    dn_text_add_string(repaired, ", ");
}

int
dn_journal_salvage(const char *text, size_t length, const dn_journal_form *form, dn_text *repaired,
                   dn_error *error)
{
    dn_auto(salvaging) state = {.text = text, .length = length};
    bool native = form->layout == DN_LAYOUT_NATIVE;

    scan(&state);
    if (state.head[HEAD_VERSION])
        native = cJSON_IsNumber(state.head[HEAD_VERSION]);
    if (state.head[HEAD_LAYOUT])
        native = true;
    dn_text_add_char(repaired, '{');
    if (native && !state.head[HEAD_VERSION])
        dn_text_add_string(repaired, "\"version\": 1, ");
    else
        add_head(&state, HEAD_VERSION, "7", repaired);
    if (native)
        add_head(&state, HEAD_LAYOUT, DN_NATIVE_LAYOUT, repaired);
    add_head(&state, HEAD_DIALECT, form->dialect, repaired);
    dn_text_add_string(repaired, "\"entries\": [");
    if (state.entries.length)
        dn_text_add(repaired, state.entries.data, state.entries.length);
    dn_text_add_string(repaired, "]}");
    return repaired->failed || state.entries.failed || state.no_memory ? dn_no_memory(error) : 0;
}
