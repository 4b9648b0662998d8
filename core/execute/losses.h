/* SPDX-License-Identifier: MIT
 *
 * What cannot be said on the target as it was meant, counted by what it is.
 */
#ifndef DN_EXECUTE_LOSSES_H
#define DN_EXECUTE_LOSSES_H

#include "core/execute/translate.h"

typedef struct dn_loss {
    const char *what;  /* "the length is not enforced" */
    const char *first; /* the first place: "path:line 'email'" */
    size_t count;
} dn_loss;

typedef struct dn_losses {
    dn_loss *items;
    size_t count;
    size_t capacity;
} dn_losses;

/* `message` as a driver notes it. What is kept lives in the arena. */
int dn_losses_count(dn_losses *losses, dn_arena *arena, const dn_source *source,
                    const char *message, dn_error *error);

#endif
