/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit.h"

/* As many names as the drivers ask for. */
enum { NAMES = 3 };

void
dn_kit_add_unread(dn_kit_text *list, dunlin_string kind, uint64_t count, dunlin_string names)
{
    dn_kit_text_add(list, list->length > 0 ? "; " : "");
    dn_kit_text_add_string(list, kind);
    dn_kit_text_add(list, " (");
    dn_kit_text_add_string(list, names);
    if (count > NAMES)
        dn_kit_text_format(list, " and %llu more", (unsigned long long)(count - NAMES));
    dn_kit_text_add(list, ")");
}

int32_t
dn_kit_warn_of_unread(const dunlin_call *call, const dn_kit_text *list)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};

    if (list->length == 0)
        return DUNLIN_OK;
    dn_kit_text_add(&line, "left out is what dunlin does not read: ");
    dn_kit_text_add_string(&line, dn_kit_text_string(list));
    if (line.failed)
        return dn_kit_no_memory(call);
    call->host->log(call, DUNLIN_LOG_WARNING, dn_kit_text_string(&line));
    return DUNLIN_OK;
}
