/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/execute/translate_internal.h"

enum { FIRST_WORDS = 50 };

const char *
dn_first_words(dunlin_string sql, dn_arena *arena)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) shown = DN_TEXT_INIT;

    for (uint64_t i = 0; i < sql.length && text.length <= FIRST_WORDS; i++) {
        bool blank = strchr(" \t\r\n", sql.data[i]) != NULL && sql.data[i] != '\0';

        if (!blank)
            dn_text_add_char(&text, sql.data[i]);
        else if (text.length && text.data[text.length - 1] != ' ')
            dn_text_add_char(&text, ' ');
    }
    if (text.data)
        dn_text_add_visible(&shown, text.data, text.length, FIRST_WORDS);
    return text.failed || shown.failed ? NULL : dn_arena_text(arena, shown.data ? shown.data : "");
}
