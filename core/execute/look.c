/* SPDX-License-Identifier: MIT
 *
 * What the pending statements have to know is noted while they are heard, and read before the first of
 * them.
 */
#include "core/execute/translate_internal.h"

void
dn_translator_note_table(dn_translator *translator, dunlin_string table)
{
    bool spaces = (translator->target.naming & DN_FACT_NAMESPACES) != 0;
    const dunlin_string path[] = {translator->target.home, table};
    const dunlin_fact key = {.size = sizeof key,
                             .kind = dn_string(DUNLIN_KIND_TABLE),
                             .path = spaces ? path : path + 1,
                             .path_count = spaces ? 2 : 1};
    dn_error ignored;

    if (table.length)
        dn_fact_map_put(translator->keys, &key, &ignored); /* without it, less can be translated */
}

/* REFERENCES t: its key is that of t, which a driver may have to name. */
void
dn_translator_note_referred(dn_translator *translator, const dunlin_operation *operation)
{
    const dunlin_property *table = dn_property_find(operation->set, operation->set_count, "ref");
    dunlin_string name = {NULL, 0};

    if (translator->own ||
        !dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_FOREIGN_KEY) ||
        dn_property_find(operation->set, operation->set_count, "ref_columns"))
        return;
    for (table = table ? table + 1 : NULL; table && table->type != DUNLIN_PROPERTY_END; table++)
        name = table->text;
    if (!translator->target.named_types)
        dn_translator_note_table(translator, name);
}

/* --- what queries read --- */
static dunlin_string
query_of(const dunlin_operation *operation)
{
    const dunlin_property *definition;

    if (operation->verb != DUNLIN_VERB_CREATE)
        return dn_string("");
    if (dn_string_equal(operation->kind, DUNLIN_KIND_TABLE))
        return operation->body;
    if (!dn_string_equal(operation->kind, DUNLIN_KIND_VIEW) &&
        !dn_string_equal(operation->kind, DUNLIN_KIND_MATERIALIZED_VIEW))
        return dn_string("");
    definition = dn_property_find(operation->set, operation->set_count, "definition");
    return definition ? definition->text : dn_string("");
}

int
dn_translator_expect_queries(dn_translator *translator, const dn_operations *operations,
                             dn_error *error)
{
    for (size_t i = 0; i < operations->count && !translator->own; i++) {
        dunlin_string query = query_of(operations->items[i]);
        dn_ddl_translation ignored;

        if (query.length && dn_driver_translate(&translator->translations, DUNLIN_TRANSLATE_QUERY,
                                                query, &translator->scratch, &ignored, error) < 0)
            return -1;
    }
    return 0;
}

/* --- what is behind views --- */
static const char *
note_behind(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    (void)space;
    (void)column;
    dn_translator_note_table(context, table);
    return NULL;
}

static int
note_of_view(const dunlin_fact *view, void *context)
{
    dn_translator *translator = context;
    const dn_driver_columns columns = {.class_of = note_behind, .context = translator};
    const dunlin_property *query =
        dn_property_find(view->properties, view->property_count, "definition");

    if (query)
        dn_driver_query_ask(&translator->translations, &columns, query->text, &translator->scratch);
    return 0;
}

/* Notes the tables that columns of the known views come from; true when one was not noted before. */
static bool
notes_behind_views(dn_translator *translator)
{
    size_t before = dn_fact_map_count(translator->keys);

    if (translator->own)
        return false;
    dn_arena_clear(&translator->scratch);
    dn_fact_map_each(translator->actual, DUNLIN_KIND_VIEW, note_of_view, translator);
    return dn_fact_map_count(translator->keys) > before;
}

/* --- what nobody knows before it is there --- */
/* COMMENT ON is no statement of SQLite and MariaDB, which class it by nothing. */
bool
dn_reading_is_of_schema(const dn_source *source, const dn_reading *reading)
{
    for (size_t i = 0; i < reading->operations.count; i++)
        if (reading->operations.items[i]->verb < DUNLIN_VERB_DATA)
            return true;
    return source->flags & DUNLIN_CLASS_DDL;
}

static bool
is_of_unseen(const dn_translator *translator, const dn_source *source, const dn_reading *reading)
{
    uint64_t depth = (translator->target.naming & DN_FACT_NAMESPACES) ? 2 : 1;

    if (!dn_reading_is_of_schema(source, reading))
        return translator->unseen && dn_fact_map_count(translator->unseen) > 0;
    for (size_t i = 0; translator->unseen && i < reading->operations.count; i++) {
        const dunlin_operation *operation = reading->operations.items[i];

        if (operation->verb < DUNLIN_VERB_DATA && operation->path_count >= depth &&
            dn_fact_map_find(translator->unseen, dn_string(DUNLIN_KIND_TABLE), operation->path,
                             depth))
            return true;
    }
    return false;
}

bool
dn_translator_is_behind(const dn_translator *translator, const dn_source *source,
                        const dn_reading *reading)
{
    bool asks = !translator->own || ((source->flags & DUNLIN_CLASS_DDL) && reading->conditional);

    return asks && (translator->stale || is_of_unseen(translator, source, reading));
}

/* --- reading --- */
void
dn_translator_share(dn_translator *translator)
{
    translator->shares = translator->own && (translator->target.naming & DN_FACT_NAMESPACES) != 0;
}

static int
look_at_whole(dn_translator *translator, dn_error *error)
{
    const dn_fact_map *whole;

    if (dn_connection_schema_ahead(translator->connection, &whole, error) < 0)
        return -1;
    if (!whole)
        return 1;
    translator->actual = dn_fact_map_copy(whole, &translator->arena, error);
    return translator->actual ? 0 : -1;
}

static int
look_at_keys(dn_translator *translator, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_fact_list list = {NULL, 0, 0};

    translator->actual = dn_fact_map_new(&translator->arena, translator->target.naming);
    if (!translator->actual)
        return dn_no_memory(error);
    if (!translator->everything && dn_fact_map_list(translator->keys, &arena, &list, error) < 0)
        return -1;
    return dn_connection_facts(translator->connection, list.items, list.count, translator->actual,
                               error);
}

int
dn_translator_look(dn_translator *translator, dn_error *error)
{
    enum { MOST_VIEWS = 8 }; /* each on another one */

    if (!translator->stale && translator->open.count)
        return dn_translator_look_at_open(translator, error);
    translator->stale = false;
    translator->looks++;
    if (!translator->guarded || dn_fact_map_count(translator->keys) == 0)
        return 0;
    if ((translator->target.naming & DN_FACT_NAMESPACES) && !translator->target.home.length)
        return dn_fail(error, DUNLIN_PERMISSION, "translate.no-schema",
                       "names without a schema mean nothing to this user: none of the search path "
                       "may be used");
    if (translator->shares && translator->phase == DN_TRANSLATOR_EXPECTS) {
        int answer = look_at_whole(translator, error);

        translator->shares = answer <= 0;
        if (answer <= 0 || translator->passed_over)
            return answer;
    }
    for (int i = 0; i < MOST_VIEWS; i++)
        if (look_at_keys(translator, error) < 0)
            return -1;
        else if (translator->everything || !notes_behind_views(translator))
            break;
    return 0;
}
