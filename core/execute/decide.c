/* SPDX-License-Identifier: MIT
 *
 * One statement's operations against the facts: what is to be done, what is so already, and what
 * stands in the way.
 */
#include "core/execute/translate_internal.h"

#include <string.h>

typedef struct deciding {
    dn_translator *translator;
    const dn_source *source;
    const dn_reading *reading;
    bool again;
    bool folds; /* earlier operations of the statement count for later ones */
    dn_fact_map *facts;
    dn_decisions *out;
    dn_error *error;
    dn_judging judging;
} deciding;

/* --- what an operation makes ---------------------------------------------------------------------- */

/* The column as it will be: a driver cannot print a default without knowing the type. */
int
dn_operation_fact_on(const dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                     dunlin_fact *fact, dn_error *error)
{
    dn_properties set = {.arena = arena};
    const dunlin_fact *there;
    const dunlin_property *type;

    *fact = dn_operation_fact(operation);
    if (operation->verb != DUNLIN_VERB_ALTER ||
        !dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) ||
        dn_property_find(operation->set, operation->set_count, "type"))
        return 0;
    there = dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    type = there ? dn_property_find(there->properties, there->property_count, "type") : NULL;
    if (!type)
        return 0;
    dn_properties_add(&set, "type", type->type, type->integer, type->text);
    dn_properties_add_span(&set, operation->set, operation->set_count);
    if (set.failed)
        return dn_no_memory(error);
    fact->properties = set.items;
    fact->property_count = set.count;
    return 0;
}

bool
dn_operation_is_by_name(dunlin_string kind)
{
    return dn_string_equal(kind, DUNLIN_KIND_CONSTRAINT) ||
           dn_string_equal(kind, DUNLIN_KIND_FUNCTION) ||
           dn_string_equal(kind, DUNLIN_KIND_PROCEDURE);
}

/* What CREATE TRIGGER makes is its text. */
static int
add_definition(const deciding *work, const dunlin_operation *operation, dunlin_fact *fact)
{
    dn_translator *translator = work->translator;
    dn_properties set = {.arena = &translator->scratch};
    size_t length;
    const char *text =
        dn_translator_strip(translator->rules, operation->body, &translator->scratch, &length);

    if (!text)
        return dn_no_memory(work->error);
    dn_properties_add(&set, "definition", DUNLIN_PROPERTY_EXPRESSION, 0, dn_span(text, length));
    fact->properties = set.items;
    fact->property_count = set.count;
    return set.failed ? dn_no_memory(work->error) : 0;
}

int
dn_translator_untranslatable(dn_error *error)
{
    const dn_error told = *error;

    if (error->status == DUNLIN_UNSUPPORTED) {
        dn_fail(error, DUNLIN_UNSUPPORTED, "translate.untranslatable", "%s", told.message);
        if (told.hint[0])
            dn_hint(error, "%s", told.hint);
    }
    return -1;
}

static int
realise(deciding *work, const dunlin_operation *operation, dn_wanted *wanted)
{
    dn_translator *translator = work->translator;
    const dunlin_fact *list[1];
    dunlin_fact fact;
    const dunlin_fact **facts;
    dn_driver_view view;

    *wanted = (dn_wanted){NULL, 0};
    if ((operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_ALTER) ||
        dn_operation_is_by_name(operation->kind) ||
        !dn_connection_driver(translator->connection)->table.realise)
        return 0;
    if (dn_operation_fact_on(work->facts, operation, &translator->scratch, &fact, work->error) <
            0 ||
        (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TRIGGER) &&
         add_definition(work, operation, &fact) < 0))
        return -1;
    list[0] = &fact;
    view = dn_translator_view(translator);
    view.facts = work->facts;
    if (dn_driver_realise(&view, list, 1, &translator->scratch, &facts, &wanted->count, NULL,
                          work->error) < 0)
        return dn_translator_untranslatable(work->error);
    wanted->facts = facts;
    return 0;
}

/* --- one operation ------------------------------------------------------------------------------------ */

static int
refuse(deciding *work, const dunlin_operation *operation, const char *id, const char *why)
{
    dn_fail(work->error, DUNLIN_DISAGREEMENT, id, "%s", why);
    return dn_translator_blame(work->source, operation->span_begin, work->error);
}

static int
run(deciding *work, const dunlin_operation *operation, const dn_wanted *wanted)
{
    dn_translator *translator = work->translator;
    dn_decisions *out = work->out;
    dunlin_operation *plain = dn_operation_copy(&translator->scratch, operation);

    if (!plain)
        return dn_no_memory(work->error);
    plain->condition = DUNLIN_CONDITION_NONE;
    plain->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
    out->wanted[out->run.count] = *wanted;
    if (work->folds && dn_schema_fold(work->facts, plain, wanted, work->error) < 0)
        return -1;
    return dn_operations_add(&out->run, plain, work->error);
}

/* Said once: what is rehearsed is decided again in the run. */
static int
warn(dn_translator *translator, const dn_source *source, uint64_t offset, const char *why,
     dn_error *error)
{
    dn_kept *kept;
    dn_error told;

    if (!why)
        return dn_no_memory(error);
    dn_fail(&told, DUNLIN_DISAGREEMENT, "translate.conflict", "%s", why);
    dn_translator_blame(source, offset, &told);
    for (kept = translator->kept; kept; kept = kept->next)
        if (strcmp(kept->message, told.message) == 0)
            return 0;
    kept = dn_arena_alloc(&translator->arena, sizeof *kept);
    if (!kept)
        return dn_no_memory(error);
    *kept = (dn_kept){dn_arena_text(&translator->arena, told.message), translator->kept};
    if (!kept->message)
        return dn_no_memory(error);
    translator->kept = kept;
    dn_log_warning(translator->log, "%s", told.message);
    return 0;
}

int
dn_translator_keep(dn_translator *translator, const dn_source *source, uint64_t offset,
                   const char *why, dn_error *error)
{
    return warn(translator, source, offset,
                dn_arena_printf(&translator->scratch, "%s; it is kept", why), error);
}

static int
skip(deciding *work, const dunlin_operation *operation, const char *why)
{
    dn_translator *translator = work->translator;

    if (!work->again && !translator->own && dn_ddl_computes(translator->rules, operation) &&
        !dn_property_find(operation->set, operation->set_count, "values") &&
        warn(translator, work->source, operation->span_begin,
             dn_arena_printf(&translator->scratch,
                             "%s: USING is not carried out (take IF EXISTS away "
                             "where it has to be)",
                             why),
             work->error) < 0)
        return -1;
    if (!work->out->skipped++)
        work->out->why = why;
    return 0;
}

static int
keep(deciding *work, const dunlin_operation *operation, const char *why)
{
    return dn_translator_keep(work->translator, work->source, operation->span_begin, why,
                              work->error) < 0
               ? -1
               : skip(work, operation, why);
}

/* Replaced is, where no database can do it everywhere, by DROP and CREATE. */
static bool
replaces(const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_CREATE &&
           (operation->flags & DUNLIN_OPERATION_OR_REPLACE) &&
           (dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) ||
            dn_string_equal(operation->kind, DUNLIN_KIND_MATERIALIZED_VIEW));
}

/* What is there of the very object that is to be made: left by an older run, or to be replaced. */
static int
clear_old(deciding *work, const dunlin_operation *operation)
{
    const dunlin_fact *there =
        dn_fact_map_find(work->facts, operation->kind, operation->path, operation->path_count);
    dunlin_operation *drop;
    static const dn_wanted nothing;

    if (operation->verb != DUNLIN_VERB_CREATE || !there ||
        !(replaces(operation) ||
          (dn_operation_is_guarded(operation) &&
           dn_property_find(there->properties, there->property_count, "invalid"))))
        return 0;
    drop = dn_operation_copy(&work->translator->scratch, operation);
    if (!drop)
        return dn_no_memory(work->error);
    drop->verb = DUNLIN_VERB_DROP;
    drop->flags &= ~(uint64_t)DUNLIN_OPERATION_OR_REPLACE;
    drop->set = NULL;
    drop->set_count = 0;
    return run(work, drop, &nothing);
}

/* Is it decided as if IF [NOT] EXISTS stood on it? */
static bool
is_guarded(const deciding *work, const dunlin_operation *operation)
{
    return work->again || dn_operation_is_guarded(operation) ||
           dn_judging_guards(&work->judging, operation);
}

/* The own dialect says more of a column that is there than the parser knows (MODIFY .. COLLATE); to say it again is
 * no harm. */
static bool
is_whole_change(const deciding *work, const dunlin_operation *operation)
{
    return work->translator->own && !(work->again && operation->using_expression.length) &&
           dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) &&
           dn_fact_map_find(work->facts, operation->kind, operation->path, operation->path_count);
}

static dn_guard
answer(deciding *work, const dunlin_operation *operation, const dn_wanted *wanted, dn_text *why)
{
    const dn_translator *translator = work->translator;
    const char *loose = dn_connection_capabilities(translator->connection)->loose_type;
    const dn_judging_options options = {
        .guards = {.keep_different = translator->options.keep_different,
                   .foreign = !translator->own},
        .loose_type = dn_string(loose),
        .again = work->again,
        .insists = is_whole_change(work, operation),
    };

    return replaces(operation)
               ? DN_GUARD_RUN
               : dn_judging_answer(&work->judging, work->facts, operation, wanted, &options, why);
}

/* The same name on every database, and the same when a run is taken up again, has a statement that
 * does not look at what is there; so its name may be taken. */
static int
check_made_name(const deciding *work, const dunlin_operation *operation)
{
    static const char *const kinds[] = {DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_CHECK, DUNLIN_KIND_INDEX};
    dunlin_string name;
    bool index = dn_string_equal(operation->kind, DUNLIN_KIND_INDEX);
    bool concerned = false;
    bool taken = false;

    if (work->again || work->translator->own || operation->verb != DUNLIN_VERB_CREATE ||
        !dn_reading_is_nameless(work->reading, operation))
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        concerned = concerned || dn_string_equal(operation->kind, kinds[i]);
        taken = taken || dn_fact_map_find(work->facts, dn_string(kinds[i]), operation->path,
                                          operation->path_count);
    }
    if (!concerned || !taken)
        return 0;
    name = operation->path[operation->path_count - 1];
    dn_fail(work->error, DUNLIN_DISAGREEMENT, "translate.made-name",
            "this %s has no name, and '%.*s', which it gets on every database, is taken by "
            "another one of the table: give it a name, %s name %s",
            index ? "index" : "constraint", (int)name.length, name.data,
            index ? "CREATE INDEX" : "ADD CONSTRAINT",
            index                                                  ? "ON .."
            : dn_string_equal(operation->kind, DUNLIN_KIND_CHECK)  ? "CHECK (..)"
            : dn_string_equal(operation->kind, DUNLIN_KIND_UNIQUE) ? "UNIQUE (..)"
                                                                   : "FOREIGN KEY (..) ..");
    return dn_translator_blame(work->source, operation->span_begin, work->error);
}

/* Becomes the one of the name that it has, where it says the same. */
static int
settle_nameless(deciding *work, const dunlin_operation **operation, dn_wanted *wanted)
{
    dn_nameless found;

    if (dn_translator_find_nameless(work->translator, work->facts, *operation, wanted, &found,
                                    work->error) < 0)
        return -1;
    if (!found.operation)
        return 0;
    *operation = found.operation;
    *wanted = found.wanted;
    return found.open;
}

static int
settle(deciding *work, const dunlin_operation **operation, dn_wanted *wanted)
{
    int settled = 0;

    if (dn_operation_is_nameless(*operation) &&
        (dn_judging_is_passed(&work->judging, *operation) ||
         (dn_operation_is_guarded(*operation) &&
          !dn_operation_within(*operation, work->judging.column))))
        settled = settle_nameless(work, operation, wanted);
    if (settled == 0 && is_guarded(work, *operation))
        settled = dn_translator_settle(work->translator, work->facts, wanted, work->error);
    work->out->open = work->out->open || settled > 0;
    return settled;
}

/* What is decided now is decided again. */
static bool
looks_first(const deciding *work)
{
    return work->out->open && work->translator->phase == DN_TRANSLATOR_PERFORMS;
}

static int
decide_one(deciding *work, const dunlin_operation *operation)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_wanted wanted;
    dn_guard guard;
    const char *why;

    if (realise(work, operation, &wanted) < 0)
        return dn_translator_blame(work->source, operation->span_begin, work->error);
    if (settle(work, &operation, &wanted) < 0)
        return -1;
    guard = looks_first(work) ? DN_GUARD_SKIP : answer(work, operation, &wanted, &text);
    why = dn_arena_copy(&work->translator->scratch, text.data ? text.data : "", text.length);
    if (!why || text.failed)
        return dn_no_memory(work->error);
    dn_judging_note(&work->judging, operation, guard);
    switch (guard) {
    case DN_GUARD_SKIP: return skip(work, operation, why);
    case DN_GUARD_KEEP: return keep(work, operation, why);
    case DN_GUARD_CONFLICT: return refuse(work, operation, "translate.conflict", why);
    case DN_GUARD_CANNOT: return refuse(work, operation, "translate.missing", why);
    default: break;
    }
    if (check_made_name(work, operation) < 0 || clear_old(work, operation) < 0)
        return -1;
    return run(work, operation, &wanted);
}

int
dn_translator_decide(dn_translator *translator, const dn_source *source, const dn_reading *reading,
                     bool again, dn_decisions *decisions, dn_error *error)
{
    deciding work = {.translator = translator,
                     .source = source,
                     .reading = reading,
                     .again = again,
                     .folds = dn_operations_build_on_each_other(&reading->operations),
                     .facts = dn_translator_facts(translator),
                     .out = decisions,
                     .error = error};

    memset(decisions, 0, sizeof *decisions);
    decisions->run.arena = &translator->scratch;
    /* Each may be preceded by a DROP of what is INVALID. */
    decisions->wanted = dn_arena_array(&translator->scratch, reading->operations.count * 2 + 1,
                                       sizeof *decisions->wanted);
    if (!decisions->wanted)
        return dn_no_memory(error);
    if (work.folds) {
        work.facts = dn_fact_map_copy(work.facts, &translator->scratch, error);
        if (!work.facts)
            return -1;
    }
    for (size_t i = 0; i < reading->operations.count; i++)
        if (decide_one(&work, reading->operations.items[i]) < 0)
            return -1;
    return 0;
}
