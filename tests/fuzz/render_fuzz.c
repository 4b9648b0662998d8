/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a portable history for one driver, which is linked in: what of it is portable is
 * addressed, rendered and folded as a run would do it, without a database. What must hold:
 *   - there are steps, or the driver says why not;
 *   - every step is one statement by the lexer rules of the driver, and its database reads it as
 *     SQL (tests/fuzz/syntax.h);
 *   - steps and notes belong to operations that were given.
 */
#include <string.h>

#include "core/driver/driver.h"
#include "core/execute/translate_internal.h"
#include "core/schema/schema.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/syntax.h"

const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

/* The same for all inputs. */
typedef struct setting {
    dn_arena arena;
    dn_driver driver;
    dn_schema_target target;
    dn_driver_translations translations;
    const dn_lex_rules *own;
} setting;

/* One input. */
typedef struct history {
    const setting *set;
    dn_arena arena;
    dn_fact_map *facts;
    dn_fact_map *logical;
    dn_driver_translations translations;
    dn_driver_columns columns;
    dn_driver_view view;
    const dn_operations *making;
} history;

static const setting *
settings(void)
{
    static setting set = {.arena = DN_ARENA_INIT};
    dunlin_capabilities capabilities;
    dn_error error;

    if (set.own)
        return &set;
    set.driver.table = *dunlin_driver_entry_v0(DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION);
    set.driver.path = "linked in";
    MUST(dn_driver_capabilities(&set.driver, NULL, &capabilities, &error) == 0);
    MUST(dn_driver_translator(&set.driver, NULL, &set.arena, &set.translations, &error) == 0);
    set.target =
        (dn_schema_target){dn_driver_naming(&capabilities),
                           dn_string(capabilities.flags & DUNLIN_CAN_NAMESPACES ? "public" : ""),
                           (capabilities.flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    MUST(dn_driver_rules(&set.driver, NULL, &set.arena, &set.own, &error) == 0);
    return &set;
}

static dn_column_search
search_of(history *of)
{
    return (dn_column_search){.view = of->view,
                              .naming = of->set->target.naming,
                              .making = of->making,
                              .logical = of->logical,
                              .scratch = &of->arena};
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const dn_column_search where = search_of(context);

    (void)space;
    return dn_column_class(&where, table, column);
}

static dunlin_string
type_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const dn_column_search where = search_of(context);

    (void)space;
    return dn_column_type(&where, table, column);
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    const history *of = context;

    (void)space;
    return dn_column_at(of->facts, table, at);
}

/* --- what must hold of SQL -------------------------------------------------------------------------- */
static void
check_sql(const history *of, dunlin_string sql)
{
    dn_lex_text from = {sql.data, sql.length};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    dn_error error;

    MUST(sql.length > 0);
    splitter = dn_lex_open(of->set->own, "rendered", dn_lex_read_text, &from, &error);
    MUST(splitter != NULL);
    MUST(dn_lex_next(splitter, &item, &error) == 0 && item.kind == DN_LEX_STATEMENT);
    MUST(dn_lex_next(splitter, &item, &error) == 0 && item.kind == DN_LEX_END);
    dn_lex_close(splitter);
    check_syntax(sql);
}

/* --- one statement ------------------------------------------------------------------------------------ */
static bool
is_portable(const dn_ddl_statement *statement)
{
    for (size_t i = 0; i < statement->count; i++)
        if (statement->marks[i].native)
            return false;
    return statement->kind == DN_DDL_OPERATIONS;
}

static bool
realise(history *of, const dunlin_operation *operation, dn_wanted *wanted)
{
    const dunlin_fact **facts;
    const dunlin_fact *list[1];
    dunlin_fact fact;
    dn_error error;

    *wanted = (dn_wanted){NULL, 0};
    if (operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_ALTER)
        return true;
    if (dn_operation_fact_on(of->facts, operation, &of->arena, &fact, &error) < 0)
        return false;
    list[0] = &fact;
    if (dn_driver_realise(&of->view, list, 1, &of->arena, &facts, &wanted->count, NULL, &error) < 0)
        return false;
    wanted->facts = facts;
    return true;
}

static bool
lies_in(const dunlin_operation *member, const dunlin_operation *whole)
{
    return whole && member != whole && member->span_begin >= whole->span_begin &&
           member->span_end <= whole->span_end;
}

/* What a run would do, as dn_portability_check() chooses it; false: nothing can be said. */
static bool
choose(history *of, const dn_operations *from, dn_operations *run, dn_wanted *wanted)
{
    const dn_guard_options options = {.foreign = true};
    const dunlin_operation *passed = NULL; /* is there already, with all that stands in it */
    dn_error error;

    for (size_t i = 0; i < from->count; i++) {
        dunlin_operation *plain = dn_operation_copy(&of->arena, from->items[i]);
        dn_auto(dn_text) why = DN_TEXT_INIT;

        MUST(plain != NULL);
        if (!realise(of, from->items[i], &wanted[run->count]))
            return false;
        if (lies_in(from->items[i], passed))
            continue;
        if (dn_schema_resolve(of->facts, from->items[i], &wanted[run->count], &options, &why) !=
            DN_GUARD_RUN) {
            passed = from->items[i];
            continue;
        }
        plain->condition = DUNLIN_CONDITION_NONE;
        plain->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
        MUST(dn_operations_add(run, plain, &error) == 0);
    }
    return run->count > 0;
}

/* false: the driver refuses, and a run would end here. */
static bool
render(history *of, const dn_operations *run)
{
    dn_steps steps = {0};
    dn_notes notes = {NULL, 0, 0};
    dn_error error;
    int answer = dn_driver_render_steps(&of->view, DUNLIN_RENDER_RUN, run->items, run->count,
                                        &of->arena, &steps, &notes, &error);

    MUST(answer == 0 || error.message[0]);
    for (size_t i = 0; i < notes.count; i++)
        MUST(notes.items[i].message[0] && notes.items[i].operation < run->count);
    for (size_t i = 0; answer == 0 && i < steps.count; i++) {
        const dn_step *step = &steps.items[i];

        MUST(step->first_operation + step->operation_count <= run->count);
        check_sql(of, step->sql);
    }
    return answer == 0;
}

/* false: the history ends here. */
static bool
one_statement(history *of, dunlin_string text)
{
    const dn_ddl_options options = {.rules = of->set->translations.portable};
    dn_operations all = {.arena = &of->arena};
    dn_operations run = {.arena = &of->arena};
    dn_ddl_statement statement;
    dn_wanted *wanted;
    dn_error error;

    MUST(dn_ddl_parse(text, &options, &of->arena, &statement, &error) == 0);
    MUST(dn_ddl_verify(text, &options, &of->arena, &statement, &error) == 0);
    if (!is_portable(&statement) ||
        dn_schema_address(&of->set->target, statement.operations, statement.count, true, of->facts,
                          of->logical, &all, &error) < 0)
        return true;
    of->making = &all;
    if (all.count && all.items[0]->verb == DUNLIN_VERB_DATA) {
        dn_ddl_translation translation;

        MUST(dn_driver_translate(&of->translations, DUNLIN_TRANSLATE_DATA, all.items[0]->body,
                                 &of->arena, &translation, &error) == 0);
        if (translation.text.data)
            check_sql(of, translation.text);
        return true;
    }
    wanted = dn_arena_array(&of->arena, all.count + 1, sizeof *wanted);
    MUST(wanted != NULL);
    if (!choose(of, &all, &run, wanted) || !render(of, &run))
        return run.count == 0;
    for (size_t i = 0; i < run.count; i++)
        if (dn_schema_fold(of->facts, run.items[i], &wanted[i], &error) < 0)
            return false;
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const setting *set = settings();
    history of = {.set = set, .arena = DN_ARENA_INIT};
    dn_lex_text from = {(const char *)data, size};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    dn_error error;

    of.facts = dn_fact_map_new(&of.arena, set->target.naming);
    of.logical = dn_fact_map_new(&of.arena, set->target.naming);
    MUST(of.facts && of.logical);
    of.columns = (dn_driver_columns){
        .class_of = class_of, .column_at = column_at, .type_of = type_of, .context = &of};
    of.translations = set->translations;
    of.translations.columns = &of.columns;
    of.view = (dn_driver_view){
        .driver = &set->driver, .facts = of.facts, .translations = &of.translations};
    splitter = dn_lex_open(set->translations.portable, "fuzz", dn_lex_read_text, &from, &error);
    MUST(splitter != NULL);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind != DN_LEX_END) {
        const char *text;

        if (item.kind != DN_LEX_STATEMENT)
            continue;
        text = dn_arena_copy(&of.arena, item.text.data, item.text.length);
        MUST(text != NULL);
        if (!one_statement(&of, dn_span(text, item.text.length)))
            break;
    }
    dn_lex_close(splitter);
    dn_arena_free(&of.arena);
    return 0;
}
