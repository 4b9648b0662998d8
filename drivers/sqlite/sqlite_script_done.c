/* SPDX-License-Identifier: MIT
 *
 * A script builds a table anew where it has the columns that the migrations gave it. Where it has
 * others, a later migration may have been here: all that the rebuild makes is there then. Else the
 * script ends, as nothing of the rebuild must be left out.
 */
#include "drivers/sqlite/sqlite_rebuild.h"

#include "drivers/sqlite/sqlite_said.h"

static bool
is_same_set(dn_kit_set left, dn_kit_set right)
{
    if (left.count != right.count)
        return false;
    for (uint64_t i = 0; i < left.count; i++)
        if (!dn_kit_equal(left.list[i].name, right.list[i].name) ||
            left.list[i].type != right.list[i].type ||
            left.list[i].integer != right.list[i].integer ||
            !dn_kit_equal(left.list[i].text, right.list[i].text))
            return false;
    return true;
}

static bool
is_in(const dn_sqlite_table *table, const dn_sqlite_member *member)
{
    const dn_sqlite_member *other = dn_sqlite_member_find(table, member->kind, member->name);

    return other != NULL && is_same_set(dn_kit_set_of(&other->set), dn_kit_set_of(&member->set));
}

/* Behind it stands a query of one value, or the rest of a FROM. */
static void
begin(dn_kit_text *text, const char *words, dunlin_string table)
{
    dn_kit_text_add(text, text->length > 0 ? " AND " : "");
    dn_kit_text_add(text, words);
    dn_kit_text_quote(text, '\'', table);
}

/* As pragmas tell of it; parentheses around a default they do not. */
static void
add_column(dn_kit_text *text, const dn_sqlite_table *table, const dn_sqlite_member *column)
{
    dn_kit_set set = dn_kit_set_of(&column->set);

    begin(text, "EXISTS (SELECT 1 FROM pragma_table_xinfo(", table->name);
    dn_kit_text_add(text, ", 'main') WHERE name = ");
    dn_kit_text_quote(text, '\'', column->name);
    dn_kit_text_add(text, " COLLATE NOCASE AND type = ");
    dn_kit_text_quote(text, '\'', dn_kit_set_text(set, "type"));
    dn_kit_text_format(text, " COLLATE NOCASE AND (\"notnull\" <> 0) = %d",
                       dn_kit_set_is_true(set, "not_null"));
    dn_kit_text_add(text, " AND trim(coalesce(dflt_value, ''), ' ()') = trim(");
    dn_kit_text_quote(text, '\'', dn_kit_set_text(set, "default"));
    dn_kit_text_add(text, ", ' ()'))");
}

/* A constraint by its name, or a check without one by its text, in the table's definition. */
static void
add_text(dn_kit_text *text, const dn_sqlite_table *table, dunlin_string sought)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};

    dn_sqlite_say_plain(&plain, sought);
    begin(text, "(SELECT instr(replace(said, char(10), ''), ", dn_kit_text_string(&plain));
    dn_kit_text_add(text, ") FROM temp.dunlin_said WHERE type = 'table' AND name = ");
    dn_kit_text_quote(text, '\'', table->name);
    dn_kit_text_add(text, " COLLATE NOCASE) > 0");
    text->failed = text->failed || plain.failed;
}

static void
add_constraint(dn_kit_text *text, const dn_sqlite_table *table, const dn_sqlite_member *member)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sought = {0};

    if (dn_sqlite_is_unnamed(member)) {
        dn_kit_text_add(&sought, "CHECK (");
        dn_kit_text_add_string(&sought, dn_kit_set_text(dn_kit_set_of(&member->set), "expr"));
        dn_kit_text_add(&sought, ")");
    } else {
        dn_kit_text_add(&sought, "CONSTRAINT ");
        dn_kit_text_quote(&sought, '"', member->name);
    }
    add_text(text, table, dn_kit_text_string(&sought));
    text->failed = text->failed || sought.failed;
}

void
dn_sqlite_write_is_done(dn_kit_text *text, const dn_sqlite_table *before,
                        const dn_sqlite_table *after)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text all = {0};

    for (size_t i = 0; i < after->count; i++) {
        const dn_sqlite_member *member = &after->members[i];

        if (member->gone || is_in(before, member))
            continue;
        if (member->kind == DN_SQLITE_KIND_COLUMN)
            add_column(&all, after, member);
        else if (dn_sqlite_kind_is_constraint(member->kind) &&
                 (!dn_sqlite_is_unnamed(member) || member->kind == DN_SQLITE_KIND_CHECK))
            add_constraint(&all, after, member);
    }
    dn_kit_text_add_string(text, all.length > 0 ? dn_kit_text_string(&all) : dn_kit_string("0"));
    text->failed = text->failed || all.failed;
}
