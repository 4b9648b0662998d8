/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/format.h"
#include "cli/json.h"
#include "cli/source.h"

enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 100 };

const char *const dn_cli_sequences[] = {
    [DN_STYLE_PLAIN] = "",       [DN_STYLE_GOOD] = "\033[32m", [DN_STYLE_WAIT] = "\033[33m",
    [DN_STYLE_BAD] = "\033[31m", [DN_STYLE_DIM] = "\033[2m",   [DN_STYLE_BOLD] = "\033[1m",
};

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    int fd = fileno(stream);

    return fd >= 0 && isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

void
dn_cli_output_init(dn_output *output, FILE *out, FILE *err, const char *color)
{
    const char *no_color = getenv("NO_COLOR");
    bool always = color && strcmp(color, "always") == 0;
    bool automatic = (!color || strcmp(color, "auto") == 0) && !(no_color && *no_color);

    memset(output, 0, sizeof(*output));
    output->out = out;
    output->err = err;
    output->terminal_out = is_terminal(out);
    output->terminal_err = is_terminal(err);
    output->color_out = always || (automatic && output->terminal_out);
    output->color_err = always || (automatic && output->terminal_err);
    output->began_ms = now_ms();
}

/* --- text ------------------------------------------------------------------------------------ */

void
dn_cli_put_styled(FILE *stream, bool color, dn_style style, const char *text)
{
    bool styled = color && style != DN_STYLE_PLAIN;

    if (styled)
        fputs(dn_cli_sequences[style], stream);
    dn_cli_put(stream, text, 0);
    if (styled)
        fputs("\033[0m", stream);
}

void
dn_cli_say(dn_output *output, dn_style style, const char *text)
{
    dn_cli_put_styled(output->out, output->color_out, style, text);
}

void
dn_cli_field(dn_output *output, const char *label, const char *value)
{
    if (!value)
        return;
    fprintf(output->out, "%s  ", label);
    dn_cli_put(output->out, value, (int)strlen(label) + 2);
    putc('\n', output->out);
}

/* --- errors ---------------------------------------------------------------------------------- */

/* Takes the next line of a context: its length, or 0 at the end. */
static size_t
context_line(const char **context)
{
    *context += strspn(*context, "\n");
    return strcspn(*context, "\n");
}

/* Lines that tell what was being done, and those of lists. */
static bool
is_sentence(const char *line)
{
    return strncmp(line, "while ", 6) == 0 || strncmp(line, "missing: ", 9) == 0;
}

void
dn_cli_error(dn_output *output, const dunlin_error *error)
{
    const char *context = error->context;
    char line[sizeof(error->context)];

    dn_cli_progress_erase(output);
    fflush(output->out); /* what was printed before comes first on a terminal */
    dn_cli_put_styled(output->err, output->color_err, DN_STYLE_BAD, "dunlin: error: ");
    dn_cli_put(output->err, error->message, 4);
    if (error->id[0])
        fprintf(output->err, " [%s]", error->id);
    putc('\n', output->err);
    dn_cli_source(output->err, error);
    for (size_t length; (length = context_line(&context)) > 0; context += length) {
        snprintf(line, sizeof(line), "%.*s", (int)length, context);
        fprintf(output->err, "    %s", is_sentence(line) ? "" : "while ");
        dn_cli_put(output->err, line, 4);
        putc('\n', output->err);
    }
    if (error->hint[0]) {
        dn_cli_put_styled(output->err, output->color_err, DN_STYLE_BOLD, "    hint: ");
        dn_cli_put(output->err, error->hint, 10);
        putc('\n', output->err);
    }
}

void
dn_cli_error_document(dn_output *output, const dunlin_error *error)
{
    dn_json_writer json = {output->out, false};
    const char *context = error->context;
    char line[sizeof(error->context)];

    dn_cli_json_open(&json, NULL, '{');
    dn_cli_json_text(&json, "format", "dunlin-error/1");
    dn_cli_json_open(&json, "error", '{');
    dn_cli_json_text(&json, "id", error->id);
    dn_cli_json_integer(&json, "status", error->status);
    dn_cli_json_integer(&json, "exit_code", error->exit_code);
    dn_cli_json_text(&json, "message", error->message);
    dn_cli_json_open(&json, "context", '[');
    for (size_t length; (length = context_line(&context)) > 0; context += length) {
        snprintf(line, sizeof(line), "%.*s", (int)length, context);
        dn_cli_json_text(&json, NULL, line);
    }
    dn_cli_json_close(&json, ']');
    dn_cli_json_text(&json, "hint", error->hint[0] ? error->hint : NULL);
    dn_cli_json_close(&json, '}');
    dn_cli_json_close(&json, '}');
    putc('\n', output->out);
}

/* --- events ---------------------------------------------------------------------------------- */

void
dn_cli_warning(dn_output *output, const char *text)
{
    if (output->quiet)
        return;
    dn_cli_progress_erase(output);
    dn_cli_put_styled(output->err, output->color_err, DN_STYLE_WAIT, "dunlin: warning: ");
    dn_cli_put(output->err, text, 4);
    putc('\n', output->err);
}

void
dn_cli_log(int32_t level, const char *line, void *context)
{
    dn_output *output = context;

    if (level >= DUNLIN_LOG_LINE_WARNING) {
        dn_cli_warning(output, line);
        return;
    }
    if (output->quiet || output->verbose < (level == DUNLIN_LOG_LINE_INFO ? 1 : 2))
        return;
    dn_cli_progress_erase(output);
    dn_cli_put_styled(output->err, output->color_err, DN_STYLE_DIM, "dunlin: ");
    dn_cli_put(output->err, line, 4);
    putc('\n', output->err);
}

size_t
dn_cli_width(FILE *stream)
{
    struct winsize window = {0};
    int fd = fileno(stream);

    return fd >= 0 && ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 1 ? window.ws_col : 80;
}

static void
draw(dn_output *output, const char *line)
{
    size_t room = dn_cli_width(output->err) - 1;

    fputs("\r\033[K", output->err);
    /* counts characters, not columns: a line with wide ones may be cut short, never wrap twice */
    for (size_t length; *line && room > 0; line += length, room--) {
        length = dn_cli_utf8_length(line);
        if (length == 0 || (unsigned char)*line < 0x20)
            break;
        fwrite(line, 1, length, output->err);
    }
    fflush(output->err);
}

void
dn_cli_progress(const char *what, int64_t done, int64_t total, void *context)
{
    dn_output *output = context;
    int64_t now;
    char line[512];

    if (!output->terminal_err || output->quiet)
        return;
    now = now_ms();
    if (now - output->began_ms < PROGRESS_AFTER_MS || now - output->drawn_ms < PROGRESS_EVERY_MS)
        return;
    if (total > 0)
        snprintf(line, sizeof(line), "%s  %lld of %lld (%d %%)", what, (long long)done,
                 (long long)total, (int)((double)done * 100 / (double)total));
    else
        snprintf(line, sizeof(line), "%s", what);
    output->drawn = true;
    output->drawn_ms = now;
    draw(output, line);
}

void
dn_cli_progress_erase(dn_output *output)
{
    if (!output->drawn)
        return;
    fputs("\r\033[K", output->err);
    fflush(output->err);
    output->drawn = false;
}
