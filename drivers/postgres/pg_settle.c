/* SPDX-License-Identifier: MIT
 *
 * Letting the server print what only it can: each expression is put into an object of the
 * session's own, beside a copy of the table it is about, and read back; then all of that is rolled
 * back. What the server refuses (a view over a table that is not there yet) stays unsure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"

typedef struct settling {
    const dunlin_call *call;
    dunlin_connection *connection;
    const dunlin_fact *const *facts;
    uint64_t count;
    dn_pg_arena arena;
    dn_pg_fact fact;
    dn_kit_text sql;
    const dunlin_fact *table_of; /* whose table stands as dunlin_settle, NULL: none */
    char *path;                  /* search_path of the session */
    bool begun;                  /* what is made here will be rolled back */
    int32_t status;
} settling;

#define SCRATCH "pg_temp.dunlin_settle"

/* --- asking ------------------------------------------------------------------------------------------- */
/* True when the server took it. Another failure than the statement's own ends everything. */
static bool
execute(settling *work, const char *sql, PGresult **answer)
{
    PGresult *result = NULL;
    dunlin_connection *connection = work->connection;
    bool good;

    *answer = NULL;
    if (work->status != DUNLIN_OK || !work->begun)
        return false;
    if (connection->dead ||
        PQsendQueryParams(connection->pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 0 ||
        !dn_pg_next_result(connection, &result) || result == NULL) {
        PQclear(result);
        work->status = dn_pg_fail_lost(connection);
        return false;
    }
    good = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!good && dn_kit_should_stop(work->call))
        work->status = dn_pg_fail(connection, result, NULL);
    if (good)
        *answer = result;
    else
        PQclear(result);
    if (!connection->dead)
        dn_pg_drop_results(connection);
    return good;
}

static bool
run(settling *work, const char *sql)
{
    PGresult *result;
    bool good = execute(work, sql, &result);

    PQclear(result);
    return good;
}

static bool
run_text(settling *work)
{
    bool good;

    if (work->sql.failed && work->status == DUNLIN_OK)
        work->status = dn_kit_no_memory(work->call);
    good = run(work, work->sql.data);
    dn_kit_text_clear(&work->sql);
    return good;
}

/* The first cell of the text as a query, printed in full; data is NULL when there is none. */
static dunlin_string
ask(settling *work, const char *query)
{
    dunlin_string answer = {NULL, 0};
    PGresult *result;

    if (!run(work, "SET LOCAL search_path = pg_catalog, pg_temp"))
        return answer;
    if (execute(work, query, &result) && PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
        answer = dn_pg_collapse(
            &work->arena,
            dn_pg_arena_copy(&work->arena, (dunlin_string){PQgetvalue(result, 0, 0),
                                                           (uint64_t)PQgetlength(result, 0, 0)}));
    PQclear(result);
    dn_kit_text_clear(&work->sql);
    dn_kit_text_add(&work->sql, "SET LOCAL search_path = ");
    dn_kit_text_add(&work->sql, work->path);
    run_text(work);
    return answer;
}

/* --- members --------------------------------------------------------------------------------------------- */
static const dunlin_property *
member(const dunlin_fact *fact, const char *name)
{
    int depth = 0;

    for (uint64_t i = 0; i < fact->property_count; i++) {
        const dunlin_property *one = &fact->properties[i];

        if (depth == 0 && dn_kit_same(one->name, name))
            return one;
        if (one->type == DUNLIN_PROPERTY_LIST_BEGIN || one->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (one->type == DUNLIN_PROPERTY_END)
            depth--;
    }
    return NULL;
}

static bool
is_unsure(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *list = member(fact, "unsure");

    for (list = list != NULL ? list + 1 : NULL; list != NULL && list->type != DUNLIN_PROPERTY_END;
         list++)
        if (dn_kit_same(list->text, name))
            return true;
    return false;
}

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return dn_kit_same(fact->kind, kind);
}

/* --- the copy of a table ------------------------------------------------------------------------------- */
static bool
of_one_table(const dunlin_fact *left, const dunlin_fact *right)
{
    if (left->path_count != 3 || right->path_count != 3)
        return false;
    return dn_kit_equal(left->path[0], right->path[0]) &&
           dn_kit_equal(left->path[1], right->path[1]);
}

static void
add_column_type(dn_kit_text *text, const dunlin_fact *column)
{
    const dunlin_property *path = member(column, "type_path");
    const dunlin_property *type = member(column, "type");

    for (path = path != NULL ? path + 1 : NULL; path != NULL && path->type != DUNLIN_PROPERTY_END;
         path++) {
        dn_kit_text_quote(text, '"', path->text);
        dn_kit_text_add(text, path[1].type == DUNLIN_PROPERTY_END ? "" : ".");
    }
    if (type != NULL)
        dn_kit_text_add_string(text, type->text);
}

/* As the table is, where it is there, with the columns that are given. */
static void
copy_table(settling *work, const dunlin_fact *fact)
{
    if (work->table_of != NULL && of_one_table(work->table_of, fact))
        return;
    run(work, "DROP TABLE IF EXISTS " SCRATCH);
    work->table_of = fact;
    run(work, "SAVEPOINT dunlin_table");
    dn_kit_text_add(&work->sql, "CREATE TEMPORARY TABLE dunlin_settle (LIKE ");
    dn_kit_text_quote(&work->sql, '"', fact->path[0]);
    dn_kit_text_add(&work->sql, ".");
    dn_kit_text_quote(&work->sql, '"', fact->path[1]);
    dn_kit_text_add(&work->sql, ")");
    if (!run_text(work)) {
        run(work, "ROLLBACK TO SAVEPOINT dunlin_table");
        run(work, "CREATE TEMPORARY TABLE dunlin_settle ()");
    }
    run(work, "RELEASE SAVEPOINT dunlin_table");
    for (uint64_t i = 0; i < work->count; i++) {
        const dunlin_fact *column = work->facts[i];

        if (!is_kind(column, DUNLIN_KIND_COLUMN) || !of_one_table(column, fact))
            continue;
        run(work, "SAVEPOINT dunlin_column");
        dn_kit_text_add(&work->sql, "ALTER TABLE " SCRATCH " DROP COLUMN IF EXISTS ");
        dn_kit_text_quote(&work->sql, '"', column->path[2]);
        dn_kit_text_add(&work->sql, ", ADD COLUMN ");
        dn_kit_text_quote(&work->sql, '"', column->path[2]);
        dn_kit_text_add(&work->sql, " ");
        add_column_type(&work->sql, column);
        if (!run_text(work))
            run(work, "ROLLBACK TO SAVEPOINT dunlin_column");
        run(work, "RELEASE SAVEPOINT dunlin_column");
    }
}

/* --- one expression ----------------------------------------------------------------------------------------- */
static dunlin_string
print_default(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text query = {0};

    dn_kit_text_add(&work->sql, "ALTER TABLE " SCRATCH " ALTER COLUMN ");
    dn_kit_text_quote(&work->sql, '"', fact->path[2]);
    dn_kit_text_add(&work->sql, " SET DEFAULT (");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, ")");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    dn_kit_text_add(&query, "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN"
                            " pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
                            " WHERE d.adrelid = '" SCRATCH "'::regclass AND a.attname = ");
    dn_kit_text_quote(&query, '\'', fact->path[2]);
    return ask(work, query.data);
}

static dunlin_string
print_generated(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    dn_kit_text_add(&work->sql, "ALTER TABLE " SCRATCH " ADD COLUMN dunlin_generated ");
    add_column_type(&work->sql, fact);
    dn_kit_text_add(&work->sql, " GENERATED ALWAYS AS (");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, ") STORED");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    return ask(work, "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a"
                     " ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = '" SCRATCH
                     "'::regclass AND a.attname = 'dunlin_generated'");
}

static dunlin_string
print_check(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    DN_KIT_UNUSED(fact);
    dn_kit_text_add(&work->sql, "ALTER TABLE " SCRATCH " ADD CONSTRAINT dunlin_check CHECK (");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, ")");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    return ask(work,
               "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = '" SCRATCH
               "'::regclass AND conname = 'dunlin_check'");
}

static dunlin_string
print_where(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    DN_KIT_UNUSED(fact);
    dn_kit_text_add(&work->sql, "CREATE INDEX dunlin_where ON " SCRATCH " ((1)) WHERE (");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, ")");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    return ask(work, "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid ="
                     " 'pg_temp.dunlin_where'::regclass");
}

static dunlin_string
print_definition(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    const dunlin_property *columns = member(fact, "columns");
    dunlin_string text;

    dn_kit_text_add(&work->sql, "CREATE TEMPORARY VIEW dunlin_view");
    if (columns != NULL) {
        dn_kit_text_add(&work->sql, " (");
        for (columns++; columns->type != DUNLIN_PROPERTY_END; columns++) {
            dn_kit_text_quote(&work->sql, '"', columns->text);
            dn_kit_text_add(&work->sql, columns[1].type == DUNLIN_PROPERTY_END ? ")" : ", ");
        }
    }
    dn_kit_text_add(&work->sql, " AS ");
    dn_kit_text_add_string(&work->sql, value->text);
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    text = ask(work, "SELECT trim(trailing ';' FROM trim(leading E' \\n' FROM"
                     " pg_get_viewdef('pg_temp.dunlin_view'::regclass)))");
    return text;
}

/* CREATE TRIGGER name ... ON table ...: up to ON, and what stands behind the name of the table. */
static bool
cut_trigger(dunlin_string text, dunlin_string *head, dunlin_string *rest, bool *instead)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text schema = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = {0};
    dn_kit_text names[2] = {{0}, {0}};
    dn_pg_scan scan = dn_pg_scan_begin(text);
    dn_pg_token token;
    uint64_t count;
    bool good;

    *instead = false;
    do {
        if (!dn_pg_scan_next(&scan, &token))
            return false;
        *instead = *instead || dn_pg_is_word(&token, "INSTEAD");
    } while (!dn_pg_is_word(&token, "ON"));
    *head = (dunlin_string){text.data, (uint64_t)(scan.at - text.data)};
    good = dn_pg_take_names(&scan, names, &count);
    schema = names[0];
    table = names[1];
    *rest = (dunlin_string){scan.at, (uint64_t)(scan.end - scan.at)};
    return good;
}

static dunlin_string
print_trigger(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text query = {0};
    dunlin_string head;
    dunlin_string rest;
    bool instead;

    if (!cut_trigger(value->text, &head, &rest, &instead))
        return (dunlin_string){NULL, 0};
    if (instead) {
        run(work, "DROP TABLE " SCRATCH);
        dn_kit_text_add(&work->sql, "CREATE TEMPORARY VIEW dunlin_settle AS SELECT * FROM ");
        dn_kit_text_quote(&work->sql, '"', fact->path[0]);
        dn_kit_text_add(&work->sql, ".");
        dn_kit_text_quote(&work->sql, '"', fact->path[1]);
        if (!run_text(work))
            return (dunlin_string){NULL, 0};
    }
    dn_kit_text_add_string(&work->sql, head);
    dn_kit_text_add(&work->sql, " " SCRATCH " ");
    dn_kit_text_add_string(&work->sql, rest);
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    dn_kit_text_add(&query, "SELECT regexp_replace(pg_get_triggerdef(oid), ' ON "
                            "pg_temp(_[0-9]+)?[.]dunlin_settle ', format(' ON %I.%I ', ");
    dn_kit_text_quote(&query, '\'', fact->path[0]);
    dn_kit_text_add(&query, ", ");
    dn_kit_text_quote(&query, '\'', fact->path[1]);
    dn_kit_text_add(&query, ")) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = '" SCRATCH
                            "'::regclass AND tgname = ");
    dn_kit_text_quote(&query, '\'', fact->path[2]);
    return ask(work, query.data);
}

/* An expression among the keys of an index, as an index of its own. */
static dunlin_string
print_key(settling *work, const dunlin_property *value)
{
    dunlin_string text;

    dn_kit_text_add(&work->sql, "CREATE INDEX dunlin_key ON " SCRATCH " ((");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, "))");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    text = ask(work, "SELECT pg_get_indexdef('pg_temp.dunlin_key'::regclass, 1, false)");
    if (text.length > 2 && *text.data == '(')
        text = (dunlin_string){text.data + 1, text.length - 2};
    return text;
}

/* A check of a domain, as the only one of another domain. */
static dunlin_string
print_domain_check(settling *work, const dunlin_fact *fact, const dunlin_property *value)
{
    const dunlin_property *type = member(fact, "type");

    if (type == NULL)
        return (dunlin_string){NULL, 0};
    dn_kit_text_add(&work->sql, "CREATE DOMAIN pg_temp.dunlin_domain AS ");
    dn_kit_text_add_string(&work->sql, type->text);
    dn_kit_text_add(&work->sql, " CHECK (");
    dn_kit_text_add_string(&work->sql, value->text);
    dn_kit_text_add(&work->sql, ")");
    if (!run_text(work))
        return (dunlin_string){NULL, 0};
    return ask(work, "SELECT pg_get_expr(conbin, 0) FROM pg_constraint WHERE contypid ="
                     " 'pg_temp.dunlin_domain'::regtype");
}

/* Each in a savepoint: a refusal, and what was made, is gone with it. */
static dunlin_string
settle_member(settling *work, const dunlin_fact *fact, const dunlin_property *value,
              dunlin_string (*print)(settling *, const dunlin_fact *, const dunlin_property *))
{
    dunlin_string text;

    run(work, "SAVEPOINT dunlin_one");
    text = print != NULL ? print(work, fact, value) : print_key(work, value);
    dn_kit_text_clear(&work->sql);
    run(work, "ROLLBACK TO SAVEPOINT dunlin_one");
    run(work, "RELEASE SAVEPOINT dunlin_one");
    return text;
}

/* --- one fact ------------------------------------------------------------------------------------------------ */
static const struct {
    const char *name;
    const char *kind; /* of the fact */
    bool on_table;
    dunlin_string (*print)(settling *, const dunlin_fact *, const dunlin_property *);
} printers[] = {
    {"default", DUNLIN_KIND_COLUMN, true, print_default},
    {"generated", DUNLIN_KIND_COLUMN, true, print_generated},
    {"expr", DUNLIN_KIND_CHECK, true, print_check},
    {"where", DUNLIN_KIND_INDEX, true, print_where},
    {"definition", DUNLIN_KIND_TRIGGER, true, print_trigger},
    {"definition", DUNLIN_KIND_VIEW, false, print_definition},
    {"definition", DUNLIN_KIND_MATERIALIZED_VIEW, false, print_definition},
};

enum { PRINTERS = sizeof(printers) / sizeof(printers[0]), MOST_STILL = 8 };

/* Prints all expressions of the keys; false: one of them stays unsure. Collations and classes of
 * operators do, since whether they are the usual ones is not asked for. */
static bool
settle_keys(settling *work, const dunlin_fact *fact, const dunlin_property *from,
            const dunlin_property *end)
{
    bool all = true;

    for (; from < end; from++) {
        dunlin_property one = *from;

        if (dn_kit_same(one.name, "expr")) {
            dunlin_string text = settle_member(work, fact, from, NULL);

            all = all && text.data != NULL;
            one.text = text.data != NULL ? text : one.text;
        }
        all = all && !dn_kit_same(one.name, "opclass") && !dn_kit_same(one.name, "collation");
        dn_pg_fact_add(&work->fact, one);
    }
    return all;
}

static bool
settle_checks(settling *work, const dunlin_fact *fact, const dunlin_property *from,
              const dunlin_property *end)
{
    bool all = true;

    for (; from < end; from++) {
        dunlin_property one = *from;

        if (one.type == DUNLIN_PROPERTY_EXPRESSION) {
            dunlin_string text = settle_member(work, fact, from, print_domain_check);

            all = all && text.data != NULL;
            one.text = text.data != NULL ? text : one.text;
        }
        dn_pg_fact_add(&work->fact, one);
    }
    return all;
}

static const dunlin_property *
end_of(const dunlin_fact *fact, const dunlin_property *one)
{
    const dunlin_property *end = fact->properties + fact->property_count;
    int depth = 0;

    do {
        if (one->type == DUNLIN_PROPERTY_LIST_BEGIN || one->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (one->type == DUNLIN_PROPERTY_END)
            depth--;
        one++;
    } while (depth > 0 && one < end);
    return one;
}

static size_t
printer_of(const dunlin_fact *fact, dunlin_string name)
{
    size_t number = 0;

    while (number < PRINTERS &&
           (!dn_kit_same(name, printers[number].name) || !is_kind(fact, printers[number].kind)))
        number++;
    return number;
}

/* Adds a member as it is now known; false: it is still unsure. */
static bool
add_member(settling *work, const dunlin_fact *fact, const dunlin_property *one,
           const dunlin_property *end)
{
    size_t number = printer_of(fact, one->name);
    dunlin_property settled = *one;

    if (number < PRINTERS && (!printers[number].on_table || fact->path_count == 3)) {
        if (printers[number].on_table)
            copy_table(work, fact);
        settled.text = settle_member(work, fact, one, printers[number].print);
        if (settled.text.data != NULL) {
            dn_pg_fact_add(&work->fact, settled);
            return true;
        }
    } else if (dn_kit_same(one->name, "keys") && fact->path_count == 3) {
        copy_table(work, fact);
        return settle_keys(work, fact, one, end);
    } else if (dn_kit_same(one->name, "checks") && is_kind(fact, DUNLIN_KIND_DOMAIN)) {
        return settle_checks(work, fact, one, end);
    }
    for (; one < end; one++)
        dn_pg_fact_add(&work->fact, *one);
    return false;
}

/* Names of a view's columns stand in its definition once that is printed. */
static bool
is_swallowed(const dunlin_fact *fact, dunlin_string name)
{
    return (is_kind(fact, DUNLIN_KIND_VIEW) || is_kind(fact, DUNLIN_KIND_MATERIALIZED_VIEW)) &&
           dn_kit_same(name, "columns");
}

static void
settle_fact(settling *work, const dunlin_fact *fact)
{
    const dunlin_property *end = fact->properties + fact->property_count;
    dunlin_string still[MOST_STILL];
    size_t count = 0;
    bool definition = true;

    dn_pg_fact_begin(&work->fact, "", fact->path, (size_t)fact->path_count);
    work->fact.fact.kind = fact->kind;
    for (const dunlin_property *one = fact->properties; one < end;) {
        const dunlin_property *next = end_of(fact, one);
        char name[32];

        snprintf(name, sizeof(name), "%.*s", (int)one->name.length, one->name.data);
        if (strcmp(name, "unsure") == 0 || is_swallowed(fact, one->name)) {
            one = next;
            continue;
        }
        if (!is_unsure(fact, name)) {
            for (; one < next; one++)
                dn_pg_fact_add(&work->fact, *one);
            continue;
        }
        if (!add_member(work, fact, one, next) && count < MOST_STILL) {
            still[count++] = one->name;
            definition = definition && strcmp(name, "definition") != 0;
        }
        one = next;
    }
    if (!definition && member(fact, "columns") != NULL) {
        const dunlin_property *columns = member(fact, "columns");

        for (const dunlin_property *last = end_of(fact, columns); columns < last; columns++)
            dn_pg_fact_add(&work->fact, *columns);
        still[count++] = dn_kit_string("columns");
    }
    if (count > 0) {
        dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_LIST_BEGIN, "unsure");
        for (size_t i = 0; i < count; i++)
            dn_pg_fact_element(&work->fact, DUNLIN_PROPERTY_TEXT, still[i]);
        dn_pg_fact_close(&work->fact);
    }
    if (work->status == DUNLIN_OK && work->fact.failed)
        work->status = dn_kit_no_memory(work->call);
    if (work->status == DUNLIN_OK)
        work->status = work->call->host->fact(work->call, &work->fact.fact);
}

/* --- around ---------------------------------------------------------------------------------------------------- */
/* False, and no failure, where the server takes nothing that writes. */
static bool
begin(settling *work, bool inside)
{
    PGresult *result = NULL;

    work->begun = true;
    work->begun = run(work, inside ? "SAVEPOINT dunlin_settle" : "BEGIN READ WRITE");
    if (!work->begun)
        return false;
    if (!inside && work->connection->pooled) {
        dn_pg_pins_statement(&work->sql, work->connection, true);
        run_text(work);
    }
    if (execute(work, "SELECT pg_catalog.current_setting('search_path')", &result))
        work->path = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    if (work->status == DUNLIN_OK && work->path != NULL && *work->path == '\0') {
        free(work->path);
        work->path = strdup("''");
    }
    if (work->status == DUNLIN_OK && work->path == NULL)
        work->status = dn_kit_no_memory(work->call);
    run(work, "SET LOCAL client_min_messages = warning");
    return true;
}

static void
finish(settling *work, bool inside)
{
    dunlin_connection *connection = work->connection;
    int32_t status = work->status;

    work->status = DUNLIN_OK;
    connection->uncancellable = true;
    if (!connection->dead) {
        run(work, inside ? "ROLLBACK TO SAVEPOINT dunlin_settle" : "ROLLBACK");
        if (inside)
            run(work, "RELEASE SAVEPOINT dunlin_settle");
    }
    connection->uncancellable = false;
    work->status = status != DUNLIN_OK ? status : work->status;
}

static bool
has_unsure(const dunlin_fact *const *facts, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (member(facts[i], "unsure") != NULL)
            return true;
    return false;
}

int32_t
dn_pg_settle(const dunlin_call *call, dunlin_connection *connection,
             const dunlin_fact *const *facts, uint64_t count)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    bool inside = PQtransactionStatus(connection->pg) != PQTRANS_IDLE;
    settling work = {.call = call,
                     .connection = connection,
                     .facts = facts,
                     .count = count,
                     .status = DUNLIN_OK};
    /* A server that only reads (a standby) refuses to begin: all stays unsure. */
    bool begun = has_unsure(facts, count) && begin(&work, inside);

    for (uint64_t i = 0; i < count && work.status == DUNLIN_OK; i++)
        settle_fact(&work, facts[i]);
    if (begun)
        finish(&work, inside);
    free(work.path);
    dn_kit_text_free(&work.sql);
    dn_pg_fact_free(&work.fact);
    dn_pg_arena_free(&work.arena);
    dn_pg_leave(connection, outer);
    return work.status;
}
