/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a journal: reading gives entries with good tags or an error with a place; what was
 * read is rendered to something that reads the same; what was not is salvaged to something that
 * can be read.
 */
#include <stdio.h>
#include <string.h>

#include "core/journal/parts.h"
#include "tests/fuzz/must.h"

static void
check_tags(const dn_journal_text *parsed)
{
    for (size_t i = 0; i < parsed->count; i++) {
        const dn_migration *entry = &parsed->entries[i];

        MUST(!dn_tag_fault(entry->tag, strlen(entry->tag)));
        MUST(entry->line > 0 && entry->column > 0 && entry->entry == i + 1);
        MUST(entry->when_ms >= 0 && entry->idx >= 0);
    }
}

static void
render_and_read_again(const char *text, size_t length, const dn_journal_text *parsed,
                      dn_arena *arena)
{
    dn_auto(dn_json) original = {0};
    dn_auto(dn_text) rendered = DN_TEXT_INIT;
    dn_journal_form form = {.layout = parsed->layout, .original = &original};
    dn_journal_text again;
    dn_error error;

    /* What the whole reader refuses and the streaming one takes would be a bug in either. */
    MUST(dn_json_parse(&original, "j", text, length, false, "journal.syntax", &error) == 0);
    MUST(dn_journal_write(&form, parsed->entries, parsed->count, &rendered, &error) == 0);
    MUST(dn_journal_parse("j", rendered.data, rendered.length, arena, &again, &error) == 0);
    MUST(again.count == parsed->count && again.layout == parsed->layout);
    for (size_t i = 0; i < parsed->count; i++) {
        MUST(strcmp(again.entries[i].tag, parsed->entries[i].tag) == 0);
        MUST(again.entries[i].when_ms == parsed->entries[i].when_ms);
        MUST(again.entries[i].idx == parsed->entries[i].idx);
    }
}

static void
salvage_and_read(const char *text, size_t length, dn_arena *arena)
{
    dn_auto(dn_text) repaired = DN_TEXT_INIT;
    dn_journal_form form = {.layout = DN_LAYOUT_DRIZZLE, .dialect = "toy"};
    dn_journal_text parsed;
    dn_error error = {0};

    MUST(dn_journal_salvage(text, length, &form, &repaired, &error) == 0);
    if (dn_journal_parse("j", repaired.data, repaired.length, arena, &parsed, &error) == 0)
        check_tags(&parsed);
    else
        MUST(strcmp(error.id, "journal.syntax") != 0 && strcmp(error.id, "journal.bad-tag") != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *text = (const char *)data;
    dn_journal_text parsed;
    dn_error error = {0};

    if (dn_journal_parse("j", text, size, &arena, &parsed, &error) == 0) {
        check_tags(&parsed);
        render_and_read_again(text, size, &parsed, &arena);
    } else {
        unsigned line = 0;
        unsigned column = 0;

        MUST(sscanf(error.message, "j:%u:%u: ", &line, &column) == 2 && line && column);
    }
    salvage_and_read(text, size, &arena);
    return 0;
}
