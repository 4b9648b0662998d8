/* SPDX-License-Identifier: MIT
 *
 * Drift: what the schema holds beside what the migrations that were run left there, and what it
 * lacks of that.
 */
#include <string.h>

#include "core/reconcile/proof_internal.h"

typedef struct drifting {
    const dn_claim *claims;
    const dn_ballot *ballot;
    const dn_fact_map *schema;
    dn_arena *arena;
    dn_proofs *proofs;
    size_t capacity;
    bool blind;   /* there are migrations of which nobody knows what they make */
    bool by_name; /* names are all that is known of any */
    dn_error *error;
} drifting;

static int
add(drifting *work, dn_drift drift)
{
    dn_proofs *proofs = work->proofs;

    proofs->drift = dn_arena_grow(work->arena, proofs->drift, &work->capacity,
                                  proofs->drift_count + 1, sizeof *proofs->drift);
    if (!proofs->drift)
        return dn_no_memory(work->error);
    proofs->drift[proofs->drift_count++] = drift;
    return 0;
}

/* --- what nobody knows all of -------------------------------------------------------------------------- */

/* Columns that a text makes without naming them: copied, or in text that is put together. */
static bool
hides_columns(dunlin_string text)
{
    static const char *const words[] = {"like",    "execute", "do",        "call",
                                        "prepare", "source",  "partition", "inherits"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (dn_string_mentions(text, dn_string(words[i])))
            return true;
    return memchr(text.data, '*', (size_t)text.length) != NULL;
}

static bool
is_unknown(const drifting *work, size_t claim)
{
    const dn_proof *proof = &work->proofs->items[claim];

    const dn_migration_effects *effects = work->claims[claim].effects;

    return proof->kind == DN_EFFECTS_UNKNOWN || (!effects->known && proof->done) ||
           effects->unclear;
}

/* What goes with its table need not be named by who drops or renames that. */
static bool
may_take_owner(dunlin_string text, const dunlin_fact *fact)
{
    return fact->path_count > 1 &&
           !dn_string_among(fact->kind, "table view matview sequence function procedure aggregate "
                                        "enum domain type collation event") &&
           (dn_string_mentions(text, dn_string("drop")) ||
            dn_string_mentions(text, dn_string("rename"))) &&
           dn_string_mentions(text, fact->path[fact->path_count - 2]);
}

static bool
may_touch(dunlin_string text, const dunlin_fact *fact)
{
    return !text.length || hides_columns(text) || may_take_owner(text, fact) ||
           dn_string_mentions(text, fact->path[fact->path_count - 1]);
}

bool
dn_prove_is_veiled(const dn_claim *claim)
{
    return !claim->effects->known && (claim->recorded || !claim->effects->text.length);
}

bool
dn_prove_is_hidden(const dn_claim *claims, const dn_proofs *proofs, size_t from,
                   const dunlin_fact *fact)
{
    for (size_t i = from + 1; i < proofs->count; i++)
        if (dn_prove_is_veiled(&claims[i]) && may_touch(claims[i].effects->text, fact))
            return true;
    return false;
}

/* Does one of their texts speak of it, or may it without naming it? */
static bool
may_be_touched(const drifting *work, const dunlin_fact *fact)
{
    for (size_t i = 0; i < work->proofs->count; i++) {
        dunlin_string text = work->claims[i].effects->text;

        if (is_unknown(work, i) && may_touch(text, fact))
            return true;
    }
    return false;
}

/* --- what the history touches ----------------------------------------------------------------------- */

/* Was this one change made, whatever became of the rest of its migration? */
static bool
was_made(const drifting *work, const dn_touch *touch)
{
    const dn_entry *entry = &work->ballot->entries[touch->entry];

    if (entry->standing != DN_STANDING_UNKNOWN)
        return entry->standing == DN_STANDING_DONE;
    return touch->vote == DN_VOTE_PRESENT || touch->vote == DN_VOTE_SUPERSEDED;
}

/* What a migration that was not, or only half run finds in its place is told with that migration. */
static bool
is_told_elsewhere(const drifting *work, const dn_line *line, size_t from)
{
    for (size_t i = from; i < line->count; i++) {
        const dn_touch *touch = &line->touches[i];

        if ((work->proofs->items[touch->entry].kind == DN_EFFECTS_CONTRADICTED && !touch->stuck) ||
            touch->vote == DN_VOTE_PRESENT)
            return true;
    }
    return false;
}

/* An edited file says something else than what was run; half a migration is not drift. */
static bool
is_excused(const drifting *work, size_t claim)
{
    const dn_proof *proof = &work->proofs->items[claim];

    return work->claims[claim].edited ||
           (proof->kind == DN_EFFECTS_PARTIAL && (!work->claims[claim].recorded || proof->chained));
}

static bool
touches(const dn_line *line, size_t entry)
{
    for (size_t i = 0; i < line->count; i++)
        if (line->touches[i].entry == entry)
            return true;
    return false;
}

/* A column takes its indexes along, and a rename looks like one that goes. */
static bool
drops_part_of_table(const dn_differences *changes, const dunlin_fact *index)
{
    for (size_t i = 0; changes && i < changes->count; i++) {
        const dunlin_fact *gone = changes->items[i].before;
        uint64_t same = 0;

        if (changes->items[i].after || !dn_string_among(gone->kind, "column table"))
            continue;
        while (same + 1 < index->path_count && same < gone->path_count &&
               index->path[same].length == gone->path[same].length &&
               memcmp(index->path[same].data, gone->path[same].data,
                      (size_t)gone->path[same].length) == 0)
            same++;
        if (same + 1 == index->path_count)
            return true;
    }
    return false;
}

/* Has a migration made this index by its name, and does no other one speak of it, or of what it goes with? */
static bool
is_lasting_index(const drifting *work, const dn_line *line)
{
    const dunlin_fact *key = line->key;
    dunlin_string name = key->path[key->path_count - 1];
    dunlin_string table = key->path[key->path_count > 1 ? key->path_count - 2 : 0];

    if (!dn_string_equal(key->kind, DUNLIN_KIND_INDEX) || line->actual || !name.length)
        return false;
    for (size_t i = 0; i < work->ballot->entry_count; i++) {
        dunlin_string text = work->claims[i].effects->text;

        if (drops_part_of_table(work->ballot->entries[i].changes, key) ||
            (!touches(line, i) && dn_string_mentions(text, name)) ||
            (is_unknown(work, i) && dn_string_mentions(text, table)))
            return false;
    }
    return true;
}

/* Names tell of tables, views and columns, and that an index is missing, unless text that is not understood
 * speaks of them as well. What is made and dropped along with them they do not. */
static bool
is_told_by_name(const drifting *work, const dn_line *line)
{
    return (dn_string_among(line->key->kind, "column table view") ||
            is_lasting_index(work, line)) &&
           !(work->blind && may_be_touched(work, line->key));
}

static int
look_at_line(drifting *work, const dn_line *line)
{
    dn_drift drift = {.expected = line->initial, .actual = line->actual};
    size_t behind = 0;

    for (size_t i = 0; i < line->count; i++)
        if (was_made(work, &line->touches[i])) {
            drift.expected = line->touches[i].change->after;
            drift.claim = line->touches[i].entry;
            behind = i + 1;
        }
    if (dn_ballot_same(drift.expected, drift.actual) || is_told_elsewhere(work, line, behind) ||
        (behind && (is_excused(work, drift.claim) ||
                    dn_prove_is_hidden(work->claims, work->proofs, drift.claim, line->key))) ||
        (work->by_name && !is_told_by_name(work, line)))
        return 0;
    drift.kind = DN_DRIFT_CHANGED;
    if (!drift.expected)
        drift.kind = DN_DRIFT_EXTRA;
    else if (!drift.actual)
        drift.kind = DN_DRIFT_MISSING;
    return add(work, drift);
}

/* --- what it does not touch --------------------------------------------------------------------------- */

static bool
is_whole(const dunlin_fact *fact, uint64_t naming)
{
    uint64_t lead = naming & DN_FACT_NAMESPACES ? 1 : 0;

    return fact->path_count <= lead + 1 || dn_fact_is(fact, DUNLIN_KIND_FUNCTION) ||
           dn_fact_is(fact, DUNLIN_KIND_PROCEDURE);
}

/* The table, or view, that a member is in; what a grant is on. */
static const dn_line *
owner_of(const drifting *work, const dunlin_fact *member)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW};
    const dunlin_fact *granted_on = dn_grant_object_in(work->schema, member);
    const dn_line *line = granted_on ? dn_ballot_line(work->ballot, granted_on) : NULL;

    for (size_t i = 0; !granted_on && !line && i < sizeof kinds / sizeof kinds[0]; i++) {
        dunlin_fact owner = {.size = sizeof owner, .kind = dn_string(kinds[i])};

        owner.path = member->path;
        owner.path_count = member->path_count - 1;
        line = dn_ballot_line(work->ballot, &owner);
    }
    return line;
}

/* Could one of the migrations that nobody knows all of have made it? */
static bool
may_be_made(const drifting *work, const dunlin_fact *fact)
{
    return work->blind &&
           (!dn_string_among(fact->kind, "column table view") || may_be_touched(work, fact));
}

/* Schemas and extensions come with the server as often as not. */
static bool
is_furniture(const dunlin_fact *fact)
{
    return dn_fact_is(fact, DUNLIN_KIND_SCHEMA) || dn_fact_is(fact, DUNLIN_KIND_EXTENSION);
}

static int
look_at_fact(drifting *work, const dunlin_fact *fact)
{
    dn_drift drift = {.kind = DN_DRIFT_LEGACY, .actual = fact};
    const dn_line *owner;

    if (may_be_made(work, fact) || is_furniture(fact) || dn_ballot_ignores(fact) ||
        (work->by_name && !dn_string_among(fact->kind, "column table view")))
        return 0;
    if (is_whole(fact, dn_fact_map_naming(work->ballot->schema)))
        return add(work, drift);
    owner = owner_of(work, fact);
    if (!owner)
        return 0; /* of an object that is told itself */
    drift.kind = DN_DRIFT_EXTRA;
    for (size_t i = 0; i < owner->count; i++)
        if (work->proofs->items[owner->touches[i].entry].kind == DN_EFFECTS_CONTRADICTED &&
            !owner->touches[i].change->before)
            return 0; /* a table of the same name that somebody else made */
    return add(work, drift);
}

bool
dn_is_right_below(const dunlin_fact *member, const dunlin_fact *owner)
{
    if (member->path_count != owner->path_count + 1)
        return false;
    for (uint64_t i = 0; i < owner->path_count; i++)
        if (member->path[i].length != owner->path[i].length ||
            memcmp(member->path[i].data, owner->path[i].data, (size_t)owner->path[i].length) != 0)
            return false;
    return true;
}

/* Whoever misses a table knows that its columns are gone. */
static void
mark_members(dn_proofs *proofs)
{
    for (size_t i = 0; i < proofs->drift_count; i++) {
        const dn_drift *owner = &proofs->drift[i];

        if (owner->kind != DN_DRIFT_MISSING ||
            !dn_string_among(owner->expected->kind, "table view matview"))
            continue;
        for (size_t k = 0; k < proofs->drift_count; k++)
            if (proofs->drift[k].kind == DN_DRIFT_MISSING &&
                dn_is_right_below(proofs->drift[k].expected, owner->expected))
                proofs->drift[k].within = true;
    }
}

int
dn_prove_drift(const dn_claim *claims, const dn_ballot *ballot, const dn_fact_map *schema,
               dn_arena *arena, dn_proofs *proofs, dn_error *error)
{
    drifting work = {.claims = claims,
                     .ballot = ballot,
                     .schema = schema,
                     .arena = arena,
                     .proofs = proofs,
                     .error = error};

    for (size_t i = 0; i < proofs->count; i++) {
        work.blind = work.blind || is_unknown(&work, i);
        work.by_name = work.by_name || claims[i].effects->named;
    }
    for (size_t i = 0; i < ballot->line_count; i++)
        if (look_at_line(&work, &ballot->lines[i]) < 0)
            return -1;
    for (size_t number = 1; number <= dn_fact_map_last(schema); number++) {
        const dunlin_fact *fact = dn_fact_map_numbered(schema, number);

        if (fact && !dn_ballot_line_at(ballot, number) && look_at_fact(&work, fact) < 0)
            return -1;
    }
    mark_members(proofs);
    return 0;
}
