/* SPDX-License-Identifier: MIT
 *
 * script(): parts of a script for the stock client. The kit has no stock client: whether the script
 * does what it should, the driver's own tests have to ask it.
 */
#include <string.h>

#include "core/conformance/check.h"

static const char statement[] = "DELETE FROM " DN_CHECK_ITEMS;
static const char values[] = "INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES ($1, $2)";

/* 1: the driver writes no scripts, and the case is skipped. */
static int
write_part(dn_check *check, const dunlin_script_part *part, const char **text)
{
    dn_auto(dn_text) written = DN_TEXT_INIT;
    dn_connection *connection;

    if (!check->driver->table.script) {
        dn_check_skip(check, "this driver writes no scripts");
        return 1;
    }
    connection = dn_check_first(check);
    if (!connection || dn_driver_script(check->driver, dn_connection_server(connection)->profile,
                                        part, &written, &check->error) < 0)
        return -1;
    *text = dn_arena_copy(&check->arena, written.data ? written.data : "", written.length);
    return *text ? 0 : dn_check_no_memory(check);
}

static int
ends_a_line(dn_check *check, const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || text[length - 1] == '\n')
        return 0;
    return dn_check_fail(check, "the last line does not end: '%s'",
                         dn_check_shown(check, dn_string(text)));
}

static int
has(dn_check *check, const char *text, const char *wanted)
{
    if (strstr(text, wanted))
        return 0;
    return dn_check_fail(check, "'%s' is not in: %s", wanted,
                         dn_check_shown(check, dn_string(text)));
}

/* --- the beginning -------------------------------------------------------------------------------- */

static int
opens(dn_check *check)
{
    const dunlin_script_part part = {.size = sizeof part, .kind = DUNLIN_SCRIPT_OPEN};
    const char *text;
    int answer = write_part(check, &part, &text);
    const char *first;

    if (answer)
        return answer < 0 ? -1 : 0;
    first = text + strspn(text, " \t\n");
    if (strncmp(first, "--", 2) != 0 && *first != '#' && strncmp(first, "/*", 2) != 0)
        return dn_check_fail(check, "it begins with no comment: %s",
                             dn_check_shown(check, dn_string(text)));
    return ends_a_line(check, text);
}

/* --- units ------------------------------------------------------------------------------------------ */

static int
write_unit(dn_check *check, const dunlin_script_item *item, int32_t flags, const char *condition,
           const char **text)
{
    const dunlin_script_item *items[] = {item};
    const dunlin_script_part part = {
        .size = sizeof part,
        .kind = DUNLIN_SCRIPT_UNIT,
        .flags = flags,
        .condition = dn_string(condition),
        .items = items,
        .item_count = 1,
    };

    return write_part(check, &part, text);
}

static int
unit(dn_check *check)
{
    const dunlin_script_item item = {
        .size = sizeof item, .kind = DUNLIN_SCRIPT_STATEMENT, .sql = dn_string(statement)};
    const char *text;
    int answer = write_unit(check, &item, 0, "", &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    return has(check, text, statement) < 0 ? -1 : ends_a_line(check, text);
}

static int
condition(dn_check *check)
{
    static const char asked[] = "1 = 12321";
    const dunlin_script_item item = {
        .size = sizeof item, .kind = DUNLIN_SCRIPT_STATEMENT, .sql = dn_string(statement)};
    const char *text;
    int answer = write_unit(check, &item, DUNLIN_SCRIPT_TRANSACTION, asked, &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    if (has(check, text, asked) < 0 || has(check, text, statement) < 0)
        return -1;
    if (strstr(text, asked) > strstr(text, statement))
        return dn_check_fail(check, "the condition is asked behind the statement: %s",
                             dn_check_shown(check, dn_string(text)));
    return ends_a_line(check, text);
}

static int
fills(dn_check *check)
{
    const dunlin_value filled[] = {
        {.type = DUNLIN_VALUE_INTEGER, .integer = INT64_C(9223372036854775807)},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("seven $1 words")},
    };
    const dunlin_script_item item = {.size = sizeof item,
                                     .kind = DUNLIN_SCRIPT_STATEMENT,
                                     .sql = dn_string(values),
                                     .values = filled,
                                     .value_count = 2};
    const char *text;
    int answer = write_unit(check, &item, 0, "", &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    if (has(check, text, "9223372036854775807") < 0 || has(check, text, "seven $1 words") < 0)
        return -1;
    if (strstr(text, "$2"))
        return dn_check_fail(check, "$2 was left: %s", dn_check_shown(check, dn_string(text)));
    return 0;
}

static int
checks(dn_check *check)
{
    static const char query[] = "SELECT count(*) FROM " DN_CHECK_ITEMS;
    const dunlin_script_item item = {.size = sizeof item,
                                     .kind = DUNLIN_SCRIPT_CHECK,
                                     .sql = dn_string(query),
                                     .expected = dn_string("12321")};
    const char *text;
    int answer = write_unit(check, &item, 0, "", &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    if (has(check, text, query) < 0 || has(check, text, "12321") < 0)
        return -1;
    return ends_a_line(check, text);
}

/* --- what has to hold ------------------------------------------------------------------------------- */

static int requires(dn_check *check)
{
    static const char message[] = "the moon is not full";
    static const char asked[] = "1 = 12321";
    const dunlin_string absent[] = {dn_string(DN_CHECK_ITEMS)};
    const dunlin_script_part part = {.size = sizeof part,
                                     .kind = DUNLIN_SCRIPT_REQUIRE,
                                     .condition = dn_string(asked),
                                     .message = dn_string(message),
                                     .absent = absent,
                                     .absent_count = 1};
    const char *text;
    int answer = write_part(check, &part, &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    if (has(check, text, message) < 0 || has(check, text, asked) < 0 ||
        has(check, text, DN_CHECK_ITEMS) < 0)
        return -1;
    return ends_a_line(check, text);
}

static int
closes(dn_check *check)
{
    const dunlin_script_part part = {.size = sizeof part, .kind = DUNLIN_SCRIPT_CLOSE};
    const char *text;
    int answer = write_part(check, &part, &text);

    if (answer)
        return answer < 0 ? -1 : 0;
    return ends_a_line(check, text);
}

/* Nothing may depend on what was written before: parts are put together by others. */
static int
again(dn_check *check)
{
    const dunlin_script_item item = {
        .size = sizeof item, .kind = DUNLIN_SCRIPT_STATEMENT, .sql = dn_string(statement)};
    const char *texts[2];

    for (size_t i = 0; i < 2; i++) {
        int answer = write_unit(check, &item, DUNLIN_SCRIPT_TRANSACTION, "", &texts[i]);

        if (answer)
            return answer < 0 ? -1 : 0;
    }
    if (strcmp(texts[0], texts[1]) == 0)
        return 0;
    return dn_check_fail(check, "'%s', and then '%s'", dn_check_shown(check, dn_string(texts[0])),
                         dn_check_shown(check, dn_string(texts[1])));
}

static const dn_case cases[] = {
    {"script.open", "a script begins with comment lines, and its lines are whole", opens, NULL, 0},
    {"script.unit", "a unit has its statements, in whole lines", unit, NULL, 0},
    {"script.condition", "the condition of a unit stands before its statements", condition, NULL,
     0},
    {"script.values", "values stand in the place of $1 and $2, and nothing in them is replaced",
     fills, NULL, 0},
    {"script.check", "a check has its query and what that has to give", checks, NULL, 0},
    {"script.require", "a requirement has its condition, its tables and its message", requires,
     NULL, 0},
    {"script.close", "the end of a script is whole lines, or nothing", closes, NULL, 0},
    {"script.again", "the same part gives the same text", again, NULL, 0},
};

const dn_area dn_area_script = DN_AREA(cases);
