/* SPDX-License-Identifier: MIT
 *
 * [MDB] A view over a, b is printed as "from `a` join `b`", and one that is made of that text as "from (`a`
 * join `b`)". Facts have the second form, in which it stays.
 */
#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

enum { DEEPEST = 200 };

typedef struct reading {
    dn_mysql_scan scan;
    const char *taken; /* behind what was copied */
    bool too_deep;
} reading;

static void nest(reading *code, dn_kit_text *out, int depth);

/* The token that comes next, with the blanks before it. */
static dunlin_string
take(reading *code)
{
    dn_mysql_token token;
    dunlin_string piece = {code->taken, 0};

    dn_mysql_scan_next(&code->scan, &token);
    code->taken = token.text.data + token.text.length;
    piece.length = (uint64_t)(code->taken - piece.data);
    return piece;
}

/* ( .. ) of what stands before it. */
static void
take_inside(reading *code, dn_kit_text *out, int depth)
{
    dn_mysql_token token;

    nest(code, out, depth + 1);
    token = dn_mysql_scan_peek(&code->scan);
    if (token.kind != DN_MYSQL_END)
        dn_kit_text_add_string(out, take(code));
}

static bool
ends_list(const dn_mysql_token *token)
{
    return token->kind == DN_MYSQL_END || dn_mysql_is_symbol(token, ')') ||
           dn_mysql_is_symbol(token, ',') ||
           dn_mysql_is_one_of(token, "where group having order limit offset fetch union except "
                                     "intersect window procedure into lock");
}

/* Of a list that was written with commas: each operand behind the first one closes a pair that opens before
 * all of them. Any other is nested already. */
static void
take_list(reading *code, dn_kit_text *out, int depth)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text nested = {0};
    bool other = false;
    size_t joins = 0;
    dn_mysql_token token;

    while (token = dn_mysql_scan_peek(&code->scan), !ends_list(&token)) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text inside = {0};

        other = other || dn_mysql_is_one_of(&token, "on using left right inner cross natural "
                                                    "straight_join use force ignore for partition");
        if (dn_mysql_is_word(&token, "join") && joins++ > 0)
            dn_kit_text_add(&nested, ")");
        dn_kit_text_add_string(&inside, take(code));
        if (dn_mysql_is_symbol(&token, '('))
            take_inside(code, &inside, depth);
        dn_kit_text_add_string(&plain, dn_kit_text_string(&inside));
        dn_kit_text_add_string(&nested, dn_kit_text_string(&inside));
        out->failed = out->failed || inside.failed;
    }
    out->failed = out->failed || plain.failed || nested.failed;
    if (joins == 0 || other || nested.length < 2) {
        dn_kit_text_add_string(out, dn_kit_text_string(&plain));
        return;
    }
    dn_kit_text_add(out, " ");
    for (size_t i = 0; i < joins; i++)
        dn_kit_text_add(out, "(");
    dn_kit_text_add_string(out, (dunlin_string){nested.data + 1, nested.length - 1});
    dn_kit_text_add(out, ")");
}

/* Up to the end, or to what closes the parenthesis. */
static void
nest(reading *code, dn_kit_text *out, int depth)
{
    dn_mysql_token token;

    code->too_deep = code->too_deep || depth > DEEPEST;
    while (token = dn_mysql_scan_peek(&code->scan),
           token.kind != DN_MYSQL_END && !code->too_deep &&
               (depth == 0 || !dn_mysql_is_symbol(&token, ')'))) {
        dn_kit_text_add_string(out, take(code));
        if (dn_mysql_is_symbol(&token, '('))
            take_inside(code, out, depth);
        else if (dn_mysql_is_word(&token, "from"))
            take_list(code, out, depth);
    }
}

dunlin_string
dn_mysql_nested_joins(dn_kit_pool *pool, dunlin_string query)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    reading code = {.taken = query.data};

    if (!dn_mysql_contains(query, " join "))
        return query;
    dn_mysql_scan_begin(&code.scan, query);
    nest(&code, &text, 0);
    if (code.too_deep)
        return query;
    dn_kit_text_add_string(
        &text, (dunlin_string){code.taken, (uint64_t)(query.data + query.length - code.taken)});
    return dn_kit_pool_text(pool, &text);
}
