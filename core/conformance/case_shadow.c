/* SPDX-License-Identifier: MIT
 *
 * Throw-away databases, and telling what changed in them.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/check.h"

enum { DYING_MS = 10000 };

static bool
has_shadows(dn_check *check)
{
    if (check->capabilities->flags & (DUNLIN_CAN_SHADOW_MEMORY | DUNLIN_CAN_SHADOW_DATABASE))
        return true;
    dn_check_skip(check, "the driver does not claim to make shadows");
    return false;
}

static int
make(dn_check *check, dn_connection **shadow)
{
    return dn_shadow_open(check->driver, check->kit->url, NULL, &check->kit->log, shadow,
                          &check->error);
}

/* Ends it, and answers what came before. */
static int
end(dn_check *check, dn_connection *shadow, int answer)
{
    dn_error error;

    if (dn_shadow_end(shadow, answer < 0 ? &error : &check->error) < 0 && answer == 0)
        return dn_while(&check->error, "dropping the shadow");
    return answer;
}

static int
expect_objects(dn_check *check, dn_connection *shadow, size_t wanted, const char *when)
{
    dn_object *objects;
    size_t count;

    if (dn_connection_objects(shadow, &check->arena, &objects, &count, &check->error) < 0)
        return -1;
    if (count == wanted)
        return 0;
    return dn_check_fail(check, "there are %zu objects in a shadow %s", count, when);
}

#define TABLE "dunlin_check_shadow"

static int
fill(dn_check *check, dn_connection *shadow)
{
    return dn_check_statement(check, shadow, "CREATE TABLE " TABLE " (id INTEGER)");
}

/* --- what it is like -------------------------------------------------------------------------- */
static int
look_at_new(dn_check *check, dn_connection *shadow)
{
    dn_error error;

    if (expect_objects(check, shadow, 0, "that is new") < 0 || fill(check, shadow) < 0)
        return -1;
    if (dn_connection_execute(dn_check_first(check), DUNLIN_ITEM_STATEMENT, "SELECT id FROM " TABLE,
                              NULL, 0, &error) == 0)
        return dn_check_fail(check, "a table made in a shadow stands in the target");
    return 0;
}

static int
is_new(dn_check *check)
{
    dn_connection *shadow;

    if (!has_shadows(check))
        return 0;
    if (dn_check_items(check) < 0 || make(check, &shadow) < 0)
        return -1;
    return end(check, shadow, look_at_new(check, shadow));
}

/* "namespace" may be the database's own name. */
static int
compare_settings(dn_check *check, const dunlin_profile *target, const dunlin_profile *shadow)
{
    if (target->setting_count != shadow->setting_count)
        return dn_check_fail(check, "the shadow has %d settings, the target %d",
                             (int)shadow->setting_count / 2, (int)target->setting_count / 2);
    for (uint64_t i = 0; i + 1 < target->setting_count; i += 2)
        if (!dn_string_equal(target->settings[i], "namespace") &&
            !dn_string_equal(shadow->settings[i + 1], target->settings[i + 1].data))
            return dn_check_fail(check, "'%s' is '%s' in the shadow and '%s' in the target",
                                 target->settings[i].data, shadow->settings[i + 1].data,
                                 target->settings[i + 1].data);
    return dn_string_equal(shadow->version, target->version.data)
               ? 0
               : dn_check_fail(check, "the shadow's version is '%s'", shadow->version.data);
}

static int
is_alike(dn_check *check)
{
    dn_connection *shadow;

    if (!has_shadows(check))
        return 0;
    if (!dn_check_first(check) || make(check, &shadow) < 0)
        return -1;
    return end(check, shadow,
               compare_settings(check, dn_connection_server(dn_check_first(check))->profile,
                                dn_connection_server(shadow)->profile));
}

static int
reset_and_look(dn_check *check, dn_connection *shadow)
{
    if (fill(check, shadow) < 0 || dn_shadow_reset(shadow, &check->error) < 0 ||
        expect_objects(check, shadow, 0, "that was reset") < 0 || fill(check, shadow) < 0)
        return -1;
    return expect_objects(check, shadow, 1, "with one table");
}

static int
resets(dn_check *check)
{
    dn_connection *shadow;

    if (!has_shadows(check))
        return 0;
    if (make(check, &shadow) < 0)
        return -1;
    return end(check, shadow, reset_and_look(check, shadow));
}

/* --- who has it --------------------------------------------------------------------------------- */
/* State of the shadow called so, 0: there is none. */
static int
state_of(dn_check *check, const char *name, int32_t *state)
{
    dn_shadow *list;
    size_t count;

    *state = 0;
    if (dn_shadow_list(check->driver, check->kit->url, &check->kit->log, &check->arena, &list,
                       &count, &check->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!name || strcmp(list[i].name, name) == 0)
            *state = list[i].state;
    return 0;
}

static int
expect_state(dn_check *check, const char *name, int32_t wanted, const char *when)
{
    int32_t state;

    if (state_of(check, name, &state) < 0)
        return -1;
    return state == wanted ? 0
                           : dn_check_fail(check, "a shadow %s is in the state %d and not %d", when,
                                           (int)state, (int)wanted);
}

/* "dunlin_shadow_0123456789abcdef", the name as the shadow itself has it. */
static const char *
name_of(dn_check *check, const dn_connection *shadow)
{
    dunlin_string name = dn_connection_server(shadow)->name;
    const char *at =
        memmem(name.data, (size_t)name.length, DUNLIN_SHADOW_PREFIX, strlen(DUNLIN_SHADOW_PREFIX));
    size_t length = strlen(DUNLIN_SHADOW_PREFIX) + 16;

    if (!at || (size_t)(name.data + name.length - at) < length) {
        dn_check_fail(check, "the shadow calls itself '%s'", name.data);
        return NULL;
    }
    return dn_arena_copy(&check->arena, at, length);
}

/* The next one, made while the first is at work, leaves it alone. */
static int
look_at_used(dn_check *check, dn_connection *shadow)
{
    const char *name = name_of(check, shadow);
    dn_connection *second;

    if (!name || expect_state(check, name, DUNLIN_SHADOW_IN_USE, "at work") < 0 ||
        fill(check, shadow) < 0 || make(check, &second) < 0 || end(check, second, 0) < 0)
        return -1;
    return expect_objects(check, shadow, 1, "at work, after another one");
}

static int
stays_while_used(dn_check *check)
{
    dn_connection *shadow;

    if (make(check, &shadow) < 0)
        return -1;
    return end(check, shadow, look_at_used(check, shadow));
}

static int
is_dropped(dn_check *check)
{
    dn_connection *shadow;
    const char *name;

    if (make(check, &shadow) < 0)
        return -1;
    name = name_of(check, shadow);
    if (end(check, shadow, name ? 0 : -1) < 0)
        return -1;
    return expect_state(check, name, 0, "that was dropped");
}

/* What a killed run leaves. */
static int
is_abandoned(dn_check *check)
{
    int64_t patience = dn_clock_monotonic_ns() + DYING_MS * INT64_C(1000000);
    dn_connection *shadow;
    const char *name;
    int32_t state;

    if (make(check, &shadow) < 0)
        return -1;
    name = name_of(check, shadow);
    if (!name)
        return end(check, shadow, -1);
    dn_connection_close(shadow);
    do {
        if (state_of(check, name, &state) < 0)
            return -1;
        if (state == DUNLIN_SHADOW_IN_USE)
            dn_clock_sleep_ms(20);
    } while (state == DUNLIN_SHADOW_IN_USE && dn_clock_monotonic_ns() < patience);
    /* Gone: somebody else made one on this server meanwhile, which dropped it. */
    if (state != DUNLIN_SHADOW_ABANDONED && state != 0)
        return dn_check_fail(check, "a shadow whose session is closed is in the state %d",
                             (int)state);
    if (make(check, &shadow) < 0)
        return -1;
    return end(check, shadow, expect_state(check, name, 0, "that was abandoned"));
}

static int
is_not_target(dn_check *check)
{
    dn_connection *shadow;

    if (!has_shadows(check))
        return 0;
    if (dn_shadow_open(check->driver, check->kit->url, check->kit->url, &check->kit->log, &shadow,
                       &check->error) == 0)
        return end(check, shadow, dn_check_fail(check, "the target itself served as a shadow"));
    if (check->error.status != DUNLIN_USAGE)
        return dn_check_fail(check, "the class is '%s' and not 'usage'",
                             dn_check_class(check->error.status));
    return 0;
}

/* --- what changed -------------------------------------------------------------------------------- */
typedef struct change {
    unsigned facts;
    unsigned gone;
    unsigned others; /* of tables that nobody touched */
} change;

static bool
is_of(const dunlin_fact *fact, const char *name)
{
    for (uint64_t i = 0; i < fact->path_count; i++)
        if (dn_string_equal(fact->path[i], name))
            return true;
    return false;
}

static int
count_fact(void *context, const dunlin_fact *fact, dn_error *error)
{
    change *seen = context;

    (void)error;
    seen->facts += is_of(fact, TABLE);
    seen->others += !is_of(fact, TABLE);
    return 0;
}

static int
count_gone(void *context, const dunlin_fact *key, dn_error *error)
{
    change *seen = context;

    (void)error;
    seen->gone += is_of(key, TABLE);
    seen->others += !is_of(key, TABLE);
    return 0;
}

static int
read_since(dn_check *check, dn_connection *shadow, dn_text *mark, change *seen)
{
    const dn_fact_taker taker = {count_fact, count_gone, seen};

    memset(seen, 0, sizeof *seen);
    return dn_connection_read(shadow, NULL, 0, mark, &taker, &check->error);
}

static int
follow(dn_check *check, dn_connection *shadow, dn_text *mark)
{
    change seen;

    if (dn_check_statement(check, shadow, "CREATE TABLE dunlin_check_other (id INTEGER)") < 0 ||
        read_since(check, shadow, mark, &seen) < 0)
        return -1;
    if (!seen.others)
        return dn_check_fail(check, "without a mark not everything was told");
    if (read_since(check, shadow, mark, &seen) < 0)
        return -1;
    if (seen.facts || seen.gone || seen.others)
        return dn_check_fail(check, "something is said to have changed, and nothing did");
    if (fill(check, shadow) < 0 || read_since(check, shadow, mark, &seen) < 0)
        return -1;
    if (seen.facts != 2 || seen.others)
        return dn_check_fail(check,
                             "of a new table with one column %u facts were told, and %u of "
                             "others",
                             seen.facts, seen.others);
    if (dn_check_statement(check, shadow, "DROP TABLE " TABLE) < 0 ||
        read_since(check, shadow, mark, &seen) < 0)
        return -1;
    return seen.gone == 1 && !seen.facts && !seen.others
               ? 0
               : dn_check_fail(check, "that a table was dropped is not told, or more than that");
}

static int
tells_since(dn_check *check)
{
    dn_auto(dn_text) mark = DN_TEXT_INIT;
    dn_connection *shadow;

    if (!has_shadows(check))
        return 0;
    if (make(check, &shadow) < 0)
        return -1;
    return end(check, shadow, follow(check, shadow, &mark));
}

static const struct {
    const char *sql;
    size_t keys; /* of which one is the table's */
    bool known;
} affecting[] = {
    {"CREATE TABLE " TABLE " (id INTEGER)", 1, true},
    {"ALTER TABLE " TABLE " ADD COLUMN a INTEGER", 1, true},
    {"CREATE INDEX dunlin_check_index ON " TABLE " (id)", 1, true},
    {"DROP TABLE " TABLE, 1, true},
    {"DROP TABLE " TABLE ", dunlin_check_other", 2, true},
    {"INSERT INTO " TABLE " (id) VALUES (1)", 0, true},
    {"ALTER TABLE " TABLE " RENAME COLUMN a TO b", 0, false},
};

static int
tells_affected(dn_check *check)
{
    dn_connection *connection = dn_check_first(check);

    if (!check->driver->table.affected)
        return dn_check_skip(check, "the driver does not tell what statements affect");
    if (!connection)
        return -1;
    for (size_t i = 0; i < sizeof affecting / sizeof affecting[0]; i++) {
        const dunlin_fact **keys;
        size_t count;
        bool known;

        if (dn_connection_affected(connection, dn_string(affecting[i].sql), &check->arena, &keys,
                                   &count, &known, &check->error) < 0)
            return -1;
        if (known != affecting[i].known)
            return dn_check_fail(check, "what '%s' affects is said to be %s", affecting[i].sql,
                                 known ? "known" : "unknown");
        if (known && (count != affecting[i].keys || (count && !is_of(keys[0], TABLE))))
            return dn_check_fail(check, "'%s' affects %zu objects", affecting[i].sql, count);
    }
    return 0;
}

static const dn_case cases[] = {
    {"shadow.new", "a new shadow is empty, and another database than the target", is_new, NULL, 0},
    {"shadow.alike", "a shadow has the settings and the version of the target", is_alike, NULL, 0},
    {"shadow.reset", "a shadow that is reset is empty, and of use again", resets, NULL, 0},
    {"shadow.in-use", "a shadow at work is listed so, and making another one leaves it alone",
     stays_while_used, NULL, DUNLIN_CAN_SHADOW_DATABASE},
    {"shadow.dropped", "a shadow that was dropped is gone", is_dropped, NULL,
     DUNLIN_CAN_SHADOW_DATABASE},
    {"shadow.abandoned", "a shadow whose session ended is dropped when the next one is made",
     is_abandoned, NULL, DUNLIN_CAN_SHADOW_DATABASE},
    {"shadow.not-target", "the target does not serve as a shadow", is_not_target, NULL, 0},
    {"shadow.since", "with a mark only what changed since is told", tells_since, NULL,
     DUNLIN_CAN_INTROSPECT_SINCE},
    {"shadow.affected", "what a statement may change is told, or said to be unknown",
     tells_affected, NULL, 0},
};

const dn_area dn_area_shadow = DN_AREA(cases);
