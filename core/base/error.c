/* SPDX-License-Identifier: MIT */
#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

static const dn_error_entry table[] = {
#define DN_ERROR(id, exit_code, hint, meaning) {id, exit_code, hint, meaning},
#include "core/base/errors.def"
#undef DN_ERROR
};

static const dn_error_entry *
find(const char *id)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].id, id) == 0)
            return &table[i];
    return NULL;
}

const dn_error_entry *
dn_error_table(size_t index)
{
    return index < sizeof table / sizeof table[0] ? &table[index] : NULL;
}

const char *
dn_error_hint_of(const char *id)
{
    const dn_error_entry *entry = find(id);

    return entry && *entry->hint ? entry->hint : NULL;
}

int
dn_exit_code(int32_t status)
{
    switch (status) {
    case DUNLIN_OK:
    case DUNLIN_STOP: return DUNLIN_EXIT_OK;
    case DUNLIN_USAGE: return DUNLIN_EXIT_USAGE;
    case DUNLIN_DISAGREEMENT: return DUNLIN_EXIT_DISAGREEMENT;
    case DUNLIN_LOCKED: return DUNLIN_EXIT_LOCKED;
    case DUNLIN_PARTIAL: return DUNLIN_EXIT_PARTIAL;
    default: return DUNLIN_EXIT_FAILED;
    }
}

/* Texts of an error are UTF-8 and safe for a terminal, whatever path or server message is in
 * them: bytes that are neither become '?'. A character cut in two at the end goes away. */
static void
clean(char *text, bool cut)
{
    size_t length = strlen(text);
    size_t at = 0;

    while (cut && length && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
        length--; /* continuation bytes of the last character ... */
    if (cut && length && (unsigned char)text[length - 1] >= 0xC0) {
        /* ... which stays when it is whole. */
        size_t whole = strlen(text);

        if (!dn_utf8_valid(text + length - 1, whole - (length - 1)))
            text[length - 1] = '\0';
    }
    length = strlen(text);
    while ((at += dn_utf8_prefix(text + at, length - at)) < length)
        text[at] = '?';
    for (char *c = text; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F)
            *c = '?';
}

/* Formats by way of a buffer: the arguments may point into the very error that is filled. */
static void __attribute__((format(printf, 3, 0)))
put(char *out, size_t size, const char *format, va_list arguments)
{
    char buffer[sizeof((dn_error *)0)->message];
    int length = vsnprintf(buffer, size < sizeof buffer ? size : sizeof buffer, format, arguments);

    if (length < 0)
        buffer[0] = '\0';
    clean(buffer, length >= 0 && (size_t)length >= size);
    memcpy(out, buffer, strlen(buffer) + 1);
}

void
dn_error_clear(dn_error *error)
{
    if (error)
        memset(error, 0, sizeof *error);
}

bool
dn_error_ends_all(const dn_error *error)
{
    return error->status == DUNLIN_NO_MEMORY || error->status == DUNLIN_CANCELLED;
}

int
dn_fail(dn_error *error, int32_t status, const char *id, const char *format, ...)
{
    const dn_error_entry *entry = find(id);
    va_list arguments;

    if (!error)
        return -1;
    va_start(arguments, format);
    put(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    error->exit_code = entry ? entry->exit_code : dn_exit_code(status);
    snprintf(error->id, sizeof error->id, "%s", entry ? entry->id : id);
    error->context[0] = '\0';
    snprintf(error->hint, sizeof error->hint, "%s", entry ? entry->hint : "");
    return -1;
}

int
dn_hint(dn_error *error, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return -1;
    va_start(arguments, format);
    put(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return -1;
}

int
dn_while(dn_error *error, const char *format, ...)
{
    static const char lead[] = "while ";
    char line[sizeof error->context];
    size_t length;
    size_t used;
    size_t room;
    va_list arguments;

    if (!error)
        return -1;
    va_start(arguments, format);
    put(line, sizeof line - sizeof lead, format, arguments);
    va_end(arguments);
    used = strlen(error->context);
    room = sizeof error->context - used;
    length = strlen(line) + strlen(lead) + (used ? 1 : 0);
    /* The innermost lines say most; one that does not fit whole is left out. */
    if (length < room)
        snprintf(error->context + used, room, "%s%s%s", used ? "\n" : "", lead, line);
    return -1;
}

int
dn_no_memory(dn_error *error)
{
    return dn_fail(error, DUNLIN_NO_MEMORY, "memory", "not enough memory");
}

const char *
dn_errno_text(int code)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
    /* strerror() may write into a buffer that threads share, and translates. */
    const char *text = strerrordesc_np(code);

    return text ? text : "unknown error";
#else
    return strerror(code);
#endif
}

int32_t
dn_errno_status(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR: return DUNLIN_MISSING;
    case EACCES:
    case EPERM: return DUNLIN_PERMISSION;
    case EEXIST: return DUNLIN_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return DUNLIN_DISK_FULL;
    case EROFS: return DUNLIN_READ_ONLY;
    case ENOMEM: return DUNLIN_NO_MEMORY;
    default: return DUNLIN_FAILED;
    }
}

int
dn_fail_errno(dn_error *error, const char *id, const char *what, const char *path)
{
    int code = errno;

    return dn_fail(error, dn_errno_status(code), id, "%s '%s': %s", what, path,
                   dn_errno_text(code));
}
