/* SPDX-License-Identifier: MIT
 *
 * Operations -> MySQL's SQL. So far: tables with their columns and keys, columns added to a
 * table, and indexes.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

typedef struct rendering {
    const dunlin_call *call;
    const dunlin_profile *profile;
    const dunlin_operation *const *operations;
    uint64_t count;
    uint64_t at; /* the operation at work */
    dn_kit_text sql;
} rendering;

static const struct {
    const char *portable;
    const char *native;
} types[] = {
    {DUNLIN_TYPE_BOOLEAN, "TINYINT(1)"},    {DUNLIN_TYPE_INTEGER, "INT"},
    {DUNLIN_TYPE_BIGINT, "BIGINT"},         {DUNLIN_TYPE_TEXT, "LONGTEXT"},
    {DUNLIN_TYPE_KEY_TEXT, "VARCHAR(255)"}, {DUNLIN_TYPE_BLOB, "LONGBLOB"},
    {DUNLIN_TYPE_TIMESTAMP, "DATETIME(6)"},
};

/* Tags and digests that differ in their case or an accent are different ones, and a ledger is
 * worth nothing without transactions. */
#define TABLE_OPTIONS " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

/* --- refusing ------------------------------------------------------------------------------------- */
/* "... render X yet", as a note on the operation and as the call's failure. */
static int32_t
refuse(rendering *work, const char *what, dunlin_string name)
{
    dunlin_note note = {
        .size = sizeof(note), .kind = DUNLIN_NOTE_UNTRANSLATABLE, .operation = work->at};
    int32_t status;

    dn_kit_text_clear(&work->sql);
    dn_kit_text_format(&work->sql, "the MySQL driver cannot render %s%s%.*s%s yet", what,
                       name.length > 0 ? " '" : "", (int)name.length,
                       name.length > 0 ? name.data : "", name.length > 0 ? "'" : "");
    if (work->sql.failed)
        return dn_kit_no_memory(work->call);
    note.message = dn_kit_text_string(&work->sql);
    status = work->call->host->note(work->call, &note);
    if (status != DUNLIN_OK)
        return status;
    return dn_kit_fail(work->call, DUNLIN_UNSUPPORTED, "%s", work->sql.data);
}

/* --- properties ------------------------------------------------------------------------------------- */
static bool
opens(const dunlin_property *property)
{
    return property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
           property->type == DUNLIN_PROPERTY_STRUCT_BEGIN;
}

/* Visits the outermost properties: the place of the next one, set_count at the end. */
static uint64_t
next_property(const dunlin_operation *operation, uint64_t at)
{
    int depth = 0;

    do {
        if (opens(&operation->set[at]))
            depth++;
        else if (operation->set[at].type == DUNLIN_PROPERTY_END)
            depth--;
        at++;
    } while (depth > 0 && at < operation->set_count);
    return at;
}

static const dunlin_property *
find_property(const dunlin_operation *operation, const char *name)
{
    for (uint64_t i = 0; i < operation->set_count; i = next_property(operation, i))
        if (dn_kit_same(operation->set[i].name, name))
            return &operation->set[i];
    return NULL;
}

static bool
is_true(const dunlin_operation *operation, const char *name)
{
    const dunlin_property *property = find_property(operation, name);

    return property != NULL && property->type == DUNLIN_PROPERTY_BOOLEAN && property->integer != 0;
}

/* Whatever is asked for and not written would be lost without a word. */
static int32_t
check_known(rendering *work, const dunlin_operation *operation, const char *const *known)
{
    if (operation->flags != 0)
        return refuse(work, "the clauses of", operation->path[operation->path_count - 1]);
    for (uint64_t i = 0; i < operation->set_count; i = next_property(operation, i)) {
        const char *const *name = known;

        while (*name != NULL && !dn_kit_same(operation->set[i].name, *name))
            name++;
        if (*name == NULL)
            return refuse(work, "the property", operation->set[i].name);
    }
    return DUNLIN_OK;
}

/* --- parts of statements ------------------------------------------------------------------------------ */
static bool
is_create(const dunlin_operation *operation, const char *kind)
{
    return operation->verb == DUNLIN_VERB_CREATE && dn_kit_same(operation->kind, kind);
}

static void
add_name(rendering *work, dunlin_string name)
{
    dn_kit_text_quote(&work->sql, '`', name);
}

/* (`a`, `b`). Indexes on expressions are MySQL's alone. */
static int32_t
add_columns(rendering *work, const dunlin_operation *operation)
{
    const dunlin_property *list = find_property(operation, "columns");
    const dunlin_property *end = operation->set + operation->set_count;

    if (list == NULL || list->type != DUNLIN_PROPERTY_LIST_BEGIN)
        return refuse(work, "without columns", operation->kind);
    dn_kit_text_add(&work->sql, "(");
    for (const dunlin_property *item = list + 1; item < end; item++) {
        if (item->type == DUNLIN_PROPERTY_END)
            break;
        if (item->type != DUNLIN_PROPERTY_IDENTIFIER)
            return refuse(work, "an expression among the columns of", operation->kind);
        if (item > list + 1)
            dn_kit_text_add(&work->sql, ", ");
        add_name(work, item->text);
    }
    dn_kit_text_add(&work->sql, ")");
    return DUNLIN_OK;
}

static const char *
native_type(const dunlin_operation *operation, dunlin_string *asked)
{
    const dunlin_property *type = find_property(operation, "type");

    *asked = type != NULL ? type->text : dn_kit_string("(none)");
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (dn_kit_same(*asked, types[i].portable))
            return types[i].native;
    return NULL;
}

/* `name` TYPE [NOT NULL] [AUTO_INCREMENT] [DEFAULT (...)] */
static int32_t
add_column(rendering *work, const dunlin_operation *operation, bool in_table)
{
    static const char *const known[] = {"type", "not_null", "default", "auto", NULL};
    const dunlin_property *fallback = find_property(operation, "default");
    const dunlin_property *automatic = find_property(operation, "auto");
    dunlin_string asked;
    const char *type = native_type(operation, &asked);
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (type == NULL)
        return refuse(work, "the type", asked);
    /* It needs a key, which the same statement has to bring. */
    if (automatic != NULL && (!in_table || !dn_kit_same(automatic->text, "identity")))
        return refuse(work,
                      "an automatic value that is not the primary key alone:", operation->path[1]);
    add_name(work, operation->path[1]);
    dn_kit_text_format(&work->sql, " %s", type);
    /* A TIMESTAMP without it may become NOT NULL; none of ours is one, and it costs nothing. */
    dn_kit_text_add(&work->sql, is_true(operation, "not_null") ? " NOT NULL" : " NULL");
    if (automatic != NULL)
        dn_kit_text_add(&work->sql, " AUTO_INCREMENT");
    if (fallback != NULL) {
        dn_kit_text_add(&work->sql, " DEFAULT (");
        dn_kit_text_add_string(&work->sql, fallback->text);
        dn_kit_text_add(&work->sql, ")");
    }
    return DUNLIN_OK;
}

static int32_t
add_key(rendering *work, const dunlin_operation *operation, const char *words)
{
    static const char *const known[] = {"columns", NULL};
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (operation->path_count > 1) {
        dn_kit_text_add(&work->sql, "CONSTRAINT ");
        add_name(work, operation->path[1]);
        dn_kit_text_add(&work->sql, " ");
    }
    dn_kit_text_add(&work->sql, words);
    return add_columns(work, operation);
}

/* --- statements ------------------------------------------------------------------------------------------ */
static int32_t
push_step(rendering *work, uint64_t first, uint64_t count)
{
    dunlin_step step = {
        .size = sizeof(step),
        .role = DUNLIN_STEP_STATEMENT,
        .first_operation = first,
        .operation_count = count,
        .expected = dn_kit_string(NULL),
    };

    if (work->sql.failed)
        return dn_kit_no_memory(work->call);
    step.sql = dn_kit_text_string(&work->sql);
    return work->call->host->step(work->call, &step);
}

/* The operations behind a CREATE TABLE that belong inside its parentheses. */
static bool
is_member(const dunlin_operation *operation, dunlin_string table)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_PRIMARY_KEY,
                                        DUNLIN_KIND_UNIQUE, DUNLIN_KIND_CHECK,
                                        DUNLIN_KIND_FOREIGN_KEY};

    if (operation->path_count == 0 || !dn_kit_equal(operation->path[0], table))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_create(operation, kinds[i]))
            return true;
    return false;
}

static int32_t
add_member(rendering *work, const dunlin_operation *operation)
{
    if (operation->condition != DUNLIN_CONDITION_NONE)
        return refuse(work, "a condition on", operation->kind);
    if (is_create(operation, DUNLIN_KIND_COLUMN) && operation->path_count == 2)
        return add_column(work, operation, true);
    if (is_create(operation, DUNLIN_KIND_PRIMARY_KEY))
        return add_key(work, operation, "PRIMARY KEY ");
    if (is_create(operation, DUNLIN_KIND_UNIQUE))
        return add_key(work, operation, "UNIQUE ");
    return refuse(work, "a constraint of the kind", operation->kind);
}

static int32_t
render_table(rendering *work)
{
    static const char *const known[] = {NULL};
    const dunlin_operation *table = work->operations[work->at];
    uint64_t first = work->at;
    uint64_t end = first + 1;
    int32_t status = check_known(work, table, known);

    if (status != DUNLIN_OK)
        return status;
    while (end < work->count && is_member(work->operations[end], table->path[0]))
        end++;
    dn_kit_text_add(&work->sql, "CREATE TABLE ");
    if (table->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
    add_name(work, table->path[0]);
    dn_kit_text_add(&work->sql, " (");
    for (work->at = first + 1; work->at < end; work->at++) {
        dn_kit_text_add(&work->sql, work->at == first + 1 ? "\n    " : ",\n    ");
        status = add_member(work, work->operations[work->at]);
        if (status != DUNLIN_OK)
            return status;
    }
    dn_kit_text_add(&work->sql, "\n)" TABLE_OPTIONS);
    return push_step(work, first, end - first);
}

static int32_t
render_column(rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    int32_t status;

    if (operation->path_count != 2 || operation->condition != DUNLIN_CONDITION_NONE)
        return refuse(work, "a condition on", operation->kind);
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " ADD COLUMN ");
    status = add_column(work, operation, false);
    if (status != DUNLIN_OK)
        return status;
    work->at++;
    return push_step(work, work->at - 1, 1);
}

/* MySQL has no CREATE INDEX IF NOT EXISTS; without a profile nothing is known of the server. */
static bool
is_mariadb(const rendering *work)
{
    return work->profile != NULL && dn_kit_same(work->profile->flavour, "mariadb");
}

static int32_t
render_index(rendering *work)
{
    static const char *const known[] = {"unique", "columns", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    bool guarded = operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (operation->path_count != 2)
        return refuse(work, "without a name the", operation->kind);
    if (guarded && !is_mariadb(work))
        return refuse(work, "a condition on", operation->kind);
    dn_kit_text_format(&work->sql, "CREATE %sINDEX %s",
                       is_true(operation, "unique") ? "UNIQUE " : "",
                       guarded ? "IF NOT EXISTS " : "");
    add_name(work, operation->path[1]);
    dn_kit_text_add(&work->sql, " ON ");
    add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " ");
    status = add_columns(work, operation);
    if (status != DUNLIN_OK)
        return status;
    work->at++;
    return push_step(work, work->at - 1, 1);
}

static int32_t
render_next(rendering *work)
{
    static const struct {
        const char *kind;
        int32_t (*render)(rendering *work);
    } renderers[] = {
        {DUNLIN_KIND_TABLE, render_table},
        {DUNLIN_KIND_COLUMN, render_column},
        {DUNLIN_KIND_INDEX, render_index},
    };
    const dunlin_operation *operation = work->operations[work->at];

    dn_kit_text_clear(&work->sql);
    if (operation->condition == DUNLIN_CONDITION_IF_EXISTS || operation->path_count == 0)
        return refuse(work, "this operation on", operation->kind);
    for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++)
        if (is_create(operation, renderers[i].kind))
            return renderers[i].render(work);
    return refuse(work, "this operation on", operation->kind);
}

int32_t
dn_mysql_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                const dunlin_operation *const *operations, uint64_t count)
{
    rendering work = {.call = call, .profile = profile, .operations = operations, .count = count};
    int32_t status = DUNLIN_OK;

    if (mode == DUNLIN_RENDER_SCRIPT)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "the MySQL driver cannot render scripts yet");
    while (work.at < count && status == DUNLIN_OK)
        status = render_next(&work);
    dn_kit_text_free(&work.sql);
    return status;
}
