/* SPDX-License-Identifier: MIT
 *
 * A few items that may travel together: the driver gets them in one batch where it keeps no
 * pipeline of its own, and one by one elsewhere. Nothing behind an item that fails takes effect.
 */
#ifndef DN_EXECUTE_PARCEL_H
#define DN_EXECUTE_PARCEL_H

#include "core/driver/driver.h"

enum { DN_PARCEL_ITEMS = 8 };

typedef struct dn_parcel {
    dunlin_item items[DN_PARCEL_ITEMS];
    /* Points of fault.h around each; NULL: none. */
    const char *before[DN_PARCEL_ITEMS];
    const char *after[DN_PARCEL_ITEMS];
    size_t count;
    size_t pulled;
    size_t end;
    size_t ran; /* how many took effect: the number of the one that failed */
} dn_parcel;

/* Texts and values are borrowed until it is sent. There is room for DN_PARCEL_ITEMS. */
void dn_parcel_add(dn_parcel *parcel, dunlin_item item, const char *before, const char *after);
int dn_parcel_send(dn_parcel *parcel, dn_connection *connection, bool together, dn_error *error);

#endif
