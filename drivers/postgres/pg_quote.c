/* SPDX-License-Identifier: MIT
 *
 * Names and texts in quotes. standard_conforming_strings is pinned, so a backslash is itself.
 */
#include "drivers/postgres/pg_driver.h"

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

int32_t
dn_pg_quote_identifier(const dunlin_call *call, const dunlin_profile *profile, dunlin_string name)
{
    DN_KIT_UNUSED(profile);
    if (name.length > DN_PG_LONGEST_NAME)
        return dn_kit_fail(
            call, DUNLIN_UNSUPPORTED,
            "the name '%.*s' has %d bytes; PostgreSQL keeps %d and would silently cut it",
            (int)name.length, name.data, (int)name.length, DN_PG_LONGEST_NAME);
    return push_quoted(call, '"', name, "a name");
}

int32_t
dn_pg_quote_literal(const dunlin_call *call, const dunlin_profile *profile, dunlin_string value)
{
    DN_KIT_UNUSED(profile);
    return push_quoted(call, '\'', value, "a text");
}
