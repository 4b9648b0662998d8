/* SPDX-License-Identifier: MIT
 *
 * Portable expressions, queries and data statements in MySQL's words: docs/expressions.md. What
 * means something else here and cannot be made to mean the same has no rule, or says why.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_schema.h"
#include "drivers/mysql/my_type.h"

enum {
    FUNCTION = DUNLIN_RULE_FUNCTION,
    OPERATOR = DUNLIN_RULE_OPERATOR,
    PREFIX = DUNLIN_RULE_PREFIX,
    CAST = DUNLIN_RULE_CAST,
    VALUE = DUNLIN_RULE_VALUE,
    CLAUSE = DUNLIN_RULE_CLAUSE
};

/* Servers that have it: versions as in dn_mysql_server. */
enum { ALL = 0, NEVER = 999999 };

typedef struct my_rule {
    int32_t kind;
    unsigned mariadb; /* since */
    unsigned mysql;
    const char *name;
    const char *operands; /* NULL: any */
    const char *result;   /* NULL: as the name says */
    const char *native;   /* NULL: as it stands */
    const char *refusal;
} my_rule;

#define RULE(kind, name, operands, native)                                                         \
    {                                                                                              \
        kind, ALL, ALL, name, operands, NULL, native, NULL                                         \
    }
#define REFUSED(kind, name, operands, why)                                                         \
    {                                                                                              \
        kind, ALL, ALL, name, operands, NULL, NULL, why                                            \
    }
#define SINCE(mariadb, mysql, kind, name, operands, native)                                        \
    {                                                                                              \
        kind, mariadb, mysql, name, operands, NULL, native, NULL                                   \
    }

static const char no_interval[] =
    "the difference of two times is an interval, which there is none of";
static const char text_differs[] = "PostgreSQL writes it as another text";
static const char blanks[] =
    "PostgreSQL sees the blanks behind a char(n), and they are not there here: cast it to text";
static const char labels[] =
    "an enum is compared by its letters, and not by the order of its labels: write what is meant "
    "with CASE";
static const char types_unknown[] =
    "the types of the operands of / are not known: of whole numbers the quotient is whole. Cast them";

/* Fails where a text is no value of a type; a query would do it anywhere but in a CHECK or a generated
 * column. */
#define FAIL "9223372036854775807 + CHAR_LENGTH(CONCAT('x', $1))"
/* Forms that PostgreSQL reads alike: '5' would be five seconds, '1 10:00' a day more, a 30th of February null,
 * and more than six digits of a second would be cut off. */
#define DAY                                                                                        \
    "(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)([-./])(0?[1-9]|1[0-2])([-./])"          \
    "(0?[1-9]|[12][0-9]|3[01])|[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]))"
#define SECONDS "(:[0-5]?[0-9]([.][0-9]{0,6})?)?"
#define HOURS "([01]?[0-9]|2[0-3]):[0-5]?[0-9]" SECONDS
#define WHERE_TEXT(form, is_one, type)                                                             \
    "CAST(CASE WHEN $1 IS NULL OR TRIM($1) REGEXP '^" form "$$'" is_one " THEN $1 ELSE " FAIL      \
    " END AS " type ")"
#define TIME_OF_TEXT                                                                               \
    WHERE_TEXT("(" DAY " +)?(" HOURS                                                               \
               "|24:00(:00([.]0*)?)?|([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])",                     \
               "", "TIME(6)")
#define DATE_OF_TEXT                                                                               \
    WHERE_TEXT(DAY "(( +|T)" HOURS ")?", " AND CAST($1 AS DATE) IS NOT NULL", "DATE")
#define MOMENT_OF_TEXT                                                                             \
    WHERE_TEXT(DAY "(( +|T)" HOURS ")?", " AND CAST($1 AS DATETIME(6)) IS NOT NULL", "DATETIME(6)")

/* Of numbers and texts only; an interval of its own name adds to dates. */
static const my_rule operators[] = {
    REFUSED(OPERATOR, "<", "enum any", labels),
    REFUSED(OPERATOR, "<", "any enum", labels),
    RULE(OPERATOR, "<", NULL, NULL),
    REFUSED(OPERATOR, "<=", "enum any", labels),
    REFUSED(OPERATOR, "<=", "any enum", labels),
    RULE(OPERATOR, "<=", NULL, NULL),
    REFUSED(OPERATOR, ">", "enum any", labels),
    REFUSED(OPERATOR, ">", "any enum", labels),
    RULE(OPERATOR, ">", NULL, NULL),
    REFUSED(OPERATOR, ">=", "enum any", labels),
    REFUSED(OPERATOR, ">=", "any enum", labels),
    RULE(OPERATOR, ">=", NULL, NULL),
    REFUSED(OPERATOR, "between", "enum *", labels),
    RULE(OPERATOR, "between", NULL, NULL),
    REFUSED(OPERATOR, "not between", "enum *", labels),
    RULE(OPERATOR, "not between", NULL, NULL),
    RULE(OPERATOR, "+", "date int", "DATE_ADD($1, INTERVAL $2 DAY)"),
    RULE(OPERATOR, "+", "int date", "DATE_ADD($2, INTERVAL $1 DAY)"),
    REFUSED(OPERATOR, "+", "ts any", "reckoning with times is written as INTERVAL"),
    REFUSED(OPERATOR, "+", "any ts", "reckoning with times is written as INTERVAL"),
    RULE(OPERATOR, "+", NULL, NULL),
    RULE(OPERATOR, "-", "date int", "DATE_SUB($1, INTERVAL $2 DAY)"),
    {OPERATOR, ALL, ALL, "-", "date date", "int", "DATEDIFF($1, $2)", NULL},
    REFUSED(OPERATOR, "-", "ts any", no_interval),
    REFUSED(OPERATOR, "-", "any ts", no_interval),
    RULE(OPERATOR, "-", NULL, NULL),
    RULE(OPERATOR, "*", NULL, NULL),
    RULE(OPERATOR, "%", NULL, NULL),
    RULE(OPERATOR, "/", "int int", "$1 DIV $2"),
    {OPERATOR, ALL, ALL, "/", "float any", "float", "$1 / $2", NULL},
    {OPERATOR, ALL, ALL, "/", "any float", "float", "$1 / $2", NULL},
    /* A quotient has four digits more than the dividend here, and about twenty there. */
    {OPERATOR, ALL, ALL, "/", "decimal any", "decimal", "CAST($1 AS DECIMAL(65,20)) / $2", NULL},
    {OPERATOR, ALL, ALL, "/", "any decimal", "decimal", "CAST($1 AS DECIMAL(65,20)) / $2", NULL},
    REFUSED(OPERATOR, "/", NULL, types_unknown),
    {OPERATOR, ALL, ALL, "^", NULL, "float", "POW($1, $2)", NULL},
    REFUSED(OPERATOR, "||", "bool any", text_differs),
    REFUSED(OPERATOR, "||", "any bool", text_differs),
    REFUSED(OPERATOR, "||", "float any", text_differs),
    REFUSED(OPERATOR, "||", "any float", text_differs),
    REFUSED(OPERATOR, "||", "ts any", text_differs),
    REFUSED(OPERATOR, "||", "any ts", text_differs),
    REFUSED(OPERATOR, "||", "time any", text_differs),
    REFUSED(OPERATOR, "||", "any time", text_differs),
    REFUSED(OPERATOR, "||", "json any", "|| of json puts two documents together"),
    REFUSED(OPERATOR, "||", "any json", "|| of json puts two documents together"),
    REFUSED(OPERATOR, "||", "array any", "there are no arrays"),
    REFUSED(OPERATOR, "||", "any array", "there are no arrays"),
    {OPERATOR, ALL, ALL, "||", "blob blob", "blob", "CONCAT($1, $2)", NULL},
    REFUSED(OPERATOR, "||", "blob any", "|| of blob and text"),
    REFUSED(OPERATOR, "||", "any blob", "|| of blob and text"),
    {OPERATOR, ALL, ALL, "||", NULL, "text", "CONCAT($1, $2)", NULL},
    /* Results are unsigned here. */
    {OPERATOR, ALL, ALL, "&", NULL, "int", "CAST($1 & $2 AS SIGNED)", NULL},
    {OPERATOR, ALL, ALL, "|", NULL, "int", "CAST($1 | $2 AS SIGNED)", NULL},
    {OPERATOR, ALL, ALL, "#", NULL, "int", "CAST($1 ^ $2 AS SIGNED)", NULL},
    {OPERATOR, ALL, ALL, "<<", NULL, "int", "CAST($1 << $2 AS SIGNED)", NULL},
    {OPERATOR, ALL, ALL, ">>", NULL, "int", "CAST(FLOOR($1 / POW(2, $2)) AS SIGNED)", NULL},
    RULE(OPERATOR, "like escape", NULL, "$1 LIKE $2 ESCAPE $3"),
    RULE(OPERATOR, "not like escape", NULL, "$1 NOT LIKE $2 ESCAPE $3"),
    RULE(OPERATOR, "is true", NULL, NULL),
    RULE(OPERATOR, "is not true", NULL, NULL),
    RULE(OPERATOR, "is false", NULL, NULL),
    RULE(OPERATOR, "is not false", NULL, NULL),
    RULE(OPERATOR, "is distinct from", NULL, "NOT ($1 <=> $2)"),
    RULE(OPERATOR, "is not distinct from", NULL, "$1 <=> $2"),
    RULE(OPERATOR, "in row", NULL, NULL),
    RULE(OPERATOR, "row =", NULL, NULL),
    RULE(OPERATOR, "row <>", NULL, NULL),
    RULE(OPERATOR, "row <", NULL, NULL),
    RULE(OPERATOR, "row <=", NULL, NULL),
    RULE(OPERATOR, "row >", NULL, NULL),
    RULE(OPERATOR, "row >=", NULL, NULL),
    RULE(PREFIX, "-", NULL, NULL),
    RULE(PREFIX, "+", NULL, NULL),
    {PREFIX, ALL, ALL, "~", NULL, "int", "CAST(~$1 AS SIGNED)", NULL},
};

/* The escape of a LIKE is a backslash, unless backslashes are no escapes at all. */
static const my_rule likes[] = {
    RULE(OPERATOR, "like", NULL, NULL),
    RULE(OPERATOR, "not like", NULL, NULL),
    RULE(OPERATOR, "ilike", NULL, "LOWER($1) LIKE LOWER($2)"),
    RULE(OPERATOR, "not ilike", NULL, "LOWER($1) NOT LIKE LOWER($2)"),
};
static const my_rule plain_likes[] = {
    RULE(OPERATOR, "like", NULL, "$1 LIKE $2 ESCAPE '\\'"),
    RULE(OPERATOR, "not like", NULL, "$1 NOT LIKE $2 ESCAPE '\\'"),
    RULE(OPERATOR, "ilike", NULL, "LOWER($1) LIKE LOWER($2) ESCAPE '\\'"),
    RULE(OPERATOR, "not ilike", NULL, "LOWER($1) NOT LIKE LOWER($2) ESCAPE '\\'"),
};

static const my_rule values[] = {
    RULE(VALUE, "true", NULL, "TRUE"),
    RULE(VALUE, "false", NULL, "FALSE"),
    RULE(VALUE, "current_timestamp", NULL, "CURRENT_TIMESTAMP(6)"),
    RULE(VALUE, "localtimestamp", NULL, "CURRENT_TIMESTAMP(6)"),
    RULE(VALUE, "current_date", NULL, "CURRENT_DATE"),
    RULE(VALUE, "current_time", NULL, "CURRENT_TIME(6)"),
    RULE(VALUE, "localtime", NULL, "CURRENT_TIME(6)"),
    RULE(VALUE, "current_user", NULL, "SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"),
    RULE(VALUE, "session_user", NULL, "SUBSTRING_INDEX(USER(), '@', 1)"),
    RULE(VALUE, "excluded", NULL, "VALUES($1)"),
    RULE(VALUE, "blob", NULL, "X'$1'"),
};

static const my_rule casts[] = {
    RULE(CAST, "boolean", "bool", "$1"),
    RULE(CAST, "boolean", "int", "$1 <> 0"),
    RULE(CAST, "boolean", "constant", "LOWER($1) IN ('t', 'true', 'y', 'yes', 'on', '1')"),
    REFUSED(CAST, "boolean", NULL, "only numbers and constants become boolean"),
    RULE(CAST, "smallint", "float", "CAST(ROUND($1) AS SIGNED)"),
    RULE(CAST, "integer", "float", "CAST(ROUND($1) AS SIGNED)"),
    RULE(CAST, "bigint", "float", "CAST(ROUND($1) AS SIGNED)"),
    RULE(CAST, "smallint", NULL, "CAST($1 AS SIGNED)"),
    RULE(CAST, "integer", NULL, "CAST($1 AS SIGNED)"),
    RULE(CAST, "bigint", NULL, "CAST($1 AS SIGNED)"),
    RULE(CAST, "real", NULL, "$1 + 0e0"),
    RULE(CAST, "double precision", NULL, "$1 + 0e0"),
    RULE(CAST, "numeric length", NULL, "CAST($1 AS DECIMAL$()"),
    RULE(CAST, "numeric", NULL, "CAST($1 AS DECIMAL(65,30))"),
    RULE(CAST, "text", "bool", "CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END"),
    REFUSED(CAST, "text", "float", text_differs),
    REFUSED(CAST, "text", "ts", text_differs),
    REFUSED(CAST, "text", "time", text_differs),
    REFUSED(CAST, "text", "json", text_differs),
    REFUSED(CAST, "text", "blob", text_differs),
    REFUSED(CAST, "text", "array", text_differs),
    RULE(CAST, "text", "constant", "$1"),
    RULE(CAST, "text", NULL, "CAST($1 AS CHAR)"),
    REFUSED(CAST, "varchar", "bool", text_differs),
    REFUSED(CAST, "varchar", "float", text_differs),
    REFUSED(CAST, "varchar", "ts", text_differs),
    REFUSED(CAST, "varchar", "json", text_differs),
    REFUSED(CAST, "varchar", "blob", text_differs),
    RULE(CAST, "varchar", NULL, "CAST($1 AS CHAR$()"),
    RULE(CAST, "blob", "blob", "$1"),
    RULE(CAST, "date", "constant", "CAST($1 AS DATE)"),
    RULE(CAST, "date", "text", DATE_OF_TEXT),
    RULE(CAST, "date", "char", DATE_OF_TEXT),
    RULE(CAST, "date", NULL, "CAST($1 AS DATE)"),
    RULE(CAST, "time", "constant", "CAST($1 AS TIME(6))"),
    RULE(CAST, "time", "text", TIME_OF_TEXT),
    RULE(CAST, "time", "char", TIME_OF_TEXT),
    RULE(CAST, "time", NULL, "CAST($1 AS TIME(6))"),
    RULE(CAST, "timestamp", "constant", "CAST($1 AS DATETIME(6))"),
    RULE(CAST, "timestamp", "text", MOMENT_OF_TEXT),
    RULE(CAST, "timestamp", "char", MOMENT_OF_TEXT),
    RULE(CAST, "timestamp", NULL, "CAST($1 AS DATETIME(6))"),
    RULE(CAST, "timestamptz", "ts", "CAST($1 AS DATETIME(6))"),
    RULE(CAST, "timestamptz", "date", "CAST($1 AS DATETIME(6))"),
    REFUSED(CAST, "timestamptz", NULL, "a text may have a time zone in it"),
    RULE(CAST, "json", NULL, "$1"),
    RULE(CAST, "jsonb", NULL, "$1"),
    RULE(CAST, "uuid", NULL, "$1"),
};

/* With nothing to fill up with it is null here, and there the text as it is. */
#define PADDED(name) "IF(CHAR_LENGTH($3) = 0, LEFT($1, $2), " name "($1, GREATEST($2, 0), $3))"
#define START(format) "CAST(DATE_FORMAT($1, '" format "') AS DATETIME(6))"

static const my_rule functions[] = {
    RULE(FUNCTION, "lower", NULL, NULL),
    RULE(FUNCTION, "upper", NULL, NULL),
    RULE(FUNCTION, "btrim", "any", "TRIM($1)"),
    RULE(FUNCTION, "ltrim", "any", NULL),
    RULE(FUNCTION, "rtrim", "any", NULL),
    /* A place before the first one counts there, and here it is one from the end. */
    RULE(FUNCTION, "substr", "any any", "SUBSTR($1, GREATEST($2, 1))"),
    RULE(FUNCTION, "substr", "any any any", "SUBSTR($1, GREATEST($2, 1), LEAST($3, $2 + $3 - 1))"),
    RULE(FUNCTION, "replace", NULL, NULL),
    RULE(FUNCTION, "repeat", NULL, NULL),
    RULE(FUNCTION, "reverse", NULL, NULL),
    RULE(FUNCTION, "left", NULL, "LEFT($1, IF($2 < 0, CHAR_LENGTH($1) + $2, $2))"),
    RULE(FUNCTION, "right", NULL, "RIGHT($1, IF($2 < 0, CHAR_LENGTH($1) + $2, $2))"),
    RULE(FUNCTION, "lpad", "any any", "LPAD($1, GREATEST($2, 0), ' ')"),
    RULE(FUNCTION, "lpad", "any any any", PADDED("LPAD")),
    RULE(FUNCTION, "rpad", "any any", "RPAD($1, GREATEST($2, 0), ' ')"),
    RULE(FUNCTION, "rpad", "any any any", PADDED("RPAD")),
    RULE(FUNCTION, "concat", NULL, "CONCAT_WS('', $*)"),
    RULE(FUNCTION, "concat_ws", NULL, NULL),
    RULE(FUNCTION, "md5", NULL, NULL),
    /* Of a negative number it depends on the type: this fails then. */
    RULE(FUNCTION, "to_hex", NULL, "LOWER(HEX(CAST(0 AS UNSIGNED) + $1))"),
    RULE(FUNCTION, "length", "blob", "LENGTH($1)"),
    RULE(FUNCTION, "length", NULL, "CHAR_LENGTH($1)"),
    REFUSED(FUNCTION, "octet_length", "char", blanks),
    RULE(FUNCTION, "octet_length", NULL, "LENGTH($1)"),
    RULE(FUNCTION, "strpos", NULL, "LOCATE($2, $1)"),
    RULE(FUNCTION, "mod", NULL, "MOD($1, $2)"),
    RULE(FUNCTION, "extract year", NULL, "YEAR($1)"),
    RULE(FUNCTION, "extract month", NULL, "MONTH($1)"),
    RULE(FUNCTION, "extract day", NULL, "DAYOFMONTH($1)"),
    RULE(FUNCTION, "extract hour", NULL, "HOUR($1)"),
    RULE(FUNCTION, "extract minute", NULL, "MINUTE($1)"),
    {FUNCTION, ALL, ALL, "extract second", NULL, "decimal",
     "(SECOND($1) + MICROSECOND($1) / 1000000)", NULL},
    RULE(FUNCTION, "extract dow", NULL, "(DAYOFWEEK($1) - 1)"),
    RULE(FUNCTION, "extract isodow", NULL, "(WEEKDAY($1) + 1)"),
    RULE(FUNCTION, "extract doy", NULL, "DAYOFYEAR($1)"),
    RULE(FUNCTION, "extract week", NULL, "WEEK($1, 3)"),
    RULE(FUNCTION, "extract quarter", NULL, "QUARTER($1)"),
    {FUNCTION, ALL, ALL, "extract epoch", NULL, "decimal",
     "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', $1) / 1000000)", NULL},
    RULE(FUNCTION, "abs", NULL, NULL),
    RULE(FUNCTION, "ceil", NULL, NULL),
    RULE(FUNCTION, "floor", NULL, NULL),
    RULE(FUNCTION, "round", NULL, NULL),
    RULE(FUNCTION, "trunc", "any", "TRUNCATE($1, 0)"),
    RULE(FUNCTION, "trunc", "any any", "TRUNCATE($1, $2)"),
    RULE(FUNCTION, "sign", NULL, NULL),
    REFUSED(FUNCTION, "min", "enum", labels),
    RULE(FUNCTION, "min", NULL, NULL),
    REFUSED(FUNCTION, "max", "enum", labels),
    RULE(FUNCTION, "max", NULL, NULL),
    REFUSED(FUNCTION, "greatest", "enum *", labels),
    REFUSED(FUNCTION, "least", "enum *", labels),
    /* Nulls are left out there; here one of them makes null of all. */
    RULE(FUNCTION, "greatest", "any any", "COALESCE(GREATEST($1, $2), $1, $2)"),
    RULE(FUNCTION, "least", "any any", "COALESCE(LEAST($1, $2), $1, $2)"),
    RULE(FUNCTION, "greatest", "any any any",
         "COALESCE(GREATEST(COALESCE(GREATEST($1, $2), $1, $2), $3), $1, $2, $3)"),
    RULE(FUNCTION, "least", "any any any",
         "COALESCE(LEAST(COALESCE(LEAST($1, $2), $1, $2), $3), $1, $2, $3)"),
    RULE(FUNCTION, "power", NULL, "POW($1, $2)"),
    RULE(FUNCTION, "sqrt", NULL, NULL),
    RULE(FUNCTION, "exp", NULL, NULL),
    RULE(FUNCTION, "ln", NULL, NULL),
    RULE(FUNCTION, "log", "any", "LOG10($1)"),
    RULE(FUNCTION, "random", NULL, "RAND()"),
    RULE(FUNCTION, "pi", NULL, NULL),
    RULE(FUNCTION, "starts_with", NULL, "LEFT($1, CHAR_LENGTH($2)) = $2"),
    RULE(FUNCTION, "date_trunc year", NULL, START("%Y-01-01")),
    RULE(FUNCTION, "date_trunc month", NULL, START("%Y-%m-01")),
    RULE(FUNCTION, "date_trunc day", NULL, START("%Y-%m-%d")),
    RULE(FUNCTION, "date_trunc hour", NULL, START("%Y-%m-%d %H:00:00")),
    RULE(FUNCTION, "date_trunc minute", NULL, START("%Y-%m-%d %H:%i:00")),
    RULE(FUNCTION, "date_trunc second", NULL, START("%Y-%m-%d %H:%i:%s")),
    RULE(FUNCTION, "date_trunc week", NULL,
         "CAST(DATE_SUB(DATE($1), INTERVAL WEEKDAY($1) DAY) AS DATETIME(6))"),
    RULE(
        FUNCTION, "date_trunc quarter", NULL,
        "CAST(DATE_ADD(MAKEDATE(YEAR($1), 1), INTERVAL QUARTER($1) * 3 - 3 MONTH) AS DATETIME(6))"),
    RULE(FUNCTION, "current_timestamp", NULL, "CURRENT_TIMESTAMP($1)"),
    RULE(FUNCTION, "localtimestamp", NULL, "CURRENT_TIMESTAMP($1)"),
    RULE(FUNCTION, "gen_random_uuid", NULL, "UUID()"),
    REFUSED(FUNCTION, "json_build_object", "any char *", blanks),
    RULE(FUNCTION, "json_build_object", NULL, "JSON_OBJECT($*)"),
    REFUSED(FUNCTION, "jsonb_build_object", "any char *", blanks),
    RULE(FUNCTION, "jsonb_build_object", NULL, "JSON_OBJECT($*)"),
    REFUSED(FUNCTION, "json_build_array", "char *", blanks),
    RULE(FUNCTION, "json_build_array", NULL, "JSON_ARRAY($*)"),
    REFUSED(FUNCTION, "jsonb_build_array", "char *", blanks),
    RULE(FUNCTION, "jsonb_build_array", NULL, "JSON_ARRAY($*)"),
    REFUSED(FUNCTION, "json_agg", "char", blanks),
    SINCE(100500, 50722, FUNCTION, "json_agg", NULL, "JSON_ARRAYAGG($1)"),
    REFUSED(FUNCTION, "jsonb_agg", "char", blanks),
    SINCE(100500, 50722, FUNCTION, "jsonb_agg", NULL, "JSON_ARRAYAGG($1)"),
    /* Six digits where PostgreSQL has sixteen and more. */
    RULE(FUNCTION, "avg", "float", NULL),
    {FUNCTION, ALL, ALL, "avg", NULL, "decimal", "AVG(CAST($1 AS DECIMAL(65,16)))", NULL},
    /* [MDB] a megabyte at most; [M] 1024 bytes, the rest is cut off without an error. */
    SINCE(100204, NEVER, FUNCTION, "string_agg", NULL, "GROUP_CONCAT($1 SEPARATOR $2)"),
    SINCE(100204, NEVER, FUNCTION, "string_agg order by", NULL,
          "GROUP_CONCAT($1 ORDER BY $3 SEPARATOR $2)"),
    RULE(FUNCTION, "bool_and", NULL, "(MIN($1) <> 0)"),
    RULE(FUNCTION, "bool_or", NULL, "(MAX($1) <> 0)"),
    SINCE(100200, 80000, FUNCTION, "row_number", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "rank", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "dense_rank", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "ntile", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "lag", "any", NULL),
    SINCE(100200, 80000, FUNCTION, "lag", "any any", NULL),
    SINCE(100200, 80000, FUNCTION, "lead", "any", NULL),
    SINCE(100200, 80000, FUNCTION, "lead", "any any", NULL),
    SINCE(100200, 80000, FUNCTION, "first_value", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "last_value", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "nth_value", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "percent_rank", NULL, NULL),
    SINCE(100200, 80000, FUNCTION, "cume_dist", NULL, NULL),
};

#define OTHER_KEY_FAILS(same, column) "IF(" same ", " column ", (SELECT 1 UNION SELECT 2))"
static const char which_key[] =
    "ON DUPLICATE KEY means any key, and is told of the right one by its columns: write "
    "ON CONFLICT (columns)";

static const my_rule clauses[] = {
    /* Nulls are the smallest here and the largest there. */
    RULE(CLAUSE, "order asc", NULL, "$1 IS NULL, $1"),
    RULE(CLAUSE, "order desc", NULL, "$1 IS NULL DESC, $1 DESC"),
    RULE(CLAUSE, "order asc nulls first", NULL, "$1"),
    RULE(CLAUSE, "order asc nulls last", NULL, "$1 IS NULL, $1"),
    RULE(CLAUSE, "order desc nulls first", NULL, "$1 IS NULL DESC, $1 DESC"),
    RULE(CLAUSE, "order desc nulls last", NULL, "$1 DESC"),
    RULE(CLAUSE, "offset", NULL, "LIMIT 18446744073709551615 OFFSET $1"),
    RULE(CLAUSE, "right join", NULL, NULL),
    RULE(CLAUSE, "natural join", NULL, NULL),
    RULE(CLAUSE, "join using", NULL, NULL),
    SINCE(NEVER, 80014, CLAUSE, "lateral", NULL, NULL),
    SINCE(100201, 80001, CLAUSE, "with", NULL, NULL),
    SINCE(100202, 80001, CLAUSE, "with recursive", NULL, NULL),
    SINCE(100300, 80031, CLAUSE, "intersect", NULL, NULL),
    SINCE(100300, 80031, CLAUSE, "except", NULL, NULL),
    SINCE(100500, 80031, CLAUSE, "intersect all", NULL, NULL),
    SINCE(100500, 80031, CLAUSE, "except all", NULL, NULL),
    SINCE(100300, NEVER, CLAUSE, "values", NULL, NULL),
    SINCE(NEVER, 80019, CLAUSE, "derived columns", NULL, NULL),
    RULE(CLAUSE, "for update", NULL, NULL),
    SINCE(100200, 80000, CLAUSE, "over", NULL, NULL),
    SINCE(100200, 80000, CLAUSE, "frame", NULL, NULL),
    SINCE(100200, 80000, CLAUSE, "window", NULL, NULL),
    RULE(CLAUSE, "select without from", NULL, " FROM DUAL"),
    RULE(CLAUSE, "insert default values", NULL, "INSERT INTO $1 () VALUES ()"),
    RULE(CLAUSE, "insert or replace", NULL, "REPLACE INTO"),
    /* Not INSERT IGNORE, which hides other errors. */
    RULE(CLAUSE, "on conflict do nothing", NULL, "ON DUPLICATE KEY UPDATE $2.$3 = $2.$3"),
    /* ON DUPLICATE KEY means any key: that of another one fails, as it does in PostgreSQL. */
    RULE(CLAUSE, "on conflict target do nothing", NULL,
         "ON DUPLICATE KEY UPDATE $2.$3 = " OTHER_KEY_FAILS("$4", "$2.$3")),
    RULE(CLAUSE, "on conflict target do update", NULL,
         "ON DUPLICATE KEY UPDATE $3.$5 = " OTHER_KEY_FAILS("$4", "$3.$5") ", $2"),
    REFUSED(CLAUSE, "on conflict constraint do nothing", NULL, which_key),
    REFUSED(CLAUSE, "on conflict constraint do update", NULL, which_key),
    RULE(CLAUSE, "on conflict sees the select", NULL, NULL),
    RULE(CLAUSE, "on conflict do update", NULL, "ON DUPLICATE KEY UPDATE $2"),
    REFUSED(CLAUSE, "blanks of a char", NULL, blanks),
    RULE(CLAUSE, "given of another type", NULL, NULL),
    REFUSED(CLAUSE, "text for a number", NULL,
            "a decimal would be rounded, others fail in the run"),
    RULE(CLAUSE, "moments in utc", NULL, NULL),
    REFUSED(CLAUSE, "zone of a time", NULL, "there are no time zones here: write it in UTC"),
    REFUSED(
        CLAUSE, "set one after another", NULL,
        "each assignment sees what the ones before it gave, and in no order of these does it make "
        "no difference: write several statements"),
    RULE(CLAUSE, "update alias", NULL, NULL),
    RULE(CLAUSE, "update from", NULL, "UPDATE $1, $3 SET $5$4"),
    RULE(CLAUSE, "update limit", NULL, NULL),
    RULE(CLAUSE, "delete limit", NULL, NULL),
    RULE(CLAUSE, "delete alias", NULL, "DELETE $3 FROM $1$2"),
    RULE(CLAUSE, "delete using", NULL, "DELETE $4 FROM $1, $2$3"),
    /* TRUNCATE commits here, and starts numbers anew. */
    RULE(CLAUSE, "truncate", NULL, "DELETE FROM $1"),
};

typedef struct rule_push {
    const dunlin_call *call;
    dn_mysql_server server;
    int32_t status;
} rule_push;

static void
push_rule(rule_push *push, const my_rule *rule)
{
    dunlin_expression_rule told = {
        .size = sizeof(told),
        .kind = rule->kind,
        .name = dn_kit_string(rule->name),
        .operands = dn_kit_string(rule->operands),
        .result = dn_kit_string(rule->result),
        .native = dn_kit_string(rule->native),
        .refusal = dn_kit_string(rule->refusal),
    };

    if (push->status == DUNLIN_OK &&
        push->server.version >= (push->server.mariadb ? rule->mariadb : rule->mysql))
        push->status = push->call->host->expression_rule(push->call, &told);
}

static void
push_rules(rule_push *push, const my_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        push_rule(push, &rules[i]);
}

/* A date and an interval are a timestamp there. */
static void
push_intervals(rule_push *push)
{
    static const char *const units[] = {"second", "minute", "hour", "day", "month", "year"};

    for (size_t i = 0; i < 2 * sizeof(units) / sizeof(units[0]); i++) {
        const char *unit = units[i / 2];
        bool plus = i % 2 == 0;
        const char *function = plus ? "DATE_ADD" : "DATE_SUB";
        char name[40];
        char native[120];
        my_rule rule = {OPERATOR, ALL, ALL, name, "date any", "ts", native, NULL};

        snprintf(name, sizeof(name), "%s interval %s", plus ? "+" : "-", unit);
        snprintf(native, sizeof(native), "%s(CAST($1 AS DATETIME(6)), INTERVAL $2 %s)", function,
                 unit);
        push_rule(push, &rule);
        rule.operands = "time any";
        rule.native = NULL;
        rule.refusal = "a time of day and an interval";
        push_rule(push, &rule);
        rule.operands = NULL;
        rule.refusal = NULL;
        rule.native = native;
        snprintf(native, sizeof(native), "%s($1, INTERVAL $2 %s)", function, unit);
        push_rule(push, &rule);
    }
}

/* Of the first three that are joined; the rest is seldom anything but text. */
static void
push_joined(rule_push *push)
{
    static const char *const types[] = {"bool", "float", "ts", "time", "json", "blob", "char"};
    static const char *const places[] = {"", "any ", "any any ", "any any any "};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
            const char *why = strcmp(types[i], "char") == 0 ? blanks : text_differs;
            char operands[32];

            snprintf(operands, sizeof(operands), "%s%s *", places[j], types[i]);
            if (j < 3)
                push_rule(push, &(my_rule)REFUSED(FUNCTION, "concat", operands, why));
            if (j > 0)
                push_rule(push, &(my_rule)REFUSED(FUNCTION, "concat_ws", operands, why));
        }
}

/* = ANY (SELECT ...), and of arrays, which there are none of. */
static void
push_quantified(rule_push *push)
{
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};

    for (size_t i = 0; i < 2 * sizeof(signs) / sizeof(signs[0]); i++) {
        char name[20];
        my_rule rule = {OPERATOR, ALL, ALL, name, "any array", NULL, NULL, "there are no arrays"};

        snprintf(name, sizeof(name), "%s %s", signs[i / 2], i % 2 == 0 ? "any" : "all");
        push_rule(push, &rule);
        rule.operands = NULL;
        rule.refusal = NULL;
        push_rule(push, &rule);
    }
}

/* Literals have the session's collation, to which 'a' and 'A' are one. */
static void
push_collation(rule_push *push)
{
    bool pads;
    char native[60];
    my_rule rule = RULE(CLAUSE, "text of literals", NULL, native);

    snprintf(native, sizeof(native), "$1 COLLATE %s",
             dn_mysql_binary_collation(&push->server, &pads));
    push_rule(push, &rule);
}

#define PUSH(list) push_rules(&push, list, sizeof(list) / sizeof((list)[0]))

int32_t
dn_mysql_expression_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    rule_push push = {.call = call, .server = dn_mysql_server_of(profile)};

    PUSH(operators);
    if (push.server.backslash)
        PUSH(likes);
    else
        PUSH(plain_likes);
    push_intervals(&push);
    push_quantified(&push);
    push_joined(&push);
    push_collation(&push);
    PUSH(values);
    PUSH(casts);
    PUSH(functions);
    PUSH(clauses);
    return push.status;
}

/* --- classes of types -------------------------------------------------------------------------------- */
static const struct {
    const char *type; /* begins so */
    const char *classes;
} classes[] = {
    {"tinyint(1)", "bool int"},
    {"tinyint", "int"},
    {"smallint", "int"},
    {"mediumint", "int"},
    {"int", "int"},
    {"bigint", "int"},
    {"bit", "int"},
    {"year", "int"},
    {"decimal", "decimal"},
    {"float", "float"},
    {"double", "float"},
    {"char(36)", "uuid text"},
    {"char", "text"},
    {"varchar", "text"},
    {"tinytext", "text"},
    {"text", "text"},
    {"mediumtext", "text"},
    {"longtext", "text"},
    {"enum", "enum text"},
    {"set", "text"},
    {"datetime", "ts"},
    {"timestamp", "ts"},
    {"date", "date"},
    {"time", "time"},
    {"json", "json array"},
    {"uuid", "uuid"},
    {"inet", "text"},
    {"binary(16)", "uuid blob"},
    {"binary", "blob"},
    {"varbinary", "blob"},
    {"tinyblob", "blob"},
    {"blob", "blob"},
    {"mediumblob", "blob"},
    {"longblob", "blob"},
};

int32_t
dn_mysql_type_classes(const dunlin_call *call, const dunlin_profile *profile,
                      const dunlin_fact *column)
{
    dn_mysql_server server = dn_mysql_server_of(profile);
    dn_kit_set members = {column->properties, column->property_count};
    const char *answer = "any";
    dn_kit_pool pool = {0};
    dn_mysql_type type = dn_mysql_type_of(&pool, &server, members);
    int32_t status;

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (dn_mysql_begins(type.text, classes[i].type)) {
            answer = classes[i].classes;
            break;
        }
    status = pool.failed ? dn_kit_no_memory(call) : call->host->text(call, dn_kit_string(answer));
    dn_kit_pool_free(&pool);
    return status;
}
