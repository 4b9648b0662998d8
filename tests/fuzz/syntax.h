/* SPDX-License-Identifier: MIT
 *
 * Would the database of the driver that is linked in read this text as SQL? Asked of SQLite itself
 * and, where it is installed, of PostgreSQL's parser (libpg_query); nobody can be asked about MySQL.
 */
#ifndef DN_TESTS_FUZZ_SYNTAX_H
#define DN_TESTS_FUZZ_SYNTAX_H

#include <string.h>

#include "core/base/text.h"
#include "tests/fuzz/must.h"

#if defined(FUZZ_SQLITE)
#include <sqlite3.h>

static inline void
check_syntax(dunlin_string sql)
{
    static const char *const mistakes[] = {"syntax error", "unrecognized token",
                                           "incomplete input"};
    static sqlite3 *database;
    sqlite3_stmt *statement = NULL;

    if (!database)
        MUST(sqlite3_open(":memory:", &database) == SQLITE_OK);
    if (sqlite3_prepare_v2(database, sql.data, (int)sql.length, &statement, NULL) != SQLITE_OK)
        for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
            if (strstr(sqlite3_errmsg(database), mistakes[i])) {
                fprintf(stderr, "%s:\n%.*s\n", sqlite3_errmsg(database), (int)sql.length, sql.data);
                abort();
            }
    sqlite3_finalize(statement);
}
#elif defined(FUZZ_POSTGRES) && defined(FUZZ_PG_QUERY)
#include <pg_query.h>

static inline void
check_syntax(dunlin_string sql)
{
    char *text = strndup(sql.data, sql.length);
    PgQueryParseResult result;

    MUST(text != NULL);
    result = pg_query_parse(text);
    if (result.error) {
        fprintf(stderr, "%s:\n%s\n", result.error->message, text);
        abort();
    }
    pg_query_free_parse_result(result);
    free(text);
}
#else
static inline void
check_syntax(dunlin_string sql)
{
    (void)sql;
}
#endif

#endif
