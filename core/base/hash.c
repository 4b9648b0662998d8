/* SPDX-License-Identifier: MIT */
#include "core/base/hash.h"

#include <string.h>

#include <nettle/version.h>

void
dn_hash_begin(dn_hash *hash)
{
    sha256_init(&hash->context);
}

void
dn_hash_add(dn_hash *hash, const void *data, size_t length)
{
    if (length)
        sha256_update(&hash->context, length, data);
}

dn_digest
dn_hash_end(dn_hash *hash)
{
    dn_digest digest;

#if NETTLE_VERSION_MAJOR >= 4
    sha256_digest(&hash->context, digest.bytes);
#else
    sha256_digest(&hash->context, sizeof digest.bytes, digest.bytes);
#endif
    return digest;
}

dn_digest
dn_hash_of(const void *data, size_t length)
{
    dn_hash hash;

    dn_hash_begin(&hash);
    dn_hash_add(&hash, data, length);
    return dn_hash_end(&hash);
}

bool
dn_digest_equal(const dn_digest *a, const dn_digest *b)
{
    return memcmp(a->bytes, b->bytes, DN_DIGEST_BYTES) == 0;
}

void
dn_digest_hex(const dn_digest *digest, char hex[DN_DIGEST_HEX])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < DN_DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest->bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    hex[DN_DIGEST_HEX - 1] = '\0';
}

/* Value of a hex digit plus one; 0 for anything else. */
static const uint8_t nibbles[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool
dn_digest_parse(const char *hex, size_t length, dn_digest *digest)
{
    dn_digest parsed;

    if (length != 2 * DN_DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < DN_DIGEST_BYTES; i++) {
        uint8_t high = nibbles[(unsigned char)hex[2 * i]];
        uint8_t low = nibbles[(unsigned char)hex[2 * i + 1]];

        if (!high || !low)
            return false;
        parsed.bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    *digest = parsed;
    return true;
}
