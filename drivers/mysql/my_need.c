/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_need.h"

#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_scan.h"

typedef struct finding {
    const dunlin_call *call;
    dn_mysql_needs *needs;
    uint64_t operation;
    dn_mysql_scan scan;
    bool over;  /* nothing is certain from here on */
    bool maybe; /* the statement may not be sent at all */
    int32_t status;
} finding;

typedef struct object_name {
    const char *database;
    const char *name;
} object_name;

static bool
take_one_of(finding *work, const char *words)
{
    dn_mysql_token token = dn_mysql_scan_peek(&work->scan);

    return dn_mysql_is_one_of(&token, words) && dn_mysql_scan_next(&work->scan, &token);
}

static void
skip_words(finding *work, const char *words)
{
    while (take_one_of(work, words))
        ;
}

static bool
take_symbol(finding *work, char symbol)
{
    dn_mysql_token token = dn_mysql_scan_peek(&work->scan);

    return dn_mysql_is_symbol(&token, symbol) && dn_mysql_scan_next(&work->scan, &token);
}

/* A doubled quote inside stays doubled: such a name fits no grant, which is why it is not asked for. */
static const char *
take_part(finding *work)
{
    dn_mysql_token token;
    dunlin_string name;
    char *copy;

    if (!dn_mysql_scan_next(&work->scan, &token))
        return NULL;
    name = dn_mysql_name_of(&token);
    if (name.length == 0 || memchr(name.data, '`', name.length) != NULL)
        return NULL;
    copy = work->call->host->scratch(work->call, name.length + 1);
    if (copy == NULL)
        work->status = dn_kit_no_memory(work->call);
    else
        memcpy(copy, name.data, name.length);
    return copy;
}

static bool
take_name(finding *work, object_name *object)
{
    object->database = "";
    object->name = take_part(work);
    if (object->name != NULL && take_symbol(work, '.')) {
        object->database = object->name;
        object->name = take_part(work);
    }
    return object->name != NULL;
}

static void
need(finding *work, const char *privilege, const object_name *object, bool schema)
{
    dn_mysql_needs *needs = work->needs;

    if (work->maybe)
        return;
    for (uint64_t i = 0; i < needs->count; i++)
        if (strcmp(needs->items[i].privilege, privilege) == 0 &&
            strcmp(needs->items[i].database, object->database) == 0 &&
            strcmp(needs->items[i].table, object->name) == 0)
            return;
    if (needs->count < DN_MYSQL_MOST_NEEDS)
        needs->items[needs->count++] =
            (dn_mysql_need){work->operation, privilege, object->database, object->name, schema};
}

/* --- statements that change the schema ---------------------------------------------------------------- */
static void
name_needs(finding *work, const char *privilege)
{
    object_name object;

    skip_words(work, "IF NOT EXISTS");
    if (take_name(work, &object))
        need(work, privilege, &object, true);
    else
        work->over = true;
}

/* ... ON table */
static void
table_behind_on_needs(finding *work, const char *privilege)
{
    object_name object;
    dn_mysql_token token;

    while (dn_mysql_scan_next(&work->scan, &token))
        if (dn_mysql_is_word(&token, "ON")) {
            if (take_name(work, &object))
                need(work, privilege, &object, true);
            return;
        }
    work->over = true;
}

/* Given for databases, whatever the name. */
static void
database_needs(finding *work, const char *privilege)
{
    object_name object;

    skip_words(work, "IF NOT EXISTS");
    if (!take_name(work, &object)) {
        work->over = true;
        return;
    }
    object.name = "";
    need(work, privilege, &object, true);
}

static void
all_names_need(finding *work, const char *privilege)
{
    object_name object;

    skip_words(work, "IF EXISTS");
    do {
        if (!take_name(work, &object)) {
            work->over = true;
            return;
        }
        need(work, privilege, &object, true);
    } while (take_symbol(work, ','));
}

static void
nothing(finding *work, const char *privilege)
{
    DN_KIT_UNUSED(work);
    DN_KIT_UNUSED(privilege);
}

typedef struct kind {
    const char *verb;
    const char *word;
    void (*find)(finding *work, const char *privilege);
    const char *privilege;
} kind;

static const kind kinds[] = {
    {"CREATE", "TABLE", name_needs, "CREATE"},
    {"CREATE", "INDEX", table_behind_on_needs, "INDEX"},
    {"CREATE", "VIEW", name_needs, "CREATE VIEW"},
    {"CREATE", "TRIGGER", table_behind_on_needs, "TRIGGER"},
    {"CREATE", "PROCEDURE", database_needs, "CREATE ROUTINE"},
    {"CREATE", "FUNCTION", nothing, NULL}, /* one of a shared library is another matter */
    {"CREATE", "EVENT", database_needs, "EVENT"},
    {"ALTER", "TABLE", name_needs, "ALTER"},
    {"DROP", "TABLE", all_names_need, "DROP"},
    {"DROP", "VIEW", all_names_need, "DROP"},
    {"DROP", "INDEX", table_behind_on_needs, "INDEX"},
    {"DROP", "TRIGGER", nothing, NULL},
};

/* Between the verb and the kind. A TEMPORARY table hides others of its name. */
static const char options[] = "OR REPLACE ONLINE OFFLINE IGNORE UNIQUE FULLTEXT SPATIAL VECTOR "
                              "AGGREGATE ALGORITHM DEFINER INVOKER SQL SECURITY UNDEFINED MERGE "
                              "TEMPTABLE CURRENT_USER";

static void
find_in_object(finding *work, const char *verb)
{
    dn_mysql_token token;

    while (dn_mysql_scan_next(&work->scan, &token)) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
            if (strcmp(kinds[i].verb, verb) == 0 && dn_mysql_is_word(&token, kinds[i].word)) {
                kinds[i].find(work, kinds[i].privilege);
                return;
            }
        if (dn_mysql_is_symbol(&token, '=') || dn_mysql_is_symbol(&token, '@')) {
            dn_mysql_scan_next(&work->scan, &token);
            continue;
        }
        if (!dn_mysql_is_one_of(&token, options) && !dn_mysql_is_symbol(&token, '(') &&
            !dn_mysql_is_symbol(&token, ')'))
            break;
    }
    work->over = true;
}

/* --- statements that change rows ---------------------------------------------------------------------- */
static void
find_in_rows(finding *work, const dn_mysql_token *head)
{
    object_name object;

    skip_words(work, "LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE QUICK");
    if (dn_mysql_is_word(head, "UPDATE")) {
        if (take_name(work, &object) && take_one_of(work, "SET"))
            need(work, "UPDATE", &object, false);
    } else if (dn_mysql_is_word(head, "DELETE")) {
        if (take_one_of(work, "FROM") && take_name(work, &object) && !take_symbol(work, ',') &&
            !take_one_of(work, "USING"))
            need(work, "DELETE", &object, false);
    } else {
        skip_words(work, "INTO");
        if (take_name(work, &object))
            need(work, "INSERT", &object, false);
    }
}

static void
find_in_statement(finding *work)
{
    static const char *const verbs[] = {"CREATE", "ALTER", "DROP"};
    object_name object;
    dn_mysql_token head;

    if (!dn_mysql_scan_head(&work->scan, &head))
        return;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (dn_mysql_is_word(&head, verbs[i])) {
            find_in_object(work, verbs[i]);
            return;
        }
    if (dn_mysql_is_one_of(&head, "INSERT REPLACE UPDATE DELETE")) {
        find_in_rows(work, &head);
    } else if (dn_mysql_is_word(&head, "TRUNCATE")) {
        skip_words(work, "TABLE");
        if (take_name(work, &object))
            need(work, "DROP", &object, true);
    } else if (dn_mysql_is_word(&head, "SET")) {
        work->over = take_one_of(work, "ROLE DEFAULT PASSWORD");
    } else if (!dn_mysql_is_one_of(&head, "SELECT LOCK UNLOCK ANALYZE OPTIMIZE SHOW WITH")) {
        work->over = true; /* GRANT, USE, CALL ... */
    }
}

int32_t
dn_mysql_needs_find(const dunlin_call *call, const dunlin_operation *const *operations,
                    uint64_t count, dn_mysql_needs *needs)
{
    finding work = {.call = call, .needs = needs, .status = DUNLIN_OK};

    needs->count = 0;
    for (uint64_t i = 0; i < count && !work.over && work.status == DUNLIN_OK; i++) {
        const dunlin_operation *operation = operations[i];

        if (operation->verb != DUNLIN_VERB_NATIVE && operation->verb != DUNLIN_VERB_DATA)
            break; /* those that are rendered are not foreseen yet */
        work.operation = i;
        work.maybe = operation->condition != DUNLIN_CONDITION_NONE;
        dn_mysql_scan_begin(&work.scan, operation->body);
        find_in_statement(&work);
    }
    return work.status;
}
