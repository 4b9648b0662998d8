/* SPDX-License-Identifier: MIT
 *
 * Reads CREATE TABLE as SQLite keeps it: a statement that the database has taken, so that what
 * it is made of can be told from a few words. Pragmas know nothing of names of constraints, of
 * checks, collations, AUTOINCREMENT, generated expressions and deferrability.
 */
#include "drivers/sqlite/sqlite_schema.h"

#include <string.h>

typedef struct reading {
    dn_sqlite_table *table;
    dn_kit_pool *pool;
    dn_sqlite_tokens tokens;
    size_t at;
    size_t end; /* of the element at work */
    dn_sqlite_names names;
    dunlin_string constraint; /* the name in front of it */
    dunlin_string column;     /* at work, or empty */
    dn_sqlite_member *target; /* its member */
} reading;

static bool
is_word(const reading *work, const char *word)
{
    return work->at < work->end && dn_sqlite_tokens_word(&work->tokens, work->at, word);
}

static bool
take_word(reading *work, const char *word)
{
    if (!is_word(work, word))
        return false;
    work->at++;
    return true;
}

static bool
is_open(const reading *work)
{
    return work->at < work->end && dn_sqlite_tokens_symbol(&work->tokens, work->at, '(');
}

static dunlin_string
take_name(reading *work)
{
    if (work->at >= work->end)
        return dn_kit_string(NULL);
    return dn_sqlite_name(work->pool, &work->tokens.list[work->at++]);
}

static dunlin_string
take_capitals(reading *work)
{
    size_t at = work->at++;

    return dn_sqlite_type(work->pool, &work->tokens, at, at + 1);
}

/* "(...)": its expression; stands behind it afterwards. */
static dunlin_string
take_expression(reading *work)
{
    size_t open = work->at;
    size_t close = dn_sqlite_tokens_close(&work->tokens, open);

    work->at = close < work->end ? close + 1 : work->end;
    return dn_sqlite_expression(work->pool, &work->tokens, open, work->at, &work->names);
}

static dn_sqlite_member *
add_member(reading *work, dn_sqlite_member_kind kind)
{
    dn_sqlite_member *member;
    /* The list may move: the column at work is found again. */
    size_t column = work->target != NULL ? (size_t)(work->target - work->table->members) : 0;

    member = dn_sqlite_member_add(work->table, kind, work->constraint);
    if (member != NULL && work->target != NULL)
        work->target = &work->table->members[column];
    work->constraint = dn_kit_string(NULL);
    return member;
}

static void
take_conflict(reading *work, dn_kit_properties *set, const char *name)
{
    if (!is_word(work, "on") || !dn_sqlite_tokens_word(&work->tokens, work->at + 1, "conflict"))
        return;
    work->at += 2;
    if (!is_word(work, "abort"))
        dn_kit_properties_add(set, name, DUNLIN_PROPERTY_TEXT, take_capitals(work));
    else
        work->at++;
}

/* --- columns of keys ---------------------------------------------------------------------------- */
typedef struct key_part {
    size_t begin;
    size_t end; /* of the expression */
    dunlin_string collation;
    bool descending;
} key_part;

static key_part
cut_part(const reading *work, size_t begin, size_t end)
{
    const dn_sqlite_tokens *tokens = &work->tokens;
    key_part part = {.begin = begin, .end = end};

    if (part.end >= begin + 2 && dn_sqlite_tokens_word(tokens, part.end - 2, "nulls"))
        part.end -= 2;
    if (part.end > begin + 1 && dn_sqlite_tokens_word(tokens, part.end - 1, "asc"))
        part.end--;
    if (part.end > begin + 1 && dn_sqlite_tokens_word(tokens, part.end - 1, "desc")) {
        part.descending = true;
        part.end--;
    }
    if (part.end > begin + 2 && dn_sqlite_tokens_word(tokens, part.end - 2, "collate")) {
        part.collation = dn_sqlite_type(work->pool, tokens, part.end - 1, part.end);
        part.end -= 2;
    }
    return part;
}

static bool
is_column(const reading *work, const key_part *part, dunlin_string *name)
{
    const dn_sqlite_token *token = &work->tokens.list[part->begin];

    if (part->end != part->begin + 1 || token->kind == DN_SQLITE_NUMBER)
        return false;
    *name = dn_sqlite_name(work->pool, token);
    for (size_t i = 0; i < work->names.count; i++)
        if (dn_sqlite_same_name(work->names.columns[i], *name)) {
            *name = work->names.columns[i];
            return true;
        }
    return false;
}

static void
add_part(reading *work, dn_kit_properties *set, const key_part *part)
{
    dunlin_string name;

    dn_kit_properties_begin(set, "", DUNLIN_PROPERTY_STRUCT_BEGIN);
    if (is_column(work, part, &name))
        dn_kit_properties_add(set, "column", DUNLIN_PROPERTY_IDENTIFIER, name);
    else
        dn_kit_properties_add(
            set, "expr", DUNLIN_PROPERTY_EXPRESSION,
            dn_sqlite_expression(work->pool, &work->tokens, part->begin, part->end, &work->names));
    if (part->descending)
        dn_kit_properties_true(set, "desc");
    if (part->collation.length > 0)
        dn_kit_properties_add(set, "collation", DUNLIN_PROPERTY_TEXT, part->collation);
    dn_kit_properties_end(set);
}

/* "(a, b DESC)" as `keys`, and stands behind it. */
static void
take_keys(reading *work, dn_kit_properties *set)
{
    size_t open = work->at;
    size_t close = dn_sqlite_tokens_close(&work->tokens, open);

    dn_kit_properties_begin(set, "keys", DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t at = open + 1; at < close;) {
        size_t end = dn_sqlite_tokens_comma(&work->tokens, at, close);
        key_part part = cut_part(work, at, end);

        add_part(work, set, &part);
        at = end + 1;
    }
    dn_kit_properties_end(set);
    work->at = close < work->end ? close + 1 : work->end;
}

/* "(a, b)" as `columns`, and as `keys` where there is more to say. */
static void
take_key_columns(reading *work, dn_kit_properties *set)
{
    size_t open = work->at;
    size_t close = dn_sqlite_tokens_close(&work->tokens, open);
    bool special = false;

    dn_kit_properties_begin(set, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t at = open + 1; at < close;) {
        size_t end = dn_sqlite_tokens_comma(&work->tokens, at, close);
        key_part part = cut_part(work, at, end);
        dunlin_string name = dn_sqlite_name(work->pool, &work->tokens.list[at]);

        is_column(work, &part, &name);
        dn_kit_properties_add(set, "", DUNLIN_PROPERTY_IDENTIFIER, name);
        special = special || part.descending || part.collation.length > 0;
        at = end + 1;
    }
    dn_kit_properties_end(set);
    work->at = close < work->end ? close + 1 : work->end;
    if (special) {
        work->at = open;
        take_keys(work, set);
    }
}

static void
add_only_column(reading *work, dn_kit_properties *set)
{
    dn_kit_properties_begin(set, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
    dn_kit_properties_add(set, "", DUNLIN_PROPERTY_IDENTIFIER, work->column);
    dn_kit_properties_end(set);
}

/* --- constraints ---------------------------------------------------------------------------------- */
static void
take_primary_key(reading *work)
{
    dn_sqlite_member *key;
    bool increments = false;

    work->at += 2;
    key = add_member(work, DN_SQLITE_KIND_PRIMARY_KEY);
    if (key == NULL)
        return;
    if (work->column.length > 0) {
        add_only_column(work, &key->set);
        if (!take_word(work, "asc") && take_word(work, "desc"))
            dn_kit_properties_true(&key->set, "descending");
    } else if (is_open(work)) {
        size_t close = dn_sqlite_tokens_close(&work->tokens, work->at);

        increments = dn_sqlite_tokens_word(&work->tokens, close - 1, "autoincrement");
        take_key_columns(work, &key->set);
    }
    take_conflict(work, &key->set, "on_conflict");
    if (take_word(work, "autoincrement") || increments)
        dn_kit_properties_true(&key->set, "autoincrement");
}

static void
take_unique(reading *work)
{
    dn_sqlite_member *unique;

    work->at++;
    unique = add_member(work, DN_SQLITE_KIND_UNIQUE);
    if (unique == NULL)
        return;
    if (work->column.length > 0)
        add_only_column(work, &unique->set);
    else if (is_open(work))
        take_key_columns(work, &unique->set);
    take_conflict(work, &unique->set, "on_conflict");
}

static void
take_check(reading *work)
{
    dn_sqlite_member *check;

    work->at++;
    check = add_member(work, DN_SQLITE_KIND_CHECK);
    if (check == NULL || !is_open(work))
        return;
    dn_kit_properties_add(&check->set, "expr", DUNLIN_PROPERTY_EXPRESSION, take_expression(work));
    take_conflict(work, &check->set, "on_conflict");
}

static void
take_action(reading *work, dn_kit_properties *set)
{
    const char *name = is_word(work, "delete") ? "on_delete" : "on_update";
    static const char *const actions[] = {"cascade", "restrict", NULL};

    work->at++;
    for (size_t i = 0; actions[i] != NULL; i++)
        if (take_word(work, actions[i])) {
            dn_kit_properties_add(set, name, DUNLIN_PROPERTY_TEXT, dn_kit_string(actions[i]));
            return;
        }
    if (take_word(work, "set")) {
        dn_kit_properties_add(set, name, DUNLIN_PROPERTY_TEXT,
                              dn_kit_string(is_word(work, "null") ? "set null" : "set default"));
        work->at++;
    } else {
        work->at += 2; /* NO ACTION */
    }
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED|IMMEDIATE] */
static bool
take_deferral(reading *work, dn_kit_properties *set)
{
    bool not_so =
        is_word(work, "not") && dn_sqlite_tokens_word(&work->tokens, work->at + 1, "deferrable");
    bool deferred = false;

    if (!not_so && !is_word(work, "deferrable"))
        return false;
    work->at += not_so ? 2 : 1;
    if (take_word(work, "initially")) {
        deferred = is_word(work, "deferred");
        work->at++;
    }
    /* SQLite tells only whether it waits for COMMIT: DEFERRABLE alone is immediate, for ever. */
    if (!not_so) {
        dn_kit_properties_true(set, "deferrable");
        if (deferred)
            dn_kit_properties_true(set, "deferred");
    }
    return true;
}

static void
take_references(reading *work, dn_sqlite_member *key)
{
    work->at++;
    dn_kit_properties_begin(&key->set, "ref", DUNLIN_PROPERTY_LIST_BEGIN);
    dn_kit_properties_add(&key->set, "", DUNLIN_PROPERTY_IDENTIFIER, take_name(work));
    dn_kit_properties_end(&key->set);
    if (is_open(work)) {
        size_t close = dn_sqlite_tokens_close(&work->tokens, work->at);

        dn_kit_properties_begin(&key->set, "ref_columns", DUNLIN_PROPERTY_LIST_BEGIN);
        for (size_t at = work->at + 1; at < close; at += 2)
            dn_kit_properties_add(&key->set, "", DUNLIN_PROPERTY_IDENTIFIER,
                                  dn_sqlite_name(work->pool, &work->tokens.list[at]));
        dn_kit_properties_end(&key->set);
        work->at = close + 1;
    }
    for (;;) {
        if (is_word(work, "on") &&
            !dn_sqlite_tokens_word(&work->tokens, work->at + 1, "conflict")) {
            work->at++;
            take_action(work, &key->set);
        } else if (take_word(work, "match")) {
            dunlin_string match = dn_sqlite_expression(work->pool, &work->tokens, work->at,
                                                       work->at + 1, &(dn_sqlite_names){0});

            work->at++;
            if (!dn_kit_same_word(match, "simple"))
                dn_kit_properties_add(&key->set, "match", DUNLIN_PROPERTY_TEXT, match);
        } else if (!take_deferral(work, &key->set)) {
            return;
        }
    }
}

static void
take_foreign_key(reading *work)
{
    dn_sqlite_member *key = add_member(work, DN_SQLITE_KIND_FOREIGN_KEY);

    if (key == NULL)
        return;
    if (work->column.length > 0) {
        add_only_column(work, &key->set);
    } else {
        work->at += 2; /* FOREIGN KEY */
        if (is_open(work))
            take_key_columns(work, &key->set);
    }
    if (is_word(work, "references"))
        take_references(work, key);
}

/* --- columns ------------------------------------------------------------------------------------- */
static void
take_default(reading *work, dn_kit_properties *set)
{
    size_t begin = ++work->at;
    dunlin_string text;

    if (is_open(work))
        work->at = dn_sqlite_tokens_close(&work->tokens, work->at) + 1;
    else
        work->at += work->tokens.list[begin].kind == DN_SQLITE_SYMBOL ? 2 : 1;
    if (work->at > work->end)
        work->at = work->end;
    text = dn_sqlite_default(work->pool, &work->tokens, begin, work->at,
                             dn_kit_set_text(dn_kit_set_of(set), "type"));
    if (text.length > 0)
        dn_kit_properties_add(set, "default", DUNLIN_PROPERTY_EXPRESSION, text);
}

static void
take_generated(reading *work, dn_kit_properties *set)
{
    if (take_word(work, "generated"))
        take_word(work, "always");
    if (!take_word(work, "as") || !is_open(work))
        return;
    dn_kit_properties_add(set, "generated", DUNLIN_PROPERTY_EXPRESSION, take_expression(work));
    dn_kit_properties_add(set, "generated_kind", DUNLIN_PROPERTY_TEXT,
                          dn_kit_string(is_word(work, "stored") ? "stored" : "virtual"));
    if (!take_word(work, "stored"))
        take_word(work, "virtual");
}

/* false: this word is not the beginning of anything known. */
static bool
take_column_constraint(reading *work)
{
    dn_kit_properties *set = &work->target->set;

    if (take_word(work, "constraint")) {
        work->constraint = take_name(work);
        return true;
    }
    if (is_word(work, "primary"))
        take_primary_key(work);
    else if (is_word(work, "unique"))
        take_unique(work);
    else if (is_word(work, "check"))
        take_check(work);
    else if (is_word(work, "references"))
        take_foreign_key(work);
    else if (is_word(work, "default"))
        take_default(work, set);
    else if (is_word(work, "generated") || is_word(work, "as"))
        take_generated(work, set);
    else if (take_word(work, "collate"))
        dn_kit_properties_add(set, "collation", DUNLIN_PROPERTY_TEXT, take_capitals(work));
    else if (take_word(work, "not")) {
        work->at++;
        dn_kit_properties_true(set, "not_null");
        take_conflict(work, set, "not_null_on_conflict");
    } else if (take_word(work, "null")) {
        take_conflict(work, &(dn_kit_properties){.pool = work->pool}, "on_conflict");
    } else {
        return false;
    }
    work->constraint = dn_kit_string(NULL);
    return true;
}

static bool
ends_type(const reading *work)
{
    static const char *const words[] = {"constraint", "primary", "not",      "null",
                                        "unique",     "check",   "default",  "collate",
                                        "references", "as",      "generated"};
    const dn_sqlite_token *token = &work->tokens.list[work->at];

    if (token->kind == DN_SQLITE_SYMBOL || token->kind == DN_SQLITE_NUMBER)
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dn_sqlite_is_word(token, words[i]))
            return true;
    return false;
}

static bool
take_column(reading *work)
{
    size_t begin;
    dunlin_string name = take_name(work);

    work->target = dn_sqlite_member_find(work->table, DN_SQLITE_KIND_COLUMN, name);
    if (work->target == NULL)
        return false;
    work->column = work->target->name;
    begin = work->at;
    while (work->at < work->end && !ends_type(work))
        work->at++;
    if (work->at > begin && is_open(work))
        work->at = dn_sqlite_tokens_close(&work->tokens, work->at) + 1;
    if (work->at > begin)
        dn_kit_properties_add(&work->target->set, "type", DUNLIN_PROPERTY_TEXT,
                              dn_sqlite_type(work->pool, &work->tokens, begin, work->at));
    while (work->at < work->end)
        if (!take_column_constraint(work))
            return false;
    work->column = dn_kit_string(NULL);
    work->target = NULL;
    return true;
}

/* --- the statement -------------------------------------------------------------------------------- */
static bool
is_table_constraint(const reading *work)
{
    return is_word(work, "constraint") || is_word(work, "primary") || is_word(work, "unique") ||
           is_word(work, "check") || is_word(work, "foreign");
}

static bool
take_table_constraints(reading *work)
{
    while (work->at < work->end) { /* the comma between them may be missing */
        if (take_word(work, "constraint"))
            work->constraint = take_name(work);
        else if (is_word(work, "primary"))
            take_primary_key(work);
        else if (is_word(work, "unique"))
            take_unique(work);
        else if (is_word(work, "check"))
            take_check(work);
        else if (is_word(work, "foreign"))
            take_foreign_key(work);
        else
            return false;
    }
    return true;
}

/* Expressions may use columns that come later: their names first. */
static bool
add_columns(reading *work, size_t open, size_t close)
{
    for (size_t at = open + 1; at < close;) {
        size_t end = dn_sqlite_tokens_comma(&work->tokens, at, close);

        work->at = at;
        work->end = end;
        if (is_table_constraint(work))
            break;
        if (dn_sqlite_member_add(work->table, DN_SQLITE_KIND_COLUMN,
                                 dn_sqlite_name(work->pool, &work->tokens.list[at])) == NULL)
            return false;
        at = end + 1;
    }
    work->names = dn_sqlite_table_names(work->table);
    return true;
}

static void
take_options(reading *work, size_t at)
{
    for (; at < work->tokens.count; at++) {
        if (dn_sqlite_tokens_word(&work->tokens, at, "strict"))
            dn_kit_properties_true(&work->table->set, "strict");
        else if (dn_sqlite_tokens_word(&work->tokens, at, "without"))
            dn_kit_properties_true(&work->table->set, "without_rowid");
    }
}

/* How a column numbers itself is said with its key, and known when all of it was read. */
static void
settle_key(dn_sqlite_table *table)
{
    dn_sqlite_member *key = dn_sqlite_table_key(table);
    bool increments;

    if (key == NULL)
        return;
    increments = dn_kit_set_is_true(dn_kit_set_of(&key->set), "autoincrement");
    if (increments) /* it was added last */
        key->set.count--;
    for (size_t i = 0; i < table->count; i++)
        if (table->members[i].kind == DN_SQLITE_KIND_COLUMN &&
            dn_sqlite_is_rowid(table, &table->members[i]))
            dn_kit_properties_add(&table->members[i].set, "auto", DUNLIN_PROPERTY_TEXT,
                                  dn_kit_string(increments ? "increment" : "rowid"));
}

static bool
take_body(reading *work, size_t open)
{
    size_t close = dn_sqlite_tokens_close(&work->tokens, open);

    if (!add_columns(work, open, close))
        return false;
    for (size_t at = open + 1; at < close;) {
        size_t end = dn_sqlite_tokens_comma(&work->tokens, at, close);

        work->at = at;
        work->end = end;
        if (!(is_table_constraint(work) ? take_table_constraints(work) : take_column(work)))
            return false;
        at = end + 1;
    }
    take_options(work, close + 1);
    settle_key(work->table);
    return true;
}

bool
dn_sqlite_read_table(dn_sqlite_table *table, dunlin_string sql)
{
    reading work = {.table = table, .pool = table->pool};
    bool is_virtual;

    if (!dn_sqlite_tokens_cut(table->pool, sql, &work.tokens))
        return false;
    table->set.pool = table->pool;
    work.end = work.tokens.count;
    take_word(&work, "create");
    is_virtual = take_word(&work, "virtual");
    if (!take_word(&work, "temp"))
        take_word(&work, "temporary");
    if (!take_word(&work, "table"))
        return false;
    if (take_word(&work, "if"))
        work.at += 2;
    table->name = take_name(&work);
    if (dn_sqlite_tokens_symbol(&work.tokens, work.at, '.')) {
        work.at++;
        table->name = take_name(&work);
    }
    if (is_virtual) {
        dn_kit_properties_add(
            &table->set, "virtual", DUNLIN_PROPERTY_TEXT,
            dn_sqlite_statement_text(table->pool, &work.tokens, work.at + 1, work.tokens.count));
        return !table->pool->failed;
    }
    return is_open(&work) && take_body(&work, work.at) && !table->pool->failed;
}

/* --- indexes ---------------------------------------------------------------------------------------- */
bool
dn_sqlite_read_index(dn_sqlite_member *index, dunlin_string sql, const dn_sqlite_names *names)
{
    reading work = {.pool = index->set.pool, .names = *names};

    if (!dn_sqlite_tokens_cut(work.pool, sql, &work.tokens))
        return false;
    work.end = work.tokens.count;
    take_word(&work, "create");
    if (take_word(&work, "unique"))
        dn_kit_properties_true(&index->set, "unique");
    while (work.at < work.end && !dn_sqlite_tokens_word(&work.tokens, work.at, "on"))
        work.at++;
    work.at += 2; /* ON table */
    if (!is_open(&work))
        return false;
    take_keys(&work, &index->set);
    if (take_word(&work, "where"))
        dn_kit_properties_add(
            &index->set, "where", DUNLIN_PROPERTY_EXPRESSION,
            dn_sqlite_expression(work.pool, &work.tokens, work.at, work.end, &work.names));
    return !work.pool->failed;
}
