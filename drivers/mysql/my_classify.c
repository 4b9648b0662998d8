/* SPDX-License-Identifier: MIT
 *
 * What kind of statement is this: by its first words, from tables. Nearly all that is not a
 * change of rows commits by itself ([M] "Statements That Cause an Implicit Commit"), also where
 * it fails or IF EXISTS leaves it nothing to do.
 */
#include "drivers/mysql/my_driver.h"

#include "drivers/mysql/my_scan.h"

/* The table a statement is about, and the database written before it. */
typedef struct subject {
    dunlin_string qualifier;
    dunlin_string table;
} subject;

/* Looks at what follows the first word. */
typedef uint64_t (*refine_class)(dn_mysql_scan *scan, uint64_t flags, subject *about);

enum {
    DDL = DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS,
    /* Accounts, other databases, the server itself. */
    SERVER = DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_REACHES_OUTSIDE,
    UPKEEP = DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_REPEATABLE,
    /* Code that nobody can look into. */
    ANYTHING = DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA | DUNLIN_CLASS_COMMITS
};

static void
read_name(dn_mysql_scan *scan, subject *about)
{
    dn_mysql_token token;

    dn_mysql_scan_next(scan, &token);
    about->table = dn_mysql_name_of(&token);
    token = dn_mysql_scan_peek(scan);
    if (about->table.length == 0 || !dn_mysql_is_symbol(&token, '.'))
        return;
    dn_mysql_scan_next(scan, &token);
    dn_mysql_scan_next(scan, &token);
    about->qualifier = about->table;
    about->table = dn_mysql_name_of(&token);
}

/* The name behind any number of `words`. */
static void
read_name_behind(dn_mysql_scan *scan, const char *words, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    while (dn_mysql_is_one_of(&token, words)) {
        dn_mysql_scan_next(scan, &token);
        token = dn_mysql_scan_peek(scan);
    }
    read_name(scan, about);
}

/* --- DDL ----------------------------------------------------------------------------------------- */
static const char schema_kinds[] = "TABLE VIEW TRIGGER PROCEDURE FUNCTION SEQUENCE EVENT PACKAGE";
static const char server_kinds[] =
    "USER ROLE SERVER TABLESPACE LOGFILE UNDO INSTANCE RESOURCE CATALOG";

/* Behind CREATE, ALTER, DROP and RENAME. The table here is no table whose rows change. */
static uint64_t
refine_object(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;

    dn_mysql_scan_next(scan, &token);
    while (dn_mysql_is_one_of(&token, "OR REPLACE ONLINE IGNORE"))
        dn_mysql_scan_next(scan, &token);
    /* Lives and dies with the session, and commits nothing. */
    if (dn_mysql_is_word(&token, "TEMPORARY"))
        return 0;
    if (dn_mysql_is_one_of(&token, server_kinds))
        return flags | DUNLIN_CLASS_REACHES_OUTSIDE;
    if (dn_mysql_is_one_of(&token, schema_kinds)) {
        read_name_behind(scan, "IF NOT EXISTS", about);
        about->table = (dunlin_string){"", 0};
    }
    return flags;
}

static uint64_t
refine_create(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_scan ahead = *scan;
    dn_mysql_token token;

    dn_mysql_scan_next(&ahead, &token);
    while (dn_mysql_is_one_of(&token, "OR REPLACE"))
        dn_mysql_scan_next(&ahead, &token);
    if (dn_mysql_is_one_of(&token, "DATABASE SCHEMA"))
        return flags | DUNLIN_CLASS_REACHES_OUTSIDE;
    return refine_object(scan, flags, about);
}

static uint64_t
refine_drop(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    if (dn_mysql_is_word(&token, "PREPARE"))
        return 0;
    return refine_create(scan, flags, about);
}

/* ALTER DATABASE [name] CHARACTER SET ...: of this one when no name is there. */
static uint64_t
refine_alter(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    if (!dn_mysql_is_one_of(&token, "DATABASE SCHEMA"))
        return refine_object(scan, flags, about);
    dn_mysql_scan_next(scan, &token);
    dn_mysql_scan_next(scan, &token);
    if (!dn_mysql_is_one_of(&token,
                            "DEFAULT CHARACTER CHARSET COLLATE COMMENT ENCRYPTION READ UPGRADE"))
        about->qualifier = dn_mysql_name_of(&token);
    return flags;
}

/* --- rows ----------------------------------------------------------------------------------------- */
static uint64_t
refine_change(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    read_name_behind(scan, "LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE QUICK INTO FROM TABLE",
                     about);
    return flags;
}

/* LOAD {DATA | XML} ... INTO TABLE t; LOAD INDEX INTO CACHE */
static uint64_t
refine_load(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;

    dn_mysql_scan_next(scan, &token);
    if (dn_mysql_is_word(&token, "INDEX"))
        return UPKEEP;
    while (dn_mysql_scan_next(scan, &token)) {
        if (dn_mysql_is_word(&token, "INTO")) {
            read_name_behind(scan, "TABLE", about);
            break;
        }
    }
    return flags;
}

/* SELECT ... INTO OUTFILE 'f' */
static uint64_t
refine_select(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;

    DN_KIT_UNUSED(about);
    while (dn_mysql_scan_next(scan, &token)) {
        if (!dn_mysql_is_word(&token, "INTO"))
            continue;
        token = dn_mysql_scan_peek(scan);
        if (dn_mysql_is_one_of(&token, "OUTFILE DUMPFILE"))
            return flags | DUNLIN_CLASS_REACHES_OUTSIDE;
    }
    return flags;
}

/* WITH name AS (...), ... then the statement's own verb, outside all parentheses. */
static uint64_t
refine_with(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;
    int depth = 0;

    while (dn_mysql_scan_next(scan, &token)) {
        if (dn_mysql_is_symbol(&token, '('))
            depth++;
        else if (dn_mysql_is_symbol(&token, ')'))
            depth--;
        if (depth > 0)
            continue;
        if (dn_mysql_is_one_of(&token, "INSERT UPDATE DELETE REPLACE"))
            return refine_change(scan, DUNLIN_CLASS_DATA, about);
        if (dn_mysql_is_one_of(&token, "SELECT VALUES TABLE"))
            return refine_select(scan, DUNLIN_CLASS_QUERY, about);
    }
    return flags;
}

/* "(SELECT ...) UNION ..." and ANALYZE TABLE against ANALYZE SELECT, which runs it. */
static uint64_t
refine_analyze(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    DN_KIT_UNUSED(about);
    return dn_mysql_is_one_of(&token, "TABLE TABLES LOCAL NO_WRITE_TO_BINLOG")
               ? flags
               : (uint64_t)DUNLIN_CLASS_DATA;
}

/* --- transactions ----------------------------------------------------------------------------------- */
/* [MDB] BEGIN NOT ATOMIC ... END is a program. */
static uint64_t
refine_begin(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    DN_KIT_UNUSED(about);
    return dn_mysql_is_word(&token, "NOT") ? (uint64_t)ANYTHING : flags;
}

/* START TRANSACTION, and START REPLICA */
static uint64_t
refine_start(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    DN_KIT_UNUSED(about);
    return dn_mysql_is_word(&token, "TRANSACTION") ? flags : (uint64_t)SERVER;
}

/* ROLLBACK [WORK] TO [SAVEPOINT] s keeps the transaction. */
static uint64_t
refine_rollback(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;

    DN_KIT_UNUSED(about);
    dn_mysql_scan_next(scan, &token);
    if (dn_mysql_is_word(&token, "WORK"))
        dn_mysql_scan_next(scan, &token);
    return dn_mysql_is_word(&token, "TO") ? (uint64_t)DUNLIN_CLASS_SAVEPOINT : flags;
}

/* --- SET ----------------------------------------------------------------------------------------------- */
/* One name behind SET or ',', its scope taken off. */
static uint64_t
class_of_setting(const dn_mysql_token *name, bool scoped)
{
    if (dn_mysql_is_word(name, "SQL_MODE"))
        return DUNLIN_CLASS_CHANGES_LEXING;
    if (dn_mysql_is_one_of(name, "PASSWORD DEFAULT RESOURCE"))
        return SERVER;
    /* [M] Without a scope it is the next transaction's, and refused inside one. */
    if (dn_mysql_is_word(name, "TRANSACTION") && !scoped)
        return DUNLIN_CLASS_NO_TRANSACTION;
    return 0;
}

/* Takes the scope, the '@@' and the '.' before a name. */
static bool
is_before_name(dn_mysql_scan *scan, const dn_mysql_token *token, uint64_t *flags, bool *scoped)
{
    dn_mysql_token next = dn_mysql_scan_peek(scan);

    if (dn_mysql_is_one_of(token, "GLOBAL PERSIST PERSIST_ONLY"))
        *flags |= DUNLIN_CLASS_REACHES_OUTSIDE;
    else if (dn_mysql_is_symbol(token, '@') && dn_mysql_is_symbol(&next, '@'))
        dn_mysql_scan_next(scan, &next);
    else if (!dn_mysql_is_one_of(token, "SESSION LOCAL") && !dn_mysql_is_symbol(token, '.'))
        return false;
    *scoped |= token->kind == DN_MYSQL_WORD;
    return true;
}

/* SET [scope] name = value, ...; the values are passed over. */
static uint64_t
refine_set(dn_mysql_scan *scan, uint64_t flags, subject *about)
{
    dn_mysql_token token;
    bool at_name = true;
    bool scoped = false;
    int depth = 0;

    DN_KIT_UNUSED(about);
    while (dn_mysql_scan_next(scan, &token)) {
        if (at_name && is_before_name(scan, &token, &flags, &scoped))
            continue;
        if (at_name)
            flags |= class_of_setting(&token, scoped);
        at_name = false;
        if (dn_mysql_is_symbol(&token, '('))
            depth++;
        else if (dn_mysql_is_symbol(&token, ')'))
            depth--;
        else if (dn_mysql_is_symbol(&token, ',') && depth == 0)
            at_name = true;
    }
    return (flags & ~(uint64_t)DUNLIN_CLASS_CHANGES_LEXING) == 0 ? flags | DUNLIN_CLASS_SESSION
                                                                 : flags;
}

/* --- the table -------------------------------------------------------------------------------------------- */
static const struct {
    const char *words;
    uint64_t flags;
    refine_class refine;
} heads[] = {
    {"CREATE", DDL, refine_create},
    {"INSERT REPLACE UPDATE DELETE", DUNLIN_CLASS_DATA, refine_change},
    {"ALTER", DDL, refine_alter},
    {"DROP", DDL, refine_drop},
    {"RENAME", DDL, refine_object},
    {"SET", 0, refine_set},
    {"TRUNCATE", DUNLIN_CLASS_DATA | DUNLIN_CLASS_COMMITS, refine_change},
    {"SELECT", DUNLIN_CLASS_QUERY, refine_select},
    {"VALUES TABLE SHOW DESCRIBE DESC EXPLAIN HELP HANDLER CHECKSUM DO", DUNLIN_CLASS_QUERY, NULL},
    {"WITH", DUNLIN_CLASS_QUERY, refine_with},
    {"CALL BINLOG", DUNLIN_CLASS_DATA, NULL},
    {"LOAD", DUNLIN_CLASS_DATA | DUNLIN_CLASS_REACHES_OUTSIDE, refine_load},
    {"IMPORT", DDL | DUNLIN_CLASS_REACHES_OUTSIDE, NULL},
    {"BEGIN", DUNLIN_CLASS_BEGIN, refine_begin},
    {"START", DUNLIN_CLASS_BEGIN, refine_start},
    {"COMMIT", DUNLIN_CLASS_COMMIT, NULL},
    {"ROLLBACK", DUNLIN_CLASS_ROLLBACK, refine_rollback},
    {"SAVEPOINT RELEASE", DUNLIN_CLASS_SAVEPOINT, NULL},
    {"XA", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS, NULL},
    {"GRANT REVOKE", DDL | DUNLIN_CLASS_REACHES_OUTSIDE, NULL},
    {"ANALYZE", UPKEEP, refine_analyze},
    {"CHECK OPTIMIZE REPAIR CACHE", UPKEEP, NULL},
    {"FLUSH", UPKEEP | DUNLIN_CLASS_REACHES_OUTSIDE, NULL},
    {"LOCK UNLOCK", DUNLIN_CLASS_COMMITS, NULL},
    {"USE", DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_SESSION, NULL},
    {"PREPARE DEALLOCATE SIGNAL RESIGNAL GET", 0, NULL},
    {"EXECUTE", ANYTHING, NULL},
    {"RESET PURGE CHANGE STOP INSTALL UNINSTALL SHUTDOWN RESTART KILL CLONE BACKUP", SERVER, NULL},
    {"SOURCE SYSTEM TEE NOTEE PAGER NOPAGER PROMPT REHASH STATUS GO EGO EXIT QUIT CONNECT CHARSET "
     "WARNINGS NOWARNING DELIMITER",
     DUNLIN_CLASS_CLIENT_COMMAND, NULL},
};

static uint64_t
classify(dn_mysql_scan *scan, subject *about)
{
    dn_mysql_token head;

    dn_mysql_scan_head(scan, &head);
    if (dn_mysql_is_symbol(&head, '\\'))
        return DUNLIN_CLASS_CLIENT_COMMAND;
    if (dn_mysql_is_symbol(&head, '('))
        return refine_with(scan, DUNLIN_CLASS_QUERY, about);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (dn_mysql_is_one_of(&head, heads[i].words))
            return heads[i].refine != NULL ? heads[i].refine(scan, heads[i].flags, about)
                                           : heads[i].flags;
    return 0;
}

uint64_t
dn_mysql_classify_text(dunlin_string statement, dunlin_string *qualifier, dunlin_string *table)
{
    subject about = {{"", 0}, {"", 0}};
    dn_mysql_scan scan;
    uint64_t flags;

    dn_mysql_scan_begin(&scan, statement);
    flags = classify(&scan, &about);
    *qualifier = about.qualifier;
    *table = about.table;
    return flags;
}

/* The procedure of a CALL; empty for all else. */
static dunlin_string
called_procedure(dunlin_string statement)
{
    subject about = {{"", 0}, {"", 0}};
    dn_mysql_scan scan;
    dn_mysql_token head;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &head);
    if (dn_mysql_is_word(&head, "CALL"))
        read_name(&scan, &about);
    return about.table;
}

/* UPDATE a JOIN b .. SET .., DELETE a, b FROM ..: are the rows of any table that they name without
 * transactions? */
static bool
joins_lossy(dunlin_connection *connection, dunlin_string statement)
{
    static const char words[] = "LOW_PRIORITY QUICK IGNORE FROM JOIN INNER CROSS LEFT RIGHT OUTER "
                                "NATURAL STRAIGHT_JOIN ON USING AS AND OR NOT IS NULL";
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &token);
    if (!dn_mysql_is_one_of(&token, "UPDATE DELETE"))
        return false;
    while (dn_mysql_scan_next(&scan, &token) &&
           !dn_mysql_is_one_of(&token, "SET WHERE ORDER LIMIT RETURNING")) {
        dunlin_string name = dn_mysql_name_of(&token);

        if (name.length > 0 && !dn_mysql_is_one_of(&token, words) &&
            dn_mysql_is_lossy(connection, name))
            return true;
    }
    return false;
}

/* What the server knows of what a statement that changes rows works on. */
static uint64_t
look_up(const dunlin_call *call, dunlin_connection *connection, dunlin_string statement,
        dunlin_string table)
{
    dunlin_string procedure = called_procedure(statement);
    const dunlin_call *outer;
    uint64_t flags = 0;

    if (table.length == 0 && procedure.length == 0)
        return 0;
    outer = dn_mysql_enter(call, connection);
    if (procedure.length > 0 && dn_mysql_ends_transactions(connection, procedure))
        flags = DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA;
    if (table.length > 0 &&
        (dn_mysql_is_lossy(connection, table) || joins_lossy(connection, statement)))
        flags = DUNLIN_CLASS_LOSSY_DATA;
    dn_mysql_leave(connection, outer);
    return flags;
}

int32_t
dn_mysql_classify(const dunlin_call *call, const dunlin_profile *profile,
                  dunlin_connection *connection, dunlin_string statement)
{
    dunlin_class result = {.size = sizeof(result)};
    dunlin_string qualifier;
    dunlin_string table;
    bool outside;

    DN_KIT_UNUSED(profile);
    result.flags = dn_mysql_classify_text(statement, &qualifier, &table);
    if ((result.flags & DUNLIN_CLASS_COMMITS) != 0 && dn_mysql_is_whole(statement))
        result.flags |= DUNLIN_CLASS_WHOLE;
    if ((result.flags & DUNLIN_CLASS_DDL) != 0) {
        int32_t status = dn_mysql_touch(call, statement, &result.touches_known);

        if (status != DUNLIN_OK)
            return status;
    }
    if (connection == NULL)
        return call->host->classified(call, &result);
    if ((call->flags & DUNLIN_CALL_GRANTS) && dn_mysql_grants_inside(connection, statement))
        result.flags &= ~(uint64_t)DUNLIN_CLASS_REACHES_OUTSIDE;
    outside = (qualifier.length > 0 && !dn_kit_same(qualifier, connection->facts.database)) ||
              (connection->shadow != NULL && dn_mysql_reaches_outside(connection, statement));
    if (outside)
        result.flags |= DUNLIN_CLASS_REACHES_OUTSIDE;
    if ((result.flags & DUNLIN_CLASS_DDL) != 0)
        dn_mysql_note_schema(connection, statement);
    if ((result.flags & DUNLIN_CLASS_DATA) != 0 && !outside)
        result.flags |= look_up(call, connection, statement, table);
    return call->host->classified(call, &result);
}
