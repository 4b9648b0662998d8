/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_driver.h"

#include <string.h>

static int32_t
push_quoted(const dunlin_call *call, char quote, dunlin_string text, const char *what)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        return dn_kit_fail(call, DUNLIN_USAGE, "%s with a NUL byte cannot be written in SQL", what);
    dn_kit_text_quote(&quoted, quote, text);
    if (quoted.failed)
        return dn_kit_no_memory(call);
    return call->host->text(call, dn_kit_text_string(&quoted));
}

static bool
is_plain(dunlin_string name)
{
    if (name.length == 0 || (name.data[0] >= '0' && name.data[0] <= '9'))
        return false;
    for (uint64_t i = 0; i < name.length; i++)
        if (!((name.data[i] >= 'a' && name.data[i] <= 'z') || name.data[i] == '_' ||
              (name.data[i] >= '0' && name.data[i] <= '9')))
            return false;
    return !sqlite3_keyword_check(name.data, (int)name.length);
}

/* Not in double quotes: what is in these and is no name is a text to SQLite, and a mistake in a
 * name goes unnoticed. */
int32_t
dn_sqlite_quote_identifier(const dunlin_call *call, const dunlin_profile *profile,
                           dunlin_string name)
{
    DN_KIT_UNUSED(profile);
    if (is_plain(name))
        return call->host->text(call, name);
    return push_quoted(call, '`', name, "a name");
}

int32_t
dn_sqlite_quote_literal(const dunlin_call *call, const dunlin_profile *profile, dunlin_string value)
{
    DN_KIT_UNUSED(profile);
    return push_quoted(call, '\'', value, "a text");
}
