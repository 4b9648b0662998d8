/* SPDX-License-Identifier: MIT
 *
 * Changes of one table that may be made in one go. One after the other, each sees rows and columns
 * as those before it left them; together, all see them as they were before the first. So no change
 * may depend on what another one did to rows, and no state in between may have been refused.
 */
#include "core/schema/diff_internal.h"

#include <strings.h>

enum {
    ADDS = 1 << 0, /* a column */
    DROPS = 1 << 1,
    RENAMES = 1 << 2,
    CONVERTS = 1 << 3, /* its values, or what they are made of */
    DEFAULTS = 1 << 4,
    TIGHTENS = 1 << 5, /* NOT NULL */
    LOOSENS = 1 << 6,
    BINDS = 1 << 7, /* a key, a check, an index */
    FREES = 1 << 8,
};

static bool
is_column(const dunlin_operation *operation)
{
    return dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
}

static bool
is_primary_key(const dunlin_operation *operation)
{
    return dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY);
}

static dunlin_string
name_of(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

static bool
same_name(dunlin_string left, dunlin_string right)
{
    return left.length > 0 && left.length == right.length &&
           strncasecmp(left.data, right.data, (size_t)left.length) == 0;
}

static unsigned
deed_of_member(dunlin_string member, bool set)
{
    if (dn_string_equal(member, "default"))
        return DEFAULTS;
    if (dn_string_equal(member, "not_null"))
        return set ? TIGHTENS : LOOSENS;
    return dn_string_equal(member, "comment") || dn_string_equal(member, "invisible") ? 0
                                                                                      : CONVERTS;
}

static unsigned
deeds_of(const dunlin_operation *operation)
{
    unsigned deeds = operation->using_expression.length ? CONVERTS : 0;

    if (!is_column(operation))
        return operation->verb == DUNLIN_VERB_CREATE ? BINDS
               : operation->verb == DUNLIN_VERB_DROP ? FREES
                                                     : BINDS | FREES;
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: return ADDS;
    case DUNLIN_VERB_DROP: return DROPS;
    case DUNLIN_VERB_RENAME: return RENAMES;
    default: break;
    }
    for (uint64_t i = 0; i < operation->set_count;
         i = dn_property_next(operation->set, operation->set_count, i))
        deeds |= deed_of_member(operation->set[i].name,
                                operation->set[i].type != DUNLIN_PROPERTY_BOOLEAN ||
                                    operation->set[i].integer != 0);
    for (uint64_t i = 0; i < operation->unset_count; i++)
        deeds |= deed_of_member(operation->unset[i], false);
    return deeds;
}

/* --- who speaks of a column --------------------------------------------------------------------- */

static bool
span_mentions(const dunlin_property *from, uint64_t count, dunlin_string column)
{
    for (uint64_t i = 0; i < count; i++)
        if (same_name(from[i].text, column) || (from[i].type == DUNLIN_PROPERTY_EXPRESSION &&
                                                dn_string_mentions(from[i].text, column)))
            return true;
    return false;
}

static bool
refers_to_itself(const dunlin_operation *key)
{
    const dunlin_property *ref = dn_property_find(key->set, key->set_count, "ref");
    uint64_t span =
        ref ? dn_property_span(key->set, key->set_count, (uint64_t)(ref - key->set)) : 0;

    return span > 2 && same_name(ref[span - 2].text, key->path[key->path_count - 2]);
}

/* Columns of other tables are none of this one. */
static bool
speaks_of_others(const dunlin_operation *operation, dunlin_string member)
{
    return dn_string_equal(member, "type") || dn_string_equal(member, "ref") ||
           (dn_string_equal(member, "ref_columns") && !refers_to_itself(operation));
}

static bool
mentions(const dunlin_operation *operation, dunlin_string column)
{
    if (is_column(operation) && same_name(name_of(operation), column))
        return true;
    for (uint64_t i = 0; i < operation->set_count;
         i = dn_property_next(operation->set, operation->set_count, i))
        if (!speaks_of_others(operation, operation->set[i].name) &&
            span_mentions(&operation->set[i],
                          dn_property_span(operation->set, operation->set_count, i), column))
            return true;
    return dn_string_mentions(operation->using_expression, column);
}

/* The column that an operation is about, by its old or its new name. */
static bool
mentions_column_of(const dunlin_operation *operation, const dunlin_operation *column)
{
    return mentions(operation, name_of(column)) ||
           (column->verb == DUNLIN_VERB_RENAME &&
            mentions(operation, column->new_path[column->new_path_count - 1]));
}

/* --- keys and checks that are there -------------------------------------------------------------- */

typedef struct bond {
    const dunlin_operation *first;
    const dunlin_operation *second; /* a column, or the very key */
    bool found;
} bond;

static int
look_at_bond(const dunlin_fact *fact, void *context)
{
    bond *looking = context;
    const dunlin_operation *second = looking->second;
    /* A primary key may go by several names. */
    bool meant = is_column(second)
                     ? span_mentions(fact->properties, fact->property_count, name_of(second))
                     : dn_fact_is(fact, DUNLIN_KIND_PRIMARY_KEY) ||
                           same_name(fact->path[fact->path_count - 1], name_of(second));

    looking->found =
        looking->found ||
        (meant && span_mentions(fact->properties, fact->property_count, name_of(looking->first)));
    return 0;
}

/* Does a key or check of the table bind the column of the first operation to the second? */
static bool
is_bound(const dn_schema_target *target, const dn_fact_map *facts, const dunlin_operation *first,
         const dunlin_operation *second)
{
    static const char *const kinds[] = {DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                        DUNLIN_KIND_CHECK, DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_INDEX};
    const dunlin_string path[] = {first->path[0].length ? first->path[0] : target->home,
                                  first->path[1]};
    uint64_t lead = dn_schema_lead(target->naming);
    bond looking = {.first = first, .second = second};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        dn_fact_map_members(facts, kinds[i], path + 1 - lead, 1 + lead, look_at_bond, &looking);
    return looking.found;
}

typedef struct body_search {
    dunlin_string column;
    bool found;
} body_search;

static int
look_in_body(const dunlin_fact *trigger, void *context)
{
    body_search *looking = context;

    for (uint64_t i = 0; i < trigger->property_count; i++)
        looking->found =
            looking->found || dn_string_mentions(trigger->properties[i].text, looking->column);
    return 0;
}

/* A column that goes is missed by triggers, of which a database may only tell when it goes alone. */
static bool
is_missed(const dn_fact_map *facts, const dunlin_operation *operation)
{
    body_search looking = {.column = name_of(operation)};

    if (deeds_of(operation) == DROPS)
        dn_fact_map_each(facts, DUNLIN_KIND_TRIGGER, look_in_body, &looking);
    return looking.found;
}

/* --- two of them ------------------------------------------------------------------------------------ */

/* Two changes of the same column. */
static bool
follows_on_column(unsigned before, unsigned after)
{
    if ((before | after) & (ADDS | DROPS | RENAMES))
        return false;
    return !((before & CONVERTS) && (after & CONVERTS)) &&
           !((before & TIGHTENS) && (after & (CONVERTS | LOOSENS)));
}

/* Two keys, checks or indexes: one may make room for another of the same name. */
static bool
follows_on_key(const dunlin_operation *before, const dunlin_operation *after)
{
    bool same = (is_primary_key(before) && is_primary_key(after)) ||
                same_name(name_of(before), name_of(after)) ||
                (before->verb == DUNLIN_VERB_RENAME &&
                 same_name(before->new_path[before->new_path_count - 1], name_of(after)));

    return !same || (deeds_of(before) == FREES && deeds_of(after) == BINDS);
}

static bool
follows(const dn_schema_target *target, const dn_fact_map *facts, const dunlin_operation *before,
        const dunlin_operation *after)
{
    unsigned first = deeds_of(before);
    unsigned then = deeds_of(after);

    if (is_missed(facts, before) || is_missed(facts, after))
        return false;
    if (is_column(before) && is_column(after) && same_name(name_of(before), name_of(after)))
        return follows_on_column(first, then);
    if (!is_column(before) && !is_column(after))
        return follows_on_key(before, after);
    if ((then & (ADDS | DROPS | RENAMES | CONVERTS)) && mentions_column_of(before, after))
        return false;
    if ((first & (DROPS | RENAMES)) && mentions_column_of(after, before))
        return false;
    if ((first & (ADDS | CONVERTS)) && mentions_column_of(after, before) &&
        (then != BINDS || ((first & ADDS) && is_primary_key(after))))
        return false;
    return !(first & CONVERTS) || !(then & (FREES | CONVERTS | DROPS)) ||
           !is_bound(target, facts, before, after);
}

bool
dn_schema_go_together(const dn_schema_target *target, const dn_fact_map *facts,
                      const dunlin_operation *const *before, size_t before_count,
                      const dunlin_operation *const *after, size_t after_count)
{
    for (size_t i = 0; i < before_count; i++)
        for (size_t k = 0; k < after_count; k++)
            if (!follows(target, facts, before[i], after[k]))
                return false;
    return true;
}

/* --- whose it was ------------------------------------------------------------------------------------ */

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* A word of the message is a name in the expression of a check. */
static bool
shares_word(const dunlin_operation *operation, dunlin_string message)
{
    uint64_t end;

    for (uint64_t at = 0; at < message.length; at = end + 1) {
        for (end = at; end < message.length && is_word(message.data[end]); end++)
            ;
        if (end > at && mentions(operation, dn_span(message.data + at, (size_t)(end - at))))
            return true;
    }
    return false;
}

bool
dn_operation_is_blamed(const dunlin_operation *operation, dunlin_string message)
{
    dunlin_string subject = message;

    /* "NOT NULL constraint failed: t.c" */
    for (uint64_t i = 0; i + 1 < message.length; i++)
        if (message.data[i] == ':' && message.data[i + 1] == ' ')
            subject = dn_span(message.data + i + 2, (size_t)(message.length - i - 2));
    if (subject.data == message.data)
        return false;
    return dn_string_mentions(subject, name_of(operation)) ||
           (!is_column(operation) && operation->verb == DUNLIN_VERB_CREATE &&
            shares_word(operation, subject));
}
