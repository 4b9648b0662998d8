/* SPDX-License-Identifier: MIT
 *
 * Tables.
 */
#include "drivers/postgres/pg_render.h"

static const char *const known[] = {"order",          "unlogged",        "temporary",
                                    "partition_by",   "partition_of",    "bound",
                                    "inherits",       "options",         "access_method",
                                    "tablespace",     "row_security",    "row_security_forced",
                                    "engine",         "charset",         "collation",
                                    "strict",         "without_rowid",   "of_type",
                                    "foreign_server", "foreign_options", NULL};

/* Of other databases, and without a meaning here. */
static const char *const foreign[] = {"engine", "charset",       "collation",
                                      "strict", "without_rowid", NULL};

static void
note_foreign(dn_pg_render_work *work, const dunlin_operation *table)
{
    for (const char *const *name = foreign; *name != NULL; name++)
        if (dn_pg_sets(table, *name))
            dn_pg_note(work, DUNLIN_NOTE_INFORMATION,
                       "'%s' of the table '%.*s' means nothing to PostgreSQL", *name,
                       (int)dn_pg_last_name(table).length, dn_pg_last_name(table).data);
}

/* --- CREATE ------------------------------------------------------------------------------------------- */
/* The operations behind a CREATE TABLE that belong inside its parentheses. */
static bool
is_member(const dunlin_operation *operation, const dunlin_operation *table)
{
    if (operation->verb != DUNLIN_VERB_CREATE || operation->path_count < table->path_count ||
        operation->path_count > table->path_count + 1 ||
        (!dn_pg_is_kind(operation, DUNLIN_KIND_COLUMN) && !dn_pg_is_constraint(operation)))
        return false;
    /* A constraint that checks no rows yet can only be added later. */
    if (dn_kit_property_is_true(operation, "not_valid"))
        return false;
    for (uint64_t i = 0; i < table->path_count; i++)
        if (!dn_kit_equal(operation->path[i], table->path[i]))
            return false;
    return true;
}

static void
say_head(dn_pg_render_work *work, const dunlin_operation *table)
{
    bool temporary = dn_kit_property_is_true(table, "temporary");

    dn_pg_say(work, temporary                                    ? "CREATE TEMPORARY TABLE "
                    : dn_pg_sets(table, "foreign_server")        ? "CREATE FOREIGN TABLE "
                    : dn_kit_property_is_true(table, "unlogged") ? "CREATE UNLOGGED TABLE "
                                                                 : "CREATE TABLE ");
    if (table->condition == DUNLIN_CONDITION_IF_NOT_EXISTS || work->script)
        dn_pg_say(work, "IF NOT EXISTS ");
    if (temporary)
        dn_pg_say_name(work, dn_pg_last_name(table));
    else
        dn_pg_say_path(work, table->path, table->path_count);
}

static void
say_members(dn_pg_render_work *work, const dunlin_operation *table, uint64_t first, uint64_t end)
{
    work->table_names = table->path_count;
    dn_pg_say(work, " (");
    for (work->at = first + 1; work->at < end; work->at++) {
        const dunlin_operation *one = work->operations[work->at];

        dn_pg_say(work, work->at > first + 1 ? ",\n    " : "\n    ");
        if (!dn_pg_is_kind(one, DUNLIN_KIND_COLUMN)) {
            dn_pg_say_constraint(work, one);
            continue;
        }
        dn_pg_say_column(work, one);
        if (dn_pg_has_labels(one)) {
            dn_pg_say(work, ",\n    ");
            dn_pg_say_labels_check(work, one);
        }
    }
    dn_pg_say(work, end > first + 1 ? "\n)" : ")");
    work->table_names = 0;
}

/* Names as introspection prints them, quoted where they need it. */
static void
say_parents(dn_pg_render_work *work, const dunlin_operation *table)
{
    const dunlin_property *parent = dn_kit_property_find(table, "inherits");

    if (parent == NULL)
        return;
    dn_pg_say(work, " INHERITS (");
    for (parent++; parent->type != DUNLIN_PROPERTY_END; parent++) {
        dn_pg_say_text(work, parent->text);
        dn_pg_say(work, parent[1].type == DUNLIN_PROPERTY_END ? ")" : ", ");
    }
}

static void
say_clauses(dn_pg_render_work *work, const dunlin_operation *table)
{
    static const struct {
        const char *name;
        const char *before;
        const char *behind;
    } clauses[] = {
        {"foreign_server", " SERVER ", ""}, {"partition_by", " PARTITION BY ", ""},
        {"access_method", " USING ", ""},   {"options", " WITH (", ")"},
        {"tablespace", " TABLESPACE ", ""},
    };

    for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
        const dunlin_property *one = dn_kit_property_find(table, clauses[i].name);

        if (one == NULL)
            continue;
        dn_pg_say(work, clauses[i].before);
        if (dn_kit_same(one->name, "foreign_server") || dn_kit_same(one->name, "access_method") ||
            dn_kit_same(one->name, "tablespace"))
            dn_pg_say_name(work, one->text);
        else
            dn_pg_say_text(work, one->text);
        dn_pg_say(work, clauses[i].behind);
    }
    dn_pg_say_foreign_options(work, table);
}

/* Its columns were made as the type has them. */
static void
push_type(dn_pg_render_work *work, const dunlin_operation *table)
{
    DN_KIT_CLEANUP(dn_kit_text_free)
    dn_kit_text name = dn_pg_path_text(work, table->path, table->path_count);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};
    bool comes = dn_pg_sets(table, "of_type");

    if (!comes && !dn_pg_is_unset(table, "of_type"))
        return;
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_text(work, dn_kit_text_string(&name));
    dn_pg_say(work, comes ? " OF " : " NOT OF");
    dn_pg_say_text(work, dn_pg_text_of(table, "of_type"));
    dn_kit_text_add(&guard, "EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid ="
                            " pg_catalog.to_regclass(");
    dn_kit_text_quote(&guard, '\'', dn_kit_text_string(&name));
    dn_kit_text_add(&guard, ") AND reloftype <> 0)");
    if (comes)
        dn_pg_push(work, work->at, 1);
    else
        dn_pg_push_guarded(work, &guard, work->at, 1);
}

static void
push_security(dn_pg_render_work *work, const dunlin_operation *table)
{
    static const struct {
        const char *name;
        const char *on;
        const char *off;
    } switches[] = {
        {"row_security", "ENABLE", "DISABLE"},
        {"row_security_forced", "FORCE", "NO FORCE"},
    };

    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        bool on = dn_kit_property_is_true(table, switches[i].name);

        if (!on && !dn_pg_sets(table, switches[i].name) && !dn_pg_is_unset(table, switches[i].name))
            continue;
        dn_pg_say(work, "ALTER TABLE ");
        dn_pg_say_path(work, table->path, table->path_count);
        dn_pg_say(work, " ");
        dn_pg_say(work, on ? switches[i].on : switches[i].off);
        dn_pg_say(work, " ROW LEVEL SECURITY");
        dn_pg_push(work, work->at, 1);
    }
}

static const char *
words_of(const dunlin_operation *table)
{
    return dn_pg_sets(table, "foreign_server") ? "FOREIGN TABLE" : "TABLE";
}

/* What CREATE TABLE has no room for, operation by operation. */
static void
push_rest(dn_pg_render_work *work, uint64_t first, uint64_t end)
{
    for (work->at = first; work->at < end; work->at++) {
        const dunlin_operation *one = work->operations[work->at];

        if (work->at == first) {
            push_type(work, one);
            push_security(work, one);
        }
        if (dn_pg_is_kind(one, DUNLIN_KIND_COLUMN) && dn_pg_has_own_sequence(one))
            dn_pg_push_sequence_owner(work, one);
        dn_pg_push_comment(work, work->at == first                        ? words_of(one)
                                 : dn_pg_is_kind(one, DUNLIN_KIND_COLUMN) ? "COLUMN"
                                                                          : "CONSTRAINT");
    }
}

static void
create_table(dn_pg_render_work *work, const dunlin_operation *table)
{
    uint64_t first = work->at;
    uint64_t end = first + 1;

    dn_pg_check_known(work, table, known);
    note_foreign(work, table);
    while (end < work->count && is_member(work->operations[end], table))
        end++;
    for (work->at = first + 1; work->at < end; work->at++)
        if (dn_pg_is_kind(work->operations[work->at], DUNLIN_KIND_COLUMN) &&
            dn_pg_has_own_sequence(work->operations[work->at]))
            dn_pg_push_own_sequence(work, work->operations[work->at]);
    work->at = first;
    say_head(work, table);
    if (dn_pg_sets(table, "partition_of")) {
        dn_pg_say(work, " PARTITION OF ");
        dn_pg_say_text(work, dn_pg_text_of(table, "partition_of"));
        if (end > first + 1)
            say_members(work, table, first, end);
        dn_pg_say(work, " ");
        dn_pg_say_text(work, dn_pg_text_of(table, "bound"));
    } else if (table->body.length == 0) {
        say_members(work, table, first, end);
    }
    work->at = first;
    say_parents(work, table);
    say_clauses(work, table);
    if (table->body.length > 0) {
        dn_pg_say(work, " AS ");
        dn_pg_say_translated(work, DUNLIN_TRANSLATE_QUERY, table->body);
    }
    dn_pg_push(work, first, end - first);
    push_rest(work, first, end);
    work->at = end;
}

/* --- ALTER and the rest --------------------------------------------------------------------------------- */
static void
begin_alter(dn_pg_render_work *work, const dunlin_operation *table)
{
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_path(work, table->path, table->path_count);
}

static dunlin_string
text_now(dn_pg_render_work *work, const dunlin_operation *table, const char *member)
{
    const dunlin_fact *now = dn_pg_current(work, DUNLIN_KIND_TABLE, table->path, table->path_count);
    const dunlin_operation told = {.set = now != NULL ? now->properties : NULL,
                                   .set_count = now != NULL ? now->property_count : 0};

    return dn_pg_text_of(&told, member);
}

static const char *
kind_now(dn_pg_render_work *work, const dunlin_operation *table)
{
    return text_now(work, table, "foreign_server").length > 0 ? "FOREIGN TABLE" : "TABLE";
}

/* "name=value, name=value"; cuts the first name off the list. */
static dunlin_string
take_option(dunlin_string *list)
{
    dunlin_string name = {list->data, 0};
    uint64_t length = 0;

    while (length < list->length && list->data[length] != ',')
        length++;
    while (name.length < length && name.data[name.length] != '=')
        name.length++;
    while (length < list->length && (list->data[length] == ',' || list->data[length] == ' '))
        length++;
    *list = (dunlin_string){list->data + length, list->length - length};
    return name;
}

static bool
has_option(dunlin_string list, dunlin_string name)
{
    while (list.length > 0)
        if (dn_kit_equal(take_option(&list), name))
            return true;
    return false;
}

static void
reset_options(dn_pg_render_work *work, const dunlin_operation *table)
{
    dunlin_string before = text_now(work, table, "options");
    dunlin_string after = dn_pg_text_of(table, "options");
    bool any = false;

    while (before.length > 0) {
        dunlin_string name = take_option(&before);

        if (has_option(after, name))
            continue;
        if (!any)
            begin_alter(work, table);
        dn_pg_say(work, any ? ", " : " RESET (");
        dn_pg_say_text(work, name);
        any = true;
    }
    if (any) {
        dn_pg_say(work, ")");
        dn_pg_push(work, work->at, 1);
    }
}

static void
alter_storage(dn_pg_render_work *work, const dunlin_operation *table)
{
    if (dn_pg_sets(table, "unlogged") || dn_pg_is_unset(table, "unlogged")) {
        begin_alter(work, table);
        dn_pg_say(work,
                  dn_kit_property_is_true(table, "unlogged") ? " SET UNLOGGED" : " SET LOGGED");
        dn_pg_push(work, work->at, 1);
    }
    if (dn_pg_sets(table, "options") || dn_pg_is_unset(table, "options"))
        reset_options(work, table);
    if (dn_pg_sets(table, "options")) {
        begin_alter(work, table);
        dn_pg_say(work, " SET (");
        dn_pg_say_text(work, dn_pg_text_of(table, "options"));
        dn_pg_say(work, ")");
        dn_pg_push(work, work->at, 1);
    }
    if (dn_pg_sets(table, "tablespace")) {
        begin_alter(work, table);
        dn_pg_say(work, " SET TABLESPACE ");
        dn_pg_say_name(work, dn_pg_text_of(table, "tablespace"));
        dn_pg_push(work, work->at, 1);
    }
}

static void
detach(dn_pg_render_work *work, const dunlin_operation *table, dunlin_string parent)
{
    DN_KIT_CLEANUP(dn_kit_text_free)
    dn_kit_text name = dn_pg_path_text(work, table->path, table->path_count);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    if (parent.length == 0) {
        dn_pg_refuse(work, "the table that '%.*s' is a partition of is not known",
                     (int)dn_pg_last_name(table).length, dn_pg_last_name(table).data);
        return;
    }
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_text(work, parent);
    dn_pg_say(work, " DETACH PARTITION ");
    dn_pg_say_text(work, dn_kit_text_string(&name));
    dn_pg_guard_parent(&guard, dn_kit_text_string(&name), parent, false);
    dn_pg_push_guarded(work, &guard, work->at, 1);
}

static void
attach(dn_pg_render_work *work, const dunlin_operation *table, dunlin_string parent)
{
    DN_KIT_CLEANUP(dn_kit_text_free)
    dn_kit_text name = dn_pg_path_text(work, table->path, table->path_count);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_text(work, parent);
    dn_pg_say(work, " ATTACH PARTITION ");
    dn_pg_say_text(work, dn_kit_text_string(&name));
    dn_pg_say(work, " ");
    dn_pg_say_text(work, dn_pg_text_of(table, "bound"));
    dn_pg_guard_parent(&guard, dn_kit_text_string(&name), parent, true);
    dn_pg_push_guarded(work, &guard, work->at, 1);
}

/* The table that it is a partition of, as the server prints it; the list itself may have detached it. */
static dunlin_string
whole_now(dn_pg_render_work *work, const dunlin_operation *table)
{
    for (uint64_t i = work->at; i-- > 0;) {
        const dunlin_operation *earlier = work->operations[i];

        if (!dn_pg_is_kind(earlier, DUNLIN_KIND_TABLE) || !dn_pg_same_table(earlier, table))
            continue;
        if (dn_pg_is_unset(earlier, "partition_of"))
            return dn_kit_string(NULL);
        if (dn_pg_sets(earlier, "partition_of"))
            return dn_pg_text_of(earlier, "partition_of");
    }
    return text_now(work, table, "partition_of");
}

static void
alter_partition(dn_pg_render_work *work, const dunlin_operation *table)
{
    dunlin_string parent = whole_now(work, table);

    if (dn_pg_is_unset(table, "partition_of") ||
        (parent.length > 0 && (dn_pg_sets(table, "bound") || dn_pg_sets(table, "partition_of"))))
        detach(work, table, parent);
    if (dn_pg_sets(table, "partition_of"))
        parent = dn_pg_text_of(table, "partition_of");
    if (dn_pg_sets(table, "partition_of") || dn_pg_sets(table, "bound"))
        attach(work, table, parent);
    if (dn_pg_sets(table, "inherits") || dn_pg_is_unset(table, "inherits"))
        dn_pg_push_parents(work, table);
    if (dn_pg_sets(table, "partition_by") || dn_pg_is_unset(table, "partition_by"))
        dn_pg_refuse(work,
                     "how the table '%.*s' is divided is changed by hand: make a new table that"
                     " takes the rows",
                     (int)dn_pg_last_name(table).length, dn_pg_last_name(table).data);
}

static void
alter_table(dn_pg_render_work *work, const dunlin_operation *table)
{
    dn_pg_check_known(work, table, known);
    note_foreign(work, table);
    alter_storage(work, table);
    alter_partition(work, table);
    dn_pg_push_foreign_table(work, text_now(work, table, "foreign_options"));
    push_type(work, table);
    push_security(work, table);
    dn_pg_push_comment(work, kind_now(work, table));
}

void
dn_pg_push_rename(dn_pg_render_work *work, const char *words, dn_kit_text *guard)
{
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_string *old = operation->path;
    const dunlin_string *new = operation->new_path;
    uint64_t count = operation->path_count;
    dunlin_string between[2];
    bool moves = count == 2 && operation->new_path_count == 2 && !dn_kit_equal(old[0], new[0]);

    between[0] = moves ? new[0] : old[0];
    between[1] = count > 1 ? old[1] : dn_kit_string("");
    if (moves) {
        dn_pg_say(work, "ALTER ");
        dn_pg_say(work, words);
        dn_pg_say(work, " ");
        dn_pg_say_path(work, old, count);
        dn_pg_say(work, " SET SCHEMA ");
        dn_pg_say_name(work, new[0]);
        dn_pg_push_guarded(work, guard, work->at, 1);
        if (dn_kit_equal(old[1], new[1]))
            return;
    }
    dn_pg_say(work, "ALTER ");
    dn_pg_say(work, words);
    dn_pg_say(work, " ");
    dn_pg_say_path(work, count > 1 ? between : old, count);
    dn_pg_say(work, " RENAME TO ");
    dn_pg_say_name(work, new[operation->new_path_count - 1]);
    if (moves)
        dn_pg_guard_relation(guard, between, 2, false);
    dn_pg_push_guarded(work, guard, work->at, 1);
}

void
dn_pg_render_table(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: create_table(work, operation); return;
    case DUNLIN_VERB_ALTER: alter_table(work, operation); break;
    case DUNLIN_VERB_DROP:
        dn_pg_say(work, "DROP ");
        dn_pg_say(work, kind_now(work, operation));
        dn_pg_say(work, " ");
        dn_pg_say(work, dn_pg_if_exists(work));
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
        dn_pg_push(work, work->at, 1);
        break;
    default:
        /* One that is missing is passed over where the statement says so. */
        if (operation->condition == DUNLIN_CONDITION_IF_EXISTS)
            dn_pg_guard_relation(&guard, operation->path, operation->path_count, false);
        dn_pg_guard_relation(&guard, operation->new_path, operation->new_path_count, true);
        dn_pg_push_rename(work, "TABLE", &guard);
        break;
    }
    work->at++;
}
