/* SPDX-License-Identifier: MIT
 *
 * Histories for tests of reconciliation.
 *
 * A migration is written as its statements, with '|' between them; a statement as its changes, with
 * '&' between: "+FACT" makes or changes one, "-FACT" takes it away, "rows" changes rows. Facts are
 * those of schema_fixture.h.
 */
#ifndef DN_TESTS_HISTORY_FIXTURE_H
#define DN_TESTS_HISTORY_FIXTURE_H

#include "tests/unit/schema_fixture.h"

#include "core/reconcile/proof.h"

enum { MOST = 16 };

typedef struct history {
    dn_arena arena;
    dn_error error;
    dn_fact_map *now; /* what the migrations so far left */
    dn_fact_map *schema;
    dn_claim claims[MOST];
    dn_migration_effects effects[MOST];
    size_t count;
    dn_proofs proofs;
    dn_text text;
} history;

static inline int
make_history(void **state)
{
    history *self = calloc(1, sizeof *self);

    *state = self;
    if (!self)
        return -1;
    self->now = dn_fact_map_new(&self->arena, 0);
    self->schema = dn_fact_map_new(&self->arena, 0);
    return self->now && self->schema ? 0 : -1;
}

static inline int
unmake_history(void **state)
{
    history *self = *state;

    dn_text_free(&self->text);
    dn_arena_free(&self->arena);
    free(self);
    return 0;
}

/* --- writing a history -------------------------------------------------------------------------- */

static inline const char *
trimmed(dn_arena *arena, const char *text, size_t length)
{
    while (length && *text == ' ') {
        text++;
        length--;
    }
    while (length && text[length - 1] == ' ')
        length--;
    return dn_arena_copy(arena, text, length);
}

static inline void
change(dn_arena *arena, dn_fact_map *map, const char *text)
{
    const dunlin_fact *fact = fact_of(arena, text + 1);
    dn_error error;

    if (*text == '+')
        assert_int_equal(dn_fact_map_put(map, fact, &error), 0);
    else
        dn_fact_map_remove(map, fact->kind, fact->path, fact->path_count);
}

typedef struct copying {
    dn_fact_map *map;
} copying;

static inline int
copy_fact(const dunlin_fact *fact, void *context)
{
    dn_error error;

    return dn_fact_map_put(((copying *)context)->map, fact, &error);
}

static inline dn_fact_map *
copy_of(dn_arena *arena, const dn_fact_map *map)
{
    copying work = {dn_fact_map_new(arena, 0)};

    assert_non_null(work.map);
    assert_int_equal(dn_fact_map_each(map, NULL, copy_fact, &work), 0);
    return work.map;
}

/* Calls for each part of a text between separators. */
static inline size_t
split(dn_arena *arena, const char *text, char separator, const char **parts)
{
    size_t count = 0;

    while (*text) {
        size_t length = strcspn(text, (char[]){separator, '\0'});

        parts[count++] = trimmed(arena, text, length);
        text += length + (text[length] != '\0');
    }
    return count;
}

static inline void
compare(history *self, const dn_fact_map *before, dn_differences *differences)
{
    static const dn_compare_options options;

    assert_int_equal(
        dn_schema_compare(before, self->now, &options, &self->arena, differences, &self->error), 0);
}

static inline dn_migration_effects *
add(history *self, const char *tag, bool recorded, const char *text)
{
    const char *statements[MOST];
    dn_statement_effects *steps = dn_arena_array(&self->arena, MOST, sizeof *steps);
    dn_migration_effects *effects = &self->effects[self->count];
    dn_fact_map *before = copy_of(&self->arena, self->now);

    *effects = (dn_migration_effects){.known = true, .steps = steps};
    effects->step_count = split(&self->arena, text, '|', statements);
    effects->statements = (unsigned)effects->step_count;
    for (size_t i = 0; i < effects->step_count; i++) {
        const char *changes[MOST];
        dn_fact_map *then = copy_of(&self->arena, self->now);
        size_t count = split(&self->arena, statements[i], '&', changes);

        steps[i] = (dn_statement_effects){.ordinal = (unsigned)i + 1};
        for (size_t k = 0; k < count; k++)
            if (strcmp(changes[k], "rows") == 0)
                steps[i].data = true;
            else
                change(&self->arena, self->now, changes[k]);
        effects->data += steps[i].data;
        compare(self, then, &steps[i].effects);
    }
    compare(self, before, &effects->effects);
    self->claims[self->count++] = (dn_claim){effects, tag, recorded, false};
    return effects;
}

/* The schema is as the history is by now. */
static inline void
seen(history *self)
{
    self->schema = copy_of(&self->arena, self->now);
}

static inline void
by_hand(history *self, const char *text)
{
    change(&self->arena, self->schema, text);
}

#endif
