/* SPDX-License-Identifier: MIT
 *
 * Statements that commit by themselves, and that the server carries out whole or, where it refuses
 * them, not at all: a list of what is certain, by text alone. What drops or renames several objects
 * does them one by one; OR REPLACE drops before it makes; a table from a query is made before its rows
 * are; what works on partitions goes through them.
 */
#include "drivers/mysql/my_driver.h"

#include "drivers/mysql/my_scan.h"

/* Is none of `words` in the rest, outside of quotes, and no comma, if `alone`? */
static bool
is_free_of(dn_mysql_scan *scan, const char *words, bool alone)
{
    dn_mysql_token token;

    while (dn_mysql_scan_next(scan, &token))
        if (dn_mysql_is_one_of(&token, words) || (alone && dn_mysql_is_symbol(&token, ',')))
            return false;
    return true;
}

/* Definers and the like stand before the kind of object. */
static bool
creates_whole(dn_mysql_scan *scan)
{
    dn_mysql_token token;

    while (dn_mysql_scan_next(scan, &token)) {
        if (dn_mysql_is_one_of(&token, "OR TEMPORARY"))
            return false;
        if (dn_mysql_is_word(&token, "TABLE"))
            return is_free_of(scan, "SELECT VALUES WITH TABLE", false);
        if (dn_mysql_is_one_of(&token, "INDEX VIEW TRIGGER PROCEDURE FUNCTION EVENT SEQUENCE"))
            return true;
    }
    return false;
}

static bool
drops_whole(dn_mysql_scan *scan)
{
    dn_mysql_token token;

    dn_mysql_scan_next(scan, &token);
    if (dn_mysql_is_one_of(&token, "TABLE TABLES VIEW SEQUENCE"))
        return is_free_of(scan, "", true);
    return dn_mysql_is_one_of(&token, "INDEX TRIGGER PROCEDURE FUNCTION EVENT");
}

/* One of the changes that ALTER TABLE lists. */
static bool
is_whole_change(dn_mysql_scan *scan, const dn_mysql_token *first)
{
    dn_mysql_token next = dn_mysql_scan_peek(scan);

    if (dn_mysql_is_word(first, "RENAME"))
        return dn_mysql_is_one_of(&next, "COLUMN INDEX KEY");
    return dn_mysql_is_one_of(first, "ADD DROP MODIFY CHANGE ALTER ALGORITHM LOCK") &&
           !dn_mysql_is_word(&next, "PARTITION");
}

static bool
alters_whole(dn_mysql_scan *scan)
{
    dn_mysql_token token;
    bool at_change = false;
    int depth = 0;

    dn_mysql_scan_next(scan, &token);
    while (dn_mysql_is_one_of(&token, "ONLINE IGNORE"))
        dn_mysql_scan_next(scan, &token);
    if (!dn_mysql_is_word(&token, "TABLE"))
        return false;
    token = dn_mysql_scan_peek(scan);
    while (dn_mysql_is_one_of(&token, "IF EXISTS")) {
        dn_mysql_scan_next(scan, &token);
        token = dn_mysql_scan_peek(scan);
    }
    dn_mysql_scan_next(scan, &token); /* its name, of two parts */
    token = dn_mysql_scan_peek(scan);
    if (dn_mysql_is_symbol(&token, '.')) {
        dn_mysql_scan_next(scan, &token);
        dn_mysql_scan_next(scan, &token);
    }
    at_change = true;
    while (dn_mysql_scan_next(scan, &token)) {
        if (at_change && !is_whole_change(scan, &token))
            return false;
        depth += dn_mysql_is_symbol(&token, '(') - dn_mysql_is_symbol(&token, ')');
        at_change = depth == 0 && dn_mysql_is_symbol(&token, ',');
    }
    return true;
}

static bool
renames_whole(dn_mysql_scan *scan)
{
    dn_mysql_token token;

    dn_mysql_scan_next(scan, &token);
    return dn_mysql_is_one_of(&token, "TABLE TABLES") && is_free_of(scan, "", true);
}

bool
dn_mysql_is_whole(dunlin_string statement)
{
    static const struct {
        const char *verb;
        bool (*is_whole)(dn_mysql_scan *scan);
    } verbs[] = {{"CREATE", creates_whole},
                 {"DROP", drops_whole},
                 {"ALTER", alters_whole},
                 {"RENAME", renames_whole}};
    dn_mysql_scan scan;
    dn_mysql_token head;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &head);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (dn_mysql_is_word(&head, verbs[i].verb))
            return verbs[i].is_whole(&scan);
    return false;
}
