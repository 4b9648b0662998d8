/* SPDX-License-Identifier: MIT
 *
 * What a statement touches, as far as SHOW CREATE tells afterwards whether it ran. So of several
 * objects that one statement drops or renames the last one is told: MariaDB and MySQL before 8.0
 * do them one by one, and a server that dies in between leaves the last as it was.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

#include "drivers/mysql/my_scan.h"

typedef enum ddl_verb { CREATE, ALTER, DROP, RENAME } ddl_verb;

/* database is empty where none is written. */
typedef struct object_name {
    dunlin_string database;
    dunlin_string name;
} object_name;

typedef struct touching {
    const dunlin_call *call;
    dn_mysql_scan scan;
    int32_t status;
} touching;

static bool
take(touching *touch, dn_mysql_token *token)
{
    return dn_mysql_scan_next(&touch->scan, token);
}

static dn_mysql_token
peek(const touching *touch)
{
    return dn_mysql_scan_peek(&touch->scan);
}

static bool
take_symbol(touching *touch, char symbol)
{
    dn_mysql_token token = peek(touch);

    return dn_mysql_is_symbol(&token, symbol) && take(touch, &token);
}

static void
skip_words(touching *touch, const char *words)
{
    dn_mysql_token token = peek(touch);

    while (dn_mysql_is_one_of(&token, words)) {
        take(touch, &token);
        token = peek(touch);
    }
}

/* --- names ---------------------------------------------------------------------------------------- */
/* As the server keeps it: a doubled quote inside is one. */
static dunlin_string
plain_name(touching *touch, const dn_mysql_token *token)
{
    dunlin_string name = dn_mysql_name_of(token);
    char quote = *token->text.data;
    char *copy;
    uint64_t length = 0;

    if (token->kind == DN_MYSQL_WORD || name.length == 0 ||
        memchr(name.data, quote, name.length) == NULL)
        return name;
    copy = touch->call->host->scratch(touch->call, name.length);
    if (copy == NULL) {
        touch->status = dn_kit_no_memory(touch->call);
        return (dunlin_string){"", 0};
    }
    for (uint64_t i = 0; i < name.length; i++) {
        copy[length++] = name.data[i];
        if (name.data[i] == quote)
            i++;
    }
    return (dunlin_string){copy, length};
}

static bool
take_name(touching *touch, object_name *object)
{
    dn_mysql_token token;

    object->database = (dunlin_string){"", 0};
    if (!take(touch, &token))
        return false;
    object->name = plain_name(touch, &token);
    if (take_symbol(touch, '.')) {
        object->database = object->name;
        take(touch, &token);
        object->name = plain_name(touch, &token);
    }
    return object->name.length > 0;
}

static bool
same_object(const object_name *left, const object_name *right)
{
    return dn_kit_equal(left->database, right->database) && dn_kit_equal(left->name, right->name);
}

/* A database that is written stands before the path: docs/facts.md has none for this driver. A
 * trigger's table is not in the statement. */
static bool
tell(touching *touch, const char *kind, const object_name *object)
{
    bool trigger = strcmp(kind, DUNLIN_KIND_TRIGGER) == 0;
    bool routine =
        strcmp(kind, DUNLIN_KIND_FUNCTION) == 0 || strcmp(kind, DUNLIN_KIND_PROCEDURE) == 0;
    dunlin_string none = {"", 0};
    dunlin_string path[3] = {object->database, trigger ? none : object->name,
                             trigger ? object->name : none};
    bool qualified = object->database.length > 0;
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(kind),
        .path = qualified ? path : path + 1,
        .path_count = (qualified ? 1u : 0u) + (trigger || routine ? 2u : 1u),
    };

    if (touch->status == DUNLIN_OK)
        touch->status = touch->call->host->touched(touch->call, &key);
    return touch->status == DUNLIN_OK;
}

/* --- behind the kind of object: each answers whether all was told ------------------------------------ */
static bool
tell_named(touching *touch, const char *kind, ddl_verb verb)
{
    object_name object;

    DN_KIT_UNUSED(verb);
    return take_name(touch, &object) && tell(touch, kind, &object);
}

/* DROP a, b ...; a name alone for all else. */
static bool
tell_last(touching *touch, const char *kind, ddl_verb verb)
{
    object_name object;

    do
        if (!take_name(touch, &object))
            return false;
    while (verb == DROP && take_symbol(touch, ','));
    return tell(touch, kind, &object);
}

/* RENAME TABLE a TO b, c TO d. Tables that change places through a third name may look the same
 * afterwards. */
static bool
tell_renamed(touching *touch)
{
    object_name earlier[8];
    object_name from;
    object_name to;
    size_t count = 0;
    bool back = false;

    do {
        if (!take_name(touch, &from))
            return false;
        skip_words(touch, "WAIT NOWAIT TO");
        if (!take_name(touch, &to) || count == sizeof(earlier) / sizeof(earlier[0]))
            return false;
        back = false;
        for (size_t i = 0; i < count; i++)
            back |= same_object(&earlier[i], &from);
        earlier[count++] = to;
    } while (take_symbol(touch, ','));
    return !back && tell(touch, DUNLIN_KIND_TABLE, &from) && tell(touch, DUNLIN_KIND_TABLE, &to);
}

/* The first word of each change that ALTER TABLE lists. What moves rows or files about leaves the
 * definition as it was. */
static bool
tell_changes(touching *touch, const dn_mysql_token *first)
{
    dn_mysql_token next = peek(touch);
    object_name renamed;

    if (dn_mysql_is_one_of(first, "EXCHANGE TRUNCATE DISCARD IMPORT"))
        return false;
    if (!dn_mysql_is_word(first, "RENAME") || dn_mysql_is_one_of(&next, "COLUMN INDEX KEY"))
        return true;
    skip_words(touch, "TO AS");
    take_symbol(touch, '=');
    return take_name(touch, &renamed) && tell(touch, DUNLIN_KIND_TABLE, &renamed);
}

static bool
tell_table(touching *touch, const char *kind, ddl_verb verb)
{
    dn_mysql_token token;
    object_name object;
    bool at_change = true;
    int depth = 0;

    if (verb == RENAME)
        return tell_renamed(touch);
    if (verb != ALTER)
        return tell_last(touch, kind, verb);
    if (!take_name(touch, &object) || !tell(touch, kind, &object))
        return false;
    while (take(touch, &token)) {
        if (at_change && dn_mysql_is_one_of(&token, "WAIT NOWAIT"))
            continue;
        if (at_change && token.kind == DN_MYSQL_NUMBER)
            continue;
        if (at_change && !tell_changes(touch, &token))
            return false;
        depth += dn_mysql_is_symbol(&token, '(') - dn_mysql_is_symbol(&token, ')');
        at_change = depth == 0 && dn_mysql_is_symbol(&token, ',');
    }
    return true;
}

/* {CREATE | DROP} INDEX i ... ON t */
static bool
tell_index(touching *touch, const char *kind, ddl_verb verb)
{
    object_name index;
    object_name table;
    dn_mysql_token token;
    dunlin_string path[3];
    dunlin_fact key = {.size = sizeof(key), .kind = dn_kit_string(kind)};

    DN_KIT_UNUSED(verb);
    if (!take_name(touch, &index))
        return false;
    while (take(touch, &token)) {
        if (!dn_mysql_is_word(&token, "ON"))
            continue;
        if (!take_name(touch, &table))
            return false;
        path[0] = table.database;
        path[1] = table.name;
        path[2] = index.name;
        key.path = table.database.length > 0 ? path : path + 1;
        key.path_count = table.database.length > 0 ? 3 : 2;
        if (touch->status == DUNLIN_OK)
            touch->status = touch->call->host->touched(touch->call, &key);
        return touch->status == DUNLIN_OK;
    }
    return false;
}

/* A function of a shared library has no definition. */
static bool
tell_function(touching *touch, const char *kind, ddl_verb verb)
{
    object_name object;

    return take_name(touch, &object) && (verb != CREATE || take_symbol(touch, '(')) &&
           tell(touch, kind, &object);
}

/* ALTER EVENT e ... RENAME TO e2 ... DO ... */
static bool
tell_event(touching *touch, const char *kind, ddl_verb verb)
{
    dn_mysql_token token;

    if (!tell_named(touch, kind, verb))
        return false;
    while (verb == ALTER && take(touch, &token) && !dn_mysql_is_word(&token, "DO")) {
        dn_mysql_token next = peek(touch);

        if (dn_mysql_is_word(&token, "RENAME") && dn_mysql_is_word(&next, "TO")) {
            take(touch, &next);
            return tell_named(touch, kind, verb);
        }
    }
    return true;
}

/* --- the kind of object -------------------------------------------------------------------------------- */
static const struct {
    const char *words;
    const char *kind;
    bool (*tell)(touching *touch, const char *kind, ddl_verb verb);
} kinds[] = {
    {"TABLE TABLES", DUNLIN_KIND_TABLE, tell_table},
    {"INDEX", DUNLIN_KIND_INDEX, tell_index},
    {"VIEW", DUNLIN_KIND_VIEW, tell_last},
    {"TRIGGER", DUNLIN_KIND_TRIGGER, tell_named},
    {"PROCEDURE", DUNLIN_KIND_PROCEDURE, tell_named},
    {"FUNCTION", DUNLIN_KIND_FUNCTION, tell_function},
    {"EVENT", DN_MYSQL_KIND_EVENT, tell_event},
    {"SEQUENCE", DUNLIN_KIND_SEQUENCE, tell_last},
};

/* Between the verb and the kind. TEMPORARY is not among them: such a table is the session's. */
static const char options[] = "OR REPLACE ONLINE OFFLINE IGNORE UNIQUE FULLTEXT SPATIAL VECTOR "
                              "AGGREGATE ALGORITHM DEFINER INVOKER SQL SECURITY";

/* ALGORITHM = MERGE, DEFINER = 'me'@'here', DEFINER = CURRENT_USER() */
static bool
skip_value(touching *touch, const dn_mysql_token *sign)
{
    dn_mysql_token value;

    if (dn_mysql_is_symbol(sign, '(') || dn_mysql_is_symbol(sign, ')'))
        return true;
    return (dn_mysql_is_symbol(sign, '=') || dn_mysql_is_symbol(sign, '@')) && take(touch, &value);
}

static bool
tell_object(touching *touch, ddl_verb verb)
{
    dn_mysql_token token;

    while (take(touch, &token)) {
        if (dn_mysql_is_one_of(&token, options) || skip_value(touch, &token))
            continue;
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            if (!dn_mysql_is_one_of(&token, kinds[i].words))
                continue;
            skip_words(touch, "IF NOT EXISTS");
            return kinds[i].tell(touch, kinds[i].kind, verb);
        }
        return false;
    }
    return false;
}

/* BEGIN NOT ATOMIC DECLARE dunlin_view .. WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'v' ..; */
static bool
tell_view_again(touching *touch)
{
    static const char *const words[] = {"NOT", "ATOMIC", "DECLARE", DN_MYSQL_VIEW_AGAIN};
    dn_mysql_token token;
    bool named = false;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (!take(touch, &token) || !dn_mysql_is_word(&token, words[i]))
            return false;
    while (!named && take(touch, &token) && !dn_mysql_is_word(&token, "EXECUTE"))
        named = dn_mysql_is_word(&token, "TABLE_NAME") && take_symbol(touch, '=');
    return named && tell_named(touch, DUNLIN_KIND_VIEW, CREATE);
}

int32_t
dn_mysql_touch(const dunlin_call *call, dunlin_string statement, int32_t *known)
{
    static const char *const verbs[] = {
        [CREATE] = "CREATE", [ALTER] = "ALTER", [DROP] = "DROP", [RENAME] = "RENAME"};
    touching touch = {.call = call};
    dn_mysql_token head;

    *known = 0;
    if (call->host->touched == NULL)
        return DUNLIN_OK;
    dn_mysql_scan_begin(&touch.scan, statement);
    dn_mysql_scan_head(&touch.scan, &head);
    for (int i = CREATE; i <= RENAME; i++)
        if (dn_mysql_is_word(&head, verbs[i]))
            *known = tell_object(&touch, (ddl_verb)i);
    if (dn_mysql_is_word(&head, "BEGIN"))
        *known = tell_view_again(&touch);
    return touch.status;
}
