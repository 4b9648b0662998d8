/* SPDX-License-Identifier: MIT
 *
 * Operations -> PostgreSQL's SQL. So far: schemas, tables with their columns and keys, columns
 * added to a table, and indexes. A path is [schema,] table [, member].
 */
#include "drivers/postgres/pg_driver.h"

#include "drivers/kit/kit_operation.h"

typedef struct rendering {
    const dunlin_call *call;
    const dunlin_operation *const *operations;
    uint64_t count;
    uint64_t at; /* the operation at work */
    dn_kit_text sql;
} rendering;

static const struct {
    const char *portable;
    const char *native;
} types[] = {
    {DUNLIN_TYPE_BOOLEAN, "boolean"},
    {DUNLIN_TYPE_INTEGER, "integer"},
    {DUNLIN_TYPE_BIGINT, "bigint"},
    {DUNLIN_TYPE_TEXT, "text"},
    {DUNLIN_TYPE_KEY_TEXT, "varchar(255)"},
    {DUNLIN_TYPE_BLOB, "bytea"},
    {DUNLIN_TYPE_TIMESTAMP, "timestamp(6) without time zone"},
};

/* --- refusing ------------------------------------------------------------------------------------- */
/* "... render X yet", as a note on the operation and as the call's failure. */
static int32_t
refuse(rendering *work, const char *what, dunlin_string name)
{
    dunlin_note note = {
        .size = sizeof(note), .kind = DUNLIN_NOTE_UNTRANSLATABLE, .operation = work->at};
    int32_t status;

    dn_kit_text_clear(&work->sql);
    dn_kit_text_format(&work->sql, "the PostgreSQL driver cannot render %s", what);
    if (name.length > 0)
        dn_kit_text_format(&work->sql, " '%.*s'", (int)name.length, name.data);
    dn_kit_text_add(&work->sql, " yet");
    if (work->sql.failed)
        return dn_kit_no_memory(work->call);
    note.message = dn_kit_text_string(&work->sql);
    status = work->call->host->note(work->call, &note);
    if (status != DUNLIN_OK)
        return status;
    return dn_kit_fail(work->call, DUNLIN_UNSUPPORTED, "%s", work->sql.data);
}

/* Whatever is asked for and not written would be lost without a word. */
static int32_t
check_known(rendering *work, const dunlin_operation *operation, const char *const *known)
{
    const dunlin_property *unknown = dn_kit_property_unknown(operation, known);

    if (operation->flags != 0)
        return refuse(work, "the clauses of", operation->path[operation->path_count - 1]);
    return unknown != NULL ? refuse(work, "the property", unknown->name) : DUNLIN_OK;
}

/* --- parts of statements ------------------------------------------------------------------------------ */
static void
add_name(rendering *work, dunlin_string name)
{
    dn_kit_text_quote(&work->sql, '"', name);
}

static void
add_path(rendering *work, const dunlin_string *path, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        dn_kit_text_add(&work->sql, i > 0 ? "." : "");
        add_name(work, path[i]);
    }
}

static dunlin_string
last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* ("a", "b"); expressions stand in parentheses of their own. */
static int32_t
add_columns(rendering *work, const dunlin_operation *operation)
{
    const dunlin_property *list = dn_kit_property_find(operation, "columns");
    const dunlin_property *end = operation->set + operation->set_count;

    if (list == NULL || list->type != DUNLIN_PROPERTY_LIST_BEGIN)
        return refuse(work, "without columns", operation->kind);
    dn_kit_text_add(&work->sql, "(");
    for (const dunlin_property *item = list + 1; item < end; item++) {
        if (item->type == DUNLIN_PROPERTY_END)
            break;
        if (item > list + 1)
            dn_kit_text_add(&work->sql, ", ");
        if (item->type == DUNLIN_PROPERTY_IDENTIFIER) {
            add_name(work, item->text);
        } else if (item->type == DUNLIN_PROPERTY_EXPRESSION) {
            dn_kit_text_add(&work->sql, "(");
            dn_kit_text_add_string(&work->sql, item->text);
            dn_kit_text_add(&work->sql, ")");
        } else {
            return refuse(work, "the columns of", operation->kind);
        }
    }
    dn_kit_text_add(&work->sql, ")");
    return DUNLIN_OK;
}

static const char *
native_type(const dunlin_operation *operation, dunlin_string *asked)
{
    const dunlin_property *type = dn_kit_property_find(operation, "type");

    *asked = type != NULL ? type->text : dn_kit_string("(none)");
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (dn_kit_same(*asked, types[i].portable))
            return types[i].native;
    return NULL;
}

/* "name" type [NOT NULL] [GENERATED .. | DEFAULT ..] */
static int32_t
add_column(rendering *work, const dunlin_operation *operation)
{
    static const char *const known[] = {"type", "not_null", "default", "auto", NULL};
    const dunlin_property *fallback = dn_kit_property_find(operation, "default");
    const dunlin_property *automatic = dn_kit_property_find(operation, "auto");
    dunlin_string asked;
    const char *type = native_type(operation, &asked);
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (type == NULL)
        return refuse(work, "the type", asked);
    if (automatic != NULL && !dn_kit_same(automatic->text, "identity"))
        return refuse(work, "the automatic value", automatic->text);
    add_name(work, last_name(operation));
    dn_kit_text_format(&work->sql, " %s", type);
    if (dn_kit_property_is_true(operation, "not_null"))
        dn_kit_text_add(&work->sql, " NOT NULL");
    if (automatic != NULL)
        dn_kit_text_add(&work->sql, " GENERATED BY DEFAULT AS IDENTITY");
    if (fallback != NULL) {
        dn_kit_text_add(&work->sql, " DEFAULT (");
        dn_kit_text_add_string(&work->sql, fallback->text);
        dn_kit_text_add(&work->sql, ")");
    }
    return DUNLIN_OK;
}

static int32_t
add_key(rendering *work, const dunlin_operation *operation, bool named, const char *words)
{
    static const char *const known[] = {"columns", NULL};
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (named) {
        dn_kit_text_add(&work->sql, "CONSTRAINT ");
        add_name(work, last_name(operation));
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
is_member(const dunlin_operation *operation, const dunlin_operation *table)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_PRIMARY_KEY,
                                        DUNLIN_KIND_UNIQUE, DUNLIN_KIND_CHECK,
                                        DUNLIN_KIND_FOREIGN_KEY};

    if (operation->path_count < table->path_count || operation->path_count > table->path_count + 1)
        return false;
    for (uint64_t i = 0; i < table->path_count; i++)
        if (!dn_kit_equal(operation->path[i], table->path[i]))
            return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_operation_creates(operation, kinds[i]))
            return true;
    return false;
}

static int32_t
add_member(rendering *work, const dunlin_operation *operation, uint64_t table_names)
{
    bool named = operation->path_count > table_names;

    if (operation->condition != DUNLIN_CONDITION_NONE)
        return refuse(work, "a condition on", operation->kind);
    if (named && dn_kit_operation_creates(operation, DUNLIN_KIND_COLUMN))
        return add_column(work, operation);
    if (dn_kit_operation_creates(operation, DUNLIN_KIND_PRIMARY_KEY))
        return add_key(work, operation, named, "PRIMARY KEY ");
    if (dn_kit_operation_creates(operation, DUNLIN_KIND_UNIQUE))
        return add_key(work, operation, named, "UNIQUE ");
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
    while (end < work->count && is_member(work->operations[end], table))
        end++;
    dn_kit_text_add(&work->sql, "CREATE TABLE ");
    if (table->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
    add_path(work, table->path, table->path_count);
    dn_kit_text_add(&work->sql, " (");
    for (work->at = first + 1; work->at < end; work->at++) {
        dn_kit_text_add(&work->sql, work->at > first + 1 ? ",\n    " : "\n    ");
        status = add_member(work, work->operations[work->at], table->path_count);
        if (status != DUNLIN_OK)
            return status;
    }
    dn_kit_text_add(&work->sql, "\n)");
    return push_step(work, first, end - first);
}

static int32_t
render_column(rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    int32_t status;

    if (operation->path_count < 2)
        return refuse(work, "without a table the", operation->kind);
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    add_path(work, operation->path, operation->path_count - 1);
    dn_kit_text_add(&work->sql, " ADD COLUMN ");
    if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
    status = add_column(work, operation);
    if (status != DUNLIN_OK)
        return status;
    work->at++;
    return push_step(work, work->at - 1, 1);
}

static int32_t
render_index(rendering *work)
{
    static const char *const known[] = {"unique", "columns", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    if (operation->path_count < 2)
        return refuse(work, "without a name the", operation->kind);
    dn_kit_text_format(&work->sql, "CREATE %sINDEX %s",
                       dn_kit_property_is_true(operation, "unique") ? "UNIQUE " : "",
                       operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS ? "IF NOT EXISTS "
                                                                              : "");
    add_name(work, last_name(operation));
    dn_kit_text_add(&work->sql, " ON ");
    add_path(work, operation->path, operation->path_count - 1);
    dn_kit_text_add(&work->sql, " ");
    status = add_columns(work, operation);
    if (status != DUNLIN_OK)
        return status;
    work->at++;
    return push_step(work, work->at - 1, 1);
}

static int32_t
render_schema(rendering *work)
{
    static const char *const known[] = {NULL};
    const dunlin_operation *operation = work->operations[work->at];
    int32_t status = check_known(work, operation, known);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "CREATE SCHEMA ");
    if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
    add_name(work, last_name(operation));
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
        {DUNLIN_KIND_SCHEMA, render_schema},
        {DUNLIN_KIND_TABLE, render_table},
        {DUNLIN_KIND_COLUMN, render_column},
        {DUNLIN_KIND_INDEX, render_index},
    };
    const dunlin_operation *operation = work->operations[work->at];

    dn_kit_text_clear(&work->sql);
    if (operation->condition == DUNLIN_CONDITION_IF_EXISTS || operation->path_count == 0)
        return refuse(work, "this operation on", operation->kind);
    for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++)
        if (dn_kit_operation_creates(operation, renderers[i].kind))
            return renderers[i].render(work);
    return refuse(work, "this operation on", operation->kind);
}

int32_t
dn_pg_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
             const dunlin_operation *const *operations, uint64_t count)
{
    rendering work = {.call = call, .operations = operations, .count = count};
    int32_t status = DUNLIN_OK;

    DN_KIT_UNUSED(profile);
    if (mode == DUNLIN_RENDER_SCRIPT)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED,
                           "the PostgreSQL driver cannot render scripts yet");
    while (work.at < count && status == DUNLIN_OK)
        status = render_next(&work);
    dn_kit_text_free(&work.sql);
    return status;
}
