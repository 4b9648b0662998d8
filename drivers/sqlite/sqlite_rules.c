/* SPDX-License-Identifier: MIT
 *
 * Portable expressions, queries and data statements in SQLite's words. Timestamps are text in UTC
 * ("2026-11-23 12:12:14"), and so are dates; booleans are 0 and 1. What SQLite lacks (power,
 * regular expressions, padding ...) or means otherwise has no rule: it is not portable to it.
 */
#include "drivers/sqlite/sqlite_local.h"

enum {
    FUNCTION = DUNLIN_RULE_FUNCTION,
    OPERATOR = DUNLIN_RULE_OPERATOR,
    PREFIX = DUNLIN_RULE_PREFIX,
    CAST = DUNLIN_RULE_CAST,
    VALUE = DUNLIN_RULE_VALUE,
    CLAUSE = DUNLIN_RULE_CLAUSE
};

/* A timestamp is shown with six digits where PostgreSQL has them; SQLite's functions know three,
 * and CURRENT_TIMESTAMP none. */
#define STRFTIME(format) "CAST(strftime('" format "', $1) AS INTEGER)"

/* CAST makes 0 of what is no number, where PostgreSQL fails. So does abs() of the number that has
 * no counterpart; length() keeps it from being reckoned once and for all before the first row. */
#define FAIL "abs(-9223372036854775808 + 0 * length($1))"
/* CAST takes the greatest or smallest whole number for what is beyond it, too. */
#define FITS                                                                                       \
    "(CAST(trim($1) AS INTEGER) NOT IN (9223372036854775807, -9223372036854775808) OR "            \
    "ltrim(trim($1), '+0') IN ('9223372036854775807', '-9223372036854775808'))"
#define WHOLE                                                                                      \
    "CASE typeof($1) WHEN 'text' THEN CASE WHEN ltrim(trim($1), '+-') <> '' AND "                  \
    "ltrim(trim($1), '+-') NOT GLOB '*[^0-9]*' AND " FITS                                          \
    " THEN CAST(trim($1) AS INTEGER) ELSE " FAIL " END WHEN 'real' THEN CASE WHEN "                \
    "abs($1) < 9.2e18 THEN CAST(round($1) AS INTEGER) ELSE " FAIL " END ELSE $1 END"
#define NUMBER(type)                                                                               \
    "CASE WHEN typeof($1) = 'text' AND (trim($1) = '' OR $1 GLOB '*[^-+.0-9eE ]*') THEN " FAIL     \
    " ELSE CAST(trim($1) AS " type ") END"

/* date() and its like make null of what is no date, take a number for days since a day in the year -4713,
 * a time for one of the first of January 2000 and the 30th of February for a day, leave out parts of
 * seconds, and reckon with a time zone, which PostgreSQL passes over. */
#define MOMENT(known, value)                                                                       \
    "CASE WHEN $1 IS NULL OR " known " AND date($1) IS NOT NULL AND ($1 NOT GLOB '*:*[-+]*' OR "   \
    "$1 GLOB '*+00:00') THEN " value " ELSE " FAIL " END"
#define DAY "date(substr($1, 1, 10), '+0 days') = substr($1, 1, 10)"
#define BEHIND "substr(rtrim($1, ' Zz'), instr($1, '.'))"
#define FRACTION                                                                                   \
    "CASE WHEN " BEHIND " GLOB '.[0-9]*' AND " BEHIND " NOT GLOB '*[^.0-9]*' "                     \
    "THEN rtrim(rtrim(" BEHIND ", '0'), '.') ELSE '' END"

/* Of whole seconds, minutes ..; "days" are SQLite's word for it. */
#define MOVED(operator, unit, minus)                                                               \
    {OPERATOR,                                                                                     \
     0,                                                                                            \
     operator" interval " unit,                                                                    \
     "ts any",                                                                                     \
     "datetime($1, " minus "($2) || ' " unit "s') || " FRACTION,                                   \
     NULL},                                                                                        \
        {OPERATOR,                                                                                 \
         0,                                                                                        \
         operator" interval " unit,                                                                \
         "date any",                                                                               \
         "datetime($1, " minus "($2) || ' " unit "s')",                                            \
         NULL},                                                                                    \
    {                                                                                              \
        OPERATOR, 0, operator" interval " unit, "text any", NULL, MOMENT_IS_TEXT                   \
    }
#define MOMENT_IS_TEXT "in SQLite a time in a column is a text: say what it is, c::timestamp"

/* Labels have an order of their own; texts go by their letters. */
#define LABELS "in SQLite an enum is a text: write what is meant with CASE"
#define COMPARED(name)                                                                             \
    {OPERATOR, 0, name, "enum any", NULL, LABELS}, {OPERATOR, 0, name, "any enum", NULL, LABELS},  \
    {                                                                                              \
        OPERATOR, 0, name, NULL, NULL, NULL                                                        \
    }
#define SORTED(name, native)                                                                       \
    {CLAUSE, 3030000, name, "enum", NULL, LABELS},                                                 \
    {                                                                                              \
        CLAUSE, 3030000, name, NULL, native, NULL                                                  \
    }

#define NO_NUMBER                                                                                  \
    "a text is no number, and dates and times are texts in SQLite: reckon with them in a section"
#define TEXT_DIFFERS "in SQLite the text of such a number has other zeros than in PostgreSQL"
#define BLANKS                                                                                     \
    "PostgreSQL sees the blanks behind a char(n), and they are not there in SQLite: cast it to text"
#define BOOLEAN_TEXT "in SQLite the text of a boolean is 0 or 1"
#define JOINED(class, why)                                                                         \
    {FUNCTION, 0, "concat", class " *", NULL, why},                                                \
        {FUNCTION, 0, "concat", "any " class " *", NULL, why},                                     \
    {                                                                                              \
        FUNCTION, 0, "concat", "any any " class " *", NULL, why                                    \
    }

/* PostgreSQL takes the even one of two that are as near, where the number is no decimal. */
#define EVEN                                                                                       \
    "CASE WHEN abs($1 - CAST($1 AS INTEGER)) = 0.5 THEN 2 * round($1 / 2) ELSE round($1) END"

#define EVEN_WHOLE "CASE WHEN abs($1) >= 9.2e18 THEN " FAIL " ELSE CAST(" EVEN " AS INTEGER) END"

#define WITHIN(least, most)                                                                        \
    "CASE WHEN $1 + 0 NOT BETWEEN " least " AND " most " THEN " FAIL " ELSE $1 END"

/* round() takes a negative number of digits for 0. */
#define TENS "CAST('1e' || (-$2) AS REAL)"

#define JSON_TEXT                                                                                  \
    "CASE json_type($1 -> $2) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "                  \
    "ELSE CAST($1 ->> $2 AS TEXT) END"

static const struct {
    int32_t kind;
    int since; /* version of SQLite, 0: any */
    const char *name;
    const char *operands;
    const char *native; /* NULL: as it stands */
    const char *refusal;
} rules[] = {
    {VALUE, 0, "true", NULL, "TRUE", NULL},
    {VALUE, 0, "false", NULL, "FALSE", NULL},
    {VALUE, 0, "current_timestamp", NULL, "CURRENT_TIMESTAMP", NULL},
    {VALUE, 0, "localtimestamp", NULL, "CURRENT_TIMESTAMP", NULL},
    {VALUE, 0, "current_date", NULL, "CURRENT_DATE", NULL},
    {VALUE, 0, "current_time", NULL, "CURRENT_TIME", NULL},
    {VALUE, 0, "localtime", NULL, "CURRENT_TIME", NULL},
    {VALUE, 0, "excluded", NULL, "excluded.$1", NULL},
    {VALUE, 0, "blob", NULL, "X'$1'", NULL},
    {VALUE, 0, "default", NULL, NULL, "SQLite has no DEFAULT among values: leave the column out"},

    COMPARED("<"),
    COMPARED("<="),
    COMPARED(">"),
    COMPARED(">="),
    {OPERATOR, 0, "between", "enum *", NULL, LABELS},
    {OPERATOR, 0, "between", NULL, NULL, NULL},
    {OPERATOR, 0, "not between", "enum *", NULL, LABELS},
    {OPERATOR, 0, "not between", NULL, NULL, NULL},
    {OPERATOR, 0, "+", "date *", NULL, "reckoning with dates is written as INTERVAL"},
    {OPERATOR, 0, "+", "any date", NULL, "reckoning with dates is written as INTERVAL"},
    {OPERATOR, 0, "+", "ts *", NULL, "reckoning with times is written as INTERVAL"},
    {OPERATOR, 0, "+", "any ts", NULL, "reckoning with times is written as INTERVAL"},
    {OPERATOR, 0, "+", "text *", NULL, NO_NUMBER},
    {OPERATOR, 0, "+", "any text", NULL, NO_NUMBER},
    {OPERATOR, 0, "+", NULL, "$1 + $2", NULL},
    {OPERATOR, 0, "-", "ts *", NULL,
     "the difference of times is an interval, which SQLite has not"},
    {OPERATOR, 0, "-", "date date", "CAST(julianday($1) - julianday($2) AS INTEGER)", NULL},
    {OPERATOR, 0, "-", "date *", NULL, "reckoning with dates is written as INTERVAL"},
    {OPERATOR, 0, "-", "text *", NULL, NO_NUMBER},
    {OPERATOR, 0, "-", "any text", NULL, NO_NUMBER},
    {OPERATOR, 0, "-", NULL, "$1 - $2", NULL},
    {OPERATOR, 0, "*", NULL, "$1 * $2", NULL},
    {OPERATOR, 0, "/", "int int", "$1 / $2", NULL},
    {OPERATOR, 0, "/", "decimal any", "CAST($1 AS REAL) / $2", NULL},
    {OPERATOR, 0, "/", "float any", "CAST($1 AS REAL) / $2", NULL},
    {OPERATOR, 0, "/", "any decimal", "CAST($1 AS REAL) / $2", NULL},
    {OPERATOR, 0, "/", "any float", "CAST($1 AS REAL) / $2", NULL},
    {OPERATOR, 0, "/", NULL, NULL,
     "the types of the operands of / are not known, nor whether a sum is bigint or numeric: of whole "
     "numbers the quotient is whole. Cast them"},
    {OPERATOR, 0, "%", "int int", "$1 % $2", NULL},
    {OPERATOR, 0, "%", NULL, NULL, "SQLite's % knows whole numbers only"},
    {OPERATOR, 0, "||", "any bool", NULL, BOOLEAN_TEXT},
    {OPERATOR, 0, "||", "bool any", NULL, BOOLEAN_TEXT},
    {OPERATOR, 0, "||", "any decimal", NULL, TEXT_DIFFERS},
    {OPERATOR, 0, "||", "decimal any", NULL, TEXT_DIFFERS},
    {OPERATOR, 0, "||", "any float", NULL, TEXT_DIFFERS},
    {OPERATOR, 0, "||", "float any", NULL, TEXT_DIFFERS},
    {OPERATOR, 0, "||", "text any", "$1 || $2", NULL},
    {OPERATOR, 0, "||", "any text", "$1 || $2", NULL},
    {OPERATOR, 0, "||", "json *", NULL, "SQLite cannot join JSON"},
    {OPERATOR, 0, "||", "array *", NULL, "SQLite has no arrays"},
    {OPERATOR, 0, "||", "any array", NULL, "SQLite has no arrays"},
    {OPERATOR, 0, "||", NULL, "$1 || $2", NULL},
    {OPERATOR, 0, "&", NULL, "$1 & $2", NULL},
    {OPERATOR, 0, "|", NULL, "$1 | $2", NULL},
    {OPERATOR, 0, "#", NULL, "($1 | $2) - ($1 & $2)", NULL},
    {OPERATOR, 0, "<<", NULL, "$1 << $2", NULL},
    {OPERATOR, 0, ">>", NULL, "$1 >> $2", NULL},
    /* SQLite's LIKE takes capitals and small letters for the same; GLOB does not. */
    {OPERATOR, 0, "like", NULL, "$1 GLOB $G2", NULL},
    {OPERATOR, 0, "not like", NULL, "$1 NOT GLOB $G2", NULL},
    {OPERATOR, 0, "ilike", NULL, "$1 LIKE $L2 ESCAPE '\\'", NULL},
    {OPERATOR, 0, "not ilike", NULL, "$1 NOT LIKE $L2 ESCAPE '\\'", NULL},
    {OPERATOR, 0, "is true", NULL, "$1 IS TRUE", NULL},
    {OPERATOR, 0, "is not true", NULL, "$1 IS NOT TRUE", NULL},
    {OPERATOR, 0, "is false", NULL, "$1 IS FALSE", NULL},
    {OPERATOR, 0, "is not false", NULL, "$1 IS NOT FALSE", NULL},
    {OPERATOR, 0, "is distinct from", NULL, "$1 IS NOT $2", NULL},
    {OPERATOR, 0, "is not distinct from", NULL, "$1 IS $2", NULL},
    {OPERATOR, 3038000, "->", "json any", "$1 -> $2", NULL},
    {OPERATOR, 3038000, "->>", "json any", JSON_TEXT, NULL},
    /* A column that is there already is TEXT. */
    {OPERATOR, 3038000, "->", "text any", "$1 -> $2", NULL},
    {OPERATOR, 3038000, "->>", "text any", JSON_TEXT, NULL},
    {OPERATOR, 0, "in row", NULL, NULL, NULL},
    {OPERATOR, 0, "row =", NULL, NULL, NULL},
    {OPERATOR, 0, "row <>", NULL, NULL, NULL},
    MOVED("+", "second", ""),
    MOVED("+", "minute", ""),
    MOVED("+", "hour", ""),
    MOVED("+", "day", ""),
    MOVED("-", "second", "-"),
    MOVED("-", "minute", "-"),
    MOVED("-", "hour", "-"),
    MOVED("-", "day", "-"),

    {PREFIX, 0, "-", NULL, "-$1", NULL},
    {PREFIX, 0, "+", NULL, "+$1", NULL},
    {PREFIX, 0, "~", NULL, "~$1", NULL},

    {CAST, 0, "boolean", "bool", "$1", NULL},
    {CAST, 0, "boolean", "int", "$1 <> 0", NULL},
    {CAST, 0, "smallint", "int", "$1", NULL},
    {CAST, 0, "integer", "int", "$1", NULL},
    {CAST, 0, "bigint", "int", "$1", NULL},
    {CAST, 0, "smallint", "bool", "$1 + 0", NULL},
    {CAST, 0, "integer", "bool", "$1 + 0", NULL},
    {CAST, 0, "bigint", "bool", "$1 + 0", NULL},
    /* A number is rounded, while SQLite cuts it off. */
    {CAST, 0, "smallint", "decimal", "CAST(round($1) AS INTEGER)", NULL},
    {CAST, 0, "integer", "decimal", "CAST(round($1) AS INTEGER)", NULL},
    {CAST, 0, "bigint", "decimal", "CAST(round($1) AS INTEGER)", NULL},
    {CAST, 0, "smallint", "float", EVEN_WHOLE, NULL},
    {CAST, 0, "integer", "float", EVEN_WHOLE, NULL},
    {CAST, 0, "bigint", "float", EVEN_WHOLE, NULL},
    {CAST, 0, "smallint", "constant", "CAST($1 AS INTEGER)", NULL},
    {CAST, 0, "smallint", NULL, WHOLE, NULL},
    {CAST, 0, "integer", "constant", "CAST($1 AS INTEGER)", NULL},
    {CAST, 0, "integer", NULL, WHOLE, NULL},
    {CAST, 0, "bigint", "constant", "CAST($1 AS INTEGER)", NULL},
    {CAST, 0, "bigint", NULL, WHOLE, NULL},
    {CAST, 0, "real", "constant", "CAST($1 AS REAL)", NULL},
    {CAST, 0, "real", "int", "CAST($1 AS REAL)", NULL},
    {CAST, 0, "real", NULL, NUMBER("REAL"), NULL},
    {CAST, 0, "double precision", "constant", "CAST($1 AS REAL)", NULL},
    {CAST, 0, "double precision", "int", "CAST($1 AS REAL)", NULL},
    {CAST, 0, "double precision", NULL, NUMBER("REAL"), NULL},
    {CAST, 0, "numeric length", "int", "CAST($1 AS NUMERIC)", NULL},
    {CAST, 0, "numeric length", "constant", "CAST(round(CAST($1 AS NUMERIC), $.) AS NUMERIC)",
     NULL},
    {CAST, 0, "numeric length", NULL, "CAST(round(" NUMBER("NUMERIC") ", $.) AS NUMERIC)", NULL},
    {CAST, 0, "numeric", "constant", "CAST($1 AS NUMERIC)", NULL},
    {CAST, 0, "numeric", "int", "CAST($1 AS NUMERIC)", NULL},
    {CAST, 0, "numeric", NULL, NUMBER("NUMERIC"), NULL},
    {CAST, 0, "text", "decimal", NULL, TEXT_DIFFERS},
    {CAST, 0, "text", "float", NULL, TEXT_DIFFERS},
    {CAST, 0, "text", "bool", "CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END", NULL},
    {CAST, 0, "text", NULL, "CAST($1 AS TEXT)", NULL},
    {CAST, 0, "varchar", "decimal", NULL, TEXT_DIFFERS},
    {CAST, 0, "varchar", "float", NULL, TEXT_DIFFERS},
    {CAST, 0, "varchar", "bool", "CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END", NULL},
    {CAST, 0, "varchar", "text", "$1", NULL},
    {CAST, 0, "varchar", NULL, "CAST($1 AS TEXT)", NULL},
    {CAST, 0, "varchar length", "decimal", NULL, TEXT_DIFFERS},
    {CAST, 0, "varchar length", "float", NULL, TEXT_DIFFERS},
    {CAST, 0, "varchar length", "bool",
     "substr(CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END, 1, $()", NULL},
    {CAST, 0, "varchar length", NULL, "substr(CAST($1 AS TEXT), 1, $()", NULL},
    {CAST, 0, "char length", "text", "rtrim(substr($1, 1, $())", NULL},
    {CAST, 0, "blob", NULL, "CAST($1 AS BLOB)", NULL},
    {CAST, 0, "date", "constant", "$1", NULL},
    {CAST, 0, "date", NULL, MOMENT(DAY, "substr($1, 1, 10)"), NULL},
    {CAST, 0, "time", "constant", "$1", NULL},
    {CAST, 0, "time", NULL, MOMENT("($1 GLOB '[0-9][0-9]:*' OR " DAY ")", "time($1) || " FRACTION),
     NULL},
    {CAST, 0, "timestamp", "constant", "$1", NULL},
    {CAST, 0, "timestamp", "ts", "$1", NULL},
    {CAST, 0, "timestamp", NULL,
     MOMENT(DAY " AND datetime(substr($1, 1, 19)) IS NOT NULL",
            "datetime(substr($1, 1, 19), '+0 days') || " FRACTION),
     NULL},
    {CAST, 0, "timestamptz", "ts", "$1", NULL},
    {CAST, 0, "timestamptz", "date", "datetime($1)", NULL},
    {CAST, 0, "json", NULL, "$1", NULL},
    {CAST, 0, "jsonb", NULL, "$1", NULL},
    {CAST, 0, "uuid", NULL,
     "CASE WHEN $1 IS NULL OR length($1) = 36 AND length(replace($1, '-', '')) = 32 AND "
     "replace($1, '-', '') NOT GLOB '*[^0-9a-fA-F]*' AND substr($1, 9, 1) || substr($1, 14, 1) || "
     "substr($1, 19, 1) || substr($1, 24, 1) = '----' "
     "THEN lower($1) ELSE " FAIL " END",
     NULL},

    {FUNCTION, 0, "lower", NULL, "lower($1)", NULL},
    {FUNCTION, 0, "upper", NULL, "upper($1)", NULL},
    {FUNCTION, 0, "btrim", NULL, "trim($*)", NULL},
    {FUNCTION, 0, "ltrim", NULL, "ltrim($*)", NULL},
    {FUNCTION, 0, "rtrim", NULL, "rtrim($*)", NULL},
    {FUNCTION, 0, "length", NULL, "length($1)", NULL},
    {FUNCTION, 0, "octet_length", "char", NULL, BLANKS},
    {FUNCTION, 0, "octet_length", NULL, "length(CAST($1 AS BLOB))", NULL},
    {FUNCTION, 0, "replace", "any any any", "replace($1, $2, $3)", NULL},
    {FUNCTION, 0, "strpos", NULL, "instr($1, $2)", NULL},
    {FUNCTION, 0, "left", "any int",
     "substr($1, 1, max($2, CASE WHEN $2 < 0 THEN length($1) + $2 "
     "ELSE $2 END, 0))",
     NULL},
    {FUNCTION, 0, "right", "any int",
     "CASE WHEN $2 > 0 THEN substr($1, max(length($1) - $2 + 1, 1)) WHEN $2 < 0 "
     "THEN substr($1, 1 - $2) WHEN $2 = 0 THEN substr($1, 1, 0) END",
     NULL},
    /* substr of a place before the first counts what is not there, as PostgreSQL does. */
    {FUNCTION, 0, "substr", "any any", "substr($1, max($2, 1))", NULL},
    {FUNCTION, 0, "substr", "any any any", "substr($1, max($2, 1), max($2 + $3 - max($2, 1), 0))",
     NULL},
    {FUNCTION, 0, "repeat", "any any",
     "CASE WHEN $2 IS NOT NULL THEN replace(hex(zeroblob($2)), '00', $1) END", NULL},
    JOINED("bool", BOOLEAN_TEXT),
    JOINED("decimal", TEXT_DIFFERS),
    JOINED("float", TEXT_DIFFERS),
    JOINED("char", BLANKS),
    {FUNCTION, 0, "concat", NULL, "($[coalesce($0, '')$| || $])", NULL},
    {FUNCTION, 0, "chr", NULL, "char($1)", NULL},
    {FUNCTION, 0, "ascii", NULL, "CASE WHEN $1 = '' THEN 0 ELSE unicode($1) END", NULL},
    /* Of a negative number it depends on the type. */
    {FUNCTION, 0, "to_hex", NULL,
     "CASE WHEN $1 >= 0 THEN printf('%x', $1) WHEN $1 < 0 THEN " FAIL " END", NULL},
    {FUNCTION, 0, "starts_with", NULL, "substr($1, 1, length($2)) = $2", NULL},
    {FUNCTION, 0, "quote_literal", NULL, "quote($1)", NULL},
    {FUNCTION, 0, "abs", NULL, "abs($1)", NULL},
    {FUNCTION, 0, "sign", NULL,
     "CASE WHEN $1 > 0 THEN 1 WHEN $1 < 0 THEN -1 WHEN $1 = 0 THEN 0 END", NULL},
    {FUNCTION, 0, "round", "int", "$1", NULL},
    {FUNCTION, 0, "within smallint", NULL, WITHIN("-32768", "32767"), NULL},
    {FUNCTION, 0, "within integer", NULL, WITHIN("-2147483648", "2147483647"), NULL},
    /* Beyond 64 bits it computes a float. */
    {FUNCTION, 0, "within bigint", NULL, "CASE typeof($1) WHEN 'real' THEN " FAIL " ELSE $1 END",
     NULL},
    {FUNCTION, 0, "round", "float", EVEN, NULL},
    {FUNCTION, 0, "round", "any any",
     "CASE WHEN $2 < 0 THEN round($1 / " TENS ") * " TENS " ELSE round($1, $2) END", NULL},
    {FUNCTION, 0, "round", NULL, "round($1)", NULL},
    {FUNCTION, 0, "trunc", "any", "CAST($1 AS INTEGER)", NULL},
    {FUNCTION, 0, "ceil", "any", "CAST($1 AS INTEGER) + ($1 > CAST($1 AS INTEGER))", NULL},
    {FUNCTION, 0, "floor", "any", "CAST($1 AS INTEGER) - ($1 < CAST($1 AS INTEGER))", NULL},
    {FUNCTION, 0, "mod", "int int", "$1 % $2", NULL},
    {FUNCTION, 0, "random", NULL, "(random() + 9223372036854775808.0) / 18446744073709551616.0",
     NULL},
    {FUNCTION, 0, "pi", NULL, "3.141592653589793", NULL},
    /* max() of several is null as soon as one of them is; greatest() leaves nulls out. */
    {FUNCTION, 0, "greatest", "enum *", NULL, LABELS},
    {FUNCTION, 0, "greatest", "any", "$1", NULL},
    {FUNCTION, 0, "greatest", "any any", "max(coalesce($1, $2), coalesce($2, $1))", NULL},
    {FUNCTION, 0, "greatest", "any any any",
     "max(coalesce($1, $2, $3), coalesce($2, $3, $1), coalesce($3, $1, $2))", NULL},
    {FUNCTION, 0, "greatest", "any any any any",
     "max(coalesce($1, $2, $3, $4), coalesce($2, $3, $4, $1), coalesce($3, $4, $1, $2), "
     "coalesce($4, $1, $2, $3))",
     NULL},
    {FUNCTION, 0, "least", "enum *", NULL, LABELS},
    {FUNCTION, 0, "least", "any", "$1", NULL},
    {FUNCTION, 0, "least", "any any", "min(coalesce($1, $2), coalesce($2, $1))", NULL},
    {FUNCTION, 0, "least", "any any any",
     "min(coalesce($1, $2, $3), coalesce($2, $3, $1), coalesce($3, $1, $2))", NULL},
    {FUNCTION, 0, "least", "any any any any",
     "min(coalesce($1, $2, $3, $4), coalesce($2, $3, $4, $1), coalesce($3, $4, $1, $2), "
     "coalesce($4, $1, $2, $3))",
     NULL},
    {FUNCTION, 0, "extract year", NULL, STRFTIME("%Y"), NULL},
    {FUNCTION, 0, "extract month", NULL, STRFTIME("%m"), NULL},
    {FUNCTION, 0, "extract day", NULL, STRFTIME("%d"), NULL},
    {FUNCTION, 0, "extract hour", NULL, STRFTIME("%H"), NULL},
    {FUNCTION, 0, "extract minute", NULL, STRFTIME("%M"), NULL},
    {FUNCTION, 0, "extract second", NULL, "CAST(strftime('%f', $1) AS REAL)", NULL},
    {FUNCTION, 0, "extract epoch", NULL,
     STRFTIME("%s") " + (CAST(strftime('%f', $1) AS REAL) - " STRFTIME("%S") ")", NULL},
    {FUNCTION, 0, "extract dow", NULL, STRFTIME("%w"), NULL},
    {FUNCTION, 0, "extract doy", NULL, STRFTIME("%j"), NULL},
    {FUNCTION, 0, "extract quarter", NULL, "(CAST(strftime('%m', $1) AS INTEGER) + 2) / 3", NULL},
    {FUNCTION, 0, "extract isodow", NULL, "(CAST(strftime('%w', $1) AS INTEGER) + 6) % 7 + 1",
     NULL},
    {FUNCTION, 0, "date_trunc year", NULL, "strftime('%Y-01-01 00:00:00', $1)", NULL},
    {FUNCTION, 0, "date_trunc month", NULL, "strftime('%Y-%m-01 00:00:00', $1)", NULL},
    {FUNCTION, 0, "date_trunc day", NULL, "strftime('%Y-%m-%d 00:00:00', $1)", NULL},
    {FUNCTION, 0, "date_trunc hour", NULL, "strftime('%Y-%m-%d %H:00:00', $1)", NULL},
    {FUNCTION, 0, "date_trunc minute", NULL, "strftime('%Y-%m-%d %H:%M:00', $1)", NULL},
    {FUNCTION, 0, "date_trunc second", NULL, "strftime('%Y-%m-%d %H:%M:%S', $1)", NULL},
    {FUNCTION, 0, "to_timestamp", "int", "datetime($1, 'unixepoch')", NULL},
    {FUNCTION, 0, "current_timestamp", NULL, "CURRENT_TIMESTAMP", NULL},
    {FUNCTION, 0, "localtimestamp", NULL, "CURRENT_TIMESTAMP", NULL},
    /* Version 4, RFC 9562: six bits are given. */
    {FUNCTION, 0, "gen_random_uuid", NULL,
     "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
     "substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || "
     "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
     NULL},
    {FUNCTION, 0, "json_build_object", "any char *", NULL, BLANKS},
    {FUNCTION, 0, "json_build_object", NULL, "json_object($*)", NULL},
    {FUNCTION, 0, "jsonb_build_object", "any char *", NULL, BLANKS},
    {FUNCTION, 0, "jsonb_build_object", NULL, "json_object($*)", NULL},
    {FUNCTION, 0, "json_build_array", "char *", NULL, BLANKS},
    {FUNCTION, 0, "json_build_array", NULL, "json_array($*)", NULL},
    {FUNCTION, 0, "jsonb_build_array", "char *", NULL, BLANKS},
    {FUNCTION, 0, "jsonb_build_array", NULL, "json_array($*)", NULL},
    {FUNCTION, 0, "json_agg", "char", NULL, BLANKS},
    {FUNCTION, 0, "json_agg", NULL, "CASE WHEN count(*) > 0 THEN json_group_array($1) END", NULL},
    {FUNCTION, 0, "jsonb_agg", "char", NULL, BLANKS},
    {FUNCTION, 0, "jsonb_agg", NULL, "CASE WHEN count(*) > 0 THEN json_group_array($1) END", NULL},
    {FUNCTION, 0, "avg", NULL, "avg($1)", NULL},
    {FUNCTION, 0, "min", "enum", NULL, LABELS},
    {FUNCTION, 0, "min", NULL, "min($1)", NULL},
    {FUNCTION, 0, "max", "enum", NULL, LABELS},
    {FUNCTION, 0, "max", NULL, "max($1)", NULL},
    {FUNCTION, 0, "string_agg", NULL, "group_concat($1, $2)", NULL},
    {FUNCTION, 0, "bool_and", NULL, "min($1)", NULL},
    {FUNCTION, 0, "bool_or", NULL, "max($1)", NULL},
    {FUNCTION, 3025000, "row_number", NULL, "row_number()", NULL},
    {FUNCTION, 3025000, "rank", NULL, "rank()", NULL},
    {FUNCTION, 3025000, "dense_rank", NULL, "dense_rank()", NULL},
    {FUNCTION, 3025000, "ntile", NULL, "ntile($1)", NULL},
    {FUNCTION, 3025000, "lag", NULL, "lag($*)", NULL},
    {FUNCTION, 3025000, "lead", NULL, "lead($*)", NULL},
    {FUNCTION, 3025000, "first_value", NULL, "first_value($1)", NULL},
    {FUNCTION, 3025000, "last_value", NULL, "last_value($1)", NULL},
    {FUNCTION, 3025000, "nth_value", NULL, "nth_value($1, $2)", NULL},
    {FUNCTION, 3025000, "percent_rank", NULL, "percent_rank()", NULL},
    {FUNCTION, 3025000, "cume_dist", NULL, "cume_dist()", NULL},

    SORTED("order asc", "$1 ASC NULLS LAST"),
    SORTED("order desc", "$1 DESC NULLS FIRST"),
    SORTED("order asc nulls first", "$1 ASC NULLS FIRST"),
    SORTED("order asc nulls last", "$1 ASC NULLS LAST"),
    SORTED("order desc nulls first", "$1 DESC NULLS FIRST"),
    SORTED("order desc nulls last", "$1 DESC NULLS LAST"),
    {CLAUSE, 0, "offset", NULL, "LIMIT -1 OFFSET $1", NULL},
    {CLAUSE, 3039000, "right join", NULL, NULL, NULL},
    {CLAUSE, 3039000, "full join", NULL, NULL, NULL},
    {CLAUSE, 0, "natural join", NULL, NULL, NULL},
    {CLAUSE, 0, "join using", NULL, NULL, NULL},
    {CLAUSE, 0, "with", NULL, NULL, NULL},
    {CLAUSE, 0, "with recursive", NULL, NULL, NULL},
    {CLAUSE, 0, "data with", NULL, NULL, NULL},
    {CLAUSE, 0, "intersect", NULL, NULL, NULL},
    {CLAUSE, 0, "except", NULL, NULL, NULL},
    {CLAUSE, 0, "values", NULL, NULL, NULL},
    {CLAUSE, 0, "set row", NULL, NULL, NULL},
    {CLAUSE, 3035000, "returning", NULL, NULL, NULL},
    {CLAUSE, 3025000, "over", NULL, NULL, NULL},
    {CLAUSE, 3028000, "frame", NULL, NULL, NULL},
    {CLAUSE, 3028000, "window", NULL, NULL, NULL},
    {CLAUSE, 3030000, "filter", NULL, NULL, NULL},
    {CLAUSE, 0, "insert default values", NULL, "INSERT INTO $1 DEFAULT VALUES", NULL},
    {CLAUSE, 3024000, "insert alias", NULL, NULL, NULL},
    {CLAUSE, 0, "computed once", NULL, "(SELECT $1 FROM (SELECT $2))", NULL},
    {CLAUSE, 0, "decimal for an integer", NULL, NULL, NULL},
    {CLAUSE, 0, "given of another type", NULL, NULL, NULL},
    {CLAUSE, 0, "text for a time", NULL, NULL, NULL},
    {CLAUSE, 0, "key that numbers itself", NULL, NULL, NULL},
    {CLAUSE, 0, "moments in utc", NULL, NULL, NULL},
    {CLAUSE, 0, "columns of a view", NULL, NULL, NULL},
    {CLAUSE, 0, "text for a char", NULL, NULL, NULL},
    {CLAUSE, 0, "blanks of a char", NULL, NULL, BLANKS},
    {CLAUSE, 0, "text for a number", NULL, NULL, "SQLite would keep the text"},
    {CLAUSE, 0, "words for a time", NULL, NULL,
     "SQLite would keep the text: write times in digits, 2026-01-31 10:11:12"},
    {CLAUSE, 0, "insert or replace", NULL, "INSERT OR REPLACE INTO", NULL},
    {CLAUSE, 3024000, "on conflict do nothing", NULL, "ON CONFLICT DO NOTHING", NULL},
    {CLAUSE, 3024000, "on conflict target do nothing", NULL, "ON CONFLICT ($1) DO NOTHING", NULL},
    {CLAUSE, 3024000, "on conflict target do update", NULL, "ON CONFLICT ($1) DO UPDATE SET $2",
     NULL},
    {CLAUSE, 3035000, "on conflict do update", NULL, "ON CONFLICT DO UPDATE SET $2", NULL},
    {CLAUSE, 3024000, "on conflict target where", NULL, NULL, NULL},
    {CLAUSE, 3024000, "on conflict do update where", NULL, NULL, NULL},
    {CLAUSE, 0, "on conflict after select", NULL, "true", NULL},
    {CLAUSE, 0, "update alias", NULL, NULL, NULL},
    {CLAUSE, 3033000, "update from", NULL, "UPDATE $1 SET $2 FROM $3$4", NULL},
    {CLAUSE, 0, "delete alias", NULL, NULL, NULL},
    {CLAUSE, 0, "delete using", NULL, "DELETE FROM $1 WHERE EXISTS (SELECT 1 FROM $2$3)", NULL},
    {CLAUSE, 0, "truncate", NULL, "DELETE FROM $1", NULL},
};

static int
version_of(const dunlin_profile *profile)
{
    if (profile == NULL || profile->major == 0)
        return sqlite3_libversion_number();
    return profile->major * 1000000 + profile->minor * 1000 + profile->patch;
}

int32_t
dn_sqlite_expression_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    int version = version_of(profile);

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        dunlin_expression_rule rule = {
            .size = sizeof(rule),
            .kind = rules[i].kind,
            .name = dn_kit_string(rules[i].name),
            .operands = dn_kit_string(rules[i].operands),
            .result = dn_kit_string(NULL),
            .native = dn_kit_string(rules[i].native),
            .refusal = dn_kit_string(rules[i].refusal),
        };
        int32_t status = DUNLIN_OK;

        if (version >= rules[i].since)
            status = call->host->expression_rule(call, &rule);
        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}
