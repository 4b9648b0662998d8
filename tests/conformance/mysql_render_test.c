/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver renders operations: what comes out makes the server be what the facts say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_operations.h"

static fact_store before;
static fact_store after;
static fact_store now;
static written_list written;

static int
set_up(void **state)
{
    if (mysql_set_up(state) != 0)
        return -1;
    store_serve(&host);
    store_from = NULL;
    return 0;
}

static int
tear_down(void **state)
{
    store_from = NULL;
    store_clear(&before);
    store_clear(&after);
    store_clear(&now);
    written_free(&written);
    return mysql_tear_down(state);
}

static void
start_again(void)
{
    execute("DROP DATABASE driver_test");
    execute("CREATE DATABASE driver_test CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
    execute("USE driver_test");
}

/* Runs lines against what there is. */
static void
run_lines(const char *lines)
{
    store_read(&now, db);
    store_from = &now;
    written_free(&written);
    write_operations(&written, lines);
    run_operations(written.list, written.count);
    store_from = NULL;
}

#include "tests/conformance/mysql_fragments.h"

static void
what_was_read_can_be_made_again(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(fragments); i++) {
        operation_list operations;
        char *place = NULL;
        char *text = strdup(fragments[i]);
        char *first;

        start_again();
        for (char *sql = strtok_r(text, ";", &place); sql != NULL;
             sql = strtok_r(NULL, ";", &place))
            execute(sql);
        free(text);
        store_read(&before, db);
        first = strdup(store_print(&before, 1));
        operations_of(&before, &operations);
        start_again();
        run_operations(operations.list, operations.count);
        store_read(&after, db);
        if (strcmp(first, store_print(&after, 1)) != 0)
            print_error("%s\n", fragments[i]);
        assert_string_equal(after.text, first);
        operations_free(&operations);
        free(first);
    }
}

/* Facts of the lines that begin with `kind path`. */
static const char *
fact(const char *kind, const char *path)
{
    static char line[2000];
    const kept_fact *kept;

    store_read(&after, db);
    store_print(&after, 0);
    kept = store_find(&after, kind, path);
    snprintf(line, sizeof(line), "%s",
             kept != NULL ? kept->line + strlen(kind) + strlen(path) + 2 : "none");
    return line;
}

static void
a_changed_column_keeps_what_is_not_spoken_of(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a int NOT NULL DEFAULT 5 COMMENT 'x', b varchar(10) COLLATE "
            "utf8mb4_bin DEFAULT 'q', c timestamp(3) NOT NULL DEFAULT now(3) ON UPDATE now(3), "
            "d int CHECK (d > 0))");
    run_lines("alter column t/a type:bigint\n"
              "alter column t/b not_null:1\n"
              "alter column t/b default:'r'\n"
              "alter column t/c comment:when\n"
              "alter column t/d type:bigint");
    assert_string_equal(fact("column", "t/a"), "type:bigint,not_null:1,default:5,comment:x");
    assert_string_equal(fact("column", "t/b"),
                        "type:varchar(10),not_null:1,default:'r',collation:utf8mb4_bin");
    assert_string_equal(fact("column", "t/c"),
                        "type:TIMESTAMP(3),not_null:1,default:current_"
                        "timestamp(3),on_update:current_timestamp(3),comment:when");
    assert_string_equal(fact("check", "t/d"), "expr:`d` > 0,level:column");
    run_lines("alter column t/a !default\nalter column t/b !default,!not_null\ndrop check t/d");
    assert_string_equal(fact("column", "t/a"), "type:bigint,not_null:1,comment:x");
    assert_string_equal(fact("column", "t/b"), "type:varchar(10),collation:utf8mb4_bin");
    assert_string_equal(fact("check", "t/d"), "none");
    execute("INSERT INTO t (a, d) VALUES (1, -1)");
}

static void
a_dropped_column_takes_its_keys_along(void **state)
{
    (void)state;
    execute("CREATE TABLE r (id int PRIMARY KEY)");
    execute("CREATE TABLE t (a int, b int, c int, UNIQUE ab (a, b), KEY bc (b, c), "
            "CONSTRAINT f FOREIGN KEY (b) REFERENCES r (id), CONSTRAINT ck CHECK (b > a))");
    run_lines("drop column t/b");
    assert_string_equal(fact("unique", "t/ab"), "none");
    assert_string_equal(fact("index", "t/bc"), "none");
    assert_string_equal(fact("fk", "t/f"), "none");
    assert_string_equal(fact("check", "t/ck"), "none");
    assert_string_equal(fact("column", "t/a"), "type:int");
}

static void
a_foreign_key_takes_the_index_along_that_was_made_for_it(void **state)
{
    (void)state;
    execute("CREATE TABLE r (id int PRIMARY KEY)");
    run_lines("create table t\ncreate column t/a type:integer\n"
              "create fk t/t_a_fkey columns:[a],ref:[r]\n");
    assert_string_equal(fact("index", "t/t_a_fkey"), "keys:[[column:a]],implied:1");
    run_lines("drop fk t/t_a_fkey");
    assert_string_equal(fact("index", "t/t_a_fkey"), "none");
    run_lines("create index t/t_a_fkey keys:[[column:a]]");
}

static void
names_change_and_several_changes_are_one_statement(void **state)
{
    int64_t asked;

    (void)state;
    execute("CREATE TABLE t (a int, b int, KEY i (a), UNIQUE u (b), CONSTRAINT ck CHECK (a > 0))");
    store_read(&now, db);
    store_from = &now;
    write_operations(&written,
                     "rename column t/a z\nrename index t/i j\nrename unique t/u v\n"
                     "rename check t/ck cl\ncreate column t/n type:text,not_null:1,default:''\n"
                     "create index t/n keys:[[column:n]]");
    asked = questions();
    run_operations(written.list, written.count);
    assert_int_equal(questions() - asked, 2 + 1);
    assert_string_equal(fact("column", "t/z"), "type:int");
    assert_string_equal(fact("index", "t/j"), "keys:[[column:z]]");
    assert_string_equal(fact("index", "t/n"), "keys:[[column:n,length:255]]");
    assert_string_equal(fact("unique", "t/v"), "columns:[b]");
    assert_string_equal(fact("check", "t/cl"), "expr:`z` > 0");
    run_lines("rename table t tt\ncreate view v as select 1 as x\nrename view v w");
    assert_string_equal(fact("table", "tt"), "collation:utf8mb4_general_ci");
    assert_string_equal(fact("view", "w"), "definition:select 1 AS `x`,depends:[]");
}

static void
a_type_does_not_change_under_a_foreign_key(void **state)
{
    static const char change[] = "alter column r/id type:bigint";

    (void)state;
    execute("CREATE TABLE r (id int PRIMARY KEY, n varchar(9) UNIQUE)");
    execute("CREATE TABLE t (a int, n varchar(9), CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id), "
            "CONSTRAINT g FOREIGN KEY (n) REFERENCES r (n))");
    store_read(&now, db);
    store_from = &now;
    write_operations(&written, change);
    render_written(server_profile(), DUNLIN_RENDER_RUN, written.list, written.count);
    assert_int_equal(render_status(), DUNLIN_UNSUPPORTED);
    assert_string_equal(host.message, "MariaDB has no change of type under a foreign key: 'id' of "
                                      "'r' is in 'f'");
    run_lines("drop fk t/f\nalter column r/id type:bigint\nalter column t/a type:bigint\n"
              "create fk t/f columns:[a],ref:[r]");
    assert_string_equal(fact("fk", "t/f"), "columns:[a],ref:[r],ref_columns:[id]");
    assert_string_equal(fact("column", "t/a"), "type:bigint");
    run_lines("alter column t/a not_null:1");
    assert_string_equal(fact("column", "t/a"), "type:bigint,not_null:1");
}

static void
cascade_drops_what_hangs_on_a_table(void **state)
{
    (void)state;
    execute("CREATE TABLE r (id int PRIMARY KEY)");
    execute("CREATE TABLE t (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id))");
    execute("CREATE VIEW v AS SELECT id FROM r");
    run_lines("drop table r cascade");
    assert_string_equal(fact("table", "r"), "none");
    assert_string_equal(fact("fk", "t/f"), "none");
    assert_string_equal(fact("view", "v"), "none");
}

static void
texts_of_a_portable_table_are_equal_only_where_their_bytes_are(void **state)
{
    (void)state;
    run_lines("create table t\ncreate column t/a type:text\ncreate column t/b type:varchar(20)\n"
              "create unique t/t_b_key columns:[b]\ncreate unique t/t_a_key columns:[a]");
    execute("INSERT INTO t VALUES ('a', 'a'), ('A', 'A'), ('a ', 'a '), ('\xc3\xa4', '\xc3\xa4')");
    assert_string_equal(rows("SELECT count(*) FROM t WHERE a = 'a' AND b = 'a'"), "1\n");
    assert_string_equal(fact("unique", "t/t_a_key"), "columns:[a]");
}

static void
a_server_that_lowers_names_keeps_the_name_of_a_table(void **state)
{
    dunlin_string settings[] = {{"lower_case_table_names", 22}, {"1", 1}};
    dunlin_profile profile = *server_profile();

    (void)state;
    profile.settings = settings;
    profile.setting_count = 2;
    write_operations(&written, "rename table t T");
    assert_string_equal(render_written(&profile, DUNLIN_RENDER_RUN, written.list, written.count),
                        "");
    assert_int_equal(render_status(), DUNLIN_OK);
    settings[1] = (dunlin_string){"0", 1};
    assert_non_null(strstr(render_written(&profile, DUNLIN_RENDER_RUN, written.list, written.count),
                           "RENAME TABLE `t` TO `T`"));
}

static void
a_script_can_run_again(void **state)
{
    (void)state;
    write_operations(
        &written,
        "create table t\ncreate column t/a type:integer\ncreate column t/b type:varchar(9)\n"
        "create column t/c type:integer,not_null:1,default:1\n"
        "create pk t/t_pkey columns:[a]\ncreate unique t/u columns:[b]\n"
        "create check t/k expr:a > 0\ncreate index t/i keys:[[column:c]]\n"
        "create fk t/f columns:[c],ref:[t],ref_columns:[a]\n"
        "create view v as select 1 as x\n"
        "create column t/gone type:text\n"
        "drop column t/gone\n"
        "rename column t/c d\n"
        "drop check t/k\n"
        "create sequence s start:3");
    for (int i = 0; i < 3; i++) {
        char *text;
        char *place;

        render_written(server_profile(), DUNLIN_RENDER_SCRIPT, written.list, written.count);
        assert_int_equal(render_status(), DUNLIN_OK);
        text = strdup(
            render_written(server_profile(), DUNLIN_RENDER_SCRIPT, written.list, written.count));
        for (char *sql = text; *sql != '\0'; sql = place) {
            place = strstr(sql, ";\n");
            *place = '\0';
            place += 2;
            if (i > 0 && strstr(sql, "`c`") != NULL && strstr(sql, "ADD COLUMN") != NULL)
                continue;
            if (fake_execute(&host, db, sql) != DUNLIN_OK)
                print_error("%s\n%s\n", sql, host.message);
            assert_int_equal(host.status, DUNLIN_OK);
        }
        free(text);
    }
    assert_string_equal(fact("column", "t/d"), "type:int,not_null:1,default:1");
}

/* A printed fact without one of its members. */
static void
cut_member(char *line, const char *name)
{
    char member[64];
    char *begin;
    char *end;
    int depth = 0;

    snprintf(member, sizeof(member), "%s:", name);
    begin = strstr(line, member);
    if (begin == NULL)
        return;
    for (end = begin; *end != '\0' && (depth > 0 || *end != ','); end++)
        depth += (*end == '[' || *end == '(') - (*end == ']' || *end == ')');
    if (*end == ',')
        end++;
    else if (begin[-1] == ',')
        begin--;
    memmove(begin, end, strlen(end) + 1);
}

/* Both without what the realised one is unsure of. */
static void
cut_unsure(const kept_fact *realised, char *wanted, char *read)
{
    int inside = 0;

    for (uint64_t i = 0; i < realised->fact.property_count; i++) {
        const dunlin_property *property = &realised->fact.properties[i];

        if (inside && property->type == DUNLIN_PROPERTY_TEXT) {
            cut_member(wanted, property->text.data);
            cut_member(read, property->text.data);
        }
        inside = inside || strcmp(property->name.data, "unsure") == 0;
    }
    cut_member(wanted, "unsure");
}

static const char portable_facts[] =
    "create table r\n"
    "create column r/id type:integer,auto:identity\n"
    "create column r/code type:varchar(20),not_null:1\n"
    "create pk r/r_pkey columns:[id]\n"
    "create unique r/r_code_key columns:[code]\n"
    "create table t comment:its\n"
    "create column t/a type:boolean,not_null:1,default:false\n"
    "create column t/b type:smallint,default:-3\n"
    "create column t/c type:bigint,default:1+1\n"
    "create column t/d type:numeric(12,2),default:1\n"
    "create column t/e type:numeric(7)\n"
    "create column t/f type:real\n"
    "create column t/g type:double precision,default:1.5\n"
    "create column t/h type:text,default:'x'\n"
    "create column t/i type:varchar(40),default:'it''s'\n"
    "create column t/j type:char(3)\n"
    "create column t/k type:blob\n"
    "create column t/l type:date\n"
    "create column t/m type:time\n"
    "create column t/n type:timestamp,default:current_timestamp(6)\n"
    "create column t/o type:timestamp(3)\n"
    "create column t/p type:timestamptz\n"
    "create column t/q type:jsonb,default:'{}'\n"
    "create column t/r type:uuid\n"
    "create column t/s type:enum,values:[a,b c],default:'a'\n"
    "create column t/t type:text[]\n"
    "create column t/u type:integer,generated:b + 1,generated_kind:stored\n"
    "create column t/v type:varchar\n"
    "create column t/w type:integer,comment:a b\n"
    "create pk t/t_pkey columns:[b]\n"
    "create unique t/t_i_key columns:[i]\n"
    "create check t/t_check expr:b < 5\n"
    "create index t/t_h keys:[[column:h],[column:b,desc:1]]\n"
    "create index t/t_u unique:1,keys:[[column:w],[column:b]]\n"
    "create index t/t_n keys:[[column:n]],where:b > 1\n"
    "create fk t/t_w_fkey columns:[w],ref:[r],ref_columns:[id],on_delete:restrict,on_update:cascade\n"
    "create sequence s start:5\n"
    "create view v as select 1 as x";

static void
what_realise_says_is_what_the_server_prints(void **state)
{
    int compared = 0;

    (void)state;
    write_operations(&written, portable_facts);
    store_to = &before;
    assert_done(&host,
                driver->realise(fake_call(&host), server_profile(), written.facts, written.count));
    store_print(&before, 0);
    run_operations(written.list, written.count);
    store_read(&after, db);
    for (size_t i = 0; i < before.count; i++) {
        const kept_fact *realised = &before.facts[i];
        char path[200];
        char *wanted = strdup(realised->line);
        const kept_fact *kept;
        char *read;

        snprintf(path, sizeof(path), "%s%s%s", realised->fact.path[0].data,
                 realised->fact.path_count > 1 ? "/" : "",
                 realised->fact.path_count > 1 ? realised->fact.path[1].data : "");
        store_print(&after, 0);
        kept = store_find(&after, realised->fact.kind.data, path);
        if (kept == NULL)
            print_error("missing: %s\n", wanted);
        assert_non_null(kept);
        read = strdup(kept->line);
        cut_unsure(realised, wanted, read);
        assert_string_equal(read, wanted);
        free(wanted);
        free(read);
        compared++;
    }
    assert_int_equal(compared, written.count);
}

#define RENDER_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        RENDER_TEST(what_was_read_can_be_made_again),
        RENDER_TEST(a_changed_column_keeps_what_is_not_spoken_of),
        RENDER_TEST(a_dropped_column_takes_its_keys_along),
        RENDER_TEST(a_foreign_key_takes_the_index_along_that_was_made_for_it),
        RENDER_TEST(names_change_and_several_changes_are_one_statement),
        RENDER_TEST(a_type_does_not_change_under_a_foreign_key),
        RENDER_TEST(cascade_drops_what_hangs_on_a_table),
        RENDER_TEST(texts_of_a_portable_table_are_equal_only_where_their_bytes_are),
        RENDER_TEST(a_server_that_lowers_names_keeps_the_name_of_a_table),
        RENDER_TEST(a_script_can_run_again),
        RENDER_TEST(what_realise_says_is_what_the_server_prints),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
