/* SPDX-License-Identifier: MIT
 *
 * Labels that an enum of the definition lacks, where its list is over several lines: the lines for them, and the
 * one that they go behind.
 */
#include <string.h>

#include "core/drizzle/source_internal.h"

/* Labels of `type` that are not in the list: one behind the other in it, or there is no one place for them. */
typedef struct lacking {
    const dunlin_property *first;
    size_t count;
    const char
        *before; /* the label in the text that they come behind; NULL: the list begins with them */
    dunlin_string before_label;
} lacking;

static bool
find_lacking(const char *list, const char *end, const dunlin_fact *type, lacking *found)
{
    const dunlin_property *value =
        dn_property_find(type->properties, type->property_count, "values");
    const char *last = NULL;
    dunlin_string label = {NULL, 0};

    *found = (lacking){NULL, 0, NULL, {NULL, 0}};
    for (value = value ? value + 1 : NULL; value && value->type != DUNLIN_PROPERTY_END; value++) {
        const char *at = dn_source_find_name(list, end, value->text);

        if (at) {
            last = at;
            label = value->text;
            continue;
        }
        if (!found->count) {
            found->first = value;
            found->before = last;
            found->before_label = label;
        } else if (found->before != last) {
            return false;
        }
        found->count++;
    }
    return found->count > 0;
}

static void
add_lines(dn_text *text, const lacking *found, const char *start, size_t indent, bool last)
{
    for (size_t i = 0; i < found->count; i++) {
        dunlin_string label = found->first[i].text;

        if (i || text->length)
            dn_text_add_char(text, '\n');
        dn_text_add(text, start, indent);
        dn_json_add_string(text, label.data, (size_t)label.length);
        if (!last || i + 1 < found->count)
            dn_text_add_char(text, ',');
    }
}

/* Behind a label that ends its line with a comma they are lines of their own; one without gets its comma with them. */
int
dn_source_hint_labels(const dn_drizzle_source *source, const dn_source_file *file, const char *list,
                      const char *end, const dunlin_fact *type, dn_drizzle_hint *hint,
                      dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    lacking found;
    const char *start;
    const char *rest;
    bool comma;

    if (!find_lacking(list, end, type, &found) || !found.before)
        return 0;
    rest = found.before + found.before_label.length + 2;
    rest += strspn(rest, " \t");
    comma = *rest == ',';
    rest += comma;
    rest += strspn(rest, " \t");
    if (*rest != '\n' && *rest != '\r')
        return 0;
    for (start = found.before; start > list && start[-1] != '\n';)
        start--;
    if (start == list)
        return 0;
    if (!comma) {
        dn_text_add(&text, start, (size_t)(found.before + found.before_label.length + 2 - start));
        dn_text_add_char(&text, ',');
    }
    add_lines(&text, &found, start, strspn(start, " \t"), !comma);
    hint->lines[0] = text.failed ? NULL : dn_arena_copy(source->arena, text.data, text.length);
    if (!hint->lines[0])
        return dn_no_memory(error);
    hint->file = file->path;
    hint->line = dn_source_line(file, found.before);
    hint->replaces = !comma;
    return 0;
}
