/* SPDX-License-Identifier: MIT */
#include "core/journal/layout.h"

#include <string.h>

static const dn_layout_form forms[DN_LAYOUT_COUNT] = {
    [DN_LAYOUT_NATIVE] = {.name = "native", .endings = {".sql"}, .down = ".down.sql"},
    [DN_LAYOUT_DRIZZLE] = {.name = "drizzle", .endings = {".sql"}, .down = ".down.sql"},
    [DN_LAYOUT_DRIZZLE_V1] = {.name = "drizzle-v1", .folders = true},
    [DN_LAYOUT_FILES] = {.name = "files", .endings = {".sql"}, .down = ".down.sql"},
    [DN_LAYOUT_PRISMA] = {.name = "prisma", .title = "Prisma", .folders = true},
    [DN_LAYOUT_DBMATE] = {.name = "dbmate",
                          .title = "dbmate",
                          .naming = DN_NAMING_DIGITS,
                          .endings = {".sql"},
                          .empty = "-- migrate:up\n\n\n-- migrate:down\n\n"},
    [DN_LAYOUT_GOLANG_MIGRATE] = {.name = "golang-migrate",
                                  .title = "golang-migrate",
                                  .naming = DN_NAMING_NUMBER,
                                  .endings = {".up.sql"},
                                  .down = ".down.sql"},
    [DN_LAYOUT_GOOSE] = {.name = "goose",
                         .title = "goose",
                         .naming = DN_NAMING_NUMBER,
                         .endings = {".sql"},
                         .empty = "-- +goose Up\n\n\n-- +goose Down\n\n"},
    [DN_LAYOUT_FLYWAY] = {.name = "flyway",
                          .title = "Flyway",
                          .naming = DN_NAMING_VERSION,
                          .endings = {".sql"}},
    [DN_LAYOUT_SQLX] = {.name = "sqlx",
                        .title = "sqlx",
                        .naming = DN_NAMING_NUMBER,
                        .endings = {".up.sql", ".sql"},
                        .down = ".down.sql"},
    [DN_LAYOUT_ATLAS] = {.name = "atlas",
                         .title = "Atlas",
                         .naming = DN_NAMING_DIGITS,
                         .endings = {".sql"},
                         .sealed = true},
    [DN_LAYOUT_KNEX] = {.name = "knex", .title = "knex", .code = true},
};

static const char digits[] = "0123456789";

const dn_layout_form *
dn_layout_form_of(dn_layout layout)
{
    return &forms[layout];
}

const char *
dn_layout_name(dn_layout layout)
{
    return forms[layout].name;
}

bool
dn_layout_find(const char *name, dn_layout *layout)
{
    for (int i = 0; i < DN_LAYOUT_COUNT; i++)
        if (strcmp(forms[i].name, name) == 0) {
            *layout = (dn_layout)i;
            return true;
        }
    return false;
}

void
dn_layout_list(dn_text *text)
{
    for (int i = DN_LAYOUT_PRISMA; i < DN_LAYOUT_COUNT; i++)
        dn_text_printf(text, "%s%s", i > DN_LAYOUT_PRISMA ? ", " : "", forms[i].name);
}

/* --- Flyway's names ------------------------------------------------------------------------------- */

/* "V1_2__name": where "__" stands, or NULL. */
static const char *
version_end(const char *tag)
{
    const char *end = tag[0] == 'V' ? strstr(tag + 1, "__") : NULL;
    const char *at;

    if (!end || end == tag + 1)
        return NULL;
    for (at = tag + 1; at < end; at++)
        if (!strchr("0123456789._", *at))
            return NULL;
    return end;
}

bool
dn_layout_is_repeated(dn_layout layout, const char *tag)
{
    return forms[layout].naming == DN_NAMING_VERSION && strncmp(tag, "R__", 3) == 0;
}

/* The next part of a version, without leading zeros; length 0 at its end and for a part of zeros. */
static dunlin_string
next_part(const char **at)
{
    dunlin_string part;

    while (**at == '.' || **at == '_')
        ++*at;
    while (**at == '0')
        ++*at;
    part = dn_span(*at, strspn(*at, digits));
    *at += part.length;
    return part;
}

static int
compare_numbers(dunlin_string a, dunlin_string b)
{
    if (a.length != b.length)
        return a.length < b.length ? -1 : 1;
    return a.length ? memcmp(a.data, b.data, (size_t)a.length) : 0;
}

static int
compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        int order = compare_numbers(next_part(&a), next_part(&b));

        if (order)
            return order;
        if ((*a && !strchr("0123456789._", *a)) || (*b && !strchr("0123456789._", *b)))
            return strcmp(a, b);
    }
    return 0;
}

/* 1.0 is 1, 01.2 is 1.2, 1_2 is 1.2. */
static const char *
spell_version(const char *version, size_t length, dn_arena *arena)
{
    const char *text = dn_arena_copy(arena, version, length);
    dn_auto(dn_text) made = DN_TEXT_INIT;
    size_t kept = 0;

    if (!text)
        return NULL;
    while (*text) {
        dunlin_string part = next_part(&text);

        if (made.length)
            dn_text_add_char(&made, '.');
        dn_text_add(&made, part.length ? part.data : "0", part.length ? (size_t)part.length : 1);
        if (part.length || !kept)
            kept = made.length;
        if (*text && !strchr("0123456789._", *text))
            return dn_arena_copy(arena, version, length); /* nothing that Flyway writes */
    }
    return made.failed ? NULL : dn_arena_copy(arena, made.data ? made.data : "", kept);
}

/* --- names of files --------------------------------------------------------------------------------- */

static bool
has_ending(const char *name, size_t length, const char *ending)
{
    size_t size = strlen(ending);

    return length > size && strcmp(name + length - size, ending) == 0;
}

static bool
is_program(const char *name, size_t length)
{
    static const char *const endings[] = {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"};

    if (has_ending(name, length, ".d.ts"))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (has_ending(name, length, endings[i]))
            return true;
    return false;
}

static bool
is_name(const dn_layout_form *form, const char *tag)
{
    size_t number = strspn(tag, digits);

    switch (form->naming) {
    case DN_NAMING_DIGITS: return number > 0;
    case DN_NAMING_NUMBER: return number > 0 && tag[number] == '_';
    case DN_NAMING_VERSION: return version_end(tag) || (strncmp(tag, "R__", 3) == 0 && tag[3]);
    default: return true;
    }
}

/* Length of the tag in the name of a file, or 0. */
static size_t
tag_length(const dn_layout_form *form, const char *name)
{
    size_t length = strlen(name);

    if (form->code)
        return is_program(name, length) ? length : 0;
    if (form->down && has_ending(name, length, form->down))
        return 0;
    for (size_t i = 0; i < 2 && form->endings[i]; i++)
        if (has_ending(name, length, form->endings[i]))
            return length - strlen(form->endings[i]);
    return 0;
}

const char *
dn_layout_tag(dn_layout layout, const char *name, dn_arena *arena, dn_error *error)
{
    const dn_layout_form *form = &forms[layout];
    size_t length = name[0] == '.' ? 0 : tag_length(form, name);
    const char *tag;

    if (!length)
        return NULL;
    tag = dn_arena_copy(arena, name, length);
    if (!tag) {
        dn_no_memory(error);
        return NULL;
    }
    return is_name(form, tag) ? tag : NULL;
}

/* --- keys -------------------------------------------------------------------------------------------- */

static const char *
spell_number(const char *number, size_t length, dn_arena *arena)
{
    while (length > 1 && *number == '0') {
        number++;
        length--;
    }
    return dn_arena_copy(arena, number, length);
}

const char *
dn_layout_key(dn_layout layout, const char *tag, dn_arena *arena)
{
    const char *end;

    switch (forms[layout].naming) {
    case DN_NAMING_DIGITS: return dn_arena_copy(arena, tag, strspn(tag, digits));
    case DN_NAMING_NUMBER: return spell_number(tag, strspn(tag, digits), arena);
    case DN_NAMING_VERSION:
        end = version_end(tag);
        return end ? spell_version(tag + 1, (size_t)(end - tag - 1), arena)
                   : dn_arena_text(arena, tag);
    default: return dn_arena_text(arena, tag);
    }
}

const char *
dn_layout_spell(dn_layout layout, const char *recorded, dn_arena *arena)
{
    switch (forms[layout].naming) {
    case DN_NAMING_NUMBER: return spell_number(recorded, strlen(recorded), arena);
    case DN_NAMING_VERSION:
        return strspn(recorded, "0123456789._") == strlen(recorded)
                   ? spell_version(recorded, strlen(recorded), arena)
                   : dn_arena_text(arena, recorded);
    default: return dn_arena_text(arena, recorded);
    }
}

const char *
dn_layout_description(dn_layout layout, const char *tag, dn_arena *arena)
{
    bool versions = forms[layout].naming == DN_NAMING_VERSION;
    const char *start = versions ? strstr(tag, "__") : strchr(tag, '_');
    char *text = dn_arena_text(arena, start ? start + (versions ? 2 : 1) : "");

    for (char *at = text; at && *at && layout != DN_LAYOUT_ATLAS; at++)
        if (*at == '_')
            *at = ' ';
    return text;
}

/* --- order ------------------------------------------------------------------------------------------- */

int
dn_layout_compare(dn_layout layout, const char *tag, const char *other)
{
    bool repeated = dn_layout_is_repeated(layout, tag);
    int order = 0;

    if (repeated != dn_layout_is_repeated(layout, other))
        return repeated ? 1 : -1;
    if (forms[layout].naming == DN_NAMING_NUMBER ||
        (forms[layout].naming == DN_NAMING_VERSION && !repeated)) {
        const char *a = tag + (forms[layout].naming == DN_NAMING_VERSION);
        const char *b = other + (forms[layout].naming == DN_NAMING_VERSION);

        order = forms[layout].naming == DN_NAMING_NUMBER
                    ? compare_numbers(next_part(&a), next_part(&b))
                    : compare_versions(a, b);
    }
    return order ? order : strcmp(tag, other);
}

int
dn_layout_compare_keys(dn_layout layout, const char *key, const char *other)
{
    switch (forms[layout].naming) {
    case DN_NAMING_NUMBER:
    case DN_NAMING_VERSION: return compare_versions(key, other);
    default: return strcmp(key, other);
    }
}
