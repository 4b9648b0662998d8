/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a snapshot, and any line of them as one fact of a snapshot: reading gives facts or an
 * error with a place; facts that were read are written to what is read as the same facts, and
 * written again is the same text.
 */
#include <string.h>

#include "core/base/json.h"
#include "core/state/snapshot.h"
#include "tests/fuzz/must.h"

/* --- a fact by itself, which no digest protects ------------------------------------------------------ */
static void
read_line(const char *line, size_t length, dn_text *written, dn_arena *arena)
{
    const char *sign = memchr(line, '=', length);
    dn_auto(dn_json) value = {0};
    dn_fact_flaw flaw = {NULL, NULL};
    dunlin_fact fact;
    dn_error error;
    char *key;

    if (!sign)
        return;
    key = dn_arena_copy(arena, line, (size_t)(sign - line));
    MUST(key != NULL);
    if (dn_json_parse(&value, "line", sign + 1, length - (size_t)(sign - line) - 1, false,
                      "snapshot.syntax", &error) < 0)
        return;
    if (dn_fact_read(key, value.root, arena, &fact, &flaw) == 0)
        MUST(dn_fact_write(written, &fact, &error) == 0);
    else
        MUST(flaw.words && flaw.words[0]);
}

/* "key":value, as dn_fact_write() writes it. */
static void
read_again(const dn_text *written, dn_arena *arena)
{
    dn_auto(dn_text) wrapped = DN_TEXT_INIT;
    dn_auto(dn_text) twice = DN_TEXT_INIT;
    dn_auto(dn_json) object = {0};
    dn_fact_flaw flaw = {NULL, NULL};
    dunlin_fact fact;
    dn_error error;

    dn_text_printf(&wrapped, "{%.*s}", (int)written->length, written->data);
    MUST(dn_json_parse(&object, "again", wrapped.data, wrapped.length, false, "snapshot.syntax",
                       &error) == 0);
    MUST(object.root->child && !object.root->child->next);
    MUST(dn_fact_read(object.root->child->string, object.root->child, arena, &fact, &flaw) == 0);
    MUST(dn_fact_write(&twice, &fact, &error) == 0);
    MUST(twice.length == written->length && memcmp(twice.data, written->data, twice.length) == 0);
}

static void
lines_as_facts(const char *text, size_t size, dn_arena *arena)
{
    const char *end = text + size;

    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        dn_text written = DN_TEXT_INIT;

        stop = stop ? stop : end;
        read_line(text, (size_t)(stop - text), &written, arena);
        if (written.length)
            read_again(&written, arena);
        dn_text_free(&written);
        text = stop < end ? stop + 1 : end;
    }
}

/* --- whole files ---------------------------------------------------------------------------------------- */
static void
whole_file(const char *text, size_t size, dn_arena *arena)
{
    dn_snapshot snapshot;
    dn_snapshot again;
    dn_text written = DN_TEXT_INIT;
    dn_text twice = DN_TEXT_INIT;
    dn_error error = {0};

    if (dn_snapshot_read("s.json", text, size, arena, &snapshot, &error) < 0) {
        MUST(strncmp(error.id, "snapshot.", 9) == 0 && strncmp(error.message, "s.json", 6) == 0);
        return;
    }
    MUST(dn_snapshot_write(&snapshot, &written, &error) == 0);
    MUST(dn_snapshot_read("s.json", written.data, written.length, arena, &again, &error) == 0);
    MUST(dn_digest_equal(&snapshot.digest, &again.digest));
    MUST(dn_snapshot_write(&again, &twice, &error) == 0);
    MUST(written.length == twice.length && memcmp(written.data, twice.data, twice.length) == 0);
    dn_text_free(&written);
    dn_text_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_arena arena = DN_ARENA_INIT;

    whole_file((const char *)data, size, &arena);
    lines_as_facts((const char *)data, size, &arena);
    dn_arena_free(&arena);
    return 0;
}
