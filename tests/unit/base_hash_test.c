/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/hash.h"

static const char *
hex_of(const dn_digest *digest)
{
    static char hex[DN_DIGEST_HEX];

    dn_digest_hex(digest, hex);
    return hex;
}

/* The examples of FIPS 180-4, as sha256sum gives them. */
static void
digests_are_those_of_the_standard(void **state)
{
    dn_digest empty = dn_hash_of(NULL, 0);
    dn_digest abc = dn_hash_of("abc", 3);

    (void)state;
    assert_string_equal(hex_of(&empty),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(hex_of(&abc),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
a_text_hashes_the_same_in_pieces(void **state)
{
    static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    dn_digest whole = dn_hash_of(text, strlen(text));

    (void)state;
    assert_string_equal(hex_of(&whole),
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        dn_hash hash;
        dn_digest pieces;

        dn_hash_begin(&hash);
        dn_hash_add(&hash, text, cut);
        dn_hash_add(&hash, text + cut, strlen(text) - cut);
        pieces = dn_hash_end(&hash);
        assert_true(dn_digest_equal(&whole, &pieces));
    }
}

static void
digests_are_read_in_either_case_and_only_whole(void **state)
{
    static const char upper[] = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    dn_digest abc = dn_hash_of("abc", 3);
    dn_digest parsed = dn_hash_of(NULL, 0);
    char wrong[65];

    (void)state;
    assert_false(dn_digest_equal(&abc, &parsed));
    assert_false(dn_digest_parse(upper, 63, &parsed));
    assert_false(dn_digest_parse("", 0, &parsed));
    for (size_t i = 0; i < 64; i++) {
        memcpy(wrong, upper, 65);
        wrong[i] = i % 2 ? 'g' : ' ';
        assert_false(dn_digest_parse(wrong, 64, &parsed));
    }
    assert_true(dn_digest_parse(upper, 64, &parsed));
    assert_true(dn_digest_equal(&abc, &parsed));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(a_text_hashes_the_same_in_pieces),
        cmocka_unit_test(digests_are_read_in_either_case_and_only_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
