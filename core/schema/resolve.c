/* SPDX-License-Identifier: MIT
 *
 * Guards: run, skip, conflict or cannot, from the facts at hand.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

typedef struct question {
    const dn_fact_map *facts;
    const dunlin_operation *operation;
    const dn_wanted *wanted;
    const dn_guard_options *options;
    dn_text *why;
} question;

static void
name_object(const question *asked, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    dn_fact_describe(asked->why, kind, path, count);
}

static void
name_own(const question *asked)
{
    name_object(asked, asked->operation->kind, asked->operation->path,
                asked->operation->path_count);
}

/* --- finding ------------------------------------------------------------------------------------------ */

static const dunlin_fact *
find_as(const question *asked, const char *kind, const dunlin_string *path, uint64_t count)
{
    return dn_fact_map_find(asked->facts, dn_string(kind), path, count);
}

/* Whatever bears the name of a table or view: they share one set of names. */
static const dunlin_fact *
find_relation(const question *asked, const dunlin_string *path, uint64_t count)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_fact *found = find_as(asked, kinds[i], path, count);

        if (found)
            return found;
    }
    return NULL;
}

/* Types share one set of names, too; "type" is what is neither a list of labels nor a domain. */
static const dunlin_fact *
find_type(const question *asked, const dunlin_string *path, uint64_t count)
{
    static const char *const kinds[] = {DUNLIN_KIND_ENUM, DUNLIN_KIND_DOMAIN, "type"};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_fact *found = find_as(asked, kinds[i], path, count);

        if (found)
            return found;
    }
    return NULL;
}

typedef struct namesake {
    const question *asked;
    const dunlin_fact *found;
} namesake;

/* An index of that name on another table: it takes the name where names are the schema's. */
static int
note_index(const dunlin_fact *index, void *context)
{
    namesake *looking = context;
    const dunlin_operation *operation = looking->asked->operation;
    uint64_t naming = dn_fact_map_naming(looking->asked->facts);

    if (dn_schema_lead(naming) && !dn_schema_same(index->path[0], operation->path[0]))
        return 0;
    looking->found = index;
    return 1;
}

/* --- comparing --------------------------------------------------------------------------------------------- */

/* Members that say nothing about whether an object is the wanted one. */
static bool
is_informational(dunlin_string name)
{
    return dn_string_equal(name, "order") || dn_string_equal(name, "depends") ||
           dn_string_equal(name, "text") || dn_string_equal(name, "unsure") ||
           dn_string_equal(name, "comment") || dn_string_equal(name, "auto_options") ||
           dn_string_equal(name, "implied") || dn_string_equal(name, "session_collation") ||
           dn_string_equal(name, "level");
}

/* A member the author did not write may have any value in these kinds. */
static bool
may_have_more(dunlin_string kind)
{
    return dn_schema_is_relation(kind) || dn_string_equal(kind, DUNLIN_KIND_SCHEMA) ||
           dn_string_equal(kind, DUNLIN_KIND_EXTENSION);
}

static bool
is_key_column(const question *asked, const dunlin_fact *column)
{
    const dunlin_fact *key = column->path_count ? find_as(asked, DUNLIN_KIND_PRIMARY_KEY,
                                                          column->path, column->path_count)
                                                : NULL;

    return key && dn_property_lists(key->properties, key->property_count, "columns",
                                    column->path[column->path_count - 1]);
}

/* A type of two names was written; what is read of the rows of a relation, or of a range, are these as they are
 * printed. */
static bool
is_printed_so(const dunlin_fact *wanted, const dunlin_fact *there)
{
    const dunlin_property *part =
        dn_property_find(wanted->properties, wanted->property_count, "type_path");
    dunlin_string type = dn_fact_text(there, "type");
    dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};
    dn_arena arena = DN_ARENA_INIT;
    uint64_t count = part && type.length ? dn_schema_printed_path(&arena, type, path) : 0;
    bool same = count == 2;

    /* Of what another file makes, the namespace may not have been written. */
    if (count == 1 &&
        dn_property_lists(there->properties, there->property_count, "unsure", dn_string("type"))) {
        path[1] = path[0];
        path[0] = part[1].text;
        same = true;
    }
    for (size_t i = 0; same && i < 2; i++)
        same = (++part)->type != DUNLIN_PROPERTY_END && dn_schema_same(part->text, path[i]);
    same = same && part[1].type == DUNLIN_PROPERTY_END;
    dn_arena_free(&arena);
    return same;
}

/* Is a difference in this member none that counts? */
static bool
is_excused(const question *asked, const dunlin_fact *wanted, const dunlin_fact *there,
           dunlin_string name)
{
    if (is_informational(name) ||
        dn_property_lists(wanted->properties, wanted->property_count, "unsure", name))
        return true;
    /* What a rename made of its text is seen once that was run. */
    if (dn_string_equal(name, "definition") && dn_fact_flag(there, "rewritten"))
        return true;
    /* NOT VALID is a stage on the way: what was validated since is no less than was wanted. */
    if (dn_string_equal(name, "not_valid") &&
        dn_property_find(wanted->properties, wanted->property_count, "not_valid"))
        return true;
    /* Whether it is enabled, and its rank among others, is not in its text. */
    if (dn_fact_is(wanted, DUNLIN_KIND_TRIGGER))
        return !dn_string_equal(name, "definition");
    /* REFERENCES t: the columns are those of its primary key. */
    if (dn_fact_is(wanted, DUNLIN_KIND_FOREIGN_KEY))
        return dn_string_equal(name, "ref_columns") &&
               !dn_property_find(wanted->properties, wanted->property_count, "ref_columns");
    if (!dn_fact_is(wanted, DUNLIN_KIND_COLUMN))
        return false;
    if (dn_string_equal(name, "not_null"))
        return is_key_column(asked, wanted);
    if (dn_string_among(name, "type type_path") && is_printed_so(wanted, there))
        return true;
    return dn_string_equal(name, "collation") || dn_string_equal(name, "invisible");
}

static bool
same_member(const question *asked, const dunlin_fact *left, const dunlin_property *member,
            const dunlin_fact *right)
{
    uint64_t at = (uint64_t)(member - left->properties);
    const dunlin_property *other = NULL;

    for (uint64_t i = 0; i < right->property_count && !other;
         i = dn_property_next(right->properties, right->property_count, i))
        if (dn_schema_same(right->properties[i].name, member->name))
            other = &right->properties[i];
    if (!other)
        return member->type == DUNLIN_PROPERTY_BOOLEAN && !member->integer;
    if (dn_fact_is(left, DUNLIN_KIND_TRIGGER))
        return dn_schema_same_code(member->text, other->text);
    if (asked->options->foreign && dn_string_equal(member->name, "auto"))
        return true;
    return dn_property_equal(member, dn_property_span(left->properties, left->property_count, at),
                             other,
                             dn_property_span(right->properties, right->property_count,
                                              (uint64_t)(other - right->properties)));
}

/* An integer that is its table's only key numbers itself on SQLite, asked for or not. */
static bool
is_rowid(const dunlin_property *member)
{
    return dn_string_equal(member->name, "auto") && dn_string_equal(member->text, "rowid");
}

/* Of `wanted`, all members; of what is there, those it should not have. */
static bool
is_equal(const question *asked, const dunlin_fact *wanted, const dunlin_fact *there)
{
    const dunlin_operation *operation = asked->operation;
    /* Nothing is known of UNIQUE USING INDEX but its name. */
    bool all = operation->verb == DUNLIN_VERB_CREATE && !may_have_more(wanted->kind) &&
               wanted->property_count > 0;

    for (uint64_t i = 0; i < wanted->property_count;
         i = dn_property_next(wanted->properties, wanted->property_count, i))
        if (!is_excused(asked, wanted, there, wanted->properties[i].name) &&
            !same_member(asked, wanted, &wanted->properties[i], there))
            return false;
    for (uint64_t i = 0; all && i < there->property_count;
         i = dn_property_next(there->properties, there->property_count, i))
        if (!is_excused(asked, wanted, there, there->properties[i].name) &&
            !is_rowid(&there->properties[i]) &&
            !same_member(asked, there, &there->properties[i], wanted))
            return false;
    return true;
}

static dn_guard
differ(const question *asked, const dunlin_fact *wanted, const dunlin_fact *there)
{
    name_object(asked, wanted->kind, wanted->path, wanted->path_count);
    dn_text_add_string(asked->why, " exists, but different: it is (");
    dn_property_describe(asked->why, there->properties, there->property_count);
    dn_text_add_string(asked->why, "), wanted is (");
    dn_property_describe(asked->why, wanted->properties, wanted->property_count);
    dn_text_add_string(asked->why, ")");
    return asked->options->keep_different ? DN_GUARD_KEEP : DN_GUARD_CONFLICT;
}

/* "check (expr a > 0)" */
static void
describe_whole(dn_text *why, const dunlin_fact *fact)
{
    dn_text_add(why, fact->kind.data, (size_t)fact->kind.length);
    dn_text_add_string(why, " (");
    dn_property_describe(why, fact->properties, fact->property_count);
    dn_text_add_string(why, ")");
}

typedef struct likeness {
    const question *asked;
    const dunlin_fact *wanted;
    bool found;
} likeness;

static int
describe_alike(const dunlin_fact *fact, void *context)
{
    likeness *looking = context;
    const dunlin_operation *operation = looking->asked->operation;
    dn_text *why = looking->asked->why;

    if (!dn_schema_same(fact->kind, looking->wanted->kind) ||
        !dn_fact_mentions(fact, operation->path[operation->path_count - 1]))
        return 0;
    dn_text_add_string(why, looking->found ? " and " : "");
    describe_whole(why, fact);
    looking->found = true;
    return 0;
}

/* Part of it is not there, or as another kind of object: the check of a column's labels, a unique
 * index. */
static dn_guard
differ_in_part(const question *asked, const dunlin_fact *wanted, const dunlin_fact *there)
{
    likeness looking = {asked, wanted, false};

    name_own(asked);
    dn_text_add_string(asked->why, " exists, but different: it is ");
    if (dn_string_equal(asked->operation->kind, DUNLIN_KIND_COLUMN))
        dn_fact_map_members(asked->facts, NULL, wanted->path, wanted->path_count - 1,
                            describe_alike, &looking);
    if (!looking.found)
        describe_whole(asked->why, there);
    dn_text_add_string(asked->why, ", wanted is ");
    describe_whole(asked->why, wanted);
    return asked->options->keep_different ? DN_GUARD_KEEP : DN_GUARD_CONFLICT;
}

/* --- create --------------------------------------------------------------------------------------------------- */

static dn_guard
missing_table(const question *asked)
{
    const dunlin_operation *operation = asked->operation;

    name_object(asked, dn_string(DUNLIN_KIND_TABLE), operation->path, operation->path_count - 1);
    dn_text_add_string(asked->why, " does not exist");
    return DN_GUARD_CANNOT;
}

static bool
has_table(const question *asked)
{
    return find_relation(asked, asked->operation->path, asked->operation->path_count - 1) != NULL;
}

static dn_guard
name_taken(const question *asked, const dunlin_fact *by)
{
    name_own(asked);
    dn_text_add_string(asked->why, ": the name is taken by ");
    name_object(asked, by->kind, by->path, by->path_count);
    return DN_GUARD_CONFLICT;
}

/* What takes the name without being the object: a view for a table, an index elsewhere. */
static const dunlin_fact *
find_rival(const question *asked)
{
    const dunlin_operation *operation = asked->operation;

    if (dn_schema_is_relation(operation->kind))
        return find_relation(asked, operation->path, operation->path_count);
    if (dn_string_among(operation->kind, "enum domain"))
        return find_type(asked, operation->path, operation->path_count);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) &&
        !(dn_fact_map_naming(asked->facts) & DN_FACT_TABLE_INDEXES)) {
        namesake looking = {.asked = asked};

        dn_fact_map_namesakes(asked->facts, DUNLIN_KIND_INDEX, operation->path,
                              operation->path_count, note_index, &looking);
        return looking.found;
    }
    return NULL;
}

static dn_guard
skip_present(const question *asked)
{
    name_own(asked);
    dn_text_add_string(asked->why, " is there already");
    return DN_GUARD_SKIP;
}

/* By its own name, or as what the server makes of it: MySQL a unique constraint of a unique
 * index. */
static const dunlin_fact *
find_present(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_fact *there =
        dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);
    const dunlin_fact *made =
        asked->wanted && asked->wanted->count == 1 ? asked->wanted->facts[0] : NULL;

    if (there || !made || dn_schema_same(made->kind, operation->kind))
        return there;
    return dn_fact_map_find(asked->facts, made->kind, made->path, made->path_count);
}

static dn_guard
resolve_create(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_fact *there = find_present(asked);
    const dunlin_fact *rival = there ? NULL : find_rival(asked);

    if (dn_schema_is_member(operation->kind) && !has_table(asked))
        return missing_table(asked);
    if (rival)
        return name_taken(asked, rival);
    if (!there)
        return DN_GUARD_RUN;
    /* An INVALID index is not an index: what an interrupted build left is cleared and built. */
    if (dn_property_find(there->properties, there->property_count, "invalid"))
        return DN_GUARD_RUN;
    for (size_t i = 0; asked->wanted && i < asked->wanted->count; i++) {
        const dunlin_fact *wanted = asked->wanted->facts[i];
        const dunlin_fact *found =
            dn_fact_map_find(asked->facts, wanted->kind, wanted->path, wanted->path_count);

        if (!found)
            return differ_in_part(asked, wanted, there);
        if (!is_equal(asked, wanted, found))
            return differ(asked, wanted, found);
    }
    return skip_present(asked);
}

/* --- drop, rename, alter --------------------------------------------------------------------------------------- */

static dn_guard
resolve_drop(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_fact *there =
        dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);
    const dunlin_fact *rival = NULL;

    if (there)
        return DN_GUARD_RUN;
    if (dn_schema_is_relation(operation->kind))
        rival = find_relation(asked, operation->path, operation->path_count);
    if (dn_string_among(operation->kind, "enum domain"))
        rival = find_type(asked, operation->path, operation->path_count);
    /* DROP TYPE drops a domain, and a type of rows or ranges, as well. */
    if (rival && dn_string_equal(operation->kind, DUNLIN_KIND_ENUM))
        return DN_GUARD_RUN;
    if (rival) {
        name_own(asked);
        dn_text_add_string(asked->why, ": what has that name is ");
        name_object(asked, rival->kind, rival->path, rival->path_count);
        return DN_GUARD_CONFLICT;
    }
    name_own(asked);
    dn_text_add_string(asked->why, " does not exist");
    return DN_GUARD_SKIP;
}

/* Where the case of letters makes no other name: how is it spelled? */
static bool
is_spelled(const dunlin_fact *fact, dunlin_string name)
{
    dunlin_string spelled = fact->path[fact->path_count - 1];

    return spelled.length == name.length && memcmp(spelled.data, name.data, name.length) == 0;
}

/* ALTER TYPE renames a domain, and a type of rows or ranges, as well. */
static const dunlin_fact *
find_renamed(const question *asked, const dunlin_string *path, uint64_t count)
{
    const dunlin_operation *operation = asked->operation;

    return dn_string_equal(operation->kind, DUNLIN_KIND_ENUM)
               ? find_type(asked, path, count)
               : dn_fact_map_find(asked->facts, operation->kind, path, count);
}

static dn_guard
resolve_rename(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_fact *from = find_renamed(asked, operation->path, operation->path_count);
    const dunlin_fact *to = find_renamed(asked, operation->new_path, operation->new_path_count);
    bool same = from && from == to;
    bool spelled = same && is_spelled(from, operation->new_path[operation->new_path_count - 1]);
    bool old = from && !spelled;
    bool now = to && (!same || spelled);

    if (old && !now)
        return DN_GUARD_RUN;
    name_own(asked);
    if (!old && now) {
        dn_text_add_string(asked->why, " is renamed already");
        return DN_GUARD_SKIP;
    }
    dn_text_printf(asked->why, ": neither it nor its new name '%.*s' exists",
                   (int)operation->new_path[operation->new_path_count - 1].length,
                   operation->new_path[operation->new_path_count - 1].data);
    if (!old)
        return DN_GUARD_CANNOT;
    dn_text_clear(asked->why);
    name_own(asked);
    dn_text_printf(asked->why, ": both it and its new name '%.*s' exist",
                   (int)operation->new_path[operation->new_path_count - 1].length,
                   operation->new_path[operation->new_path_count - 1].data);
    return DN_GUARD_CONFLICT;
}

/* A view's columns are no facts: that it is there has to do. */
static bool
is_of_view(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    uint64_t count = operation->path_count - 1;

    return dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
           (find_as(asked, DUNLIN_KIND_VIEW, operation->path, count) ||
            find_as(asked, DUNLIN_KIND_MATERIALIZED_VIEW, operation->path, count));
}

/* COMMENT ON: a comment says nothing about what an object is, and here it is what is wanted. */
static bool
has_comment(const dunlin_operation *operation, const dunlin_fact *there)
{
    const dunlin_property *wanted =
        dn_property_find(operation->set, operation->set_count, "comment");
    const dunlin_property *found =
        dn_property_find(there->properties, there->property_count, "comment");

    return !wanted || (found && dn_schema_same(wanted->text, found->text));
}

/* MODIFY .. FIRST, AFTER: does the column stand there? */
static bool
is_in_place(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_property *first = dn_property_find(operation->set, operation->set_count, "first");
    const dunlin_property *after = dn_property_find(operation->set, operation->set_count, "after");
    const dunlin_fact *table = dn_fact_map_find(asked->facts, dn_string(DUNLIN_KIND_TABLE),
                                                operation->path, operation->path_count - 1);
    const dunlin_property *at =
        table ? dn_property_find(table->properties, table->property_count, "order") : NULL;
    dunlin_string before = dn_string("");

    if ((!first && !after) || !at)
        return true;
    while ((++at)->type != DUNLIN_PROPERTY_END &&
           !dn_string_same(at->text, operation->path[operation->path_count - 1]))
        before = at->text;
    return after ? dn_string_same(before, after->text) : !before.length;
}

static dn_guard
resolve_alter(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    const dunlin_fact *there =
        dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);

    if (!there && is_of_view(asked))
        return DN_GUARD_RUN;
    if (!there) {
        name_own(asked);
        dn_text_add_string(asked->why, " does not exist");
        return operation->condition == DUNLIN_CONDITION_IF_EXISTS ? DN_GUARD_SKIP : DN_GUARD_CANNOT;
    }
    for (uint64_t i = 0; i < operation->unset_count; i++)
        for (uint64_t k = 0; k < there->property_count;
             k = dn_property_next(there->properties, there->property_count, k))
            if (dn_schema_same(there->properties[k].name, operation->unset[i]))
                return DN_GUARD_RUN;
    if (!has_comment(operation, there) || !is_in_place(asked))
        return DN_GUARD_RUN;
    for (size_t i = 0; asked->wanted && i < asked->wanted->count; i++) {
        const dunlin_fact *wanted = asked->wanted->facts[i];
        const dunlin_fact *found =
            dn_fact_map_find(asked->facts, wanted->kind, wanted->path, wanted->path_count);

        if (!found || !is_equal(asked, wanted, found) ||
            dn_property_find(wanted->properties, wanted->property_count, "unsure"))
            return DN_GUARD_RUN;
    }
    if (!asked->wanted && operation->set_count)
        return DN_GUARD_RUN;
    name_own(asked);
    dn_text_add_string(asked->why, " is so already");
    return DN_GUARD_SKIP;
}

/* DROP PRIMARY KEY of a table that has none: there is not even a name to send. */
static bool
lacks_key(const question *asked)
{
    const dunlin_operation *operation = asked->operation;

    return asked->options->foreign && operation->verb == DUNLIN_VERB_DROP &&
           dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY) &&
           operation->condition == DUNLIN_CONDITION_NONE && !asked->options->assume_guarded &&
           has_table(asked) &&
           !dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);
}

/* The columns of a view are no facts. */
static bool
lacks_column(const question *asked)
{
    const dunlin_operation *operation = asked->operation;

    return dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
           dn_fact_map_find(asked->facts, dn_string(DUNLIN_KIND_TABLE), operation->path,
                            operation->path_count - 1) &&
           !dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);
}

/* Servers say that themselves of what is sent to them: a comment may not be. */
static bool
lacks_relation(const question *asked)
{
    const dunlin_operation *operation = asked->operation;

    return operation->verb == DUNLIN_VERB_ALTER &&
           dn_string_among(operation->kind, "table view matview") &&
           !dn_fact_map_find(asked->facts, operation->kind, operation->path, operation->path_count);
}

/* What has to be there already, and was not found by what is known of it: the kind of a constraint,
 * the table of an index. */
static bool
is_nowhere(const question *asked)
{
    const dunlin_operation *operation = asked->operation;
    uint64_t table = dn_schema_lead(dn_fact_map_naming(asked->facts));
    bool index = dn_string_equal(operation->kind, DUNLIN_KIND_INDEX);

    return asked->options->foreign && operation->verb != DUNLIN_VERB_CREATE &&
           operation->condition == DUNLIN_CONDITION_NONE && !asked->options->assume_guarded &&
           (dn_string_equal(operation->kind, DUNLIN_KIND_CONSTRAINT) || lacks_column(asked) ||
            lacks_relation(asked) ||
            (index && operation->path_count > table + 1 && operation->path[table].length == 0));
}

dn_guard
dn_schema_resolve(const dn_fact_map *facts, const dunlin_operation *operation,
                  const dn_wanted *wanted, const dn_guard_options *options, dn_text *why)
{
    const question asked = {facts, operation, wanted, options, why};

    if (operation->verb >= DUNLIN_VERB_DATA)
        return DN_GUARD_RUN;
    if ((operation->flags & DUNLIN_OPERATION_PARENT_IF_EXISTS) &&
        !(dn_schema_is_member(operation->kind)
              ? has_table(&asked)
              : find_relation(&asked, operation->path, operation->path_count) != NULL)) {
        name_own(&asked);
        dn_text_add_string(why, ": its table does not exist");
        return DN_GUARD_SKIP;
    }
    if (lacks_key(&asked) || is_nowhere(&asked)) {
        name_own(&asked);
        dn_text_add_string(why, " does not exist");
        return DN_GUARD_CANNOT;
    }
    if (operation->condition == DUNLIN_CONDITION_NONE && !options->assume_guarded)
        return DN_GUARD_RUN;
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: return resolve_create(&asked);
    case DUNLIN_VERB_DROP: return resolve_drop(&asked);
    case DUNLIN_VERB_RENAME: return resolve_rename(&asked);
    default: return resolve_alter(&asked);
    }
}

bool
dn_schema_is_loose(const dn_fact_map *facts, const dunlin_operation *operation,
                   dunlin_string loose_type)
{
    const dunlin_fact *there =
        dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) && loose_type.length &&
                (dn_property_find(operation->set, operation->set_count, "type") ||
                 dn_property_find(operation->set, operation->set_count, "type_path")) &&
                !dn_property_find(operation->set, operation->set_count, "values")
            ? dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count)
            : NULL;

    return there && dn_string_same(dn_fact_text(there, "type"), loose_type);
}
