/* SPDX-License-Identifier: MIT */
#include "core/base/hash.h"

#include <string.h>

void
dn_hash_begin(dn_hash *hash)
{
    SHA256Init(&hash->context);
}

void
dn_hash_add(dn_hash *hash, const void *data, size_t length)
{
    if (length)
        SHA256Update(&hash->context, data, length);
}

dn_digest
dn_hash_end(dn_hash *hash)
{
    dn_digest digest;

    SHA256Final(digest.bytes, &hash->context);
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

static int
nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
dn_digest_parse(const char *hex, size_t length, dn_digest *digest)
{
    dn_digest parsed;

    if (length != 2 * DN_DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < DN_DIGEST_BYTES; i++) {
        int high = nibble(hex[2 * i]);
        int low = nibble(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        parsed.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *digest = parsed;
    return true;
}
