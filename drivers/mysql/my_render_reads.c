/* SPDX-License-Identifier: MIT
 *
 * Relations in the text of a view, and what its columns call them. What is not understood for certain is said to
 * be unsure.
 */
#include <string.h>

#include "drivers/mysql/my_render_follow.h"
#include "drivers/mysql/my_scan.h"

enum { DEEPEST = 64 };

typedef struct level {
    bool selects;  /* a SELECT stands in it */
    bool from;     /* between its FROM and what ends that */
    bool relation; /* it stands where a relation does */
} level;

typedef struct reading {
    dn_mysql_scan scan;
    level levels[DEEPEST];
    size_t depth;
    bool expects; /* a relation comes next */
    dn_mysql_reads *reads;
} reading;

static bool
is_name(const dn_mysql_token *token)
{
    return token->kind == DN_MYSQL_NAME || token->kind == DN_MYSQL_WORD;
}

static bool
is_alias(const dn_mysql_token *token)
{
    return is_name(token) &&
           !dn_mysql_is_one_of(token,
                               "WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW UNION EXCEPT "
                               "INTERSECT PROCEDURE INTO FOR LOCK JOIN LEFT RIGHT INNER CROSS "
                               "NATURAL STRAIGHT_JOIN ON USING USE FORCE IGNORE PARTITION WITH");
}

static void
add(reading *code, dunlin_string relation, dunlin_string name, dunlin_string token)
{
    dn_mysql_reads *reads = code->reads;

    if (reads->count == DN_MYSQL_READ)
        reads->unsure = true;
    else
        reads->list[reads->count++] = (dn_mysql_read){relation, name, token};
}

/* [AS] alias; or `name`. */
static dunlin_string
take_alias(reading *code, dunlin_string name)
{
    dn_mysql_token token = dn_mysql_scan_peek(&code->scan);

    if (dn_mysql_is_word(&token, "AS")) {
        dn_mysql_scan_next(&code->scan, &token);
        token = dn_mysql_scan_peek(&code->scan);
    }
    if (!is_alias(&token))
        return name;
    dn_mysql_scan_next(&code->scan, &token);
    return dn_mysql_name_of(&token);
}

static void
take_relation(reading *code, dn_mysql_token token)
{
    dn_mysql_token next = dn_mysql_scan_peek(&code->scan);
    dunlin_string name;

    if (dn_mysql_is_symbol(&next, '.')) {
        dn_mysql_scan_next(&code->scan, &next);
        dn_mysql_scan_next(&code->scan, &token);
        next = dn_mysql_scan_peek(&code->scan);
    }
    /* A function, a lateral query, or an alias behind more words. */
    if (!is_name(&token) || dn_mysql_is_symbol(&next, '(') ||
        dn_mysql_is_one_of(&next, "FOR PARTITION"))
        code->reads->unsure = true;
    name = dn_mysql_name_of(&token);
    add(code, name, take_alias(code, name), token.text);
    code->expects = false;
}

static void
open_level(reading *code)
{
    if (++code->depth == DEEPEST) {
        code->depth--;
        code->reads->unsure = true;
    }
    code->levels[code->depth] = (level){.from = code->expects, .relation = code->expects};
}

static void
close_level(reading *code)
{
    const level *closed = &code->levels[code->depth];
    dunlin_string none = dn_kit_string("");
    dunlin_string name = none;

    if (code->depth == 0)
        code->reads->unsure = true;
    else
        code->depth--;
    code->expects = false;
    if (closed->relation && closed->selects) {
        name = take_alias(code, none);
        if (name.length > 0)
            add(code, none, name, none);
    }
}

/* WITH name AS (SELECT ..) */
static void
take_with(reading *code, const dn_mysql_token *token)
{
    dn_mysql_scan ahead = code->scan;
    dn_mysql_token next = dn_mysql_scan_peek(&ahead);

    if (!dn_mysql_is_word(&next, "AS"))
        return;
    dn_mysql_scan_next(&ahead, &next);
    next = dn_mysql_scan_peek(&ahead);
    if (dn_mysql_is_symbol(&next, '('))
        add(code, dn_kit_string(""), dn_mysql_name_of(token), dn_kit_string(""));
}

static void
take_word(reading *code, const dn_mysql_token *token)
{
    level *here = &code->levels[code->depth];

    if (dn_mysql_is_word(token, "SELECT")) {
        *here = (level){.selects = true, .relation = here->relation};
        code->expects = false;
    } else if (dn_mysql_is_word(token, "FROM")) {
        code->expects = here->from = here->selects;
    } else if (dn_mysql_is_one_of(token, "JOIN STRAIGHT_JOIN")) {
        code->expects = here->from;
    } else if (code->expects) {
        take_relation(code, *token);
    } else if (dn_mysql_is_one_of(token, "WHERE GROUP HAVING ORDER LIMIT WINDOW UNION EXCEPT "
                                         "INTERSECT PROCEDURE INTO OFFSET FETCH")) {
        here->from = false;
    } else {
        take_with(code, token);
    }
}

void
dn_mysql_read_query(dunlin_string query, dn_mysql_reads *reads)
{
    reading code = {.reads = reads};
    dn_mysql_token token;

    memset(reads, 0, sizeof(*reads));
    dn_mysql_scan_begin(&code.scan, query);
    while (dn_mysql_scan_next(&code.scan, &token)) {
        /* In a literal, or doubled in a name. */
        if ((token.kind == DN_MYSQL_STRING || token.kind == DN_MYSQL_NAME) && token.text.length > 2)
            reads->unsure |=
                memchr(token.text.data + 1, '`', (size_t)token.text.length - 2) != NULL;
        if (dn_mysql_is_symbol(&token, '('))
            open_level(&code);
        else if (dn_mysql_is_symbol(&token, ')'))
            close_level(&code);
        else if (dn_mysql_is_symbol(&token, ','))
            code.expects = code.levels[code.depth].from;
        else if (token.kind == DN_MYSQL_WORD)
            take_word(&code, &token);
        else if (code.expects && token.kind == DN_MYSQL_NAME)
            take_relation(&code, token);
        else if (token.kind == DN_MYSQL_NAME)
            take_with(&code, &token);
        else if (code.expects)
            reads->unsure = true;
    }
    reads->unsure |= code.depth != 0;
}
