/* SPDX-License-Identifier: MIT
 *
 * The assignments of UPDATE and ON CONFLICT. In PostgreSQL all of them see the row as it was. Where
 * they are carried out one after another, they are put in an order in which it makes no difference.
 */
#include "core/ddl/write.h"

#include <string.h>

typedef struct assigned {
    dunlin_string column; /* as it is written */
    dunlin_string value;
    bool written;
} assigned;

static bool
keep(dn_writer *writer, dn_text *text, dunlin_string *kept)
{
    const char *copy =
        text->failed ? NULL
                     : dn_arena_copy(writer->arena, text->data ? text->data : "", text->length);

    *kept = dn_span(copy, text->length);
    dn_text_free(text);
    return copy || dn_write_refuse(writer, 0, "there is no memory");
}

static bool
write_one(dn_writer *writer, const dn_assignment *set, assigned *one)
{
    dn_text column = DN_TEXT_INIT;
    dn_text value = DN_TEXT_INIT;
    bool fine = dn_write_name(writer, set->column, &column) &&
                dn_write_expression(writer, set->value, &value);

    fine = keep(writer, &column, &one->column) && fine;
    return keep(writer, &value, &one->value) && fine;
}

/* Does another one, which is still to come, want the column as it was? */
static bool
is_wanted(const assigned *all, size_t count, size_t at)
{
    dunlin_string column = all[at].column;

    for (size_t i = 0; i < count; i++)
        if (i != at && !all[i].written &&
            memmem(all[i].value.data, (size_t)all[i].value.length, column.data,
                   (size_t)column.length))
            return true;
    return false;
}

/* The next one to be written; `count` where there is none. */
static size_t
next(const assigned *all, size_t count, bool in_turn)
{
    for (size_t i = 0; i < count; i++)
        if (!all[i].written && (!in_turn || !is_wanted(all, count, i)))
            return i;
    return count;
}

bool
dn_write_set(dn_writer *writer, const dn_data *data, dunlin_string called, dn_text *out)
{
    size_t count = data->set.count;
    const dn_rule *rule =
        writer->target->rules
            ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "set one after another")
            : NULL;
    assigned *all = dn_arena_array(writer->arena, count + 1, sizeof *all);

    if (!all)
        return dn_write_refuse(writer, data->offset, "there is no memory");
    memset(all, 0, (count + 1) * sizeof *all);
    for (size_t i = 0; i < count; i++)
        if (!write_one(writer, &data->set.list[i], &all[i]))
            return false;
    for (size_t i = 0; i < count; i++) {
        size_t at = next(all, count, rule != NULL);

        if (at == count)
            return dn_write_refuse(writer, data->offset, "%.*s", (int)rule->refusal.length,
                                   rule->refusal.data);
        all[at].written = true;
        dn_text_add_string(out, i ? ", " : "");
        dn_text_add(out, called.length ? called.data : "", (size_t)called.length);
        dn_text_add_string(out, called.length ? "." : "");
        dn_text_add(out, all[at].column.data, (size_t)all[at].column.length);
        dn_text_add_string(out, " = ");
        dn_text_add(out, all[at].value.data, (size_t)all[at].value.length);
    }
    return true;
}
