/* SPDX-License-Identifier: MIT
 *
 * Definitions of objects in the server's own words, SHOW CREATE: one round trip each, and at most
 * two more for all of them.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>
#include <strings.h>

/* SHOW CREATE VIEW of a table, SHOW CREATE SEQUENCE of one: nothing of that kind has the name. */
enum { ER_WRONG_OBJECT = 1347, ER_NOT_SEQUENCE = 4089 };
enum { CELLS = 4 };

static const struct {
    const char *kind;
    const char *words;
    unsigned cell; /* with the definition */
} shows[] = {
    {DUNLIN_KIND_TABLE, "TABLE", 1},       {DUNLIN_KIND_VIEW, "VIEW", 1},
    {DUNLIN_KIND_TRIGGER, "TRIGGER", 2},   {DUNLIN_KIND_PROCEDURE, "PROCEDURE", 2},
    {DUNLIN_KIND_FUNCTION, "FUNCTION", 2}, {DN_MYSQL_KIND_EVENT, "EVENT", 3},
    {DUNLIN_KIND_SEQUENCE, "SEQUENCE", 1}, {DUNLIN_KIND_INDEX, "TABLE", 1},
};

/* The next number is no part of the definition. A table's options stand behind its last line that
 * begins with a parenthesis; texts have no line breaks of their own there. */
static dunlin_string
without_counter(char *definition)
{
    static const char option[] = " AUTO_INCREMENT=";
    char *options = strstr(definition, "\n)");
    char *begin;
    char *end;

    for (char *next = options; next != NULL; next = strstr(next + 1, "\n)"))
        options = next;
    begin = options != NULL ? strstr(options, option) : NULL;
    if (begin != NULL) {
        end = begin + sizeof(option) - 1;
        end += strspn(end, "0123456789");
        memmove(begin, end, strlen(end) + 1);
    }
    return dn_kit_string(definition);
}

static int32_t
push_definition(const dunlin_call *call, const dunlin_fact *key, dunlin_string text)
{
    dunlin_property property = {
        .name = dn_kit_string("text"), .type = DUNLIN_PROPERTY_TEXT, .text = text};
    dunlin_fact fact = *key;

    fact.size = sizeof(fact);
    fact.properties = &property;
    fact.property_count = 1;
    return call->host->fact(call, &fact);
}

static int32_t
push_failure(dunlin_connection *connection, const dunlin_fact *key)
{
    const dunlin_call *call = connection->call;
    unsigned error = mysql_errno(connection->mysql);
    int32_t class = dn_mysql_class(error);

    if (class == DUNLIN_MISSING || error == ER_WRONG_OBJECT || error == ER_NOT_SEQUENCE)
        return call->host->gone(call, key);
    if (class == DUNLIN_PERMISSION)
        return call->host->unreadable(call, key, dn_kit_string(mysql_error(connection->mysql)));
    return dn_mysql_fail(connection, "reading a definition");
}

/* The name stands behind the database's, a trigger's behind an empty one for its table. */
static void
write_show(dn_kit_text *sql, const char *words, const dunlin_fact *key, const dunlin_scope *scope)
{
    bool qualified = dn_mysql_key_is_qualified(key);
    uint64_t at = (qualified ? 1u : 0u) + (dn_kit_same(key->kind, DUNLIN_KIND_TRIGGER) ? 1u : 0u);

    dn_kit_text_format(sql, "SHOW CREATE %s ", words);
    if (qualified || scope->namespace_count > 0) {
        dn_kit_text_quote(sql, '`', qualified ? key->path[0] : scope->namespaces[0]);
        dn_kit_text_add(sql, ".");
    }
    dn_kit_text_quote(sql, '`', key->path[at]);
}

/* --- indexes: a line in their table's definition ---------------------------------------------------- */
/* Whether `line` is that of the index. Names are in quotes, unless sql_quote_show_create is off. */
static bool
is_line_of(const char *line, dunlin_string index)
{
    static const char *const kinds[] = {"UNIQUE ", "FULLTEXT ", "SPATIAL ", "VECTOR "};
    char quote;

    line += strspn(line, " ");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strncmp(line, kinds[i], strlen(kinds[i])) == 0)
            line += strlen(kinds[i]);
    if (strncmp(line, "KEY ", 4) != 0)
        return false;
    line += 4;
    quote = *line == '`' || *line == '"' ? *line++ : ' ';
    for (uint64_t i = 0; i < index.length; i++, line++) {
        if (strncasecmp(line, index.data + i, 1) != 0)
            return false;
        line += *line == quote ? 1 : 0; /* it stands there twice */
    }
    return *line == quote;
}

static bool
is_ascii(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] >= 0x80)
            return false;
    return true;
}

/* Case and accents do not count in a name, and we know them of ASCII only: else the table as a whole
 * answers for its index. */
static int32_t
push_index(const dunlin_call *call, const dunlin_fact *key, char *definition)
{
    dunlin_string index = key->path[key->path_count - 1];

    if (!is_ascii(index))
        return push_definition(call, key, without_counter(definition));
    for (char *line = definition; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n' ? 1 : 0;
        if (is_line_of(line, index)) {
            uint64_t length = strcspn(line, "\n");

            /* The last one has no comma. */
            length -= length > 0 && line[length - 1] == ',' ? 1 : 0;
            return push_definition(call, key, (dunlin_string){line, length});
        }
    }
    return call->host->gone(call, key);
}

static int32_t
push_key(dunlin_connection *connection, const dunlin_scope *scope, const dunlin_fact *key)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const dunlin_call *call = connection->call;
    bool of_index = dn_kit_same(key->kind, DUNLIN_KIND_INDEX);
    const char *cells[CELLS];
    const char *definition;
    size_t show = 0;
    bool found;

    while (show < sizeof(shows) / sizeof(shows[0]) && !dn_kit_same(key->kind, shows[show].kind))
        show++;
    if (show == sizeof(shows) / sizeof(shows[0]) || key->path_count < 1 || key->path_count > 3)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "definitions of kind '%.*s' cannot be read",
                           (int)key->kind.length, key->kind.data);
    if (of_index && dn_mysql_fresh_lacks(connection, key))
        return call->host->gone(call, key);
    if (dn_kit_same(key->kind, DUNLIN_KIND_TABLE) && key->path_count == 1 &&
        scope->namespace_count == 0 && dn_mysql_names_lack(connection, key->path[0]))
        return call->host->gone(call, key);
    write_show(&sql, shows[show].words, key, scope);
    if (sql.failed)
        return dn_kit_no_memory(call);
    if (!dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), cells, CELLS, &found))
        return push_failure(connection, key);
    definition = found ? cells[shows[show].cell] : NULL;
    /* [M] "SHOW CREATE PROCEDURE": null for who may run the routine but not look into it. */
    if (definition == NULL)
        return call->host->unreadable(call, key, dn_kit_string("the server does not show it"));
    return of_index ? push_index(call, key, (char *)definition)
                    : push_definition(call, key, without_counter((char *)definition));
}

bool
dn_mysql_key_is_qualified(const dunlin_fact *key)
{
    bool alone =
        dn_kit_same(key->kind, DUNLIN_KIND_TABLE) || dn_kit_same(key->kind, DUNLIN_KIND_VIEW) ||
        dn_kit_same(key->kind, DUNLIN_KIND_SEQUENCE) || dn_kit_same(key->kind, DN_MYSQL_KIND_EVENT);

    return key->path_count == (alone ? 2 : 3);
}

/* What a SET of the migration may have changed shows in definitions. Migrations that dunlin writes keep a mode of
 * their own in @dunlin_mode. */
static const char pin[] =
    "SET @dunlin_read_mode = @@SESSION.sql_mode, @dunlin_read_zone = @@SESSION.time_zone, "
    "@dunlin_read_set = @@SESSION.character_set_results, sql_mode = @@GLOBAL.sql_mode, "
    "time_zone = '+00:00', character_set_results = utf8mb4";
static const char unpin[] = "SET sql_mode = @dunlin_read_mode, time_zone = @dunlin_read_zone, "
                            "character_set_results = @dunlin_read_set";

int32_t
dn_mysql_definitions(dunlin_connection *connection, const dunlin_scope *scope)
{
    bool pinned = connection->settings_touched;
    int32_t status = DUNLIN_OK;

    if (pinned)
        status = dn_mysql_execute(connection, dn_kit_string(pin), NULL);
    for (uint64_t i = 0; status == DUNLIN_OK && i < scope->key_count; i++)
        status = push_key(connection, scope, scope->keys[i]);
    if (pinned && status == DUNLIN_OK)
        status = dn_mysql_execute(connection, dn_kit_string(unpin), NULL);
    return status;
}
