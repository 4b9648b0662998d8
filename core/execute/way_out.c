/* SPDX-License-Identifier: MIT
 *
 * What a person can do about a statement that has no translation.
 */
#include <string.h>

#include "core/execute/portability.h"
#include "core/execute/translate_internal.h"

const char *
dn_portability_override(dn_arena *arena, const char *path, const char *driver)
{
    size_t length = strlen(path);

    if (length > 4 && strcmp(path + length - 4, ".sql") == 0)
        length -= 4;
    return dn_arena_printf(arena, "%.*s.%s.sql", (int)length, path, driver);
}

const char *
dn_portability_way_out(dn_arena *arena, const char *dialect, const char *path, const char *driver)
{
    const char *slash = strrchr(path, '/');
    const char *other = driver ? driver : "OTHER";
    const char *file = dn_portability_override(arena, slash ? slash + 1 : path, other);

    if (!file)
        return NULL;
    if (dialect && strcmp(dialect, "portable") != 0)
        return dn_arena_printf(
            arena,
            "a file '%s', which %s gets in place of the whole migration; or, where no database has "
            "applied it yet, the statement between '-- dunlin: only %s' and '-- dunlin: end', and "
            "what %s gets instead in '-- dunlin: only %s'",
            file, other, dialect, other, other);
    return dn_arena_printf(
        arena,
        "the statement between '-- dunlin: only NAME' and '-- dunlin: end', for the database that it is "
        "for, and what %s gets instead in '-- dunlin: only %s'; or, also where a database has applied "
        "the migration, a file '%s', which %s gets in place of the whole of it",
        other, other, file, other);
}

int
dn_translator_point_out(const dn_translator *translator, const dn_source *source, dn_error *error)
{
    static const char *const about[] = {"translate.native", "translate.untranslatable",
                                        "translate.unknown-type", "translate.namespace"};
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *usual = dn_error_hint_of(error->id);
    const char *own = error->hint[0] && !(usual && strcmp(usual, error->hint) == 0)
                          ? dn_arena_text(&arena, error->hint)
                          : NULL; /* the driver's */
    const char *way = NULL;

    for (size_t i = 0; !translator->own && i < sizeof about / sizeof *about; i++)
        if (strcmp(error->id, about[i]) == 0)
            way = dn_portability_way_out(&arena, translator->options.dialect, source->path,
                                         dn_connection_driver(translator->connection)->table.name);
    if (way)
        dn_hint(error, "%s%s%s ('dunlin check --portability' lists all such statements)",
                own ? own : "", own ? "; or " : "", way);
    return -1;
}
