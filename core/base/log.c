/* SPDX-License-Identifier: MIT */
#include "core/base/log.h"

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/text.h"

dn_log
dn_log_from(const dunlin_options *options)
{
    dn_log log = {0};

    if (options) {
        log.level = options->log_level;
        log.line = options->log;
        log.progress = options->progress;
        log.cancelled = options->cancelled;
        log.context = options->context;
    }
    return log;
}

/* A log line is one line, whatever a server's message holds. */
static void
flatten(char *line)
{
    size_t length = strlen(line);

    while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        line[--length] = '\0';
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = ' ';
}

static void __attribute__((format(printf, 3, 0)))
say(const dn_log *log, int32_t level, const char *format, va_list arguments)
{
    char shortened[512];
    dn_auto(dn_text) text = DN_TEXT_INIT;
    va_list again;

    if (!log || !log->line || level < log->level)
        return;
    va_copy(again, arguments);
    dn_text_vprintf(&text, format, again);
    va_end(again);
    /* Without memory a cut line is better than none. */
    if (text.failed)
        vsnprintf(shortened, sizeof shortened, format, arguments);
    flatten(text.failed ? shortened : text.data);
    log->line(level, text.failed ? shortened : text.data, log->context);
}

void
dn_log_debug(const dn_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, DUNLIN_LOG_LINE_DEBUG, format, arguments);
    va_end(arguments);
}

void
dn_log_info(const dn_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, DUNLIN_LOG_LINE_INFO, format, arguments);
    va_end(arguments);
}

void
dn_log_warning(const dn_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, DUNLIN_LOG_LINE_WARNING, format, arguments);
    va_end(arguments);
}

void
dn_log_progress(const dn_log *log, const char *what, int64_t done, int64_t total)
{
    if (log && log->progress)
        log->progress(what, done, total, log->context);
}

int
dn_log_cancelled(const dn_log *log)
{
    return log && log->cancelled && log->cancelled(log->context) != 0;
}
