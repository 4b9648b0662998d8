/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

static const dn_drizzle_dialect dialects[] = {
    {"postgresql", "pg", '"', true, false, "", "checkConstraints", true, "7"},
    {"mysql", "mysql", '`', false, false, " AUTO_INCREMENT", "checkConstraint", false, "5"},
    {"sqlite", "sqlite", '`', false, true, " AUTOINCREMENT", "checkConstraints", true, "6"},
};

/* Views, routines and triggers are left out because drizzle-kit does not know them, or keeps them in
 * the author's words alone. */
const dn_compare_options dn_drizzle_comparison = {
    .without_kinds =
        "view matview trigger function procedure aggregate sequence domain type collation extension "
        "policy rule statistics exclude grant schema",
    .without_members =
        "comment order depends text version auto_options not_enforced not_valid charset collation "
        "engine options partition_by partition_of bound inherits unlogged strict without_rowid "
        "row_security row_security_forced access_method tablespace invisible level implied",
};

const dn_drizzle_dialect *
dn_drizzle_dialect_named(const char *name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        if (strcmp(dialects[i].name, name) == 0)
            return &dialects[i];
    return NULL;
}

const char *
dn_drizzle_snapshot_version(const char *dialect)
{
    const dn_drizzle_dialect *found = dn_drizzle_dialect_named(dialect);

    return found ? found->version : NULL;
}

char *
dn_drizzle_key(dn_arena *arena, dunlin_string name)
{
    char *key = dn_arena_copy(arena, name.data, (size_t)name.length);
    bool raise = false;
    size_t length = 0;

    for (size_t i = 0; key && i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (!isalnum(c) && c < 0x80) {
            raise = length > 0;
            continue;
        }
        key[length] = raise ? (char)toupper(c) : (char)c;
        raise = false;
        length++;
    }
    if (key)
        key[length] = '\0';
    return key;
}

static bool
starts_statement(const char *line)
{
    static const char *const words[] = {"CREATE ", "ALTER ", "SET ", "COMMENT ", "DO ", "--", "/*"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncasecmp(line, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* "Reading schema files:" and the files' names. */
dunlin_string
dn_drizzle_printed_sql(dunlin_string printed)
{
    const char *at = printed.data;
    const char *end = printed.data + printed.length;

    while (at && at < end && !starts_statement(at)) {
        const char *next = memchr(at, '\n', (size_t)(end - at));

        at = next ? next + 1 : end;
    }
    return dn_span(at ? at : "", (size_t)(end - at));
}
