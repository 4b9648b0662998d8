/* SPDX-License-Identifier: MIT
 *
 * What writing and reading canonical values agree on.
 */
#ifndef DN_FACT_CANONICAL_INTERNAL_H
#define DN_FACT_CANONICAL_INTERNAL_H

#include "core/fact/canonical.h"

/* A value that its member's name does not explain is an object of one member that does. */
#define DN_CANONICAL_TEXT "$text"
#define DN_CANONICAL_IDENTIFIER "$identifier"
#define DN_CANONICAL_EXPRESSION "$expression"
#define DN_CANONICAL_INTEGER "$integer" /* too large for other readers of JSON; in a string */

/* 2^53: from here on neighbours are one number to most readers. */
#define DN_CANONICAL_LARGEST ((int64_t)1 << 53)

/* What a string is in a member of this name: DUNLIN_PROPERTY_TEXT, _IDENTIFIER or _EXPRESSION. */
int32_t dn_canonical_type(dunlin_string kind, dunlin_string name);

#endif
