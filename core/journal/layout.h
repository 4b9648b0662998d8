/* SPDX-License-Identifier: MIT
 *
 * How the tools lay out their migrations: one row of a table for each. Whatever is read in place is
 * described here; core/tracker has the same list for their tables.
 *
 * Sources: the tools' manuals and what the tools themselves did when they were run (docs/adopt.md says
 * which): dbmate 2.36, golang-migrate 4.19, goose 3.26, Prisma 6.19, Flyway 11, sqlx 0.8, Atlas, knex 3.3,
 * Alembic 1.8, Liquibase 4.28, sqitch 1.3.
 */
#ifndef DN_JOURNAL_LAYOUT_H
#define DN_JOURNAL_LAYOUT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/text.h"

typedef enum dn_layout {
    DN_LAYOUT_NATIVE = 0,
    DN_LAYOUT_DRIZZLE,
    DN_LAYOUT_DRIZZLE_V1,
    DN_LAYOUT_FILES,
    DN_LAYOUT_PRISMA,
    DN_LAYOUT_DBMATE,
    DN_LAYOUT_GOLANG_MIGRATE,
    DN_LAYOUT_GOOSE,
    DN_LAYOUT_FLYWAY,
    DN_LAYOUT_SQLX,
    DN_LAYOUT_ATLAS,
    DN_LAYOUT_KNEX,
    DN_LAYOUT_COUNT
} dn_layout;

/* What of a tag the tool's table calls the migration by, and so how migrations are ordered. */
typedef enum dn_naming {
    DN_NAMING_TAG = 0, /* all of it; by bytes */
    DN_NAMING_DIGITS,  /* the digits in front, as text; by bytes of the whole name */
    DN_NAMING_NUMBER,  /* the digits in front, as a number; by number */
    DN_NAMING_VERSION /* "V1.2__name" (Flyway): parts that are numbers; what is repeated comes last */
} dn_naming;

typedef struct dn_layout_form {
    const char *name;  /* in dunlin.json and in output */
    const char *title; /* as its makers write it; NULL: it is not another tool's */
    dn_naming naming;
    const char *endings[2]; /* of files to be run, in order of preference */
    const char *down;       /* ending of what takes them back, or NULL */
    const char *empty;      /* text of a new file; NULL: any will do */
    bool sealed;            /* a file of sums has to know new ones */
    bool folders;           /* <tag>/migration.sql */
    bool code;              /* the files are programs of the tool: nobody else can run them */
} dn_layout_form;

const dn_layout_form *dn_layout_form_of(dn_layout layout);
const char *dn_layout_name(dn_layout layout); /* "native", "drizzle", "drizzle-v1", "files" ... */
bool dn_layout_find(const char *name, dn_layout *layout);
/* Names of the tools that dunlin can take over from: "dbmate, flyway ..." */
void dn_layout_list(dn_text *text);
static inline bool
dn_layout_is_foreign(dn_layout layout)
{
    return layout >= DN_LAYOUT_PRISMA;
}

/* The tag of a file of this name, or NULL when it is no migration of the layout; *error is set when
 * there was no memory. */
const char *dn_layout_tag(dn_layout layout, const char *name, dn_arena *arena, dn_error *error);
/* What the tool's table calls a migration with this tag. NULL: no memory. */
const char *dn_layout_key(dn_layout layout, const char *tag, dn_arena *arena);
/* What the table holds, written as dn_layout_key writes it. NULL: no memory. */
const char *dn_layout_spell(dn_layout layout, const char *recorded, dn_arena *arena);
/* The name for people behind the number, with the blanks that its tool puts there. */
const char *dn_layout_description(dn_layout layout, const char *tag, dn_arena *arena);
/* As strcmp: the order in which the tool applies. */
int dn_layout_compare(dn_layout layout, const char *tag, const char *other);
/* As strcmp, of what dn_layout_spell wrote. */
int dn_layout_compare_keys(dn_layout layout, const char *key, const char *other);
bool dn_layout_is_repeated(dn_layout layout, const char *tag);

#endif
