/* SPDX-License-Identifier: MIT */
#include "core/base/compress.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

/* Migrations are small: what a higher level costs is its larger tables, not the packing. */
enum { LEVEL = 1 };

/* A short text hardly gets shorter, and packing it costs more than all else that is done with it:
 * it is stored as it is. No text begins with the magic number of a zstd frame, which is not UTF-8
 * (RFC 8878, section 3.1.1). */
enum { PACKED_FROM = 1024, MAGIC_BYTES = 4 };
static const char magic[] = "\x28\xB5\x2F\xFD";

dn_compressor *
dn_compressor_new(void)
{
    return (dn_compressor *)ZSTD_createCCtx();
}

void
dn_compressor_free(dn_compressor *compressor)
{
    ZSTD_freeCCtx((ZSTD_CCtx *)compressor);
}

int
dn_compress(dn_compressor *compressor, const void *data, size_t length, dn_text *out,
            dn_error *error)
{
    size_t bound = ZSTD_compressBound(length);
    char *room;
    size_t packed;

    dn_text_clear(out);
    if (length < PACKED_FROM && (length < MAGIC_BYTES || memcmp(data, magic, MAGIC_BYTES) != 0)) {
        dn_text_add(out, data, length);
        return out->failed ? dn_no_memory(error) : 0;
    }
    room = dn_text_reserve(out, bound);
    if (!room)
        return dn_no_memory(error);
    packed = ZSTD_compressCCtx((ZSTD_CCtx *)compressor, room, bound, data, length, LEVEL);
    if (ZSTD_isError(packed))
        return dn_fail(error, DUNLIN_INTERNAL, "internal", "cannot compress %zu bytes: %s", length,
                       ZSTD_getErrorName(packed));
    out->length += packed;
    return 0;
}

int
dn_decompress(const void *data, size_t length, size_t limit, dn_text *out, dn_error *error)
{
    unsigned long long size;
    char *room;
    size_t unpacked;

    if (length < MAGIC_BYTES || memcmp(data, magic, MAGIC_BYTES) != 0) {
        dn_text_add(out, data, length);
        return out->failed ? dn_no_memory(error) : 0;
    }
    size = ZSTD_getFrameContentSize(data, length);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limit)
        return dn_fail(error, DUNLIN_CORRUPT, "tracker.bad-text",
                       "the SQL text kept in the tracker is damaged");
    room = dn_text_reserve(out, (size_t)size + 1);
    if (!room)
        return dn_no_memory(error);
    unpacked = ZSTD_decompress(room, (size_t)size, data, length);
    if (ZSTD_isError(unpacked) || unpacked != size)
        return dn_fail(error, DUNLIN_CORRUPT, "tracker.bad-text",
                       "the SQL text kept in the tracker is damaged");
    out->length += unpacked;
    return 0;
}
