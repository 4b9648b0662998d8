/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_driver.h"

#include <string.h>

static bool
has_nul(dunlin_string text)
{
    return text.length > 0 && memchr(text.data, '\0', text.length) != NULL;
}

int32_t
dn_mysql_quote_identifier(const dunlin_call *call, const dunlin_profile *profile,
                          dunlin_string name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    DN_KIT_UNUSED(profile);
    if (has_nul(name))
        return dn_kit_fail(call, DUNLIN_USAGE, "a name with a NUL byte cannot be written in SQL");
    dn_kit_text_quote(&quoted, '`', name);
    if (quoted.failed)
        return dn_kit_no_memory(call);
    return call->host->text(call, dn_kit_text_string(&quoted));
}

/* For people to read, so letters stay letters; the driver's own values are in my_value.c. */
static void
add_escaped(dn_kit_text *quoted, dunlin_string value)
{
    for (uint64_t i = 0; i < value.length; i++) {
        const char *byte = value.data + i;

        if (*byte == '\0')
            dn_kit_text_add(quoted, "\\0");
        else if (*byte == '\\')
            dn_kit_text_add(quoted, "\\\\");
        else if (*byte == '\'')
            dn_kit_text_add(quoted, "''");
        else
            dn_kit_text_add_string(quoted, (dunlin_string){byte, 1});
    }
}

int32_t
dn_mysql_quote_literal(const dunlin_call *call, const dunlin_profile *profile, dunlin_string value)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    if (dn_mysql_profile_mode_has(profile, "NO_BACKSLASH_ESCAPES")) {
        if (has_nul(value))
            return dn_kit_fail(call, DUNLIN_USAGE,
                               "a text with a NUL byte cannot be written in SQL");
        dn_kit_text_quote(&quoted, '\'', value);
    } else {
        dn_kit_text_add(&quoted, "'");
        add_escaped(&quoted, value);
        dn_kit_text_add(&quoted, "'");
    }
    if (quoted.failed)
        return dn_kit_no_memory(call);
    return call->host->text(call, dn_kit_text_string(&quoted));
}
