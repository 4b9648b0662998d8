/* SPDX-License-Identifier: MIT
 *
 * Texts compressed (zstd) where it pays, for the SQL that the tracker keeps.
 */
#ifndef DN_BASE_COMPRESS_H
#define DN_BASE_COMPRESS_H

#include "core/base/error.h"
#include "core/base/text.h"

/* Reusable: one context serves a whole run. Free with dn_compressor_free (NULL is fine). */
typedef struct dn_compressor dn_compressor;
dn_compressor *dn_compressor_new(void); /* NULL: no memory */
void dn_compressor_free(dn_compressor *compressor);
/* Replaces the contents of `out`. */
int dn_compress(dn_compressor *compressor, const void *data, size_t length, dn_text *out,
                dn_error *error);
/* Appends to `out`; refuses what would unpack to more than `limit` bytes. */
int dn_decompress(const void *data, size_t length, size_t limit, dn_text *out, dn_error *error);

#endif
