/* SPDX-License-Identifier: MIT
 *
 * SHA-256 as a stream, and digests as values. Nettle does the work: it is loaded in no time and
 * uses the instructions that processors have for it.
 */
#ifndef DN_BASE_HASH_H
#define DN_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

enum { DN_DIGEST_BYTES = 32, DN_DIGEST_HEX = 65 /* with NUL */ };

typedef struct dn_digest {
    uint8_t bytes[DN_DIGEST_BYTES];
} dn_digest;

typedef struct dn_hash {
    struct sha256_ctx context;
} dn_hash;

void dn_hash_begin(dn_hash *hash);
void dn_hash_add(dn_hash *hash, const void *data, size_t length);
dn_digest dn_hash_end(dn_hash *hash);
dn_digest dn_hash_of(const void *data, size_t length);
bool dn_digest_equal(const dn_digest *a, const dn_digest *b);
void dn_digest_hex(const dn_digest *digest, char hex[DN_DIGEST_HEX]);    /* lower case */
bool dn_digest_parse(const char *hex, size_t length, dn_digest *digest); /* 64 hex digits */

#endif
