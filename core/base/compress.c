/* SPDX-License-Identifier: MIT */
#include "core/base/compress.h"

#include <stdlib.h>

#include <zstd.h>

/* Migrations are small: what a higher level costs is its larger tables, not the packing. */
enum { LEVEL = 1 };

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
    unsigned long long size = ZSTD_getFrameContentSize(data, length);
    char *room;
    size_t unpacked;

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
