/* SPDX-License-Identifier: MIT
 *
 * The portable parser against PostgreSQL's own (libpg_query): where statements end, what kind they
 * are, and what they name, on generated statements, the sample migrations and Drizzle's fixtures.
 *
 * Both parse trees become lines like "column s.t.c int4", which are sorted and compared.
 */
#include <dirent.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pg_query.h>

#include "core/base/file.h"
#include "core/ddl/ddl.h"
#include "tests/unit/ddl_postgres_tree.h"

enum { GENERATED = 4000, A_FILE = 20 };

/* --- our operations --- */
static void
path(const dunlin_operation *operation, uint64_t first, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint64_t i = first; i < operation->path_count; i++)
        if (operation->path[i].length)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? "." : "",
                                     (int)operation->path[i].length, operation->path[i].data);
}

static const dunlin_property *
member(const dunlin_operation *operation, const char *name)
{
    unsigned depth = 0;

    for (uint64_t i = 0; i < operation->set_count; i++) {
        const dunlin_property *property = &operation->set[i];

        if (depth == 0 && dn_string_equal(property->name, name))
            return property;
        if (property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
            property->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (property->type == DUNLIN_PROPERTY_END)
            depth--;
    }
    return NULL;
}

static void
list_names(const dunlin_property *list, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (const dunlin_property *at = list ? list + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END;
         at++)
        if (at->text.length)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? "." : "",
                                     (int)at->text.length, at->text.data);
}

static int
list_length(const dunlin_property *list)
{
    int count = 0;
    unsigned depth = 0;

    for (const dunlin_property *at = list + 1; depth || at->type != DUNLIN_PROPERTY_END; at++) {
        if (depth == 0)
            count++;
        if (at->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        if (at->type == DUNLIN_PROPERTY_END)
            depth--;
    }
    return count;
}

static void
our_type(const dunlin_operation *operation, char *out, size_t size)
{
    static const char *const types[][2] = {
        {"boolean", "bool"}, {"smallint", "int2"}, {"integer", "int4"},
        {"bigint", "int8"},  {"real", "float4"},   {"double precision", "float8"},
        {"blob", "bytea"},   {"char", "bpchar"},
    };
    const dunlin_property *type = member(operation, "type");
    const dunlin_property *how = member(operation, "auto");
    size_t length;
    bool array;

    if (!type) {
        list_names(member(operation, "type_path"), out, size);
        return;
    }
    if (how && dn_string_equal(how->text, "serial")) {
        snprintf(out, size, "%s", dn_string_equal(type->text, "bigint") ? "bigserial" : "serial");
        return;
    }
    snprintf(out, size, "%.*s", (int)type->text.length, type->text.data);
    array = type->text.length > 2 && out[type->text.length - 1] == ']';
    length = strcspn(out, "([");
    out[length] = '\0';
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(out, types[i][0]) == 0)
            snprintf(out, size, "%s", types[i][1]);
    if (array)
        strncat(out, "[]", size - strlen(out) - 1);
}

static void
our_constraint(const dunlin_operation *operation, bool named, lines *to)
{
    char table[300];
    char columns[600];
    char target[300];
    char target_columns[300];
    dunlin_operation parent = *operation;

    parent.path_count = 2;
    path(&parent, 0, table, sizeof table);
    list_names(member(operation, "columns"), columns, sizeof columns);
    list_names(member(operation, "ref"), target, sizeof target);
    list_names(member(operation, "ref_columns"), target_columns, sizeof target_columns);
    add(to, "%.*s %s.%.*s (%s) %s (%s)%s%s", (int)operation->kind.length, operation->kind.data,
        table, named ? 1 : (int)operation->path[2].length, named ? "?" : operation->path[2].data,
        columns, target, target_columns, member(operation, "deferrable") ? " deferrable" : "",
        member(operation, "deferred") ? " deferred" : "");
}

static void
our_create(const dunlin_operation *operation, const dn_ddl_mark *mark, lines *to)
{
    const char *guard =
        operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS ? " if-not-exists" : "";
    char name[600];
    char type[300];

    path(operation, 0, name, sizeof name);
    if (dn_string_equal(operation->kind, "column")) {
        our_type(operation, type, sizeof type);
        add(to, "create column %s %s%s%s", name, type,
            member(operation, "not_null") ? " not-null" : "",
            member(operation, "default") ? " default" : "");
    } else if (dn_string_equal(operation->kind, "table")) {
        if (operation->body.length)
            add(to, "other");
        else
            add(to, "create table %s%s", name, guard);
    } else if (dn_string_equal(operation->kind, "index")) {
        dunlin_operation parent = *operation;

        parent.path_count = 2;
        path(&parent, 0, name, sizeof name);
        add(to, "create index %s.%.*s keys=%d%s%s%s%s", name,
            mark->named ? 1 : (int)operation->path[2].length,
            mark->named ? "?" : operation->path[2].data, list_length(member(operation, "keys")),
            member(operation, "unique") ? " unique" : "",
            operation->flags & DUNLIN_OPERATION_CONCURRENTLY ? " concurrently" : "", guard,
            member(operation, "where") ? " where" : "");
    } else if (dn_string_equal(operation->kind, "view")) {
        add(to, "create view %s%s", name,
            operation->flags & DUNLIN_OPERATION_OR_REPLACE ? " or-replace" : "");
    } else if (dn_string_equal(operation->kind, "enum")) {
        add(to, "create enum %s values=%d", name, list_length(member(operation, "values")));
    } else if (dn_string_equal(operation->kind, "sequence") ||
               dn_string_equal(operation->kind, "schema")) {
        add(to, "create %.*s %s", (int)operation->kind.length, operation->kind.data, name);
    } else if (operation->path_count == 3 && !operation->body.length) {
        our_constraint(operation, mark->named, to);
    } else {
        add(to, "other");
    }
}

static void
our_alter(const dunlin_operation *operation, lines *to)
{
    char name[600];
    char type[300];

    path(operation, 0, name, sizeof name);
    if (member(operation, "comment") ||
        (operation->unset_count && dn_string_equal(operation->unset[0], "comment"))) {
        add(to, "comment");
    } else if (dn_string_equal(operation->kind, "enum")) {
        add(to, "alter enum %s", name);
    } else if (member(operation, "type") || member(operation, "type_path")) {
        our_type(operation, type, sizeof type);
        add(to, "alter type %s %s%s", name, type,
            operation->using_expression.length ? " using" : "");
    } else if (member(operation, "not_null")) {
        add(to, "alter not-null %s", name);
    } else if (member(operation, "default")) {
        add(to, "alter default %s", name);
    } else if (operation->unset_count && dn_string_equal(operation->unset[0], "default")) {
        add(to, "alter default %s", name);
    } else if (operation->unset_count && dn_string_equal(operation->unset[0], "not_valid")) {
        add(to, "validate %s", name);
    } else if (operation->unset_count) {
        add(to, "alter no %.*s %s", (int)operation->unset[0].length, operation->unset[0].data,
            name);
    }
}

/* Of a routine without what tells it from its namesakes. */
static void
our_drop(const dunlin_operation *operation, lines *to)
{
    dunlin_operation named = *operation;
    bool routine = dn_string_equal(operation->kind, "function") ||
                   dn_string_equal(operation->kind, "procedure");
    bool part =
        operation->path_count == 3 && !routine && !dn_string_equal(operation->kind, "index");
    const char *cascade = operation->flags & DUNLIN_OPERATION_CASCADE ? " cascade" : "";
    char name[600];

    named.path_count = routine ? 2 : operation->path_count;
    path(&named, 0, name, sizeof name);
    add(to, "drop %.*s %s%s%s%s%s", (int)operation->kind.length, operation->kind.data, name,
        part ? cascade : "", operation->condition == DUNLIN_CONDITION_IF_EXISTS ? " if-exists" : "",
        part ? "" : cascade,
        operation->flags & DUNLIN_OPERATION_CONCURRENTLY ? " concurrently" : "");
}

static void
our_statement(const dn_ddl_statement *statement, lines *to)
{
    for (size_t i = 0; i < statement->count; i++) {
        const dunlin_operation *operation = statement->operations[i];
        char name[600];

        path(operation, 0, name, sizeof name);
        if (operation->verb == DUNLIN_VERB_CREATE)
            our_create(operation, &statement->marks[i], to);
        else if (operation->verb == DUNLIN_VERB_ALTER)
            our_alter(operation, to);
        else if (operation->verb == DUNLIN_VERB_DROP)
            our_drop(operation, to);
        else if (operation->verb == DUNLIN_VERB_RENAME)
            add(to, "rename %.*s %s -> %.*s", (int)operation->kind.length, operation->kind.data,
                name, (int)operation->new_path[operation->new_path_count - 1].length,
                operation->new_path[operation->new_path_count - 1].data);
        else
            add(to, "%s", operation->verb == DUNLIN_VERB_DATA ? "data" : "other");
    }
}

/* --- comparing --- */
typedef struct comparison {
    dn_arena arena;
    const dn_lex_rules *rules;
    unsigned wrong;
    unsigned count;
} comparison;

/* One statement that PostgreSQL takes. */
static void
check(comparison *checker, const char *sql, size_t length)
{
    dn_ddl_options options = {.rules = checker->rules};
    dn_ddl_statement statement;
    char *text = dn_arena_copy(&checker->arena, sql, length);
    PgQueryParseResult parsed = pg_query_parse(text);
    cJSON *tree = parsed.error ? NULL : cJSON_Parse(parsed.parse_tree);
    lines theirs = {{NULL}, 0};
    lines ours = {{NULL}, 0};
    char *a;
    char *b;
    dn_error error;

    assert_int_equal(
        dn_ddl_parse(dn_span(text, length), &options, &checker->arena, &statement, &error), 0);
    if (tree && statement.kind == DN_DDL_OPERATIONS) {
        assert_int_equal(cJSON_GetArraySize(get(tree, "stmts")), 1);
        pg_statement(get(cJSON_GetArrayItem(get(tree, "stmts"), 0), "stmt"), &theirs);
        our_statement(&statement, &ours);
        a = joined(&theirs);
        b = joined(&ours);
        if (strcmp(a, b) != 0) {
            print_error("%s\nPostgreSQL:\n%sours:\n%s\n", text, a, b);
            checker->wrong++;
        }
        free(a);
        free(b);
    } else if (tree && statement.kind == DN_DDL_SYNTAX) {
        print_error("%s\nPostgreSQL takes this; ours: %s\n", text, statement.reason);
        checker->wrong++;
    } else if (!tree) {
        print_error("%s\nPostgreSQL: %s\n", text, parsed.error ? parsed.error->message : "?");
        checker->wrong++;
    }
    cJSON_Delete(tree);
    pg_query_free_parse_result(parsed);
    checker->count++;
}

/* --- statements by chance --- */
static uint32_t chance_state = 20260131;

static uint32_t
chance(uint32_t below)
{
    chance_state = chance_state * 1664525u + 1013904223u;
    return (chance_state >> 8) % below;
}

static const char *
pick(const char *const *list, size_t count)
{
    return list[chance((uint32_t)count)];
}

#define PICK(list) pick(list, sizeof list / sizeof list[0])

static const char *const table_names[] = {
    "t", "users", "s.t", "\"Order\"", "\"a\"\"b\"", "Größe", "MiXed", "\"sel ect\".x", "_u1"};
static const char *const column_names[] = {"a",          "b", "\"B\"",      "id",   "name",
                                           "\"select\"", "é", "created_at", "value"};
enum { COLUMN_NAMES = sizeof column_names / sizeof column_names[0] };
static const char *const types[] = {"int",
                                    "bigint",
                                    "text",
                                    "varchar(20)",
                                    "numeric(10, 2)",
                                    "boolean",
                                    "uuid",
                                    "jsonb",
                                    "timestamptz",
                                    "timestamp(3) with time zone",
                                    "date",
                                    "text[]",
                                    "double precision",
                                    "real",
                                    "bytea",
                                    "smallint",
                                    "char(5)",
                                    "mood",
                                    "s.mood",
                                    "time",
                                    "character varying(7)",
                                    "interval",
                                    "float8"};
static const char *const options[] = {"",
                                      " NOT NULL",
                                      " DEFAULT 5",
                                      " UNIQUE",
                                      " NULL",
                                      " DEFAULT 'x'::text NOT NULL",
                                      " CHECK (a > 0)",
                                      " REFERENCES r (id) ON DELETE CASCADE",
                                      " DEFAULT now()",
                                      " CONSTRAINT c NOT NULL",
                                      " CONSTRAINT u UNIQUE DEFERRABLE INITIALLY DEFERRED",
                                      " COLLATE \"C\"",
                                      " DEFAULT -1"};

static void
some_column(dn_text *sql, const char *name)
{
    dn_text_printf(sql, "%s %s%s", name, PICK(types), PICK(options));
}

static void
some_constraint(dn_text *sql)
{
    static const char *const constraints[] = {
        "PRIMARY KEY (a, b)",
        "UNIQUE (a)",
        "CHECK (a > 0 AND (b < 5))",
        "CONSTRAINT \"C\" CHECK (a IN (1, 2))",
        "FOREIGN KEY (a, b) REFERENCES s.r (x, y) MATCH FULL ON UPDATE SET NULL",
        "CONSTRAINT f FOREIGN KEY (a) REFERENCES r DEFERRABLE",
    };

    dn_text_add_string(sql, PICK(constraints));
}

static void
some_create_table(dn_text *sql)
{
    uint32_t columns = 1 + chance(4);
    uint32_t first = chance(COLUMN_NAMES);

    dn_text_printf(sql, "CREATE TABLE %s%s (", chance(2) ? "IF NOT EXISTS " : "",
                   PICK(table_names));
    for (uint32_t i = 0; i < columns; i++) {
        dn_text_add_string(sql, i ? ", " : "");
        some_column(sql, column_names[(first + i) % COLUMN_NAMES]);
    }
    if (chance(2)) {
        dn_text_add_string(sql, ", ");
        some_constraint(sql);
    }
    dn_text_add_string(sql, ")");
}

static void
some_action(dn_text *sql)
{
    const char *name = PICK(column_names);

    switch (chance(9)) {
    case 0:
        dn_text_printf(sql, "ADD COLUMN %s", chance(2) ? "IF NOT EXISTS " : "");
        some_column(sql, name);
        break;
    case 1:
        dn_text_printf(sql, "DROP COLUMN %s%s%s", chance(2) ? "IF EXISTS " : "", name,
                       chance(2) ? " CASCADE" : "");
        break;
    case 2:
        dn_text_printf(sql, "ALTER %s%s TYPE %s%s", chance(2) ? "COLUMN " : "", name, PICK(types),
                       chance(2) ? " USING lower(a)" : "");
        break;
    case 3: dn_text_printf(sql, "ALTER %s SET DEFAULT (1 + 2)", name); break;
    case 4: dn_text_printf(sql, "ALTER COLUMN %s DROP DEFAULT", name); break;
    case 5: dn_text_printf(sql, "ALTER COLUMN %s SET NOT NULL", name); break;
    case 6: dn_text_printf(sql, "ALTER COLUMN %s DROP NOT NULL", name); break;
    case 7:
        dn_text_add_string(sql, "ADD ");
        some_constraint(sql);
        break;
    default:
        dn_text_printf(sql, "DROP CONSTRAINT %s%s", chance(2) ? "IF EXISTS " : "", name);
        break;
    }
}

static void
some_alter_table(dn_text *sql)
{
    uint32_t actions = 1 + chance(3);

    dn_text_printf(sql, "ALTER TABLE %s%s ", chance(2) ? "IF EXISTS " : "", PICK(table_names));
    for (uint32_t i = 0; i < actions; i++) {
        dn_text_add_string(sql, i ? ", " : "");
        some_action(sql);
    }
}

static void
some_other(dn_text *sql)
{
    static const char *const statements[] = {
        "DROP TABLE IF EXISTS t, s.u CASCADE",
        "DROP INDEX CONCURRENTLY IF EXISTS s.i",
        "DROP VIEW v, w",
        "DROP TYPE IF EXISTS mood",
        "DROP SCHEMA a, b CASCADE",
        "DROP SEQUENCE s.q RESTRICT",
        "DROP MATERIALIZED VIEW m",
        "ALTER TABLE s.t RENAME COLUMN a TO \"B\"",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE IF EXISTS t RENAME CONSTRAINT a TO b",
        "ALTER INDEX i RENAME TO j",
        "ALTER VIEW v RENAME TO w",
        "ALTER SEQUENCE q RENAME TO r",
        "ALTER TYPE s.mood RENAME TO feeling",
        "ALTER SCHEMA a RENAME TO b",
        "CREATE OR REPLACE VIEW s.v AS SELECT 1 AS a",
        "CREATE TYPE mood AS ENUM ('a', 'b''c', E'd\\'e')",
        "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'x' AFTER 'a'",
        "CREATE SEQUENCE IF NOT EXISTS s.q START 5 INCREMENT BY 2 NO CYCLE",
        "CREATE SCHEMA IF NOT EXISTS audit",
        "COMMENT ON COLUMN s.t.c IS 'x'",
        "COMMENT ON TABLE t IS NULL",
        "INSERT INTO t (a) SELECT 1 ON CONFLICT (a) DO UPDATE SET a = excluded.a",
        "WITH x AS (SELECT 1) DELETE FROM t USING x",
        "TRUNCATE t, u RESTART IDENTITY CASCADE",
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE IF NOT EXISTS s.t (a, \"B\") AS SELECT 1, x FROM u WITH NO DATA",
        "CREATE TABLE t AS TABLE s.u WITH DATA",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END FROM t; "
        "SELECT 2; END",
        "CREATE FUNCTION s.g(a int) RETURNS int LANGUAGE plpgsql AS $x$ BEGIN; RETURN 1; END $x$",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
    };

    dn_text_add_string(sql, PICK(statements));
}

static void
some_index(dn_text *sql)
{
    static const char *const keys[] = {"a", "lower(b)", "(a + 1) DESC", "\"B\" NULLS FIRST",
                                       "a COLLATE \"C\" ASC"};

    dn_text_printf(sql, "CREATE %sINDEX %s", chance(2) ? "UNIQUE " : "",
                   chance(3) ? "" : "CONCURRENTLY ");
    if (chance(4))
        dn_text_printf(sql, "%s%s ", chance(2) ? "IF NOT EXISTS " : "", PICK(column_names));
    dn_text_printf(sql, "ON %s%s (%s, %s)%s", PICK(table_names), chance(2) ? " USING btree" : "",
                   PICK(keys), PICK(keys), chance(2) ? " WHERE a IS NOT NULL AND b > 5" : "");
}

static void
begin(comparison *checker)
{
    dn_error error;

    memset(checker, 0, sizeof *checker);
    assert_int_equal(dn_ddl_portable_rules(&checker->arena, &checker->rules, &error), 0);
}

/* --- files --- */
/* What psql does itself, in files of the server, becomes blank. */
static void
blank_client_commands(char *text)
{
    for (char *line = text; line && *line; line = strchr(line, '\n')) {
        line += line > text;
        if (*line == '\\')
            memset(line, ' ', strcspn(line, "\n"));
    }
}

static int
any_token(const dunlin_token *token, void *context)
{
    (void)token;
    (void)context;
    return 1;
}

/* The same end, but for blanks and comments before the semicolon. */
static bool
ends_there(const comparison *checker, const char *text, const PgQuerySplitStmt *theirs,
           const dn_lex_item *ours)
{
    uint64_t end = (uint64_t)theirs->stmt_location + (uint64_t)theirs->stmt_len;
    uint64_t our_end = ours->offset + ours->text.length;

    return our_end <= end && dn_lex_tokens(checker->rules, dn_span(text + our_end, end - our_end),
                                           any_token, NULL) == 0;
}

/* Statements of a file by both; PostgreSQL's ends are those of its parser. A breakpoint is a
 * comment to PostgreSQL: what has no semicolon before it runs on there. */
static void
check_text(comparison *checker, const char *file, dn_text *text)
{
    bool breakpoints = strstr(text->data, "statement-breakpoint") != NULL;
    dn_lex_text from = {text->data, text->length};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    PgQuerySplitResult split = pg_query_split_with_parser(text->data);
    dn_error error;
    int count = 0;

    /* A template (@extschema@) or a test of an error: not SQL to PostgreSQL. */
    if (split.error) {
        pg_query_free_split_result(split);
        return;
    }
    splitter = dn_lex_open(checker->rules, file, dn_lex_read_text, &from, &error);
    assert_non_null(splitter);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind == DN_LEX_STATEMENT) {
        if (!breakpoints && count < split.n_stmts &&
            !ends_there(checker, text->data, split.stmts[count], &item)) {
            print_error("%s:%u: PostgreSQL's statement number %d ends elsewhere\n", file, item.line,
                        count + 1);
            checker->wrong++;
            break;
        }
        check(checker, item.text.data, item.text.length);
        count++;
    }
    if (item.kind != DN_LEX_END || (!breakpoints && split.n_stmts != count)) {
        print_error("%s: %d statements for PostgreSQL, %d for us; %s\n", file, split.n_stmts, count,
                    item.kind == DN_LEX_END ? "" : error.message);
        checker->wrong++;
    }
    pg_query_free_split_result(split);
    dn_lex_close(splitter);
}

static void
check_file(comparison *checker, const char *file)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error error;

    assert_int_equal(dn_file_read(file, &text, &error), 0);
    if (text.length == 0)
        return;
    blank_client_commands(text.data);
    check_text(checker, file, &text);
}

/* false: it is not there. */
static bool
check_files_of(comparison *checker, const char *folder)
{
    struct dirent *entry;
    DIR *opened = opendir(folder);

    while (opened && (entry = readdir(opened)) != NULL) {
        char file[1400];
        size_t length = strlen(entry->d_name);

        if (length < 5 || strcmp(entry->d_name + length - 4, ".sql") != 0)
            continue;
        snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
        check_file(checker, file);
    }
    if (opened)
        closedir(opened);
    return opened != NULL;
}

static void
check_folder(comparison *checker, const char *folder)
{
    const char *source_folder = getenv("SRC");
    char path_text[1000];

    snprintf(path_text, sizeof path_text, "%s/%s", source_folder ? source_folder : ".", folder);
    assert_true(check_files_of(checker, path_text));
}

static void
test_files_are_what_postgresql_reads(void **state)
{
    comparison checker;

    (void)state;
    begin(&checker);
    check_folder(&checker, "migrations");
    check_folder(&checker, "tests/fixtures/drizzle-postgresql/drizzle");
    assert_true(checker.count > 60);
    dn_arena_free(&checker.arena);
    assert_int_equal(checker.wrong, 0);
}

/* The server brings SQL of its own along: catalogs, the information schema, extensions. Its regression
 * tests are no part of a package; DUNLIN_POSTGRES_REGRESS names their folder (src/test/regress/sql)
 * where somebody has it. */
static void
test_the_server_s_own_files_are_what_postgresql_reads(void **state)
{
    const char *regress = getenv("DUNLIN_POSTGRES_REGRESS");
    comparison checker;
    glob_t found;

    (void)state;
    begin(&checker);
    if (regress)
        assert_true(check_files_of(&checker, regress));
    if (glob("/usr/share/postgresql/1*/", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char extensions[1000];

            snprintf(extensions, sizeof extensions, "%sextension", found.gl_pathv[i]);
            check_files_of(&checker, found.gl_pathv[i]);
            check_files_of(&checker, extensions);
        }
        globfree(&found);
    }
    dn_arena_free(&checker.arena);
    assert_int_equal(checker.wrong, 0);
    if (!checker.count)
        skip();
}

static void
some_statement(dn_text *sql)
{
    static const char *const ends[] = {
        ";", ";\n", " /* ; */;\n", ";-- and; no more\n", "\n-- ';'\n;", " ;;\n", ";\n/* \"; */\n"};

    switch (chance(4)) {
    case 0: some_create_table(sql); break;
    case 1: some_alter_table(sql); break;
    case 2: some_index(sql); break;
    default: some_other(sql); break;
    }
    dn_text_add_string(sql, PICK(ends));
}

static void
test_generated_statements_are_what_postgresql_reads(void **state)
{
    comparison checker;
    dn_text sql = DN_TEXT_INIT;

    (void)state;
    begin(&checker);
    while (checker.count < GENERATED && checker.wrong < 10) {
        dn_text_clear(&sql);
        for (unsigned i = 0; i < A_FILE; i++)
            some_statement(&sql);
        assert_false(sql.failed);
        check_text(&checker, "generated", &sql);
    }
    dn_text_free(&sql);
    dn_arena_free(&checker.arena);
    assert_int_equal(checker.wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated_statements_are_what_postgresql_reads),
        cmocka_unit_test(test_files_are_what_postgresql_reads),
        cmocka_unit_test(test_the_server_s_own_files_are_what_postgresql_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
