/* SPDX-License-Identifier: MIT
 *
 * Migrations that dunlin writes itself, in the form that the tool of the folder reads: its marks, its files
 * for the way back, its separators. `dunlin generate` and `dunlin drift --fix` write them.
 */
#ifndef DN_ENGINE_WRITTEN_H
#define DN_ENGINE_WRITTEN_H

#include "core/engine/session.h"

typedef struct dn_written {
    const char *head; /* a comment, whole lines */
    const char *up;   /* SQL */
    const char *down; /* NULL: there is no way back */
    bool apart;       /* its statements have to commit one by one */
} dn_written;

/* Whether migrations can be written in a folder at all. Errors: generate.layout. */
int dn_written_check(const dn_journal *journal, dn_error *error);
/* Why nothing is kept that leads back; NULL: it is. */
const char *dn_written_no_down(const dn_journal *journal);
/* Whether each statement of a file can be sent, and commit, alone: some tools send a file as one. */
bool dn_written_goes_apart(const dn_journal *journal);
/* Whether a section for one database is a section to whoever else runs the file. */
bool dn_written_has_sections(const dn_journal *journal);
/* Whether another tool runs the files too, which sends them as they stand. */
bool dn_written_is_shared(const dn_journal *journal);

/* The text of the file, and of the one for the way back where the folder has such files (else `down` stays
 * empty). `rules` tell where statements end. */
int dn_written_compose(const dn_journal *journal, const dn_written *parts,
                       const dn_lex_rules *rules, dn_text *text, dn_text *down, dn_error *error);

#endif
