/* SPDX-License-Identifier: MIT
 *
 * What kind of statement is this: by its first words, from tables.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include "drivers/sqlite/sqlite_scan.h"

/* Looks at what follows the first word. */
typedef uint64_t (*refine_class)(dn_sqlite_scan *scan, uint64_t flags);

/* ROLLBACK [TRANSACTION] TO ... keeps the transaction. */
static uint64_t
refine_rollback(dn_sqlite_scan *scan, uint64_t flags)
{
    dn_sqlite_token token;

    dn_sqlite_scan_next(scan, &token);
    if (dn_sqlite_is_word(&token, "TRANSACTION"))
        dn_sqlite_scan_next(scan, &token);
    return dn_sqlite_is_word(&token, "TO") ? (uint64_t)DUNLIN_CLASS_SAVEPOINT : flags;
}

/* VACUUM [schema] INTO 'file': a second time it fails, as the file is there. */
static uint64_t
refine_vacuum(dn_sqlite_scan *scan, uint64_t flags)
{
    dn_sqlite_token token;

    for (int i = 0; i < 2 && dn_sqlite_scan_next(scan, &token); i++)
        if (dn_sqlite_is_word(&token, "INTO"))
            return DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE;
    return flags;
}

/* WITH name AS (...), ... then the statement's own verb, outside all parentheses. */
static uint64_t
refine_with(dn_sqlite_scan *scan, uint64_t flags)
{
    static const char *const changes[] = {"INSERT", "UPDATE", "DELETE", "REPLACE"};
    dn_sqlite_token token;
    int depth = 0;

    while (dn_sqlite_scan_next(scan, &token)) {
        if (dn_sqlite_is_symbol(&token, '('))
            depth++;
        else if (dn_sqlite_is_symbol(&token, ')'))
            depth--;
        if (depth > 0 || token.kind != DN_SQLITE_WORD)
            continue;
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
            if (dn_sqlite_is_word(&token, changes[i]))
                return DUNLIN_CLASS_DATA;
        if (dn_sqlite_is_word(&token, "SELECT") || dn_sqlite_is_word(&token, "VALUES"))
            return DUNLIN_CLASS_QUERY;
    }
    return flags;
}

/* Pragmas that are more than a question when they get a value. */
static const struct {
    const char *name;
    uint64_t flags;
} pragmas_with_value[] = {
    {"foreign_keys", DUNLIN_CLASS_AROUND},
    {"defer_foreign_keys", DUNLIN_CLASS_REPEATABLE},
    {"journal_mode", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"synchronous", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"temp_store", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"wal_checkpoint", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"user_version", DUNLIN_CLASS_DATA},
    {"application_id", DUNLIN_CLASS_DATA},
    {"incremental_vacuum", DUNLIN_CLASS_DATA},
    {"table_info", DUNLIN_CLASS_QUERY},
    {"table_xinfo", DUNLIN_CLASS_QUERY},
    {"table_list", DUNLIN_CLASS_QUERY},
    {"index_info", DUNLIN_CLASS_QUERY},
    {"index_xinfo", DUNLIN_CLASS_QUERY},
    {"index_list", DUNLIN_CLASS_QUERY},
    {"foreign_key_list", DUNLIN_CLASS_QUERY},
    {"foreign_key_check", DUNLIN_CLASS_QUERY},
    {"integrity_check", DUNLIN_CLASS_QUERY},
    {"quick_check", DUNLIN_CLASS_QUERY},
};

/* Pragmas that act without one. */
static const struct {
    const char *name;
    uint64_t flags;
} pragmas_alone[] = {
    {"wal_checkpoint", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"incremental_vacuum", DUNLIN_CLASS_DATA},
    {"optimize", DUNLIN_CLASS_DATA},
};

static bool
is_pragma(const dn_sqlite_token *token, const char *name)
{
    dunlin_string text = token->text;

    /* "foreign_keys" in quotes is the same pragma. */
    if (token->kind == DN_SQLITE_NAME && text.length >= 2) {
        text.data++;
        text.length -= 2;
    }
    return dn_kit_same_word(text, name);
}

/* The values that SQLite reads as "off"; it takes anything it does not know for that too, but such
 * a line is a mistake that had better have no effect on the rows. */
static uint64_t
refine_setting(dn_sqlite_scan *scan, uint64_t flags)
{
    static const char *const off[] = {"OFF", "NO", "FALSE", "0"};
    dn_sqlite_token value;

    dn_sqlite_scan_next(scan, &value);
    if ((value.kind == DN_SQLITE_NAME || value.kind == DN_SQLITE_STRING) &&
        value.text.length >= 2) {
        value.text.data++;
        value.text.length -= 2;
    }
    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
        if (dn_kit_same_word(value.text, off[i]))
            return flags | DUNLIN_CLASS_RELAXES;
    return flags;
}

/* PRAGMA [schema.] name [= value | (value)] */
static uint64_t
refine_pragma(dn_sqlite_scan *scan, uint64_t flags)
{
    dn_sqlite_token name;
    dn_sqlite_token next;

    dn_sqlite_scan_next(scan, &name);
    dn_sqlite_scan_next(scan, &next);
    if (dn_sqlite_is_symbol(&next, '.')) {
        dn_sqlite_scan_next(scan, &name);
        dn_sqlite_scan_next(scan, &next);
    }
    if (!dn_sqlite_is_symbol(&next, '=') && !dn_sqlite_is_symbol(&next, '(')) {
        for (size_t i = 0; i < sizeof(pragmas_alone) / sizeof(pragmas_alone[0]); i++)
            if (is_pragma(&name, pragmas_alone[i].name))
                return pragmas_alone[i].flags;
        return flags;
    }
    for (size_t i = 0; i < sizeof(pragmas_with_value) / sizeof(pragmas_with_value[0]); i++)
        if (is_pragma(&name, pragmas_with_value[i].name))
            return pragmas_with_value[i].flags & DUNLIN_CLASS_AROUND
                       ? refine_setting(scan, pragmas_with_value[i].flags)
                       : pragmas_with_value[i].flags;
    return 0; /* a session setting */
}

static const struct {
    const char *word;
    uint64_t flags;
    refine_class refine;
} heads[] = {
    {"CREATE", DUNLIN_CLASS_DDL, NULL},
    {"INSERT", DUNLIN_CLASS_DATA, NULL},
    {"ALTER", DUNLIN_CLASS_DDL, NULL},
    {"DROP", DUNLIN_CLASS_DDL, NULL},
    {"UPDATE", DUNLIN_CLASS_DATA, NULL},
    {"DELETE", DUNLIN_CLASS_DATA, NULL},
    {"REPLACE", DUNLIN_CLASS_DATA, NULL},
    {"WITH", DUNLIN_CLASS_DATA, refine_with},
    {"SELECT", DUNLIN_CLASS_QUERY, NULL},
    {"VALUES", DUNLIN_CLASS_QUERY, NULL},
    {"EXPLAIN", DUNLIN_CLASS_QUERY, NULL},
    {"PRAGMA", DUNLIN_CLASS_QUERY, refine_pragma},
    {"BEGIN", DUNLIN_CLASS_BEGIN, NULL},
    {"COMMIT", DUNLIN_CLASS_COMMIT, NULL},
    {"END", DUNLIN_CLASS_COMMIT, NULL},
    {"ROLLBACK", DUNLIN_CLASS_ROLLBACK, refine_rollback},
    {"SAVEPOINT", DUNLIN_CLASS_SAVEPOINT, NULL},
    {"RELEASE", DUNLIN_CLASS_SAVEPOINT, NULL},
    {"ANALYZE", DUNLIN_CLASS_DATA, NULL},
    {"REINDEX", DUNLIN_CLASS_DATA, NULL},
    {"VACUUM", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE, refine_vacuum},
    {"ATTACH", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_REPEATABLE,
     NULL},
    {"DETACH", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_REPEATABLE,
     NULL},
};

static uint64_t
classify(dunlin_string statement)
{
    dn_sqlite_scan scan;
    dn_sqlite_token head;

    dn_sqlite_scan_begin(&scan, statement);
    do
        dn_sqlite_scan_next(&scan, &head);
    while (dn_sqlite_is_symbol(&head, ';'));
    if (dn_sqlite_is_symbol(&head, '.'))
        return DUNLIN_CLASS_CLIENT_COMMAND;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (dn_sqlite_is_word(&head, heads[i].word))
            return heads[i].refine != NULL ? heads[i].refine(&scan, heads[i].flags)
                                           : heads[i].flags;
    return 0;
}

int32_t
dn_sqlite_classify(const dunlin_call *call, const dunlin_profile *profile,
                   dunlin_connection *connection, dunlin_string statement)
{
    dunlin_class result = {.size = sizeof(result), .flags = classify(statement)};

    DN_KIT_UNUSED(profile);
    DN_KIT_UNUSED(connection);
    return call->host->classified(call, &result);
}
