/* SPDX-License-Identifier: MIT
 *
 * A text in memory as the splitter's input.
 */
#include <string.h>

#include "core/lex/lex.h"

int64_t
dn_lex_read_text(void *text, void *buffer, size_t bytes, dn_error *error)
{
    dn_lex_text *input = text;
    size_t got = input->left < bytes ? input->left : bytes;

    (void)error;
    if (got)
        memcpy(buffer, input->data, got);
    input->data += got;
    input->left -= got;
    return (int64_t)got;
}
