/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uriparser/Uri.h>

/* uriparser takes a broken escape as it stands; a path that silently keeps its '%' would name
 * another file than the person meant. */
static bool
escapes_are_whole(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '%')
            continue;
        if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
            return false;
        if (text[1] == '0' && text[2] == '0')
            return false;
        text += 2;
    }
    return true;
}

void
dn_kit_url_free(dn_kit_url *url)
{
    for (size_t i = 0; i < url->parameter_count; i++) {
        free(url->parameters[i].name);
        free(url->parameters[i].value);
    }
    free(url->parameters);
    free(url->scheme);
    free(url->rest);
    memset(url, 0, sizeof(*url));
}

static int32_t
cut_query(const dunlin_call *call, const char *query, dn_kit_url *url)
{
    UriQueryListA *list = NULL;
    int count = 0;
    int result = uriDissectQueryMallocA(&list, &count, query, query + strlen(query));

    if (result == URI_ERROR_MALLOC)
        return dn_kit_no_memory(call);
    if (result != URI_SUCCESS)
        return dn_kit_fail(call, DUNLIN_USAGE, "the parameters of the URL cannot be read");
    url->parameters = calloc((size_t)count + 1, sizeof(*url->parameters));
    for (const UriQueryListA *entry = list; entry != NULL && url->parameters != NULL;
         entry = entry->next) {
        dn_kit_parameter *parameter;

        /* "a=1&&b=2" and a lone "?" leave entries without a name. */
        if (entry->key == NULL || (entry->key[0] == '\0' && entry->value == NULL))
            continue;
        parameter = &url->parameters[url->parameter_count++];
        parameter->name = strdup(entry->key);
        parameter->value = strdup(entry->value != NULL ? entry->value : "");
        if (parameter->name == NULL || parameter->value == NULL)
            break;
    }
    uriFreeQueryListA(list);
    if (url->parameters == NULL)
        return dn_kit_no_memory(call);
    for (size_t i = 0; i < url->parameter_count; i++)
        if (url->parameters[i].name == NULL || url->parameters[i].value == NULL)
            return dn_kit_no_memory(call);
    return DUNLIN_OK;
}

/* Messages here never show the text: it may hold a password. */
static int32_t
cut(const dunlin_call *call, char *copy, dn_kit_url *url)
{
    char *colon = strchr(copy, ':');
    char *query;

    if (colon == NULL || colon == copy)
        return dn_kit_fail(call, DUNLIN_USAGE, "the URL does not begin with a scheme and ':'");
    *colon = '\0';
    query = strchr(colon + 1, '?');
    if (query != NULL)
        *query++ = '\0';
    if (!escapes_are_whole(colon + 1) || (query != NULL && !escapes_are_whole(query)))
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "write '%25' for the character '%'",
                                "the URL has a broken percent escape");
    url->scheme = strdup(copy);
    url->rest = strdup(colon + 1);
    if (url->scheme == NULL || url->rest == NULL)
        return dn_kit_no_memory(call);
    uriUnescapeInPlaceExA(url->rest, URI_FALSE, URI_BR_DONT_TOUCH);
    return query != NULL && *query != '\0' ? cut_query(call, query, url) : DUNLIN_OK;
}

int32_t
dn_kit_url_cut(const dunlin_call *call, dunlin_string text, dn_kit_url *url)
{
    DN_KIT_CLEANUP(dn_kit_free) char *copy = NULL;
    int32_t status;

    memset(url, 0, sizeof(*url));
    if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        return dn_kit_fail(call, DUNLIN_USAGE, "the URL contains a NUL byte");
    copy = dn_kit_copy(text);
    if (copy == NULL)
        return dn_kit_no_memory(call);
    status = cut(call, copy, url);
    if (status != DUNLIN_OK)
        dn_kit_url_free(url);
    return status;
}

int32_t
dn_kit_milliseconds(const dunlin_call *call, const dn_kit_parameter *parameter,
                    int64_t *milliseconds)
{
    char *end = NULL;
    long long value;

    errno = 0;
    value = strtoll(parameter->value, &end, 10);
    /* A day: no wait is meant to be longer, and the sum with a clock cannot overflow. */
    if (!isdigit((unsigned char)parameter->value[0]) || *end != '\0' || errno != 0 ||
        value > 86400000)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "the parameter '%s' is '%s': it takes milliseconds, 0 to 86400000",
                           parameter->name, parameter->value);
    *milliseconds = value;
    return DUNLIN_OK;
}
