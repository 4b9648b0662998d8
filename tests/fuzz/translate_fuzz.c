/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a query, an expression or a data statement (the first byte says which): there is a
 * translation or a reason with a place; what is written in the standard form is read and written
 * as the same again.
 */
#include <string.h>

#include "core/ddl/translate.h"
#include "tests/fuzz/must.h"

static int
quote(char mark, dunlin_string value, dn_text *text)
{
    dn_text_add_char(text, mark);
    for (uint64_t i = 0; i < value.length; i++) {
        if (value.data[i] == mark)
            dn_text_add_char(text, mark);
        dn_text_add_char(text, value.data[i]);
    }
    dn_text_add_char(text, mark);
    return 0;
}

static int
quote_name(void *context, dunlin_string name, dn_text *text, dn_error *error)
{
    (void)context;
    (void)error;
    return quote('"', name, text);
}

static int
quote_literal(void *context, dunlin_string value, dn_text *text, dn_error *error)
{
    (void)context;
    (void)error;
    return quote('\'', value, text);
}

/* The same for all inputs. */
static const dn_lex_rules *
portable_rules(void)
{
    static dn_arena arena = DN_ARENA_INIT;
    static const dn_lex_rules *rules;
    dn_error error;

    if (!rules)
        MUST(dn_ddl_portable_rules(&arena, &rules, &error) == 0);
    return rules;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error;
    dn_ddl_translation first;
    dn_ddl_translation second;
    dn_ddl_target target = {
        .namespaces = true, .quote_name = quote_name, .quote_literal = quote_literal};
    int32_t what;

    if (size < 2)
        return 0;
    what = data[0] == 'q'   ? DUNLIN_TRANSLATE_QUERY
           : data[0] == 'd' ? DUNLIN_TRANSLATE_DATA
                            : DUNLIN_TRANSLATE_EXPRESSION;
    target.portable = portable_rules();
    MUST(dn_ddl_translate(&target, what, dn_span((const char *)data + 1, size - 1), &arena, &first,
                          &error) == 0);
    MUST(!first.text.data == (first.reason != NULL));
    MUST(first.offset <= size - 1);
    if (first.text.data) {
        MUST(dn_ddl_translate(&target, what, first.text, &arena, &second, &error) == 0);
        if (!second.text.data || second.text.length != first.text.length ||
            memcmp(second.text.data, first.text.data, first.text.length) != 0)
            fprintf(stderr, "%.*s\n%.*s\n", (int)first.text.length, first.text.data,
                    second.text.data ? (int)second.text.length : (int)strlen(second.reason),
                    second.text.data ? second.text.data : second.reason);
        /* Parentheses that were added may nest deeper than what is read. */
        MUST(second.text.data
                 ? second.text.length == first.text.length &&
                       memcmp(second.text.data, first.text.data, first.text.length) == 0
                 : strstr(second.reason, "nested too deeply") != NULL);
    }
    dn_arena_free(&arena);
    return 0;
}
