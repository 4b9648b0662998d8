/* SPDX-License-Identifier: MIT
 *
 * Classes of columns, for expressions that mean something else for another type: of columns that are
 * there, from their facts; of those that the statement at hand makes, from their types.
 */
#include <string.h>

#include "core/execute/translate_internal.h"

typedef struct search {
    const dn_column_search *where;
    dunlin_string table; /* empty: any */
    dunlin_string column;
    const dunlin_fact *found;
} search;

static bool
is_column(const search *looking, const dunlin_string *path, uint64_t count)
{
    uint64_t naming = looking->where->naming;

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
first_class(const dn_column_search *where, const dunlin_fact *column)
{
    dn_auto(dn_text) classes = DN_TEXT_INIT;
    dn_error ignored;

    if (dn_driver_type_classes(&where->view, column, &classes, &ignored) < 0 || !classes.data)
        return NULL;
    return dn_arena_copy(where->scratch, classes.data, strcspn(classes.data, " "));
}

const char *
dn_column_class(const dn_column_search *where, dunlin_string table, dunlin_string column)
{
    search looking = {.where = where, .table = table, .column = column};

    for (size_t i = 0; where->making && i < where->making->count; i++) {
        const dunlin_operation *operation = where->making->items[i];

        if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN) &&
            is_column(&looking, operation->path, operation->path_count)) {
            const dunlin_property *type =
                dn_property_find(operation->set, operation->set_count, "type");

            return type ? dn_ddl_type_class(type->text) : NULL;
        }
    }
    if (where->view.facts)
        dn_fact_map_each(where->view.facts, DUNLIN_KIND_COLUMN, note_column, &looking);
    return looking.found ? first_class(where, looking.found) : NULL;
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_translator *translator = context;
    const dn_column_search where = {
        .view = dn_translator_view(translator),
        .naming = translator->target.naming,
        .making = translator->reading ? &translator->reading->operations : NULL,
        .scratch = &translator->scratch,
    };

    (void)space;
    return dn_column_class(&where, table, column);
}

dn_driver_columns
dn_translator_columns(dn_translator *translator)
{
    return (dn_driver_columns){class_of, translator};
}
