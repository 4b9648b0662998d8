/* SPDX-License-Identifier: MIT
 *
 * Small helpers for drivers, compiled into each of them and hidden there: failures in words,
 * growing text, URLs, waiting. Copy the folder into a driver of your own; it knows nothing of
 * any database and includes nothing but <dunlin/driver.h>.
 *
 * Functions that return int32_t return a DUNLIN_* class and have called host->fail() when it is
 * not DUNLIN_OK.
 */
#ifndef DN_KIT_KIT_H
#define DN_KIT_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <dunlin/driver.h>

/* Runs `release` on the variable's address when it leaves its scope. */
#define DN_KIT_CLEANUP(release) __attribute__((cleanup(release)))

/* Shorthand for the address of a function's parameters that it does not use. */
#define DN_KIT_UNUSED(name) ((void)(name))

void dn_kit_free(void *pointer_to_pointer); /* for DN_KIT_CLEANUP of char * and the like */

/* --- strings ---------------------------------------------------------------------------------- */
/* NULL reads as "". Inline, like what calls it, so that a constant is not measured at run time. */
static inline dunlin_string
dn_kit_string(const char *text)
{
    dunlin_string string = {text != NULL ? text : "", text != NULL ? strlen(text) : 0};

    return string;
}
static inline bool
dn_kit_equal(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}
int dn_kit_compare(dunlin_string left, dunlin_string right); /* by bytes, as strcmp */
static inline bool
dn_kit_same(dunlin_string left, const char *right)
{
    /* Most that are compared differ at once. */
    return (right == NULL || left.length == 0 || left.data[0] == right[0]) &&
           dn_kit_equal(left, dn_kit_string(right));
}
/* As SQL compares keywords: ASCII letters without regard to case. */
bool dn_kit_same_word(dunlin_string left, const char *right);
/* FNV-1a of 64 bits, going on from `hash`, which begins as the basis; with _word equal for what is the
 * same word. */
#define DN_KIT_HASH_BASIS UINT64_C(14695981039346656037)
uint64_t dn_kit_hash(uint64_t hash, dunlin_string bytes);
uint64_t dn_kit_hash_word(uint64_t hash, dunlin_string word);
/* A NUL-terminated copy to free(); NULL: no memory. */
char *dn_kit_copy(dunlin_string text);

/* --- failures ---------------------------------------------------------------------------------- */
/* "one sentence, lower case, subject in quotes, no full stop"; returns `status`. */
int32_t dn_kit_fail(const dunlin_call *call, int32_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a way out. */
int32_t dn_kit_fail_hint(const dunlin_call *call, int32_t status, const char *hint,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
int32_t dn_kit_no_memory(const dunlin_call *call);
/* "...: reason" of an errno, with the class that goes with it (READ_ONLY, DISK_FULL, ...). */
int32_t dn_kit_fail_errno(const dunlin_call *call, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The class alone; `otherwise` where the errno says nothing special. */
int32_t dn_kit_errno_class(int error, int32_t otherwise);

/* --- growing text ------------------------------------------------------------------------------- */
/* {0} is empty. After a failed allocation `failed` stays set and nothing more is added, so that a
 * caller checks once. `data` is always NUL-terminated once something was added. */
typedef struct dn_kit_text {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
} dn_kit_text;

void dn_kit_text_free(dn_kit_text *text);
void dn_kit_text_clear(dn_kit_text *text);
void dn_kit_text_add_string(dn_kit_text *text, dunlin_string part);
static inline void
dn_kit_text_add(dn_kit_text *text, const char *part)
{
    dn_kit_text_add_string(text, dn_kit_string(part));
}
void dn_kit_text_format(dn_kit_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* quote part quote, with every quote inside doubled. */
void dn_kit_text_quote(dn_kit_text *text, char quote, dunlin_string part);
dunlin_string dn_kit_text_string(const dn_kit_text *text);
/* SQL of dunlin's own, with literals for its $1 .. $n: strings in quotes that are doubled, bytes in
 * hexadecimal digits between `before` and `after`. */
void dn_kit_text_fill(dn_kit_text *text, dunlin_string sql, const dunlin_value *values,
                      uint64_t count, const char *before, const char *after);
/* Lines that stop a script with `message` unless the condition holds: each client has its own. */
typedef void (*dn_kit_stop)(dn_kit_text *text, dunlin_string condition, dunlin_string message);
/* A CHECK: `equals` is what stands between ( its query and ' what it has to give. */
void dn_kit_script_check(dn_kit_text *text, const dunlin_script_item *item, const char *equals,
                         dn_kit_stop stop);
/* A REQUIRE: `present` is a query that ends with IN ( before the names of tables. */
void dn_kit_script_require(dn_kit_text *text, const dunlin_script_part *part, dunlin_string present,
                           dn_kit_stop stop);
/* A statement of a script: ends its line, and a comment that it may end with. */
void dn_kit_text_add_statement(dn_kit_text *text, dunlin_string sql);

/* What is no fact, for DUNLIN_CALL_UNREAD: "operator (===, =~, ~~ and 2 more)", kind by kind. */
void dn_kit_add_unread(dn_kit_text *list, dunlin_string kind, uint64_t count, dunlin_string names);
int32_t dn_kit_warn_of_unread(const dunlin_call *call, const dn_kit_text *list);

/* --- URLs -------------------------------------------------------------------------------------------- */
typedef struct dn_kit_parameter {
    char *name;
    char *value; /* "" when there is no '=' */
} dn_kit_parameter;

/* scheme ':' rest [ '?' name=value & ... ], percent-encoding already taken off. */
typedef struct dn_kit_url {
    char *scheme;
    char *rest;
    dn_kit_parameter *parameters;
    size_t parameter_count;
} dn_kit_url;

int32_t dn_kit_url_cut(const dunlin_call *call, dunlin_string text, dn_kit_url *url);
void dn_kit_url_free(dn_kit_url *url);
/* A count of milliseconds, or a class. `name` is the parameter, for the message. */
int32_t dn_kit_milliseconds(const dunlin_call *call, const dn_kit_parameter *parameter,
                            int64_t *milliseconds);

/* --- programs beside a server ----------------------------------------------------------------------- */
bool dn_kit_in_path(const char *program);
/* What `program --version` says; "?" where it says nothing. */
int32_t dn_kit_ask_version(const dunlin_call *call, const char *program, dn_kit_text *said);
/* The text in memory of the call. */
const char *dn_kit_sentence(const dunlin_call *call, const dn_kit_text *text);

/* --- time and waiting ---------------------------------------------------------------------------- */
int64_t dn_kit_now_ns(void); /* CLOCK_MONOTONIC */
/* The user wants to stop, or the call's deadline has passed. */
bool dn_kit_should_stop(const dunlin_call *call);
/* Sleeps, and wakes up early when the user cancels. */
void dn_kit_pause(const dunlin_call *call, int64_t milliseconds);

#endif
