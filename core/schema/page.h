/* SPDX-License-Identifier: MIT
 *
 * A schema in HTML: one <section> for each table and every other object, in the order of their
 * names. What frames the page is the caller's.
 */
#ifndef DN_SCHEMA_PAGE_H
#define DN_SCHEMA_PAGE_H

#include "core/schema/picture.h"

/* Sections have the ids "o1", "o2" ..., and their names, in plain text, in data-name. */
int dn_page_sections(const dn_fact_map *facts, const dn_picture *picture, dn_text *text,
                     dn_error *error);
/* <li> elements that link to the sections. */
int dn_page_index(const dn_fact_map *facts, const dn_picture *picture, dn_text *text,
                  dn_error *error);

/* A key, check or index in the words of SQL: "unique (a, lower(b) desc) where c > 0". */
void dn_page_words(const dunlin_fact *fact, dn_text *text);

#endif
