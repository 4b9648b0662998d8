/* SPDX-License-Identifier: MIT
 *
 * Makes the functions that this project does not use compile errors. Given to the compiler with
 * -include for our own sources, so it stands before everything else; the system headers that
 * declare or mention these names come first, as they may not be poisoned themselves.
 *
 * Instead of: strcpy, strcat, sprintf, vsprintf, gets: dn_text, dn_arena_printf, snprintf
 *             strtok: strchr, strcspn    atoi, atol, atof: strtol with its end checked
 *             localtime, gmtime, ctime: dn_clock_format     system, popen: posix_spawn
 */
#ifndef DN_BASE_BANNED_H
#define DN_BASE_BANNED_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>

#pragma GCC poison strcpy strcat stpcpy sprintf vsprintf gets
#pragma GCC poison strtok atoi atol atoll atof
#pragma GCC poison localtime gmtime ctime asctime
#pragma GCC poison system popen tmpnam mktemp tempnam

#endif
