/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver runs statements: items, values, results, errors and their places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_server.h"

/* --- items --- */
static void
items_run_in_order_inside_their_transaction(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($2, $1), (2, 'it''s $1')",
         .values = {{.type = DUNLIN_VALUE_TEXT, .text = NAMED("seven")},
                    {.type = DUNLIN_VALUE_INTEGER, .integer = 1}},
         .value_count = 2},
        STATEMENT("UPDATE t SET a = a + 1 WHERE a = 2"),
        {.kind = DUNLIN_ITEM_SAVEPOINT, .sql = "SAVEPOINT s"},
        COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int, b text)");
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_int_equal(host.outcome_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(host.outcomes[i].outcome, DUNLIN_OUTCOME_RAN);
        assert_int_equal(host.outcomes[i].in_transaction, i < 4);
        assert_true(host.outcomes[i].elapsed_us >= 0);
    }
    assert_int_equal(host.outcomes[1].rows, 2);
    assert_int_equal(host.outcomes[2].rows, 1);
    assert_string_equal(rows("SELECT * FROM t ORDER BY a"), "1|'seven'\n3|'it's $1'\n");
}

static void
nothing_runs_behind_a_failed_item(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        STATEMENT("INSERT INTO t VALUES (1), (2) x"),
        STATEMENT("INSERT INTO t VALUES (3)"),
        COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_SYNTAX);
    assert_int_equal(host.failures, 1);
    assert_int_equal(host.native_code, 1064);
    assert_int_equal(host.offset, 30);
    assert_int_equal(host.outcome_count, 3);
    assert_int_equal(host.outcomes[2].outcome, DUNLIN_OUTCOME_FAILED);
    assert_int_equal(host.outcomes[2].in_transaction, 1);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
}

/* Items with values travel with the one behind them. */
static void
nothing_runs_behind_a_failed_item_of_the_same_text(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($1)",
         .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = 2}},
         .value_count = 1},
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($1)",
         .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = 1}},
         .value_count = 1},
        STATEMENT("CREATE TABLE u (a int)"),
    };

    (void)state;
    execute("CREATE TABLE t (a int PRIMARY KEY)");
    execute("INSERT INTO t VALUES (1)");
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_CONSTRAINT);
    assert_int_equal(host.outcome_count, 4);
    assert_int_equal(host.outcomes[0].outcome, DUNLIN_OUTCOME_RAN);
    assert_int_equal(host.outcomes[1].outcome, DUNLIN_OUTCOME_RAN);
    assert_int_equal(host.outcomes[1].rows, 1);
    assert_int_equal(host.outcomes[1].in_transaction, 1);
    assert_int_equal(host.outcomes[2].outcome, DUNLIN_OUTCOME_FAILED);
    assert_int_equal(host.outcomes[3].outcome, DUNLIN_OUTCOME_SKIPPED);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT a FROM t"), "1\n");
    assert_string_equal(rows("SELECT count(*) FROM information_schema.tables "
                             "WHERE table_schema = DATABASE() AND table_name = 'u'"),
                        "0\n");
}

static void
a_failed_statement_is_told_apart_from_what_travelled_with_it(void **state)
{
    static const fake_item items[] = {
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($1)",
         .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = 2}},
         .value_count = 1},
        STATEMENT("INSERT INTO t VALUES (1), (2) x"),
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_SYNTAX);
    assert_int_equal(host.offset, 30);
    assert_int_equal(host.outcome_count, 2);
    assert_int_equal(host.outcomes[0].outcome, DUNLIN_OUTCOME_RAN);
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    assert_int_equal(host.outcomes[1].outcome, DUNLIN_OUTCOME_FAILED);
    assert_string_equal(rows("SELECT a FROM t"), "2\n");
}

static void
text_of_several_statements_is_refused_wherever_it_stands(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"),
    };
    static const fake_item bodies[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES ('a;b')"),
        STATEMENT("CREATE PROCEDURE two() BEGIN SELECT 1; SELECT 2; END"),
        STATEMENT("INSERT INTO t VALUES ('c')"),
    };

    (void)state;
    execute("CREATE TABLE t (a text)");
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_SYNTAX);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
    assert_done(&host, fake_run(&host, db, bodies, COUNT(bodies)));
    assert_string_equal(rows("SELECT a FROM t"), "'a;b'\n'c'\n");
    execute("DROP PROCEDURE two");
}

static void
ddl_ends_the_transaction_also_where_it_fails(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        STATEMENT("CREATE TABLE u (a int)"),
        STATEMENT("CREATE TABLE u (a int)"),
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_EXISTS,
                 "Table 'u' already exists");
    assert_int_equal(host.outcomes[1].in_transaction, 1);
    assert_int_equal(host.outcomes[2].in_transaction, 0);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(*) FROM t"), "1\n");
}

static void
rollback_without_a_transaction_asks_nobody(void **state)
{
    int64_t before;

    (void)state;
    before = questions();
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_int_equal(questions() - before, 1); /* the first question itself */
    execute("SET autocommit = 0");
    execute("CREATE TABLE t (a int)");
    execute("INSERT INTO t VALUES (1)");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
}

static void
a_check_compares_the_first_cell_as_text(void **state)
{
    static const fake_item items[] = {
        {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT 2, 3", .expected = "2"},
        {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT 'x'", .expected = "y"},
    };
    static const fake_item none = {
        .kind = DUNLIN_ITEM_CHECK, .sql = "SELECT 1 FROM DUAL WHERE FALSE", .expected = "1"};
    static const fake_item null = {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT NULL", .expected = ""};

    (void)state;
    assert_fails(&host, fake_run(&host, db, items, 2), DUNLIN_CONSTRAINT,
                 "the check gives 'x' and not 'y'");
    assert_int_equal(host.outcomes[0].outcome, DUNLIN_OUTCOME_RAN);
    assert_fails(&host, fake_run(&host, db, &none, 1), DUNLIN_CONSTRAINT,
                 "the check gives 'no row' and not '1'");
    assert_fails(&host, fake_run(&host, db, &null, 1), DUNLIN_CONSTRAINT,
                 "the check gives 'null' and not ''");
}

static void
every_item_is_one_round_trip(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($1)",
         .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = 1}},
         .value_count = 1},
        STATEMENT("UPDATE t SET a = 5"),
        COMMIT_ITEM,
        {.kind = DUNLIN_ITEM_RESET},
    };
    int64_t before;

    (void)state;
    execute("CREATE TABLE t (a int)");
    before = questions();
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_int_equal(questions() - before, 4 + 1);
}

static void
comments_semicolons_and_nothing_are_fine(void **state)
{
    (void)state;
    execute("-- first\nCREATE TABLE t (a int); -- and last\n");
    execute("-- nothing at all");
    execute(";");
    execute("");
    assert_string_equal(rows("SHOW TABLES"), "'t'\n");
}

static void
one_text_is_one_statement(void **state)
{
    (void)state;
    assert_int_equal(fake_execute(&host, db, "DO 1; DO 2"), DUNLIN_SYNTAX);
    assert_int_equal(host.offset, 6);
}

static void
a_procedure_with_several_results_is_read_to_its_end(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a int)");
    execute("CREATE PROCEDURE p() BEGIN SELECT 1; INSERT INTO t VALUES (1), (2); SELECT 2; END");
    execute("CALL p()");
    assert_int_equal(host.outcomes[0].outcome, DUNLIN_OUTCOME_RAN);
    assert_string_equal(rows("CALL p()"), "1\n");
    assert_string_equal(rows("SELECT count(*) FROM t"), "4\n");
}

static void
warnings_are_passed_on(void **state)
{
    (void)state;
    execute("DROP TABLE IF EXISTS nothing_here");
    assert_string_equal(host.lines, "notice Unknown table 'driver_test.nothing_here'\n");
}

/* --- values --- */
static void
values_come_back_as_they_went_in_under_every_mode(void **state)
{
    static const char *const settings[] = {
        "SET sql_mode = ''",
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
        "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
        "SET NAMES latin1",
        "SET NAMES sjis",
    };
    static const char tricky[] = "\\'\"`\n\t $1 \xc3\xa4\xe8\xa1\xa8\xf0\x9f\x8d\xba\\";
    const dunlin_value values[] = {
        fake_text(""),
        {.type = DUNLIN_VALUE_BLOB, .text = {"\0\1'", 3}},
        {.type = DUNLIN_VALUE_BLOB},
        {.type = DUNLIN_VALUE_NULL},
        fake_integer(INT64_MIN),
        fake_text(tricky),
        fake_text("it's plain"),
    };
    char expected[200];

    (void)state;
    snprintf(expected, sizeof(expected),
             "''|blob(3)|blob(0)|null|-9223372036854775808|'%s'|'it's plain'\n", tricky);
    execute("CREATE TABLE t (a text, b blob, c blob, d int, e bigint, f text, g text) "
            "DEFAULT CHARSET utf8mb4");
    for (int i = 0; i < COUNT(settings); i++) {
        execute(settings[i]);
        assert_done(&host, driver->query(fake_call(&host), db,
                                         fake_string("INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7)"),
                                         values, 7));
        assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_RESET));
        assert_string_equal(rows("SELECT * FROM t"), expected);
        execute("DELETE FROM t");
    }
}

static void
placeholders_are_found_outside_quotes_alone(void **state)
{
    const dunlin_value values[] = {fake_integer(5), fake_text("x")};

    (void)state;
    assert_done(&host, driver->query(fake_call(&host), db,
                                     fake_string("SELECT '$1', $1 AS `$2`, \"$2\", $2, 'it''s $1'"),
                                     values, 2));
    assert_string_equal(host.lines, "'$1'|5|'$2'|'x'|'it's $1'\n");
    assert_fails(&host, driver->query(fake_call(&host), db, fake_string("SELECT $3"), values, 2),
                 DUNLIN_USAGE, "the statement has the placeholder '$3' and 2 values");
}

static void
cells_have_the_types_of_their_columns(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a tinyint, b bigint unsigned, c decimal(5,2), d varbinary(5), "
            "e datetime(6), f bit(3), g year, h double, i varchar(5), j date, k blob)");
    execute("INSERT INTO t VALUES (-1, 18446744073709551615, 1.5, x'00ff', "
            "'2026-01-02 03:04:05.000006', b'101', 2026, 0.5, 'x', '2026-01-02', '')");
    assert_string_equal(rows("SELECT * FROM t"),
                        "-1|'18446744073709551615'|'1.50'|blob(2)|'2026-01-02 03:04:05.000006'|"
                        "blob(1)|2026|'0.5'|'x'|'2026-01-02'|blob(0)\n");
    assert_string_equal(rows("SELECT count(*), max(a), 1 = 1, max(i) FROM t"), "1|-1|1|'x'\n");
}

static void
a_host_that_stops_gets_its_own_answer_back(void **state)
{
    (void)state;
    host.stop_after = 2;
    assert_int_equal(driver->query(fake_call(&host), db,
                                   fake_string("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"),
                                   NULL, 0),
                     DUNLIN_STOP);
    assert_string_equal(host.lines, "1\n2\n");
    assert_int_equal(host.failures, 0);
    host.stop_after = 0;
    assert_string_equal(rows("SELECT 4"), "4\n");
}

/* --- errors --- */
static void
errors_have_the_class_that_decides_what_follows(void **state)
{
    static const struct {
        const char *sql;
        int32_t class;
        int32_t code;
        const char *object;
    } cases[] = {
        {"CREATE TABLE t (a int)", DUNLIN_EXISTS, 1050, "t"},
        {"CREATE INDEX i ON t (b)", DUNLIN_EXISTS, 1061, "i"},
        {"ALTER TABLE t ADD a int", DUNLIN_EXISTS, 1060, "a"},
        {"ALTER TABLE t ADD PRIMARY KEY (b)", DUNLIN_EXISTS, 1068, ""},
        {"CREATE DATABASE driver_test", DUNLIN_EXISTS, 1007, "driver_test"},
        {"SELECT * FROM no", DUNLIN_MISSING, 1146, "driver_test.no"},
        {"DROP TABLE no", DUNLIN_MISSING, 1051, "driver_test.no"},
        {"SELECT nope FROM t", DUNLIN_MISSING, 1054, "nope"},
        {"ALTER TABLE t DROP nope", DUNLIN_MISSING, 1091, "nope"},
        {"DROP INDEX no ON t", DUNLIN_MISSING, 1091, "no"},
        {"CREATE INDEX j ON t (nope)", DUNLIN_MISSING, 1072, "nope"},
        {"CALL no()", DUNLIN_MISSING, 1305, ""},
        {"DROP DATABASE no_such_one", DUNLIN_MISSING, 1008, "no_such_one"},
        {"SELEC 1", DUNLIN_SYNTAX, 1064, ""},
        {"INSERT INTO t VALUES (1, 1)", DUNLIN_CONSTRAINT, 1062, "PRIMARY"},
        {"INSERT INTO t VALUES (2, NULL)", DUNLIN_CONSTRAINT, 1048, "b"},
        {"INSERT INTO t (a) VALUES (3)", DUNLIN_CONSTRAINT, 1364, "b"},
        {"INSERT INTO child VALUES (9)", DUNLIN_CONSTRAINT, 1452, ""},
        {"DELETE FROM t", DUNLIN_CONSTRAINT, 1451, ""},
        {"INSERT INTO t VALUES (4, 'x')", DUNLIN_FAILED, 1366, ""},
        {"COMMIT AND", DUNLIN_SYNTAX, 1064, ""},
        {"SET GLOBAL nothing_like_it = 1", DUNLIN_FAILED, 1193, ""},
        {"SIGNAL SQLSTATE '45000'", DUNLIN_FAILED, 1644, ""},
    };

    (void)state;
    execute("SET sql_mode = 'STRICT_ALL_TABLES'");
    execute("CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)");
    execute("CREATE INDEX i ON t (b)");
    execute("CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES t (a))");
    execute("INSERT INTO t VALUES (1, 1)");
    execute("INSERT INTO child VALUES (1)");
    for (int i = 0; i < COUNT(cases); i++) {
        int32_t status = fake_execute(&host, db, cases[i].sql);

        if (status != cases[i].class || host.native_code != cases[i].code)
            print_error("'%s': %d, %d, %s\n", cases[i].sql, (int)status, (int)host.native_code,
                        host.message);
        assert_int_equal(status, cases[i].class);
        assert_int_equal(host.failures, 1);
        assert_int_equal(host.native_code, cases[i].code);
        assert_string_equal(host.object, cases[i].object);
    }
}

static void
a_syntax_error_has_a_place(void **state)
{
    static const struct {
        const char *sql;
        int64_t offset;
    } cases[] = {
        {"SELEC 1", 0},
        {"SELECT 1 FRO", 9 + 3}, /* an alias, and then the end */
        {"SELECT\n  1,\n  FROM t", 14},
        {"CREATE TABLE t (a int,, b int)", 23},
        {"SELECT (", 8},
        {"SELECT '\xc3\xa4\xc3\xb6' AS a b", 19},
        /* the rest has more than 80 characters */
        {"SELECT 1 1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
         9},
        {"SELECT 'near ''x'' at line 3' y z", 32},
        {"SELECT 1 -- x\n\n\nFROM FROM", 21},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        int32_t status = fake_execute(&host, db, cases[i].sql);

        if (cases[i].offset == 12) { /* no error by itself: FRO is a name */
            assert_int_equal(status, DUNLIN_OK);
            continue;
        }
        assert_int_equal(status, DUNLIN_SYNTAX);
        if (host.offset != cases[i].offset)
            print_error("'%s': %d, %s\n", cases[i].sql, (int)host.offset, host.message);
        assert_int_equal(host.offset, cases[i].offset);
    }
}

static void
a_statement_larger_than_the_server_takes_is_not_sent(void **state)
{
    int64_t limit = strtoll(rows("SELECT @@max_allowed_packet"), NULL, 10);
    char *sql = malloc((size_t)limit + 1);
    char expected[200];

    (void)state;
    assert_non_null(sql);
    memset(sql, ' ', (size_t)limit);
    sql[limit - 1] = '\0';
    memcpy(sql, "DO 1", 4);
    snprintf(expected, sizeof(expected),
             "the statement has %lld bytes, and the server's max_allowed_packet is %lld",
             (long long)limit - 1, (long long)limit);
    assert_fails(&host, fake_execute(&host, db, sql), DUNLIN_UNSUPPORTED, expected);
    assert_string_equal(
        host.hint, "raise max_allowed_packet on the server, or cut the statement into several");
    sql[limit - 2] = '\0';
    execute(sql);
    free(sql);
}

static void
the_server_gets_no_file_of_ours(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a text)");
    assert_int_not_equal(
        fake_execute(&host, db, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t"), DUNLIN_OK);
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
}

/* --- settings --- */
static void
reset_puts_the_session_back(void **state)
{
    static const char question[] =
        "SELECT @@time_zone, @@autocommit, @@character_set_client, @@foreign_key_checks, "
        "@@lock_wait_timeout, @@sql_mode = @@GLOBAL.sql_mode, database()";
    static const char pinned[] = "'+00:00'|1|'utf8mb4'|1|10|1|'driver_test'\n";

    (void)state;
    assert_string_equal(rows(question), pinned);
    execute("CREATE TABLE t (a int)");
    execute("SET time_zone = '+05:00', sql_mode = 'ANSI', foreign_key_checks = 0");
    execute("/*!40101 SET NAMES latin1 */");
    execute("SET lock_wait_timeout = 77");
    execute("SET autocommit = 0");
    execute("LOCK TABLES t READ");
    execute("USE information_schema");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_RESET));
    assert_string_equal(rows(question), pinned);
    execute("CREATE TABLE u (a int)"); /* refused while tables are locked */
}

#define WITH_LOCK_TIMEOUT(milliseconds)                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT,                                                             \
        .sql = "INSERT INTO t SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout",             \
        .lock_timeout_ms = (milliseconds)                                                          \
    }

static void
an_item_has_its_own_lock_timeout(void **state)
{
    static const fake_item items[] = {
        WITH_LOCK_TIMEOUT(1500),
        WITH_LOCK_TIMEOUT(1500),
        WITH_LOCK_TIMEOUT(0),
    };

    (void)state;
    execute("CREATE TABLE t (a int, b int)");
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_string_equal(rows("SELECT * FROM t"), "2|2\n2|2\n10|10\n");
}

/* --- classes that only a server knows --- */
static uint64_t
class_of(const char *sql)
{
    assert_done(&host, driver->classify(fake_call(&host), NULL, db, fake_string(sql)));
    return host.class_flags;
}

static void
procedures_that_end_transactions_are_told(void **state)
{
    static const struct {
        const char *body;
        uint64_t flags;
    } cases[] = {
        {"UPDATE t SET a = 'COMMIT; TRUNCATE'", 0},
        {"BEGIN DECLARE x int; SET x = 1; CREATE TEMPORARY TABLE tt (a int); "
         "INSERT INTO tt VALUES (x); DROP TEMPORARY TABLE tt; END",
         0},
        {"BEGIN INSERT INTO t VALUES (1); COMMIT; END",
         DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
        {"TRUNCATE TABLE t", DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
        {"CREATE TABLE made (a int)", DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
        {"CALL another()", DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
        {"SET autocommit = 1", DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
    };
    char sql[300];

    (void)state;
    assert_int_equal(class_of("CALL not_there()"), DUNLIN_CLASS_DATA);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        execute("DROP PROCEDURE IF EXISTS act");
        snprintf(sql, sizeof(sql), "CREATE PROCEDURE act() %s", cases[i].body);
        execute(sql);
        if (class_of("CALL `act`()") != (DUNLIN_CLASS_DATA | cases[i].flags))
            fail_msg("%s", cases[i].body);
    }
    execute("DROP PROCEDURE act");
}

static void
rows_without_transactions_are_told(void **state)
{
    int64_t before;

    (void)state;
    execute("CREATE TABLE safe (a int) ENGINE = InnoDB");
    execute("CREATE TABLE lossy (a int) ENGINE = MyISAM");
    assert_int_equal(class_of("INSERT INTO safe VALUES (1)"), DUNLIN_CLASS_DATA);
    assert_int_equal(class_of("INSERT INTO `lossy` VALUES (1)"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_LOSSY_DATA);
    assert_int_equal(class_of("update driver_test.lossy set a = 1"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_LOSSY_DATA);
    assert_int_equal(class_of("UPDATE safe s JOIN lossy l ON s.a = l.a SET l.a = 1"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_LOSSY_DATA);
    assert_int_equal(class_of("DELETE safe, `lossy` FROM safe JOIN lossy"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_LOSSY_DATA);
    assert_int_equal(class_of("INSERT INTO safe SELECT a FROM lossy"), DUNLIN_CLASS_DATA);
    assert_int_equal(class_of("DELETE FROM not_there_yet"), DUNLIN_CLASS_DATA);
    before = questions();
    assert_int_equal(class_of("INSERT INTO lossy VALUES (1)"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_LOSSY_DATA);
    assert_int_equal(questions() - before, 1);
    /* a new table has the default engine, and nobody needs to ask */
    class_of("CREATE TABLE fresh (a int)");
    before = questions();
    assert_int_equal(class_of("INSERT INTO fresh VALUES (1)"), DUNLIN_CLASS_DATA);
    assert_int_equal(questions() - before, 1);
    class_of("ALTER TABLE lossy ENGINE = InnoDB");
    execute("ALTER TABLE lossy ENGINE = InnoDB");
    assert_int_equal(class_of("INSERT INTO lossy VALUES (1)"), DUNLIN_CLASS_DATA);
}

static void
names_of_other_databases_reach_outside(void **state)
{
    (void)state;
    assert_int_equal(class_of("DROP TABLE IF EXISTS other.t"),
                     DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_WHOLE |
                         DUNLIN_CLASS_REACHES_OUTSIDE);
    assert_int_equal(class_of("DROP TABLE IF EXISTS driver_test.t"),
                     DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_WHOLE);
    assert_int_equal(class_of("INSERT INTO `mysql` . db VALUES (1)"),
                     DUNLIN_CLASS_DATA | DUNLIN_CLASS_REACHES_OUTSIDE);
    assert_int_equal(class_of("ALTER DATABASE other CHARACTER SET utf8mb4"),
                     DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_REACHES_OUTSIDE);
}

/* --- objects --- */
static void
make_objects(void)
{
    execute("CREATE TABLE b (a int PRIMARY KEY, x int, UNIQUE KEY u (x, a))");
    execute("CREATE TABLE tracker (a int, KEY k (a))");
    execute("CREATE VIEW a AS SELECT 1");
    execute("CREATE TRIGGER tr BEFORE INSERT ON b FOR EACH ROW SET NEW.x = 1");
    execute("CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1");
    execute("CREATE PROCEDURE p() SELECT 1");
}

static void
the_objects_of_the_database_are_listed(void **state)
{
    static const dunlin_string excluded[] = {NAMED("tracker")};
    dunlin_scope scope = {.size = sizeof(scope),
                          .depth = DUNLIN_SCOPE_OBJECTS,
                          .exclusions = excluded,
                          .exclusion_count = 1};
    int64_t before;

    (void)state;
    make_objects();
    before = questions();
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(host.lines, "function f\n"
                                    "index b/u\n"
                                    "procedure p\n"
                                    "table b\n"
                                    "trigger b/tr\n"
                                    "view a\n");
    assert_int_equal(questions() - before, 1 + 1);
}

static void
keys_asked_for_are_found_or_gone(void **state)
{
    static const dunlin_string index_path[] = {NAMED("b"), NAMED("U")};
    static const dunlin_string gone_path[] = {NAMED("nothing")};
    static const dunlin_fact index_key = {
        .size = sizeof(index_key), .kind = NAMED("index"), .path = index_path, .path_count = 2};
    static const dunlin_fact gone_key = {
        .size = sizeof(gone_key), .kind = NAMED("table"), .path = gone_path, .path_count = 1};
    static const dunlin_fact *const keys[] = {&index_key, &gone_key};
    dunlin_scope scope = {
        .size = sizeof(scope), .depth = DUNLIN_SCOPE_OBJECTS, .keys = keys, .key_count = 2};

    (void)state;
    make_objects();
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(host.lines, "index b/u\ngone table nothing\n");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(items_run_in_order_inside_their_transaction),
        TEST(nothing_runs_behind_a_failed_item),
        TEST(nothing_runs_behind_a_failed_item_of_the_same_text),
        TEST(a_failed_statement_is_told_apart_from_what_travelled_with_it),
        TEST(text_of_several_statements_is_refused_wherever_it_stands),
        TEST(ddl_ends_the_transaction_also_where_it_fails),
        TEST(rollback_without_a_transaction_asks_nobody),
        TEST(a_check_compares_the_first_cell_as_text),
        TEST(every_item_is_one_round_trip),
        TEST(comments_semicolons_and_nothing_are_fine),
        TEST(one_text_is_one_statement),
        TEST(a_procedure_with_several_results_is_read_to_its_end),
        TEST(warnings_are_passed_on),
        TEST(values_come_back_as_they_went_in_under_every_mode),
        TEST(placeholders_are_found_outside_quotes_alone),
        TEST(cells_have_the_types_of_their_columns),
        TEST(a_host_that_stops_gets_its_own_answer_back),
        TEST(errors_have_the_class_that_decides_what_follows),
        TEST(a_syntax_error_has_a_place),
        TEST(a_statement_larger_than_the_server_takes_is_not_sent),
        TEST(the_server_gets_no_file_of_ours),
        TEST(reset_puts_the_session_back),
        TEST(an_item_has_its_own_lock_timeout),
        TEST(rows_without_transactions_are_told),
        TEST(procedures_that_end_transactions_are_told),
        TEST(names_of_other_databases_reach_outside),
        TEST(the_objects_of_the_database_are_listed),
        TEST(keys_asked_for_are_found_or_gone),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
