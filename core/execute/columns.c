/* SPDX-License-Identifier: MIT
 *
 * Classes of columns, for expressions that mean something else for another type: of columns that are
 * there, from their facts; of those that the statement at hand makes, from their types.
 */
#include <string.h>

#include "core/execute/translate_internal.h"

typedef struct search {
    const dn_translator *translator;
    dunlin_string table; /* empty: any */
    dunlin_string column;
    const dunlin_fact *found;
} search;

static bool
is_column(const search *looking, const dunlin_string *path, uint64_t count)
{
    uint64_t naming = looking->translator->target.naming;

    return count >= 2 &&
           dn_fact_same_name(naming, count - 1, count, path[count - 1], looking->column) &&
           (looking->table.length == 0 ||
            dn_fact_same_name(naming, count - 2, count, path[count - 2], looking->table));
}

static int
note_column(const dunlin_fact *column, void *context)
{
    search *looking = context;

    if (!is_column(looking, column->path, column->path_count))
        return 0;
    looking->found = column;
    return 1;
}

/* Of several classes of a fact, the first is what the type is mainly for. */
static const char *
first_class(dn_translator *translator, const dunlin_fact *column)
{
    dn_auto(dn_text) classes = DN_TEXT_INIT;
    const dn_driver_view view = dn_translator_view(translator);
    dn_error ignored;

    if (dn_driver_type_classes(&view, column, &classes, &ignored) < 0 || !classes.data)
        return NULL;
    return dn_arena_copy(&translator->scratch, classes.data, strcspn(classes.data, " "));
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_translator *translator = context;
    const dn_reading *reading = translator->reading;
    search looking = {.translator = translator, .table = table, .column = column};

    (void)space;
    for (size_t i = 0; reading && i < reading->operations.count; i++) {
        const dunlin_operation *operation = reading->operations.items[i];

        if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN) &&
            is_column(&looking, operation->path, operation->path_count)) {
            const dunlin_property *type =
                dn_property_find(operation->set, operation->set_count, "type");

            return type ? dn_ddl_type_class(type->text) : NULL;
        }
    }
    dn_fact_map_each(dn_translator_facts(translator), DUNLIN_KIND_COLUMN, note_column, &looking);
    return looking.found ? first_class(translator, looking.found) : NULL;
}

dn_driver_columns
dn_translator_columns(dn_translator *translator)
{
    return (dn_driver_columns){class_of, translator};
}
