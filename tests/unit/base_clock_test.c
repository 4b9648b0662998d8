/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/clock.h"

static const char *
formatted(int64_t wall_us)
{
    static char out[32];

    dn_clock_format(wall_us, out);
    return out;
}

/* Seconds from `date -u -d '2026-11-23 10:54:10' +%s` and the like. */
static void
times_are_written_in_utc_with_microseconds(void **state)
{
    char stamp[16];

    (void)state;
    assert_string_equal(formatted(0), "1970-01-01T00:00:00.000000Z");
    assert_string_equal(formatted(1795431250123456), "2026-11-23T10:54:10.123456Z");
    assert_string_equal(formatted(951782400000001), "2000-02-29T00:00:00.000001Z");
    assert_string_equal(formatted(-1), "1969-12-31T23:59:59.999999Z");
    dn_clock_stamp(1795431250123456, stamp);
    assert_string_equal(stamp, "20261123105410");
}

static void
absurd_times_keep_the_width(void **state)
{
    char stamp[16];

    (void)state;
    assert_int_equal(strlen(formatted(INT64_MAX)), 27);
    assert_int_equal(strlen(formatted(INT64_MIN)), 27);
    dn_clock_stamp(INT64_MAX, stamp);
    assert_int_equal(strlen(stamp), 14);
    assert_memory_equal(stamp, "9999", 4);
}

static void
the_wall_clock_agrees_with_the_system(void **state)
{
    int64_t before = (int64_t)time(NULL);
    int64_t now = dn_clock_wall_us();

    (void)state;
    assert_true(now / 1000000 >= before && now / 1000000 <= before + 60);
}

static void
sleeping_takes_at_least_as_long_as_asked(void **state)
{
    int64_t before = dn_clock_monotonic_ns();

    (void)state;
    dn_clock_sleep_ms(0);
    dn_clock_sleep_ms(-5);
    dn_clock_sleep_ms(20);
    assert_true(dn_clock_monotonic_ns() - before >= 20 * 1000000);
}

static void
identifiers_are_hex_and_do_not_repeat(void **state)
{
    char ids[50][33];

    (void)state;
    for (size_t i = 0; i < 50; i++) {
        dn_random_id(ids[i]);
        assert_int_equal(strlen(ids[i]), 32);
        assert_int_equal(strspn(ids[i], "0123456789abcdef"), 32);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    }
}

static void
names_are_cut_to_the_room_there_is(void **state)
{
    char name[256];
    char small[2] = {'x', 'x'};

    (void)state;
    dn_host_name(name, sizeof name);
    assert_true(strlen(name) > 0);
    dn_user_name(name, sizeof name);
    assert_true(strlen(name) > 0);
    dn_host_name(small, sizeof small);
    assert_int_equal(small[1], '\0');
    dn_user_name(small, sizeof small);
    assert_int_equal(small[0], name[0]);
    assert_int_equal(small[1], '\0');
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_in_utc_with_microseconds),
        cmocka_unit_test(absurd_times_keep_the_width),
        cmocka_unit_test(the_wall_clock_agrees_with_the_system),
        cmocka_unit_test(sleeping_takes_at_least_as_long_as_asked),
        cmocka_unit_test(identifiers_are_hex_and_do_not_repeat),
        cmocka_unit_test(names_are_cut_to_the_room_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
