/* SPDX-License-Identifier: MIT
 *
 * A schema as a diagram.
 */
#include "core/schema/picture.h"
#include "tests/unit/schema_fixture.h"

static const char shop[] =
    "table shop/orders order=[id,customer_id,coupon]\n"
    "column shop/orders/coupon type=integer\n"
    "column shop/orders/id type=integer not_null!\n"
    "column shop/orders/customer_id type=bigint not_null!\n"
    "pk shop/orders/orders_pkey columns=[id]\n"
    "fk shop/orders/orders_customer_fkey columns=[customer_id] ref=[public,customers] ref_columns=[id]\n"
    "fk shop/orders/orders_coupon_fkey columns=[coupon] ref=[shop,coupons] ref_columns=[id]\n"
    "index shop/orders/orders_coupon_key unique! keys={coupon}\n"
    "table public/customers order=[id,E~Mail]\n"
    "column public/customers/id type=bigint not_null!\n"
    "column public/customers/E~Mail type=numeric(10,2) not_null!\n"
    "pk public/customers/customers_pkey columns=[id]\n"
    "unique public/customers/mail columns=[E~Mail]\n"
    "table shop/coupons order=[id]\n"
    "column shop/coupons/id type=integer not_null!\n"
    "pk shop/coupons/coupons_pkey columns=[id]\n"
    "table public/alone order=[n<m]\n"
    "column public/alone/n<m type=integer\n";

static int
setup(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

static dn_picture
picture_of(schema_fixture *fixture)
{
    dn_picture picture;

    assert_int_equal(dn_picture_build(schema_of(fixture, DN_FACT_NAMESPACES, shop),
                                      dn_string("public"), &fixture->arena, &picture,
                                      &fixture->error),
                     0);
    return picture;
}

static void
mermaid_shows_tables_keys_and_how_rows_belong_together(void **state)
{
    dn_picture picture = picture_of(*state);
    dn_text text = DN_TEXT_INIT;

    dn_picture_mermaid(&picture, &text);
    assert_string_equal(text.data, "erDiagram\n"
                                   "    \"alone\" {\n"
                                   "        integer n_m \"null\"\n"
                                   "    }\n"
                                   "    \"customers\" {\n"
                                   "        bigint id PK\n"
                                   "        numeric(10_2) E_Mail UK\n"
                                   "    }\n"
                                   "    \"shop.coupons\" {\n"
                                   "        integer id PK\n"
                                   "    }\n"
                                   "    \"shop.orders\" {\n"
                                   "        integer id PK\n"
                                   "        bigint customer_id FK\n"
                                   "        integer coupon FK, UK \"null\"\n"
                                   "    }\n"
                                   "    \"shop.coupons\" |o--o| \"shop.orders\" : "
                                   "\"orders_coupon_fkey\"\n"
                                   "    \"customers\" ||--o{ \"shop.orders\" : "
                                   "\"orders_customer_fkey\"\n");
    dn_text_free(&text);
}

/* What its lexer takes: erDiagram of Mermaid 11. */
static void
mermaid_gets_names_that_it_reads(void **state)
{
    schema_fixture *fixture = *state;
    dn_picture picture;
    dn_text text = DN_TEXT_INIT;

    assert_int_equal(
        dn_picture_build(schema_of(fixture, 0,
                                   "table a%b\\c\"d order=[pk,Fk-2,pkg,-y,1,\xc2\xa7z,\xc3\xa9]\n"
                                   "column a%b\\c\"d/pk type=int auto=rowid\n"
                                   "column a%b\\c\"d/Fk-2 type=uk not_null!\n"
                                   "column a%b\\c\"d/pkg type=int not_null!\n"
                                   "column a%b\\c\"d/-y type=int not_null!\n"
                                   "column a%b\\c\"d/1 type=int not_null!\n"
                                   "column a%b\\c\"d/\xc2\xa7z type=int not_null!\n"
                                   "column a%b\\c\"d/\xc3\xa9 type=int not_null!\n"),
                         dn_string(""), &fixture->arena, &picture, &fixture->error),
        0);
    dn_picture_mermaid(&picture, &text);
    assert_string_equal(text.data, "erDiagram\n"
                                   "    \"a_b_c'd\" {\n"
                                   "        int _pk\n"
                                   "        _uk _Fk-2\n"
                                   "        int pkg\n"
                                   "        int _y\n"
                                   "        int _1\n"
                                   "        int _z\n"
                                   "        int \xc3\xa9\n"
                                   "    }\n");
    dn_text_free(&text);
}

static void
dot_escapes_what_html_would_read(void **state)
{
    dn_picture picture = picture_of(*state);
    dn_text text = DN_TEXT_INIT;

    dn_picture_dot(&picture, &text);
    assert_non_null(strstr(text.data, ">n&lt;m<"));
    assert_non_null(strstr(text.data, "t3:c1 -> t1 [arrowtail=crowodot, arrowhead=teetee];"));
    assert_non_null(strstr(text.data, "t3:c2 -> t2 [arrowtail=teeodot, arrowhead=teeodot];"));
    dn_text_free(&text);
}

static void
shown_names(const dn_picture *picture, const char *expected)
{
    char names[200] = "";

    for (size_t i = 0; i < picture->table_count; i++)
        if (picture->tables[i].shown) {
            strcat(names, *names ? " " : "");
            strcat(names, picture->tables[i].name);
        }
    assert_string_equal(names, expected);
}

static void
around_one_table_are_those_that_keys_lead_to(void **state)
{
    schema_fixture *fixture = *state;
    dn_picture picture = picture_of(fixture);
    const char *const from[] = {"shop.coupons", "alone"};
    const char *const unknown[] = {"coupons"};

    assert_int_equal(dn_picture_focus(&picture, from, 1, 0, &fixture->error), 0);
    shown_names(&picture, "shop.coupons");
    assert_int_equal(dn_picture_focus(&picture, from, 1, 1, &fixture->error), 0);
    shown_names(&picture, "shop.coupons shop.orders");
    assert_int_equal(dn_picture_focus(&picture, from, 2, 9, &fixture->error), 0);
    shown_names(&picture, "alone customers shop.coupons shop.orders");
    assert_int_equal(dn_picture_focus(&picture, unknown, 1, 1, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "picture.table");
}

static void
an_empty_schema_is_an_empty_diagram(void **state)
{
    schema_fixture *fixture = *state;
    dn_picture picture;
    dn_text text = DN_TEXT_INIT;

    assert_int_equal(
        dn_picture_build(fixture->map, dn_string(""), &fixture->arena, &picture, &fixture->error),
        0);
    dn_picture_mermaid(&picture, &text);
    assert_string_equal(text.data, "erDiagram\n");
    dn_text_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mermaid_gets_names_that_it_reads, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(mermaid_shows_tables_keys_and_how_rows_belong_together,
                                        setup, teardown_schema),
        cmocka_unit_test_setup_teardown(dot_escapes_what_html_would_read, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(around_one_table_are_those_that_keys_lead_to, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(an_empty_schema_is_an_empty_diagram, setup,
                                        teardown_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
