/* SPDX-License-Identifier: MIT
 *
 * Enums.
 */
#include "drivers/postgres/pg_render.h"

/* Labels of an enum, or why there are none. */
typedef struct labels {
    const dunlin_property *list; /* LIST_BEGIN, or NULL */
    const dunlin_property *end;
    size_t count;
} labels;

static labels
labels_of(const dunlin_property *properties, uint64_t count)
{
    labels found = {NULL, properties + count, 0};

    for (uint64_t i = 0; i < count; i++) {
        if (found.list == NULL && dn_kit_same(properties[i].name, "values"))
            found.list = &properties[i];
        else if (found.list != NULL && properties[i].type == DUNLIN_PROPERTY_END)
            break;
        else if (found.list != NULL)
            found.count++;
    }
    return found;
}

static dunlin_string
label(const labels *all, size_t place)
{
    return all->list[1 + place].text;
}

static bool
has(const labels *all, dunlin_string text)
{
    for (size_t i = 0; i < all->count; i++)
        if (dn_kit_equal(label(all, i), text))
            return true;
    return false;
}

static bool
same_path(const dunlin_operation *left, const dunlin_operation *right)
{
    if (left->path_count != right->path_count || !dn_kit_equal(left->kind, right->kind))
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!dn_kit_equal(left->path[i], right->path[i]))
            return false;
    return true;
}

/* As they are before this operation: the list itself may have changed them already. */
static labels
labels_before(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *current;

    for (uint64_t i = work->at; i-- > 0;) {
        const dunlin_operation *earlier = work->operations[i];

        if (same_path(earlier, operation) && dn_pg_sets(earlier, "values"))
            return labels_of(earlier->set, earlier->set_count);
    }
    current = dn_pg_current(work, DUNLIN_KIND_ENUM, operation->path, operation->path_count);
    if (current == NULL)
        return (labels){NULL, NULL, 0};
    return labels_of(current->properties, current->property_count);
}

static void
begin_alter(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_say(work, "ALTER TYPE ");
    dn_pg_say_path(work, operation->path, operation->path_count);
}

/* Where the lists differ, a label of old has another name. */
static void
rename_labels(dn_pg_render_work *work, const dunlin_operation *operation, const labels *old,
              const labels *new)
{
    for (size_t i = 0; i < old->count; i++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

        if (dn_kit_equal(label(old, i), label(new, i)))
            continue;
        if (has(new, label(old, i)) || has(old, label(new, i))) {
            dn_pg_refuse(work,
                         "PostgreSQL cannot put the values of the enum '%.*s' in another"
                         " order",
                         (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
            return;
        }
        begin_alter(work, operation);
        dn_pg_say(work, " RENAME VALUE ");
        dn_pg_say_literal(work, label(old, i));
        dn_pg_say(work, " TO ");
        dn_pg_say_literal(work, label(new, i));
        dn_pg_guard_label(&guard, operation, label(old, i), false);
        dn_pg_push_guarded(work, &guard, work->at, 1);
    }
}

static void
add_label(dn_pg_render_work *work, const dunlin_operation *operation, const labels *new,
          size_t place, const labels *old)
{
    begin_alter(work, operation);
    dn_pg_say(work, " ADD VALUE ");
    /* Harmless where it is there already, and what a run that was interrupted needs. */
    dn_pg_say(work, "IF NOT EXISTS ");
    dn_pg_say_literal(work, label(new, place));
    if (place > 0) {
        bool last =
            place + 1 == new->count ||
            (old->count > 0 && dn_kit_equal(label(new, place - 1), label(old, old->count - 1)));

        if (!last) {
            dn_pg_say(work, " AFTER ");
            dn_pg_say_literal(work, label(new, place - 1));
        }
    } else if (old->count > 0) {
        dn_pg_say(work, " BEFORE ");
        dn_pg_say_literal(work, label(old, 0));
    }
    dn_pg_push(work, work->at, 1);
}

static void
add_labels(dn_pg_render_work *work, const dunlin_operation *operation, const labels *old,
           const labels *new)
{
    size_t at = 0;

    for (size_t i = 0; i < new->count; i++)
        if (at < old->count && dn_kit_equal(label(old, at), label(new, i)))
            at++;
    if (at < old->count) {
        dn_pg_refuse(work,
                     "PostgreSQL cannot take the value '%.*s' out of the enum '%.*s', nor move it:"
                     " make another type and change the columns",
                     (int)label(old, at).length, label(old, at).data,
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
        return;
    }
    for (size_t i = 0; i < new->count; i++)
        if (!has(old, label(new, i)))
            add_label(work, operation, new, i, old);
}

static void
alter_enum(dn_pg_render_work *work, const dunlin_operation *operation)
{
    labels new = labels_of(operation->set, operation->set_count);
    labels old;

    if (new.list == NULL)
        return;
    old = labels_before(work, operation);
    if (old.list == NULL)
        dn_pg_refuse(work, "the values that the enum '%.*s' has are not known",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    else if (old.count == new.count)
        rename_labels(work, operation, &old, &new);
    else
        add_labels(work, operation, &old, &new);
}

void
dn_pg_push_rename_type(dn_pg_render_work *work, const char *words)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_guard_type(&guard, operation->path, operation->path_count, false);
    dn_pg_guard_type(&guard, operation->new_path, operation->new_path_count, true);
    dn_pg_push_rename(work, words, &guard);
}

void
dn_pg_push_drop_type(dn_pg_render_work *work, const char *words)
{
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_say(work, words);
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_path(work, operation->path, operation->path_count);
    dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
    dn_pg_push(work, work->at, 1);
}

static void
refuse_long_labels(dn_pg_render_work *work, const dunlin_operation *operation)
{
    labels all = labels_of(operation->set, operation->set_count);

    for (size_t i = 0; i < all.count; i++)
        if (label(&all, i).length > DN_PG_LONGEST_NAME)
            dn_pg_refuse(work, "the value '%.*s' has %d bytes; PostgreSQL has enums of %d",
                         (int)label(&all, i).length, label(&all, i).data,
                         (int)label(&all, i).length, DN_PG_LONGEST_NAME);
}

void
dn_pg_render_enum(dn_pg_render_work *work)
{
    static const char *const known[] = {"values", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_property *list = dn_kit_property_find(operation, "values");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_check_known(work, operation, known);
    refuse_long_labels(work, operation);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        dn_pg_say(work, "CREATE TYPE ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, " AS ENUM ");
        if (list != NULL)
            dn_pg_say_literals(work, list, operation);
        else
            dn_pg_say(work, "()");
        dn_pg_guard_type(&guard, operation->path, operation->path_count, true);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    case DUNLIN_VERB_ALTER: alter_enum(work, operation); break;
    case DUNLIN_VERB_DROP: dn_pg_push_drop_type(work, "DROP TYPE "); break;
    default: dn_pg_push_rename_type(work, "TYPE"); break;
    }
    if (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER)
        dn_pg_push_comment(work, "TYPE");
    work->at++;
}
