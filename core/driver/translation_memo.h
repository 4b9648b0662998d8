/* SPDX-License-Identifier: MIT
 *
 * The latest translations. A driver has an expression translated when it writes a statement and once more
 * when it says what the server will show of it; and defaults are the same in many tables. What a text is
 * translated to depends on the classes of the columns in it, and on nothing else that changes: these
 * are kept with it, and asked for again.
 */
#ifndef DN_DRIVER_TRANSLATION_MEMO_H
#define DN_DRIVER_TRANSLATION_MEMO_H

#include "core/driver/driver.h"

/* A column whose class was asked for; `class` NULL: it is not known. */
typedef struct dn_asked_column {
    dunlin_string space;
    dunlin_string table;
    dunlin_string column;
    const char *class;
} dn_asked_column;

enum { DN_MOST_ASKED = 8 };
typedef struct dn_asked_columns {
    dn_asked_column list[DN_MOST_ASKED];
    size_t count;
    bool more;  /* was asked for than stands here: the translation cannot be kept */
    bool blind; /* there was nobody to ask */
} dn_asked_columns;

typedef struct dn_translation_memo dn_translation_memo;

dn_translation_memo *dn_translation_memo_new(dn_arena *arena); /* NULL: no memory */
/* Data is NULL where there is none; valid until the next one is kept. `columns` may be NULL. */
dunlin_string dn_translation_recall(const dn_translation_memo *memo, int32_t what,
                                    dunlin_string text, const dn_driver_columns *columns);
/* Copies all of it, if there is room for that. */
void dn_translation_keep(dn_translation_memo *memo, int32_t what, dunlin_string text,
                         const dn_asked_columns *asked, dunlin_string translated);

#endif
