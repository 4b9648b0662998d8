/* SPDX-License-Identifier: MIT */
#include "core/engine/fingerprint.h"

#include <string.h>

#include "core/base/file.h"
#include "core/state/texts.h"

const char *
dn_fingerprint_reader(dn_session *session)
{
    const dunlin_profile *profile = dn_connection_server(session->connection)->profile;
    const dunlin_driver *driver = &session->driver->table;

    return dn_arena_printf(&session->arena, "%.*s %lld.%lld, driver %s %s, format %d.%d",
                           (int)profile->flavour.length, profile->flavour.data,
                           (long long)profile->major, (long long)profile->minor, driver->name,
                           driver->version, DN_SNAPSHOT_FORMAT, DUNLIN_DRIVER_REVISION);
}

/* The row keeps texts (core/state/texts.h), not a snapshot. */
static bool
keeps_texts(const dn_known *known)
{
    return known->facts && dn_texts_are(known->facts, known->facts_length);
}

/* --- grants ------------------------------------------------------------------------------------- */

/* The first line of a snapshot says it. */
static bool
tells_grants(const dn_known *known)
{
    static const char words[] = "\"grants\":true";
    const char *end = known->facts ? memchr(known->facts, '\n', known->facts_length) : NULL;

    return end && memmem(known->facts, (size_t)(end - known->facts), words, sizeof words - 1);
}

bool
dn_fingerprint_lacks_grants(dn_session *session, const dn_known *known)
{
    return dn_connection_sees_grants(session->connection) && !tells_grants(known);
}

typedef struct completing {
    dn_fact_map *facts;
    dn_error *error;
} completing;

static int
share_grant(const dunlin_fact *fact, void *context)
{
    completing *work = context;

    return dn_fact_map_share(work->facts, fact, work->error);
}

/* As much of privileges as is looked at today. */
static int
level_grants(dn_session *session, const dn_known *known, const dn_fact_map *now,
             dn_fact_map **facts, dn_error *error)
{
    completing work = {*facts, error};

    if (dn_fingerprint_lacks_grants(session, known))
        return now ? dn_fact_map_each(now, DUNLIN_KIND_GRANT, share_grant, &work) : 0;
    return tells_grants(known) && !dn_connection_sees_grants(session->connection)
               ? dn_fact_map_without_grants(*facts, &session->arena, facts, error)
               : 0;
}

/* --- rows --------------------------------------------------------------------------------------- */

int
dn_fingerprint_facts(dn_session *session, const dn_known *known, const dn_fact_map *now,
                     const dn_fact_map **facts, dn_error *error)
{
    uint64_t naming = dn_driver_naming(dn_connection_capabilities(session->connection));
    dn_snapshot snapshot;
    dn_fact_map *copy;
    dn_error ignored;

    *facts = NULL;
    if (keeps_texts(known)) {
        if (dn_texts_facts(session->connection, session->sight.tracker, known->facts,
                           known->facts_length, &session->arena, &copy, error) < 0)
            return -1;
        *facts = copy;
        return 0;
    }
    dn_error_clear(&ignored);
    if (!known->facts || dn_snapshot_read(DN_TRACKER_SCHEMA, known->facts, known->facts_length,
                                          &session->arena, &snapshot, &ignored) < 0)
        return 0;
    if (dn_snapshot_facts(snapshot.facts, naming, &session->arena, &copy, error) < 0 ||
        level_grants(session, known, now, &copy, error) < 0)
        return -1;
    *facts = copy;
    return 0;
}

int
dn_fingerprint_speaks(dn_session *session, const dn_known *known, bool *speaks, dn_error *error)
{
    const char *reader = dn_fingerprint_reader(session);

    if (!reader)
        return dn_no_memory(error);
    *speaks = strcmp(known->reader, reader) == 0 || keeps_texts(known);
    return 0;
}

static int
digest_of(const dn_fact_map *facts, char hex[DN_DIGEST_HEX], dn_error *error)
{
    dn_digest digest;

    if (dn_fact_map_digest(facts, &digest, error) < 0)
        return -1;
    dn_digest_hex(&digest, hex);
    return 0;
}

/* Whether nothing was changed since; cheaper than to compare facts. */
static int
are_same_texts(dn_session *session, const dn_known *known, bool *same, dn_error *error)
{
    dn_auto(dn_text) now = DN_TEXT_INIT;
    bool can;

    if (dn_texts_read(session->connection, &now, &can, error) < 0)
        return -1;
    *same =
        can && now.length == known->facts_length && memcmp(now.data, known->facts, now.length) == 0;
    return 0;
}

int
dn_fingerprint_is(dn_session *session, const dn_known *known, const dn_fact_map *facts, bool *same,
                  dn_error *error)
{
    const dn_fact_map *then;
    char digest[DN_DIGEST_HEX];
    char made[DN_DIGEST_HEX];

    *same = false;
    if (keeps_texts(known)) {
        if (are_same_texts(session, known, same, error) < 0)
            return -1;
        if (*same)
            return 0;
    }
    if (digest_of(facts, digest, error) < 0)
        return -1;
    if (!keeps_texts(known)) {
        *same = strcmp(known->digest, digest) == 0;
        return 0;
    }
    if (dn_fingerprint_facts(session, known, facts, &then, error) < 0 ||
        (then && digest_of(then, made, error) < 0))
        return -1;
    *same = then && strcmp(made, digest) == 0;
    return 0;
}

/* What a project ignores is known as well: what is ignored may change. */
int
dn_fingerprint_look(dn_session *session, dn_snapshot *snapshot, dn_error *error)
{
    const dn_sight whole = {.tracker = session->sight.tracker, .quiet = true};

    return dn_observe_snapshot(session->connection, &whole, &session->arena, snapshot, error);
}

/* --- before ----------------------------------------------------------------------------------------- */

static int
note_inhabitant(const dunlin_fact *fact, void *context)
{
    (void)context;
    return !dn_fact_is(fact, DUNLIN_KIND_SCHEMA) && !dn_fact_is(fact, DUNLIN_KIND_EXTENSION);
}

/* What was known counts as long as nobody else recorded anything since, and the same thing reads the
 * schema: otherwise what is there is where a new line begins. */
static int
find_base(dn_fingerprint *own, const dn_known *known, dn_error *error)
{
    const dn_fact_map *facts;
    bool speaks;
    bool same;

    own->base = own->before.facts;
    own->basis = DN_BASIS_OBSERVED;
    if (!known->present) {
        if (!own->session->observation.tracker.count &&
            dn_fact_map_each(own->before.facts, NULL, note_inhabitant, NULL) == 0)
            own->basis = DN_BASIS_EMPTY;
        return 0;
    }
    if (strcmp(known->records, own->records) != 0)
        return 0;
    if (dn_fingerprint_is(own->session, known, own->before.facts, &same, error) < 0)
        return -1;
    if (same) {
        own->basis = known->basis;
        return 0;
    }
    if (dn_fingerprint_speaks(own->session, known, &speaks, error) < 0)
        return -1;
    if (!speaks)
        return 0;
    if (dn_fingerprint_facts(own->session, known, own->before.facts, &facts, error) < 0)
        return -1;
    if (facts) {
        own->base = facts;
        own->basis = known->basis;
    }
    return 0;
}

int
dn_fingerprint_begin(dn_session *session, dn_fingerprint *own, dn_error *error)
{
    const dn_tracker *tracker = &session->observation.tracker;
    dn_known known;

    *own = (dn_fingerprint){.session = session};
    dn_known_records(tracker, own->records);
    if (dn_fingerprint_look(session, &own->before, error) < 0) {
        if (error->status != DUNLIN_PERMISSION && error->status != DUNLIN_UNSUPPORTED)
            return -1;
        dn_log_info(&session->log, "no schema is kept for later comparisons: %s", error->message);
        dn_error_clear(error);
        return 0;
    }
    own->seen = true;
    if (dn_known_read(session->connection, tracker->table, &session->arena, &known, error) < 0)
        return -1;
    return find_base(own, &known, error);
}

/* --- behind ----------------------------------------------------------------------------------------- */

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool
mentions(const dn_text *text, dunlin_string word)
{
    for (size_t at = 0; word.length && at + word.length <= text->length; at++)
        if ((at == 0 || !is_word(text->data[at - 1])) &&
            (at + word.length == text->length || !is_word(text->data[at + word.length])) &&
            strncasecmp(text->data + at, word.data, (size_t)word.length) == 0)
            return true;
    return false;
}

/* Both the object and the member: a migration about one column says nothing of another. */
static bool
is_mentioned(const dn_text *text, const dunlin_fact *key, uint64_t lead)
{
    /* Of a grant the name is that of who has it. */
    uint64_t last = key->path_count - (dn_fact_is(key, DUNLIN_KIND_GRANT) ? 2 : 1);

    return key->path_count > lead && mentions(text, key->path[last]) &&
           mentions(text, key->path[lead]);
}

static int
read_texts(const dn_migration *const *files, size_t count, dn_text *text, dn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (files[i]->has_file &&
            (dn_file_read(files[i]->path, text, error) < 0 || (dn_text_add_char(text, '\n'), 0)))
            return -1;
    return text->failed ? dn_no_memory(error) : 0;
}

/* What was otherwise before, and is what a migration of this run speaks of, is as it should be now:
 * a guarded migration found it there. So is what nobody looks at. */
static int
adopt_mentioned(dn_fingerprint *own, const dn_fact_map *now, dn_fact_map *made, const dn_text *text,
                dn_error *error)
{
    static const dn_compare_options as_they_are = {.spelling = true};
    uint64_t lead = (dn_fact_map_naming(now) & DN_FACT_NAMESPACES) ? 1 : 0;
    dn_differences otherwise = {.count = 0};

    if (dn_schema_compare(made, now, &as_they_are, &own->session->arena, &otherwise, error) < 0)
        return -1;
    for (size_t i = 0; i < otherwise.count; i++) {
        const dn_differences one = {.items = &otherwise.items[i], .count = 1};

        const dunlin_fact *key = dn_difference_key(&one.items[0]);

        if ((is_mentioned(text, key, lead) ||
             dn_ignore_hides(own->session->sight.ignore, dn_fact_map_naming(now), key, now)) &&
            dn_differences_apply(&one, made, error) < 0)
            return -1;
    }
    return 0;
}

/* The state that was known, with what the run changed. */
static int
make_state(dn_fingerprint *own, dn_snapshot *now, const dn_migration *const *files, size_t count,
           dn_error *error)
{
    static const dn_compare_options as_they_are = {.spelling = true};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    uint64_t naming = dn_fact_map_naming(now->facts);
    dn_differences changes = {.count = 0};
    dn_fact_map *made;

    /* What nobody changed by hand is kept as it is, informational members and all. */
    if (own->base == own->before.facts)
        return 0;
    if (dn_snapshot_facts(own->base, naming, &own->session->arena, &made, error) < 0 ||
        dn_schema_compare(own->before.facts, now->facts, &as_they_are, &own->session->arena,
                          &changes, error) < 0 ||
        dn_differences_apply(&changes, made, error) < 0 ||
        read_texts(files, count, &text, error) < 0 ||
        adopt_mentioned(own, now->facts, made, &text, error) < 0 ||
        dn_schema_compare(made, now->facts, &as_they_are, &own->session->arena, &changes, error) <
            0)
        return -1;
    if (changes.count)
        now->facts = made;
    return 0;
}

static int
write_row(dn_session *session, const dn_text *text, const dn_digest *of, dn_known *known,
          dn_error *error)
{
    char digest[DN_DIGEST_HEX];
    char records[DN_DIGEST_HEX];
    dn_tracker tracker;

    known->reader = dn_fingerprint_reader(session);
    if (!known->reader)
        return dn_no_memory(error);
    if (dn_tracker_read(session->connection, session->journal.layout, session->sight.tracker,
                        DN_TRACKER_MATCH, &session->arena, &tracker, error) < 0)
        return -1;
    dn_digest_hex(of, digest);
    dn_known_records(&tracker, records);
    known->records = records;
    known->digest = digest;
    known->facts = text->data;
    known->facts_length = text->length;
    if (dn_known_write(session->connection, tracker.table, known, error) < 0)
        return -1;
    return tracker.ours_present && known->run_id
               ? dn_tracker_note_digest(session->connection, &tracker, known->run_id, digest, error)
               : 0;
}

int
dn_fingerprint_keep(dn_session *session, dn_snapshot *snapshot, dn_known *known, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_snapshot_write(snapshot, &text, error) < 0)
        return -1;
    return write_row(session, &text, &snapshot->digest, known, error);
}

/* What is there, if that is all there is to say. */
static int
keep_texts(dn_fingerprint *own, dn_known *known, bool *kept, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_digest digest;

    *kept = false;
    if (own->base != own->before.facts)
        return 0;
    if (dn_texts_read(own->session->connection, &text, kept, error) < 0)
        return -1;
    if (!*kept)
        return 0;
    digest = dn_hash_of(text.data, text.length);
    return write_row(own->session, &text, &digest, known, error);
}

static int
end(dn_fingerprint *own, dn_known *known, const dn_migration *const *files, size_t count,
    dn_error *error)
{
    dn_snapshot now;
    bool kept;

    if (keep_texts(own, known, &kept, error) < 0)
        return -1;
    if (kept)
        return 0;
    if (dn_fingerprint_look(own->session, &now, error) < 0 ||
        make_state(own, &now, files, count, error) < 0)
        return -1;
    return dn_fingerprint_keep(own->session, &now, known, error);
}

void
dn_fingerprint_end(dn_fingerprint *own, const char *action, const char *run_id,
                   const dn_migration *const *files, size_t count)
{
    dn_known known = {.run_id = run_id, .action = action, .basis = own->basis};
    dn_error problem;

    dn_error_clear(&problem);
    if (own->seen && end(own, &known, files, count, &problem) < 0)
        dn_log_info(&own->session->log, "the schema is not kept for later comparisons: %s",
                    problem.message);
}
