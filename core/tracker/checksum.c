/* SPDX-License-Identifier: MIT
 *
 * What other tools store of a file, so that an edit shows.
 */
#include <nettle/sha2.h>

#include "core/tracker/form.h"

/* CRC-32 of ISO 3309, as Java's CRC32 class computes it; bit by bit, for files are small. */
static uint32_t
crc_add(uint32_t crc, unsigned char byte)
{
    crc ^= byte;
    for (int i = 0; i < 8; i++)
        crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
    return crc;
}

/* Over the lines without their ends, a byte order mark left out; signed. */
int
dn_checksum_flyway(const char *data, size_t length, dn_text *sum)
{
    uint32_t crc = 0xFFFFFFFFu;
    size_t at = length >= 3 && (unsigned char)data[0] == 0xEF && (unsigned char)data[1] == 0xBB &&
                        (unsigned char)data[2] == 0xBF
                    ? 3
                    : 0;

    for (; at < length; at++)
        if (data[at] != '\n' && data[at] != '\r')
            crc = crc_add(crc, (unsigned char)data[at]);
    dn_text_printf(sum, "%d", (int)(int32_t)~crc);
    return sum->failed ? -1 : 0;
}

int
dn_checksum_sqlx(const char *data, size_t length, dn_text *sum)
{
    uint8_t digest[SHA384_DIGEST_SIZE];
    struct sha384_ctx context;

    sha384_init(&context);
    sha384_update(&context, length, (const uint8_t *)data);
    sha384_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        dn_text_printf(sum, "%02x", digest[i]);
    return sum->failed ? -1 : 0;
}
