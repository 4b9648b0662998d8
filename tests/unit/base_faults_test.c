/* SPDX-License-Identifier: MIT
 *
 * What core/base does when memory runs out, at every single allocation. Built from the sources of
 * core/base with DN_TEST_FAULTS and DN_TEST_CLOCK; cJSON is given the same allocator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/document.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/text.h"

/* A piece of work: 0 when it was done, -1 when it said that there was no memory. */
typedef int (*job)(void);

/* Runs the job with its first, second ... allocation failing, once alone and once with all that
 * follow, until it needs no more; leaks are found by the sanitizer. */
static void
fail_everywhere(job run)
{
    for (int and_after = 0; and_after < 2; and_after++) {
        long needed, nth;

        dn_alloc_fail_at(0, false);
        assert_int_equal(run(), 0);
        needed = dn_alloc_calls();
        assert_true(needed > 0);
        for (nth = 1; nth <= needed; nth++) {
            dn_alloc_fail_at(nth, and_after);
            if (run() != -1)
                fail_msg("allocation %ld of %ld failed unnoticed", nth, needed);
        }
        dn_alloc_fail_at(0, false);
    }
}

static void
assert_says_no_memory(const dn_error *error)
{
    assert_string_equal(error->id, "memory");
    assert_string_equal(error->message, "not enough memory");
    assert_int_equal(error->status, DUNLIN_NO_MEMORY);
    assert_int_equal(error->exit_code, 1);
}

static int
use_arena(void)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    size_t capacity = 0;
    int *list = NULL;

    if (!dn_arena_text(&arena, "a") || !dn_arena_alloc(&arena, 100000) ||
        !dn_arena_printf(&arena, "%9000d", 1) || !dn_path_absolute(&arena, "x") ||
        !dn_path_join(&arena, "a", "b") || !dn_path_folder(&arena, "a/b"))
        return -1;
    for (size_t i = 0; i < 20000; i++) {
        int *grown = dn_arena_grow(&arena, list, &capacity, i + 1, sizeof *list);

        if (!grown)
            return -1;
        list = grown;
        list[i] = (int)i;
    }
    return list[19999] == 19999 ? 0 : 1;
}

static void
an_arena_says_that_memory_is_missing(void **state)
{
    (void)state;
    fail_everywhere(use_arena);
}

static int
use_text(void)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char long_part[500];

    memset(long_part, 'x', sizeof long_part);
    dn_text_add_string(&text, "a");
    dn_text_add(&text, long_part, sizeof long_part);
    dn_text_printf(&text, "%1000d", 1);
    dn_text_add_visible(&text, long_part, sizeof long_part, 400);
    dn_json_add_string(&text, long_part, sizeof long_part);
    dn_text_add_count(&text, 2, "x", "xs");
    if (text.failed)
        return -1;
    return text.length == 1 + 500 + 1000 + 403 + 502 + 4 ? 0 : 1;
}

static void
a_text_remembers_that_memory_was_missing(void **state)
{
    (void)state;
    fail_everywhere(use_text);
}

static int
use_json(void)
{
    static const char text[] =
        "{\"a\": [1, \"two\", {\"b\": null}], \"c\": true, \"d\": 1, \"e\": 1,"
        "\"f\": 1, \"g\": 1, \"h\": 1, \"i\": 1, \"j\": 1}";
    dn_auto(dn_json) json;
    dn_error error;

    if (dn_json_parse(&json, "f", text, strlen(text), true, "test.syntax", &error) < 0) {
        assert_says_no_memory(&error);
        assert_null(json.root);
        return -1;
    }
    return 0;
}

static void
parsing_says_that_memory_is_missing(void **state)
{
    (void)state;
    fail_everywhere(use_json);
}

static int
take_element(const cJSON *value, dn_json_place place, size_t offset, size_t length, void *context,
             dn_error *error)
{
    (void)value;
    (void)place;
    (void)offset;
    (void)length;
    (void)error;
    ++*(int *)context;
    return 0;
}

static int
use_stream(void)
{
    static const char text[] = "{\"x\": {\"y\": [1]}, \"list\": [1, {\"a\": \"b\"}, []], \"z\": 0}";
    int elements = 0;
    dn_json_stream stream = {.name = "f",
                             .array = "list",
                             .id = "test.syntax",
                             .element = take_element,
                             .context = &elements};
    dn_error error;

    if (dn_json_read_stream(&stream, text, strlen(text), &error) < 0) {
        assert_says_no_memory(&error);
        return -1;
    }
    return elements == 3 ? 0 : 1;
}

static void
streaming_says_that_memory_is_missing(void **state)
{
    (void)state;
    fail_everywhere(use_stream);
}

static int
use_document(void)
{
    dunlin_result *result = dn_result_new("f/1");
    dunlin_node *root = dn_result_node(result);
    dunlin_node *list = dn_node_array(result, root, "list");
    dunlin_node *object = dn_node_object(result, list, NULL);
    const char *json;
    int done;

    dn_node_set_text(result, object, "a", "text");
    dn_node_set_string(result, object, "b", dn_span("a\0b", 3));
    dn_node_set_integer(result, object, "c", INT64_MAX);
    dn_node_set_integer(result, list, NULL, 1);
    dn_node_set_boolean(result, root, "d", true);
    dn_node_set_null(result, root, "e");
    done = dn_result_ok(result) ? 0 : -1;
    json = dunlin_result_json(result);
    if (done < 0)
        assert_null(json);
    else if (!json)
        done = -1;
    dunlin_result_free(result);
    return done;
}

static void
a_result_tells_that_it_is_not_whole(void **state)
{
    (void)state;
    fail_everywhere(use_document);
}

static int
use_file(void)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_folder_entry *entries;
    size_t count;
    dn_error error;

    if (dn_file_read("/proc/self/status", &text, &error) < 0 ||
        dn_folder_list(&arena, "/", &entries, &count, &error) < 0 ||
        dn_folder_create("/proc/self", &error) < 0) {
        assert_says_no_memory(&error);
        return -1;
    }
    return 0;
}

static void
files_and_folders_say_that_memory_is_missing(void **state)
{
    (void)state;
    fail_everywhere(use_file);
}

static void
writing_needs_memory_before_it_touches_anything(void **state)
{
    dn_error error;

    (void)state;
    dn_alloc_fail_at(1, true);
    assert_int_equal(dn_file_write("/proc/self/none", "x", 1, &error), -1);
    assert_says_no_memory(&error);
    assert_int_equal(dn_file_create("/proc/self/none", "x", 1, &error), -1);
    assert_says_no_memory(&error);
    dn_alloc_fail_at(0, false);
}

static void
keep_line(int32_t level, const char *line, void *context)
{
    (void)level;
    *(size_t *)context = strlen(line);
}

static void
a_log_line_is_cut_rather_than_lost(void **state)
{
    size_t length = 0;
    dn_log log = {.line = keep_line, .context = &length};

    (void)state;
    dn_alloc_fail_at(1, true);
    dn_log_info(&log, "%2000d", 1);
    dn_alloc_fail_at(0, false);
    assert_int_equal(length, 511);
}

static void
the_wall_clock_can_be_fixed_for_tests(void **state)
{
    (void)state;
    assert_int_equal(setenv("DUNLIN_FAKE_CLOCK", "1795431250123456", 1), 0);
    assert_true(dn_clock_wall_us() == INT64_C(1795431250123456));
    assert_int_equal(unsetenv("DUNLIN_FAKE_CLOCK"), 0);
    assert_true(dn_clock_wall_us() != INT64_C(1795431250123456));
}

static void *
allocate(size_t bytes)
{
    return dn_malloc(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_says_that_memory_is_missing),
        cmocka_unit_test(a_text_remembers_that_memory_was_missing),
        cmocka_unit_test(parsing_says_that_memory_is_missing),
        cmocka_unit_test(streaming_says_that_memory_is_missing),
        cmocka_unit_test(a_result_tells_that_it_is_not_whole),
        cmocka_unit_test(files_and_folders_say_that_memory_is_missing),
        cmocka_unit_test(writing_needs_memory_before_it_touches_anything),
        cmocka_unit_test(a_log_line_is_cut_rather_than_lost),
        cmocka_unit_test(the_wall_clock_can_be_fixed_for_tests),
    };
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};

    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
