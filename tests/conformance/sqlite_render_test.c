/* SPDX-License-Identifier: MIT
 *
 * render() and realise() of the SQLite driver: what is written, and what a database is afterwards.
 */
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/conformance/fake_schema.h"

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
    connection = fake_open(&host, "sqlite::memory:?foreign_keys=on");
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

/* The steps of these operations, against the facts of the database as it is. */
static const char *
steps(const char *operations)
{
    fake_schema schema;
    fake_schema facts;

    fake_schema_introspect(&host, connection, &facts);
    fake_schema_read(&schema, operations);
    fake_render(&host, DUNLIN_RENDER_RUN, &schema);
    fake_schema_free(&schema);
    fake_schema_free(&facts);
    host.fact_count = 0;
    return host.lines;
}

static void
apply(const char *operations)
{
    fake_schema schema;

    fake_schema_read(&schema, operations);
    assert_done(&host, fake_apply(&host, connection, &schema));
    fake_schema_free(&schema);
}

static void
refused(const char *operations, const char *message)
{
    fake_schema schema;

    fake_schema_read(&schema, operations);
    assert_fails(&host, fake_apply(&host, connection, &schema), DUNLIN_UNSUPPORTED, message);
    fake_schema_free(&schema);
}

static const char *
rows(const char *sql)
{
    return fake_rows(&host, connection, sql);
}

static const char *
stored(void)
{
    return rows("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid");
}

/* --- tables ----------------------------------------------------------------------------------- */
static void
a_table_with_its_members_is_one_statement(void **state)
{
    (void)state;
    assert_string_equal(
        steps("+ table users | if_not_exists\n"
              "+ column users/id | type=bigint | not_null\n"
              "+ column users/e\"mail | type=varchar(255) | default='x'\n"
              "+ pk users/users_pkey | columns=[id]\n"
              "+ index users/users_email | unique | keys=[id; (lower(id))] | if_not_exists\n"),
        "note 1 on 2: 'e\"mail': the length is not enforced\n"
        "[0+4] CREATE TABLE IF NOT EXISTS \"users\" (\n"
        "    \"id\" INTEGER NOT NULL,\n"
        "    \"e\"\"mail\" VARCHAR(255) DEFAULT 'x',\n"
        "    CONSTRAINT \"users_pkey\" PRIMARY KEY (\"id\")\n"
        ")\n"
        "[4+1] CREATE UNIQUE INDEX IF NOT EXISTS \"users_email\" ON \"users\" "
        "(\"id\", (lower(id)))\n");
}

static void
every_member_of_a_table_is_written(void **state)
{
    (void)state;
    apply("+ table r\n"
          "+ column r/id | type=integer | auto=identity\n"
          "+ pk r/r_pkey | columns=[id]\n"
          "+ table t\n"
          "+ column t/id | type=integer\n"
          "+ column t/order | type=numeric(12,2) | default=0\n"
          "+ column t/kind | type=enum | values=[a; b c; it's] | not_null | default='a'\n"
          "+ column t/doc | type=jsonb\n"
          "+ column t/at | type=timestamp(6) | default=CURRENT_TIMESTAMP\n"
          "+ column t/r_id | type=integer\n"
          "+ column t/name | type=text | collation=NOCASE\n"
          "+ column t/twice | type=integer | generated=id * 2 | generated_kind=stored\n"
          "+ column t/uid | native=uuid\n"
          "+ pk t/t_pkey | columns=[id]\n"
          "+ unique t/t_name_key | columns=[name at]\n"
          "+ fk t/t_r_id_fkey | columns=[r_id] | ref=[r] | ref_columns=[id] | on_delete=set null "
          "| on_update=no action | deferrable | deferred\n"
          "+ check t/positive | expr=(\"order\" >= 0)\n"
          "+ index t/t_partial | keys=[at desc; name collate NOCASE] | where=kind = 'a'\n");
    assert_string_equal(
        stored(), "'CREATE TABLE \"r\" (\n"
                  "    \"id\" INTEGER NOT NULL CONSTRAINT \"r_pkey\" PRIMARY KEY AUTOINCREMENT\n"
                  ")'\n"
                  "'CREATE TABLE \"t\" (\n"
                  "    \"id\" INTEGER NOT NULL,\n"
                  "    \"order\" NUMERIC(12,2) DEFAULT 0,\n"
                  "    \"kind\" TEXT NOT NULL DEFAULT 'a' CHECK (kind IN ('a', 'b c', 'it''s')),\n"
                  "    \"doc\" TEXT CHECK (json_valid(coalesce(doc, 'null'))),\n"
                  "    \"at\" TEXT DEFAULT CURRENT_TIMESTAMP,\n"
                  "    \"r_id\" INTEGER,\n"
                  "    \"name\" TEXT COLLATE NOCASE,\n"
                  "    \"twice\" INTEGER GENERATED ALWAYS AS (id * 2) STORED,\n"
                  "    \"uid\" UUID,\n"
                  "    CONSTRAINT \"t_pkey\" PRIMARY KEY (\"id\"),\n"
                  "    CONSTRAINT \"t_name_key\" UNIQUE (\"name\", \"at\"),\n"
                  "    CONSTRAINT \"t_r_id_fkey\" FOREIGN KEY (\"r_id\") REFERENCES \"r\" (\"id\") "
                  "ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,\n"
                  "    CONSTRAINT \"positive\" CHECK (\"order\" >= 0)\n"
                  ")'\n"
                  "'CREATE INDEX \"t_partial\" ON \"t\" (\"at\" DESC, \"name\" COLLATE NOCASE) "
                  "WHERE kind = 'a''\n");
}

static int
compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static const char *
sorted_lines(void)
{
    static char text[FAKE_LINES];
    char *lines[256];
    size_t count = 0;
    char *rest = NULL;

    for (char *line = strtok_r(host.lines, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        lines[count++] = line;
    qsort(lines, count, sizeof *lines, compare_lines);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", lines[i]);
    return text;
}

/* The facts that introspect() gives of a new table are those that realise() foretold. */
static void
a_table_is_what_was_foretold(void **state)
{
    static const char operations[] =
        "+ table r\n+ column r/a | type=text\n+ column r/B | type=uuid\n"
        "+ pk r/r_pkey | columns=[a B]\n"
        "+ table t\n"
        "+ column t/id | type=bigint | auto=serial\n"
        "+ column t/Price | type=numeric(12,2) | not_null | default=(1 + 1)\n"
        "+ column t/ok | type=boolean | default=true\n"
        "+ column t/kind | type=enum | values=[a; b]\n"
        "+ column t/tags | type=text[]\n"
        "+ column t/doc | type=json\n"
        "+ column t/a | type=text\n"
        "+ column t/b | type=uuid\n"
        "+ column t/when | type=timestamptz\n"
        "+ column t/g | type=integer | generated=(id+1) | generated_kind=virtual\n"
        "+ pk t/t_pkey | columns=[id]\n"
        "+ unique t/t_a_key | columns=[a]\n"
        "+ fk t/t_fk | columns=[a b] | ref=[r] | ref_columns=[a B] | on_delete=cascade\n"
        "+ check t/t_Price_check | expr=(((\"Price\" > 0) AND (NOT (\"t\".ok == false))))\n"
        "+ index t/t_i | unique | keys=[Price desc; (lower(A))] | where=(\"when\" != 'x')\n"
        "+ view v | definition=SELECT a,b FROM t\n";
    fake_schema schema;
    dunlin_fact facts[64];
    const dunlin_fact *list[64];
    char *foretold;

    (void)state;
    host.canonical = 1;
    apply(operations);
    fake_schema_read(&schema, operations);
    for (size_t i = 0; i < schema.operation_count; i++) {
        facts[i] = (dunlin_fact){.size = sizeof facts[i],
                                 .kind = schema.operations[i].kind,
                                 .path = schema.operations[i].path,
                                 .path_count = schema.operations[i].path_count,
                                 .properties = schema.operations[i].set,
                                 .property_count = schema.operations[i].set_count};
        list[i] = &facts[i];
    }
    host.services.note = NULL; /* what is lost is not the matter here */
    assert_done(&host, driver->realise(fake_call(&host), NULL, list, schema.operation_count));
    foretold = strdup(sorted_lines());
    fake_schema_free(&schema);
    {
        const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS};

        assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
    }
    assert_string_equal(sorted_lines(), foretold);
    free(foretold);
}

/* Facts as the operations that make them: tables first, each with its columns in order. */
static void
facts_to_operations(fake_schema *facts)
{
    static const char *const order[] = {"column", "pk", "unique", "fk", "check"};
    size_t count = 0;

    for (size_t i = 0; i < facts->fact_count; i++) {
        const dunlin_fact *table = facts->fact_list[i];

        if (strncmp(table->kind.data, "table", table->kind.length) != 0)
            continue;
        for (int kind = -1; kind < 5; kind++)
            for (size_t j = 0; j < facts->fact_count; j++) {
                const dunlin_fact *fact = facts->fact_list[j];
                bool wanted = kind < 0
                                  ? fact == table
                                  : strncmp(fact->kind.data, order[kind], fact->kind.length) == 0 &&
                                        strcmp(fact->path[0].data, table->path[0].data) == 0;

                if (wanted)
                    facts->operations[count++] =
                        (dunlin_operation){.size = sizeof(dunlin_operation),
                                           .verb = DUNLIN_VERB_CREATE,
                                           .kind = fact->kind,
                                           .path = fact->path,
                                           .path_count = fact->path_count,
                                           .set = fact->properties,
                                           .set_count = fact->property_count};
            }
    }
    for (size_t i = 0; i < facts->fact_count; i++) {
        const dunlin_fact *fact = facts->fact_list[i];

        if (strchr("ivt", fact->kind.data[0]) != NULL && strcmp(fact->kind.data, "table") != 0)
            facts->operations[count++] = (dunlin_operation){.size = sizeof(dunlin_operation),
                                                            .verb = DUNLIN_VERB_CREATE,
                                                            .kind = fact->kind,
                                                            .path = fact->path,
                                                            .path_count = fact->path_count,
                                                            .set = fact->properties,
                                                            .set_count = fact->property_count};
    }
    facts->operation_count = count;
    for (size_t i = 0; i < count; i++)
        facts->operation_list[i] = &facts->operations[i];
}

/* What SQLite itself says of the schema. */
static char *
told_by_pragmas(void)
{
    static const char sql[] =
        "SELECT m.name, x.cid, x.name, replace(upper(x.type), ' ', ''), x.\"notnull\", x.pk, x.hidden "
        "FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' "
        "AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
    static const char keys[] =
        "SELECT m.name, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete "
        "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' "
        "ORDER BY 1, 2, 3, 5, 6";
    static const char indexes[] =
        "SELECT m.name, il.\"unique\", il.origin, il.partial, ix.seqno, ix.name, ix.\"desc\", "
        "upper(ix.coll) FROM sqlite_schema m JOIN pragma_index_list(m.name) il JOIN "
        "pragma_index_xinfo(il.name) ix WHERE m.type = 'table' AND ix.key ORDER BY 1, 2, 3, 4, 5, 6";
    static const char types[] =
        "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY 1";
    const char *const all[] = {sql, keys, indexes, types};
    char *text = calloc(1, FAKE_LINES * 2);

    for (size_t i = 0; i < 4; i++)
        snprintf(text + strlen(text), FAKE_LINES * 2 - strlen(text), "%s", rows(all[i]));
    return text;
}

static void
a_schema_that_is_written_again_is_the_same(void **state)
{
    static const char *const corpus[] = {
        "CREATE TABLE \"Order\" (\"Group\" int primary key, [a b] text, `c``d` x, \"e\"\"f\" INT)",
        "CREATE TABLE \"tÃ¤\" (Ã¶ INTEGER PRIMARY KEY, n varchar ( 3 ) not null on conflict replace)",
        "CREATE TABLE a(a,b,c,PRIMARY KEY(a,b desc),UNIQUE(c collate nocase) on conflict ignore)",
        "CREATE TABLE k (id INTEGER PRIMARY KEY DESC, v text collate rtrim unique)",
        "CREATE TABLE w (a TEXT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID",
        "CREATE TABLE s (a INTEGER PRIMARY KEY AUTOINCREMENT, b ANY, c REAL NOT NULL) STRICT",
        "CREATE TABLE sw (a TEXT PRIMARY KEY, b BLOB DEFAULT x'00ff') STRICT, WITHOUT ROWID",
        "CREATE TABLE f (x INTEGER REFERENCES k (id), y REFERENCES w (b) /* one */, z TEXT, q TEXT,"
        " CONSTRAINT \"my fk\" FOREIGN KEY (z, q) REFERENCES w (b, a) ON DELETE SET DEFAULT"
        " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE d (a DEFAULT (1 + 2 * 3), b DEFAULT -1, c DEFAULT 'it''s', d DEFAULT 1e3,"
        " e DEFAULT (datetime('now', '-1 day')), f DEFAULT CURRENT_DATE, g DEFAULT .5, h DEFAULT 0x1F)",
        "CREATE TABLE g (a INT, b INT AS (a + 1), c INT GENERATED ALWAYS AS (a * b) STORED, "
        "d TEXT AS ('x' || a || \"b\") VIRTUAL)",
        "CREATE TABLE c (a INT CHECK (a > 0 AND a <> 5), b TEXT CONSTRAINT nb CHECK (b LIKE 'x%' OR "
        "b IS NULL), CHECK ((a IN (1, 2)) = (NOT b = 'y')), CHECK (CASE WHEN a THEN -a ELSE - 1 END < 3),"
        " CHECK (json_valid(b)), CHECK (a->>'$.x' >= 1 AND a BETWEEN - 5 AND +7 AND ~a < 0))",
        "CREATE INDEX i1 ON c (a, b DESC) WHERE a > -5 AND b NOT NULL",
        "CREATE UNIQUE INDEX \"i 2\" ON \"Order\" (lower([a b]), \"c`d\" COLLATE NOCASE)",
        "CREATE INDEX i3 ON c (a + 1, substr(b, 1, 3), CAST(b AS INTEGER))",
        "CREATE VIEW v1 (x) AS SELECT a FROM c WHERE b = \"y\" UNION ALL SELECT 1",
        "CREATE VIEW v2 AS WITH q(n) AS (SELECT max(a, 1) FROM c) SELECT n, count(*) AS \"N\" FROM q",
        "CREATE TRIGGER tr BEFORE UPDATE OF a ON c WHEN new.a > 1 BEGIN SELECT RAISE(ABORT, 'no'); END",
    };
    fake_schema facts;
    char *before;
    char *pragmas;
    char *again;

    (void)state;
    for (size_t i = 0; i < sizeof corpus / sizeof corpus[0]; i++)
        make(corpus[i]);
    pragmas = told_by_pragmas();
    host.canonical = 1;
    {
        const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS};

        assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
        before = strdup(sorted_lines());
        fake_schema_introspect(&host, connection, &facts);
        facts_to_operations(&facts);
        driver->close(connection);
        connection = fake_open(&host, "sqlite::memory:");
        assert_done(&host, fake_apply(&host, connection, &facts));
        assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
    }
    assert_string_equal(sorted_lines(), before);
    host.canonical = 0;
    again = told_by_pragmas();
    assert_string_equal(again, pragmas);
    fake_schema_free(&facts);
    free(before);
    free(pragmas);
    free(again);
}

/* --- statements of their own --------------------------------------------------------------------- */
static void
what_sqlite_can_do_alone_is_one_statement(void **state)
{
    (void)state;
    make("CREATE TABLE r (id INTEGER PRIMARY KEY)");
    make("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT)");
    make("CREATE INDEX by_a ON t (a)");
    make("CREATE INDEX by_b ON t (id) WHERE b > 'x'");
    assert_string_equal(
        steps("+ column t/d | type=integer | not_null | default=0\n"
              "+ column t/e | type=enum | values=[x; y]\n"
              "+ column t/r_id | type=integer\n"
              "+ fk t/t_r_fk | columns=[r_id] | ref=[r] | ref_columns=[id]\n"
              "+ column t/n | type=integer\n"
              "+ check t/n_check | expr=n > 0\n"
              "- column t/b\n"
              "> column t/c | to=see\n"
              "+ index t/by_see | keys=[see]\n"
              "> index t/by_a | to=by_first\n"
              "~ column t/a | comment=hm\n"
              "> table t | to=u\n"),
        "note 1 on 10: 'a': SQLite keeps no comments\n"
        "[7+1] ALTER TABLE \"t\" RENAME COLUMN \"c\" TO see\n"
        "[0+1] ALTER TABLE \"t\" ADD COLUMN \"d\" INTEGER NOT NULL DEFAULT 0\n"
        "[1+1] ALTER TABLE \"t\" ADD COLUMN \"e\" TEXT CHECK (e IN ('x', 'y'))\n"
        "[2+1] ALTER TABLE \"t\" ADD COLUMN \"r_id\" INTEGER CONSTRAINT \"t_r_fk\" "
        "REFERENCES \"r\" (\"id\")\n"
        "[4+1] ALTER TABLE \"t\" ADD COLUMN \"n\" INTEGER CONSTRAINT \"n_check\" CHECK (n > 0)\n"
        "[6+1] DROP INDEX \"by_b\"\n"
        "[6+1] ALTER TABLE \"t\" DROP COLUMN \"b\"\n"
        "[8+1] CREATE INDEX \"by_see\" ON \"t\" (\"see\")\n"
        "[9+1] DROP INDEX \"by_a\"\n"
        "[9+1] CREATE INDEX \"by_first\" ON \"t\" (\"a\")\n"
        "[11+1] ALTER TABLE \"t\" RENAME TO \"u\"\n");
}

/* --- rebuilds ---------------------------------------------------------------------------------------- */
static void
make_busy_table(void)
{
    make("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
    make("INSERT INTO parent VALUES (1), (2)");
    make("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT DEFAULT 'b', "
         "p INTEGER REFERENCES parent ON DELETE CASCADE, g TEXT AS (a || '!'))");
    make("INSERT INTO t (a, p) VALUES ('1', 1), ('2', 2), ('3', NULL)");
    make("DELETE FROM t WHERE id = 3");
    make("CREATE INDEX by_a ON t (a) WHERE a > '0'");
    make("CREATE UNIQUE INDEX by_lower ON t (lower(a))");
    make("CREATE TABLE child (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t ON DELETE CASCADE)");
    make("INSERT INTO child VALUES (1, 1), (2, 2)");
    make("CREATE VIEW v AS SELECT id, a FROM t");
    make("CREATE TRIGGER own AFTER UPDATE ON t /* kept */ BEGIN SELECT 1; END");
    make("CREATE TRIGGER other AFTER INSERT ON child BEGIN UPDATE t SET b = 'c' WHERE id = new.t; "
         "END");
}

static void
a_rebuild_loses_nothing(void **state)
{
    (void)state;
    make_busy_table();
    apply("~ column t/a | type=integer | not_null | using=CAST(a AS INTEGER)\n"
          "~ column t/b | unset=default\n"
          "+ column t/made | type=timestamp | default=CURRENT_TIMESTAMP\n"
          "+ unique t/t_a_key | columns=[a b]\n"
          "+ check t/a_check | expr=a > 0\n"
          "+ index t/by_made | keys=[made]\n"
          "- index t/by_lower\n");
    assert_int_equal(host.progress_done, 2);
    assert_int_equal(host.progress_total, 2);
    assert_string_equal(rows("SELECT id, typeof(a), b, p, g, made IS NOT NULL FROM t"),
                        "1|'integer'|'b'|1|'1!'|1\n2|'integer'|'b'|2|'2!'|1\n");
    assert_string_equal(rows("SELECT count(*) FROM child"), "2\n");
    make("INSERT INTO t (a) VALUES (9)");
    assert_string_equal(rows("SELECT id, b FROM t WHERE a = 9"), "4|null\n");
    assert_string_equal(rows("SELECT * FROM v WHERE id = 1"), "1|1\n");
    make("INSERT INTO child VALUES (3, 2)");
    assert_string_equal(rows("SELECT b FROM t WHERE id = 2"), "'c'\n");
    assert_string_equal(rows("PRAGMA foreign_keys"), "1\n");
    assert_string_equal(rows("PRAGMA legacy_alter_table"), "0\n");
    assert_string_equal(rows("SELECT sql FROM sqlite_master WHERE name = 'own'"),
                        "'CREATE TRIGGER own AFTER UPDATE ON t /* kept */ BEGIN SELECT 1; END'\n");
    assert_string_equal(rows("SELECT name FROM sqlite_master WHERE tbl_name = 't' AND type = "
                             "'index' AND sql IS NOT NULL ORDER BY name"),
                        "'by_a'\n'by_made'\n");
    assert_string_equal(
        rows("SELECT sql FROM sqlite_master WHERE name = 't'"),
        "'CREATE TABLE \"t\" (\n"
        "    \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,\n"
        "    \"a\" INTEGER NOT NULL,\n"
        "    \"b\" TEXT,\n"
        "    \"p\" INTEGER,\n"
        "    \"g\" TEXT GENERATED ALWAYS AS (a || '!') VIRTUAL,\n"
        "    \"made\" TEXT DEFAULT CURRENT_TIMESTAMP,\n"
        "    FOREIGN KEY (\"p\") REFERENCES \"parent\" (\"id\") ON DELETE CASCADE,\n"
        "    CONSTRAINT \"t_a_key\" UNIQUE (\"a\", \"b\"),\n"
        "    CONSTRAINT \"a_check\" CHECK (a > 0)\n"
        ")'\n");
}

static void
changes_of_one_table_are_one_rebuild(void **state)
{
    (void)state;
    make("CREATE TABLE t (x INTEGER, y TEXT) STRICT");
    make("CREATE TABLE other (x INTEGER)");
    assert_string_equal(
        steps("~ column t/x | not_null\n"
              "+ column other/y | type=integer\n"
              "~ column t/y | default='z'\n"),
        "[0+3] PRAGMA foreign_keys = OFF /* inside the transaction, by sqlite3_db_config */\n"
        "[0+3] CREATE TABLE \"_dunlin_new_t\" (\n"
        "    \"x\" INTEGER NOT NULL,\n"
        "    \"y\" TEXT DEFAULT 'z'\n"
        ") STRICT\n"
        "[0+3] INSERT INTO \"_dunlin_new_t\" (rowid, \"x\", \"y\") SELECT rowid, \"x\", \"y\" FROM "
        "\"t\"\n"
        "[0+3] check 0: SELECT (SELECT count(*) FROM \"t\") - (SELECT count(*) FROM "
        "\"_dunlin_new_t\")\n"
        "[0+3] DROP TABLE \"t\"\n"
        "[0+3] PRAGMA legacy_alter_table = ON\n"
        "[0+3] ALTER TABLE \"_dunlin_new_t\" RENAME TO \"t\"\n"
        "[0+3] PRAGMA foreign_keys = ON /* or as it was before the rebuild */\n"
        "[0+3] PRAGMA legacy_alter_table = OFF\n"
        "[1+1] ALTER TABLE \"other\" ADD COLUMN \"y\" INTEGER\n");
}

static void
a_rebuild_that_breaks_something_is_undone(void **state)
{
    fake_schema schema;

    (void)state;
    make_busy_table();
    fake_schema_read(&schema, "- column t/a\n~ column t/b | not_null\n");
    assert_fails(&host, fake_apply(&host, connection, &schema), DUNLIN_MISSING,
                 "no such column: a");
    fake_schema_free(&schema);
    assert_done(&host, fake_do(&host, connection, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(a) FROM t"), "2\n");
    assert_done(&host, fake_do(&host, connection, DUNLIN_ITEM_RESET));
    assert_string_equal(rows("PRAGMA foreign_keys"), "1\n");
}

static void
columns_of_an_enum_follow_its_values(void **state)
{
    (void)state;
    apply("+ table t\n+ column t/k | type=enum | values=[a; b]\n+ column t/j | type=json\n");
    make("INSERT INTO t VALUES ('a', '{}'), (NULL, NULL)");
    apply("~ column t/k | type=enum | values=[a; b; c]\n~ column t/j | type=text\n");
    make("INSERT INTO t VALUES ('c', 'none')");
    assert_string_equal(stored(), "'CREATE TABLE \"t\" (\n"
                                  "    \"k\" TEXT CHECK (k IN ('a', 'b', 'c')),\n"
                                  "    \"j\" TEXT\n"
                                  ")'\n");
}

static void
nulls_may_be_allowed_again(void **state)
{
    (void)state;
    make("CREATE TABLE t (a TEXT NOT NULL DEFAULT 'x', b TEXT NOT NULL)");
    apply("~ column t/a | not_null=false\n~ column t/b | unset=not_null\n");
    assert_string_equal(stored(), "'CREATE TABLE \"t\" (\n"
                                  "    \"a\" TEXT DEFAULT 'x',\n"
                                  "    \"b\" TEXT\n"
                                  ")'\n");
}

/* That such a column numbers itself is what the key makes of it, and goes with the key. */
static void
a_key_that_is_the_rowid_can_be_dropped_replaced_and_given_another_type(void **state)
{
    (void)state;
    make("CREATE TABLE a (x INTEGER NOT NULL, y INTEGER, CONSTRAINT a_pkey PRIMARY KEY (x))");
    make("CREATE TABLE b (x INTEGER NOT NULL, y INTEGER NOT NULL, PRIMARY KEY (x))");
    make("CREATE TABLE c (x INTEGER PRIMARY KEY, y INTEGER NOT NULL)");
    make("CREATE TABLE d (x INTEGER NOT NULL PRIMARY KEY)");
    make("INSERT INTO a VALUES (7, 8)");
    apply("- pk a/a_pkey\n"
          "- pk b/b_pkey\n+ pk b/b_pkey | columns=[x y]\n"
          "- pk c/c_pkey\n+ pk c/c_pkey | columns=[y]\n"
          "~ column d/x | type=text\n");
    make("INSERT INTO a VALUES (7, 9)");
    make("INSERT INTO b VALUES (1, 1), (1, 2)");
    make("INSERT INTO c (x) VALUES (5), (5)");
    make("INSERT INTO d VALUES ('k')");
    assert_string_equal(rows("SELECT x, y FROM a"), "7|8\n7|9\n");
    assert_string_equal(rows("SELECT y, x FROM c"), "1|5\n2|5\n");
    assert_string_equal(rows("SELECT count(*) FROM pragma_table_info('a') WHERE pk"), "0\n");
    assert_string_equal(rows("SELECT name FROM pragma_table_info('b') WHERE pk ORDER BY pk"),
                        "'x'\n'y'\n");
    assert_string_equal(rows("SELECT type FROM pragma_table_info('d') WHERE pk"), "'TEXT'\n");
    make("CREATE TABLE e (x INTEGER PRIMARY KEY AUTOINCREMENT, y)");
    refused("- pk e/e_pkey\n",
            "'x': in SQLite only a whole number that is the primary key alone numbers itself");
    apply("~ column e/x | unset=auto\n- pk e/e_pkey\n");
    make("INSERT INTO e (x) VALUES (1), (1)");
}

/* --- objects -------------------------------------------------------------------------------------- */
static void
dropping_what_others_use_needs_cascade(void **state)
{
    (void)state;
    make_busy_table();
    make("CREATE VIEW w AS SELECT * FROM v");
    refused("- table t\n", "'t' cannot be dropped: view 'v' uses it");
    refused("- view v\n", "'v' cannot be dropped: view 'w' uses it");
    refused("- view w\n- view v\n- table parent\n",
            "'parent' cannot be dropped: a foreign key of 't' refers to it");
    apply("- table t | cascade\n");
    assert_string_equal(rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND "
                             "name NOT LIKE 'sqlite_%' ORDER BY 1"),
                        "'child'\n'parent'\n");
    assert_string_equal(rows("SELECT * FROM child"), "1|1\n2|2\n");
    assert_string_equal(rows("SELECT count(*) FROM pragma_foreign_key_list('child')"), "0\n");
    apply("- table child\n- table parent\n");
}

static void
views_are_made_and_replaced(void **state)
{
    (void)state;
    make("CREATE TABLE t (a, b)");
    apply("+ view v | definition=SELECT a FROM t\n"
          "+ view v | or_replace | definition=SELECT a, b FROM t | columns=[x y]\n"
          "> view v | to=w\n"
          "! INSERT INTO t VALUES (1, 2)\n"
          "+ table u | body=SELECT x FROM w\n");
    assert_string_equal(rows("SELECT * FROM u"), "1\n");
}

static void
what_sqlite_has_not_is_refused_with_the_reason(void **state)
{
    (void)state;
    make("CREATE TABLE t (a, b)");
    refused("+ sequence s\n",
            "SQLite has no sequences; a whole number that is the primary key numbers itself");
    refused("+ schema s\n", "SQLite has no schemas");
    refused("+ matview s | definition=SELECT 1\n", "SQLite has no materialized views");
    refused("+ column t/c | type=geometry\n", "'c': the type 'geometry' is not a portable one");
    refused("+ column t/c | type=integer | auto=serial\n",
            "'c': in SQLite only a whole number that is the primary key alone numbers itself");
    refused("+ table p | partition_by=RANGE (a)\n", "'p': SQLite has no partitions");
    refused("+ unique t/u | columns=[a] | nulls_not_distinct\n",
            "'u': in SQLite nulls in a key are distinct");
    refused("+ table p | wonder\n", "'p': SQLite has no 'wonder'");
}

/* --- scripts ----------------------------------------------------------------------------------------- */
static void
run_shell(const char *command)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
    char *const environment[] = {(char *)"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
    pid_t child;
    int status = -1;

    assert_int_equal(posix_spawnp(&child, "sh", NULL, NULL, arguments, environment), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A folder with a database "x.db", and in s.sql what is to be done. */
static void
write_script(const char *folder, const char *operations)
{
    const dunlin_script_part open = {.size = sizeof open, .kind = DUNLIN_SCRIPT_OPEN};
    char path[200];
    fake_schema schema;
    fake_schema facts;
    FILE *file;

    fake_schema_introspect(&host, connection, &facts);
    fake_schema_read(&schema, operations);
    fake_forget_steps(&host);
    assert_done(&host, driver->render(fake_call(&host), NULL, DUNLIN_RENDER_SCRIPT,
                                      schema.operation_list, schema.operation_count));
    snprintf(path, sizeof path, "%s/s.sql", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    host.lines[0] = '\0';
    assert_done(&host, driver->script(fake_call(&host), NULL, &open));
    fprintf(file, "%s\nBEGIN IMMEDIATE;\n", host.lines);
    for (int i = 0; i < host.step_count; i++) {
        const char *sql = host.steps[i].sql;

        fprintf(file, "%s%s\n", sql, strstr(sql, ".read dunlin-guard.sql") ? "" : ";");
    }
    fputs("COMMIT;\n", file);
    fclose(file);
    fake_schema_free(&schema);
    fake_schema_free(&facts);
    host.fact_count = 0;
}

static void
a_script_may_run_any_number_of_times(void **state)
{
    static const char before[] =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT);"
        "INSERT INTO t VALUES (1, 'it''s', 'b', 'c', 'd');"
        "CREATE TABLE u (x INTEGER);"
        "CREATE INDEX i ON t (a);";
    char folder[] = "/tmp/dunlin-script-XXXXXX";
    char command[600];
    char url[200];

    (void)state;
    if (access("/usr/bin/sqlite3", X_OK) != 0)
        skip();
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "cd %s && sqlite3 x.db \"%s\"", folder, before);
    run_shell(command);
    driver->close(connection);
    snprintf(url, sizeof url, "sqlite:%s/x.db", folder);
    connection = fake_open(&host, url);
    write_script(folder, "~ column t/a | not_null\n"
                         "+ check t/a_check | expr=a <> ''\n"
                         "+ column t/made | type=timestamp | default=CURRENT_TIMESTAMP\n"
                         "- column t/b\n"
                         "+ column u/y | type=integer\n"
                         "- column u/x\n"
                         "+ table v\n+ column v/id | type=integer\n"
                         "+ index v/v_id | keys=[id]\n"
                         "+ view w | definition=SELECT a FROM t\n");
    snprintf(command, sizeof command,
             "cd %s && for i in 1 2 3; do sqlite3 -bail x.db < s.sql || exit 1; done", folder);
    run_shell(command);
    assert_string_equal(rows("SELECT id, a, c, d, made IS NOT NULL FROM t"),
                        "1|'it's'|'c'|'d'|1\n");
    assert_string_equal(rows("SELECT group_concat(name) FROM pragma_table_info('u')"), "'y'\n");
    assert_string_equal(rows("SELECT * FROM w"), "'it's'\n");
    snprintf(command, sizeof command, "rm -r %s", folder);
    run_shell(command);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_with_its_members_is_one_statement),
        TEST(every_member_of_a_table_is_written),
        TEST(a_table_is_what_was_foretold),
        TEST(a_schema_that_is_written_again_is_the_same),
        TEST(what_sqlite_can_do_alone_is_one_statement),
        TEST(a_rebuild_loses_nothing),
        TEST(changes_of_one_table_are_one_rebuild),
        TEST(a_rebuild_that_breaks_something_is_undone),
        TEST(columns_of_an_enum_follow_its_values),
        TEST(nulls_may_be_allowed_again),
        TEST(a_key_that_is_the_rowid_can_be_dropped_replaced_and_given_another_type),
        TEST(dropping_what_others_use_needs_cascade),
        TEST(views_are_made_and_replaced),
        TEST(a_script_may_run_any_number_of_times),
        TEST(what_sqlite_has_not_is_refused_with_the_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
