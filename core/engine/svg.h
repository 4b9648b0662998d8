/* SPDX-License-Identifier: MIT
 *
 * Pictures drawn by Graphviz's own program: nobody else's lines avoid each other as well.
 */
#ifndef DN_ENGINE_SVG_H
#define DN_ENGINE_SVG_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"

/* Adds the SVG document of a graph. Errors: those of dn_process_run(), process.missing with a hint
 * where Graphviz is not installed. */
int dn_svg_draw(const dn_text *dot, const dn_log *log, dn_arena *arena, dn_text *svg,
                dn_error *error);

#endif
