/* SPDX-License-Identifier: MIT
 *
 * Operations as PostgreSQL's statements: what they say, and that the server takes them.
 */
#include "tests/conformance/postgres_server.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/fact_list.h"

static fact_list list;
static fact_list facts; /* what find() answers from */

/* --- around ------------------------------------------------------------------------------------------ */
static int32_t
find_fact(const dunlin_call *call, const dunlin_fact *key, const dunlin_fact **found)
{
    (void)call;
    *found = NULL;
    for (size_t i = 0; i < facts.count && *found == NULL; i++) {
        const dunlin_fact *one = facts.facts[i];
        uint64_t names = one->path_count;
        bool same = one->kind.length == key->kind.length && names == key->path_count &&
                    memcmp(one->kind.data, key->kind.data, key->kind.length) == 0;

        if (same && memcmp(one->kind.data, "pk", 2) == 0)
            names--;
        for (uint64_t k = 0; same && k < names; k++)
            same = one->path[k].length == key->path[k].length &&
                   memcmp(one->path[k].data, key->path[k].data, key->path[k].length) == 0;
        if (same)
            *found = one;
    }
    return DUNLIN_OK;
}

static int
set_up(void **state)
{
    int answer = postgres_set_up(state);

    fact_list_begin(&facts, &host);
    fact_list_begin(&list, &host);
    host.services.find = find_fact;
    return answer;
}

static int
tear_down(void **state)
{
    fact_list_end(&list);
    fact_list_end(&facts);
    return postgres_tear_down(state);
}

/* Reads the database into `facts`. */
static void
read_facts(void)
{
    dunlin_scope scope = {.size = sizeof(scope), .depth = DUNLIN_SCOPE_FACTS};

    fact_list_end(&facts);
    fact_list_begin(&facts, &host);
    host.services.find = find_fact;
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
}

static int32_t
try_render(int32_t mode, int major, const dunlin_operation *const *operations, size_t count)
{
    dunlin_profile profile = {.size = sizeof(profile), .major = major};

    fact_list_use(&list);
    return driver->render(fake_call(&host), &profile, mode, operations, count);
}

/* Executes the steps of the last render. */
static void
execute_steps(void)
{
    for (size_t i = 0; i < list.step_count; i++)
        execute(list.steps[i]);
}

/* Runs the steps of a script with psql, as often as told. */
static void
run_script(int times)
{
    char path[] = "/tmp/dunlin-script-XXXXXX";
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "w");
    char command[1024];

    assert_non_null(stream);
    for (size_t i = 0; i < list.step_count; i++)
        fprintf(stream, "%s\n", list.steps[i]);
    fclose(stream);
    snprintf(command, sizeof(command), "psql -qX -v ON_ERROR_STOP=1 -f %s '%s' >/dev/null 2>%s.err",
             path, postgres_url("driver_test"), path);
    for (int i = 0; i < times; i++)
        if (system(command) != 0) {
            char shown[1100];

            snprintf(shown, sizeof(shown), "cat %s %s.err >&2", path, path);
            if (system(shown) != 0)
                print_error("%s\n", shown);
            fail_msg("psql refused the script in round %d", i + 1);
        }
    unlink(path);
    snprintf(command, sizeof(command), "%s.err", path);
    unlink(command);
}

/* --- single operations -------------------------------------------------------------------------------- */
typedef struct row {
    const char *before; /* statements, with ';' between; '!' for one inside */
    const char *words;
    const char *json;
    const char *steps;
    const char *kind; /* of a fact that is looked at afterwards, or NULL */
    const char *path;
    const char *value; /* "" for none */
} row;

#define T "CREATE TABLE t (a int, b text DEFAULT 'x')"

static const row rows_of_test[] = {
    {"", "CREATE schema s", "{\"comment\":\"it's\"}",
     "CREATE SCHEMA \"s\"\nCOMMENT ON SCHEMA \"s\" IS 'it''s'\n", "schema", "s",
     "{\"comment\":\"it's\"}"},
    {"CREATE SCHEMA s", "RENAME schema s u", "{}", "ALTER SCHEMA \"s\" RENAME TO \"u\"\n", "schema",
     "u", "{}"},
    {"CREATE SCHEMA s", "DROP schema s CASCADE", "{}", "DROP SCHEMA \"s\" CASCADE\n", "schema", "s",
     ""},
    {T, "RENAME table public/t public/u", "{}", "ALTER TABLE \"public\".\"t\" RENAME TO \"u\"\n",
     "column", "public/u/a", "{\"type\":\"integer\"}"},
    {T "; CREATE SCHEMA s", "RENAME table public/t s/u", "{}",
     "ALTER TABLE \"public\".\"t\" SET SCHEMA \"s\"\n"
     "ALTER TABLE \"s\".\"t\" RENAME TO \"u\"\n",
     "column", "s/u/a", "{\"type\":\"integer\"}"},
    {T "; CREATE VIEW v AS SELECT a FROM t", "DROP table public/t CASCADE", "{}",
     "DROP TABLE \"public\".\"t\" CASCADE\n", "view", "public/v", ""},
    {T, "ALTER table public/t -comment", "{\"unlogged\":true,\"options\":\"fillfactor=70\"}",
     "ALTER TABLE \"public\".\"t\" SET UNLOGGED\n"
     "ALTER TABLE \"public\".\"t\" SET (fillfactor=70)\n"
     "COMMENT ON TABLE \"public\".\"t\" IS NULL\n",
     "table", "public/t",
     "{\"order\":[\"a\",\"b\"],\"unlogged\":true,\"options\":\"fillfactor=70\"}"},
    {T, "CREATE column public/t/c",
     "{\"type\":\"blob\",\"not_null\":true,\"default\":\"''\",\"comment\":\"c\"}",
     "ALTER TABLE \"public\".\"t\" ADD COLUMN \"c\" bytea NOT NULL DEFAULT ('')\n"
     "COMMENT ON COLUMN \"public\".\"t\".\"c\" IS 'c'\n",
     "column", "public/t/c",
     "{\"type\":\"bytea\",\"not_null\":true,\"default\":\"'\\\\x'::bytea\",\"comment\":\"c\"}"},
    {T, "CREATE column public/t/c", "{\"type\":\"enum\",\"values\":[\"x\",\"it's\"]}",
     "ALTER TABLE \"public\".\"t\" ADD COLUMN \"c\" text,\n"
     "    ADD CONSTRAINT \"t_c_check\" CHECK (\"c\" IN ('x', 'it''s'))\n",
     "check", "public/t/t_c_check", "{\"expr\":\"(c = ANY (ARRAY['x'::text, 'it''s'::text]))\"}"},
    {T, "CREATE column public/t/c", "{\"type\":\"integer\",\"auto\":\"serial\"}",
     "ALTER TABLE \"public\".\"t\" ADD COLUMN \"c\" serial\n", "column", "public/t/c",
     "{\"type\":\"integer\",\"not_null\":true,\"auto\":\"serial\"}"},
    {T, "CREATE column public/t/c",
     "{\"type\":\"smallint\",\"auto\":\"serial\",\"auto_options\":\"START WITH 7\"}",
     "CREATE SEQUENCE \"public\".\"t_c_seq\" AS smallint START WITH 7\n"
     "ALTER TABLE \"public\".\"t\" ADD COLUMN \"c\" smallint DEFAULT"
     " nextval('\"public\".\"t_c_seq\"')\n"
     "ALTER SEQUENCE \"public\".\"t_c_seq\" OWNED BY \"public\".\"t\".\"c\"\n",
     "column", "public/t/c",
     "{\"type\":\"smallint\",\"auto\":\"serial\",\"auto_options\":\"START WITH 7\"}"},
    {T, "ALTER column public/t/a", "{\"auto\":\"identity\",\"not_null\":true}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" SET NOT NULL\n"
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" ADD GENERATED BY DEFAULT AS IDENTITY\n"
     "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('\"public\".\"t\"', 'a'),"
     " pg_catalog.max(\"a\")) FROM \"public\".\"t\" HAVING pg_catalog.max(\"a\") > 0\n",
     "column", "public/t/a", "{\"type\":\"integer\",\"not_null\":true,\"auto\":\"identity\"}"},
    {"CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)", "ALTER column public/t/a -auto", "{}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" DROP IDENTITY IF EXISTS\n", "column",
     "public/t/a", "{\"type\":\"integer\",\"not_null\":true}"},
    {"CREATE TABLE t (a serial)", "ALTER column public/t/a", "{\"auto\":\"always\"}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" DROP DEFAULT\n"
     "DO $dunlin$ BEGIN EXECUTE coalesce('DROP SEQUENCE ' ||"
     " pg_catalog.pg_get_serial_sequence('\"public\".\"t\"', 'a'), 'SELECT 1'); END $dunlin$\n"
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" ADD GENERATED ALWAYS AS IDENTITY\n"
     "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('\"public\".\"t\"', 'a'),"
     " pg_catalog.max(\"a\")) FROM \"public\".\"t\" HAVING pg_catalog.max(\"a\") > 0\n",
     "column", "public/t/a", "{\"type\":\"integer\",\"not_null\":true,\"auto\":\"always\"}"},
    {T, "ALTER column public/t/b", "{\"type\":\"varchar(5)\",\"default\":\"'y'\"}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"b\" DROP DEFAULT,\n"
     "    ALTER COLUMN \"b\" TYPE varchar(5),\n"
     "    ALTER COLUMN \"b\" SET DEFAULT ('y')\n",
     "column", "public/t/b",
     "{\"type\":\"character varying(5)\",\"default\":\"'y'::character varying\"}"},
    {T, "ALTER column public/t/b", "{\"collation\":\"C\"}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"b\" TYPE text COLLATE \"C\"\n", "column",
     "public/t/b", "{\"type\":\"text\",\"default\":\"'x'::text\",\"collation\":\"C\"}"},
    {T, "ALTER column public/t/b -default", "{\"not_null\":true}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"b\" DROP DEFAULT,\n"
     "    ALTER COLUMN \"b\" SET NOT NULL\n",
     "column", "public/t/b", "{\"type\":\"text\",\"not_null\":true}"},
    {"CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED)",
     "ALTER column public/t/g -generated -generated_kind", "{}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"g\" DROP EXPRESSION\n", "column", "public/t/g",
     "{\"type\":\"integer\"}"},
    {T, "RENAME column public/t/a public/t/z", "{}",
     "ALTER TABLE \"public\".\"t\" RENAME COLUMN \"a\" TO \"z\"\n", "column", "public/t/z",
     "{\"type\":\"integer\"}"},
    {T, "DROP column public/t/a CASCADE", "{}",
     "ALTER TABLE \"public\".\"t\" DROP COLUMN \"a\" CASCADE\n", "column", "public/t/a", ""},
    {T, "CREATE unique public/t/u",
     "{\"columns\":[\"a\",\"b\"],\"nulls_not_distinct\":true,\"deferrable\":true}",
     "ALTER TABLE \"public\".\"t\" ADD CONSTRAINT \"u\" UNIQUE NULLS NOT DISTINCT (\"a\", \"b\")"
     " DEFERRABLE\n",
     "unique", "public/t/u",
     "{\"columns\":[\"a\",\"b\"],\"nulls_not_distinct\":true,\"deferrable\":true}"},
    {"CREATE TABLE t (a int, CONSTRAINT odd PRIMARY KEY (a))", "DROP pk public/t/t_pkey", "{}",
     "ALTER TABLE \"public\".\"t\" DROP CONSTRAINT \"odd\"\n", "pk", "public/t/odd", ""},
    {"CREATE TABLE t (a int, CONSTRAINT odd PRIMARY KEY (a))",
     "RENAME pk public/t/t_pkey public/t/x", "{}",
     "ALTER TABLE \"public\".\"t\" RENAME CONSTRAINT \"odd\" TO \"x\"\n", "pk", "public/t/x",
     "{\"columns\":[\"a\"]}"},
    {T, "CREATE check public/t/k", "{\"expr\":\"a > 0\",\"not_valid\":true}",
     "ALTER TABLE \"public\".\"t\" ADD CONSTRAINT \"k\" CHECK (a > 0) NOT VALID\n", "check",
     "public/t/k", "{\"expr\":\"(a > 0)\",\"not_valid\":true}"},
    {"CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID",
     "ALTER check public/t/k -not_valid", "{}",
     "ALTER TABLE \"public\".\"t\" VALIDATE CONSTRAINT \"k\"\n", "check", "public/t/k",
     "{\"expr\":\"(a > 0)\"}"},
    {"CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int CONSTRAINT f REFERENCES p)",
     "ALTER fk public/t/f", "{\"deferrable\":true,\"deferred\":true}",
     "ALTER TABLE \"public\".\"t\" ALTER CONSTRAINT \"f\" DEFERRABLE INITIALLY DEFERRED\n", "fk",
     "public/t/f",
     "{\"columns\":[\"a\"],\"ref\":[\"public\",\"p\"],\"ref_columns\":[\"a\"],"
     "\"deferrable\":true,\"deferred\":true}"},
    {T, "CREATE index public/t/i CONCURRENTLY",
     "{\"unique\":true,\"keys\":[{\"expr\":\"lower(b)\",\"desc\":true},{\"column\":\"a\",\"nulls\":"
     "\"first\"}],\"include\":[\"b\"],\"where\":\"a > 1\"}",
     "CREATE UNIQUE INDEX CONCURRENTLY \"i\" ON \"public\".\"t\" ((lower(b)) DESC, \"a\" NULLS"
     " FIRST) INCLUDE (\"b\") WHERE (a > 1)\n",
     "index", "public/t/i",
     "{\"unique\":true,\"keys\":[{\"expr\":\"lower(b)\",\"desc\":true},{\"column\":\"a\","
     "\"nulls\":\"first\"}],\"include\":[\"b\"],\"where\":\"(a > 1)\"}"},
    {T "; CREATE INDEX i ON t (a)", "RENAME index public/t/i public/t/j", "{}",
     "ALTER INDEX \"public\".\"i\" RENAME TO \"j\"\n", "index", "public/t/j",
     "{\"keys\":[{\"column\":\"a\"}]}"},
    {T "; CREATE INDEX i ON t (a)", "DROP index public/t/i CONCURRENTLY", "{}",
     "DROP INDEX CONCURRENTLY \"public\".\"i\"\n", "index", "public/t/i", ""},
    {T, "CREATE view public/v OR_REPLACE", "{\"definition\":\"SELECT a FROM public.t\"}",
     "CREATE OR REPLACE VIEW \"public\".\"v\" AS SELECT a FROM public.t\n", "view", "public/v",
     "{\"definition\":\"SELECT t.a\\n   FROM public.t\",\"depends\":[\"column/public/t/a\"]}"},
    {T "; CREATE MATERIALIZED VIEW v AS SELECT 1 AS one", "ALTER matview public/v",
     "{\"definition\":\"SELECT 2 AS two\"}",
     "DROP MATERIALIZED VIEW \"public\".\"v\"\n"
     "CREATE MATERIALIZED VIEW \"public\".\"v\" AS SELECT 2 AS two\n",
     "matview", "public/v", "{\"definition\":\"SELECT 2 AS two\"}"},
    {"CREATE VIEW v AS SELECT 1 AS one", "RENAME view public/v public/w", "{}",
     "ALTER VIEW \"public\".\"v\" RENAME TO \"w\"\n", "view", "public/w",
     "{\"definition\":\"SELECT 1 AS one\"}"},
    {"", "CREATE sequence public/q",
     "{\"type\":\"integer\",\"start\":5,\"increment\":2,\"min\":3,\"max\":9,\"cache\":2,"
     "\"cycle\":true}",
     "CREATE SEQUENCE \"public\".\"q\" AS integer INCREMENT BY 2 MINVALUE 3 MAXVALUE 9"
     " START WITH 5 CACHE 2 CYCLE\n",
     "sequence", "public/q",
     "{\"type\":\"integer\",\"increment\":2,\"min\":3,\"max\":9,\"start\":5,\"cache\":2,"
     "\"cycle\":true}"},
    {"CREATE SEQUENCE q MAXVALUE 9 CYCLE", "ALTER sequence public/q -max -cycle",
     "{\"increment\":3}",
     "ALTER SEQUENCE \"public\".\"q\" INCREMENT BY 3 MAXVALUE 9223372036854775807 NO CYCLE\n",
     "sequence", "public/q", "{\"increment\":3}"},
    {"CREATE TYPE e AS ENUM ('a', 'c')", "ALTER enum public/e",
     "{\"values\":[\"0\",\"a\",\"b\",\"c\",\"d\"]}",
     "ALTER TYPE \"public\".\"e\" ADD VALUE IF NOT EXISTS '0' BEFORE 'a'\n"
     "ALTER TYPE \"public\".\"e\" ADD VALUE IF NOT EXISTS 'b' AFTER 'a'\n"
     "ALTER TYPE \"public\".\"e\" ADD VALUE IF NOT EXISTS 'd'\n",
     "enum", "public/e", "{\"values\":[\"0\",\"a\",\"b\",\"c\",\"d\"]}"},
    {"CREATE TYPE e AS ENUM ('a', 'c')", "ALTER enum public/e", "{\"values\":[\"a\",\"it's\"]}",
     "ALTER TYPE \"public\".\"e\" RENAME VALUE 'c' TO 'it''s'\n", "enum", "public/e",
     "{\"values\":[\"a\",\"it's\"]}"},
    {"CREATE TYPE e AS ENUM ('a')", "RENAME enum public/e public/f", "{}",
     "ALTER TYPE \"public\".\"e\" RENAME TO \"f\"\n", "enum", "public/f", "{\"values\":[\"a\"]}"},
    {"", "CREATE domain public/d",
     "{\"type\":\"integer\",\"not_null\":true,\"default\":\"5\",\"checks\":[\"VALUE > 0\"]}",
     "CREATE DOMAIN \"public\".\"d\" AS integer DEFAULT 5 NOT NULL CHECK (VALUE > 0)\n", "domain",
     "public/d",
     "{\"type\":\"integer\",\"not_null\":true,\"default\":\"5\",\"checks\":[\"(VALUE > 0)\"]}"},
    {"CREATE TABLE t (a serial)", "ALTER column public/t/a -auto", "{}",
     "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" DROP DEFAULT\n"
     "DO $dunlin$ BEGIN EXECUTE coalesce('DROP SEQUENCE ' ||"
     " pg_catalog.pg_get_serial_sequence('\"public\".\"t\"', 'a'), 'SELECT 1'); END $dunlin$\n",
     "sequence", "public/t_a_seq", ""},
    {"CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
     "DROP function public/f/integer", "{}", "DROP FUNCTION \"public\".\"f\"(integer)\n",
     "function", "public/f/a integer", ""},
    {T "; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new! END'",
     "CREATE trigger public/t/tr",
     "{\"definition\":\"CREATE TRIGGER tr AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION"
     " public.f()\",\"enabled\":\"never\"}",
     "CREATE TRIGGER tr AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()\n"
     "ALTER TABLE \"public\".\"t\" DISABLE TRIGGER \"tr\"\n",
     "trigger", "public/t/tr",
     "{\"definition\":\"CREATE TRIGGER tr AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION"
     " public.f()\",\"enabled\":\"never\"}"},
    {T, "CREATE policy public/t/p",
     "{\"command\":\"update\",\"using\":\"a > 1\",\"check\":\"a > 2\"}",
     "CREATE POLICY \"p\" ON \"public\".\"t\" FOR update USING (a > 1) WITH CHECK (a > 2)\n",
     "policy", "public/t/p",
     "{\"command\":\"update\",\"using\":\"(a > 1)\",\"check\":\"(a > 2)\"}"},
};

static void
read_before(const char *before)
{
    char copy[1000];
    char *place = NULL;

    snprintf(copy, sizeof(copy), "%s", before);
    for (char *one = strtok_r(copy, ";", &place); one != NULL; one = strtok_r(NULL, ";", &place)) {
        char *inner = strchr(one, '!');

        if (inner != NULL)
            *inner = ';';
        execute(one);
    }
    read_facts();
}

static void
reset_database(void)
{
    execute("DROP SCHEMA IF EXISTS s CASCADE");
    execute("DROP SCHEMA IF EXISTS u CASCADE");
    execute("DROP SCHEMA public CASCADE");
    execute("CREATE SCHEMA public");
}

static void
operations_become_statements_that_do_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows_of_test) / sizeof(rows_of_test[0]); i++) {
        const row *one = &rows_of_test[i];
        const dunlin_operation *operation;

        if (one->steps == NULL)
            continue;
        reset_database();
        read_before(one->before);
        fact_list_clear(&list);
        operation = fact_list_operation(&list, one->words, one->json);
        assert_done(&host, try_render(DUNLIN_RENDER_RUN, 15, &operation, 1));
        if (strcmp(fact_list_steps(&list), one->steps) != 0)
            print_error("%s\n", one->words);
        assert_string_equal(fact_list_steps(&list), one->steps);
        execute_steps();
        read_facts();
        assert_string_equal(fact_list_value(&facts, one->kind, one->path), one->value);
    }
}

static void
scripts_run_any_number_of_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows_of_test) / sizeof(rows_of_test[0]); i++) {
        const row *one = &rows_of_test[i];
        const dunlin_operation *operation;

        if (one->steps == NULL)
            continue;
        reset_database();
        read_before(one->before);
        fact_list_clear(&list);
        operation = fact_list_operation(&list, one->words, one->json);
        assert_done(&host, try_render(DUNLIN_RENDER_SCRIPT, 15, &operation, 1));
        run_script(3);
        read_facts();
        if (strcmp(fact_list_value(&facts, one->kind, one->path), one->value) != 0)
            print_error("%s\n%s\n", one->words, fact_list_steps(&list));
        assert_string_equal(fact_list_value(&facts, one->kind, one->path), one->value);
    }
}

/* --- whole schemas -------------------------------------------------------------------------------------- */
static const char *const fragments[] = {
    "CREATE SCHEMA app",
    "COMMENT ON SCHEMA app IS 'it''s ours'",
    "CREATE TYPE app.mood AS ENUM ('sad', 'o,k', 'ha\"ppy', '')",
    "CREATE DOMAIN app.posint AS integer DEFAULT 5 NOT NULL CHECK (VALUE > 0) CONSTRAINT small CHECK (VALUE < 100)",
    "CREATE SEQUENCE app.free INCREMENT BY -2 CACHE 5",
    "CREATE EXTENSION citext",
    "CREATE EXTENSION pg_trgm",
    "CREATE TABLE app.p (id serial PRIMARY KEY, b bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 3), m app.mood DEFAULT 'o,k', d app.posint, arr text[] , ms app.mood[], txt varchar(20) COLLATE \"C\" DEFAULT 'x', n numeric(10,2) NOT NULL DEFAULT 0, g integer GENERATED ALWAYS AS (1 + 2) STORED, ci citext, t timestamptz DEFAULT now(), UNIQUE (txt, n) INCLUDE (g), CONSTRAINT pos CHECK (n >= 0) NO INHERIT)",
    "COMMENT ON COLUMN app.p.txt IS 'the text'",
    "COMMENT ON TABLE app.p IS 'tab'",
    "COMMENT ON CONSTRAINT pos ON app.p IS 'con'",
    "CREATE TABLE \"Odd/Name\" (\"Col \"\"q\"\" %\" integer, ref integer REFERENCES app.p ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, ä text, EXCLUDE USING gist (int4range(ref, ref+1) WITH &&))",
    "CREATE INDEX \"I x\" ON \"Odd/Name\" (lower(ä) DESC, ref NULLS FIRST, ä COLLATE \"C\" text_pattern_ops) WHERE ref > 3",
    "CREATE INDEX trg ON \"Odd/Name\" USING gin (ä gin_trgm_ops) WITH (fastupdate = off)",
    "CREATE UNIQUE INDEX u ON \"Odd/Name\" (ref) INCLUDE (ä) NULLS NOT DISTINCT",
    "CREATE TABLE part (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    "CREATE TABLE kid (extra int) INHERITS (app.p)",
    "CREATE UNLOGGED TABLE ul (a int) WITH (fillfactor = 70)",
    "CREATE VIEW v AS SELECT id, txt FROM app.p WHERE n > 0",
    "CREATE VIEW app.w AS SELECT count(*) FROM v",
    "CREATE MATERIALIZED VIEW mv AS SELECT id FROM v",
    "CREATE INDEX mvi ON mv (id)",
    "CREATE FUNCTION app.f(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE plpgsql AS $$ begin return a; end $$",
    "CREATE FUNCTION app.t() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$",
    "CREATE PROCEDURE app.pr() LANGUAGE sql AS 'select 1'",
    "CREATE TRIGGER tr BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION app.t()",
    "ALTER TABLE app.p ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY pol ON app.p FOR SELECT USING (n > 0)",
    "CREATE SEQUENCE own OWNED BY ul.a",
    "CREATE TABLE \"select\" (\"from\" int PRIMARY KEY, \"A b\" int REFERENCES \"select\" ON UPDATE SET NULL, \"ü\" text DEFAULT 'it''s \\')",
    "CREATE TABLE s1 (a smallserial, b bigserial, c int)",
    "ALTER SEQUENCE s1_a_seq START WITH 5 INCREMENT BY 2 CACHE 3",
    "ALTER TABLE s1 ADD CONSTRAINT late CHECK (c > 0) NOT VALID",
    "CREATE TABLE lists (id int, k text) PARTITION BY LIST (k)",
    "CREATE TABLE lists_a PARTITION OF lists FOR VALUES IN ('a', 'b') PARTITION BY HASH (id)",
    "CREATE TABLE lists_a_0 PARTITION OF lists_a FOR VALUES WITH (modulus 2, remainder 0)",
    "CREATE TABLE lists_rest PARTITION OF lists DEFAULT",
    "CREATE VIEW opts WITH (security_barrier = true) AS SELECT c FROM s1",
    "COMMENT ON INDEX mvi IS 'an index'",
    "COMMENT ON TYPE app.mood IS 'a mood'",
    "COMMENT ON DOMAIN app.posint IS 'd'",
    "COMMENT ON VIEW v IS 'v'",
    "COMMENT ON MATERIALIZED VIEW mv IS 'm'",
    "COMMENT ON SEQUENCE app.free IS 's'",
    "COMMENT ON FUNCTION app.f(integer, text) IS 'f'",
    "COMMENT ON PROCEDURE app.pr() IS 'p'",
    "COMMENT ON TRIGGER tr ON part IS 't'",
    "COMMENT ON POLICY pol ON app.p IS 'p'",
    "CREATE TABLE same (a int, b int, CHECK (a IN (1, 2)), CHECK (b BETWEEN 1 AND 5), CHECK (a <> b OR b IS NULL))",
    "CREATE TABLE types (a bit(3), b varbit(5), c money, d inet, e cidr, f macaddr, g point, h tsvector, i xml, j int4range, k timestamp(0), l time(3) with time zone, m interval day to second(2), n char, o numeric, p json DEFAULT '{}', q jsonb DEFAULT '[]'::jsonb, r uuid DEFAULT gen_random_uuid(), s \"char\", t name, u oid, v bytea DEFAULT '\\x00')",
};

/* A database with all of them; *before: its facts. */
static void
make_schema(const char **before)
{
    reset_database();
    for (size_t i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++)
        execute(fragments[i]);
    read_facts();
    *before = fact_list_text(&facts);
}

static const dunlin_operation *const *
operations_of_facts(size_t *count)
{
    const dunlin_operation **all = fact_list_operations(&facts, count);
    size_t kept = 0;

    /* Every database has this one. */
    for (size_t i = 0; i < *count; i++)
        if (all[i]->kind.length != 6 || memcmp(all[i]->kind.data, "schema", 6) != 0 ||
            all[i]->path[0].length != 6 || memcmp(all[i]->path[0].data, "public", 6) != 0)
            all[kept++] = all[i];
    *count = kept;
    return all;
}

static void
a_schema_that_is_rendered_is_the_same_schema(void **state)
{
    const char *before;
    char *copy;
    size_t count;

    (void)state;
    make_schema(&before);
    copy = strdup(before);
    fact_list_clear(&list);
    {
        const dunlin_operation *const *all = operations_of_facts(&count);

        assert_done(&host, try_render(DUNLIN_RENDER_RUN, 15, all, count));
    }
    execute("DROP SCHEMA app CASCADE");
    reset_database();
    execute_steps();
    read_facts();
    assert_string_equal(fact_list_text(&facts), copy);
    fact_list_clear(&list);
    {
        const dunlin_operation *const *all = operations_of_facts(&count);

        assert_done(&host, try_render(DUNLIN_RENDER_SCRIPT, 15, all, count));
    }
    execute("DROP SCHEMA app CASCADE");
    reset_database();
    run_script(3);
    read_facts();
    assert_string_equal(fact_list_text(&facts), copy);
    free(copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define RENDER_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
        RENDER_TEST(operations_become_statements_that_do_what_they_say),
        RENDER_TEST(scripts_run_any_number_of_times),
        RENDER_TEST(a_schema_that_is_rendered_is_the_same_schema),
    };
    int answer;

    if (!postgres_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
