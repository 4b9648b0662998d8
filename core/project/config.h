/* SPDX-License-Identifier: MIT
 *
 * Private to core/project: dunlin.json and .env.
 */
#ifndef DN_PROJECT_CONFIG_H
#define DN_PROJECT_CONFIG_H

#include "core/project/project.h"

/* Fills what dunlin.json decides from its text; `migrations` stays as written. `name` is how
 * messages call the file. */
int dn_config_read(const char *name, const char *text, size_t length, dn_arena *arena,
                   dn_project *project, dn_error *error);

/* Value of a variable in the text of a .env file, or NULL; the last line that sets it counts.
 * *error is filled only when memory runs out. */
int dn_env_find(const char *text, const char *name, dn_arena *arena, const char **value,
                dn_error *error);

#endif
