/* SPDX-License-Identifier: MIT
 *
 * One statement's operations against what is known at its turn.
 */
#include <string.h>

#include "core/execute/before_internal.h"

typedef enum presence { ABSENT = 0, PRESENT, UNKNOWN } presence;

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && memcmp(left.data, right.data, (size_t)left.length) == 0;
}

/* --- what is remembered ------------------------------------------------------------------------------- */

static uint64_t
relation_length(const dn_before_work *work)
{
    return (work->target.naming & DN_FACT_NAMESPACES) ? 2 : 1;
}

static bool
has(const dn_before_work *work, dn_before_mark mark, const dunlin_string *path)
{
    return dn_fact_map_find(work->marks[mark], dn_string(DUNLIN_KIND_TABLE), path,
                            relation_length(work)) != NULL;
}

static int
put(dn_fact_map *map, dunlin_string kind, const dunlin_string *path, uint64_t count,
    dn_error *error)
{
    const dunlin_fact bare = {.size = sizeof bare, .kind = kind, .path = path, .path_count = count};

    return dn_fact_map_put(map, &bare, error);
}

static int
mark(dn_before_work *work, dn_before_mark which, const dunlin_string *path)
{
    return put(work->marks[which], dn_string(DUNLIN_KIND_TABLE), path, relation_length(work),
               work->error);
}

int
dn_before_blur(dn_before_work *work, const dunlin_string *path, uint64_t count)
{
    return count < relation_length(work) ? 0 : mark(work, DN_BEFORE_BLURRED, path);
}

int
dn_before_forget(dn_before_work *work)
{
    uint64_t naming = work->target.naming;

    work->blind = true;
    work->now = dn_fact_map_new(work->arena, naming);
    for (size_t i = 0; i < DN_BEFORE_MARKS; i++) {
        work->marks[i] = dn_fact_map_new(work->arena, naming);
        if (!work->marks[i])
            return dn_no_memory(work->error);
    }
    return work->now ? 0 : dn_no_memory(work->error);
}

/* Whatever bears the name: tables, views and sequences share one set of names. */
static const dunlin_fact *
relation_in(const dn_fact_map *map, const dunlin_string *path, uint64_t count)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_fact *found = dn_fact_map_find(map, dn_string(kinds[i]), path, count);

        if (found)
            return found;
    }
    return NULL;
}

static int
bring_member(const dunlin_fact *fact, void *context)
{
    const dn_before_work *work = context;

    return dn_fact_map_put(work->now, fact, work->error);
}

/* The members of a partition, or of a child, are told with those of its parent. */
static bool
inherits(const dunlin_fact *table)
{
    return dn_property_find(table->properties, table->property_count, "partition_of") ||
           dn_property_find(table->properties, table->property_count, "inherits");
}

static int
bring(dn_before_work *work, const dunlin_string *path)
{
    uint64_t count = relation_length(work);
    const dn_fact_map *schema = work->asked->schema;
    const dunlin_fact *found;

    if (work->blind || has(work, DN_BEFORE_BROUGHT, path))
        return 0;
    if (mark(work, DN_BEFORE_BROUGHT, path) < 0)
        return -1;
    found = relation_in(schema, path, count);
    if (!found)
        return 0;
    if (inherits(found) && mark(work, DN_BEFORE_BLURRED, path) < 0)
        return -1;
    if (dn_fact_map_put(work->now, found, work->error) < 0)
        return -1;
    return dn_fact_map_members(schema, NULL, path, count, bring_member, work);
}

static int
look(dn_before_work *work, const dunlin_string *path, presence *is, const dunlin_fact **fact)
{
    if (bring(work, path) < 0)
        return -1;
    *fact = relation_in(work->now, path, relation_length(work));
    if (has(work, DN_BEFORE_BLURRED, path))
        *is = UNKNOWN;
    else if (*fact)
        *is = PRESENT;
    else
        *is = work->blind && !has(work, DN_BEFORE_GONE, path) ? UNKNOWN : ABSENT;
    return 0;
}

/* --- asking the server -------------------------------------------------------------------------------- */

static int
add_name(dn_before_work *work, dn_text *text, dunlin_string name)
{
    const char *copy = dn_arena_copy(work->arena, name.data, (size_t)name.length);

    if (!copy)
        return dn_no_memory(work->error);
    return dn_driver_quote(dn_connection_driver(work->asked->connection),
                           dn_connection_server(work->asked->connection)->profile, copy, text,
                           work->error);
}

/* As the statement names it: the server looks where it would look for the statement. A column is named
 * with its table, since SQLite takes an unknown name in double quotes for a text. */
static int
write_query(dn_before_work *work, const dunlin_operation *operation, bool bare, bool column,
            dn_text *sql)
{
    uint64_t count = relation_length(work);
    const dunlin_string *path = operation->path;

    dn_text_add_string(sql, "SELECT ");
    if (column) {
        if (add_name(work, sql, path[count - 1]) < 0)
            return -1;
        dn_text_add_char(sql, '.');
        if (add_name(work, sql, path[count]) < 0)
            return -1;
    } else {
        dn_text_add_string(sql, "1");
    }
    dn_text_add_string(sql, " FROM ");
    if (count > 1 && !bare) {
        if (add_name(work, sql, path[0]) < 0)
            return -1;
        dn_text_add_char(sql, '.');
    }
    if (add_name(work, sql, path[count - 1]) < 0)
        return -1;
    dn_text_add_string(sql, " WHERE 1 = 0");
    return sql->failed ? dn_no_memory(work->error) : 0;
}

/* *missing is false, too, where the server does not tell. */
static int
ask(dn_before_work *work, const dunlin_operation *operation, bool bare, bool column, bool *missing)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_error answer;

    *missing = false;
    if (write_query(work, operation, bare, column, &sql) < 0)
        return -1;
    dn_error_clear(&answer);
    if (dn_connection_query(work->asked->connection, sql.data, NULL, 0, NULL, NULL, &answer) == 0)
        return 0;
    *missing = answer.status == DUNLIN_MISSING;
    if (answer.status != DUNLIN_LOST && answer.status != DUNLIN_CANCELLED &&
        answer.status != DUNLIN_NO_MEMORY)
        return 0;
    *work->error = answer;
    return -1;
}

/* --- telling ------------------------------------------------------------------------------------------ */

static void
name_operation(dn_before_work *work, const dunlin_operation *operation)
{
    dn_text_clear(work->why);
    dn_text_add_string(work->why, "cannot ");
    dn_operation_describe(work->why, operation);
}

static int
tell_missing(dn_before_work *work, const dunlin_operation *operation, uint64_t count)
{
    work->id = "plan.missing";
    name_operation(work, operation);
    dn_text_add_string(work->why, ": ");
    if (count < operation->path_count)
        dn_fact_describe(work->why, dn_string(DUNLIN_KIND_TABLE), operation->path, count);
    else
        dn_text_add_string(work->why, "it");
    dn_text_add_string(work->why, " does not exist");
    return 1;
}

static bool
is_itself(const dn_before_work *work, const dunlin_operation *operation, const dunlin_fact *there)
{
    uint64_t naming = work->target.naming;

    if (!same(there->kind, operation->kind) || there->path_count != operation->path_count)
        return false;
    for (uint64_t i = 0; i < there->path_count; i++)
        if (!dn_fact_same_name(naming, i, there->path_count, there->path[i], operation->path[i]))
            return false;
    return true;
}

static int
tell_present(dn_before_work *work, const dunlin_operation *operation, const dunlin_fact *there)
{
    work->id = "plan.exists";
    name_operation(work, operation);
    if (dn_string_equal(there->kind, DUNLIN_KIND_PRIMARY_KEY) &&
        dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY)) {
        dn_text_add_string(work->why, ": the table has one already");
    } else if (dn_string_among(operation->kind, "table view matview index") &&
               !is_itself(work, operation, there)) {
        dn_text_add_string(work->why, ": the name is taken by ");
        dn_fact_describe(work->why, there->kind, there->path, there->path_count);
    } else {
        dn_text_add_string(work->why, ": it exists already");
    }
    return 1;
}

/* --- relations ---------------------------------------------------------------------------------------- */

/* Was it written without the schema that it is in? */
static bool
is_bare(const dn_before_work *work, size_t at)
{
    return (work->target.naming & DN_FACT_NAMESPACES) &&
           (!work->raw || !work->raw[at]->path_count || !work->raw[at]->path[0].length);
}

static int
note_elsewhere(const dunlin_fact *fact, void *context)
{
    (void)fact;
    (void)context;
    return 1;
}

/* Another schema of the search path may have it. */
static bool
is_elsewhere(const dn_before_work *work, const dunlin_string *path)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_namesakes(work->asked->schema, kinds[i], path, relation_length(work),
                                  note_elsewhere, NULL))
            return true;
    return false;
}

/* No relation has this name, as far as is known: is that certain? */
static int
judge_missing(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    bool bare = is_bare(work, at);
    bool missing = true;

    if (operation->condition != DUNLIN_CONDITION_NONE ||
        (operation->flags & DUNLIN_OPERATION_PARENT_IF_EXISTS) || work->lenient)
        return 0;
    if (bare && (has(work, DN_BEFORE_GONE, operation->path) || is_elsewhere(work, operation->path)))
        return 0;
    if (!has(work, DN_BEFORE_GONE, operation->path) &&
        ask(work, operation, bare, false, &missing) < 0)
        return -1;
    if (!missing)
        return mark(work, DN_BEFORE_BLURRED, operation->path);
    return tell_missing(work, operation, relation_length(work));
}

static int
make_relation(dn_before_work *work, const dunlin_operation *operation)
{
    uint64_t count = relation_length(work);

    dn_fact_map_remove(work->marks[DN_BEFORE_GONE], dn_string(DUNLIN_KIND_TABLE), operation->path,
                       count);
    if (put(work->now, operation->kind, operation->path, count, work->error) < 0)
        return -1;
    return mark(work, DN_BEFORE_MADE, operation->path);
}

static int
create_relation(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    const dunlin_fact *there;
    presence is;

    if (look(work, operation->path, &is, &there) < 0)
        return -1;
    if ((work->homeless && is_bare(work, at)) || (operation->flags & DUNLIN_OPERATION_OR_REPLACE) ||
        dn_property_find(operation->set, operation->set_count, "temporary")) {
        work->passed = true;
        return mark(work, DN_BEFORE_BLURRED, operation->path);
    }
    if (operation->condition != DUNLIN_CONDITION_NONE || work->lenient) {
        work->passed = is != ABSENT;
        if (is == ABSENT)
            return make_relation(work, operation);
        return is == UNKNOWN || work->lenient ? mark(work, DN_BEFORE_BLURRED, operation->path) : 0;
    }
    if (is == PRESENT)
        return tell_present(work, operation, there);
    return has(work, DN_BEFORE_BLURRED, operation->path) ? 0 : make_relation(work, operation);
}

static int
blur_both(dn_before_work *work, const dunlin_operation *operation)
{
    if (dn_before_blur(work, operation->path, operation->path_count) < 0)
        return -1;
    return dn_before_blur(work, operation->new_path, operation->new_path_count);
}

static int
tell_taken(dn_before_work *work, const dunlin_operation *operation, const dunlin_fact *taken)
{
    work->id = "plan.exists";
    name_operation(work, operation);
    dn_text_add_string(work->why, ": ");
    dn_fact_describe(work->why, taken->kind, taken->path, taken->path_count);
    dn_text_add_string(work->why, " exists already");
    return 1;
}

/* What is known of the relation goes with its name. */
static int
rename_marks(dn_before_work *work, const dunlin_operation *operation)
{
    dn_fact_map_remove(work->marks[DN_BEFORE_GONE], dn_string(DUNLIN_KIND_TABLE),
                       operation->new_path, relation_length(work));
    if (has(work, DN_BEFORE_MADE, operation->path) &&
        mark(work, DN_BEFORE_MADE, operation->new_path) < 0)
        return -1;
    return mark(work, DN_BEFORE_GROWN, operation->new_path) < 0
               ? -1
               : mark(work, DN_BEFORE_SHRUNK, operation->new_path);
}

static int
change_relation(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    bool renames = operation->verb == DUNLIN_VERB_RENAME;
    const dunlin_fact *there;
    const dunlin_fact *taken;
    presence is;
    presence other = ABSENT;

    if (look(work, operation->path, &is, &there) < 0)
        return -1;
    if (is == ABSENT)
        return judge_missing(work, at);
    if (operation->verb == DUNLIN_VERB_ALTER)
        return 0;
    if (renames && look(work, operation->new_path, &other, &taken) < 0)
        return -1;
    if (is == UNKNOWN || other == UNKNOWN || work->lenient ||
        (work->homeless && is_bare(work, at)) || !same(operation->kind, there->kind))
        return blur_both(work, operation);
    /* Another case of its own name is free. */
    if (renames && other == PRESENT && taken != there)
        return tell_taken(work, operation, taken);
    if (dn_schema_fold(work->now, operation, NULL, work->error) < 0 ||
        mark(work, DN_BEFORE_GONE, operation->path) < 0)
        return -1;
    return renames ? rename_marks(work, operation) : 0;
}

/* --- columns ------------------------------------------------------------------------------------------ */

static const dunlin_fact *
member(const dn_before_work *work, const char *kind, const dunlin_string *path)
{
    return dn_fact_map_find(work->now, dn_string(kind), path, relation_length(work) + 1);
}

static int
missing_column(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    bool missing = true;

    if (operation->condition != DUNLIN_CONDITION_NONE || work->lenient ||
        has(work, DN_BEFORE_MADE, operation->path))
        return mark(work, DN_BEFORE_BLURRED, operation->path);
    /* One that this run dropped is there still. */
    if (!dn_fact_map_find(work->asked->schema, operation->kind, operation->path,
                          operation->path_count) &&
        ask(work, operation, is_bare(work, at), true, &missing) < 0)
        return -1;
    if (!missing)
        return mark(work, DN_BEFORE_BLURRED, operation->path);
    return tell_missing(work, operation, operation->path_count);
}

static int
judge_column(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    const dunlin_fact *there = member(work, DUNLIN_KIND_COLUMN, operation->path);
    const dunlin_fact *taken = NULL;

    if (operation->verb == DUNLIN_VERB_CREATE) {
        if (there && operation->condition == DUNLIN_CONDITION_NONE && !work->lenient)
            return tell_present(work, operation, there);
        return there ? 0
                     : put(work->now, operation->kind, operation->path, operation->path_count,
                           work->error);
    }
    if (!there)
        return missing_column(work, at);
    if (operation->verb == DUNLIN_VERB_ALTER)
        return 0;
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count == operation->path_count)
        taken = member(work, DUNLIN_KIND_COLUMN, operation->new_path);
    if (taken && taken != there) {
        if (operation->condition != DUNLIN_CONDITION_NONE || work->lenient)
            return mark(work, DN_BEFORE_BLURRED, operation->path);
        return tell_present(work, operation, taken);
    }
    if (dn_schema_fold(work->now, operation, NULL, work->error) < 0)
        return -1;
    return mark(work, DN_BEFORE_SHRUNK, operation->path);
}

/* --- keys and indexes --------------------------------------------------------------------------------- */

static dunlin_string
last_of(const dunlin_string *path, uint64_t count)
{
    return count ? path[count - 1] : dn_string("");
}

static bool
is_named(const dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];

    return work->named && work->named[at] &&
           last_of(operation->path, operation->path_count).length > 0;
}

typedef struct searching {
    const dn_before_work *work;
    const dunlin_operation *operation;
    const dunlin_fact *found;
} searching;

static int
note_index(const dunlin_fact *index, void *context)
{
    searching *looking = context;
    const dn_before_work *work = looking->work;

    if (relation_length(work) > 1 &&
        !dn_fact_same_name(work->target.naming, 0, index->path_count, index->path[0],
                           looking->operation->path[0]))
        return 0;
    /* Of a table that this run changed it is not known whether it still has it. */
    if (has(work, DN_BEFORE_SHRUNK, index->path) || has(work, DN_BEFORE_BLURRED, index->path) ||
        has(work, DN_BEFORE_GONE, index->path) ||
        dn_property_find(index->properties, index->property_count, "invalid"))
        return 0;
    looking->found = index;
    return 1;
}

/* What bears the name that a new key or index wants. */
static const dunlin_fact *
find_rival(const dn_before_work *work, const dunlin_operation *operation)
{
    static const char *const kinds[] = {DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_CHECK};
    bool index = dn_string_equal(operation->kind, DUNLIN_KIND_INDEX);
    searching looking = {work, operation, NULL};

    if (index && !(work->target.naming & DN_FACT_TABLE_INDEXES)) {
        dn_fact_map_namesakes(work->blind ? work->now : work->asked->schema, DUNLIN_KIND_INDEX,
                              operation->path, operation->path_count, note_index, &looking);
        return looking.found;
    }
    if (has(work, DN_BEFORE_SHRUNK, operation->path))
        return NULL;
    if (index) {
        const dunlin_fact *same = member(work, DUNLIN_KIND_INDEX, operation->path);

        return same ? same : member(work, DUNLIN_KIND_UNIQUE, operation->path);
    }
    if (dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY))
        return member(work, DUNLIN_KIND_PRIMARY_KEY, operation->path);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_string_equal(operation->kind, kinds[i]))
            return member(work, kinds[i], operation->path);
    return NULL;
}

static int
create_key(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    bool named = is_named(work, at);
    const dunlin_fact *rival;

    if (!named && mark(work, DN_BEFORE_GROWN, operation->path) < 0)
        return -1;
    if (operation->flags & DUNLIN_OPERATION_OR_REPLACE)
        return mark(work, DN_BEFORE_SHRUNK, operation->path);
    /* UNIQUE USING INDEX takes the index, with its name. */
    if (dn_string_among(operation->kind, "pk unique") &&
        !dn_property_find(operation->set, operation->set_count, "columns"))
        return mark(work, DN_BEFORE_SHRUNK, operation->path);
    /* Of another dialect's constraints a database may not keep the names. */
    if (work->foreign && !dn_string_equal(operation->kind, DUNLIN_KIND_INDEX))
        return 0;
    if (!named && !dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY))
        return 0;
    rival = find_rival(work, operation);
    if (rival && operation->condition == DUNLIN_CONDITION_NONE && !work->lenient)
        return tell_present(work, operation, rival);
    return rival ? 0
                 : put(work->now, operation->kind, operation->path, operation->path_count,
                       work->error);
}

static int
note_name(const dunlin_fact *fact, void *context)
{
    searching *looking = context;
    const dunlin_operation *operation = looking->operation;
    uint64_t count = operation->path_count;

    if (dn_fact_is(fact, DUNLIN_KIND_COLUMN) || fact->path_count != count ||
        !dn_fact_same_name(looking->work->target.naming, count - 1, count, fact->path[count - 1],
                           operation->path[count - 1]))
        return 0;
    looking->found = fact;
    return 1;
}

/* By any kind: what DROP CONSTRAINT or DROP INDEX means by a name is the server's affair. */
static const dunlin_fact *
find_key(const dn_before_work *work, const dunlin_operation *operation)
{
    searching looking = {work, operation, NULL};

    if (dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY) &&
        member(work, DUNLIN_KIND_PRIMARY_KEY, operation->path))
        return member(work, DUNLIN_KIND_PRIMARY_KEY, operation->path);
    dn_fact_map_members(work->now, NULL, operation->path, relation_length(work), note_name,
                        &looking);
    return looking.found;
}

/* Where NOT NULL has a name of its own, which is not among the facts, it may be that. */
static bool
may_be_not_null(const dn_before_work *work, const dunlin_operation *operation)
{
    return (dn_connection_capabilities(work->asked->connection)->flags &
            DUNLIN_CAN_NAME_NOT_NULL) != 0 &&
           dn_string_equal(operation->kind, DUNLIN_KIND_CONSTRAINT);
}

static int
change_key(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    const dunlin_fact *there = find_key(work, operation);
    bool sure = operation->condition == DUNLIN_CONDITION_NONE && !work->lenient && !work->foreign &&
                is_named(work, at) && !may_be_not_null(work, operation) &&
                !has(work, DN_BEFORE_MADE, operation->path) &&
                !has(work, DN_BEFORE_SHRUNK, operation->path) &&
                !has(work, DN_BEFORE_GROWN, operation->path);

    if (!there && sure)
        return tell_missing(work, operation, operation->path_count);
    if (operation->verb == DUNLIN_VERB_ALTER)
        return 0;
    return mark(work, DN_BEFORE_SHRUNK, operation->path) < 0 ||
                   mark(work, DN_BEFORE_GROWN, operation->path) < 0
               ? -1
               : 0;
}

/* --- what is in a table ------------------------------------------------------------------------------- */

/* An index that is named without its table: which table that is, only the schema knows. */
static int
change_index(dn_before_work *work, const dunlin_operation *operation)
{
    searching looking = {work, operation, NULL};

    if (work->blind)
        return 0;
    dn_fact_map_namesakes(work->asked->schema, DUNLIN_KIND_INDEX, operation->path,
                          operation->path_count, note_index, &looking);
    return looking.found && operation->verb != DUNLIN_VERB_ALTER
               ? mark(work, DN_BEFORE_SHRUNK, looking.found->path)
               : 0;
}

static int
judge_member(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    uint64_t count = relation_length(work);
    const dunlin_fact *table;
    presence is;

    if (operation->path_count != count + 1)
        return 0;
    if (!operation->path[count - 1].length)
        return dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) ? change_index(work, operation)
                                                                   : 0;
    if (look(work, operation->path, &is, &table) < 0)
        return -1;
    if (is == UNKNOWN || (work->homeless && is_bare(work, at)))
        return 0;
    if (is == ABSENT)
        return judge_missing(work, at);
    if (!dn_fact_is(table, DUNLIN_KIND_TABLE))
        return 0;
    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN))
        return judge_column(work, at);
    return operation->verb == DUNLIN_VERB_CREATE ? create_key(work, at) : change_key(work, at);
}

/* --- types -------------------------------------------------------------------------------------------- */

static int
judge_type(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    const dunlin_fact *there;
    bool touched = dn_fact_map_find(work->types, dn_string(DUNLIN_KIND_ENUM), operation->path,
                                    operation->path_count) != NULL;

    there = dn_fact_map_find(work->asked->schema, dn_string(DUNLIN_KIND_ENUM), operation->path,
                             operation->path_count);
    if (!there)
        there = dn_fact_map_find(work->asked->schema, dn_string(DUNLIN_KIND_DOMAIN),
                                 operation->path, operation->path_count);
    if (there && !touched && !work->blind && !work->lenient &&
        operation->verb == DUNLIN_VERB_CREATE && operation->condition == DUNLIN_CONDITION_NONE &&
        !(operation->flags & DUNLIN_OPERATION_OR_REPLACE) && !(work->homeless && is_bare(work, at)))
        return tell_present(work, operation, there);
    if (operation->verb == DUNLIN_VERB_RENAME &&
        put(work->types, dn_string(DUNLIN_KIND_ENUM), operation->new_path,
            operation->new_path_count, work->error) < 0)
        return -1;
    return put(work->types, dn_string(DUNLIN_KIND_ENUM), operation->path, operation->path_count,
               work->error);
}

/* --- one statement ------------------------------------------------------------------------------------ */

static bool
meet(const dn_before_work *work, const dunlin_operation *left, const dunlin_operation *right)
{
    uint64_t count = relation_length(work);
    const dunlin_string names[] = {last_of(left->path, left->path_count),
                                   last_of(left->new_path, left->new_path_count)};
    const dunlin_string others[] = {last_of(right->path, right->path_count),
                                    last_of(right->new_path, right->new_path_count)};

    if (left->verb == right->verb && left->verb != DUNLIN_VERB_RENAME)
        return false;
    if (dn_string_equal(left->kind, DUNLIN_KIND_PRIMARY_KEY) &&
        dn_string_equal(right->kind, DUNLIN_KIND_PRIMARY_KEY))
        return true;
    /* A table that is renamed or dropped beside other things. */
    if (left->path_count == count || right->path_count == count)
        return true;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            if (names[i].length &&
                dn_fact_same_name(work->target.naming, count, count + 1, names[i], others[k]))
                return true;
    return false;
}

/* In which order a server goes about ADD a, DROP a is its own affair. */
static bool
is_tangled(const dn_before_work *work)
{
    if (work->count < 2 ||
        dn_operation_is(work->operations[0], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE))
        return false;
    for (size_t i = 0; i < work->count; i++)
        for (size_t k = 0; k < i; k++)
            if (meet(work, work->operations[k], work->operations[i]))
                return true;
    return false;
}

static int
blur_tangled(dn_before_work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_operation *operation = work->operations[i];

        if (dn_before_blur(work, operation->path, operation->path_count) < 0 ||
            dn_before_blur(work, operation->new_path, operation->new_path_count) < 0)
            return -1;
    }
    return 0;
}

static int
judge_operation(dn_before_work *work, size_t at)
{
    const dunlin_operation *operation = work->operations[at];
    bool makes = operation->verb == DUNLIN_VERB_CREATE;

    if (operation->verb >= DUNLIN_VERB_DATA ||
        dn_string_among(operation->kind, "trigger function procedure sequence"))
        return 0;
    if (dn_string_among(operation->kind, "enum domain"))
        return judge_type(work, at);
    if (dn_string_among(operation->kind, "table view matview")) {
        if (operation->path_count != relation_length(work))
            return 0;
        return makes ? create_relation(work, at) : change_relation(work, at);
    }
    if (dn_string_equal(operation->kind, DUNLIN_KIND_SCHEMA)) {
        /* It may be one that the search path begins with. */
        work->homeless = (work->target.naming & DN_FACT_NAMESPACES) != 0;
        return makes ? 0 : dn_before_forget(work);
    }
    /* What it brings along is not known. */
    if (dn_string_equal(operation->kind, DUNLIN_KIND_EXTENSION))
        return operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS &&
                       dn_fact_map_find(work->asked->schema, operation->kind, operation->path,
                                        operation->path_count)
                   ? 0
                   : dn_before_forget(work);
    return makes && work->passed ? 0 : judge_member(work, at);
}

int
dn_before_judge(dn_before_work *work)
{
    bool cascades = false;
    int answer = 0;

    if (is_tangled(work))
        return blur_tangled(work);
    for (size_t i = 0; i < work->count && answer == 0; i++) {
        cascades = cascades || (work->operations[i]->flags & DUNLIN_OPERATION_CASCADE);
        answer = judge_operation(work, i);
    }
    return answer == 0 && cascades ? dn_before_forget(work) : answer;
}
