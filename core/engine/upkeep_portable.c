/* SPDX-License-Identifier: MIT
 *
 * The portable definition beside the migrations. What it says is told by its text alone: nothing has to
 * be replayed to know whether it is what an earlier state of the history was.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/portable.h"
#include "core/engine/upkeep_internal.h"

/* What this database has beyond the statements, where a replay can tell. What was applied is applied,
 * whether that can be found out or not. */
static int
find_section(keeping *work, const dn_text *statements, dn_portable_section *section)
{
    const dn_side made = dn_upkeep_side(work);

    *section = (dn_portable_section){.driver = work->session->driver};
    if (!work->known || work->choice.kind == DN_SHADOW_NONE ||
        dn_portable_section_of(work->session, statements, &made, work->options->shadow,
                               work->options->shadow_url, section, work->error) == 0)
        return 0;
    if (dn_error_ends_all(work->error))
        return -1;
    dn_log_warning(&work->session->log, "what only %s has is as it was in '%s' before: %s",
                   work->session->driver->table.name, work->session->project.definition,
                   work->error->message);
    dn_error_clear(work->error);
    section->text = NULL;
    return 0;
}

static bool
starts_with(const dn_text *text, const dn_text *start)
{
    return text->length >= start->length && memcmp(text->data, start->data, start->length) == 0;
}

/* The definition as it is, and as it is to be. */
typedef struct judging {
    const char *path;
    const dn_text *present;
    const dn_text *statements;
    const dn_portable_section *section;
    dn_text *text; /* to be written */
    bool write;
    const char *why; /* it is not; NULL where it says the same in other words */
} judging;

/* Its statements are those of the migrations, in these or other words: is its section what this database
 * has, or had? Somebody's own words stay around it. */
static int
judge_section(keeping *work, judging *at)
{
    dn_session *session = work->session;
    dn_side made = dn_upkeep_side(work);
    dn_side told = {.name = NULL};
    dn_differences differences = {.count = 0};
    dn_error problem;
    bool earlier;

    if (!at->section->text)
        return 0;
    dn_error_clear(&problem);
    if (dn_definition_side(session, at->path, &made, work->options->shadow,
                           work->options->shadow_url, &told, &problem) < 0) {
        at->why =
            dn_arena_printf(&session->arena, "what it says is not known: %s", problem.message);
        return at->why ? 0 : dn_no_memory(work->error);
    }
    if (dn_schema_compare(made.facts, told.facts, &dn_diff_comparison, &session->arena,
                          &differences, work->error) < 0)
        return -1;
    if (!differences.count)
        return 0;
    if (dn_upkeep_was(work, told.facts, differences.count, &earlier) < 0)
        return -1;
    if (!earlier)
        return dn_upkeep_explain(work, at->path, &differences, &at->why);
    if (!starts_with(at->present, at->statements) &&
        dn_portable_renew(at->section, at->present, at->text, work->error) < 0)
        return -1;
    at->write = !dn_upkeep_has_remarks(at->present, at->text, at->text);
    return at->write ? 0 : dn_upkeep_behind(work, at->path, true, &at->why);
}

static int
judge(keeping *work, const dn_model *head, judging *at)
{
    dn_session *session = work->session;
    dn_auto(dn_text) written = DN_TEXT_INIT;
    dn_differences differences = {.count = 0};
    dn_error problem;
    dn_model *told;
    size_t count;
    bool ours = dn_portable_is_ours(at->present);
    bool earlier;

    dn_error_clear(&problem);
    if (dn_portable_read(session, at->path, at->present, &told, &problem) < 0) {
        at->why =
            dn_arena_printf(&session->arena, "what it says is not known: %s", problem.message);
        return at->why ? 0 : dn_no_memory(work->error);
    }
    if (dn_model_compare(head, told, &session->arena, &differences, work->error) < 0)
        return -1;
    if (!differences.count)
        return judge_section(work, at);
    if (dn_portable_was(session, told, &earlier, work->error) < 0)
        return -1;
    if (!earlier)
        return dn_upkeep_explain(work, at->path, &differences, &at->why);
    if (dn_portable_statements(told, &written, &count, work->error) < 0)
        return -1;
    at->write = ours && !dn_upkeep_has_remarks(at->present, &written, at->text);
    return at->write ? 0 : dn_upkeep_behind(work, at->path, ours, &at->why);
}

/* `dunlin schema dump --target` was asked for it. */
static int
leave_words_of_one(keeping *work, const char *path)
{
    const char *why =
        dn_arena_printf(&work->session->arena,
                        "it is in the words of one kind of database: 'dunlin schema dump "
                        "--output %s' writes the one for all",
                        path);

    return why ? dn_upkeep_definition_leave(work, path, why) : dn_no_memory(work->error);
}

static int
keep(keeping *work, const char *path, const dn_model *head)
{
    dn_auto(dn_text) present = DN_TEXT_INIT;
    dn_auto(dn_text) statements = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    bool exists = dn_file_exists(path);
    dn_portable_section section;
    judging at = {path, &present, &statements, &section, &text, !exists, NULL};
    size_t count;

    if (exists && dn_file_read(path, &present, work->error) < 0)
        return -1;
    if (exists && dn_definition_is_ours(&present))
        return leave_words_of_one(work, path);
    if (dn_portable_statements(head, &statements, &count, work->error) < 0 ||
        find_section(work, &statements, &section) < 0)
        return -1;
    dn_text_add(&text, statements.data, statements.length);
    if (dn_portable_sections(&section, 1, exists ? &present : NULL, &text, work->error) < 0)
        return -1;
    if (exists && present.length == text.length && starts_with(&present, &text))
        return dn_upkeep_definition_leave(work, path, NULL);
    if (exists && judge(work, head, &at) < 0)
        return -1;
    return at.write ? dn_upkeep_definition_put(work, path, &text)
                    : dn_upkeep_definition_leave(work, path, at.why);
}

int
dn_upkeep_portable(keeping *work)
{
    dn_session *session = work->session;
    const char *path = session->project.definition;
    dn_model *head;
    size_t most;

    if (dn_portable_check(session, work->error) < 0 ||
        dn_portable_history(session, SIZE_MAX, &head, &most, work->error) < 0) {
        const char *why = dn_arena_text(&session->arena, work->error->message);

        if (dn_error_ends_all(work->error))
            return -1;
        if (!why)
            return dn_no_memory(work->error);
        dn_error_clear(work->error);
        return dn_upkeep_definition_leave(work, path, why);
    }
    return keep(work, path, head);
}
