/* SPDX-License-Identifier: MIT
 *
 * Names without a schema that may mean something in another schema than the one that facts are looked up in: where
 * names are looked for in several, and behind a statement that says to look elsewhere. Such statements, and those about
 * sequences and extensions that no fact tells of, since a column owns them or the server brings them, are sent with
 * their IF [NOT] EXISTS, which the server knows to answer.
 */
#include "core/execute/translate_internal.h"

#include <string.h>

int
dn_translator_note_names(dn_translator *translator, const dn_source *source, dn_error *error)
{
    if (!(source->flags & DUNLIN_CLASS_CHANGES_NAMES))
        return 0;
    translator->elsewhere = dn_arena_text(&translator->arena, source->path ? source->path : "");
    return translator->elsewhere ? 0 : dn_no_memory(error);
}

/* The session is set back behind each migration. */
static bool
looks_elsewhere(const dn_translator *translator, const dn_source *source)
{
    return translator->elsewhere && source->path &&
           strcmp(translator->elsewhere, source->path) == 0;
}

static bool
is_unqualified(const dunlin_operation *operation)
{
    return operation->path_count > 1 && operation->path[0].length == 0;
}

static bool
names_without_schema(const dn_reading *reading)
{
    for (size_t i = 0; i < reading->parsed.count; i++)
        if (is_unqualified(reading->parsed.operations[i]))
            return true;
    return false;
}

/* Is what it is about, or the table that this lies in, among the facts, or made by it? */
static bool
is_known(const dn_fact_map *facts, const dunlin_operation *operation)
{
    static const char *const relations[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                            DUNLIN_KIND_MATERIALIZED_VIEW};

    /* The last name of a routine is what it is called with. */
    if (operation->path_count < 3 ||
        dn_string_among(operation->kind, "function procedure aggregate"))
        return operation->verb == DUNLIN_VERB_CREATE ||
               dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count) ||
               (operation->verb == DUNLIN_VERB_RENAME &&
                dn_fact_map_find(facts, operation->kind, operation->new_path,
                                 operation->new_path_count));
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++)
        if (dn_fact_map_find(facts, dn_string(relations[i]), operation->path, 2))
            return true;
    return false;
}

static bool
all_known(const dn_translator *translator, const dn_reading *reading)
{
    for (size_t i = 0; i < reading->operations.count; i++)
        if (!is_known(dn_translator_facts(translator), reading->operations.items[i]))
            return false;
    return true;
}

/* A path of one name is that of an extension. */
static bool
is_of_unseen_kind(const dn_translator *translator, const dn_reading *reading)
{
    const dunlin_operation *first = reading->operations.count ? reading->operations.items[0] : NULL;

    return first && dn_string_among(first->kind, "sequence extension") &&
           !all_known(translator, reading);
}

bool
dn_translator_means_elsewhere(const dn_translator *translator, const dn_source *source,
                              const dn_reading *reading)
{
    return translator->own && (translator->target.naming & DN_FACT_NAMESPACES) &&
           looks_elsewhere(translator, source) && names_without_schema(reading);
}

bool
dn_translator_may_mean_elsewhere(const dn_translator *translator, const dn_reading *reading)
{
    if (!translator->own || !reading->conditional ||
        !(translator->target.naming & DN_FACT_NAMESPACES))
        return false;
    return is_of_unseen_kind(translator, reading) ||
           (dn_connection_server(translator->connection)->further_namespaces &&
            names_without_schema(reading) && !all_known(translator, reading));
}

int
dn_translator_check_guards(const dn_translator *translator, const dn_source *source,
                           const dn_reading *reading, dn_error *error)
{
    const dunlin_operation *first = reading->parsed.count ? reading->parsed.operations[0] : NULL;

    if (!reading->conditional || !first ||
        dn_translator_knows_guards(translator->rules, source->sql))
        return 0;
    dn_fail(error, DUNLIN_UNSUPPORTED, "translate.elsewhere",
            "which schema '%.*s' is in only the database can tell, and it has no IF [NOT] EXISTS"
            " here: say the schema",
            (int)first->path[first->path_count > 1 ? 1 : 0].length,
            first->path[first->path_count > 1 ? 1 : 0].data);
    return dn_translator_blame(source, first->span_begin, error);
}
