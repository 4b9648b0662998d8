/* SPDX-License-Identifier: MIT
 *
 * Shorthands of the files that hold the table of commands.
 */
#ifndef DN_CLI_TABLE_MACROS_H
#define DN_CLI_TABLE_MACROS_H

#include <stddef.h>

#include "cli/options.h"
#include "cli/table.h"

#define MEMBER(name) offsetof(dn_arguments, name)
#define END_OPTIONS                                                                                \
    {                                                                                              \
        NULL, 0, DN_VALUE_NONE, NULL, NULL, 0, false, NULL                                         \
    }
#define END_ARGUMENTS                                                                              \
    {                                                                                              \
        NULL, false, false, DN_VALUE_NONE, NULL, NULL                                              \
    }
#define END_EXITS                                                                                  \
    {                                                                                              \
        0, NULL                                                                                    \
    }
#define END_EXAMPLES                                                                               \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

#endif
