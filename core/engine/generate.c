/* SPDX-License-Identifier: MIT
 *
 * `dunlin generate`: the migration from what there is to what the definition says.
 */
#include "core/engine/generate.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"

/* --- what there is, and what is wanted ---------------------------------------------------------------- */

/* Drizzle keeps snapshots beside its migrations, and would make the same once more. */
static int
check_layout(dn_generation *work)
{
    const dn_journal *journal = &work->session->journal;

    if (!work->options->drop_legacy &&
        (journal->layout == DN_LAYOUT_DRIZZLE || journal->layout == DN_LAYOUT_DRIZZLE_V1))
        return dn_fail(
            work->error, DUNLIN_UNSUPPORTED, "generate.layout",
            "'%s' is Drizzle's, which makes migrations from its own definition and keeps "
            "a snapshot beside each: edit that, and run 'npx drizzle-kit generate --name %s'",
            journal->folder, work->name);
    if (dn_layout_form_of(journal->layout)->code)
        return dn_fail(
            work->error, DUNLIN_UNSUPPORTED, "generate.layout",
            "'%s' holds programs of %s: make one with 'npx knex migrate:make %s', and let it run "
            "what 'dunlin diff TARGET definition --sql' prints",
            journal->folder, dn_layout_form_of(journal->layout)->title, work->name);
    if (dn_written_check(journal, work->error) < 0)
        return -1;
    if (journal->unlisted_count)
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "generate.history",
                       "the journal does not list '%s', so the state behind the migrations is not "
                       "known",
                       journal->unlisted[0].tag);
    return 0;
}

/* Text for one database has to be for the one at hand. */
static int
check_dialect(dn_generation *work)
{
    const char *dialect = work->session->journal.dialect;

    if (!dialect || strcmp(dialect, "portable") == 0 ||
        dn_driver_is_called(work->session->driver, dn_string(dialect)))
        return 0;
    return dn_fail(work->error, DUNLIN_USAGE, "generate.dialect",
                   "the migrations are written for %s, and the target '%s' is %s", dialect,
                   work->session->target->name, work->session->driver->table.dialect);
}

static bool
is_portable_folder(const dn_generation *work)
{
    const char *dialect = work->session->journal.dialect;

    return dialect && strcmp(dialect, "portable") == 0;
}

static int
list_files(dn_generation *work)
{
    const dn_journal *journal = &work->session->journal;

    work->files = dn_arena_array(&work->session->arena, journal->count + 1, sizeof *work->files);
    if (!work->files)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < journal->count; i++) {
        if (!journal->migrations[i].has_file)
            return dn_fail(work->error, DUNLIN_DISAGREEMENT, "generate.history",
                           "the file of '%s' is missing", journal->migrations[i].tag);
        work->files[work->count++] = &journal->migrations[i];
    }
    return 0;
}

/* --shadow-url may name a database of another kind, for what is portable to be tried on. */
static int
choose_given(dn_generation *work)
{
    const char *url = work->options->shadow_url;
    const char *scheme = url ? dn_url_scheme(&work->session->arena, url) : NULL;

    if (!url)
        return 0;
    if (!is_portable_folder(work) || !scheme ||
        dn_driver_is_called(work->like.driver, dn_string(scheme)))
        work->given = url;
    return 0;
}

/* What kind of database it is about; its schema does not matter. */
static int
open_like(dn_generation *work)
{
    dn_session *session = work->session;

    if (dn_side_connect_target(session, &work->like, work->error) < 0)
        return -1;
    work->like.facts = dn_fact_map_new(
        &session->arena, dn_driver_naming(dn_connection_capabilities(work->like.connection)));
    if (!work->like.facts)
        return dn_no_memory(work->error);
    if (choose_given(work) < 0)
        return -1;
    work->choice = dn_shadow_choose(work->like.connection, session->target,
                                    work->options->shadow != 0, work->given);
    if (work->choice.kind == DN_SHADOW_NONE)
        return dn_fail(work->error, DUNLIN_USAGE, "generate.no-shadow",
                       "a migration is only written when it was tried: %s", work->choice.why);
    return 0;
}

/* What the migrations make. */
int
dn_generate_before(dn_generation *work)
{
    int answer;

    if (dn_session_journal_of(work->session, work->like.driver, work->error) < 0 ||
        list_files(work) < 0)
        return -1;
    answer = work->count ? dn_side_migration(work->session, work->files[work->count - 1]->tag,
                                             &work->like, work->options->shadow != 0, work->given,
                                             &work->before, work->error)
                         : dn_side_empty(work->session, &work->like, &work->before, work->error);

    work->before.name = "the migrations";
    /* What belongs to nobody goes, and what the migrations make stays. */
    work->after = work->before;
    return answer;
}

static int
open_sides(dn_generation *work, const char **definition)
{
    dn_session *session = work->session;

    if (dn_session_project(session, work->error) < 0 ||
        dn_session_target(session, work->error) < 0 ||
        dn_session_journal(session, work->error) < 0 ||
        dn_journal_finish(&session->journal, work->error) < 0 || check_layout(work) < 0 ||
        check_dialect(work) < 0)
        return -1;
    if (work->options->drop_legacy)
        return open_like(work) < 0 ? -1 : dn_generate_before(work);
    *definition = work->options->definition ? work->options->definition
                                            : dn_definition_path(session, session->driver);
    if (!*definition)
        return dn_no_memory(work->error);
    if (!dn_file_exists(*definition))
        return dn_fail(work->error, DUNLIN_USAGE, "generate.no-definition",
                       "there is no schema definition '%s'", *definition);
    if (open_like(work) < 0 || dn_generate_before(work) < 0)
        return -1;
    session->writes_schema = true;
    if (dn_definition_side(session, *definition, &work->like, work->options->shadow != 0,
                           work->given, &work->after, work->error) < 0)
        return -1;
    session->writes_schema = false;
    return is_portable_folder(work) ? dn_generate_words(work, *definition) : 0;
}

/* --- the migration ------------------------------------------------------------------------------------ */

/* As servers print it, or as a portable definition says it. */
static const dn_side *
side_of(const dn_generation *work, bool wanted)
{
    if (work->portable && work->words[wanted].facts)
        return &work->words[wanted];
    return wanted ? &work->after : &work->before;
}

static bool
has_rests(const dn_generation *work)
{
    bool any = work->rest[0].text.length > 0;

    for (size_t i = 0; i < work->other_count; i++)
        any = any || work->others[i].rest[0].text.length > 0;
    return any;
}

static int64_t
count_losses(const dn_diff *diff)
{
    int64_t count = 0;

    for (size_t i = 0; i < diff->operations.count; i++)
        count += diff->risks[i].danger == DN_DANGER_LOSES;
    return count;
}

static int
make_up(dn_generation *work, const char *definition)
{
    dn_operations renames = {.arena = &work->session->arena};
    dn_diff_options how = {.renames = NULL};

    work->up = (dn_generated){.from = side_of(work, false), .to = side_of(work, true)};
    if (dn_generate_renames(work, work->up.from, work->up.to, definition, &renames) < 0)
        return -1;
    how.renames = renames.items;
    how.rename_count = renames.count;
    how.for_all = work->portable;
    if (dn_schema_diff(work->up.from->facts, work->up.to->facts, &how, &work->session->arena,
                       &work->up.diff, work->error) < 0)
        return -1;
    if (!work->up.diff.operations.count)
        return 0;
    work->loses = count_losses(&work->up.diff) > 0;
    if (work->portable)
        return dn_generate_portable(work, &work->up);
    return dn_generate_safe(work, &work->up) < 0 ? -1 : dn_generate_text(work, &work->up);
}

/* What is lost does not come back, so there is no way back that would be one. */
static int
make_down(dn_generation *work)
{
    dn_operations renames = {.arena = &work->session->arena};
    dn_diff_options how = {.renames = NULL};

    work->down =
        (dn_generated){.from = side_of(work, true), .to = side_of(work, false), .backwards = true};
    if (work->loses) {
        work->no_down = "what is lost does not come back";
        return 0;
    }
    if (dn_generate_turn_renames(work, &renames) < 0)
        return -1;
    how.renames = renames.items;
    how.rename_count = renames.count;
    how.for_all = work->portable;
    if (dn_schema_diff(work->down.from->facts, work->down.to->facts, &how, &work->session->arena,
                       &work->down.diff, work->error) < 0)
        return -1;
    if ((work->portable ? dn_generate_portable(work, &work->down)
                        : dn_generate_text(work, &work->down)) == 0)
        return 0;
    if (work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    work->no_down = work->error->id[0] ? dn_arena_text(&work->session->arena, work->error->message)
                                       : "portable SQL has no words for it";
    dn_error_clear(work->error);
    return work->no_down ? 0 : dn_no_memory(work->error);
}

static void
add_section(const dn_generation *of, const dn_text *body, bool only, dn_text *text)
{
    if (!body->length)
        return;
    if (only)
        dn_text_printf(text, "-- dunlin: only %s\n", of->like.driver->table.name);
    dn_text_add(text, body->data, body->length);
    if (only)
        dn_text_add_string(text, "-- dunlin: end\n");
}

/* What single databases get beside that for all of them. */
static void
add_rests(const dn_generation *work, int way, dn_text *text)
{
    add_section(work, &work->rest[way].text, true, text);
    for (size_t i = 0; work->portable && i < work->other_count; i++)
        add_section(&work->others[i], &work->others[i].rest[way].text, true, text);
}

static bool
is_section(const dn_generation *work)
{
    return is_portable_folder(work) && !work->portable;
}

static int
check_sections(const dn_generation *work, const dn_text *up)
{
    const dn_journal *journal = &work->session->journal;

    if (dn_written_has_sections(journal) || !up->data || !strstr(up->data, "-- dunlin: only "))
        return 0;
    return dn_fail(work->error, DUNLIN_UNSUPPORTED, "generate.layout",
                   "the change needs SQL for %s alone, and what else runs '%s' knows no sections",
                   work->like.driver->table.name, journal->folder);
}

/* The file as a whole, and that of the way back where there is one. */
static int
compose(dn_generation *work, dn_new_file *file)
{
    bool only = is_section(work);
    dn_auto(dn_text) up = DN_TEXT_INIT;
    dn_written parts = {.head = work->options->drop_legacy
                                    ? "-- Made by `dunlin generate --drop-legacy`: what belongs to "
                                      "no migration.\n"
                                    : "-- Made by `dunlin generate`.\n",
                        .apart = work->up.apart && !only};

    dn_text_clear(&file->text);
    dn_text_clear(&file->down);
    dn_text_clear(&file->back);
    if (work->up.apart && only)
        dn_text_printf(&up, "-- dunlin: only %s\n-- dunlin: no-transaction\n-- dunlin: end\n",
                       work->like.driver->table.name);
    add_section(work, &work->up.text, only, &up);
    add_rests(work, 0, &up);
    if (work->no_down && !work->options->drop_legacy &&
        !dn_written_is_shared(&work->session->journal))
        dn_text_printf(&up, "\n-- There is no way back: %s.\n", work->no_down);
    if (!work->no_down) {
        add_rests(work, 1, &file->back);
        add_section(work, &work->down.text, only, &file->back);
        parts.down = file->back.data ? file->back.data : "";
    }
    parts.up = up.data ? up.data : "";
    if (up.failed || file->back.failed)
        return dn_no_memory(work->error);
    if (check_sections(work, &up) < 0)
        return -1;
    return dn_written_compose(&work->session->journal, &parts, work->rules, &file->text,
                              &file->down, work->error);
}

/* 1: the text needs more for one of the databases. */
static int
prove(dn_generation *work, const dn_new_file *file)
{
    const char *down = work->no_down ? NULL : file->back.data ? file->back.data : "";
    int answer = dn_generate_prove(work, file->text.data, down);
    int others;

    if (answer == 1 && dn_generate_rest(work) < 0)
        return -1;
    if (answer < 0 || !work->portable)
        return answer;
    others = dn_generate_elsewhere_prove(work, file->text.data, down);
    return others < 0 ? -1 : answer || others;
}

/* --- telling ------------------------------------------------------------------------------------------ */

static void
tell_path(dunlin_result *result, dunlin_node *node, const char *name, const dunlin_fact *fact)
{
    dunlin_node *list = dn_node_array(result, node, name);

    for (uint64_t i = 0; i < fact->path_count; i++)
        dn_node_set_string(result, list, NULL, fact->path[i]);
}

static void
tell_candidates(dn_generation *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "rename_candidates");

    for (size_t i = 0; i < work->up.diff.candidate_count; i++) {
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_string(result, node, "kind", work->up.diff.candidates[i].from->kind);
        tell_path(result, node, "from", work->up.diff.candidates[i].from);
        tell_path(result, node, "to", work->up.diff.candidates[i].to);
    }
}

static int
tell_changes(dn_generation *work, dunlin_node *list, const dn_diff *diff)
{
    dunlin_result *result = work->session->result;

    for (size_t i = 0; i < diff->operations.count; i++) {
        dn_auto(dn_text) words = DN_TEXT_INIT;
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_operation_describe(&words, diff->operations.items[i]);
        if (words.failed)
            return dn_no_memory(work->error);
        dn_node_set_text(result, node, "description", words.data);
        dn_node_set_text(result, node, "danger", dn_danger_name(diff->risks[i].danger));
        dn_node_set_text(result, node, "reason", diff->risks[i].reason);
    }
    return 0;
}

static int
tell_summary(dn_generation *work, const dn_migration *made)
{
    dunlin_result *result = work->session->result;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t count = work->up.diff.operations.count + work->rest[0].diff.operations.count;
    int64_t losses;

    losses = count_losses(&work->up.diff) + count_losses(&work->rest[0].diff);
    if (!count && work->options->drop_legacy)
        dn_text_printf(&text, "nothing to do: all that '%s' holds belongs to migrations",
                       work->like.name);
    else if (!count)
        dn_text_printf(&text, "nothing to do: the migrations make what '%s' says",
                       work->after.name);
    else if (made->path)
        dn_text_add_count(&text, (int64_t)count, "change", "changes");
    else
        dn_text_printf(&text, "%zu %s, nothing is written", count,
                       count == 1 ? "change" : "changes");
    if (losses)
        dn_text_printf(&text, "; %lld of them %s data", (long long)losses,
                       losses == 1 ? "loses" : "lose");
    if (text.failed)
        return dn_no_memory(work->error);
    dn_node_set_text(result, dn_result_node(result), "summary", text.data);
    return 0;
}

static int
tell(dn_generation *work, const char *definition, const dn_new_file *file, const dn_migration *made)
{
    const dn_text *text = &file->text;
    dn_session *session = work->session;
    dunlin_node *changes;
    dunlin_node *root;

    if (dn_session_result(session, "dunlin-generate/1", work->error) < 0)
        return -1;
    root = dn_result_node(session->result);
    dn_session_tell_project(session);
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "definition", definition);
    changes = dn_node_array(session->result, root, "changes");
    if (tell_changes(work, changes, &work->up.diff) < 0 ||
        tell_changes(work, changes, &work->rest[0].diff) < 0)
        return -1;
    tell_candidates(work);
    dn_generate_elsewhere_tell(work);
    dn_node_set_boolean(session->result, root, "portable",
                        work->portable && work->up.diff.operations.count && !has_rests(work));
    dn_node_set_boolean(session->result, root, "transactional", !work->up.apart);
    dn_node_set_boolean(session->result, root, "down", text->length && !work->no_down);
    dn_node_set_text(session->result, root, "no_down", work->no_down);
    dn_node_set_boolean(session->result, root, "written", made->path != NULL);
    dn_node_set_text(session->result, root, "tag", made->tag);
    dn_node_set_text(session->result, root, "path", made->path);
    dn_node_set_text(session->result, root, "journal", session->journal.path);
    dn_node_set_text(session->result, root, "text", text->length ? text->data : NULL);
    return tell_summary(work, made);
}

/* --- the use case ------------------------------------------------------------------------------------- */

static int
write_migration(dn_generation *work, const dn_new_file *file, dn_migration *made)
{
    dn_session *session = work->session;
    const dn_journal_texts texts = {.up = file->text.data,
                                    .down = file->down.length ? file->down.data : NULL};

    return dn_journal_new(&session->journal, work->name, session->project.tags == DN_TAGS_SEQUENCE,
                          dn_clock_wall_us() / 1000, &texts, &session->arena, made, work->error);
}

/* What single databases get loses data, too. */
static void
note_losses(dn_generation *work)
{
    int64_t losses = count_losses(&work->rest[0].diff);

    for (size_t i = 0; i < work->other_count; i++)
        losses += count_losses(&work->others[i].rest[0].diff);
    if (!losses)
        return;
    work->loses = true;
    work->no_down = "what is lost does not come back";
}

/* 1: there is nothing to do. */
static int
make(dn_generation *work, const char *definition, dn_new_file *file)
{
    int answer;

    if ((work->options->drop_legacy ? dn_generate_legacy(work) : make_up(work, definition)) != 0)
        return -1;
    if (!work->up.diff.operations.count)
        return 1;
    if (!work->no_down)
        work->no_down = dn_written_no_down(&work->session->journal);
    if ((!work->no_down && make_down(work) < 0) || compose(work, file) < 0)
        return -1;
    answer = prove(work, file);
    if (answer == 1) {
        note_losses(work);
        if (compose(work, file) < 0)
            return -1;
        answer = prove(work, file);
    }
    if (answer)
        return -1;
    return work->no_down && !work->loses ? compose(work, file) : 0;
}

/* What single databases have beyond a portable definition is no difference to it. 2: this one has. */
static int
is_beyond_words(dn_generation *work)
{
    dn_differences list = {.count = 0};

    if (dn_schema_compare(work->before.facts, work->after.facts, &dn_diff_comparison,
                          &work->session->arena, &list, work->error) < 0)
        return -1;
    work->portable = list.count == 0;
    return list.count ? 2 : 1;
}

/* For all databases where that can be said and comes to the same on this one. 2: it does not. */
static int
make_portable(dn_generation *work, const char *definition, dn_new_file *file)
{
    int answer;

    if (!is_portable_folder(work) || work->options->drop_legacy)
        return 2;
    if (dn_generate_elsewhere_open(work, definition) < 0)
        return -1;
    work->portable = true;
    answer = make(work, definition, file);
    if (answer == 1 && work->words[0].facts)
        return is_beyond_words(work);
    if (answer >= 0)
        return answer;
    if (work->error->status == DUNLIN_NO_MEMORY || strcmp(work->error->id, "diff.rename") == 0)
        return -1;
    dn_log_warning(&work->session->log, "not in portable SQL: %s",
                   work->error->message[0] ? work->error->message
                                           : "what that can say is not all of the difference");
    dn_error_clear(work->error);
    for (int i = 0; i < 2; i++)
        dn_text_free(&work->rest[i].text);
    dn_text_free(&work->up.text);
    dn_text_free(&work->down.text);
    work->portable = false;
    work->no_down = NULL;
    return 2;
}

static int
generate(dn_generation *work)
{
    dn_auto(dn_new_file) file = {.text = DN_TEXT_INIT};
    dn_migration made = {.tag = NULL};
    const char *definition = NULL;
    int answer;

    if (open_sides(work, &definition) < 0 ||
        dn_driver_rules(work->like.driver, work->like.profile, &work->session->arena, &work->rules,
                        work->error) < 0)
        return -1;
    answer = make_portable(work, definition, &file);
    if (answer == 2)
        answer = make(work, definition, &file);
    if (answer < 0 ||
        (answer == 0 && !work->options->dry_run && write_migration(work, &file, &made) < 0))
        return -1;
    return tell(work, definition, &file, &made);
}

static const dunlin_generate_options defaults = {.size = sizeof defaults};

int
dunlin_generate(const dunlin_options *options, const char *name,
                const dunlin_generate_options *wanted, dunlin_result **result, dunlin_error *error)
{
    dn_session session;
    dn_generation work = {
        .session = &session,
        .options = wanted ? wanted : &defaults,
        .name = name,
        .error = error,
    };
    int answer;

    dn_session_begin(&session, options);
    answer = generate(&work);
    dn_generate_elsewhere_close(&work);
    dn_text_free(&work.up.text);
    dn_text_free(&work.down.text);
    dn_text_free(&work.rest[0].text);
    dn_text_free(&work.rest[1].text);
    return dn_session_finish(&session, answer, result, error);
}
