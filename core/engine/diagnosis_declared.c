/* SPDX-License-Identifier: MIT
 *
 * The fifth place: a definition in another language, as its owner prints it, and the newest snapshot
 * of drizzle-kit, as a third opinion.
 */
#include <string.h>

#include "core/engine/declared.h"
#include "core/engine/diagnosis.h"
#include "core/engine/fresh.h"

typedef struct looking {
    dn_session *session;
    const dunlin_doctor_options *doctor;
    dn_side made;
    dn_drizzle_source *source;
    dn_addition *additions;
    size_t count;
    size_t capacity;
    dn_error *error;
} looking;

/* --- what the definition lacks ------------------------------------------------------------------------- */

static int
add_line(looking *work, dn_addition addition)
{
    work->additions = dn_arena_grow(&work->session->arena, work->additions, &work->capacity,
                                    work->count + 1, sizeof *work->additions);
    if (!work->additions)
        return dn_no_memory(work->error);
    work->additions[work->count++] = addition;
    return 0;
}

/* Imports last: whoever adds from below finds every line where it was. */
static int
add_lines(looking *work, const dn_drizzle_hint *hint, const char *object)
{
    const dn_drizzle_import *import = &hint->import;

    if (!hint->file)
        return 0;
    for (size_t i = 0; hint->lines[i]; i++)
        if (add_line(work, (dn_addition){object, hint->file, hint->line, hint->replaces,
                                         hint->lines[i]}) < 0)
            return -1;
    return import->text ? add_line(work, (dn_addition){object, hint->file, import->line, false,
                                                       import->text})
                        : 0;
}

static int
tell_lack(looking *work, const dn_difference *one, const char *object)
{
    dn_reconciliation *found = &work->session->reconciliation;
    dn_drizzle_hint hint;

    if (dn_drizzle_hint_for(work->source, work->made.facts, one, &hint, work->error) < 0 ||
        add_lines(work, &hint, object) < 0)
        return -1;
    if (hint.file && hint.line)
        return dn_findings_add(&found->findings, &work->session->arena, DN_WARNING,
                               "definition.lacks", object, work->error,
                               "the schema definition %s %s, see '%s:%u'; the next generate would "
                               "take it back",
                               one->after ? "has another form of" : "lacks", object, hint.file,
                               hint.line);
    return dn_findings_add(&found->findings, &work->session->arena, DN_WARNING, "definition.lacks",
                           object, work->error,
                           "the schema definition %s %s; the next generate would take it back",
                           one->after ? "has another form of" : "lacks", object);
}

static const char *
name_of(looking *work, const dn_difference *one)
{
    const dunlin_fact *key = dn_difference_key(one);
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_fact_describe(&text, key->kind, key->path, key->path_count);
    return text.failed ? NULL : dn_arena_copy(&work->session->arena, text.data, text.length);
}

static int
ask_command(looking *work, const dn_declared_place *place)
{
    dn_session *session = work->session;
    dn_reconciliation *found = &session->reconciliation;
    dn_declared declared;

    if (dn_drizzle_source_open(session->project.root, session->driver->table.dialect,
                               &session->arena, &work->source, work->error) < 0 ||
        dn_declared_by_command(session, place, work->doctor->definition_command, &declared,
                               work->error) < 0)
        return -1;
    for (size_t i = 0; i < declared.differences.count; i++) {
        const dn_difference *one = &declared.differences.items[i];
        const char *object = name_of(work, one);

        if (!object)
            return dn_no_memory(work->error);
        if (!one->before
                ? dn_findings_add(&found->findings, &session->arena, DN_NOTE, "definition.ahead",
                                  object, work->error,
                                  "the schema definition has %s, which no migration makes: "
                                  "drizzle-kit generate writes one",
                                  object) < 0
                : tell_lack(work, one, object) < 0)
            return -1;
        found->definition_lacks = found->definition_lacks || one->before;
    }
    found->additions = work->additions;
    found->addition_count = work->count;
    return 0;
}

/* --- the third opinion ---------------------------------------------------------------------------------- */

/* What cannot be compared is no reason to stop. */
static int
passed_over(looking *work, const char *path)
{
    dn_reconciliation *found = &work->session->reconciliation;
    dn_error problem = *work->error;

    if (dn_error_ends_all(&problem))
        return -1;
    dn_error_clear(work->error);
    return dn_findings_add(&found->findings, &work->session->arena, DN_NOTE,
                           "snapshot.not-compared", path, work->error,
                           "'%s' could not be compared: %s", path, problem.message);
}

static int
look_at_snapshot(looking *work, const dn_declared_place *place, const char *path)
{
    dn_session *session = work->session;
    dn_reconciliation *found = &session->reconciliation;
    dn_declared declared;
    const char *object;

    if (dn_declared_by_snapshot(session, place, path, &declared, work->error) < 0)
        return passed_over(work, path);
    if (!declared.differences.count)
        return 0;
    object = name_of(work, &declared.differences.items[0]);
    if (!object)
        return dn_no_memory(work->error);
    return dn_findings_add(&found->findings, &session->arena, DN_WARNING, "snapshot.stale", path,
                           work->error, "'%s' is not what the migrations make: %s is %s it%s", path,
                           object,
                           !declared.differences.items[0].after    ? "missing in"
                           : !declared.differences.items[0].before ? "only in"
                                                                   : "different in",
                           declared.differences.count > 1 ? ", and there is more" : "");
}

int
dn_diagnosis_declared(dn_session *session, const dunlin_doctor_options *doctor,
                      const dn_evidence *evidence, dn_error *error)
{
    looking work = {.session = session, .doctor = doctor, .error = error};
    const char *given = doctor->shadow_url;
    dn_declared_place place = {&work.made, doctor->shadow != 0, given};
    const char *path;
    int answer;

    if (dn_declared_newest(session, &session->arena, &path, error) < 0)
        return -1;
    if ((!path && !doctor->definition_command) ||
        !dn_declared_concerns(session, session->driver, true))
        return 0;
    answer = dn_fresh_fold(session, evidence->effects, evidence->count, &work.made, error);
    if (answer < 0)
        return -1;
    if (answer > 0)
        return doctor->definition_command
                   ? dn_findings_add(&session->reconciliation.findings, &session->arena, DN_NOTE,
                                     "definition.not-compared", NULL, error,
                                     "the schema definition is not compared: not all migrations "
                                     "could be replayed")
                   : 0;
    if (doctor->definition_command && ask_command(&work, &place) < 0)
        return -1;
    if (!path || dn_shadow_choose(session->connection, session->target, place.asked, given).kind ==
                     DN_SHADOW_NONE)
        return 0;
    return look_at_snapshot(&work, &place, path);
}
