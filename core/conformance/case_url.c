/* SPDX-License-Identifier: MIT
 *
 * URLs: how they are shown, which database they name, and what is refused.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/conformance/check.h"

static const char secret[] = "dunlin-check-Secret";

/* What one call of url() said. */
typedef struct told_url {
    int32_t status;
    unsigned texts; /* calls of url_text() */
    dunlin_string redacted;
    dunlin_string identity;
    bool failed;
    dn_error error;
    bool open_secret; /* a part with the secret was not marked */
} told_url;

static int32_t
take_text(dn_call *call, dunlin_string redacted, dunlin_string identity)
{
    dn_check *check = ((void **)call->target)[0];
    told_url *told = ((void **)call->target)[1];

    told->texts++;
    told->redacted =
        dn_span(dn_arena_copy(&check->arena, redacted.data, redacted.length), redacted.length);
    told->identity =
        dn_span(dn_arena_copy(&check->arena, identity.data, identity.length), identity.length);
    return told->redacted.data && told->identity.data ? DUNLIN_OK : dn_call_no_memory(call);
}

static bool
holds(dunlin_string text, const char *part)
{
    return memmem(text.data, (size_t)text.length, part, strlen(part)) != NULL;
}

static int32_t
take_part(const dunlin_call *view, const dunlin_url_part *part)
{
    dn_call *call = view->context;
    told_url *told = ((void **)call->target)[1];

    if (holds(part->value, secret) && !part->secret)
        told->open_secret = true;
    return DUNLIN_OK;
}

static void
ask(dn_check *check, dunlin_string url, told_url *told)
{
    static const dn_call_sinks sinks = {.url_text = take_text};
    dunlin_host host = dn_host_services;
    void *target[2] = {check, told};
    dn_call call;

    memset(told, 0, sizeof *told);
    host.url_part = take_part;
    dn_call_begin(&call, check->driver, "url", &sinks, target, &told->error);
    call.driver_view.host = &host;
    told->status = check->driver->table.url(&call.driver_view, url);
    told->failed = dn_call_end(&call, told->status) < 0;
}

static int
accepted(dn_check *check, const char *url, told_url *told)
{
    ask(check, dn_string(url), told);
    if (told->failed) {
        check->error = told->error;
        return -1;
    }
    if (told->texts != 1)
        return dn_check_fail(check, "url() called url_text() %u times", told->texts);
    if (!told->redacted.length || !told->identity.length)
        return dn_check_fail(check, "url() gave no text to show, or no identity");
    return 0;
}

static int
shown(dn_check *check)
{
    told_url told;

    if (accepted(check, check->kit->url, &told) < 0)
        return -1;
    if (!dn_utf8_valid(told.redacted.data, told.redacted.length) ||
        !dn_utf8_valid(told.identity.data, told.identity.length))
        return dn_check_fail(check, "the text to show, or the identity, is no UTF-8");
    return 0;
}

static int
same_identity(dn_check *check, const char *other)
{
    told_url first;
    told_url second;

    if (!other)
        return dn_check_no_memory(check);
    if (accepted(check, check->kit->url, &first) < 0 || accepted(check, other, &second) < 0)
        return -1;
    if (first.identity.length == second.identity.length &&
        memcmp(first.identity.data, second.identity.data, first.identity.length) == 0)
        return 0;
    /* Neither is shown: they might hold what they must not. */
    return dn_check_fail(check, "two spellings of one URL have two identities");
}

static int
stable(dn_check *check)
{
    return same_identity(check, check->kit->url);
}

static int
schemes(dn_check *check)
{
    const char *rest = strchr(check->kit->url, ':');
    const char *from = check->driver->table.schemes;
    const char *name = check->driver->table.name;

    if (!rest || same_identity(check, dn_arena_printf(&check->arena, "%s%s", name, rest)) < 0)
        return -1;
    while (*from) {
        size_t length = strcspn(from, " ");

        if (same_identity(check,
                          dn_arena_printf(&check->arena, "%.*s%s", (int)length, from, rest)) < 0)
            return dn_while(&check->error, "using the scheme '%.*s'", (int)length, from);
        from += length;
        from += *from == ' ';
    }
    return 0;
}

/* The letter before the parameters, which is one of the path, written as an escape. */
static int
escapes(dn_check *check)
{
    const char *url = check->kit->url;
    size_t end = strcspn(url, "?#");

    if (end < 2 || !isalnum((unsigned char)url[end - 1]) || !memchr(url, '/', end))
        return dn_check_skip(check, "the path of the URL does not end in a letter");
    return same_identity(check, dn_arena_printf(&check->arena, "%.*s%%%02x%s", (int)(end - 1), url,
                                                (unsigned char)url[end - 1], url + end));
}

/* --- secrets --------------------------------------------------------------------------------- */

/* The URL with a user and the secret as password; NULL when it has no place for them. */
static char *
with_user(dn_check *check, const char *more)
{
    const char *url = check->kit->url;
    const char *slashes = strstr(url, "://");
    const char *host;
    const char *at;

    if (!slashes)
        return NULL;
    host = slashes + 3;
    at = memchr(host, '@', strcspn(host, "/?#"));
    if (at)
        host = at + 1;
    return dn_arena_printf(&check->arena, "%.*suser:%s@%s%s", (int)(slashes + 3 - url), url, secret,
                           host, more);
}

static char *
with_parameter(dn_check *check, const char *name, const char *value)
{
    const char *url = check->kit->url;

    return dn_arena_printf(&check->arena, "%s%c%s=%s", url, strchr(url, '?') ? '&' : '?', name,
                           value);
}

/* Taken or refused, the secret must not come out. */
static int
keeps_secret(dn_check *check, const char *url)
{
    told_url told;

    if (!url)
        return 0;
    ask(check, dn_string(url), &told);
    if (told.failed && told.status != DUNLIN_USAGE)
        return dn_check_fail(check, "a URL with a password is refused as '%s' and not 'usage'",
                             dn_check_class(told.status));
    if (told.failed)
        return strstr(told.error.message, secret) || strstr(told.error.hint, secret)
                   ? dn_check_fail(check, "the message about a URL shows its password")
                   : 0;
    if (holds(told.redacted, secret))
        return dn_check_fail(check, "the text to show has the password in it");
    if (holds(told.identity, secret))
        return dn_check_fail(check, "the identity has the password in it");
    if (told.open_secret)
        return dn_check_fail(check, "a part of the URL with the password is not marked as secret");
    return 0;
}

static int
hides_password(dn_check *check)
{
    const char *with = with_user(check, "");

    if (keeps_secret(check, with) < 0 ||
        keeps_secret(check, with_parameter(check, "password", secret)) < 0)
        return -1;
    /* Broken ones: an unknown parameter, a broken escape. */
    return keeps_secret(check, with_user(check, "%zz")) < 0 ||
                   keeps_secret(check, with_user(check, "?dunlin_check_nonsense=1")) < 0
               ? -1
               : 0;
}

/* --- what is refused ------------------------------------------------------------------------- */

/* The URL itself may be somebody's, so `what` is said in its place. */
static int
refused(dn_check *check, const char *what, dunlin_string url)
{
    told_url told;

    ask(check, url, &told);
    if (!told.failed)
        return dn_check_fail(check, "%s is taken", what);
    if (told.status != DUNLIN_USAGE)
        return dn_check_fail(check, "%s is refused as '%s' and not 'usage': %s", what,
                             dn_check_class(told.status), told.error.message);
    return told.error.message[0] ? 0
                                 : dn_check_fail(check, "%s is refused without a message", what);
}

static int
other_scheme(dn_check *check)
{
    static const char what[] = "a URL of the scheme 'dunlin-check'";

    if (refused(check, what, dn_string("dunlin-check:anything")) < 0)
        return -1;
    return refused(check, what, dn_string("dunlin-check://host/name"));
}

static int
no_url(dn_check *check)
{
    if (refused(check, "an empty URL", dn_string("")) < 0)
        return -1;
    return refused(check, "a URL without a scheme", dn_string("no scheme at all"));
}

static int
broken_escape(dn_check *check)
{
    const char *url = check->kit->url;
    const char *broken = dn_arena_printf(&check->arena, "%.*s%%zz", (int)strcspn(url, "?#"), url);

    return broken ? refused(check, "a URL that ends in %zz", dn_string(broken))
                  : dn_check_no_memory(check);
}

static int
unknown_parameter(dn_check *check)
{
    const char *url = with_parameter(check, "dunlin_check_nonsense", "1");

    return url ? refused(check, "a URL with an unknown parameter", dn_string(url))
               : dn_check_no_memory(check);
}

/* A NUL that ends the text early would open another database than the one named. */
static int
nul(dn_check *check)
{
    size_t length = strlen(check->kit->url);
    char *url = dn_arena_alloc(&check->arena, length + 3);

    if (!url)
        return dn_check_no_memory(check);
    memcpy(url, check->kit->url, length);
    url[length + 1] = 'x';
    return refused(check, "a URL with a NUL byte", dn_span(url, length + 2));
}

static const dn_case cases[] = {
    {"url.shown", "url() gives one text to show and one identity", shown, NULL, 0},
    {"url.stable", "the identity of a URL is the same every time", stable, NULL, 0},
    {"url.schemes", "every scheme that the table lists names the same database", schemes, NULL, 0},
    {"url.escapes", "a letter and its percent escape are the same in a path", escapes, NULL, 0},
    {"url.password", "a password is hidden in what is shown, in the identity and in messages",
     hides_password, NULL, 0},
    {"url.scheme-refused", "a URL of another scheme is refused as usage", other_scheme, NULL, 0},
    {"url.empty-refused", "what is no URL is refused as usage", no_url, NULL, 0},
    {"url.escape-refused", "a broken percent escape is refused as usage", broken_escape, NULL, 0},
    {"url.parameter-refused", "an unknown parameter is refused as usage", unknown_parameter, NULL,
     0},
    {"url.nul-refused", "a NUL byte in a URL is refused as usage", nul, NULL, 0},
};

const dn_area dn_area_url = DN_AREA(cases);
