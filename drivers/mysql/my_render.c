/* SPDX-License-Identifier: MIT
 *
 * Rendering: the order of work, notes, statements, and what one ALTER TABLE may hold.
 */
#include "drivers/mysql/my_render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/mysql/my_schema.h"

/* --- saying what cannot be, or not quite ---------------------------------------------------------------- */
static int32_t
push_note(dn_mysql_rendering *work, int32_t kind, const char *message)
{
    dunlin_note note = {.size = sizeof(note),
                        .kind = kind,
                        .operation = work->at,
                        .message = dn_kit_string(message)};

    if (work->quiet)
        return DUNLIN_OK;
    return work->call->host->note(work->call, &note);
}

int32_t
dn_mysql_refuse(dn_mysql_rendering *work, const char *way, const char *format, ...)
{
    DN_KIT_CLEANUP(dn_kit_free) char *what = NULL;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    va_list arguments;
    int32_t status;
    int length;

    va_start(arguments, format);
    length = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (length < 0) {
        what = NULL;
        return dn_kit_no_memory(work->call);
    }
    dn_kit_text_format(&text, "%s has no %s", work->server.mariadb ? "MariaDB" : "MySQL", what);
    if (text.failed)
        return dn_kit_no_memory(work->call);
    status = push_note(work, DUNLIN_NOTE_UNTRANSLATABLE, text.data);
    if (status != DUNLIN_OK)
        return status;
    return way != NULL ? dn_kit_fail_hint(work->call, DUNLIN_UNSUPPORTED, way, "%s", text.data)
                       : dn_kit_fail(work->call, DUNLIN_UNSUPPORTED, "%s", text.data);
}

int32_t
dn_mysql_lossy(dn_mysql_rendering *work, const char *format, ...)
{
    DN_KIT_CLEANUP(dn_kit_free) char *what = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (length < 0) {
        what = NULL;
        return dn_kit_no_memory(work->call);
    }
    return push_note(work, DUNLIN_NOTE_LOSSY, what);
}

int32_t
dn_mysql_inform(dn_mysql_rendering *work, const char *format, ...)
{
    DN_KIT_CLEANUP(dn_kit_free) char *what = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (length < 0) {
        what = NULL;
        return dn_kit_no_memory(work->call);
    }
    return push_note(work, DUNLIN_NOTE_INFORMATION, what);
}

/* --- statements --------------------------------------------------------------------------------------------- */
static int32_t
push_text(dn_mysql_rendering *work, dunlin_string sql, uint64_t first, uint64_t count)
{
    dunlin_step step = {
        .size = sizeof(step),
        .role = DUNLIN_STEP_STATEMENT,
        .sql = sql,
        .first_operation = first,
        .operation_count = count,
        .expected = dn_kit_string(NULL),
    };

    return work->call->host->step(work->call, &step);
}

/* --- how much of a text is in an index, where the server alone knows its column --- */
int32_t
dn_mysql_add_open_prefix(dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    /* What stands for the prefix until the script knows it: no text of a migration has it. */
    static const char mark[] = "/*dunlin:%zu*/";
    dn_kit_text *open = &work->open;

    /* A like of it cannot be made. */
    if (dn_kit_same(table, DUNLIN_SCRIPT_LIKE))
        return dn_mysql_refuse(work, NULL, "an index on a column that is not known");
    if (!work->script)
        return DUNLIN_OK;
    dn_kit_text_format(&work->sql, mark, work->open_count);
    dn_kit_text_add(open, ", '");
    dn_kit_text_format(open, mark, work->open_count++);
    /* As much as dn_mysql_prefix() says. */
    dn_kit_text_add(open,
                    "', COALESCE((SELECT IF(CHARACTER_MAXIMUM_LENGTH > 768, '(255)', '') FROM "
                    "information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND "
                    "TABLE_NAME = ");
    dn_mysql_add_literal(open, &work->server, table);
    dn_kit_text_add(open, " AND COLUMN_NAME = ");
    dn_mysql_add_literal(open, &work->server, column);
    dn_kit_text_add(open, "), ''))");
    return DUNLIN_OK;
}

static int32_t
push_chosen(dn_mysql_rendering *work, uint64_t first, uint64_t count, dunlin_string prepare)
{
    static const char *const rest[] = {"EXECUTE dunlin", "DEALLOCATE PREPARE dunlin"};
    int32_t status = push_text(work, prepare, first, count);

    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]) && status == DUNLIN_OK; i++)
        status = push_text(work, dn_kit_string(rest[i]), first, count);
    return status;
}

int32_t
dn_mysql_push_prepared(dn_mysql_rendering *work, const char *variable)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status;

    dn_kit_text_format(&text, "PREPARE dunlin FROM %s", variable);
    if (text.failed || work->sql.failed)
        return dn_kit_no_memory(work->call);
    status = push_text(work, dn_kit_text_string(&work->sql), work->at, 1);
    dn_kit_text_clear(&work->sql);
    return status == DUNLIN_OK ? push_chosen(work, work->at, 1, dn_kit_text_string(&text)) : status;
}

/* One session of the stock client; everything the server prepares can be guarded so, and both
 * servers prepare all that is rendered. A script says in @dunlin_wanted whether its unit is wanted. */
static int32_t
push_guarded(dn_mysql_rendering *work, uint64_t first, uint64_t count, const char *guard)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status =
        dn_mysql_check_prepared(work->call, &work->server, dn_kit_text_string(&work->sql));

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&text, "SET @dunlin = ");
    for (; work->open_count > 0; work->open_count--)
        dn_kit_text_add(&text, "REPLACE(");
    dn_kit_text_format(&text, "IF(COALESCE(@dunlin_wanted, TRUE)%s%s, ",
                       guard != NULL ? " AND " : "", guard != NULL ? guard : "");
    dn_mysql_add_literal(&text, &work->server, dn_kit_text_string(&work->sql));
    dn_kit_text_add(&text, ", 'DO 0')");
    dn_kit_text_add_string(&text, dn_kit_text_string(&work->open));
    text.failed = text.failed || work->open.failed;
    dn_kit_text_clear(&work->open);
    if (text.failed)
        return dn_kit_no_memory(work->call);
    status = push_text(work, dn_kit_text_string(&text), first, count);
    return status == DUNLIN_OK
               ? push_chosen(work, first, count, dn_kit_string("PREPARE dunlin FROM @dunlin"))
               : status;
}

int32_t
dn_mysql_push_step(dn_mysql_rendering *work, uint64_t first, uint64_t count, const char *guard)
{
    int32_t status;

    if (work->sql.failed || work->pool.failed)
        return dn_kit_no_memory(work->call);
    if (!work->script && guard != NULL)
        dn_mysql_wrap_guarded(&work->sql, guard);
    if (work->sql.failed)
        return dn_kit_no_memory(work->call);
    status = work->script ? push_guarded(work, first, count, guard)
                          : push_text(work, dn_kit_text_string(&work->sql), first, count);
    dn_kit_text_clear(&work->sql);
    return status;
}

int32_t
dn_mysql_push_in_mode(dn_mysql_rendering *work, const char *mode)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = work->sql;
    uint64_t at = work->at > 0 ? work->at - 1 : 0;
    int32_t status;

    work->sql = (dn_kit_text){0};
    dn_kit_text_format(&work->sql,
                       "SET @dunlin_mode = @@SESSION.sql_mode, SESSION sql_mode = "
                       "CONCAT(@@SESSION.sql_mode, ',%s')",
                       mode);
    work->sql.failed |= text.failed;
    status = dn_mysql_push_step(work, at, 1, NULL);
    dn_kit_text_add_string(&work->sql, dn_kit_text_string(&text));
    if (status == DUNLIN_OK)
        status = dn_mysql_push_step(work, at, 1, NULL);
    dn_kit_text_add(&work->sql, "SET SESSION sql_mode = @dunlin_mode");
    return status == DUNLIN_OK ? dn_mysql_push_step(work, at, 1, NULL) : status;
}

/* --- ALTER TABLE ----------------------------------------------------------------------------------------------- */
int32_t
dn_mysql_end_alter(dn_mysql_rendering *work)
{
    const char *guard;

    if (work->clauses == 0)
        return DUNLIN_OK;
    guard = work->guard;
    work->clauses = 0;
    work->name_count = 0;
    work->guard = NULL;
    return dn_mysql_push_step(work, work->first, work->at - work->first, guard);
}

static bool
is_spoken_of(const dn_mysql_rendering *work, dunlin_string name)
{
    for (size_t i = 0; i < work->name_count; i++)
        if (dn_mysql_same_name(work->names[i], name))
            return true;
    return false;
}

static bool
is_versioned(dn_mysql_rendering *work, dunlin_string table)
{
    dn_kit_set members =
        dn_mysql_fact_members(dn_mysql_find(work, DUNLIN_KIND_TABLE, table, dn_kit_string("")));
    const uint64_t *past;
    uint64_t count;

    if (dn_mysql_contains(dn_kit_set_text(members, "options"), "SYSTEM VERSIONING"))
        return true;
    past = dn_mysql_past_of(work, table, &count);
    for (uint64_t i = 0; past != NULL && i < count && past[i] < work->at; i++) {
        const dunlin_operation *operation = work->operations[past[i]];

        if ((dn_mysql_is_op(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_TABLE) ||
             dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE)) &&
            dn_kit_equal(operation->path[0], table) &&
            dn_mysql_contains(dn_kit_set_text(dn_mysql_set(operation), "options"),
                              "SYSTEM VERSIONING"))
            return true;
    }
    return false;
}

/* [MDB] error 4119: otherwise a versioned table is not altered. */
int32_t
dn_mysql_keep_history(dn_mysql_rendering *work, dunlin_string table)
{
    if (work->script || !is_versioned(work, table))
        return DUNLIN_OK;
    if (!dn_mysql_repeats(work)) {
        dn_kit_text_add(&work->sql, "SET STATEMENT system_versioning_alter_history = KEEP FOR ");
        return DUNLIN_OK;
    }
    if (work->keeps)
        return DUNLIN_OK;
    work->keeps = true;
    return push_text(work, dn_kit_string("SET SESSION system_versioning_alter_history = KEEP"),
                     work->at, 1);
}

/* [MDB] A key from a table to itself is checked against the columns as they were before the statement (1005). */
static bool
points_back(const dn_mysql_rendering *work, dunlin_string table)
{
    const dunlin_operation *key = work->at < work->count ? work->operations[work->at] : NULL;
    dn_kit_set ref;

    if (key == NULL || !dn_mysql_is_op(key, DUNLIN_VERB_CREATE, DUNLIN_KIND_FOREIGN_KEY))
        return false;
    ref = dn_kit_set_list(dn_mysql_set(key), "ref");
    if (ref.count == 0 || !dn_mysql_same_name(ref.list[ref.count - 1].text, table))
        return false;
    for (uint64_t i = work->first; i < work->at; i++)
        if (dn_kit_same(work->operations[i]->kind, DUNLIN_KIND_COLUMN))
            return true;
    return false;
}

int32_t
dn_mysql_begin_clause(dn_mysql_rendering *work, dunlin_string table, const dunlin_string *names,
                      size_t count)
{
    bool goes = work->clauses > 0 && (!work->script || work->joins) &&
                dn_kit_equal(work->table, table) && work->name_count + count <= DN_MYSQL_NAMES &&
                dn_mysql_goes_along(work) && !points_back(work, table);
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < count && goes; i++)
        goes = !is_spoken_of(work, names[i]);
    if (!goes) {
        status = dn_mysql_end_alter(work);
        work->table = table;
        work->first = work->at;
        if (status == DUNLIN_OK)
            status = dn_mysql_keep_history(work, table);
        dn_kit_text_add(&work->sql, "ALTER TABLE ");
        dn_mysql_add_name(work, table);
    }
    dn_kit_text_add(&work->sql, work->clauses++ > 0 ? ",\n    " : " ");
    for (size_t i = 0; i < count && work->name_count < DN_MYSQL_NAMES; i++)
        work->names[work->name_count++] = names[i];
    return status;
}

/* --- small things -------------------------------------------------------------------------------------------------- */
dn_kit_set
dn_mysql_set(const dunlin_operation *operation)
{
    dn_kit_set members = {operation->set, operation->set_count};

    return members;
}

bool
dn_mysql_unsets(const dunlin_operation *operation, const char *name)
{
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_kit_same(operation->unset[i], name))
            return true;
    return false;
}

bool
dn_mysql_is_op(const dunlin_operation *operation, int32_t verb, const char *kind)
{
    return operation->verb == verb && dn_kit_same(operation->kind, kind);
}

void
dn_mysql_add_name(dn_mysql_rendering *work, dunlin_string name)
{
    dn_kit_text_quote(&work->sql, '`', name);
}

void
dn_mysql_add_columns(dn_mysql_rendering *work, dn_kit_set list)
{
    dn_kit_text_add(&work->sql, "(");
    for (uint64_t i = 0; i < list.count; i++) {
        dn_kit_text_add(&work->sql, i > 0 ? ", " : "");
        dn_mysql_add_name(work, list.list[i].text);
    }
    dn_kit_text_add(&work->sql, ")");
}

void
dn_mysql_add_string(dn_mysql_rendering *work, dunlin_string text)
{
    dn_mysql_add_literal(&work->sql, &work->server, text);
}

int32_t
dn_mysql_native(dn_mysql_rendering *work, int32_t what, dunlin_string text, dunlin_string *native)
{
    *native = text;
    if (work->as_is || work->call->host->translate == NULL || text.length == 0)
        return DUNLIN_OK;
    return work->call->host->translate(work->call, work->profile, what, text, native);
}

int32_t
dn_mysql_add_expression(dn_mysql_rendering *work, dunlin_string text)
{
    dunlin_string native;
    int32_t status = dn_mysql_native(work, DUNLIN_TRANSLATE_EXPRESSION, text, &native);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "(");
    dn_kit_text_add_string(&work->sql, native);
    dn_kit_text_add(&work->sql, ")");
    return DUNLIN_OK;
}

const dunlin_fact *
dn_mysql_find(dn_mysql_rendering *work, const char *kind, dunlin_string table, dunlin_string name)
{
    dunlin_string path[2] = {table, name};
    dunlin_fact key = {.size = sizeof(key),
                       .kind = dn_kit_string(kind),
                       .path = path,
                       .path_count = name.length > 0 ? 2 : 1};
    const dunlin_fact *found = NULL;

    if (work->call->host->find == NULL ||
        work->call->host->find(work->call, &key, &found) != DUNLIN_OK)
        return NULL;
    return found;
}

dn_kit_set
dn_mysql_fact_members(const dunlin_fact *fact)
{
    dn_kit_set members = {NULL, 0};

    if (fact != NULL) {
        members.list = fact->properties;
        members.count = fact->property_count;
    }
    return members;
}

/* What an operation may carry; anything else would be lost without a word. */
static const struct {
    const char *kind;
    const char *members;
} carried[] = {
    {DUNLIN_KIND_TABLE, " comment order engine collation charset options temporary unlogged strict "
                        "without_rowid partition_by partition_of bound inherits period "},
    {DUNLIN_KIND_COLUMN, " type values not_null default auto auto_options generated generated_kind "
                         "collation charset on_update invisible unversioned comment first after "},
    {DUNLIN_KIND_PRIMARY_KEY, " columns lengths desc_columns method deferrable deferred "
                              "comment invisible without_overlaps "},
    {DUNLIN_KIND_UNIQUE, " columns lengths desc_columns method nulls_not_distinct "
                         "deferrable deferred comment invisible without_overlaps "},
    {DUNLIN_KIND_FOREIGN_KEY, " columns ref ref_columns on_delete on_update match deferrable "
                              "deferred not_valid not_enforced comment "},
    {DUNLIN_KIND_CHECK, " expr no_inherit not_valid not_enforced level comment "},
    {DUNLIN_KIND_INDEX, " unique keys columns method include where nulls_not_distinct invisible "
                        "implied comment "},
    {DUNLIN_KIND_VIEW, " definition columns depends check_option security algorithm "
                       "session_collation comment "},
    {DUNLIN_KIND_SEQUENCE, " type start increment min max cache cycle engine comment "},
};

static int32_t
check_members(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);

    for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]); i++) {
        if (!dn_kit_same(operation->kind, carried[i].kind))
            continue;
        for (uint64_t k = 0; k < set.count; k = dn_kit_set_next(set, k)) {
            DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text word = {0};

            dn_kit_text_format(&word, " %.*s ", (int)set.list[k].name.length,
                               set.list[k].name.data);
            if (word.failed)
                return dn_kit_no_memory(work->call);
            if (strstr(carried[i].members, word.data) == NULL)
                return dn_mysql_refuse(work, NULL, "'%.*s' of a %s", (int)set.list[k].name.length,
                                       set.list[k].name.data, carried[i].kind);
        }
    }
    return DUNLIN_OK;
}

/* --- names -------------------------------------------------------------------------------------------- */

static bool
is_column_or_relation(const dunlin_operation *operation)
{
    return dn_kit_same(operation->kind, DUNLIN_KIND_TABLE) ||
           dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) ||
           dn_kit_same(operation->kind, DUNLIN_KIND_VIEW);
}

/* The name that an operation gives; a primary key has none here. */
static dunlin_string
name_given(const dunlin_operation *operation)
{
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 0)
        return operation->new_path[operation->new_path_count - 1];
    if (operation->verb != DUNLIN_VERB_CREATE || operation->path_count == 0 ||
        dn_kit_same(operation->kind, DUNLIN_KIND_PRIMARY_KEY))
        return dn_kit_string(NULL);
    return operation->path[operation->path_count - 1];
}

/* What the server would refuse when its turn comes, behind others that are done by then. ([M] "Identifier
 * Names"; 10.11) */
static int32_t
check_name(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    enum { MOST_CHARACTERS = 64 };
    dunlin_string name = name_given(operation);
    int characters = 0;

    for (uint64_t i = 0; i < name.length; i++) {
        unsigned char byte = (unsigned char)name.data[i];

        characters += (byte & 0xc0) != 0x80;
        if (byte >= 0xf0)
            return dn_mysql_refuse(work, NULL, "names with characters beyond U+FFFF: '%.*s'",
                                   (int)name.length, name.data);
    }
    if (characters > MOST_CHARACTERS)
        return dn_mysql_refuse(work, NULL, "names of more than %d characters: '%.*s' has %d",
                               MOST_CHARACTERS, (int)name.length, name.data, characters);
    if (name.length > 0 && name.data[name.length - 1] == ' ' && is_column_or_relation(operation))
        return dn_mysql_refuse(work, NULL, "names that end in a blank: '%.*s'", (int)name.length,
                               name.data);
    return DUNLIN_OK;
}

static int32_t
check_names(dn_mysql_rendering *work)
{
    int32_t status = DUNLIN_OK;

    for (; work->at < work->count && status == DUNLIN_OK; work->at++)
        status = check_name(work, work->operations[work->at]);
    work->at = 0;
    return status;
}

/* A client's session has the character set of its terminal, or of its own choice. */
static int32_t
begin_session(dn_mysql_rendering *work)
{
    if ((work->call->flags & DUNLIN_CALL_STOCK_CLIENT) == 0 || work->count == 0)
        return DUNLIN_OK;
    return push_text(work, dn_kit_string(DN_MYSQL_SET_NAMES), 0, 0);
}

/* --- all of it ----------------------------------------------------------------------------------------------------------- */
static int32_t
render_next(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    bool done = false;
    int32_t status;

    if (dn_mysql_is_told(work, operation)) {
        work->at++;
        return DUNLIN_OK;
    }
    if (operation->path_count == 0 && operation->verb != DUNLIN_VERB_DATA &&
        operation->verb != DUNLIN_VERB_NATIVE)
        return dn_kit_fail(work->call, DUNLIN_USAGE, "an operation on nothing");
    status = check_members(work, operation);
    if (status == DUNLIN_OK)
        status = dn_mysql_check_row_time(work, operation);
    if (status == DUNLIN_OK)
        status = dn_mysql_render_alter(work, &done);
    if (status != DUNLIN_OK || done) {
        work->at++;
        return status;
    }
    status = dn_mysql_end_alter(work);
    if (status != DUNLIN_OK)
        return status;
    if (dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE))
        return dn_mysql_render_create_table(work);
    if (dn_kit_same(operation->kind, DUNLIN_KIND_GRANT))
        return dn_mysql_render_grant(work);
    status = dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_INDEX)
                 ? dn_mysql_render_index(work)
                 : dn_mysql_render_object(work);
    work->at++;
    return status;
}

int32_t
dn_mysql_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                const dunlin_operation *const *operations, uint64_t count)
{
    dn_mysql_rendering work = {.call = call,
                               .profile = profile,
                               .server = dn_mysql_server_of(profile),
                               .script = mode == DUNLIN_RENDER_SCRIPT,
                               .runs = mode == DUNLIN_RENDER_RUN,
                               .operations = operations,
                               .count = count};
    int32_t status = check_names(&work);

    if (status == DUNLIN_OK)
        status = begin_session(&work);
    while (work.at < count && status == DUNLIN_OK) {
        const dunlin_operation *operation = operations[work.at];

        status = render_next(&work);
        if (status == DUNLIN_OK && work.paused != NULL)
            status = dn_mysql_resume_counter(&work, operation);
        if (status == DUNLIN_OK && operation->verb == DUNLIN_VERB_RENAME)
            status = dn_mysql_follow_views(&work);
    }
    if (status == DUNLIN_OK)
        status = dn_mysql_end_alter(&work);
    dn_kit_text_free(&work.sql);
    dn_kit_text_free(&work.open);
    dn_kit_pool_free(&work.pool);
    dn_mysql_past_free(&work);
    return status;
}
