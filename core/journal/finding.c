/* SPDX-License-Identifier: MIT */
#include "core/journal/journal.h"

int
dn_findings_add(dn_findings *findings, dn_arena *arena, dn_severity severity, const char *id,
                const char *object, dn_error *error, const char *format, ...)
{
    dn_finding finding = {.id = id, .severity = severity};
    dn_finding *items;
    va_list arguments;

    va_start(arguments, format);
    finding.message = dn_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    finding.object = object ? dn_arena_text(arena, object) : NULL;
    items = dn_arena_grow(arena, findings->items, &findings->capacity, findings->count + 1,
                          sizeof *items);
    if (!items || !finding.message || (object && !finding.object))
        return dn_no_memory(error);
    findings->items = items;
    findings->items[findings->count++] = finding;
    return 0;
}
