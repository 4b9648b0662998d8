/* SPDX-License-Identifier: MIT
 *
 * Replaying a folder of migrations for a database of choice: used with a database in memory and
 * with real servers. Include it after cmocka.h.
 */
#ifndef DN_TEST_REPLAY_FIXTURE_H
#define DN_TEST_REPLAY_FIXTURE_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/fact/canonical.h"
#include "core/state/replay.h"

#define DRIVERS "lib/dunlin/drivers/0"
enum { MOST_FILES = 40 };

/* Everything that a test has to do with; emptied after each. */
static struct {
    dn_arena arena;
    char folder[64]; /* fresh, its real path */
    const char *name;
    const char *url;
    const dn_driver *driver;
    dn_connection *target;
    dn_journal journal;
    const dn_migration *files[MOST_FILES];
    dn_replay_options options;
    dn_replay *replay;
    dn_migration_effects effects[MOST_FILES];
    dn_error error;
    char warnings[4000];
} at;

static inline void
take_line(int32_t level, const char *text, void *context)
{
    size_t used = strlen(at.warnings);

    (void)context;
    if (level >= DUNLIN_LOG_LINE_WARNING)
        snprintf(at.warnings + used, sizeof at.warnings - used, "%s\n", text);
    if (getenv("DUNLIN_TEST_LOG"))
        fprintf(stderr, "%s\n", text);
}

/* A driver of the build tree by its name, and a target for it. */
static inline void
begin_with(const char *name, const char *url)
{
    const char *build = getenv("BUILD");
    dn_driver_places places = {NULL};
    dn_open_options open = {.purpose = DUNLIN_PURPOSE_WORK};

    at.name = name;
    at.url = url;
    places.option = dn_path_join(&at.arena, build ? build : ".", DRIVERS);
    if (dn_driver_find(&places, name, &at.driver, &at.error) < 0 ||
        dn_connection_open(at.driver, url, &open, &at.target, &at.error) < 0)
        fail_msg("%s", at.error.message);
    at.options = (dn_replay_options){
        .target = at.target,
        .url = url,
        .shadow = DN_SHADOW_MEMORY,
        .translate = {.dialect = NULL},
        .log = {.line = take_line, .level = DUNLIN_LOG_LINE_DEBUG},
    };
}

static inline void
forget_replay(void)
{
    dn_replay_end(at.replay);
    at.replay = NULL;
    memset(at.effects, 0, sizeof at.effects);
    dn_error_clear(&at.error);
}

static inline void
remove_all(const char *path)
{
    dn_folder_entry *entries;
    size_t count;
    dn_error error;

    if (dn_folder_list(&at.arena, path, &entries, &count, &error) < 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *inner = dn_path_join(&at.arena, path, entries[i].name);

        if (entries[i].folder)
            remove_all(inner);
        else
            unlink(inner);
    }
    rmdir(path);
}

static inline int
set_up_folder(void **state)
{
    (void)state;
    memset(&at, 0, sizeof at);
    memcpy(at.folder, "/tmp/dunlin-replay-XXXXXX", sizeof "/tmp/dunlin-replay-XXXXXX");
    return mkdtemp(at.folder) ? 0 : -1;
}

static inline int
tear_down_folder(void **state)
{
    (void)state;
    forget_replay();
    dn_connection_close(at.target);
    dn_journal_close(&at.journal);
    remove_all(at.folder);
    dn_arena_free(&at.arena);
    return 0;
}

/* --- histories ---------------------------------------------------------------------------------- */
static inline void
read_history(const char *folder)
{
    const dn_journal_options options = {
        .folder = folder, .driver = at.name, .dialect = at.options.translate.dialect};

    if (dn_journal_read(&options, &at.arena, &at.journal, &at.error) < 0)
        fail_msg("%s", at.error.message);
    assert_true(at.journal.count <= MOST_FILES);
    for (size_t i = 0; i < at.journal.count; i++)
        at.files[i] = &at.journal.migrations[i];
}

static inline void
write_file(const char *name, const char *text)
{
    const char *path = dn_path_join(&at.arena, at.folder, name);

    if (dn_file_write(path, text, strlen(text), &at.error) < 0)
        fail_msg("%s", at.error.message);
}

/* 0000_m.sql and so on. */
static inline void
history_of(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];

        snprintf(name, sizeof name, "%04zu_m.sql", i);
        write_file(name, texts[i]);
    }
    read_history(at.folder);
}
#define HISTORY(...)                                                                               \
    history_of((const char *const[]){__VA_ARGS__},                                                 \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static inline const char *
fixture_folder(const char *dialect)
{
    const char *source = getenv("SRC");

    return dn_arena_printf(&at.arena, "%s/tests/fixtures/drizzle-%s/drizzle", source ? source : ".",
                           dialect);
}

/* --- replaying ------------------------------------------------------------------------------------ */
static inline int
try_replay(void)
{
    forget_replay();
    if (dn_replay_begin(&at.options, at.files, at.journal.count, &at.arena, &at.replay, &at.error) <
        0)
        return -1;
    return dn_replay_effects(at.replay, at.effects, &at.error);
}

static inline void
replay_all(void)
{
    if (try_replay() < 0)
        fail_msg("%s\n%s", at.error.message, at.error.context);
}

/* "+table/a ~column/a/x -table/b": what is new, changed, gone, in the order told. */
static inline const char *
told(const dn_differences *effects)
{
    dn_text text = DN_TEXT_INIT;
    const char *copy;

    for (size_t i = 0; i < effects->count; i++) {
        const dn_difference *effect = &effects->items[i];
        const dunlin_fact *fact = dn_difference_key(effect);

        if (text.length)
            dn_text_add_char(&text, ' ');
        dn_text_add_char(&text, !effect->before ? '+' : effect->after ? '~' : '-');
        dn_fact_write_key(&text, fact->kind, fact->path, fact->path_count);
    }
    copy = dn_arena_text(&at.arena, text.data ? text.data : "");
    dn_text_free(&text);
    return copy;
}

/* A schema as lines. */
static inline const char *
schema_of(dn_connection *connection)
{
    dn_fact_map *map;
    const dunlin_fact **sorted;
    dn_text text = DN_TEXT_INIT;
    const char *copy;

    if (dn_observe_schema(connection, NULL, &at.arena, &map, &at.error) < 0)
        fail_msg("%s", at.error.message);
    sorted = dn_fact_sorted(map, &at.arena);
    for (size_t i = 0; i < dn_fact_map_count(map); i++) {
        assert_int_equal(dn_fact_write(&text, sorted[i], &at.error), 0);
        dn_text_add_char(&text, '\n');
    }
    copy = dn_arena_text(&at.arena, text.data ? text.data : "");
    dn_text_free(&text);
    return copy;
}

/* The effects, one after the other, lead from `start` (of an empty database) to what is in the
 * database of the connection. */
static inline void
expect_to_lead_to(dn_fact_map *start, dn_connection *connection)
{
    static const dn_compare_options as_they_are = {.column_order = false};
    dn_differences differences;
    dn_fact_map *map;

    for (size_t i = 0; i < at.journal.count; i++)
        for (size_t j = 0; j < at.effects[i].effects.count; j++) {
            const dn_difference *effect = &at.effects[i].effects.items[j];

            if (effect->after)
                assert_int_equal(dn_fact_map_put(start, effect->after, &at.error), 0);
            else
                dn_fact_map_remove(start, effect->before->kind, effect->before->path,
                                   effect->before->path_count);
        }
    if (dn_observe_schema(connection, NULL, &at.arena, &map, &at.error) < 0)
        fail_msg("%s", at.error.message);
    assert_int_equal(
        dn_schema_compare(start, map, &as_they_are, &at.arena, &differences, &at.error), 0);
    assert_string_equal(told(&differences), "");
    assert_true(dn_fact_map_count(map) > 50);
}

#endif
