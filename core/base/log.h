/* SPDX-License-Identifier: MIT
 *
 * Where log lines and progress go: the callbacks of dunlin_options, carried by value.
 */
#ifndef DN_BASE_LOG_H
#define DN_BASE_LOG_H

#include <dunlin/dunlin.h>

typedef struct dn_log {
    void (*line)(int32_t level, const char *line, void *context);
    void (*progress)(const char *what, int64_t done, int64_t total, void *context);
    int32_t (*cancelled)(void *context);
    void *context;
    int32_t level; /* the least that is wanted */
} dn_log;

dn_log dn_log_from(const dunlin_options *options);
void dn_log_debug(const dn_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dn_log_info(const dn_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dn_log_warning(const dn_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void dn_log_progress(const dn_log *log, const char *what, int64_t done, int64_t total);
int dn_log_cancelled(const dn_log *log); /* 1 when the user wants to stop */

#endif
