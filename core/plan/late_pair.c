/* SPDX-License-Identifier: MIT */
#include "core/plan/late_pair.h"

#include <string.h>

#include "core/fact/fact.h"
#include "core/plan/late_name.h"

/* An element of a path that begins with a namespace always; nothing where there is none. */
static dunlin_string
element(const dunlin_string *path, uint64_t count, uint64_t at)
{
    return at < count ? path[at] : dn_string("");
}

static dunlin_string
table_of(const dunlin_operation *operation)
{
    return element(operation->path, operation->path_count, 1);
}

/* What a table is called once the operation was done. */
static dunlin_string
name_after(const dunlin_operation *operation)
{
    return operation->new_path_count ? element(operation->new_path, operation->new_path_count, 1)
                                     : table_of(operation);
}

static bool
is_column(const dunlin_operation *operation)
{
    return dn_string_among(operation->kind, DUNLIN_KIND_COLUMN);
}

/* Is it of something in a table? Its name may be missing, and so may that of the table. */
static bool
is_member(const dunlin_operation *operation)
{
    return dn_string_among(operation->kind, "column pk unique fk check index trigger constraint");
}

/* --- one migration -------------------------------------------------------------------------------- */

static bool
makes_table(const dn_late_side *one, dunlin_string table)
{
    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;

        if (operation->verb == DUNLIN_VERB_CREATE && !operation->condition &&
            dn_string_among(operation->kind, DUNLIN_KIND_TABLE) &&
            dn_late_same(table_of(operation), table))
            return true;
    }
    return false;
}

/* INSERT INTO name, or space.name, and what stands behind it */
typedef struct target {
    size_t tokens;
    dunlin_string name; /* as it is written, without quotes */
    bool dot;           /* just read */
    bool known;
    bool others; /* a WITH may change other rows */
} target;

static dunlin_string
bare(const dunlin_token *token)
{
    return token->kind == DUNLIN_TOKEN_NAME && token->text.length > 2
               ? (dunlin_string){token->text.data + 1, token->text.length - 2}
               : token->text;
}

static int
read_target(const dunlin_token *token, void *context)
{
    target *work = context;
    size_t at = work->tokens++;
    bool dot = dn_string_equal(token->text, ".");

    if (at < 2)
        return !dn_string_equal_fold(token->text, at == 0 ? "insert" : "into");
    work->known = work->known || (work->name.length && !work->dot && !dot);
    if (!work->known && !dot)
        work->name = bare(token);
    work->dot = dot;
    work->others = work->others || (token->kind == DUNLIN_TOKEN_WORD &&
                                    (dn_string_equal_fold(token->text, "update") ||
                                     dn_string_equal_fold(token->text, "delete")));
    return work->others;
}

/* Does it put rows into a table that the migration itself makes, and nowhere else? */
static bool
fills_own(const dn_late_side *one, const dn_trace_item *item)
{
    target into = {0};

    dn_lex_tokens(item->rules, item->operation->body, read_target, &into);
    return into.name.length && !into.others && makes_table(one, into.name);
}

/* Do the rows of a new table come from others? */
static bool
reads_rows(const dunlin_operation *operation)
{
    return (operation->verb == DUNLIN_VERB_DATA ||
            dn_string_among(operation->kind, DUNLIN_KIND_TABLE)) &&
           (dn_string_mentions(operation->body, dn_string("select")) ||
            dn_string_mentions(operation->body, dn_string("table")));
}

/* Rows of a new table that refers to others are in the way of what is done to those. */
static bool
is_fresh(const dn_late_side *one)
{
    bool fills = false;
    bool refers = false;

    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;
        bool alone = operation->verb == DUNLIN_VERB_CREATE && !operation->condition &&
                     dn_string_among(operation->kind, "enum domain sequence schema");
        bool rows = operation->verb == DUNLIN_VERB_DATA;

        fills = fills || rows;
        refers = refers || dn_string_among(operation->kind, DUNLIN_KIND_FOREIGN_KEY);
        if ((!alone && !rows &&
             (operation->verb != DUNLIN_VERB_CREATE || !makes_table(one, table_of(operation)))) ||
            reads_rows(operation))
            return false;
    }
    return !(fills && refers);
}

/* Does it take the table away and make one of that name, as a rebuild does? */
static bool
remakes(const dn_late_side *one, dunlin_string table)
{
    bool dropped = false;

    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;

        if (!dn_string_among(operation->kind, DUNLIN_KIND_TABLE))
            continue;
        if (operation->verb == DUNLIN_VERB_DROP)
            dropped = dropped || dn_late_same(table_of(operation), table);
        else if (dropped &&
                 (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_RENAME) &&
                 dn_late_same(name_after(operation), table))
            return true;
    }
    return false;
}

dn_late_side
dn_late_side_of(const dn_trace *trace, size_t migration)
{
    dn_late_side one = {.capabilities = &trace->capabilities, .items = trace->items};

    while (one.items < trace->items + trace->count && one.items->migration < migration)
        one.items++;
    while (one.items + one.count < trace->items + trace->count &&
           one.items[one.count].migration == migration)
        one.count++;
    one.opaque = trace->opaque[migration];
    for (size_t i = 0; i < one.count; i++)
        one.opaque = one.opaque || (one.items[i].operation->verb == DUNLIN_VERB_DATA &&
                                    !fills_own(&one, &one.items[i]));
    one.rows = trace->rows[migration];
    one.fresh = is_fresh(&one) && !one.opaque;
    return one;
}

/* --- what an operation says ------------------------------------------------------------------------- */

static int
token_is_name(const dunlin_token *token, void *context)
{
    const dunlin_string *name = context;

    if (token->kind == DUNLIN_TOKEN_CODE)
        return dn_string_mentions(token->text, *name);
    return (token->kind == DUNLIN_TOKEN_WORD || token->kind == DUNLIN_TOKEN_NAME) &&
           dn_late_same(bare(token), *name);
}

/* As a name, that is, not in a string. */
static bool
names(const dn_trace_item *user, dunlin_string text, dunlin_string name)
{
    return dn_string_mentions(text, name) && dn_lex_tokens(user->rules, text, token_is_name, &name);
}

/* A routine's text may be a string, or put SQL together from strings. */
static bool
body_names(const dn_trace_item *user, dunlin_string name)
{
    dunlin_string body = user->operation->body;

    return dn_string_among(user->operation->kind, "function procedure trigger")
               ? dn_string_mentions(body, name)
               : names(user, body, name);
}

/* What its own table has is said by IDENTIFIER, except by these members. */
static bool
is_elsewhere(dunlin_string member)
{
    return dn_string_among(member, "ref ref_columns type_path owned_by");
}

/* What is looked for in the properties of an operation. */
typedef struct sought {
    const dn_trace_item *user;
    dunlin_string kind; /* of an object */
    dunlin_string name; /* of the object or the column */
    bool texts;    /* in an expression, a query or code, where a foreign key alone does not count */
    bool own;      /* a column of the table that the operation is on */
    bool referred; /* ... of one that it says */
} sought;

/* `outer`: the member that the property is in. */
typedef bool (*says)(const sought *what, const dunlin_property *outer,
                     const dunlin_property *property);

static bool
any_property(const sought *what, says says_it)
{
    const dunlin_operation *operation = what->user->operation;
    uint64_t next;

    for (uint64_t i = 0; i < operation->set_count; i = next) {
        next = dn_property_next(operation->set, operation->set_count, i);
        for (uint64_t k = i; k < next; k++)
            if (says_it(what, &operation->set[i], &operation->set[k]))
                return true;
    }
    return names(what->user, operation->using_expression, what->name) ||
           body_names(what->user, what->name);
}

/* Sequences are said in strings: nextval('s'). */
static bool
property_names_object(const sought *what, const dunlin_property *outer,
                      const dunlin_property *property)
{
    if (dn_string_among(outer->name, "type type_path"))
        return dn_string_among(what->kind, "enum domain") &&
               dn_string_mentions(property->text, what->name);
    if (property->type == DUNLIN_PROPERTY_EXPRESSION)
        return dn_string_among(what->kind, DUNLIN_KIND_SEQUENCE)
                   ? dn_string_mentions(property->text, what->name)
                   : names(what->user, property->text, what->name);
    return !what->texts && property->type == DUNLIN_PROPERTY_IDENTIFIER &&
           is_elsewhere(outer->name) && dn_late_same(property->text, what->name);
}

static bool
says_object(const dn_trace_item *user, dunlin_string kind, dunlin_string name, bool texts)
{
    const sought what = {.user = user, .kind = kind, .name = name, .texts = texts};

    return name.length && any_property(&what, property_names_object);
}

static bool
property_names_column(const sought *what, const dunlin_property *outer,
                      const dunlin_property *property)
{
    if (property->type == DUNLIN_PROPERTY_EXPRESSION)
        return !dn_string_among(outer->name, "type") &&
               names(what->user, property->text, what->name);
    return property->type == DUNLIN_PROPERTY_IDENTIFIER &&
           dn_late_same(property->text, what->name) &&
           (is_elsewhere(outer->name) ? what->referred : what->own);
}

/* Does it say the column? One counts in its own table, and where that is said, too. */
static bool
says_column(const dn_trace_item *user, dunlin_string table, dunlin_string column)
{
    const sought what = {.user = user,
                         .name = column,
                         .own = dn_late_same(table_of(user->operation), table),
                         .referred = says_object(user, dn_string(DUNLIN_KIND_TABLE), table, false)};

    return column.length && (what.own || what.referred) &&
           any_property(&what, property_names_column);
}

/* May it be of all columns of the tables that its query says? */
static bool
takes_all(const dunlin_operation *user)
{
    const dunlin_property *query = dn_property_find(user->set, user->set_count, "definition");
    dunlin_string text = query ? query->text : user->body;

    if (!dn_string_among(user->kind, "view matview table") && user->verb != DUNLIN_VERB_DATA)
        return false;
    return (text.length && memchr(text.data, '*', (size_t)text.length)) ||
           dn_string_mentions(text, dn_string("natural")) ||
           dn_string_mentions(text, dn_string("table"));
}

/* --- two of them ------------------------------------------------------------------------------------ */

/* Is it for the one that says what is changed here the same before and after it? A default is, and a new value
 * of an enum. So is NOT NULL, but for keys: a primary one needs it, and one that sets NULL cannot have it. */
static bool
is_indifferent(const dunlin_operation *other, const dunlin_operation *user)
{
    const char *members = dn_string_among(user->kind, "pk fk constraint")
                              ? "default comment add_value before after"
                              : "default comment add_value before after not_null";

    if (other->verb != DUNLIN_VERB_ALTER)
        return false;
    for (uint64_t i = 0; i < other->set_count;
         i = dn_property_next(other->set, other->set_count, i))
        if (!dn_string_among(other->set[i].name, members))
            return false;
    for (uint64_t i = 0; i < other->unset_count; i++)
        if (!dn_string_among(other->unset[i], members))
            return false;
    return true;
}

static bool
uses_path(const dn_trace_item *user, const dunlin_operation *other, const dn_late_side *of,
          const dunlin_string *path, uint64_t count)
{
    dunlin_string table = element(path, count, 1);

    if (!is_member(other))
        return says_object(user, other->kind, table, remakes(of, table));
    return is_column(other) &&
           (says_column(user, table, element(path, count, 2)) ||
            (takes_all(user->operation) && says_object(user, other->kind, table, false)));
}

/* Does the one say what the other, which belongs to `of`, makes, renames, takes away or gives another
 * type? */
static bool
uses(const dn_trace_item *user, const dunlin_operation *other, const dn_late_side *of)
{
    return other->verb != DUNLIN_VERB_DATA && !is_indifferent(other, user->operation) &&
           (uses_path(user, other, of, other->path, other->path_count) ||
            uses_path(user, other, of, other->new_path, other->new_path_count));
}

/* One of them has no name yet: the database makes one up. */
static bool
unnamed_meets(const dn_trace_item *left, const dn_trace_item *right,
              const dunlin_capabilities *capabilities)
{
    const dn_late_naming naming = {.by_columns =
                                       (capabilities->flags & DUNLIN_CAN_NAME_BY_COLUMNS) != 0,
                                   .limit = capabilities->identifier_limit};
    const dunlin_operation *a = left->operation;
    const dunlin_operation *b = right->operation;

    if (is_column(a) || is_column(b))
        return false;
    if (a->verb != DUNLIN_VERB_CREATE || b->verb != DUNLIN_VERB_CREATE)
        return true;
    return dn_late_same(a->kind, b->kind) && !dn_late_names_apart(left, right, &naming);
}

/* A schema meets what is in it, and what does not say where it is unless it is only made; an extension may be
 * used by all when it goes. */
static bool
wide_meets(const dunlin_operation *wide, const dunlin_operation *other)
{
    if (dn_string_among(wide->kind, DUNLIN_KIND_EXTENSION))
        return wide->verb != DUNLIN_VERB_CREATE ||
               (dn_string_among(other->kind, DUNLIN_KIND_EXTENSION) &&
                dn_late_same(element(wide->path, wide->path_count, 0),
                             element(other->path, other->path_count, 0)));
    return dn_late_same(element(wide->path, wide->path_count, 0),
                        element(other->path, other->path_count, 0)) ||
           (wide->verb != DUNLIN_VERB_CREATE && !element(other->path, other->path_count, 0).length);
}

/* An index that is dropped without its table belongs to one that was there before. */
static bool
may_have(const dunlin_operation *object)
{
    return dn_string_among(object->kind, "table matview") &&
           (object->verb != DUNLIN_VERB_CREATE || object->condition);
}

/* Under one of its names. */
typedef struct named {
    const dn_trace_item *item;
    const dn_late_side *of;
    const dunlin_string *path;
    uint64_t count;
} named;

static bool
parts_meet(const named *left, const named *right, bool known)
{
    dunlin_string names[2] = {element(left->path, left->count, 2),
                              element(right->path, right->count, 2)};
    bool members[2] = {is_member(left->item->operation), is_member(right->item->operation)};

    if (members[0] != members[1])
        return known || may_have((members[0] ? right : left)->item->operation);
    if (members[0] && (!names[0].length || !names[1].length))
        return known && unnamed_meets(left->item, right->item, left->of->capabilities);
    return dn_late_same(names[0], names[1]);
}

/* Do two paths name one thing, or one of them what the other is in? */
static bool
meets(const named *left, const named *right)
{
    static const char wide[] = "schema extension";
    dunlin_string spaces[2] = {element(left->path, left->count, 0),
                               element(right->path, right->count, 0)};
    dunlin_string tables[2] = {element(left->path, left->count, 1),
                               element(right->path, right->count, 1)};
    bool known = tables[0].length && tables[1].length;
    const dunlin_operation *a = left->item->operation;
    const dunlin_operation *b = right->item->operation;

    if (a->verb == DUNLIN_VERB_DATA || b->verb == DUNLIN_VERB_DATA)
        return false;
    if (dn_string_among(a->kind, wide))
        return wide_meets(a, b);
    if (dn_string_among(b->kind, wide))
        return wide_meets(b, a);
    if ((spaces[0].length && spaces[1].length && !dn_late_same(spaces[0], spaces[1])) ||
        (known && !dn_late_same(tables[0], tables[1])))
        return false;
    return parts_meet(left, right, known);
}

static bool
touches(const dn_trace_item *left, const dn_late_side *of_left, const dn_trace_item *right,
        const dn_late_side *of_right)
{
    const dunlin_operation *a = left->operation;
    const dunlin_operation *b = right->operation;
    const named before[2] = {{left, of_left, a->path, a->path_count},
                             {right, of_right, b->path, b->path_count}};
    const named after[2] = {{left, of_left, a->new_path, a->new_path_count},
                            {right, of_right, b->new_path, b->new_path_count}};

    return uses(left, b, of_right) || uses(right, a, of_left) || meets(&before[0], &before[1]) ||
           (after[0].count && meets(&after[0], &before[1])) ||
           (after[1].count && meets(&before[0], &after[1]));
}

const dunlin_operation *
dn_late_meeting(const dn_late_side *late, const dn_late_side *applied)
{
    for (size_t i = 0; i < late->count; i++)
        for (size_t k = 0; k < applied->count; k++)
            if (touches(&late->items[i], late, &applied->items[k], applied))
                return late->items[i].operation->path_count ? late->items[i].operation
                                                            : applied->items[k].operation;
    return NULL;
}
