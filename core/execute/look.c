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
/* Only the database knows which columns a table has that it made from a query: it is looked at once
 * the next statement wants to know. */
int
dn_translator_note_unseen(dn_translator *translator, const dunlin_operation *operation,
                          dn_error *error)
{
    const dunlin_fact key = dn_operation_fact(operation);

    if (!dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) ||
        !operation->body.length)
        return 0;
    if (translator->unseen)
        return dn_fact_map_put(translator->unseen, &key, error);
    dn_translator_forget(translator);
    return 0;
}

/* Did the parser make its name up? */
bool
dn_reading_is_nameless(const dn_reading *reading, const dunlin_operation *operation)
{
    const dn_ddl_statement *parsed = &reading->parsed;

    if (operation->path_count && !operation->path[operation->path_count - 1].length)
        return true;
    for (size_t i = 0; i < parsed->count; i++) {
        const dunlin_operation *one = parsed->operations[i];

        if (parsed->marks[i].named && one->span_begin == operation->span_begin &&
            dn_string_same(one->kind, operation->kind) &&
            dn_string_same(one->path[one->path_count - 1],
                           operation->path[operation->path_count - 1]))
            return true;
    }
    return false;
}

/* In its own dialect the database gives names by its own rules. Where indexes are the table's, it also makes one for
 * a foreign key, and takes a column that goes out of indexes that stay. */
static bool
leaves_unknown(const dn_translator *translator, const dunlin_operation *operation)
{
    bool creates = operation->verb == DUNLIN_VERB_CREATE;
    bool table_indexes = (translator->target.naming & DN_FACT_TABLE_INDEXES) != 0;

    if (creates && table_indexes && dn_string_equal(operation->kind, DUNLIN_KIND_FOREIGN_KEY))
        return true;
    if (creates && dn_string_among(operation->kind, "unique fk check index exclude"))
        return translator->reading && dn_reading_is_nameless(translator->reading, operation);
    return table_indexes && dn_operation_is(operation, DUNLIN_VERB_DROP, DUNLIN_KIND_COLUMN);
}

/* What came of it in its table is seen by looking, once a guard wants to know. */
int
dn_translator_note_unnamed(dn_translator *translator, const dunlin_operation *operation,
                           dn_error *error)
{
    uint64_t depth = (translator->target.naming & DN_FACT_NAMESPACES) ? 2 : 1;
    dunlin_fact key = dn_operation_fact(operation);

    if (!translator->own || key.path_count < depth || !leaves_unknown(translator, operation))
        return 0;
    key.kind = dn_string(DUNLIN_KIND_TABLE);
    key.path_count = depth;
    if (translator->unseen)
        return dn_fact_map_put(translator->unseen, &key, error);
    dn_translator_forget(translator);
    return 0;
}

/* --- views whose text is another one now --- */
typedef struct doubting {
    const dunlin_operation *operation;
    dn_fact_list views;
    dn_arena *arena;
    dn_error *error;
} doubting;

static int
note_doubtful(const dunlin_fact *view, void *context)
{
    doubting *work = context;
    const dunlin_operation *operation = work->operation;
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    const dunlin_property *text =
        dn_property_find(view->properties, view->property_count, "definition");

    return text && dn_string_mentions(text->text, operation->path[operation->path_count - 1]) &&
                   (!column ||
                    dn_string_mentions(text->text, operation->path[operation->path_count - 2]))
               ? dn_fact_list_add(&work->views, work->arena, view, work->error)
               : 0;
}

static int
doubt(dn_fact_map *facts, const dunlin_fact *view, dn_arena *arena, dn_error *error)
{
    dn_properties set = {.arena = arena};
    dunlin_fact changed = *view;

    dn_properties_add_all(&set, view->properties, view->property_count, "rewritten");
    dn_properties_add(&set, "rewritten", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
    if (set.failed)
        return dn_no_memory(error);
    changed.properties = set.items;
    changed.property_count = set.count;
    return dn_fact_map_put(facts, &changed, error);
}

/* A new name is written into views, and how, only the database tells. Where texts are kept, that is
 * seen by looking; it is not compared before. */
int
dn_translator_note_rewritten(dn_translator *translator, const dunlin_operation *operation,
                             dn_error *error)
{
    uint64_t flags = dn_connection_capabilities(translator->connection)->flags;
    dn_fact_map *facts = dn_translator_facts(translator);
    doubting work = {.operation = operation, .arena = &translator->scratch, .error = error};

    if (operation->verb != DUNLIN_VERB_RENAME ||
        !dn_string_among(operation->kind, "table view column"))
        return 0;
    if (dn_fact_map_each(facts, DUNLIN_KIND_VIEW, note_doubtful, &work) < 0)
        return -1;
    if (work.views.count && translator->phase != DN_TRANSLATOR_REHEARSES &&
        (flags & DUNLIN_CAN_KEEP_TEXTS)) {
        dn_translator_forget(translator);
        return 0;
    }
    for (size_t i = 0; i < work.views.count; i++)
        if (doubt(facts, work.views.items[i], work.arena, error) < 0)
            return -1;
    return 0;
}

/* A default that stays is one of the new type then, as the database prints it. */
int
dn_translator_note_retyped(dn_translator *translator, const dunlin_operation *operation,
                           dn_error *error)
{
    dn_fact_map *facts = dn_translator_facts(translator);
    dn_properties set = {.arena = &translator->scratch};
    const dunlin_fact *column;
    dunlin_fact changed;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")) ||
        dn_property_find(operation->set, operation->set_count, "default"))
        return 0;
    column = dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    if (!column || !dn_property_find(column->properties, column->property_count, "default") ||
        dn_property_find(column->properties, column->property_count, "unsure"))
        return 0;
    dn_properties_add_all(&set, column->properties, column->property_count, "unsure");
    dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string("default"));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (set.failed)
        return dn_no_memory(error);
    changed = *column;
    changed.properties = set.items;
    changed.property_count = set.count;
    return dn_fact_map_put(facts, &changed, error);
}

static bool
is_of_unseen(const dn_translator *translator, const dn_source *source, const dn_reading *reading)
{
    uint64_t depth = (translator->target.naming & DN_FACT_NAMESPACES) ? 2 : 1;

    if (!(source->flags & DUNLIN_CLASS_DDL))
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
    bool asks = source->flags & DUNLIN_CLASS_DDL ? reading->conditional || !translator->own
                                                 : !translator->own;

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
