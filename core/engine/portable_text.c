/* SPDX-License-Identifier: MIT
 *
 * Writing the portable definition.
 */
#include <stdlib.h>
#include <string.h>

#include "core/engine/portable.h"

#define BEGINNING                                                                                  \
    "-- The schema for every database of the project, written by `dunlin schema dump`.\n"
#define ONLY "-- dunlin: only "
#define END "-- dunlin: end"

bool
dn_portable_is_ours(const dn_text *text)
{
    size_t length = strlen(BEGINNING);

    return text->length > length && memcmp(text->data, BEGINNING, length) == 0;
}

int
dn_portable_statements(const dn_model *model, dn_text *text, size_t *statements, dn_error *error)
{
    dn_text_add_string(text, BEGINNING
                       "-- Into an empty one it goes with `dunlin schema load FILE --url URL`.\n"
                       "-- dunlin: portable\n");
    return dn_model_write(model, text, statements, error);
}

/* --- sections, beside those of the present file ---------------------------------------------------------------------------- */

typedef struct block {
    dunlin_string names; /* of drivers */
    dunlin_string text;  /* behind the directive that names them, up to the end */
} block;

typedef struct blocks {
    block *list;
    size_t count;
    size_t capacity;
    dn_arena arena;
} blocks;

static bool
begins(dunlin_string line, const char *with)
{
    size_t length = strlen(with);

    return line.length >= length && memcmp(line.data, with, length) == 0;
}

static dunlin_string
trimmed(const char *data, size_t length)
{
    while (length && strchr(" \t\r", data[length - 1]))
        length--;
    return dn_span(data, length);
}

static int
add_block(blocks *found, dunlin_string names, dunlin_string text, dn_error *error)
{
    found->list = dn_arena_grow(&found->arena, found->list, &found->capacity, found->count + 1,
                                sizeof *found->list);
    if (!found->list)
        return dn_no_memory(error);
    found->list[found->count++] = (block){names, text};
    return 0;
}

static bool
is_known(const dn_portable_section *sections, size_t count, dunlin_string name)
{
    for (size_t i = 0; i < count; i++)
        if (sections[i].text && dn_driver_is_called(sections[i].driver, name))
            return true;
    return false;
}

/* Of the names of a section, those of which nothing newer is known. */
static int
keep_names(blocks *found, const dn_portable_section *sections, size_t count, dunlin_string names,
           dunlin_string *kept, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dunlin_string name;
    const char *copy;

    while (dn_driver_next_name(&names, &name)) {
        if (is_known(sections, count, name))
            continue;
        dn_text_add_string(&text, text.length ? ", " : "");
        dn_text_add(&text, name.data, (size_t)name.length);
    }
    copy =
        text.failed ? NULL : dn_arena_copy(&found->arena, text.data ? text.data : "", text.length);
    *kept = dn_span(copy, text.length);
    return copy ? 0 : dn_no_memory(error);
}

static int
find_blocks(const dn_portable_section *sections, size_t count, const dn_text *present,
            blocks *found, dn_error *error)
{
    const char *at = present ? present->data : NULL;
    const char *end = at ? at + present->length : at;
    const char *begin = NULL;
    dunlin_string names = {NULL, 0};

    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *next = line_end ? line_end + 1 : end;
        dunlin_string line = trimmed(at, (size_t)((line_end ? line_end : end) - at));

        if (!begin && begins(line, ONLY)) {
            begin = next;
            names = dn_span(line.data + strlen(ONLY), (size_t)line.length - strlen(ONLY));
            if (keep_names(found, sections, count, names, &names, error) < 0)
                return -1;
        } else if (begin && dn_string_equal(line, END)) {
            if (names.length &&
                add_block(found, names, dn_span(begin, (size_t)(at - begin)), error) < 0)
                return -1;
            begin = NULL;
        }
        at = next;
    }
    return 0;
}

static int
by_driver(const void *left, const void *right)
{
    const block *a = left;
    const block *b = right;
    uint64_t length = a->names.length < b->names.length ? a->names.length : b->names.length;
    int order = length ? memcmp(a->names.data, b->names.data, (size_t)length) : 0;

    if (!order && a->names.length != b->names.length)
        order = a->names.length < b->names.length ? -1 : 1;
    return order ? order : a->text.data < b->text.data ? -1 : a->text.data > b->text.data;
}

int
dn_portable_sections(const dn_portable_section *sections, size_t count, const dn_text *present,
                     dn_text *text, dn_error *error)
{
    blocks found = {.arena = DN_ARENA_INIT};
    int answer = find_blocks(sections, count, present, &found, error);

    for (size_t i = 0; answer == 0 && i < count; i++)
        if (sections[i].text && *sections[i].text)
            answer = add_block(&found, dn_string(sections[i].driver->table.name),
                               dn_string(sections[i].text), error);
    if (answer == 0 && found.count)
        qsort(found.list, found.count, sizeof *found.list, by_driver);
    for (size_t i = 0; answer == 0 && i < found.count; i++) {
        const block *one = &found.list[i];

        dn_text_printf(text, "\n" ONLY "%.*s\n", (int)one->names.length, one->names.data);
        dn_text_add(text, one->text.data, (size_t)one->text.length);
        dn_text_add_string(text, END "\n");
    }
    dn_arena_free(&found.arena);
    return answer < 0 ? -1 : text->failed ? dn_no_memory(error) : 0;
}

/* The blank line before a section goes with it. */
static void
drop_blank_line(dn_text *text)
{
    if (text->length > 1 && memcmp(text->data + text->length - 2, "\n\n", 2) == 0)
        text->length--;
}

/* All but what stands for the driver of the section. */
static int
copy_others(blocks *found, const dn_portable_section *section, const dn_text *present,
            dn_text *text, dn_error *error)
{
    const char *end = present->data + present->length;
    bool drops = false;

    for (const char *at = present->data; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *next = line_end ? line_end + 1 : end;
        dunlin_string line = trimmed(at, (size_t)((line_end ? line_end : end) - at));

        if (begins(line, ONLY)) {
            dunlin_string names = dn_span(line.data + strlen(ONLY), line.length - strlen(ONLY));

            if (keep_names(found, section, 1, names, &names, error) < 0)
                return -1;
            drops = names.length == 0;
            if (drops)
                drop_blank_line(text);
            else
                dn_text_printf(text, ONLY "%.*s\n", (int)names.length, names.data);
        } else if (!drops) {
            dn_text_add(text, at, (size_t)(next - at));
        } else {
            drops = !dn_string_equal(line, END);
        }
        at = next;
    }
    return 0;
}

int
dn_portable_renew(const dn_portable_section *section, const dn_text *present, dn_text *text,
                  dn_error *error)
{
    blocks found = {.arena = DN_ARENA_INIT};
    int answer;

    dn_text_clear(text);
    answer = copy_others(&found, section, present, text, error);
    dn_arena_free(&found.arena);
    return answer < 0 ? -1 : dn_portable_sections(section, 1, NULL, text, error);
}
