/* SPDX-License-Identifier: MIT */
#include "core/conformance/quirks.h"

#include <string.h>

#include "core/base/file.h"

static const char bad_quirks[] = "driver.quirks";

bool
dn_quirks_fits(const char *pattern, const char *id)
{
    size_t length = strlen(pattern);

    if (length > 2 && strcmp(pattern + length - 2, ".*") == 0)
        return strncmp(pattern, id, length - 1) == 0;
    return strcmp(pattern, id) == 0;
}

static bool
is_text(const cJSON *node)
{
    return cJSON_IsString(node) && node->valuestring[0] != '\0';
}

static int
check_sql(const dn_json *json, const cJSON *sql, dn_error *error)
{
    if (!cJSON_IsObject(sql))
        return dn_json_fail(json, sql, bad_quirks, error,
                            "'sql' holds names and their statements, and not %s",
                            dn_json_kind(sql));
    for (const cJSON *one = sql->child; one; one = one->next)
        if (!is_text(one))
            return dn_json_fail(json, one, bad_quirks, error,
                                "'%s' must be a statement, and not %s", one->string,
                                dn_json_kind(one));
    return 0;
}

static int
check_quirk(const dn_json *json, const cJSON *quirk, dn_error *error)
{
    if (!cJSON_IsObject(quirk) || !quirk->child)
        return dn_json_fail(json, quirk, bad_quirks, error,
                            "a quirk is an object with 'skip', 'todo' or 'sql'");
    for (const cJSON *one = quirk->child; one; one = one->next) {
        if (strcmp(one->string, "sql") == 0) {
            if (check_sql(json, one, error) < 0)
                return -1;
        } else if (strcmp(one->string, "skip") != 0 && strcmp(one->string, "todo") != 0) {
            return dn_json_fail(json, one, bad_quirks, error,
                                "a quirk has no key '%s' (its keys are skip, todo and sql)",
                                one->string);
        } else if (!is_text(one)) {
            return dn_json_fail(json, one, bad_quirks, error,
                                "'%s' must say why: it takes a text, and not %s", one->string,
                                dn_json_kind(one));
        }
    }
    return 0;
}

static int
check_cases(const dn_json *json, const cJSON *cases, bool (*known)(const char *key),
            dn_error *error)
{
    if (!cJSON_IsObject(cases))
        return dn_json_fail(json, cases, bad_quirks, error, "'cases' must be an object, and not %s",
                            dn_json_kind(cases));
    for (const cJSON *quirk = cases->child; quirk; quirk = quirk->next) {
        if (!known(quirk->string))
            return dn_json_fail(json, quirk, bad_quirks, error, "there is no case '%s'",
                                quirk->string);
        if (check_quirk(json, quirk, error) < 0)
            return -1;
    }
    return 0;
}

static int
check_root(const dn_json *json, bool (*known)(const char *key), dn_error *error)
{
    const cJSON *root = json->root;
    const cJSON *format;

    if (!cJSON_IsObject(root))
        return dn_json_fail(json, root, bad_quirks, error, "quirks are an object, and not %s",
                            dn_json_kind(root));
    for (const cJSON *one = root->child; one; one = one->next)
        if (strcmp(one->string, "format") != 0 && strcmp(one->string, "cases") != 0)
            return dn_json_fail(json, one, bad_quirks, error,
                                "there is no key '%s' (the keys are format and cases)",
                                one->string);
    format = cJSON_GetObjectItemCaseSensitive(root, "format");
    if (!cJSON_IsString(format) || strcmp(format->valuestring, "dunlin-quirks/1") != 0)
        return dn_json_fail(json, format ? format : root, bad_quirks, error,
                            "'format' must be \"dunlin-quirks/1\"");
    if (!cJSON_GetObjectItemCaseSensitive(root, "cases"))
        return 0;
    return check_cases(json, cJSON_GetObjectItemCaseSensitive(root, "cases"), known, error);
}

int
dn_quirks_read(dn_quirks *quirks, const char *path, bool (*known)(const char *key), dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    memset(quirks, 0, sizeof *quirks);
    if (!path)
        return 0;
    if (dn_file_read(path, &text, error) < 0 ||
        dn_json_parse(&quirks->json, path, text.data ? text.data : "", text.length, true,
                      bad_quirks, error) < 0 ||
        check_root(&quirks->json, known, error) < 0)
        return dn_while(error, "reading the quirks of the database");
    return 0;
}

void
dn_quirks_free(dn_quirks *quirks)
{
    dn_json_free(&quirks->json);
}

static const char *
text_of(const cJSON *quirk, const char *name)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(quirk, name);

    return node ? node->valuestring : NULL;
}

dn_quirk
dn_quirks_of(const dn_quirks *quirks, const char *id)
{
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(quirks->json.root, "cases");
    const cJSON *found = NULL;

    for (const cJSON *one = cases ? cases->child : NULL; one; one = one->next)
        if (dn_quirks_fits(one->string, id) &&
            (!found || strlen(one->string) > strlen(found->string)))
            found = one;
    return (dn_quirk){
        .skip = text_of(found, "skip"),
        .todo = text_of(found, "todo"),
        .sql = cJSON_GetObjectItemCaseSensitive(found, "sql"),
    };
}
