/* SPDX-License-Identifier: MIT
 *
 * Operations -> portable statements.
 */
#include "core/ddl/print.h"

static size_t
print_next(const dunlin_operation *const *operations, size_t count, dn_text *text)
{
    const dunlin_operation *first = operations[0];

    switch (first->verb) {
    case DUNLIN_VERB_CREATE:
        if (dn_print_is(first, DUNLIN_KIND_TABLE) && !first->body.length)
            return dn_print_table(operations, count, text);
        dn_print_create(first, text);
        return 1;
    case DUNLIN_VERB_ALTER: dn_print_alter(first, text); return 1;
    case DUNLIN_VERB_DROP: dn_print_drop(first, text); return 1;
    case DUNLIN_VERB_RENAME: dn_print_rename(first, text); return 1;
    default: dn_text_add(text, first->body.data, first->body.length); return 1;
    }
}

int
dn_ddl_write(const dunlin_operation *const *operations, size_t count, dn_text *text,
             dn_error *error)
{
    for (size_t at = 0; at < count;) {
        at += print_next(operations + at, count - at, text);
        dn_text_add_string(text, ";\n");
    }
    return text->failed ? dn_no_memory(error) : 0;
}

void
dn_ddl_write_name(dunlin_string name, dn_text *text)
{
    dn_print_name(name, text);
}
