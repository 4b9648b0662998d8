/* SPDX-License-Identifier: MIT
 *
 * Which privileges are missing, by SHOW GRANTS. MariaDB lists there what the current role and
 * everybody (PUBLIC) may do, too. Where roles play a part that it does not spell out, nothing is
 * certain.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_need.h"

enum { MOST_GRANTS = 512 };

/* "GRANT privileges ON `database`.`table` TO ..." */
typedef struct grant {
    char *privileges;
    char *database; /* a pattern; "*": of all */
    char *table;    /* "*": all of it */
} grant;

typedef struct dn_mysql_rights {
    grant grants[MOST_GRANTS];
    size_t count;
    char *account; /* as it is written in SQL */
    bool certain;
    bool
        roles; /* somebody may do more as one of them; that of the session is spelled out on MariaDB */
} privileges;

static void
free_privileges(privileges *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->grants[i].privileges);
        free(all->grants[i].database);
        free(all->grants[i].table);
    }
    free(all->account);
}

/* --- reading ------------------------------------------------------------------------------------------ */
/* `a``b` or *; *at is moved behind it. NULL: something else, or no memory. */
static char *
take_name(const char **at)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (**at == '*') {
        ++*at;
        return strdup("*");
    }
    if (*(*at)++ != '`')
        return NULL;
    for (; **at != '\0'; ++*at) {
        if (**at == '`' && *++*at != '`')
            return strdup(text.data != NULL ? text.data : "");
        dn_kit_text_add_string(&text, (dunlin_string){*at, 1});
    }
    return NULL;
}

/* false: it is not understood, so nothing is certain. */
static bool
read_grant(privileges *all, const char *line)
{
    const char *on = strstr(line, " ON ");
    const char *at = on != NULL ? on + strlen(" ON ") : NULL;
    grant *next = &all->grants[all->count];

    if ((strncmp(line, "GRANT ", 6) == 0 && on == NULL) ||
        strncmp(line, "SET DEFAULT ROLE ", 17) == 0) {
        all->roles = true;
        return true;
    }
    if (strncmp(line, "GRANT ", 6) != 0 || on == NULL || all->count == MOST_GRANTS)
        return false;
    if (strncmp(line, "GRANT PROXY ", 12) == 0 || strncmp(at, "PROCEDURE ", 10) == 0 ||
        strncmp(at, "FUNCTION ", 9) == 0 || strncmp(at, "PACKAGE ", 8) == 0)
        return true;
    *next = (grant){.privileges = strndup(line + 6, (size_t)(on - line - 6))};
    all->count++;
    next->database = take_name(&at);
    if (next->database != NULL && *at == '.') {
        at++;
        next->table = take_name(&at);
    }
    if (next->privileges == NULL || next->table == NULL || strncmp(at, " TO ", 4) != 0)
        return false;
    if (all->account == NULL) {
        at += strlen(" TO ");
        all->account = strndup(at, strcspn(at, " "));
    }
    return all->account != NULL;
}

/* A server that does not answer this is one whose privileges nobody can foresee. */
static int32_t
read_all(dunlin_connection *connection, privileges *all)
{
    MYSQL_RES *result;
    MYSQL_ROW row;
    int64_t ignored;

    all->certain = false;
    if (!dn_mysql_send(connection, dn_kit_string("SHOW GRANTS")))
        return dn_mysql_is_lost(mysql_errno(connection->mysql)) ? dn_mysql_fail(connection, NULL)
                                                                : DUNLIN_OK;
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return dn_mysql_fail(connection, NULL);
    all->certain = true;
    while ((row = mysql_fetch_row(result)) != NULL)
        if (row[0] == NULL || !read_grant(all, row[0]))
            all->certain = false;
    mysql_free_result(result);
    return dn_mysql_drain(connection, &ignored) ? DUNLIN_OK : dn_mysql_fail(connection, NULL);
}

/* --- comparing ---------------------------------------------------------------------------------------- */
static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* LIKE, without regard to case, which is more than some servers grant. */
static bool
is_like(const char *pattern, const char *name)
{
    for (; *pattern != '\0'; pattern++, name++) {
        if (*pattern == '%') {
            for (;; name++)
                if (is_like(pattern + 1, name))
                    return true;
                else if (*name == '\0')
                    return false;
        }
        if (*name == '\0')
            return false;
        if (*pattern == '\\' && pattern[1] != '\0')
            pattern++;
        else if (*pattern == '_')
            continue;
        if (lower(*pattern) != lower(*name))
            return false;
    }
    return *name == '\0';
}

/* In "SELECT, INSERT (`a`), CREATE VIEW". */
static bool
lists(const char *privileges_text, const char *wanted, bool some_columns)
{
    size_t length = strlen(wanted);
    const char *at = privileges_text;

    if (strncmp(at, "ALL PRIVILEGES", 14) == 0)
        return true;
    while (at != NULL) {
        if (strncmp(at, wanted, length) == 0 &&
            (at[length] == '\0' || at[length] == ',' ||
             (some_columns && strncmp(at + length, " (", 2) == 0)))
            return true;
        at = strstr(at, ", ");
        at += at != NULL ? 2 : 0;
    }
    return false;
}

static bool
is_about(const grant *given, const char *database, const char *table)
{
    if (strcmp(given->database, "*") == 0)
        return true;
    return is_like(given->database, database) &&
           (strcmp(given->table, "*") == 0 || strcasecmp(given->table, table) == 0);
}

static bool
is_granted(const privileges *all, const dn_mysql_need *need, const char *database)
{
    for (size_t i = 0; i < all->count; i++) {
        const grant *given = &all->grants[i];
        if (!lists(given->privileges, need->privilege, true)) /* enough to be uncertain */
            continue;
        if (is_about(given, database, need->table))
            return true;
    }
    return false;
}

int32_t
dn_mysql_rights_read(dunlin_connection *connection, dn_mysql_rights **rights)
{
    privileges *all = calloc(1, sizeof(*all));
    int32_t status = all != NULL ? read_all(connection, all) : dn_kit_no_memory(connection->call);

    if (status == DUNLIN_OK && all->certain && connection->facts.mariadb) {
        *rights = all;
        return DUNLIN_OK;
    }
    dn_mysql_rights_free(&all);
    *rights = NULL;
    return status;
}

void
dn_mysql_rights_free(dn_mysql_rights **rights)
{
    if (*rights != NULL)
        free_privileges(*rights);
    free(*rights);
}

bool
dn_mysql_rights_have(const dn_mysql_rights *rights, const char *privilege, const char *database,
                     const char *table)
{
    for (size_t i = 0; i < rights->count; i++)
        if (lists(rights->grants[i].privileges, privilege, false) &&
            is_about(&rights->grants[i], database, table))
            return true;
    return false;
}

static int32_t
push(const dunlin_call *call, const privileges *all, const dn_mysql_need *need,
     const char *database)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text object = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text cure = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text scope = {0};
    bool whole = need->schema || need->table[0] == '\0';
    dunlin_missing missing = {.size = sizeof(missing), .operation = need->operation};

    dn_kit_text_format(&object, need->table[0] != '\0' ? "table %s.%s" : "database %s", database,
                       need->table);
    dn_kit_text_quote(&scope, '`', dn_kit_string(database));
    dn_kit_text_add(&scope, ".");
    if (whole)
        dn_kit_text_add(&scope, "*");
    else
        dn_kit_text_quote(&scope, '`', dn_kit_string(need->table));
    dn_kit_text_format(&cure, "GRANT %s ON %s TO %s", need->privilege, scope.data, all->account);
    if (object.failed || cure.failed || scope.failed)
        return dn_kit_no_memory(call);
    missing.privilege = dn_kit_string(need->privilege);
    missing.object = dn_kit_text_string(&object);
    missing.account = dn_kit_string(all->account);
    missing.grant = dn_kit_text_string(&cure);
    return call->host->missing(call, &missing);
}

static const char *
database_of(const dunlin_connection *connection, const dn_mysql_need *need)
{
    return need->database[0] != '\0' ? need->database : connection->facts.database;
}

/* One of a kind is told for a database, however many tables it is about. */
static bool
was_told(const dunlin_connection *connection, const dn_mysql_needs *needs, const bool *told,
         uint64_t at)
{
    const dn_mysql_need *need = &needs->items[at];

    for (uint64_t i = 0; i < at; i++)
        if (told[i] && needs->items[i].schema && need->schema &&
            strcmp(needs->items[i].privilege, need->privilege) == 0 &&
            strcasecmp(database_of(connection, &needs->items[i]), database_of(connection, need)) ==
                0)
            return true;
    return false;
}

static int32_t
compare(const dunlin_call *call, const dunlin_connection *connection, const privileges *all,
        const dn_mysql_needs *needs)
{
    bool *told = call->host->scratch(call, (needs->count + 1) * sizeof(*told));
    int32_t status = DUNLIN_OK;

    if (told == NULL)
        return dn_kit_no_memory(call);
    for (uint64_t i = 0; i < needs->count && status == DUNLIN_OK; i++) {
        const dn_mysql_need *need = &needs->items[i];
        const char *database = database_of(connection, need);

        if (database == NULL || strcasecmp(database, "information_schema") == 0 ||
            is_granted(all, need, database) || was_told(connection, needs, told, i))
            continue;
        told[i] = true;
        status = push(call, all, need, database);
    }
    return status;
}

int32_t
dn_mysql_check_privileges(const dunlin_call *call, dunlin_connection *connection,
                          const dunlin_operation *const *operations, uint64_t count)
{
    DN_KIT_CLEANUP(free_privileges) privileges all = {.count = 0};
    const dunlin_call *outer;
    dn_mysql_needs *needs = call->host->scratch(call, sizeof(*needs));
    int32_t status;

    if (needs == NULL)
        return dn_kit_no_memory(call);
    status = dn_mysql_needs_find(call, operations, count, needs);
    if (status != DUNLIN_OK || needs->count == 0)
        return status;
    outer = dn_mysql_enter(call, connection);
    status = read_all(connection, &all);
    dn_mysql_leave(connection, outer);
    if (status != DUNLIN_OK || !all.certain || all.roles)
        return status;
    return compare(call, connection, &all, needs);
}
