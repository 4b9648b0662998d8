/* SPDX-License-Identifier: MIT
 *
 * Private to core/conformance: the quirks file.
 */
#ifndef DN_CONFORMANCE_QUIRKS_H
#define DN_CONFORMANCE_QUIRKS_H

#include "core/base/json.h"

typedef struct dn_quirks {
    dn_json json; /* root NULL: there is no file */
} dn_quirks;

/* What the file says of one case; all NULL when nothing. */
typedef struct dn_quirk {
    const char *skip;
    const char *todo;
    const cJSON *sql; /* object of strings */
} dn_quirk;

/* `known` answers whether a key is the id of a case or "area.*" of one. NULL path: no quirks. */
int dn_quirks_read(dn_quirks *quirks, const char *path, bool (*known)(const char *key),
                   dn_error *error);
void dn_quirks_free(dn_quirks *quirks);
static inline void
dn_quirks_cleanup(dn_quirks *quirks)
{
    dn_quirks_free(quirks);
}
dn_quirk dn_quirks_of(const dn_quirks *quirks, const char *id);

/* "run.outcomes" fits itself and "run.*". */
bool dn_quirks_fits(const char *pattern, const char *id);

#endif
