/* SPDX-License-Identifier: MIT
 *
 * introspect() of the SQLite driver with DUNLIN_SCOPE_FACTS. Expected values are written by hand
 * after the manual of SQLite; what its pragmas can tell too is compared with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

static const dunlin_driver *driver;
static fake_host host;
static dunlin_connection *connection;

static int
set_up(void **state)
{
    (void)state;
    if (driver == NULL)
        driver = fake_load("sqlite");
    if (driver == NULL)
        return -1;
    fake_begin(&host, driver);
    connection = fake_open(&host, "sqlite::memory:");
    return connection != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    driver->close(connection);
    fake_end(&host);
    return 0;
}

static void
make(const char *sql)
{
    assert_done(&host, fake_execute(&host, connection, sql));
}

static const char *
facts(void)
{
    const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS};

    assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
    return host.lines;
}

/* "kind path/path" */
static const char *
facts_of(const char *kind, const char *table, const char *name)
{
    const dunlin_string path[2] = {fake_string(table), fake_string(name)};
    const dunlin_fact key = {.size = sizeof key,
                             .kind = fake_string(kind),
                             .path = path,
                             .path_count = name != NULL ? 2 : 1};
    const dunlin_fact *const keys[] = {&key};
    const dunlin_scope scope = {
        .size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS, .keys = keys, .key_count = 1};

    assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
    return host.lines;
}

static void
columns_have_types_defaults_and_the_rest(void **state)
{
    (void)state;
    make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a varchar ( 10 ) NOT NULL DEFAULT 'it''s', "
        "b double   precision default (1+1), c, d DECIMAL(10, 2) DEFAULT -5, e TEXT DEFAULT \"dq\", "
        "f BOOLEAN DEFAULT true, g DEFAULT NULL, h text collate nocase, i DEFAULT current_timestamp, "
        "\"order\" int, j text default x'0f', k real default +1.5e-3, l text default abc)");
    assert_string_equal(facts(), "table t order=[id a b c d e f g h i order j k l]\n"
                                 "column t/id type=INTEGER auto=rowid\n"
                                 "column t/a type=VARCHAR(10) not_null default='it''s'\n"
                                 "column t/b type=DOUBLE PRECISION default=1 + 1\n"
                                 "column t/c\n"
                                 "column t/d type=DECIMAL(10,2) default=-5\n"
                                 "column t/e type=TEXT default='dq'\n"
                                 "column t/f type=BOOLEAN default=true\n"
                                 "column t/g\n"
                                 "column t/h type=TEXT collation=NOCASE\n"
                                 "column t/i default=CURRENT_TIMESTAMP\n"
                                 "column t/order type=INT\n"
                                 "column t/j type=TEXT default=x'0f'\n"
                                 "column t/k type=REAL default=+1.5e-3\n"
                                 "column t/l type=TEXT default='abc'\n"
                                 "pk t/(id) columns=[id]\n");
}

static void
keys_and_checks_have_names_or_get_them(void **state)
{
    (void)state;
    make("CREATE TABLE r (x, y, PRIMARY KEY (x, y))");
    make("CREATE TABLE t (a INTEGER CONSTRAINT nn NOT NULL CONSTRAINT u1 UNIQUE ON CONFLICT IGNORE "
         "CHECK (a>0) CONSTRAINT big CHECK ((A < 10)), b REFERENCES R, c, d, "
         "CONSTRAINT pk PRIMARY KEY (\"a\", b COLLATE nocase DESC), UNIQUE (c,d) "
         "CONSTRAINT \"f k\" FOREIGN KEY ([c], `d`) REFERENCES r (x, y) ON DELETE SET NULL "
         "ON UPDATE NO ACTION MATCH full DEFERRABLE INITIALLY DEFERRED, "
         "FOREIGN KEY (c, d) REFERENCES r ON DELETE CASCADE, "
         "CHECK (\"t\".c != \"d\" and length( d )==1 AND c IN (\"x\", 'Y')))");
    assert_string_equal(
        facts_of("table", "t", NULL),
        "table t order=[a b c d]\n"
        "column t/a type=INTEGER not_null\n"
        "column t/b\n"
        "column t/c\n"
        "column t/d\n"
        "unique t/u1 columns=[a] on_conflict=IGNORE\n"
        "check t/{a > 0} expr=a > 0\n"
        "check t/big expr=a < 10\n"
        "fk t/(b)->r(x,y) columns=[b] ref=[r] ref_columns=[x y]\n"
        "pk t/pk columns=[a b] keys=[{column=a} {column=b desc collation=NOCASE}]\n"
        "unique t/(c,d) columns=[c d]\n"
        "fk t/f k columns=[c d] ref=[r] ref_columns=[x y] on_delete=set null match=FULL deferrable "
        "deferred\n"
        "fk t/(c,d)->r(x,y) columns=[c d] ref=[r] on_delete=cascade ref_columns=[x y]\n"
        "check t/{c <> d AND length(d) = 1 AND c IN ('x', 'Y')} "
        "expr=c <> d AND length(d) = 1 AND c IN ('x', 'Y')\n");
}

static void
a_rowid_is_told_from_other_keys(void **state)
{
    (void)state;
    make("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)");
    make("CREATE TABLE b (id INT PRIMARY KEY)");
    make("CREATE TABLE c (id INTEGER PRIMARY KEY DESC)");
    make("CREATE TABLE d (id INTEGER PRIMARY KEY) WITHOUT ROWID");
    make("CREATE TABLE e (id INTEGER, PRIMARY KEY (id DESC))");
    make("CREATE TABLE f (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))");
    make("CREATE TABLE g (id INTEGER PRIMARY KEY, n ANY) STRICT");
    assert_string_equal(facts(), "table a order=[id]\n"
                                 "column a/id type=INTEGER auto=increment\n"
                                 "pk a/(id) columns=[id]\n"
                                 "table b order=[id]\n"
                                 "column b/id type=INT\n"
                                 "pk b/(id) columns=[id]\n"
                                 "table c order=[id]\n"
                                 "column c/id type=INTEGER\n"
                                 "pk c/(id) columns=[id] descending\n"
                                 "table d without_rowid order=[id]\n"
                                 "column d/id type=INTEGER\n"
                                 "pk d/(id) columns=[id]\n"
                                 "table e order=[id]\n"
                                 "column e/id type=INTEGER auto=rowid\n"
                                 "pk e/(id) columns=[id] keys=[{column=id desc}]\n"
                                 "table f order=[id]\n"
                                 "column f/id type=INTEGER auto=increment\n"
                                 "pk f/(id) columns=[id]\n"
                                 "table g strict order=[id n]\n"
                                 "column g/id type=INTEGER auto=rowid\n"
                                 "column g/n type=ANY\n"
                                 "pk g/(id) columns=[id]\n");
}

static void
generated_columns_are_read(void **state)
{
    (void)state;
    make("CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a*2) STORED, c AS (a||'x'), "
         "d TEXT AS (a) VIRTUAL NOT NULL)");
    assert_string_equal(facts(),
                        "table t order=[a b c d]\n"
                        "column t/a type=INT\n"
                        "column t/b type=INT generated=a * 2 generated_kind=stored\n"
                        "column t/c generated=a || 'x' generated_kind=virtual\n"
                        "column t/d type=TEXT generated=a generated_kind=virtual not_null\n");
}

static void
indexes_views_and_triggers_are_read(void **state)
{
    (void)state;
    make("CREATE TABLE t (a TEXT, \"B c\" INT)");
    make(
        "CREATE UNIQUE INDEX IF NOT EXISTS main.i ON t (a COLLATE NOCASE DESC, [B c], lower( A ) asc) "
        "WHERE a IS NOT NULL AND t.\"b C\" > -1");
    make("CREATE VIEW IF NOT EXISTS v (x, \"y\") AS /* why */ SELECT a,  count(*)\nFROM `t`, "
         "(SELECT 1) GROUP BY 1 -- end");
    make("CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = new.a; SELECT 'end;'; END");
    make("CREATE TRIGGER tv INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END");
    assert_string_equal(
        facts(),
        "table t order=[a B c]\n"
        "column t/a type=TEXT\n"
        "column t/B c type=INT\n"
        "index t/i unique keys=[{column=a desc collation=NOCASE} {column=B c} {expr=lower(a)}] "
        "where=a IS NOT NULL AND \"B c\" > -1\n"
        "trigger t/tr definition=CREATE TRIGGER \"tr\" AFTER INSERT ON t BEGIN UPDATE t SET a = "
        "new.a; SELECT 'end;'; END text=CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = "
        "new.a; SELECT 'end;'; END\n"
        "view v definition=SELECT a, count(*) FROM t, (SELECT 1) GROUP BY 1 columns=[x y] "
        "depends=[t] text=CREATE VIEW v (x, \"y\") AS /* why */ SELECT a,  count(*)\nFROM `t`, "
        "(SELECT 1) GROUP BY 1 -- end\n"
        "trigger v/tv definition=CREATE TRIGGER \"tv\" INSTEAD OF INSERT ON v BEGIN DELETE FROM t; "
        "END text=CREATE TRIGGER tv INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END\n");
}

static void
keys_bring_what_they_name(void **state)
{
    (void)state;
    make("CREATE TABLE Users (Id INTEGER PRIMARY KEY, email TEXT CONSTRAINT uq UNIQUE)");
    make("CREATE INDEX by_email ON users (email)");
    make("CREATE VIEW v AS SELECT 1");
    make("CREATE TRIGGER tr DELETE ON users BEGIN SELECT 1; END");
    assert_string_equal(facts_of("column", "users", "EMAIL"), "column Users/email type=TEXT\n");
    assert_string_equal(facts_of("column", "users", "name"), "gone column users/name\n");
    assert_string_equal(facts_of("pk", "users", "users_pkey"), "pk Users/(Id) columns=[Id]\n");
    assert_string_equal(facts_of("index", "", "by_email"),
                        "index Users/by_email keys=[{column=email}]\n");
    assert_string_equal(facts_of("index", "", "nothing"), "gone index /nothing\n");
    assert_string_equal(facts_of("table", "v", NULL), "view v definition=SELECT 1 "
                                                      "text=CREATE VIEW v AS SELECT 1\n");
    assert_string_equal(facts_of("view", "users", NULL), "gone view users\n");
    assert_string_equal(facts_of("table", "posts", NULL), "gone table posts\n");
    assert_string_equal(facts_of("sequence", "s", NULL), "gone sequence s\n");
    assert_non_null(strstr(facts_of("table", "USERS", NULL), "trigger Users/tr"));
}

static void
virtual_tables_hide_where_they_keep_their_data(void **state)
{
    (void)state;
    if (fake_execute(&host, connection, "CREATE VIRTUAL TABLE f USING fts5(title, body)") !=
        DUNLIN_OK)
        skip();
    assert_string_equal(facts(), "table f virtual=fts5(title, body) order=[title body]\n"
                                 "column f/title\n"
                                 "column f/body\n");
}

static void
what_is_in_double_quotes_is_a_name_or_a_text(void **state)
{
    (void)state;
    make("CREATE TABLE t (a, CHECK (\"rowid\" > 0 AND a <> \"b\" AND \"A\" BETWEEN .1 AND 1.5))");
    assert_string_equal(facts_of("check", "t", "{rowid > 0 AND a <> 'b' AND a BETWEEN .1 AND 1.5}"),
                        "check t/{rowid > 0 AND a <> 'b' AND a BETWEEN .1 AND 1.5} "
                        "expr=rowid > 0 AND a <> 'b' AND a BETWEEN .1 AND 1.5\n");
}

/* What ALTER TABLE leaves in the text means the same. */
static void
alter_table_changes_no_other_fact(void **state)
{
    (void)state;
    make("CREATE TABLE t (a TEXT CHECK (a IN ('x')), old INT REFERENCES t, CHECK (old>0))");
    make("CREATE INDEX i ON t (old) WHERE old > 1");
    make("ALTER TABLE t RENAME COLUMN old TO fresh");
    make("ALTER TABLE t ADD COLUMN \"added\" TEXT");
    make("ALTER TABLE t RENAME TO u");
    assert_string_equal(facts(), "table u order=[a fresh added]\n"
                                 "column u/a type=TEXT\n"
                                 "column u/fresh type=INT\n"
                                 "column u/added type=TEXT\n"
                                 "check u/{a IN ('x')} expr=a IN ('x')\n"
                                 "fk u/(fresh)->u() columns=[fresh] ref=[u]\n"
                                 "check u/{fresh > 0} expr=fresh > 0\n"
                                 "index u/i keys=[{column=fresh}] where=fresh > 1\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_have_types_defaults_and_the_rest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(keys_and_checks_have_names_or_get_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rowid_is_told_from_other_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(generated_columns_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(indexes_views_and_triggers_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_bring_what_they_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(virtual_tables_hide_where_they_keep_their_data, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_in_double_quotes_is_a_name_or_a_text, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(alter_table_changes_no_other_fact, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
