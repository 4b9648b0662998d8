/* SPDX-License-Identifier: MIT
 *
 * How MySQL's text falls into tokens and statements, as rules for the core's lexer. Two words of
 * sql_mode change them: ANSI_QUOTES and NO_BACKSLASH_ESCAPES.
 */
#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_type.h"

/* Each THEN of an IF is taken back by its ELSEIF or END IF, each THEN of a CASE by the WHEN before
 * it. So the word IF counts for nothing, and IF(..), IF EXISTS and IF NOT EXISTS need no care. [MDB] ROW END is said
 * of a column. */
#define OPENERS "BEGIN|CASE|THEN|LOOP|REPEAT!(|WHILE|END FOR|ROW END"
#define CLOSERS "END|END IF|END CASE|END LOOP|END REPEAT|END WHILE|END FOR|ROW END|ELSEIF|WHEN"

/* STRING: its backslashes go with NO_BACKSLASH_ESCAPES. DOUBLE: becomes a name by ANSI_QUOTES.
 * MARIADB: of MariaDB from 10.5.3 on. */
enum { STRING = 1, DOUBLE = 2, MARIADB = 4 };

static const struct {
    int32_t kind;
    int32_t flags;
    int modes;
    const char *open;
    const char *close;
    const char *head;
    const char *openers;
    const char *closers;
} rules[] = {
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED, STRING, "'", "'", NULL, NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_PREFIXED, STRING, "'", "'", "B|N|X", NULL,
     NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED, STRING | DOUBLE, "\"", "\"", NULL, NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, 0, "`", "`", NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, 0, 0, "#", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, DUNLIN_LEX_NEEDS_BLANK, 0, "--", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, 0, 0, "/*", "*/", NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, DUNLIN_LEX_CODE, 0, "/*!", "*/", NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, DUNLIN_LEX_CODE, 0, "/*M!", "*/", NULL, NULL, NULL},
    {DUNLIN_LEX_DELIMITER_COMMAND, 0, 0, "DELIMITER", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_BODY, 0, 0, NULL, NULL,
     "CREATE [OR REPLACE] [DEFINER = *] [AGGREGATE] {PROCEDURE,FUNCTION,TRIGGER,EVENT}"
     "|ALTER [DEFINER = *] EVENT",
     OPENERS, CLOSERS},
    {DUNLIN_LEX_BODY, 0, 0, NULL, NULL, "BEGIN",
     "NOT ATOMIC|+BEGIN|+CASE|+THEN|+LOOP|+REPEAT!(|+WHILE|+END FOR|+ROW END", CLOSERS},
    {DUNLIN_LEX_CLIENT_COMMAND, 0, 0, "SOURCE", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_CLIENT_COMMAND, 0, 0, "\\", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_CLIENT_COMMAND, DUNLIN_LEX_ANYWHERE, 0, "\\G", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, 0, NULL, NULL,
     "CREATE [TEMPORARY] TABLE|CREATE {DATABASE,SCHEMA,EVENT,USER}|DROP [TEMPORARY] TABLE"
     "|DROP {VIEW,DATABASE,SCHEMA,EVENT,USER,TRIGGER,FUNCTION,PROCEDURE}",
     NULL, NULL},
    /* https://mariadb.com/kb/en/alter-table/ and its neighbours */
    {DUNLIN_LEX_CONDITION, 0, MARIADB, NULL, NULL,
     "CREATE {VIEW,SEQUENCE,TRIGGER,FUNCTION,PROCEDURE,ROLE}"
     "|CREATE [{UNIQUE,FULLTEXT,SPATIAL}] INDEX|DROP {INDEX,SEQUENCE,ROLE}|ALTER TABLE",
     NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, MARIADB, NULL, NULL,
     "ALTER TABLE * ADD [COLUMN]|ALTER TABLE * ADD [{UNIQUE,FULLTEXT,SPATIAL}] {INDEX,KEY}"
     "|ALTER TABLE * ADD [CONSTRAINT *] FOREIGN KEY"
     "|ALTER TABLE * DROP [COLUMN]|ALTER TABLE * DROP {INDEX,KEY,FOREIGN KEY,CONSTRAINT}"
     "|ALTER TABLE * {MODIFY,CHANGE} [COLUMN]|ALTER TABLE * RENAME {COLUMN,INDEX,KEY}",
     NULL, NULL},
};

int32_t
dn_mysql_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    bool names = dn_mysql_profile_mode_has(profile, "ANSI_QUOTES");
    const dn_mysql_server server = dn_mysql_server_of(profile);
    bool escapes = !dn_mysql_profile_mode_has(profile, "NO_BACKSLASH_ESCAPES");
    bool mariadb = server.mariadb && server.version >= 100503;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        bool name = names && (rules[i].modes & DOUBLE) != 0;
        bool escaped = escapes && !name && (rules[i].modes & STRING) != 0;
        dunlin_lexer_rule rule = {
            .size = sizeof(rule),
            .kind = rules[i].kind,
            .flags = rules[i].flags | (name ? DUNLIN_LEX_IDENTIFIER : 0) |
                     (escaped ? DUNLIN_LEX_BACKSLASH : 0),
            .open = dn_kit_string(rules[i].open),
            .close = dn_kit_string(rules[i].close),
            .head = dn_kit_string(rules[i].head),
            .openers = dn_kit_string(rules[i].openers),
            .closers = dn_kit_string(rules[i].closers),
        };
        int32_t status = (rules[i].modes & MARIADB) && !mariadb
                             ? DUNLIN_OK
                             : call->host->lexer_rule(call, &rule);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}
