/* SPDX-License-Identifier: MIT
 *
 * What the driver says the server will print, against what the server prints.
 */
#include "tests/conformance/postgres_server.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/fact_list.h"

static fact_list given;
static fact_list realised;
static fact_list settled;
static fact_list read;

static int
set_up(void **state)
{
    int answer = postgres_set_up(state);

    fact_list_begin(&given, &host);
    fact_list_begin(&realised, &host);
    fact_list_begin(&settled, &host);
    fact_list_begin(&read, &host);
    return answer;
}

static int
tear_down(void **state)
{
    fact_list_end(&given);
    fact_list_end(&realised);
    fact_list_end(&settled);
    fact_list_end(&read);
    return postgres_tear_down(state);
}

static dunlin_profile profile = {.size = sizeof(profile), .major = 15};

static void
realise(const dunlin_fact *const *facts, size_t count)
{
    fact_list_clear(&realised);
    fact_list_use(&realised);
    assert_done(&host, driver->realise(fake_call(&host), &profile, facts, count));
}

static void
settle(void)
{
    fact_list_clear(&settled);
    fact_list_use(&settled);
    assert_done(&host, driver->settle(fake_call(&host), db,
                                      (const dunlin_fact *const *)realised.facts, realised.count));
}

static void
read_facts(void)
{
    dunlin_scope scope = {.size = sizeof(scope), .depth = DUNLIN_SCOPE_FACTS};

    fact_list_clear(&read);
    fact_list_use(&read);
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
}

static void
reset_database(void)
{
    execute("DROP SCHEMA public CASCADE");
    execute("CREATE SCHEMA public");
    execute("CREATE TYPE \"Mood\" AS ENUM ('a', 'b')");
    execute("CREATE TYPE \"user\" AS ENUM ('a', 'b')");
    execute("CREATE DOMAIN small AS int");
}

/* The operation that creates the fact, executed. */
static void
create(const dunlin_fact *fact)
{
    dunlin_operation operation = {.size = sizeof(operation),
                                  .verb = DUNLIN_VERB_CREATE,
                                  .kind = fact->kind,
                                  .path = fact->path,
                                  .path_count = fact->path_count,
                                  .set = fact->properties,
                                  .set_count = fact->property_count};
    const dunlin_operation *list[] = {&operation};
    char *steps[8];
    size_t count;

    fact_list_use(&read);
    read.step_count = 0;
    assert_done(&host, driver->render(fake_call(&host), &profile, DUNLIN_RENDER_RUN, list, 1));
    count = read.step_count;
    for (size_t i = 0; i < count && i < 8; i++)
        steps[i] = read.steps[i];
    for (size_t i = 0; i < count; i++)
        execute(steps[i]);
}

/* {"a":1,"unsure":["x"]} without the list, and whether `name` is in it. */
static const char *
without_unsure(const char *value, char *copy, size_t size)
{
    char *place;

    snprintf(copy, size, "%s", value);
    place = strstr(copy, ",\"unsure\":[");
    if (place != NULL)
        strcpy(place, "}");
    return copy;
}

typedef struct row {
    const char *kind;
    const char *path;
    const char *json;
    const char *unsure; /* the list as it is printed, or NULL */
} row;

static const row rows_of_test[] = {
    /* portable types */
    {"column", "public/t/c", "{\"type\":\"boolean\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"smallint\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric(5)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric(12,2)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"real\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"double precision\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"text\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"varchar\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"varchar(40)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"char(3)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"blob\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"date\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"time\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"time(3)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp(6)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamptz\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamptz(0)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"interval\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"json\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"jsonb\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"uuid\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"text[]\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp(3)[]\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"blob[]\"}", NULL},
    /* PostgreSQL's own spelling */
    {"column", "public/t/c", "{\"type\":\"int4\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"INT\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"decimal ( 10 , 2 )\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"Character  Varying(7)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"float(10)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"float\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"character\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp with time zone\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp(2) with time zone\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timetz\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"int[3]\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer ARRAY\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bit(3)\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"varbit(3)\"}", NULL},
    {"column", "public/t/c", "{\"type_path\":[\"public\",\"Mood\"]}", NULL},
    /* values that come by themselves */
    {"column", "public/t/c", "{\"type\":\"integer\",\"auto\":\"identity\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"auto\":\"increment\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"auto\":\"always\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\",\"auto\":\"serial\"}", NULL},
    /* defaults */
    {"column", "public/t/c", "{\"type\":\"text\",\"default\":\"'it''s'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"varchar(5)\",\"default\":\"'x'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"char(5)\",\"default\":\"'x'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\",\"default\":\"0\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\",\"default\":\"-1\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"smallint\",\"default\":\"-1\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"default\":\"7\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"default\":\"5000000000\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"default\":\"-5000000000\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"default\":\"-2147483648\"}", "[\"default\"]"},
    {"column", "public/t/c", "{\"type\":\"bigint\",\"default\":\"2147483648\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric(10,2)\",\"default\":\"0\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric(10,2)\",\"default\":\"1.50\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"numeric\",\"default\":\"-1.5\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"double precision\",\"default\":\"1.5\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"real\",\"default\":\"-2\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"boolean\",\"default\":\"TRUE\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"boolean\",\"default\":\"false\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"boolean\",\"default\":\"'t'\"}", "[\"default\"]"},
    {"column", "public/t/c", "{\"type\":\"timestamptz\",\"default\":\"now()\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp(6)\",\"default\":\"now()\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp\",\"default\":\"current_timestamp\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"date\",\"default\":\"CURRENT_DATE\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"date\",\"default\":\"now()\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"time\",\"default\":\"localtime\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"timestamp(3)\",\"default\":\"current_date\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"uuid\",\"default\":\"gen_random_uuid()\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"json\",\"default\":\"'{}'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"jsonb\",\"default\":\"'[]'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"jsonb\",\"default\":\"'{\\\"a\\\": 1}'\"}",
     "[\"default\"]"},
    {"column", "public/t/c", "{\"type\":\"text[]\",\"default\":\"'{}'\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\",\"default\":\"NULL\"}", NULL},
    {"column", "public/t/c", "{\"type\":\"integer\",\"default\":\"1 + 2 * 3\"}", "[\"default\"]"},
    {"column", "public/t/c", "{\"type\":\"text\",\"default\":\"lower('A')\"}", "[\"default\"]"},
    {"column", "public/t/c", "{\"type\":\"interval\",\"default\":\"'1 day'\"}", "[\"default\"]"},
    {"column", "public/t/c", "{\"type_path\":[\"public\",\"Mood\"],\"default\":\"'a'\"}", NULL},
    {"column", "public/t/c", "{\"type_path\":[\"public\",\"user\"],\"default\":\"'b'\"}", NULL},
    {"column", "public/t/c",
     "{\"type\":\"integer\",\"not_null\":true,\"default\":\"1\",\"comment\":\"x\"}", NULL},
    {"column", "public/t/c",
     "{\"type\":\"integer\",\"generated\":\"a * 2\",\"generated_kind\":\"stored\"}",
     "[\"generated\"]"},
    {"column", "public/t/c", "{\"type\":\"enum\",\"values\":[\"x\",\"it's\"]}", NULL},
    {"column", "public/t/user", "{\"type\":\"enum\",\"values\":[\"x\"]}", NULL},
    /* keys */
    {"pk", "public/t/t_pkey", "{\"columns\":[\"a\"]}", NULL},
    {"unique", "public/t/u", "{\"columns\":[\"b\",\"a\"],\"deferred\":true}", NULL},
    {"fk", "public/t/f",
     "{\"columns\":[\"a\"],\"ref\":[\"public\",\"p\"],\"ref_columns\":[\"id\"],"
     "\"on_delete\":\"no action\",\"on_update\":\"cascade\",\"match\":\"simple\"}",
     NULL},
    {"check", "public/t/k", "{\"expr\":\"a in (1, 2) and b <> 'x'\"}", "[\"expr\"]"},
    {"check", "public/t/k", "{\"expr\":\"a between 1 and 5\",\"not_valid\":true}", "[\"expr\"]"},
    {"index", "public/t/i",
     "{\"unique\":true,\"keys\":[{\"column\":\"a\",\"desc\":true,\"nulls\":\"first\"},"
     "{\"column\":\"b\",\"nulls\":\"last\"}],\"method\":\"btree\"}",
     NULL},
    {"index", "public/t/i", "{\"keys\":[{\"column\":\"a\"}],\"where\":\"b is not null and a>1\"}",
     "[\"where\"]"},
    {"index", "public/t/i", "{\"keys\":[{\"expr\":\"lower(b)\"},{\"expr\":\"a+1\"}]}",
     "[\"keys\"]"},
    /* others */
    {"view", "public/v", "{\"definition\":\"select a, b from public.t where a > 1\"}",
     "[\"definition\"]"},
    {"view", "public/v", "{\"definition\":\"select a, b from t\",\"columns\":[\"x\",\"y\"]}",
     "[\"definition\",\"columns\"]"},
    {"sequence", "public/s", "{\"increment\":1,\"start\":1,\"min\":1,\"cache\":1}", NULL},
    {"sequence", "public/s", "{\"type\":\"integer\",\"increment\":-1,\"start\":-5}", NULL},
    {"enum", "public/e", "{\"values\":[\"a\",\"b\"]}", NULL},
    {"domain", "public/d", "{\"type\":\"varchar(5)\",\"default\":\"'x'\",\"not_null\":true}", NULL},
    {"schema", "x", "{}", NULL},
};

/* A view that is settled also knows what it depends on only when it is read. */
static void
drop_depends(char *text)
{
    char *place = strstr(text, ",\"depends\":[");
    char *end = place != NULL ? strchr(place, ']') : NULL;

    if (end != NULL)
        memmove(place, end + 1, strlen(end + 1) + 1);
}

static const char *
value(fact_list *list, const char *kind, const char *path, char *copy)
{
    snprintf(copy, 2000, "%s", fact_list_value(list, kind, path));
    drop_depends(copy);
    return copy;
}

static void
what_is_certain_is_what_the_server_prints(void **state)
{
    char printed[2000];
    char wanted[2000];
    char bare[2000];

    (void)state;
    for (size_t i = 0; i < sizeof(rows_of_test) / sizeof(rows_of_test[0]); i++) {
        const row *one = &rows_of_test[i];
        const dunlin_fact *fact;
        char unsure[200];

        reset_database();
        execute("DROP SCHEMA IF EXISTS x");
        execute("CREATE TABLE p (id int PRIMARY KEY)");
        execute("CREATE TABLE t (a int, b text)");
        fact_list_clear(&given);
        fact = fact_list_read(&given, one->kind, one->path, one->json);
        realise(&fact, 1);
        settle();
        create(fact);
        read_facts();
        value(&read, one->kind, one->path, printed);
        /* exact, or unsure and then settled */
        value(&realised, one->kind, one->path, wanted);
        snprintf(unsure, sizeof(unsure), ",\"unsure\":%s}", one->unsure != NULL ? one->unsure : "");
        if ((strstr(wanted, "\"unsure\"") != NULL) != (one->unsure != NULL) ||
            (one->unsure != NULL && strstr(wanted, unsure) == NULL))
            fail_msg("%s %s: %s", one->kind, one->json, wanted);
        without_unsure(wanted, bare, sizeof(bare));
        if (one->unsure == NULL && strcmp(bare, printed) != 0)
            fail_msg("%s %s: realised %s, printed %s", one->kind, one->json, bare, printed);
        value(&settled, one->kind, one->path, wanted);
        if (strcmp(wanted, printed) != 0)
            fail_msg("%s %s: settled %s, printed %s", one->kind, one->json, wanted, printed);
    }
}

static void
labels_in_a_column_are_text_and_a_check(void **state)
{
    const dunlin_fact *fact;

    (void)state;
    reset_database();
    execute("CREATE TABLE t (a int)");
    fact = fact_list_read(&given, "column", "public/t/user",
                          "{\"type\":\"enum\",\"values\":[\"x\",\"it's\"]}");
    realise(&fact, 1);
    create(fact);
    read_facts();
    assert_int_equal(realised.count, 2);
    assert_string_equal(fact_list_value(&realised, "check", "public/t/t_user_check"),
                        fact_list_value(&read, "check", "public/t/t_user_check"));
}

static void
members_of_a_primary_key_are_not_null(void **state)
{
    const dunlin_fact *facts[3];

    (void)state;
    facts[0] = fact_list_read(&given, "column", "public/n/a", "{\"type\":\"integer\"}");
    facts[1] = fact_list_read(&given, "pk", "public/n/n_pkey", "{\"columns\":[\"a\"]}");
    facts[2] = fact_list_read(&given, "fk", "public/m/f",
                              "{\"columns\":[\"x\"],\"ref\":[\"public\",\"n\"]}");
    realise(facts, 3);
    assert_string_equal(fact_list_text(&realised),
                        "column public/n/a {\"type\":\"integer\",\"not_null\":true}\n"
                        "fk public/m/f {\"columns\":[\"x\"],\"ref\":[\"public\",\"n\"],"
                        "\"ref_columns\":[\"a\"]}\n"
                        "pk public/n/n_pkey {\"columns\":[\"a\"]}\n");
}

/* The table is not there yet: its columns are given with the check. */
static void
settling_leaves_nothing_behind(void **state)
{
    static const fake_item begin = BEGIN_ITEM;
    const dunlin_fact *facts[4];

    (void)state;
    facts[0] = fact_list_read(&given, "column", "public/n/a", "{\"type\":\"integer\"}");
    facts[1] = fact_list_read(&given, "check", "public/n/k", "{\"expr\":\"a > 1\"}");
    facts[2] = fact_list_read(&given, "check", "public/n/bad", "{\"expr\":\"zzz > 1\"}");
    facts[3] = fact_list_read(&given, "view", "public/v", "{\"definition\":\"SELECT a FROM n\"}");
    execute("SET search_path = public");
    realise(facts, 4);
    for (int round = 0; round < 2; round++) {
        settle();
        assert_string_equal(fact_list_text(&settled),
                            "check public/n/bad {\"expr\":\"zzz > 1\",\"unsure\":[\"expr\"]}\n"
                            "check public/n/k {\"expr\":\"(a > 1)\"}\n"
                            "column public/n/a {\"type\":\"integer\"}\n"
                            "view public/v {\"definition\":\"SELECT a FROM n\","
                            "\"unsure\":[\"definition\"]}\n");
        assert_string_equal(rows("SELECT count(*) FROM pg_class WHERE relname LIKE 'dunlin%'"),
                            "0\n");
        assert_string_equal(rows("SHOW search_path"), "'public'\n");
        if (round == 0)
            assert_done(&host, fake_run(&host, db, &begin, 1));
    }
    execute("CREATE TABLE still (a int)");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define REALISE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
        REALISE_TEST(what_is_certain_is_what_the_server_prints),
        REALISE_TEST(labels_in_a_column_are_text_and_a_check),
        REALISE_TEST(members_of_a_primary_key_are_not_null),
        REALISE_TEST(settling_leaves_nothing_behind),
    };
    int answer;

    if (!postgres_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
