/* SPDX-License-Identifier: MIT
 *
 * GRANT and REVOKE.
 */
#include <string.h>

#include "drivers/postgres/pg_render.h"

typedef enum grant_on { ON_TABLE, ON_COLUMN, ON_SEQUENCE, ON_OWNED, ON_ROUTINE, ON_OTHER } grant_on;

/* A privilege as its fact has it. */
typedef struct grant {
    dunlin_string privilege; /* without what it is on */
    const char *words;       /* behind ON */
    grant_on on;
    const dunlin_string *path; /* of the object */
    uint64_t count;
    dunlin_string grantee;
} grant;

static grant
grant_of(const dunlin_operation *operation)
{
    static const struct {
        const char *end;
        const char *words;
        grant_on on;
    } objects[] = {
        {" ON COLUMN", "", ON_COLUMN},
        {" ON SEQUENCE", "SEQUENCE ", ON_SEQUENCE},
        {" ON FUNCTION", "FUNCTION ", ON_ROUTINE},
        {" ON PROCEDURE", "PROCEDURE ", ON_ROUTINE},
        {" ON SCHEMA", "SCHEMA ", ON_OTHER},
        {" ON TYPE", "TYPE ", ON_OTHER},
    };
    dunlin_string last = dn_pg_last_name(operation);
    grant one = {.privilege = last,
                 .words = "",
                 .on = ON_TABLE,
                 .path = operation->path,
                 .count = operation->path_count - 2,
                 .grantee = operation->path[operation->path_count - 2]};

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        size_t length = strlen(objects[i].end);

        if (last.length <= length ||
            memcmp(last.data + last.length - length, objects[i].end, length) != 0)
            continue;
        one.privilege.length -= length;
        one.words = objects[i].words;
        one.on = objects[i].on;
    }
    /* By its column: its own name need not be what the server would choose today. */
    if (one.on == ON_SEQUENCE && one.count == 3)
        one.on = ON_OWNED;
    return one;
}

static bool
was(dn_pg_render_work *work, const dunlin_operation *operation, const char *name)
{
    const dunlin_fact *before =
        dn_pg_current(work, DUNLIN_KIND_GRANT, operation->path, operation->path_count);

    for (uint64_t i = 0; before != NULL && i < before->property_count; i++)
        if (dn_kit_same(before->properties[i].name, name))
            return before->properties[i].integer != 0;
    return false;
}

static bool
is_revoked(dn_pg_render_work *work, const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_DROP ? was(work, operation, "revoked")
                                               : dn_kit_property_is_true(operation, "revoked");
}

/* What was passed on by this goes with it; what is to stay of that comes again by an operation of its own. */
static bool
may_have_passed(dn_pg_render_work *work, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (was(work, work->operations[work->at + i], "grantable"))
            return true;
    return false;
}

/* Several privileges of one grantee on one object are one statement. */
static bool
goes_along(dn_pg_render_work *work, const dunlin_operation *left, const dunlin_operation *right)
{
    grant one;
    grant other;

    if (!dn_pg_is_kind(right, DUNLIN_KIND_GRANT) || left->verb != right->verb ||
        left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i + 1 < left->path_count; i++)
        if (!dn_kit_equal(left->path[i], right->path[i]))
            return false;
    one = grant_of(left);
    other = grant_of(right);
    return one.on == other.on && strcmp(one.words, other.words) == 0 &&
           is_revoked(work, left) == is_revoked(work, right) &&
           dn_kit_property_is_true(left, "grantable") ==
               dn_kit_property_is_true(right, "grantable");
}

static void
say_privileges(dn_pg_render_work *work, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        grant one = grant_of(work->operations[work->at + i]);

        dn_pg_say(work, i > 0 ? ", " : "");
        dn_pg_say_text(work, one.privilege);
        if (one.on != ON_COLUMN)
            continue;
        dn_pg_say(work, " (");
        dn_pg_say_name(work, one.path[one.count - 1]);
        dn_pg_say(work, ")");
    }
    dn_pg_say(work, " ON ");
}

static void
say_object(dn_pg_render_work *work, const grant *one)
{
    bool part = one->on == ON_COLUMN || one->on == ON_ROUTINE;

    dn_pg_say(work, one->words);
    if (one->on == ON_OWNED)
        return;
    dn_pg_say_path(work, one->path, one->count - (part ? 1 : 0));
    if (one->on != ON_ROUTINE)
        return;
    dn_pg_say(work, "(");
    dn_pg_say_text(work, one->path[one->count - 1]);
    dn_pg_say(work, ")");
}

/* No role is called "public"; a privilege that the owner lacks is told of nobody by name. */
static void
say_grantee(dn_pg_render_work *work, dunlin_string grantee)
{
    if (dn_kit_same(grantee, "public"))
        dn_pg_say(work, "PUBLIC");
    else if (grantee.length == 0)
        dn_pg_say(work, "CURRENT_USER");
    else
        dn_pg_say_name(work, grantee);
}

/* What was said so far, to be freed. */
static dn_kit_text
take_text(dn_pg_render_work *work)
{
    dn_kit_text text = work->sql;

    work->sql = (dn_kit_text){0};
    return text;
}

/* The name of a column's sequence is asked for when the statement runs. */
static void
say_owned(dn_pg_render_work *work, const grant *one, dunlin_string before, dunlin_string behind)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = {0};

    dn_pg_say_path(work, one->path, one->count - 1);
    table = take_text(work);
    dn_pg_say(work, "DO $dunlin$ BEGIN EXECUTE ");
    dn_pg_say_literal(work, before);
    dn_pg_say(work, " || pg_catalog.pg_get_serial_sequence(");
    dn_pg_say_literal(work, dn_kit_text_string(&table));
    dn_pg_say(work, ", ");
    dn_pg_say_literal(work, one->path[one->count - 1]);
    dn_pg_say(work, ") || ");
    dn_pg_say_literal(work, behind);
    dn_pg_say(work, "; END $dunlin$");
}

static void
say_statement(dn_pg_render_work *work, uint64_t count)
{
    const dunlin_operation *operation = work->operations[work->at];
    const grant one = grant_of(operation);
    bool alters = operation->verb == DUNLIN_VERB_ALTER;
    bool option = dn_kit_property_is_true(operation, "grantable");
    bool gives =
        alters ? option : (operation->verb == DUNLIN_VERB_DROP) == is_revoked(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text before = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text behind = {0};

    dn_pg_say(work, gives ? "GRANT " : alters ? "REVOKE GRANT OPTION FOR " : "REVOKE ");
    say_privileges(work, count);
    say_object(work, &one);
    before = take_text(work);
    dn_pg_say(work, gives ? " TO " : " FROM ");
    say_grantee(work, one.grantee);
    dn_pg_say(work, gives && option                          ? " WITH GRANT OPTION"
                    : !gives && may_have_passed(work, count) ? " CASCADE"
                                                             : "");
    behind = take_text(work);
    if (one.on == ON_OWNED) {
        say_owned(work, &one, dn_kit_text_string(&before), dn_kit_text_string(&behind));
        return;
    }
    dn_pg_say_text(work, dn_kit_text_string(&before));
    dn_pg_say_text(work, dn_kit_text_string(&behind));
}

void
dn_pg_render_grant(dn_pg_render_work *work)
{
    static const char *const known[] = {"grantable", "revoked", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    uint64_t count = 1;
    grant one;

    if (operation->path_count < 3 || operation->verb == DUNLIN_VERB_RENAME) {
        dn_pg_refuse(work, "a grant keeps its object and its grantee");
        return;
    }
    dn_pg_check_known(work, operation, known);
    while (work->at + count < work->count &&
           goes_along(work, operation, work->operations[work->at + count]))
        count++;
    one = grant_of(operation);
    if (one.on == ON_OWNED)
        dn_pg_push_owned(work, one.path, one.count, false);
    say_statement(work, count);
    dn_pg_push(work, work->at, count);
    if (one.on == ON_OWNED)
        dn_pg_push_owned(work, one.path, one.count, true);
    work->at += count;
}
