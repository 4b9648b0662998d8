/* SPDX-License-Identifier: MIT
 *
 * Guards of a statement's operations, one after the other: what stands in a table or column that is passed over should
 * be there as well.
 */
#include "core/schema/schema.h"

bool
dn_judging_is_member(const dn_judging *work, const dunlin_operation *operation)
{
    return dn_operation_within(operation, work->table);
}

bool
dn_judging_is_passed(const dn_judging *work, const dunlin_operation *operation)
{
    return (work->table_passed && dn_judging_is_member(work, operation)) ||
           (work->column_passed && dn_operation_within(operation, work->column));
}

bool
dn_judging_guards(const dn_judging *work, const dunlin_operation *operation)
{
    return (work->table_passed && dn_judging_is_member(work, operation)) ||
           (dn_operation_within(operation, work->column) && dn_operation_is_guarded(work->column));
}

/* "the table exists, but without check 't' (expr a > 0)" */
static void
tell_lacking(const dunlin_operation *operation, bool member, dn_text *why)
{
    dn_text_add_string(why, member ? "the table exists, but without "
                                   : "the column exists, but without ");
    dn_fact_describe(why, operation->kind, operation->path, operation->path_count);
    dn_text_add_string(why, " (");
    dn_property_describe(why, operation->set, operation->set_count);
    dn_text_add_string(why, ")");
}

dn_guard
dn_judging_answer(const dn_judging *work, const dn_fact_map *facts,
                  const dunlin_operation *operation, const dn_wanted *wanted,
                  const dn_judging_options *options, dn_text *why)
{
    bool member = dn_judging_is_member(work, operation);
    dn_guard_options how = options->guards;
    dn_guard guard;

    if (member && !work->table_passed)
        return DN_GUARD_RUN;
    how.assume_guarded = !dn_operation_is_guarded(operation) &&
                         (options->again || dn_judging_guards(work, operation));
    guard = dn_schema_resolve(facts, operation, wanted, &how, why);
    /* The type is so already; whether the values are, is not seen there. */
    if (guard == DN_GUARD_SKIP &&
        (options->insists || dn_schema_is_loose(facts, operation, options->loose_type)))
        return DN_GUARD_RUN;
    if (guard != DN_GUARD_RUN || options->again ||
        !(member || (dn_judging_is_passed(work, operation) && dn_operation_is_nameless(operation))))
        return guard;
    /* The table is there and lacks something: it is another one. And so is the column, where a name does not tell
     * what to add to it. */
    tell_lacking(operation, member, why);
    return how.keep_different ? DN_GUARD_KEEP : DN_GUARD_CONFLICT;
}

void
dn_judging_note(dn_judging *work, const dunlin_operation *operation, dn_guard guard)
{
    bool passed = guard == DN_GUARD_SKIP || guard == DN_GUARD_KEEP;

    if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE)) {
        work->table = operation;
        work->table_passed = passed;
    }
    if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN)) {
        work->column = operation;
        work->column_passed = passed;
    }
}
