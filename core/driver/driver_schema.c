/* SPDX-License-Identifier: MIT
 *
 * Facts and operations put to a driver: what it makes of them.
 */
#include "core/driver/call.h"

uint64_t
dn_driver_naming(const dunlin_capabilities *capabilities)
{
    uint64_t naming = 0;

    if (capabilities->flags & DUNLIN_CAN_NAMESPACES)
        naming |= DN_FACT_NAMESPACES;
    if (capabilities->flags & DUNLIN_CAN_FOLD_OBJECTS)
        naming |= DN_FACT_FOLDS_OBJECTS;
    if (capabilities->flags & DUNLIN_CAN_FOLD_MEMBERS)
        naming |= DN_FACT_FOLDS_MEMBERS;
    if (capabilities->flags & DUNLIN_CAN_TABLE_INDEXES)
        naming |= DN_FACT_TABLE_INDEXES;
    return naming;
}

/* What a driver pushes lands here. */
typedef struct answer {
    dn_arena *arena;
    dn_notes *notes; /* may be NULL: not wanted */
    dn_steps *steps;
    const dunlin_fact **facts;
    size_t fact_count;
    size_t fact_capacity;
    const char *refusal; /* of the first untranslatable operation */
} answer;

static int
add_note(answer *to, const dn_note *note)
{
    dn_notes *notes = to->notes;

    notes->items = dn_arena_grow(to->arena, notes->items, &notes->capacity, notes->count + 1,
                                 sizeof *notes->items);
    if (!notes->items)
        return -1;
    notes->items[notes->count++] = *note;
    return 0;
}

static int32_t
take_note(dn_call *call, const dunlin_note *note)
{
    answer *to = call->target;
    const char *message = dn_arena_copy(to->arena, note->message.data, note->message.length);

    if (!message)
        return dn_call_no_memory(call);
    if (note->kind == DUNLIN_NOTE_UNTRANSLATABLE && !to->refusal)
        to->refusal = message;
    if (!to->notes)
        return DUNLIN_OK;
    return add_note(to, &(dn_note){note->kind, note->operation, message}) < 0
               ? dn_call_no_memory(call)
               : DUNLIN_OK;
}

static int32_t
take_fact(dn_call *call, const dunlin_fact *fact)
{
    answer *to = call->target;

    to->facts = dn_arena_grow(to->arena, to->facts, &to->fact_capacity, to->fact_count + 1,
                              sizeof *to->facts);
    if (!to->facts)
        return dn_call_no_memory(call);
    to->facts[to->fact_count] = dn_fact_copy(to->arena, fact);
    return to->facts[to->fact_count++] ? DUNLIN_OK : dn_call_no_memory(call);
}

static int32_t
take_step(dn_call *call, const dunlin_step *step)
{
    answer *to = call->target;
    dn_step *kept;
    const char *sql = dn_arena_copy(to->arena, step->sql.data, step->sql.length);
    const char *expected = dn_arena_copy(to->arena, step->expected.data, step->expected.length);

    to->steps->items = dn_arena_grow(to->arena, to->steps->items, &to->steps->capacity,
                                     to->steps->count + 1, sizeof *to->steps->items);
    if (!sql || !expected || !to->steps->items)
        return dn_call_no_memory(call);
    kept = &to->steps->items[to->steps->count++];
    *kept = (dn_step){
        .role = step->role,
        .sql = dn_span(sql, (size_t)step->sql.length),
        .expected = dn_span(expected, (size_t)step->expected.length),
        .first_operation = step->first_operation,
        .operation_count = step->operation_count,
    };
    return DUNLIN_OK;
}

static void
begin(dn_call *call, const dn_driver_view *view, const char *function, const dn_call_sinks *sinks,
      answer *to, dn_error *error)
{
    dn_call_begin(call, view->driver, function, sinks, to, error);
    call->facts = view->facts;
    call->translator = view->translations;
    call->translator_profile = view->profile;
    call->own_dialect = view->own_dialect;
    call->driver_view.flags |= view->own_dialect ? DUNLIN_CALL_OWN_WORDS : 0;
    call->driver_view.flags |= view->stock_client ? DUNLIN_CALL_STOCK_CLIENT : 0;
}

int
dn_driver_realise(const dn_driver_view *view, const dunlin_fact *const *facts, size_t count,
                  dn_arena *arena, const dunlin_fact ***realised, size_t *realised_count,
                  dn_notes *notes, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = take_fact, .note = take_note};
    const dunlin_driver *table = &view->driver->table;
    answer to = {.arena = arena, .notes = notes};
    dn_call call;

    *realised = NULL;
    *realised_count = 0;
    if (!table->realise)
        return dn_driver_cannot(view->driver, "say how it prints definitions", error);
    if (dn_driver_give_facts(view, &facts, count, arena, error) < 0)
        return -1;
    begin(&call, view, "realise", &sinks, &to, error);
    if (dn_call_end(&call, table->realise(&call.driver_view, view->profile, facts, count)) < 0)
        return -1;
    *realised = to.facts;
    *realised_count = to.fact_count;
    return 0;
}

static int
refuse(const dn_driver *driver, const char *reason, dn_error *error)
{
    return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.unsupported",
                   "driver '%s' cannot do this: %s", driver->table.name, reason);
}

int
dn_driver_render_steps(const dn_driver_view *view, int32_t mode,
                       const dunlin_operation *const *operations, size_t count, dn_arena *arena,
                       dn_steps *steps, dn_notes *notes, dn_error *error)
{
    static const dn_call_sinks sinks = {.step = take_step, .note = take_note, .fact = take_fact};
    const dunlin_driver *table = &view->driver->table;
    answer to = {.arena = arena, .notes = notes, .steps = steps};
    dn_given given;
    dn_call call;

    if (!table->render)
        return dn_driver_cannot(view->driver, "render operations as SQL", error);
    if (dn_driver_give(view, &operations, count, arena, &given, error) < 0 ||
        (given.refusal && notes &&
         add_note(&to, &(dn_note){DUNLIN_NOTE_UNTRANSLATABLE, given.operation, given.refusal}) <
             0 &&
         dn_no_memory(error)))
        return -1;
    if (given.refusal)
        return refuse(view->driver, given.refusal, error);
    begin(&call, view, "render", &sinks, &to, error);
    if (dn_call_end(
            &call, table->render(&call.driver_view, view->profile, mode, operations, count)) == 0 &&
        !to.refusal) {
        steps->told = to.facts;
        steps->told_count = to.fact_count;
        return 0;
    }
    return to.refusal ? refuse(view->driver, to.refusal, error) : -1;
}

static int32_t
take_classes(dn_call *call, dunlin_string text)
{
    dn_text *classes = call->target;

    dn_text_add(classes, text.data, (size_t)text.length);
    return classes->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_driver_type_classes(const dn_driver_view *view, const dunlin_fact *column, dn_text *classes,
                       dn_error *error)
{
    static const dn_call_sinks sinks = {.text = take_classes};
    dn_call call;

    if (!view->driver->table.type_classes)
        return dn_driver_cannot(view->driver, "tell the classes of types", error);
    dn_call_begin(&call, view->driver, "type_classes", &sinks, classes, error);
    call.facts = view->facts;
    return dn_call_end(&call,
                       view->driver->table.type_classes(&call.driver_view, view->profile, column));
}

int
dn_driver_render(const dn_driver *driver, const dunlin_profile *profile,
                 const dunlin_operation *const *operations, size_t count, dn_arena *arena,
                 const char ***statements, size_t *statement_count, dn_error *error)
{
    const dn_driver_view view = {.driver = driver, .profile = profile};
    dn_steps steps = {0};

    *statements = NULL;
    *statement_count = 0;
    if (dn_driver_render_steps(&view, DUNLIN_RENDER_RUN, operations, count, arena, &steps, NULL,
                               error) < 0)
        return -1;
    *statements = dn_arena_array(arena, steps.count + 1, sizeof **statements);
    if (!*statements)
        return dn_no_memory(error);
    for (size_t i = 0; i < steps.count; i++) {
        if (steps.items[i].role != DUNLIN_STEP_STATEMENT)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.unsupported",
                           "driver '%s' needs a step of role %d, which this dunlin does not take",
                           driver->table.name, (int)steps.items[i].role);
        (*statements)[i] = steps.items[i].sql.data;
    }
    *statement_count = steps.count;
    return 0;
}
