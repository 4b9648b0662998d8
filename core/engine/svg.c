/* SPDX-License-Identifier: MIT */
#include "core/engine/svg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/process.h"

static int32_t
keep_output(dunlin_string text, void *context)
{
    dn_text_add(context, text.data, text.length);
    return 0;
}

static int
run_dot(const char *path, const dn_log *log, dn_text *svg, dn_error *error)
{
    const char *const arguments[] = {"dot", "-Tsvg", NULL};
    const dn_process process = {
        .arguments = arguments, .input = path, .visit = keep_output, .context = svg, .log = log};

    if (dn_process_run(&process, error) < 0) {
        if (error->status == DUNLIN_MISSING)
            dn_hint(error, "install Graphviz, or take --format dot or mermaid");
        return -1;
    }
    return svg->failed ? dn_no_memory(error) : 0;
}

int
dn_svg_draw(const dn_text *dot, const dn_log *log, dn_arena *arena, dn_text *svg, dn_error *error)
{
    const char *folder = getenv("TMPDIR");
    char *path = dn_path_join(arena, folder && *folder ? folder : "/tmp", "dunlin-dot-XXXXXX");
    int answer;
    int file;

    if (!path)
        return dn_no_memory(error);
    file = mkstemp(path);
    if (file < 0)
        return dn_fail(error, dn_errno_status(errno), "file.unwritable",
                       "cannot make the file '%s': %s", path, strerror(errno));
    close(file);
    answer = dn_file_write(path, dot->data, dot->length, error);
    if (answer == 0)
        answer = run_dot(path, log, svg, error);
    unlink(path);
    return answer;
}
