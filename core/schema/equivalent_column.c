/* SPDX-License-Identifier: MIT
 *
 * Columns of two tables.
 */
#include <stdlib.h>
#include <string.h>

#include "core/schema/equivalent_internal.h"

const dunlin_fact *
dn_member_column(const dn_members *members, const char *name)
{
    for (size_t i = 0; i < members->count; i++) {
        const dunlin_fact *fact = members->items[i];

        if (dn_fact_is(fact, DUNLIN_KIND_COLUMN) &&
            dn_string_equal_fold(fact->path[fact->path_count - 1], name))
            return fact;
    }
    return NULL;
}

/* --- types --------------------------------------------------------------------------------------- */

/* The enum or domain that a column is of, or NULL. */
static const dunlin_fact *
named_type(const dn_schema_side *side, const dunlin_fact *column)
{
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");
    const dunlin_property *end = column->properties + column->property_count;
    dunlin_string names[2];
    uint64_t count = 0;
    const dunlin_fact *found;

    if (!path)
        return NULL;
    for (const dunlin_property *item = path + 1;
         item < end && item->type != DUNLIN_PROPERTY_END && count < 2; item++)
        names[count++] = item->text;
    found = dn_fact_map_find(side->facts, dn_string(DUNLIN_KIND_ENUM), names, count);
    return found ? found
                 : dn_fact_map_find(side->facts, dn_string(DUNLIN_KIND_DOMAIN), names, count);
}

size_t
dn_domain_checks(const dn_equivalence *work, int side)
{
    const dn_members *members = &work->members[side];
    size_t checks = 0;

    for (size_t i = 0; i < members->count; i++) {
        const dunlin_fact *column = members->items[i];
        const dunlin_fact *type =
            dn_fact_is(column, DUNLIN_KIND_COLUMN) ? named_type(work->sides[side], column) : NULL;
        const dunlin_property *list =
            type ? dn_property_find(type->properties, type->property_count, "checks") : NULL;

        for (const dunlin_property *item = list ? list + 1 : NULL;
             item && item->type != DUNLIN_PROPERTY_END; item++)
            checks++;
    }
    return checks;
}

const char *
dn_column_classes(dn_equivalence *work, int side, const dunlin_fact *column)
{
    const dn_schema_side *of = work->sides[side];
    const dunlin_fact *type = named_type(of, column);
    dn_auto(dn_text) classes = DN_TEXT_INIT;
    dunlin_fact base = *column;
    const char *copy;

    if (type && dn_fact_is(type, DUNLIN_KIND_DOMAIN)) {
        base.properties = type->properties;
        base.property_count = type->property_count;
    }
    if (of->classes(&base, &classes, of->context, work->error) < 0)
        return NULL;
    copy = classes.failed ? NULL : dn_arena_text(work->arena, classes.data ? classes.data : "any");
    if (!copy)
        dn_no_memory(work->error);
    return copy;
}

bool
dn_classes_have(const char *classes, const char *class)
{
    return dn_string_among(dn_string(class), classes);
}

/* Is what one of them is mainly for something that the other may be? Two of SQLite's may both hold
 * a time and have nothing else in common. */
static bool
are_alike(const char *left, const char *right)
{
    if (dn_classes_have(left, "any") || dn_classes_have(right, "any"))
        return true;
    return dn_string_among(dn_span(left, strcspn(left, " ")), right) ||
           dn_string_among(dn_span(right, strcspn(right, " ")), left);
}

/* As people know it: the type, or the name of it. */
static const char *
type_text(dn_equivalence *work, const dunlin_fact *column)
{
    dunlin_string type = dn_fact_text(column, "type");
    const char *path;

    if (type.length)
        return dn_arena_copy(work->arena, type.data, (size_t)type.length);
    path = dn_fact_names(work->arena, column, "type_path", false);
    return path && strrchr(path, ',') ? strrchr(path, ',') + 2 : path;
}

/* "(12,2)" without blanks, and 0 bytes where there is none. */
static void
length_of(const char *type, char length[24])
{
    const char *open = strchr(type, '(');
    size_t count = 0;

    for (; open && *open && *open != ')' && count < 22; open++)
        if (*open != ' ')
            length[count++] = *open;
    length[count] = '\0';
    if (count > 2 && strcmp(length + count - 2, ",0") == 0)
        length[count - 2] = '\0';
}

/* Bytes of a whole number, 0 for what is none. */
static int
width_of(const char *type)
{
    static const struct {
        const char *begins;
        int bytes;
    } widths[] = {
        {"tinyint", 1}, {"smallint", 2}, {"mediumint", 3}, {"int", 4}, {"bigint", 8},
    };

    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (strncmp(type, widths[i].begins, strlen(widths[i].begins)) == 0)
            return widths[i].bytes;
    return 0;
}

static int
compare_types(dn_equivalence *work, dn_fact_pair pair, const char *name, const char *classes[2])
{
    const char *types[2] = {type_text(work, pair.sides[0]), type_text(work, pair.sides[1])};
    char lengths[2][24] = {"", ""};
    bool warning = are_alike(classes[0], classes[1]);

    if (!types[0] || !types[1])
        return dn_no_memory(work->error);
    length_of(types[0], lengths[0]);
    length_of(types[1], lengths[1]);
    if (warning) {
        bool narrow = strcmp(classes[0], "int") == 0 && strcmp(classes[1], "int") == 0 &&
                      width_of(types[0]) != width_of(types[1]);

        if (!narrow && (!lengths[0][0] || !lengths[1][0] || strcmp(lengths[0], lengths[1]) == 0))
            return 0;
    }
    return dn_equivalence_add(work, warning, "type", pair, "column '%s' is %s in %s, %s in %s",
                              name, types[0], work->sides[0]->label, types[1],
                              work->sides[1]->label);
}

/* --- labels ------------------------------------------------------------------------------------------ */

/* Those of a check that stands where the other side has a type. */
static const char *
checked_values(dn_equivalence *work, int side, const char *name)
{
    const dn_members *members = &work->members[side];

    for (size_t i = 0; i < members->count; i++) {
        const char *column;
        const char *values;

        if (dn_fact_is(members->items[i], DUNLIN_KIND_CHECK) &&
            dn_check_of(work->arena, dn_fact_text(members->items[i], "expr"), &column, &values) ==
                DN_CHECK_VALUES &&
            strcmp(column, name) == 0)
            return values;
    }
    return NULL;
}

/* Labels as they are written: case counts in them. */
static const char *
join(dn_equivalence *work, const dunlin_fact *fact)
{
    const dunlin_property *list =
        dn_property_find(fact->properties, fact->property_count, "values");
    const dunlin_property *end = fact->properties + fact->property_count;
    const char *text = NULL;

    for (const dunlin_property *item = list ? list + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++)
        text = dn_arena_printf(work->arena, "%s%s%.*s", text ? text : "", text ? ", " : "",
                               (int)item->text.length, item->text.data);
    return text;
}

const char *
dn_column_values(dn_equivalence *work, int side, const dunlin_fact *column)
{
    const dunlin_fact *type = named_type(work->sides[side], column);

    return join(work, type && dn_fact_is(type, DUNLIN_KIND_ENUM) ? type : column);
}

static int
compare_values(dn_equivalence *work, dn_fact_pair pair, const char *name)
{
    const char *values[2];

    for (int side = 0; side < 2; side++)
        values[side] = dn_column_values(work, side, pair.sides[side]);
    if (!values[0] && !values[1])
        return 0;
    for (int side = 0; side < 2; side++)
        if (!values[side])
            values[side] = checked_values(work, side, name);
    if (values[0] && values[1] && strcmp(values[0], values[1]) == 0)
        return 0;
    if (!values[0] || !values[1])
        return dn_equivalence_add(work, true, "values", pair,
                                  "column '%s' takes (%s) in %s, anything in %s", name,
                                  values[0] ? values[0] : values[1], work->sides[!values[0]]->label,
                                  work->sides[values[0] != NULL]->label);
    return dn_equivalence_add(work, false, "values", pair,
                              "column '%s' takes (%s) in %s, (%s) in %s", name, values[0],
                              work->sides[0]->label, values[1], work->sides[1]->label);
}

/* --- the rest -------------------------------------------------------------------------------------------- */

/* Columns of primary keys are never null, whatever SQLite says of them. */
static bool
never_null(const dn_equivalence *work, int side, const dunlin_fact *column)
{
    const dn_members *members = &work->members[side];
    const dunlin_fact *type = named_type(work->sides[side], column);

    for (size_t i = 0; i < members->count; i++)
        if (dn_fact_is(members->items[i], DUNLIN_KIND_PRIMARY_KEY) &&
            dn_property_lists(members->items[i]->properties, members->items[i]->property_count,
                              "columns", column->path[column->path_count - 1]))
            return true;
    return dn_fact_flag(column, "not_null") || (type && dn_fact_flag(type, "not_null"));
}

typedef enum filling { FILLS_NOT = 0, FILLS_MAYBE, FILLS_ITSELF } filling;

static filling
filling_of(const dunlin_fact *column)
{
    dunlin_string text = dn_fact_text(column, "auto");

    if (!text.length)
        return FILLS_NOT;
    return dn_string_equal(text, "rowid") ? FILLS_MAYBE : FILLS_ITSELF;
}

static int
say_either(dn_equivalence *work, bool warning, const char *what, dn_fact_pair pair,
           const char *name, bool left, const char *yes, const char *no)
{
    return dn_equivalence_add(work, warning, what, pair, "column '%s' %s in %s, %s in %s", name,
                              left ? yes : no, work->sides[0]->label, left ? no : yes,
                              work->sides[1]->label);
}

static dn_default_form
default_of(dn_equivalence *work, int side, const dunlin_fact *column, const char **value)
{
    const dunlin_fact *type = named_type(work->sides[side], column);
    dunlin_string text = dn_fact_text(column, "default");

    if (!text.length && type)
        text = dn_fact_text(type, "default");
    return dn_default_of(work->arena, work->sides[side], text, value);
}

static const char *
say_default(dn_equivalence *work, dn_default_form form, const char *value,
            const dunlin_fact *column)
{
    dunlin_string text = dn_fact_text(column, "default");

    if (form == DN_DEFAULT_NONE)
        return "none";
    return value ? value : dn_arena_copy(work->arena, text.data, (size_t)text.length);
}

static bool
is_whole(const char *classes)
{
    return strcspn(classes, " ") == 3 && strncmp(classes, "int", 3) == 0;
}

static int
compare_defaults(dn_equivalence *work, dn_fact_pair pair, const char *name, const char *classes[2])
{
    const char *values[2];
    const char *told[2];
    dn_default_form forms[2];
    bool typed = strncmp(classes[0], "text", 4) != 0 || strncmp(classes[1], "text", 4) != 0;
    bool whole = is_whole(classes[0]) || is_whole(classes[1]);
    dn_literals are = whole ? DN_LITERALS_WHOLE : typed ? DN_LITERALS_TYPED : DN_LITERALS_TEXT;
    bool present;

    for (int side = 0; side < 2; side++) {
        forms[side] = default_of(work, side, pair.sides[side], &values[side]);
        told[side] = say_default(work, forms[side], values[side], pair.sides[side]);
        if (!told[side])
            return dn_no_memory(work->error);
    }
    if (forms[0] == forms[1] &&
        (forms[0] != DN_DEFAULT_LITERAL || dn_same_literal(work->arena, values[0], values[1], are)))
        return 0;
    present = forms[0] != DN_DEFAULT_NONE && forms[1] != DN_DEFAULT_NONE;
    return dn_equivalence_add(
        work, present && (forms[0] == DN_DEFAULT_EXPRESSION || forms[1] == DN_DEFAULT_EXPRESSION),
        "default", pair, "the default of column '%s' is %s in %s, %s in %s", name, told[0],
        work->sides[0]->label, told[1], work->sides[1]->label);
}

static int
compare_filling(dn_equivalence *work, dn_fact_pair pair, const char *name, const char *classes[2])
{
    filling fills[2] = {filling_of(pair.sides[0]), filling_of(pair.sides[1])};

    if (fills[0] != fills[1] && fills[0] != FILLS_MAYBE && fills[1] != FILLS_MAYBE)
        return say_either(work, false, "auto", pair, name, fills[0] == FILLS_ITSELF, "fills itself",
                          "does not");
    if (fills[0] != FILLS_NOT || fills[1] != FILLS_NOT)
        return 0;
    return compare_defaults(work, pair, name, classes);
}

static int
compare_generated(dn_equivalence *work, dn_fact_pair pair, const char *name)
{
    bool generated[2];
    dunlin_string kinds[2];

    for (int side = 0; side < 2; side++) {
        generated[side] = dn_fact_text(pair.sides[side], "generated").length > 0;
        kinds[side] = dn_fact_text(pair.sides[side], "generated_kind");
    }
    if (generated[0] != generated[1])
        return say_either(work, false, "generated", pair, name, generated[0], "is generated",
                          "is not");
    if (!generated[0] || dn_schema_same(kinds[0], kinds[1]))
        return 0;
    return say_either(work, true, "generated", pair, name, dn_string_equal(kinds[0], "stored"),
                      "is generated and stored", "when it is read");
}

static int
compare_column(dn_equivalence *work, const dunlin_fact *left, const dunlin_fact *right,
               const char *name)
{
    const dn_fact_pair pair = {{left, right}};
    const char *classes[2] = {dn_column_classes(work, 0, left), dn_column_classes(work, 1, right)};
    bool full[2] = {never_null(work, 0, left), never_null(work, 1, right)};
    /* Some servers keep no NOT NULL of these. */
    bool computed =
        dn_fact_text(left, "generated").length && dn_fact_text(right, "generated").length;

    if (!classes[0] || !classes[1])
        return -1;
    if (compare_types(work, pair, name, classes) < 0 || compare_values(work, pair, name) < 0)
        return -1;
    if (full[0] != full[1] &&
        say_either(work, computed, "not_null", pair, name, full[0], "is never null", "may be") < 0)
        return -1;
    if (compare_generated(work, pair, name) < 0)
        return -1;
    if (!dn_fact_text(left, "generated").length && !dn_fact_text(right, "generated").length &&
        compare_filling(work, pair, name, classes) < 0)
        return -1;
    if ((dn_fact_text(left, "on_update").length > 0) !=
        (dn_fact_text(right, "on_update").length > 0))
        return say_either(work, true, "on_update", pair, name,
                          dn_fact_text(left, "on_update").length > 0, "changes with its row",
                          "does not");
    return 0;
}

int
dn_equivalent_columns(dn_equivalence *work)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < work->members[side].count; i++) {
            const dunlin_fact *column = work->members[side].items[i];
            const dunlin_fact *other;
            const char *name;
            int answer = 0;

            if (!dn_fact_is(column, DUNLIN_KIND_COLUMN))
                continue;
            name = dn_lower_copy(work->arena, column->path[column->path_count - 1]);
            if (!name)
                return dn_no_memory(work->error);
            other = dn_member_column(&work->members[!side], name);
            if (!other)
                answer = dn_equivalence_alone(
                    work, false, (dn_fact_pair){{side ? NULL : column, side ? column : NULL}},
                    dn_arena_printf(work->arena, "column '%s'", name));
            else if (side == 0)
                answer = compare_column(work, column, other, name);
            if (answer < 0)
                return -1;
        }
    return 0;
}
