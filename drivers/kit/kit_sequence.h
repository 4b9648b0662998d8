/* SPDX-License-Identifier: MIT
 *
 * Numbers of a sequence: facts keep those alone that its database would not choose by itself, and what it
 * chooses hangs on the others.
 */
#ifndef DN_KIT_KIT_SEQUENCE_H
#define DN_KIT_KIT_SEQUENCE_H

#include "drivers/kit/kit.h"
#include "drivers/kit/kit_property.h"

typedef struct dn_kit_sequence {
    int64_t increment;
    int64_t min;
    int64_t max;
    int64_t start;
} dn_kit_sequence;

/* As the members of a fact have it, and behind an ALTER (NULL: as it is). It counts up to `highest` and down to
 * `lowest` unless it is told. */
dn_kit_sequence dn_kit_sequence_of(dn_kit_set now, const dunlin_operation *alter, int64_t lowest,
                                   int64_t highest);
/* No number of the one is one of the other: it begins anew. */
bool dn_kit_sequence_parts(const dn_kit_sequence *before, const dn_kit_sequence *after);
/* " INCREMENT BY 2 MINVALUE 5 RESTART WITH 5": the numbers that differ. */
void dn_kit_sequence_say(dn_kit_text *text, const dn_kit_sequence *before,
                         const dn_kit_sequence *after);
/* Is its first possible number behind some that it may have reached? Then those are passed over, and *first is
 * where it goes on. */
bool dn_kit_sequence_jumps(const dn_kit_sequence *before, const dn_kit_sequence *after,
                           int64_t *first);

#endif
