/* SPDX-License-Identifier: MIT
 *
 * The facts after operations took effect, and what of them is not known then until it is looked at.
 */
#include "core/execute/translate_internal.h"

/* --- tables --- */
/* Only the database knows which columns a table has that it made from a query: it is looked at once
 * the next statement wants to know. */
static int
note_unseen(dn_translator *translator, const dunlin_operation *operation, dn_error *error)
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

    if (dn_operation_is_nameless(operation))
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
 * a foreign key, takes a column that goes out of indexes that stay, and is told more of a column than the parser
 * knows. */
static bool
leaves_unknown(const dn_translator *translator, const dunlin_operation *operation)
{
    bool creates = operation->verb == DUNLIN_VERB_CREATE;
    bool table_indexes = (translator->target.naming & DN_FACT_TABLE_INDEXES) != 0;

    if (creates && table_indexes && dn_string_equal(operation->kind, DUNLIN_KIND_FOREIGN_KEY))
        return true;
    if (creates && dn_string_among(operation->kind, "unique fk check index exclude"))
        return translator->reading && dn_reading_is_nameless(translator->reading, operation);
    return table_indexes && dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
           (operation->verb == DUNLIN_VERB_DROP || operation->verb == DUNLIN_VERB_ALTER);
}

/* What came of it in its table is seen by looking, once a guard wants to know. */
static int
note_unnamed(dn_translator *translator, const dunlin_operation *operation, dn_error *error)
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

/* Where texts are kept, what a new name made of the text of a view is seen by looking; it is not compared
 * before. */
static int
note_rewritten(dn_translator *translator, const dunlin_operation *operation, dn_error *error)
{
    uint64_t flags = dn_connection_capabilities(translator->connection)->flags;
    int doubts = dn_schema_doubt_views(dn_translator_facts(translator), operation,
                                       &translator->scratch, error);

    if (doubts > 0 && translator->phase != DN_TRANSLATOR_REHEARSES &&
        (flags & DUNLIN_CAN_KEEP_TEXTS))
        dn_translator_forget(translator);
    return doubts < 0 ? -1 : 0;
}

/* --- all of it --- */
/* Where types have no names, a check may stand for one: which goes with a change of the type, the
 * driver alone knows. */
static bool
may_change_more(const dn_translator *translator, const dunlin_operation *operation)
{
    uint64_t flags = dn_connection_capabilities(translator->connection)->flags;

    return translator->phase != DN_TRANSLATOR_REHEARSES && !(flags & DUNLIN_CAN_NAMED_TYPES) &&
           operation->verb == DUNLIN_VERB_ALTER &&
           dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
           dn_property_find(operation->set, operation->set_count, "type");
}

int
dn_translator_fold(dn_translator *translator, const dn_decisions *decisions, dn_error *error)
{
    dn_fact_map *facts = dn_translator_facts(translator);

    for (size_t i = 0; i < decisions->run.count; i++) {
        const dunlin_operation *operation = decisions->run.items[i];

        if (dn_schema_fold(facts, operation, &decisions->wanted[i], error) < 0 ||
            (!translator->own && dn_schema_fold_key(facts, operation, error) < 0))
            return -1;
        if (may_change_more(translator, operation))
            dn_translator_forget(translator);
        if (note_unseen(translator, operation, error) < 0 ||
            note_unnamed(translator, operation, error) < 0 ||
            note_rewritten(translator, operation, error) < 0 ||
            dn_schema_doubt_default(facts, operation, &translator->scratch, error) < 0)
            return -1;
    }
    translator->changes++;
    return dn_schema_fold_told(facts, decisions->steps.told, decisions->steps.told_count,
                               &translator->scratch, error);
}
