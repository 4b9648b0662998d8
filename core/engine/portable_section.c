/* SPDX-License-Identifier: MIT
 *
 * What one database has beyond the portable statements, as a section for it. Its statements run where
 * there are no rows: a table that can only be changed by copying them is dropped and created, which
 * comes to the same there and can be read.
 */
#include "core/engine/portable.h"

typedef struct sectioning {
    dn_session *session;
    const dn_side *made;
    dn_side loaded;
    dn_fact_map *anew; /* tables that are dropped and created, with what lies in them */
    dn_fact_map *rest;
    dn_error *error;
} sectioning;

static int
write_script(sectioning *work, const dn_side *to, dn_diff *diff, const dn_side_script *script,
             dn_text *text)
{
    return dn_definition_write(to, diff, script, DN_SCRIPT_GROUPS | DN_SCRIPT_MIGRATION, text,
                               work->error);
}

/* --- tables that are created anew ------------------------------------------------------------------------ */

/* The table at the beginning of a path. */
static const dunlin_fact *
table_of(const dn_fact_map *facts, const dunlin_string *path, uint64_t count)
{
    uint64_t length = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 2 : 1;

    if (count < length)
        return NULL;
    return dn_fact_map_find(facts, dn_string(DUNLIN_KIND_TABLE), path, length);
}

static bool
same_table(const dn_fact_map *facts, const dunlin_fact *table, const dunlin_fact *fact)
{
    return fact && table_of(facts, fact->path, fact->path_count) == table;
}

/* Itself: its foreign keys may only be made again because another table changes. */
static bool
differs(const sectioning *work, const dn_differences *differences, const dunlin_fact *table)
{
    for (size_t i = 0; i < differences->count; i++)
        if (same_table(work->loaded.facts, table, differences->items[i].before) ||
            same_table(work->loaded.facts, table, differences->items[i].after))
            return true;
    return false;
}

/* Only where rows are copied there is something to check afterwards. */
static int
find_copied(sectioning *work, const dn_diff *diff, const dn_step *step)
{
    if (step->role != DUNLIN_STEP_CHECK)
        return 0;
    for (uint64_t i = 0; i < step->operation_count; i++) {
        const dunlin_operation *one = diff->operations.items[step->first_operation + i];
        const dunlin_fact *table = table_of(work->loaded.facts, one->path, one->path_count);

        if (table && table_of(work->made->facts, one->path, one->path_count) &&
            differs(work, &diff->differences, table) &&
            dn_fact_map_share(work->anew, table, work->error) < 0)
            return -1;
    }
    return 0;
}

static int
part(const dunlin_fact *fact, void *context)
{
    sectioning *work = context;
    bool lies_in = table_of(work->anew, fact->path, fact->path_count) != NULL;

    return dn_fact_map_share(lies_in ? work->anew : work->rest, fact, work->error);
}

static int
write_anew(sectioning *work, dn_text *text)
{
    dn_arena *arena = &work->session->arena;
    dn_side from = work->loaded;
    dn_side_script script = {.stock_client = false};
    dn_side nothing;
    dn_diff diff;

    if (dn_fact_map_each(work->loaded.facts, NULL, part, work) < 0 ||
        dn_side_empty(work->session, work->made, &nothing, work->error) < 0)
        return -1;
    from.facts = work->anew;
    if (dn_schema_diff(from.facts, nothing.facts, NULL, arena, &diff, work->error) < 0 ||
        dn_side_render(work->session, &from, &nothing, &diff.operations, &script, work->error) <
            0 ||
        write_script(work, work->made, &diff, &script, text) < 0)
        return -1;
    from.facts = work->rest;
    if (dn_schema_diff(from.facts, work->made->facts, NULL, arena, &diff, work->error) < 0 ||
        dn_side_render(work->session, &from, work->made, &diff.operations, &script, work->error) <
            0)
        return -1;
    return write_script(work, work->made, &diff, &script, text);
}

/* --- the section ----------------------------------------------------------------------------------------- */

static int
write_section(sectioning *work, dn_diff *diff, dn_text *text)
{
    dn_arena *arena = &work->session->arena;
    uint64_t naming = dn_fact_map_naming(work->loaded.facts);
    dn_side_script script = {.stock_client = false};

    work->anew = dn_fact_map_new(arena, naming);
    work->rest = dn_fact_map_new(arena, naming);
    if (!work->anew || !work->rest)
        return dn_no_memory(work->error);
    if (dn_side_render(work->session, &work->loaded, work->made, &diff->operations, &script,
                       work->error) < 0)
        return -1;
    for (size_t i = 0; i < script.steps.count; i++)
        if (find_copied(work, diff, &script.steps.items[i]) < 0)
            return -1;
    return dn_fact_map_count(work->anew) ? write_anew(work, text)
                                         : write_script(work, work->made, diff, &script, text);
}

int
dn_portable_section_of(dn_session *session, const dn_text *sql, const dn_side *made, bool asked,
                       const char *given, dn_portable_section *section, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    sectioning work = {.session = session, .made = made, .error = error};
    dn_diff diff;

    *section = (dn_portable_section){.driver = made->driver};
    if (dn_definition_side_of(session, "the portable statements", sql, made, asked, given,
                              &work.loaded, error) < 0 ||
        dn_schema_diff(work.loaded.facts, made->facts, NULL, &session->arena, &diff, error) < 0)
        return dn_while(error, "finding out what %s has beyond them", made->driver->table.name);
    if (diff.operations.count && write_section(&work, &diff, &text) < 0)
        return -1;
    section->text = dn_arena_copy(&session->arena, text.data ? text.data : "", text.length);
    return section->text ? 0 : dn_no_memory(error);
}
