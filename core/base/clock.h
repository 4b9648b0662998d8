/* SPDX-License-Identifier: MIT
 *
 * Time and identity of this process. The environment variable DUNLIN_FAKE_CLOCK (microseconds
 * since 1970) fixes the wall clock in test builds only.
 */
#ifndef DN_BASE_CLOCK_H
#define DN_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t dn_clock_wall_us(void); /* since 1970, UTC */
int64_t dn_clock_monotonic_ns(void);
void dn_clock_sleep_ms(int64_t milliseconds);
/* "2026-11-23T10:54:10.123456Z" */
void dn_clock_format(int64_t wall_us, char out[32]);
/* "20261123105410" */
void dn_clock_stamp(int64_t wall_us, char out[16]);
/* 16 random bytes as 32 hex digits. */
void dn_random_id(char out[33]);
void dn_host_name(char *out, size_t size);
void dn_user_name(char *out, size_t size);

#endif
