/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/ddl/ddl.h"
#include "core/export/unqualify.h"

static void
check(const char *expression, const char *expected)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    const dn_lex_rules *rules;
    dunlin_string text = dn_string(expression);

    assert_int_equal(dn_ddl_portable_rules(&arena, &rules, &error), 0);
    assert_int_equal(dn_export_unqualify(rules, dn_string("pets"), &arena, &text, &error), 0);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.data, expected, text.length);
    dn_arena_free(&arena);
}

static void
the_name_of_the_table_goes_from_in_front_of_its_columns(void **state)
{
    (void)state;
    check("pets.age > 0 AND PETS.age < \"pets\" . \"Age\"", "age > 0 AND age <  \"Age\"");
    check("age > 0", "age > 0");
    check("", "");
}

static void
what_only_looks_like_it_stays(void **state)
{
    (void)state;
    check("pets > other.pets.age", "pets > other.pets.age");
    check("name <> 'pets.age' AND petsy.age > \"PETS\".age",
          "name <> 'pets.age' AND petsy.age > \"PETS\".age");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_the_table_goes_from_in_front_of_its_columns),
        cmocka_unit_test(what_only_looks_like_it_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
