/* SPDX-License-Identifier: MIT
 *
 * What an operation may do to what is stored.
 */
#include "core/schema/diff_internal.h"

#include <ctype.h>
#include <string.h>

static const dn_risk none = {DN_DANGER_NONE, NULL};
static const dn_risk revokes = {DN_DANGER_REVOKE, "whoever has the privilege by this loses it"};

static const dunlin_fact *
fact_before(const dn_diffing *work, const dunlin_operation *operation)
{
    return dn_fact_map_find(work->before, operation->kind, operation->path, operation->path_count);
}

/* Of values of a type that is made anew; NULL: it is none, and no column of one. */
static const dn_renewed *
renewed_in(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_fact *before = fact_before(work, operation);

    if (before && dn_fact_is(before, DUNLIN_KIND_COLUMN)) {
        const dunlin_fact *after =
            dn_fact_map_find(work->after, before->kind, before->path, before->path_count);
        const dn_renewed *renewed = dn_diff_rests_on_renewed(work, before);

        return after && dn_diff_rests_on_renewed(work, after) == renewed ? renewed : NULL;
    }
    for (size_t i = 0; i < work->renewed_count; i++)
        if (work->renewed[i]->before == before)
            return work->renewed[i];
    return NULL;
}

static bool
sets(const dunlin_operation *operation, const char *name)
{
    return dn_property_find(operation->set, operation->set_count, name) != NULL;
}

/* Does it lie in a table that was there before? Another one has no rows. */
static bool
has_rows(const dn_diffing *work, const dunlin_operation *operation)
{
    return operation->path_count > 1 &&
           dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE), operation->path,
                            operation->path_count - 1) != NULL;
}

typedef struct taking {
    const dn_diffing *work;
    const dunlin_operation *sequence;
    bool found;
} taking;

static int
note_taker(const dunlin_fact *column, void *context)
{
    taking *search = context;
    const dunlin_property *counts =
        dn_property_find(column->properties, column->property_count, "auto");
    const dunlin_operation *sequence = search->sequence;
    const dunlin_fact *before;
    char *name;

    if (!counts || !dn_string_equal(counts->text, "serial") ||
        column->path_count != sequence->path_count + 1)
        return 0;
    for (uint64_t i = 0; i + 1 < sequence->path_count; i++)
        if (!dn_string_same(column->path[i], sequence->path[i]))
            return 0;
    before = dn_fact_map_find(search->work->before, column->kind, column->path, column->path_count);
    if (!before || dn_property_find(before->properties, before->property_count, "auto"))
        return 0;
    name = dn_schema_counter_name(search->work->arena, column->path[column->path_count - 2],
                                  column->path[column->path_count - 1]);
    search->found =
        search->found || (name && dn_string_equal(sequence->path[sequence->path_count - 1], name));
    return 0;
}

/* A column that is to be serial takes the sequence of that name with what it has counted. */
static bool
is_taken_over(const dn_diffing *work, const dunlin_operation *sequence)
{
    taking search = {.work = work, .sequence = sequence};

    dn_fact_map_each(work->after, DUNLIN_KIND_COLUMN, note_taker, &search);
    return search.found;
}

static dn_risk
risk_of_drop(const dn_diffing *work, const dunlin_operation *operation)
{
    static const struct {
        const char *kind;
        const char *reason;
    } rules[] = {
        {DUNLIN_KIND_TABLE, "the rows of the table are lost"},
        {DUNLIN_KIND_COLUMN, "the values of the column are lost"},
        {DUNLIN_KIND_SEQUENCE, "the counter of the sequence is lost"},
        {DUNLIN_KIND_SCHEMA, "the schema goes with what may be in it"},
    };
    const dunlin_fact *before = fact_before(work, operation);

    if (before && dn_string_equal(operation->kind, DUNLIN_KIND_GRANT))
        return dn_fact_flag(before, "revoked") ? none : revokes;
    if (before && dn_string_equal(operation->kind, DUNLIN_KIND_SEQUENCE) &&
        is_taken_over(work, operation))
        return none;
    /* What is computed can be computed again. */
    if (before && dn_property_find(before->properties, before->property_count, "generated"))
        return none;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (dn_string_equal(operation->kind, rules[i].kind))
            return (dn_risk){DN_DANGER_LOSES, rules[i].reason};
    return none;
}

static dn_risk
risk_of_constraint(dunlin_string kind)
{
    return (dn_risk){DN_DANGER_FAILS, dn_string_equal(kind, DUNLIN_KIND_FOREIGN_KEY)
                                          ? "fails where rows refer to nothing"
                                          : "fails where rows do not satisfy it"};
}

/* VALIDATE CONSTRAINT. */
static bool
validates(const dunlin_operation *operation)
{
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_string_equal(operation->unset[i], "not_valid"))
            return dn_string_among(operation->kind, "fk check");
    return false;
}

static dn_risk
risk_of_create(const dn_diffing *work, const dunlin_operation *operation)
{
    if (dn_property_flag(operation->set, operation->set_count, "revoked"))
        return revokes;
    if (dn_string_among(operation->kind, "enum domain type collation"))
        return renewed_in(work, operation) ? renewed_in(work, operation)->risk : none;
    if (!has_rows(work, operation))
        return none;
    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN))
        return dn_property_flag(operation->set, operation->set_count, "not_null") &&
                       !sets(operation, "default") && !sets(operation, "generated") &&
                       !sets(operation, "auto")
                   ? (dn_risk){DN_DANGER_FAILS, "fails where the table has rows: the column is NOT "
                                                "NULL and has no default"}
                   : none;
    if (dn_property_flag(operation->set, operation->set_count, "not_valid") ||
        dn_property_flag(operation->set, operation->set_count, "not_enforced"))
        return none;
    if (dn_string_among(operation->kind, "pk unique exclude") ||
        dn_property_flag(operation->set, operation->set_count, "unique"))
        return (dn_risk){DN_DANGER_FAILS, "fails where rows are not unique"};
    return dn_string_among(operation->kind, "fk check") ? risk_of_constraint(operation->kind)
                                                        : none;
}

static dunlin_string
type_in(const dunlin_property *properties, uint64_t count)
{
    const dunlin_property *type = dn_property_find(properties, count, "type");

    return type && !dn_property_find(properties, count, "type_path") ? type->text : dn_string("");
}

dn_risk
dn_diff_risk_of_types(const dn_diffing *work, dunlin_string before, dunlin_string after)
{
    static const dn_risk converts = {
        DN_DANGER_FAILS, "values are converted to another type: they may not fit, or be cut"};
    static const dn_risk cuts = {
        DN_DANGER_LOSES, "values are cut: the new type has no place for some of their digits"
                         " or parts"};
    static const dn_risk respells = {
        DN_DANGER_LOSES, "values are read as the new type: how they were written is lost, as the"
                         " zeros of '007', and what cannot be read may fail"};

    if (dn_type_widens(before, after))
        return none;
    if (dn_type_cuts(before, after, work->for_all))
        return cuts;
    return dn_type_respells(before, after, work->for_all) ? respells : converts;
}

static dn_risk
risk_of_type(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_fact *fact = fact_before(work, operation);
    const dn_renewed *renewed = renewed_in(work, operation);

    return renewed
               ? renewed->risk
               : dn_diff_risk_of_types(
                     work, fact ? type_in(fact->properties, fact->property_count) : dn_string(""),
                     type_in(operation->set, operation->set_count));
}

/* Of a composite type; attributes that come behind all that are there take nothing away. */
static dn_risk
risk_of_attributes(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_fact *before = fact_before(work, operation);
    const dunlin_property *old =
        before ? dn_property_find(before->properties, before->property_count, "definition") : NULL;
    const dunlin_property *new =
        dn_property_find(operation->set, operation->set_count, "definition");

    if (!old || !new ||
        (new->text.length >= old->text.length &&
         old->text.length &&memcmp(old->text.data, new->text.data, (size_t)old->text.length - 1) ==
             0))
        return none;
    return (dn_risk){DN_DANGER_LOSES, DN_ATTRIBUTES_CONVERTED};
}

/* MySQL numbers it like a row that comes in; SQLite, whose types are in capitals, keeps what is there. */
static bool
renumbers_zero(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_property *counts = dn_property_find(operation->set, operation->set_count, "auto");
    const dunlin_fact *before = fact_before(work, operation);
    dunlin_string type =
        before ? type_in(before->properties, before->property_count) : dn_string("");

    return counts && dn_string_equal(counts->text, "increment") && type.length &&
           islower((unsigned char)type.data[0]) &&
           !dn_property_find(before->properties, before->property_count, "auto");
}

/* Partitions and heirs: their rows are those of another table as well. */
static bool
leaves_parent(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_fact *before = fact_before(work, operation);
    const dunlin_property *old =
        before ? dn_property_find(before->properties, before->property_count, "inherits") : NULL;

    for (old = old && sets(operation, "inherits") ? old + 1 : NULL;
         old && old->type != DUNLIN_PROPERTY_END; old++)
        if (!dn_property_lists(operation->set, operation->set_count, "inherits", old->text))
            return true;
    return false;
}

/* It only leaves to come back with another bound. */
static bool
stays_partition(const dn_diffing *work, const dunlin_operation *operation)
{
    const dunlin_fact *before = fact_before(work, operation);
    const dunlin_fact *after =
        dn_fact_map_find(work->after, operation->kind, operation->path, operation->path_count);

    return before && after &&
           dn_property_find(before->properties, before->property_count, "partition_of") &&
           dn_diff_same_text(before, after, "partition_of");
}

static dn_risk
risk_of_table(const dn_diffing *work, const dunlin_operation *operation)
{
    static const dn_risk goes = {DN_DANGER_FAILS,
                                 "its rows are not among those of the table above it any more"};

    if (leaves_parent(work, operation))
        return goes;
    for (uint64_t i = 0; i < operation->unset_count && !stays_partition(work, operation); i++)
        if (dn_string_among(operation->unset[i], "partition_of inherits"))
            return goes;
    if (sets(operation, "partition_of") || sets(operation, "bound"))
        return (dn_risk){DN_DANGER_FAILS, "fails where its rows do not belong there"};
    if (dn_property_flag(operation->set, operation->set_count, "strict"))
        return (dn_risk){DN_DANGER_FAILS, "fails where a value is not of the type of its column"};
    return none;
}

static dn_risk
risk_of_alter(const dn_diffing *work, const dunlin_operation *operation)
{
    if (dn_string_equal(operation->kind, DUNLIN_KIND_TABLE))
        return risk_of_table(work, operation);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_GRANT))
        return operation->unset_count ? revokes : none;
    if (dn_string_equal(operation->kind, "type"))
        return risk_of_attributes(work, operation);
    if (validates(operation))
        return risk_of_constraint(operation->kind);
    if (!dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN))
        return none;
    if (sets(operation, "type") || sets(operation, "type_path")) {
        dn_risk risk = risk_of_type(work, operation);

        if (risk.danger != DN_DANGER_NONE)
            return risk;
    }
    if (renumbers_zero(work, operation))
        return (dn_risk){DN_DANGER_FAILS,
                         "a row with 0 there, or with nothing, gets another number"};
    if (dn_property_flag(operation->set, operation->set_count, "not_null"))
        return (dn_risk){DN_DANGER_FAILS, "fails where the column is null"};
    return none;
}

dn_risk
dn_diff_risk(const dn_diffing *work, const dunlin_operation *operation)
{
    switch (operation->verb) {
    case DUNLIN_VERB_DROP: return risk_of_drop(work, operation);
    case DUNLIN_VERB_CREATE: return risk_of_create(work, operation);
    case DUNLIN_VERB_ALTER: return risk_of_alter(work, operation);
    default: return none;
    }
}
