/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_said.h"

#include <ctype.h>
#include <string.h>

/* One step reads a character, c, or two, d. `mode` is empty in the text itself, else what ends a name
 * or a string, - in a comment to the end of the line, * in one of several lines. */
#define C "substr(d, 1, 1)"
#define IS_BLANK C " IN (' ', char(9), char(10), char(13))"
#define BEGINS_COMMENT "d IN ('--', '/*')"
#define BEGINS_NAME C " IN ('\"', '`', '[')"
#define IS_WORD(c) "(" c " GLOB '[A-Za-z0-9_$]' OR unicode(" c ") > 127)"
#define WIDTH "(1 + (mode = '' AND " BEGINS_COMMENT " OR mode = '*' AND d = '*/'))"
#define IS_SHOWN                                                                                   \
    "CASE mode WHEN '' THEN NOT (" IS_BLANK " OR " BEGINS_COMMENT " OR " BEGINS_NAME ") WHEN '-' " \
    "THEN 0 WHEN '*' THEN 0 WHEN '''' THEN 1 ELSE " C " <> mode END"
#define NEXT_MODE                                                                                  \
    "CASE mode WHEN '' THEN CASE WHEN d = '--' THEN '-' WHEN d = '/*' THEN '*' WHEN " C            \
    " IN ('''', '\"', '`') THEN " C " WHEN " C " = '[' THEN ']' ELSE '' END "                      \
    "WHEN '-' THEN CASE " C " WHEN char(10) THEN '' ELSE mode END "                                \
    "WHEN '*' THEN CASE d WHEN '*/' THEN '' ELSE mode END "                                        \
    "ELSE CASE " C " WHEN mode THEN '' ELSE mode END END"
#define SHOWN                                                                                      \
    "CASE WHEN gap AND " IS_WORD(C) " AND " IS_WORD(                                               \
        "substr(said, -1)") " THEN ' ' ELSE '' END "                                               \
                            "|| CASE WHEN mode = '' AND depth = 1 AND " C                          \
                            " = ')' THEN char(10) ELSE '' END "                                    \
                            "|| CASE mode WHEN '''' THEN " C " ELSE lower(" C ") END "             \
                            "|| CASE WHEN mode = '' AND (depth = 0 AND " C                         \
                            " = '(' OR depth = 1 AND " C " = ',') THEN "                           \
                            "char(10) ELSE '' END"

void
dn_sqlite_write_said(dn_kit_text *text)
{
    dn_kit_text_add(
        text,
        "CREATE TEMPORARY VIEW dunlin_said AS SELECT m.type AS type, m.name AS name, m.tbl_name AS "
        "tbl_name, (WITH RECURSIVE step (at, d, mode, depth, gap, said) AS (SELECT 1, "
        "substr(m.sql, 1, 2), '', 0, 0, '' UNION ALL SELECT at + " WIDTH
        ", substr(m.sql, at + " WIDTH ", 2), " NEXT_MODE ", depth + (mode = '' AND " C
        " = '(') - (mode = '' AND " C " = ')'), NOT (" IS_SHOWN "), said || CASE WHEN " IS_SHOWN
        " THEN " SHOWN " ELSE '' END "
        "FROM step WHERE d <> '') SELECT said FROM step ORDER BY at DESC LIMIT 1) AS said FROM "
        "main.sqlite_master m;\n");
}

static bool
is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '$' || (unsigned char)byte > 127;
}

static void
show(dn_kit_text *text, char byte, bool gap, bool folds)
{
    char shown = folds && byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;

    if (gap && text->length > 0 && is_word(byte) && is_word(text->data[text->length - 1]))
        dn_kit_text_add(text, " ");
    dn_kit_text_add_string(text, (dunlin_string){&shown, 1});
}

/* Behind a comment that begins at `at`. */
static const char *
skip_comment(const char *at, const char *end)
{
    const char *close = *at == '-' ? memchr(at, '\n', (size_t)(end - at))
                                   : memmem(at + 2, (size_t)(end - at - 2), "*/", 2);

    return close == NULL ? end : close + (*at == '-' ? 1 : 2);
}

void
dn_sqlite_say_plain(dn_kit_text *text, dunlin_string sql)
{
    const char *at = sql.data;
    const char *end = sql.data + sql.length;
    char close = 0; /* of the name or text that is being read */
    bool gap = false;

    while (at < end && !text->failed) {
        char byte = *at;

        if (close == 0 && end - at > 1 && (memcmp(at, "--", 2) == 0 || memcmp(at, "/*", 2) == 0)) {
            at = skip_comment(at, end);
            gap = true;
            continue;
        }
        at++;
        if (close == 0 && (isspace((unsigned char)byte) || strchr("\"`[", byte) != NULL)) {
            close = isspace((unsigned char)byte) ? 0 : (char)(byte == '[' ? ']' : byte);
            gap = true;
        } else if (close != 0 && close != '\'' && byte == close) {
            close = 0;
            gap = true;
        } else {
            show(text, byte, gap, close != '\'');
            close = byte != '\'' || (close != 0 && close != '\'') ? close : close ? 0 : '\'';
            gap = false;
        }
    }
}
