/* SPDX-License-Identifier: MIT
 *
 * The objects whose facts a statement may change, as far as its text tells. Whatever is not found
 * here may change anything.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

#include "drivers/mysql/my_scan.h"

typedef struct affecting {
    const dunlin_call *call;
    dn_mysql_scan scan;
    int32_t status;
} affecting;

/* Statements that change no facts. */
static const char harmless[] =
    "INSERT REPLACE UPDATE DELETE SELECT WITH VALUES TABLE TRUNCATE SET SHOW DESCRIBE DESC EXPLAIN "
    "ANALYZE CHECK OPTIMIZE REPAIR FLUSH LOCK UNLOCK BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE "
    "LOAD DEALLOCATE";

/* Between CREATE and the kind of object. */
static const char options[] = "OR REPLACE TEMPORARY ONLINE OFFLINE IGNORE UNIQUE FULLTEXT SPATIAL "
                              "VECTOR AGGREGATE ALGORITHM DEFINER INVOKER SQL SECURITY UNDEFINED "
                              "MERGE TEMPTABLE CURRENT_USER";

/* What ALTER TABLE may do to others: keys that refer to a renamed column follow it. */
static const char wide[] = "RENAME CHANGE EXCHANGE";

static bool
take(affecting *work, dn_mysql_token *token)
{
    return dn_mysql_scan_next(&work->scan, token);
}

static void
skip_words(affecting *work, const char *words)
{
    dn_mysql_token token = dn_mysql_scan_peek(&work->scan);

    while (dn_mysql_is_one_of(&token, words)) {
        take(work, &token);
        token = dn_mysql_scan_peek(&work->scan);
    }
}

/* Undoes doubled quotes. */
static dunlin_string
plain_name(affecting *work, const dn_mysql_token *token)
{
    dunlin_string name = dn_mysql_name_of(token);
    char *copy = work->call->host->scratch(work->call, name.length + 1);
    char quote = *token->text.data;
    uint64_t length = 0;

    if (copy == NULL) {
        work->status = dn_kit_no_memory(work->call);
        return (dunlin_string){"", 0};
    }
    for (uint64_t i = 0; i < name.length; i++) {
        copy[length++] = name.data[i];
        if (token->kind != DN_MYSQL_WORD && name.data[i] == quote)
            i++;
    }
    return (dunlin_string){copy, length};
}

/* A name that says its database is not ours to know. */
static bool
push_name(affecting *work, const char *kind)
{
    bool trigger = strcmp(kind, DUNLIN_KIND_TRIGGER) == 0;
    bool routine =
        strcmp(kind, DUNLIN_KIND_FUNCTION) == 0 || strcmp(kind, DUNLIN_KIND_PROCEDURE) == 0;
    dn_mysql_token token;
    dn_mysql_token next;
    dunlin_string none = {"", 0};
    dunlin_string name;

    if (!take(work, &token))
        return false;
    name = plain_name(work, &token);
    next = dn_mysql_scan_peek(&work->scan);
    if (name.length == 0 || dn_mysql_is_symbol(&next, '.'))
        return false;
    dunlin_string path[2] = {trigger ? none : name, trigger ? name : none};
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(kind),
        .path = path,
        .path_count = trigger || routine ? 2 : 1,
    };

    if (work->status == DUNLIN_OK)
        work->status = work->call->host->touched(work->call, &key);
    return work->status == DUNLIN_OK;
}

static bool
push_list(affecting *work, const char *kind)
{
    dn_mysql_token token;

    for (;;) {
        if (!push_name(work, kind))
            return false;
        token = dn_mysql_scan_peek(&work->scan);
        if (!dn_mysql_is_symbol(&token, ','))
            return true;
        take(work, &token);
    }
}

/* ... ON table */
static bool
push_table_behind_on(affecting *work)
{
    dn_mysql_token token;

    while (take(work, &token))
        if (dn_mysql_is_word(&token, "ON"))
            return push_name(work, DUNLIN_KIND_TABLE);
    return false;
}

static bool
push_altered(affecting *work)
{
    dn_mysql_token token;

    if (!push_name(work, DUNLIN_KIND_TABLE))
        return false;
    while (take(work, &token))
        if (dn_mysql_is_one_of(&token, wide))
            return false;
    return true;
}

static const struct {
    const char *words;
    const char *kind;
} kinds[] = {
    {"TABLE TABLES", DUNLIN_KIND_TABLE},  {"VIEW", DUNLIN_KIND_VIEW},
    {"PROCEDURE", DUNLIN_KIND_PROCEDURE}, {"FUNCTION", DUNLIN_KIND_FUNCTION},
    {"SEQUENCE", DUNLIN_KIND_SEQUENCE},   {"TRIGGER", DUNLIN_KIND_TRIGGER},
    {"INDEX", DUNLIN_KIND_INDEX},
};

/* Past options and their values, to the kind of object; NULL: none of these. */
static const char *
take_kind(affecting *work)
{
    dn_mysql_token token;

    while (take(work, &token)) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
            if (dn_mysql_is_one_of(&token, kinds[i].words))
                return kinds[i].kind;
        if (dn_mysql_is_symbol(&token, '=') || dn_mysql_is_symbol(&token, '@'))
            take(work, &token);
        else if (!dn_mysql_is_one_of(&token, options) && !dn_mysql_is_symbol(&token, '(') &&
                 !dn_mysql_is_symbol(&token, ')'))
            return NULL;
    }
    return NULL;
}

static bool
push_affected(affecting *work, const dn_mysql_token *verb)
{
    const char *kind = take_kind(work);
    bool create = dn_mysql_is_word(verb, "CREATE");

    if (kind == NULL)
        return false;
    skip_words(work, "IF NOT EXISTS");
    if (strcmp(kind, DUNLIN_KIND_INDEX) == 0)
        return push_table_behind_on(work);
    if (create && strcmp(kind, DUNLIN_KIND_TRIGGER) == 0)
        return push_table_behind_on(work);
    if (dn_mysql_is_word(verb, "DROP"))
        return push_list(work, kind);
    if (create)
        return push_name(work, kind);
    return strcmp(kind, DUNLIN_KIND_TABLE) == 0 ? push_altered(work) : push_name(work, kind);
}

int32_t
dn_mysql_affected(const dunlin_call *call, dunlin_connection *connection, dunlin_string statement,
                  int32_t *known)
{
    affecting work = {.call = call};
    dn_mysql_token head;
    dn_mysql_token token;

    DN_KIT_UNUSED(connection);
    dn_mysql_scan_begin(&work.scan, statement);
    dn_mysql_scan_head(&work.scan, &head);
    *known = dn_mysql_is_one_of(&head, harmless) ? 1 : 0;
    token = dn_mysql_scan_peek(&work.scan);
    /* BEGIN NOT ATOMIC holds any statements. */
    if (dn_mysql_is_word(&head, "BEGIN") && dn_mysql_is_word(&token, "NOT"))
        *known = 0;
    if (dn_mysql_is_one_of(&head, "CREATE ALTER DROP"))
        *known = push_affected(&work, &head);
    return work.status;
}
