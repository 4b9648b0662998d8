/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"

static void
blocks_are_zeroed_aligned_and_apart(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    unsigned char *blocks[200];

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = dn_arena_alloc(&arena, i * 7);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < i * 7; k++)
            assert_int_equal(blocks[i][k], 0);
        memset(blocks[i], (int)i, i * 7);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 7; k++)
            assert_int_equal(blocks[i][k], i);
    assert_int_equal(arena.used, 7 * 199 * 200 / 2);
}

static void
a_block_larger_than_any_chunk_is_served(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char *small = dn_arena_text(&arena, "before");
    char *large = dn_arena_alloc(&arena, 3 * 1024 * 1024);
    char *after = dn_arena_text(&arena, "after");

    (void)state;
    assert_non_null(large);
    memset(large, 'x', 3 * 1024 * 1024);
    assert_string_equal(small, "before");
    assert_string_equal(after, "after");
}

static void
sizes_that_overflow_are_refused(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    size_t capacity = 0;

    (void)state;
    assert_null(dn_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(dn_arena_alloc(&arena, SIZE_MAX));
    assert_null(dn_arena_alloc(&arena, SIZE_MAX - 20));
    assert_null(dn_arena_copy(&arena, "", SIZE_MAX));
    assert_null(dn_arena_grow(&arena, NULL, &capacity, SIZE_MAX / 2, 8));
    assert_int_equal(capacity, 0);
    assert_int_equal(arena.used, 0);
}

static void
copies_end_in_a_nul(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    (void)state;
    assert_memory_equal(dn_arena_copy(&arena, "a\0bc", 4), "a\0bc", 5);
    assert_string_equal(dn_arena_copy(&arena, NULL, 0), "");
    assert_string_equal(dn_arena_text(&arena, "text"), "text");
    assert_string_equal(dn_arena_printf(&arena, "%s is %d", "it", 42), "it is 42");
    assert_int_equal(strlen(dn_arena_printf(&arena, "%20000d", 1)), 20000);
}

static void
a_growing_array_keeps_its_contents(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    size_t capacity[2] = {0, 0};
    int *list[2] = {NULL, NULL};

    (void)state;
    /* Two at once, so that neither is always the last block of the arena. */
    for (size_t i = 0; i < 5000; i++)
        for (size_t k = 0; k < 2; k++) {
            list[k] = dn_arena_grow(&arena, list[k], &capacity[k], i + 1, sizeof(int));
            assert_non_null(list[k]);
            assert_true(capacity[k] > i);
            assert_int_equal(list[k][i], 0);
            list[k][i] = (int)(i * 2 + k);
        }
    for (size_t i = 0; i < 5000; i++)
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(list[k][i], i * 2 + k);
}

static void
the_last_array_grows_where_it_stands(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    size_t capacity = 0;
    int *first = dn_arena_grow(&arena, NULL, &capacity, 4, sizeof(int));
    int *grown;

    (void)state;
    grown = dn_arena_grow(&arena, first, &capacity, 100, sizeof(int));
    assert_ptr_equal(grown, first);
    assert_int_equal(capacity, 100);
    assert_int_equal(arena.used, 100 * sizeof(int));
    assert_int_equal(grown[99], 0);
}

static void
an_emptied_arena_serves_again(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    (void)state;
    assert_non_null(dn_arena_alloc(&arena, 100));
    dn_arena_free(&arena);
    assert_int_equal(arena.used, 0);
    dn_arena_free(&arena);
    assert_string_equal(dn_arena_text(&arena, "again"), "again");
}

static void
a_cleared_arena_gives_zeroed_blocks_again(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    static const size_t sizes[] = {100, 5000, 40, 200000, 60000};

    (void)state;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            char *block = dn_arena_alloc(&arena, sizes[i]);

            assert_non_null(block);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(block[k], 0);
            memset(block, 'x', sizes[i]);
        }
        dn_arena_clear(&arena);
        assert_int_equal(arena.used, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_block_larger_than_any_chunk_is_served),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(copies_end_in_a_nul),
        cmocka_unit_test(a_growing_array_keeps_its_contents),
        cmocka_unit_test(the_last_array_grows_where_it_stands),
        cmocka_unit_test(an_emptied_arena_serves_again),
        cmocka_unit_test(a_cleared_arena_gives_zeroed_blocks_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
