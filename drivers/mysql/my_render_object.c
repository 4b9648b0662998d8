/* SPDX-License-Identifier: MIT
 *
 * What is not a clause of ALTER TABLE: views, routines, triggers, sequences, dropping and renaming
 * of objects, rows, and texts in the server's own words.
 */
#include <inttypes.h>
#include <string.h>

#include "drivers/kit/kit_sequence.h"
#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

static bool
is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

static int32_t
push(dn_mysql_rendering *work, const dunlin_operation *operation, bool guarded)
{
    return dn_mysql_push_step(work, work->at, 1, guarded ? dn_mysql_guard(work, operation) : NULL);
}

static dunlin_string
text_of(const dunlin_operation *operation)
{
    dunlin_string text = dn_kit_set_text(dn_mysql_set(operation), "definition");

    return text.length > 0 ? text : operation->body;
}

/* --- the session in which something is made --------------------------------------------------------------- */
/* What of a routine is not told again is as it was. */
static dunlin_string
member_behind(dn_mysql_rendering *work, const dunlin_operation *operation, const char *name)
{
    const dunlin_fact key = {.size = sizeof(key),
                             .kind = operation->kind,
                             .path = operation->path,
                             .path_count = operation->path_count};
    const dunlin_property *set = dn_kit_set_find(dn_mysql_set(operation), name);
    const dunlin_fact *now = NULL;

    if (work->call->host->find != NULL)
        work->call->host->find(work->call, &key, &now);
    if (set != NULL)
        return set->text;
    return dn_mysql_unsets(operation, name) || operation->verb == DUNLIN_VERB_CREATE
               ? dn_kit_string("")
               : dn_kit_set_text(dn_mysql_fact_members(now), name);
}

static int32_t
push_plain(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string text)
{
    dn_kit_text_add_string(&work->sql, text);
    return push(work, operation, false);
}

/* In the mode and the collation that it was made in, where these give the text another meaning. */
static int32_t
push_code(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string text)
{
    dunlin_string mode = member_behind(work, operation, "sql_mode");
    dunlin_string collation = member_behind(work, operation, "session_collation");
    int32_t status = DUNLIN_OK;

    if (collation.length > 0) {
        dn_kit_text_format(&work->sql,
                           "SET @dunlin_collation = @@SESSION.collation_connection, "
                           "SESSION collation_connection = %.*s",
                           (int)collation.length, collation.data);
        status = push(work, operation, false);
    }
    if (mode.length > 0 && status == DUNLIN_OK) {
        dn_kit_text_format(&work->sql,
                           "SET @dunlin_mode = @@SESSION.sql_mode, SESSION sql_mode = "
                           "CONCAT(@@SESSION.sql_mode, ',%.*s')",
                           (int)mode.length, mode.data);
        status = push(work, operation, false);
    }
    if (status == DUNLIN_OK)
        status = push_plain(work, operation, text);
    if (mode.length > 0 && status == DUNLIN_OK)
        status = push_plain(work, operation, dn_kit_string("SET SESSION sql_mode = @dunlin_mode"));
    if (collation.length > 0 && status == DUNLIN_OK)
        status = push_plain(work, operation,
                            dn_kit_string("SET SESSION collation_connection = @dunlin_collation"));
    return status;
}

/* --- views -------------------------------------------------------------------------------------------------- */
static int32_t
create_view(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dunlin_string check = dn_kit_set_text(set, "check_option");
    dunlin_string algorithm = dn_kit_set_text(set, "algorithm");
    bool replace = work->script || (operation->flags & DUNLIN_OPERATION_OR_REPLACE) != 0;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string native;
    int32_t status = dn_mysql_native(work, DUNLIN_TRANSLATE_QUERY, text_of(operation), &native);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, replace ? "CREATE OR REPLACE " : "CREATE ");
    if (algorithm.length > 0)
        dn_kit_text_format(&work->sql, "ALGORITHM = %.*s ", (int)algorithm.length, algorithm.data);
    if (dn_kit_same(dn_kit_set_text(set, "security"), "invoker"))
        dn_kit_text_add(&work->sql, "SQL SECURITY INVOKER ");
    dn_kit_text_add(&work->sql, "VIEW ");
    dn_mysql_add_name(work, operation->path[0]);
    if (dn_kit_set_find(set, "columns") != NULL) {
        dn_kit_text_add(&work->sql, " ");
        dn_mysql_add_columns(work, dn_kit_set_list(set, "columns"));
    }
    dn_kit_text_add(&work->sql, " AS ");
    dn_kit_text_add_string(&work->sql, native);
    if (check.length > 0)
        dn_kit_text_format(&work->sql, " WITH %.*s CHECK OPTION", (int)check.length, check.data);
    text = work->sql;
    work->sql = (dn_kit_text){0};
    if (text.failed)
        return dn_kit_no_memory(work->call);
    return push_code(work, operation, dn_kit_text_string(&text));
}

/* --- routines and triggers -------------------------------------------------------------------------------------- */
static const char *
words_of_routine(const dunlin_operation *operation)
{
    return is_kind(operation, DUNLIN_KIND_FUNCTION) ? "FUNCTION" : "PROCEDURE";
}

/* The text of a routine is without its comment. */
static int32_t
comment_code(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string name)
{
    dunlin_string comment = dn_kit_set_text(dn_mysql_set(operation), "comment");

    if (comment.length == 0 || is_kind(operation, DUNLIN_KIND_TRIGGER))
        return DUNLIN_OK;
    dn_kit_text_format(&work->sql, "ALTER %s ", words_of_routine(operation));
    dn_mysql_add_name(work, name);
    dn_kit_text_add(&work->sql, " COMMENT ");
    dn_mysql_add_string(work, comment);
    return push(work, operation, false);
}

static int32_t
create_code(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string text = text_of(operation);
    dunlin_string name = operation->path[is_kind(operation, DUNLIN_KIND_TRIGGER) ? 1 : 0];
    int32_t status = DUNLIN_OK;

    if (text.length == 0)
        return dn_mysql_refuse(work, NULL, "portable routines or triggers: '%.*s'",
                               (int)name.length, name.data);
    if (work->script || dn_mysql_repeats(work)) {
        dn_kit_text_format(&work->sql, "DROP %s IF EXISTS ",
                           is_kind(operation, DUNLIN_KIND_TRIGGER) ? "TRIGGER"
                                                                   : words_of_routine(operation));
        dn_mysql_add_name(work, name);
        status = push(work, operation, false);
    }
    if (status != DUNLIN_OK)
        return status;
    status = push_code(work, operation, text);
    return status == DUNLIN_OK ? comment_code(work, operation, name) : status;
}

/* A body changes by making the routine anew; [M] knows no CREATE OR REPLACE of one. */
static int32_t
alter_code(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = operation->path[0];
    bool anew = dn_kit_set_find(dn_mysql_set(operation), "definition") != NULL ||
                dn_kit_set_find(dn_mysql_set(operation), "sql_mode") != NULL ||
                dn_mysql_unsets(operation, "sql_mode");
    dunlin_string comment = member_behind(work, operation, "comment");
    int32_t status = DUNLIN_OK;

    if (anew) {
        dn_kit_text_format(&work->sql, "DROP %s ", words_of_routine(operation));
        dn_mysql_add_name(work, name);
        status = push(work, operation, false);
        if (status == DUNLIN_OK)
            status = push_code(work, operation, member_behind(work, operation, "definition"));
        if (comment.length == 0)
            return status;
    }
    dn_kit_text_format(&work->sql, "ALTER %s ", words_of_routine(operation));
    dn_mysql_add_name(work, name);
    dn_kit_text_add(&work->sql, " COMMENT ");
    dn_mysql_add_string(work, comment);
    return status == DUNLIN_OK ? push(work, operation, false) : status;
}

/* --- sequences --------------------------------------------------------------------------------------------------- */
static bool
is_changed(const dunlin_operation *operation, const char *name)
{
    return dn_kit_set_find(dn_mysql_set(operation), name) != NULL ||
           dn_mysql_unsets(operation, name);
}

/* [MDB] of a new one with no word of it the engine is the server's default one, which may be another. */
static void
add_options(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dunlin_string engine = dn_kit_set_text(set, "engine");

    if (dn_mysql_unsets(operation, "engine") ||
        (operation->verb == DUNLIN_VERB_CREATE && engine.length == 0))
        engine = dn_kit_string("InnoDB");
    if (engine.length > 0)
        dn_kit_text_format(&work->sql, " ENGINE = %.*s", (int)engine.length, engine.data);
    if (is_changed(operation, "comment")) {
        dn_kit_text_add(&work->sql, " COMMENT = ");
        dn_mysql_add_string(work, dn_kit_set_text(set, "comment"));
    }
}

static bool
changes_numbers(const dunlin_operation *operation)
{
    static const char *const names[] = {"start", "increment", "min", "max", "cache", "cycle"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_changed(operation, names[i]))
            return true;
    return false;
}

/* [MDB] ALTER SEQUENCE does not know these words. */
static int32_t
change_options(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_mysql_add_name(work, operation->path[0]);
    add_options(work, operation);
    return push(work, operation, true);
}

/* [MDB] ALTER SEQUENCE keeps the numbers that it does not say, and refuses a first one behind the number that
 * comes next (4085). SETVAL passes over numbers and takes none back. */
static int32_t
alter_sequence(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set members = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_SEQUENCE, operation->path[0], dn_kit_string("")));
    dn_kit_set now = {members.list, members.count};
    dn_kit_sequence before = dn_kit_sequence_of(now, NULL, INT64_MIN + 1, INT64_MAX - 1);
    dn_kit_sequence after = dn_kit_sequence_of(now, operation, INT64_MIN + 1, INT64_MAX - 1);
    int64_t first;

    if (dn_kit_sequence_jumps(&before, &after, &first)) {
        int32_t status;

        dn_kit_text_add(&work->sql, "DO SETVAL(");
        dn_mysql_add_name(work, operation->path[0]);
        dn_kit_text_format(&work->sql, ", %" PRId64 ", 0)", first);
        status = dn_mysql_push_step(work, work->at, 1, NULL);
        if (status != DUNLIN_OK)
            return status;
    }
    dn_kit_text_add(&work->sql, "ALTER SEQUENCE ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_sequence_say(&work->sql, &before, &after);
    if (is_changed(operation, "cache"))
        dn_kit_text_format(&work->sql, " CACHE %" PRId64, dn_kit_set_number(set, "cache", 1000));
    if (is_changed(operation, "cycle"))
        dn_kit_text_add(&work->sql, dn_kit_set_is_true(set, "cycle") ? " CYCLE" : " NOCYCLE");
    return push(work, operation, true);
}

static int32_t
create_sequence(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    static const char *const numbers[][2] = {{"increment", "INCREMENT BY"},
                                             {"min", "MINVALUE"},
                                             {"max", "MAXVALUE"},
                                             {"start", "START WITH"},
                                             {"cache", "CACHE"}};
    dn_kit_set set = dn_mysql_set(operation);
    bool guarded = work->script || operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;

    dn_kit_text_add(&work->sql, guarded ? "CREATE SEQUENCE IF NOT EXISTS " : "CREATE SEQUENCE ");
    dn_mysql_add_name(work, operation->path[0]);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (dn_kit_set_find(set, numbers[i][0]) != NULL)
            dn_kit_text_format(&work->sql, " %s %" PRId64, numbers[i][1],
                               dn_kit_set_number(set, numbers[i][0], 0));
    if (dn_kit_set_is_true(set, "cycle"))
        dn_kit_text_add(&work->sql, " CYCLE");
    add_options(work, operation);
    return push(work, operation, false);
}

static int32_t
render_sequence(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    if (!work->server.mariadb)
        return dn_mysql_refuse(work, "number the column itself: GENERATED BY DEFAULT AS IDENTITY",
                               "sequences: '%.*s'", (int)operation->path[0].length,
                               operation->path[0].data);
    if (operation->verb == DUNLIN_VERB_CREATE)
        return create_sequence(work, operation);
    if (is_changed(operation, "engine") || is_changed(operation, "comment")) {
        int32_t status = change_options(work, operation);

        if (status != DUNLIN_OK || !changes_numbers(operation))
            return status;
    }
    return alter_sequence(work, operation);
}

/* --- dropping ------------------------------------------------------------------------------------------------------- */
typedef struct cascade {
    dn_mysql_rendering *work;
    dunlin_string name;
    dunlin_string column; /* of the table `name`; empty: all of it */
    int32_t status;
} cascade;

/* CASCADE is read and ignored here: what hangs on the object is dropped one by one. */
static int32_t
drop_foreign_key(const dunlin_fact *fact, void *context)
{
    cascade *drop = context;
    dn_mysql_rendering *work = drop->work;
    dn_kit_set ref = dn_kit_set_list(dn_mysql_fact_members(fact), "ref");
    const dunlin_operation gone = {.size = sizeof(gone),
                                   .verb = DUNLIN_VERB_DROP,
                                   .kind = fact->kind,
                                   .path = fact->path,
                                   .path_count = fact->path_count};

    if (fact->path_count != 2 || ref.count != 1 || !dn_kit_equal(ref.list[0].text, drop->name) ||
        dn_kit_equal(fact->path[0], drop->name))
        return DUNLIN_OK;
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_mysql_add_name(work, fact->path[0]);
    dn_kit_text_add(&work->sql, " DROP FOREIGN KEY ");
    dn_mysql_add_name(work, fact->path[1]);
    return drop->status = dn_mysql_push_step(work, work->at, 1,
                                             work->script ? dn_mysql_guard(work, &gone) : NULL);
}

/* Facts are those before this rendering; its own operations may have taken the view away. */
static bool
is_dropped_before(const dn_mysql_rendering *work, dunlin_string view)
{
    bool dropped = false;

    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *one = work->operations[i];

        if (!is_kind(one, DUNLIN_KIND_VIEW) || !dn_kit_equal(one->path[0], view))
            continue;
        if (one->verb == DUNLIN_VERB_DROP || one->verb == DUNLIN_VERB_CREATE)
            dropped = one->verb == DUNLIN_VERB_DROP;
    }
    return dropped;
}

/* Does a view use the object, and of it the column, where there is one? */
static bool
is_used_by(const dunlin_fact *fact, const cascade *drop)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set depends = dn_kit_set_list(members, "depends");
    dunlin_string text = dn_kit_set_text(members, "definition");
    DN_KIT_CLEANUP(dn_kit_free) char *definition = dn_kit_copy(text);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text column = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    bool hangs = false;

    for (uint64_t i = 0; i < depends.count; i++)
        hangs |= dn_kit_equal(depends.list[i].text, drop->name);
    /* Of a view that this very run makes, only the text is known. */
    dn_kit_text_quote(&name, '`', drop->name);
    if (depends.count == 0)
        hangs = definition != NULL && !name.failed && strstr(definition, name.data) != NULL;
    if (drop->column.length > 0) {
        dn_kit_text_quote(&column, '`', drop->column);
        hangs = hangs && definition != NULL && !column.failed &&
                strstr(definition, column.data) != NULL;
    }
    return hangs && fact->path_count == 1 && !is_dropped_before(drop->work, fact->path[0]);
}

static int32_t drop_views_of(dn_mysql_rendering *work, dunlin_string name);

/* Views of the view first. */
static int32_t
drop_view(const dunlin_fact *fact, void *context)
{
    cascade *drop = context;
    dn_mysql_rendering *work = drop->work;

    if (drop->status != DUNLIN_OK || !is_used_by(fact, drop) ||
        dn_kit_equal(fact->path[0], drop->name))
        return DUNLIN_OK;
    drop->status = drop_views_of(work, fact->path[0]);
    if (drop->status != DUNLIN_OK)
        return drop->status;
    dn_kit_text_add(&work->sql, "DROP VIEW IF EXISTS ");
    dn_mysql_add_name(work, fact->path[0]);
    return drop->status = dn_mysql_push_step(work, work->at, 1, NULL);
}

static int32_t
drop_views_of(dn_mysql_rendering *work, dunlin_string name)
{
    cascade drop = {.work = work, .name = name, .status = DUNLIN_OK};

    work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), drop_view, &drop);
    return drop.status;
}

/* The server would leave the view behind, broken. */
static int32_t
object_to_view(const dunlin_fact *fact, void *context)
{
    cascade *drop = context;

    if (drop->status != DUNLIN_OK || !is_used_by(fact, drop))
        return DUNLIN_OK;
    return drop->status =
               dn_mysql_refuse(drop->work, "drop the view first, and make it again afterwards",
                               "dropping of '%.*s', which view '%.*s' uses",
                               (int)(drop->column.length > 0 ? drop->column : drop->name).length,
                               (drop->column.length > 0 ? drop->column : drop->name).data,
                               (int)fact->path[0].length, fact->path[0].data);
}

int32_t
dn_mysql_check_views(dn_mysql_rendering *work, dunlin_string object, dunlin_string column)
{
    cascade drop = {.work = work, .name = object, .column = column, .status = DUNLIN_OK};

    if (work->call->host->each != NULL)
        work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), object_to_view, &drop);
    return drop.status;
}

static int32_t
drop_dependents(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    cascade drop = {.work = work, .name = operation->path[0], .status = DUNLIN_OK};

    if ((operation->flags & DUNLIN_OPERATION_CASCADE) == 0 &&
        (is_kind(operation, DUNLIN_KIND_TABLE) || is_kind(operation, DUNLIN_KIND_VIEW)))
        return dn_mysql_check_views(work, operation->path[0], dn_kit_string(NULL));
    if ((operation->flags & DUNLIN_OPERATION_CASCADE) == 0 || work->call->host->each == NULL)
        return DUNLIN_OK;
    if (is_kind(operation, DUNLIN_KIND_TABLE))
        work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_FOREIGN_KEY), drop_foreign_key,
                               &drop);
    return drop.status == DUNLIN_OK ? drop_views_of(work, operation->path[0]) : drop.status;
}

static int32_t
drop_object(dn_mysql_rendering *work, const dunlin_operation *operation, const char *words)
{
    bool trigger = is_kind(operation, DUNLIN_KIND_TRIGGER);
    bool guarded = work->script || operation->condition == DUNLIN_CONDITION_IF_EXISTS;
    int32_t status = drop_dependents(work, operation);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&work->sql, "DROP %s %s", words, guarded ? "IF EXISTS " : "");
    dn_mysql_add_name(work, operation->path[trigger && operation->path_count > 1 ? 1 : 0]);
    return push(work, operation, false);
}

/* [M] With lower_case_table_names = 1 every name of a table is kept in lower case: RENAME finds the
 * new one taken. */
static bool
lowers_names(const dunlin_profile *profile)
{
    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2)
        if (dn_kit_same(profile->settings[i], "lower_case_table_names"))
            return dn_kit_same(profile->settings[i + 1], "1");
    return false;
}

static int32_t
rename_object(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    int32_t status;

    if (operation->new_path_count == 0)
        return dn_kit_fail(work->call, DUNLIN_USAGE, "a rename without a new name");
    if (lowers_names(work->profile) &&
        dn_mysql_same_name(operation->path[0], operation->new_path[0]))
        return dn_mysql_lossy(work, "this server keeps the names of tables in lower case");
    status = dn_mysql_note_views(work);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "RENAME TABLE ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " TO ");
    dn_mysql_add_name(work, operation->new_path[0]);
    return push(work, operation, true);
}

/* --- by kind ------------------------------------------------------------------------------------------------------------ */
static const struct {
    const char *kind;
    const char *words; /* behind DROP */
    int32_t (*create)(dn_mysql_rendering *work, const dunlin_operation *operation);
    int32_t (*alter)(dn_mysql_rendering *work, const dunlin_operation *operation);
    int32_t (*rename)(dn_mysql_rendering *work, const dunlin_operation *operation);
} kinds[] = {
    {DUNLIN_KIND_TABLE, "TABLE", NULL, NULL, rename_object},
    {DUNLIN_KIND_VIEW, "VIEW", create_view, NULL, rename_object},
    {DUNLIN_KIND_SEQUENCE, "SEQUENCE", render_sequence, render_sequence, rename_object},
    {DUNLIN_KIND_TRIGGER, "TRIGGER", create_code, NULL, NULL},
    {DUNLIN_KIND_FUNCTION, "FUNCTION", create_code, alter_code, NULL},
    {DUNLIN_KIND_PROCEDURE, "PROCEDURE", create_code, alter_code, NULL},
};

static const struct {
    const char *kind;
    const char *words;
} strangers[] = {
    {DUNLIN_KIND_MATERIALIZED_VIEW, "materialized views"},
    {DUNLIN_KIND_EXTENSION, "extensions"},
    {DUNLIN_KIND_SCHEMA, "schemas inside a database"},
    {DUNLIN_KIND_ENUM, "types with a name"},
    {DUNLIN_KIND_DOMAIN, "types with a name"},
};

static int32_t
render_rows(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string native = operation->body;
    int32_t status = DUNLIN_OK;

    if (operation->verb == DUNLIN_VERB_DATA)
        status = dn_mysql_native(work, DUNLIN_TRANSLATE_DATA, operation->body, &native);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add_string(&work->sql, native);
    return push(work, operation, false);
}

static bool
comments_alone(const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_ALTER &&
           operation->set_count + operation->unset_count == 1 &&
           (dn_kit_set_find(dn_mysql_set(operation), "comment") != NULL ||
            dn_mysql_unsets(operation, "comment"));
}

int32_t
dn_mysql_render_object(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    dunlin_string name;

    if (operation->verb == DUNLIN_VERB_DATA || operation->verb == DUNLIN_VERB_NATIVE)
        return render_rows(work, operation);
    name = operation->path[operation->path_count - 1];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!is_kind(operation, kinds[i].kind))
            continue;
        if (operation->verb == DUNLIN_VERB_CREATE && kinds[i].create != NULL)
            return kinds[i].create(work, operation);
        if (operation->verb == DUNLIN_VERB_DROP)
            return drop_object(work, operation, kinds[i].words);
        if (operation->verb == DUNLIN_VERB_RENAME && kinds[i].rename != NULL)
            return kinds[i].rename(work, operation);
        if (operation->verb == DUNLIN_VERB_ALTER && kinds[i].alter == alter_code &&
            (work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
            break;
        if (operation->verb == DUNLIN_VERB_ALTER && kinds[i].alter != NULL)
            return kinds[i].alter(work, operation);
    }
    if (comments_alone(operation))
        return dn_mysql_lossy(work, "the comment on '%.*s' is not kept", (int)name.length,
                              name.data);
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
        if (is_kind(operation, strangers[i].kind))
            return dn_mysql_refuse(work, NULL, "%s: '%.*s'", strangers[i].words, (int)name.length,
                                   name.data);
    return dn_mysql_refuse(work, NULL, "way to do this with a %.*s: '%.*s'",
                           (int)operation->kind.length, operation->kind.data, (int)name.length,
                           name.data);
}
