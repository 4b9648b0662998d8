/* SPDX-License-Identifier: MIT
 *
 * [MDB] Character sets of literals in views: a = _binary'x' makes a difference between capitals and small letters.
 * VIEWS.VIEW_DEFINITION leaves them out, SHOW CREATE VIEW does not. (Of checks, defaults and columns that are computed
 * the server itself forgets them.)
 */
#include <string.h>

#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

enum view_cell { VIEW_NAME, VIEW_DEFINITION, VIEW_CHECK };
enum { MOST_BYTES = 256 * 1024 };

static bool
has_literal(dunlin_string text)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, text);
    while (dn_mysql_scan_next(&scan, &token))
        if (token.kind == DN_MYSQL_STRING)
            return true;
    return false;
}

bool
dn_mysql_says_charset(dunlin_string query)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, query);
    while (dn_mysql_scan_next(&scan, &token))
        if (token.kind == DN_MYSQL_WORD && *token.text.data == '_' &&
            dn_mysql_scan_peek(&scan).kind == DN_MYSQL_STRING)
            return true;
    return false;
}

/* The bytes of a literal stand in it as they are, in whatever character set. */
static bool
is_utf8(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length;) {
        unsigned char byte = (unsigned char)text.data[i++];
        unsigned more = byte < 0x80                    ? 0
                        : byte >= 0xc2 && byte <= 0xdf ? 1
                        : (byte & 0xf0) == 0xe0        ? 2
                        : byte >= 0xf0 && byte <= 0xf4 ? 3
                                                       : 4;

        if (more == 4 || more > text.length - i)
            return false;
        for (; more > 0; more--)
            if (((unsigned char)text.data[i++] & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* '..' as X'..': [M] "String Literals". */
static void
add_hex(dn_kit_text *text, dunlin_string literal)
{
    static const char escapes[][2] = {{'n', '\n'}, {'r', '\r'}, {'t', '\t'},
                                      {'b', '\b'}, {'0', '\0'}, {'Z', '\x1a'}};

    dn_kit_text_add(text, " X'");
    for (uint64_t i = 1; i + 1 < literal.length; i++) {
        bool escaped = literal.data[i] == '\\';
        char byte = literal.data[i];

        if (escaped || byte == '\'')
            byte = literal.data[++i];
        for (size_t k = 0; escaped && k < sizeof(escapes) / sizeof(escapes[0]); k++)
            if (literal.data[i] == escapes[k][0])
                byte = escapes[k][1];
        dn_kit_text_format(text, "%02X", (unsigned char)byte);
    }
    dn_kit_text_add(text, "'");
}

/* The query, in which such literals are said by their bytes. */
static dunlin_string
in_utf8(dn_kit_pool *pool, dunlin_string query)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *copied = query.data;
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, query);
    while (dn_mysql_scan_next(&scan, &token)) {
        if (token.kind != DN_MYSQL_STRING || is_utf8(token.text))
            continue;
        dn_kit_text_add_string(&text,
                               (dunlin_string){copied, (uint64_t)(token.text.data - copied)});
        add_hex(&text, token.text);
        copied = token.text.data + token.text.length;
    }
    dn_kit_text_add_string(&text,
                           (dunlin_string){copied, (uint64_t)(query.data + query.length - copied)});
    return dn_kit_pool_text(pool, &text);
}

dunlin_string
dn_mysql_shown_query(dunlin_string shown, dunlin_string view, dunlin_string check)
{
    static const dunlin_string nothing = {NULL, 0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text words = {0};
    const char *begin;
    uint64_t length;

    dn_kit_text_add(&words, " VIEW ");
    dn_kit_text_quote(&words, '`', view);
    dn_kit_text_add(&words, " AS ");
    begin = words.failed ? NULL : memmem(shown.data, shown.length, words.data, words.length);
    if (begin == NULL)
        return nothing;
    begin += words.length;
    length = shown.length - (uint64_t)(begin - shown.data);
    dn_kit_text_clear(&words);
    if (check.length > 0)
        dn_kit_text_format(&words, " WITH %.*s CHECK OPTION", (int)check.length, check.data);
    if (words.failed || length < words.length ||
        (words.length > 0 && memcmp(begin + length - words.length, words.data, words.length) != 0))
        return nothing;
    return (dunlin_string){begin, length - words.length};
}

/* --- of the schema ------------------------------------------------------------------------------------------- */
static bool
is_wanted(const dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_VIEWS].first;

    return !record->excluded && row != NULL && has_literal(row->cells[VIEW_DEFINITION]);
}

static void
take(dn_mysql_schema *schema, dn_mysql_record *record)
{
    MYSQL_RES *result = mysql_use_result(schema->connection->mysql);
    MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
    const dn_mysql_row *view = record->parts[DN_MYSQL_VIEWS].first;

    if (row != NULL && mysql_num_fields(result) > 1 && row[1] != NULL) {
        dunlin_string check = view->cells[VIEW_CHECK];
        dunlin_string query = dn_mysql_shown_query(
            (dunlin_string){row[1], mysql_fetch_lengths(result)[1]}, record->name,
            dn_kit_same(check, "NONE") ? dn_kit_string("") : check);

        if (query.length > 0 && dn_mysql_says_charset(query))
            record->printed = in_utf8(&schema->pool, query);
    }
    if (result != NULL)
        mysql_free_result(result);
}

/* From `record` on, as many as fit; *behind is the first that does not. */
static void
add_requests(dn_mysql_schema *schema, dn_mysql_record *record, dn_kit_text *sql,
             dn_mysql_record **behind)
{
    for (; record != NULL && sql->length < MOST_BYTES; record = record->next) {
        if (!is_wanted(record))
            continue;
        dn_kit_text_add(sql, sql->length > 0 ? ";SHOW CREATE VIEW " : "SHOW CREATE VIEW ");
        dn_kit_text_quote(sql, '`', schema->database);
        dn_kit_text_add(sql, ".");
        dn_kit_text_quote(sql, '`', record->name);
        if (!schema->connection->several) {
            record = record->next;
            break;
        }
    }
    *behind = record;
}

/* Whoever may not be shown one, or asks for a broken one, ends a text: what VIEWS says of it stays, and the rest is
 * asked for again. */
static int32_t
take_all(dn_mysql_schema *schema, dunlin_string sql, dn_mysql_record *record,
         dn_mysql_record **behind)
{
    dunlin_connection *connection = schema->connection;
    bool fine = dn_mysql_send(connection, sql);
    bool first = true;
    int64_t ignored;

    for (; record != *behind; record = record->next) {
        if (!is_wanted(record))
            continue;
        fine = fine && (first || dn_mysql_next(connection));
        first = false;
        if (!fine) {
            *behind = record->next;
            break;
        }
        take(schema, record);
    }
    if (!fine &&
        (dn_mysql_is_lost(mysql_errno(connection->mysql)) || connection->stopped_why != NULL))
        return dn_mysql_fail(connection, "reading the views");
    if (fine && mysql_next_result(connection->mysql) == 0)
        dn_mysql_drain(connection, &ignored);
    return schema->pool.failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

int32_t
dn_mysql_schema_views(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dn_mysql_record *record = schema->first;
    int32_t status = DUNLIN_OK;

    while (record != NULL && status == DUNLIN_OK && schema->connection->facts.mariadb) {
        dn_mysql_record *behind;

        add_requests(schema, record, &sql, &behind);
        if (sql.failed)
            return dn_kit_no_memory(schema->connection->call);
        if (sql.length > 0)
            status = take_all(schema, dn_kit_text_string(&sql), record, &behind);
        dn_kit_text_clear(&sql);
        record = behind;
    }
    return status;
}
