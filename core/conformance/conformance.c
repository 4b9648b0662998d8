/* SPDX-License-Identifier: MIT
 *
 * Which cases there are, and running them one after the other.
 */
#include "core/conformance/conformance.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/check.h"

static const dn_area *const areas[] = {
    &dn_area_entry,  &dn_area_url,        &dn_area_lexer,       &dn_area_quote,   &dn_area_connect,
    &dn_area_query,  &dn_area_run,        &dn_area_transaction, &dn_area_session, &dn_area_bulk,
    &dn_area_error,  &dn_area_classify,   &dn_area_render,      &dn_area_lock,    &dn_area_lease,
    &dn_area_cancel, &dn_area_introspect, &dn_area_facts,       &dn_area_resume,  &dn_area_backup,
    &dn_area_data,   &dn_area_privileges, &dn_area_hazards,     &dn_area_grants,  &dn_area_shadow,
    &dn_area_script,
};
enum { AREAS = sizeof areas / sizeof areas[0] };

static bool
is_known(const char *pattern)
{
    for (size_t i = 0; i < AREAS; i++)
        for (size_t j = 0; j < areas[i]->count; j++)
            if (dn_quirks_fits(pattern, areas[i]->cases[j].id))
                return true;
    return false;
}

static bool
is_wanted(const dn_conformance *kit, const char *id)
{
    for (size_t i = 0; i < kit->only_count; i++)
        if (dn_quirks_fits(kit->only[i], id))
            return true;
    return kit->only_count == 0;
}

static const char *const capability_names[] = {
    "transactional DDL",
    "pipelining",
    "shadows in memory",
    "shadow databases",
    "backing up by itself",
    "cancelling",
    "listing objects",
    "reading facts",
    "fingerprints of statements",
    "namespaces",
    "types of its own",
    "translating",
    "folded objects",
    "folded members",
    "backups without rows",
    "leases",
    "indexes of tables",
    "telling what changed",
    "names of NOT NULL",
    "rebuilt tables",
    "texts of all objects",
    "grants",
    "names by columns",
    "RESET inside a transaction",
    "foreign keys to tables that are made later",
};
_Static_assert(DUNLIN_CAN_REFER_AHEAD ==
                   1 << (sizeof capability_names / sizeof capability_names[0] - 1),
               "each capability has a name");

static const char *
lacking(uint64_t needs, uint64_t flags)
{
    for (size_t i = 0; i < sizeof capability_names / sizeof capability_names[0]; i++)
        if ((needs & ~flags) & (UINT64_C(1) << i))
            return capability_names[i];
    return NULL;
}

/* Message and context of an error as one sentence. */
static const char *
told(dn_arena *arena, const dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *line = error->context;

    dn_text_add_string(&text, error->message);
    while (*line) {
        size_t length = strcspn(line, "\n");

        dn_text_add_string(&text, "; ");
        dn_text_add(&text, line, length);
        line += length;
        line += *line == '\n';
    }
    return text.failed ? NULL : dn_arena_text(arena, text.data ? text.data : "");
}

static int
perform(dn_check *check)
{
    const char *lacks = lacking(check->current->needs, check->capabilities->flags);

    if (check->quirk.skip)
        return dn_check_skip(check, "%s", check->quirk.skip);
    if (lacks)
        return dn_check_skip(check, "the driver does not claim %s", lacks);
    return check->current->run(check);
}

static int
run_case(dn_check *check, dn_case_result *result)
{
    dn_arena *arena = check->kit->arena;
    int64_t begin = dn_clock_monotonic_ns();
    dn_error left;
    int answer = perform(check);
    int clean = dn_check_clean(check, &left);

    result->id = check->current->id;
    result->demand = check->current->demand;
    result->duration_us = (dn_clock_monotonic_ns() - begin) / 1000;
    if (answer == 0 && clean == 0) {
        result->outcome = check->skipped[0] ? DN_CASE_SKIPPED : DN_CASE_PASSED;
        result->reason = check->skipped[0] ? dn_arena_text(arena, check->skipped) : NULL;
    } else {
        result->outcome = check->quirk.todo ? DN_CASE_EXCUSED : DN_CASE_FAILED;
        result->message = told(arena, answer < 0 ? &check->error : &left);
    }
    if (result->outcome == DN_CASE_EXCUSED || (check->quirk.todo && !result->reason))
        result->reason = dn_arena_text(arena, check->quirk.todo);
    return (result->outcome == DN_CASE_PASSED || result->message || result->reason) ? 0 : -1;
}

/* The capabilities and the names that are shown; a driver that cannot even connect is not worth
 * running eighty cases against. */
static int
look(dn_conformance *kit, dunlin_capabilities *capabilities, const char **file, dn_error *error)
{
    const dn_open_options options = {.purpose = DUNLIN_PURPOSE_WORK, .log = kit->log};
    dn_url_info url;
    dn_connection *connection;
    const dunlin_server *server;

    if (dn_driver_url(kit->driver, kit->url, kit->arena, &url, error) < 0 ||
        dn_connection_open(kit->driver, kit->url, &options, &connection, error) < 0)
        return -1;
    server = dn_connection_server(connection);
    *capabilities = *dn_connection_capabilities(connection);
    kit->shown_url = url.redacted;
    kit->flavour = dn_arena_copy(kit->arena, server->profile->flavour.data,
                                 (size_t)server->profile->flavour.length);
    kit->version = dn_arena_copy(kit->arena, server->profile->version.data,
                                 (size_t)server->profile->version.length);
    kit->database = dn_arena_copy(kit->arena, server->name.data, (size_t)server->name.length);
    *file = dn_arena_copy(kit->arena, server->path.data, (size_t)server->path.length);
    dn_connection_close(connection);
    return kit->flavour && kit->version && kit->database && *file ? 0 : dn_no_memory(error);
}

static size_t
count_wanted(const dn_conformance *kit)
{
    size_t count = 0;

    for (size_t i = 0; i < AREAS; i++)
        for (size_t j = 0; j < areas[i]->count; j++)
            count += is_wanted(kit, areas[i]->cases[j].id);
    return count;
}

static int
run_cases(dn_conformance *kit, const dn_check *model, const dn_quirks *quirks, size_t total,
          dn_error *error)
{
    for (size_t i = 0; i < AREAS; i++) {
        for (size_t j = 0; j < areas[i]->count; j++) {
            dn_check check = *model;
            dn_case_result *result = &kit->results[kit->count];
            int answer;

            check.current = &areas[i]->cases[j];
            if (!is_wanted(kit, check.current->id))
                continue;
            if (dn_log_cancelled(&kit->log))
                return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
            dn_log_progress(&kit->log, check.current->id, (int64_t)kit->count, (int64_t)total);
            check.quirk = dn_quirks_of(quirks, check.current->id);
            answer = run_case(&check, result);
            dn_arena_free(&check.arena);
            if (answer < 0)
                return dn_no_memory(error);
            kit->counts[result->outcome]++;
            kit->count++;
        }
    }
    return 0;
}

int
dn_conformance_run(dn_conformance *conformance, dn_error *error)
{
    dn_auto(dn_quirks) quirks = {.json = {.name = NULL}};
    dunlin_capabilities capabilities;
    dn_check model = {
        .kit = conformance, .driver = conformance->driver, .capabilities = &capabilities};
    size_t total;

    for (size_t i = 0; i < conformance->only_count; i++)
        if (!is_known(conformance->only[i]))
            return dn_fail(error, DUNLIN_USAGE, "driver.unknown-case", "there is no case '%.100s'",
                           conformance->only[i]);
    if (dn_quirks_read(&quirks, conformance->quirks_file, is_known, error) < 0 ||
        look(conformance, &capabilities, &model.file, error) < 0)
        return -1;
    total = count_wanted(conformance);
    conformance->results =
        dn_arena_array(conformance->arena, total + 1, sizeof *conformance->results);
    if (!conformance->results)
        return dn_no_memory(error);
    return run_cases(conformance, &model, &quirks, total, error);
}
