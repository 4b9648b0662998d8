/* SPDX-License-Identifier: MIT
 *
 * PostgreSQL puts table, columns and kind together, and a number behind that where it is taken
 * (ChooseConstraintName() in its sources). A check is called after its column, if it has just one. MariaDB and
 * MySQL count foreign keys and checks of a table, and call a unique key after its first column.
 */
#include "core/plan/late_name.h"

#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

bool
dn_late_same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (!left.length || strncasecmp(left.data, right.data, (size_t)left.length) == 0);
}

/* --- the column of a check ---------------------------------------------------------------------------- */

typedef struct finding_column {
    dunlin_string column;
    dunlin_string last; /* a word that may be a column, or nothing */
    bool cast;          /* a type follows */
    bool unsure;
} finding_column;

/* Words that are no columns, and no functions. */
static bool
is_glue(const dunlin_token *token)
{
    static const char *const words[] = {
        "and",     "or",     "not",  "is",    "null", "in",  "like",  "ilike",    "similar", "to",
        "between", "escape", "true", "false", "any",  "all", "array", "distinct", "from"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (token->kind == DUNLIN_TOKEN_WORD && dn_string_equal_fold(token->text, words[i]))
            return true;
    return false;
}

static void
take_column(finding_column *work)
{
    dunlin_string name = work->last;

    work->last = dn_string("");
    if (!name.length)
        return;
    if (work->column.length && !dn_late_same(work->column, name))
        work->unsure = true; /* or called after none */
    work->column = name;
}

static int
read_check(const dunlin_token *token, void *context)
{
    finding_column *work = context;
    bool name = token->kind == DUNLIN_TOKEN_NAME;

    if (dn_string_equal(token->text, "("))
        work->last = dn_string(""); /* that was a function */
    take_column(work);
    if (token->kind == DUNLIN_TOKEN_CODE || dn_string_equal(token->text, "."))
        work->unsure = true;
    if ((name || token->kind == DUNLIN_TOKEN_WORD) && !is_glue(token) && !work->cast) {
        work->last = token->text;
        if (name && token->text.length > 2)
            work->last = (dunlin_string){token->text.data + 1, token->text.length - 2};
    }
    work->cast = dn_string_equal(token->text, "::");
    return work->unsure;
}

/* CURRENT_DATE and its kin stand without parentheses and are no columns. */
static bool
is_value(dunlin_string word)
{
    static const char *const begins[] = {"current_", "local", "session_", "system_", "user"};

    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (word.length >= strlen(begins[i]) &&
            strncasecmp(word.data, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static bool
column_of_check(const dn_trace_item *item, dunlin_string *column)
{
    const dunlin_operation *operation = item->operation;
    const dunlin_property *expression =
        dn_property_find(operation->set, operation->set_count, "expr");
    finding_column work = {.cast = false};

    if (!expression)
        return false;
    dn_lex_tokens(item->rules, expression->text, read_check, &work);
    take_column(&work);
    *column = work.column;
    return !work.unsure && work.column.length && !is_value(work.column);
}

/* --- names ------------------------------------------------------------------------------------------------ */

typedef struct made_name {
    char text[LONGEST + 1];
    size_t length;
    bool fits;
} made_name;

static void
append(made_name *name, dunlin_string part)
{
    name->fits = name->fits && name->length + part.length <= LONGEST;
    if (!name->fits || !part.length)
        return;
    memcpy(name->text + name->length, part.data, (size_t)part.length);
    name->length += (size_t)part.length;
}

static const dunlin_property *
columns_of(const dunlin_operation *operation)
{
    return dn_property_find(operation->set, operation->set_count, "columns");
}

/* "table_column_column_fkey", to which a number may come. What is cut is not sure. */
static bool
make_name(const dn_trace_item *item, int32_t limit, made_name *name)
{
    const dunlin_operation *operation = item->operation;
    const dunlin_property *end = operation->set + operation->set_count;
    bool check = dn_string_among(operation->kind, DUNLIN_KIND_CHECK);
    bool foreign = dn_string_among(operation->kind, DUNLIN_KIND_FOREIGN_KEY);
    dunlin_string column;

    *name = (made_name){.fits = true};
    append(name, operation->path[1]);
    if (check) {
        if (!column_of_check(item, &column))
            return false;
        append(name, dn_string("_"));
        append(name, column);
    } else if ((!foreign && !dn_string_among(operation->kind, DUNLIN_KIND_UNIQUE)) ||
               !columns_of(operation)) {
        return false;
    } else {
        for (const dunlin_property *at = columns_of(operation) + 1;
             at < end && at->type != DUNLIN_PROPERTY_END; at++) {
            append(name, dn_string("_"));
            append(name, at->text);
        }
    }
    append(name, dn_string(check ? "_check" : foreign ? "_fkey" : "_key"));
    return name->fits && name->length <= (size_t)limit;
}

static bool
begins_with(dunlin_string name, const made_name *made)
{
    return name.length >= made->length && strncasecmp(name.data, made->text, made->length) == 0;
}

static dunlin_string
given_name(const dn_trace_item *item)
{
    return item->operation->path_count > 2 ? item->operation->path[2] : dn_string("");
}

/* Counted, but for unique keys: is their first column another one? */
static bool
first_columns_differ(const dunlin_operation *left, const dunlin_operation *right)
{
    const dunlin_property *a = columns_of(left);
    const dunlin_property *b = columns_of(right);

    return a && b && dn_string_among(left->kind, DUNLIN_KIND_UNIQUE) &&
           !dn_late_same(a[1].text, b[1].text);
}

bool
dn_late_names_apart(const dn_trace_item *left, const dn_trace_item *right,
                    const dn_late_naming *naming)
{
    dunlin_string given[2] = {given_name(left), given_name(right)};
    made_name made[2];

    if (!naming->by_columns)
        return first_columns_differ(left->operation, right->operation) && !given[0].length &&
               !given[1].length;
    if ((!given[0].length && !make_name(left, naming->limit, &made[0])) ||
        (!given[1].length && !make_name(right, naming->limit, &made[1])))
        return false;
    if (given[0].length || given[1].length)
        return !begins_with(given[given[0].length ? 0 : 1], &made[given[0].length ? 1 : 0]);
    return made[0].length != made[1].length ||
           strncasecmp(made[0].text, made[1].text, made[0].length) != 0;
}
