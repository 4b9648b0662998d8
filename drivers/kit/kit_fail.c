/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Paths have up to 4096 bytes, and a message may name two. */
enum { MESSAGE_MAX = 10000 };

static int32_t
fail_message(const dunlin_call *call, int32_t status, int32_t native_code, const char *hint,
             const char *message)
{
    dunlin_failure failure = {
        .size = sizeof(failure),
        .status = status,
        .native_code = native_code,
        .offset = -1,
        .inner_offset = -1,
        .message = dn_kit_string(message),
        .hint = dn_kit_string(hint),
    };

    return call->host->fail(call, &failure);
}

int32_t
dn_kit_fail(const dunlin_call *call, int32_t status, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return fail_message(call, status, 0, NULL, message);
}

int32_t
dn_kit_fail_hint(const dunlin_call *call, int32_t status, const char *hint, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return fail_message(call, status, 0, hint, message);
}

int32_t
dn_kit_no_memory(const dunlin_call *call)
{
    return fail_message(call, DUNLIN_NO_MEMORY, 0, NULL, "out of memory");
}

int32_t
dn_kit_errno_class(int error, int32_t otherwise)
{
    switch (error) {
    case EROFS: return DUNLIN_READ_ONLY;
    case EACCES:
    case EPERM: return DUNLIN_PERMISSION;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return DUNLIN_DISK_FULL;
    case ENOENT:
    case ENOTDIR: return DUNLIN_MISSING;
    case EEXIST: return DUNLIN_EXISTS;
    case ENOMEM: return DUNLIN_NO_MEMORY;
    default: return otherwise;
    }
}

int32_t
dn_kit_fail_errno(const dunlin_call *call, int error, const char *format, ...)
{
    char message[MESSAGE_MAX];
    char reason[128];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof(message))
        snprintf(message + length, sizeof(message) - (size_t)length, ": %s",
                 strerror_r(error, reason, sizeof(reason)));
    return fail_message(call, dn_kit_errno_class(error, DUNLIN_FAILED), error, NULL, message);
}
