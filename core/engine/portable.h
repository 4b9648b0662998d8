/* SPDX-License-Identifier: MIT
 *
 * The schema definition as one file of portable SQL for all databases (docs/definition.md).
 *
 *  - Its statements are those of the portable model (core/execute/model.h): what the migrations say,
 *    in their words, whatever any server makes of it.
 *  - What a database has beyond that stands in a section for it, written from what a replay on it
 *    shows. Where none may be made, the section of the present file stays.
 *
 *   portable.c          which form, reading it, loading it
 *   portable_text.c     writing it
 *   portable_section.c  what one database has beyond it
 *   portable_dump.c     `dunlin schema dump`
 */
#ifndef DN_ENGINE_PORTABLE_H
#define DN_ENGINE_PORTABLE_H

#include "core/engine/definition.h"
#include "core/execute/model.h"

/* Whether the file is for all databases: dunlin.json says so of the project's, or the text itself. */
bool dn_portable_is(const dn_session *session, const char *path, const dn_text *sql);
/* dunlin.json asks for one. Errors: definition.not-portable, where the migrations are not. */
int dn_portable_check(const dn_session *session, dn_error *error);

/* Runs a text, of the file `name` if there is such a file, on an empty database, translated. `tried`: in
 * one of no worth, of whose losses nobody has to hear. Errors: definition.load, with a place. */
int dn_portable_load(dn_session *session, dn_connection *connection, const char *name,
                     const dn_text *sql, bool tried, size_t *statements, dn_error *error);

/* What the first `count` migrations say, in what they say for all drivers of the project; `most` gets how
 * many there are. SIZE_MAX: all. */
int dn_portable_history(dn_session *session, size_t count, dn_model **model, size_t *most,
                        dn_error *error);
/* Is that what an earlier state of the history says, for one of the drivers? */
int dn_portable_was(dn_session *session, const dn_model *told, bool *answer, dn_error *error);
/* What a definition says. */
int dn_portable_read(dn_session *session, const char *name, const dn_text *sql, dn_model **model,
                     dn_error *error);

/* What one database has beyond the model. */
typedef struct dn_portable_section {
    const dn_driver *driver;
    const char *text; /* "": nothing; NULL: not known, the section of the present file stays */
    const char *why;  /* it is not known */
} dn_portable_section;

/* The statements that are missing behind `sql` on the database that `made` was read from. */
int dn_portable_section_of(dn_session *session, const dn_text *sql, const dn_side *made, bool asked,
                           const char *given, dn_portable_section *section, dn_error *error);
/* Head and statements; the sections stand behind it. */
int dn_portable_statements(const dn_model *model, dn_text *text, size_t *statements,
                           dn_error *error);
/* Appends sections in the order of their drivers: those given, and of `present` (NULL: there is none)
 * those of drivers that are not given or not known. */
int dn_portable_sections(const dn_portable_section *sections, size_t count, const dn_text *present,
                         dn_text *text, dn_error *error);
/* The text becomes the present one, with another section for the driver: everything else stays. */
int dn_portable_renew(const dn_portable_section *section, const dn_text *present, dn_text *text,
                      dn_error *error);
bool dn_portable_is_ours(const dn_text *text); /* dunlin wrote it */

/* The whole file, and what is told of each database. */
typedef struct dn_portable_file {
    dn_text text;
    size_t statements;
    dn_portable_section *sections;
    size_t count;
    size_t native; /* statements of migrations that are for single databases */
} dn_portable_file;
/* `asked` and `given` are --shadow and --shadow-url. */
int dn_portable_dump(dn_session *session, bool asked, const char *given, dn_portable_file *file,
                     dn_error *error);

#endif
