/* SPDX-License-Identifier: MIT
 *
 * Schema definitions: files of SQL that hold a whole schema.
 */
#ifndef DN_ENGINE_DEFINITION_H
#define DN_ENGINE_DEFINITION_H

#include "core/engine/side.h"
#include "core/schema/diff.h"
#include "core/state/replay.h"

/* Runs a file on a connection: in one transaction where the database can take changes of the schema
 * back. Errors name file, line and column of the statement that failed. */
int dn_definition_load(dn_connection *connection, const char *path, size_t *statements,
                       dn_error *error);

int dn_definition_run(dn_connection *connection, const char *name, const dn_text *sql,
                      size_t *statements, dn_error *error); /* the same of a text */

/* The file as a side, loaded into a throw-away database of the same kind as `like`; `asked` and
 * `given` are --shadow and --shadow-url. Errors: definition.no-shadow. */
int dn_definition_side(dn_session *session, const char *path, const dn_side *like, bool asked,
                       const char *given, dn_side *side, dn_error *error);

int dn_definition_side_of(dn_session *session, const char *name, const dn_text *sql,
                          const dn_side *like, bool asked, const char *given, dn_side *side,
                          dn_error *error); /* the same of a text */

/* The whole schema of a side as the text of a definition, appended. */
int dn_definition_text(dn_session *session, const dn_side *side, dn_text *text, size_t *statements,
                       dn_error *error);
/* The command that writes the file at `path` as the migrations make it, on databases of the target's kind, whatever the
 * target has; `portable`: it is for all databases. `options`: more words, such as " --shadow". NULL: no memory. */
const char *dn_definition_command(dn_session *session, const dn_target *target, const char *path,
                                  bool portable, const char *options);
/* Whether dunlin wrote this text, and nobody a beginning of their own. */
bool dn_definition_is_ours(const dn_text *text);
/* Where the project's definition is for a driver's databases. NULL: no memory. */
const char *dn_definition_path(dn_session *session, const dn_driver *driver);

enum { DN_SCRIPT_RISKS = 1 << 0, DN_SCRIPT_GROUPS = 1 << 1, DN_SCRIPT_MIGRATION = 1 << 2 };
/* Statements as the stock client takes them. RISKS: comments before what loses data; GROUPS: an empty
 * line between objects; MIGRATION: as dunlin takes them, without words of a client and without the
 * transaction that a migration has anyway. */
int dn_definition_write(const dn_side *side, const dn_diff *diff, const dn_side_script *script,
                        unsigned how, dn_text *text, dn_error *error);

#endif
