/* SPDX-License-Identifier: MIT
 *
 * Domains.
 */
#include <stdio.h>

#include "drivers/postgres/pg_render.h"

/* --- checks --------------------------------------------------------------------------------------------- */

typedef struct domain_check {
    const dunlin_property *expression;
    dunlin_string name;
    char made[96]; /* the name that the server gives to one without */
} domain_check;

/* The one at a place; false: there are no more. */
static bool
check_at(const dunlin_operation *domain, uint64_t place, domain_check *check)
{
    const dunlin_property *list = dn_kit_property_find(domain, "checks");
    const dunlin_property *names = dn_kit_property_find(domain, "check_names");
    dunlin_string name = domain->path[domain->path_count - 1];

    for (uint64_t i = 0; list != NULL && i <= place; i++)
        if (list[1 + i].type == DUNLIN_PROPERTY_END ||
            (names != NULL && names[1 + i].type == DUNLIN_PROPERTY_END))
            return false;
    if (list == NULL)
        return false;
    check->expression = &list[1 + place];
    if (place > 0)
        snprintf(check->made, sizeof(check->made), "%.*s_check%llu", (int)name.length, name.data,
                 (unsigned long long)place);
    else
        snprintf(check->made, sizeof(check->made), "%.*s_check", (int)name.length, name.data);
    check->name = names != NULL ? names[1 + place].text : dn_kit_string(check->made);
    return true;
}

static bool
find_check(const dunlin_operation *domain, dunlin_string wanted, domain_check *check)
{
    for (uint64_t i = 0; check_at(domain, i, check); i++)
        if (dn_kit_equal(check->name, wanted))
            return true;
    return false;
}

/* Its values from before were never looked at. */
static bool
is_not_valid(const dunlin_operation *domain, dunlin_string name)
{
    const dunlin_property *at = dn_kit_property_find(domain, "not_valid_checks");

    for (at = at != NULL ? at + 1 : NULL; at != NULL && at->type != DUNLIN_PROPERTY_END; at++)
        if (dn_kit_equal(at->text, name))
            return true;
    return false;
}

static void
push_change(dn_pg_render_work *work, const dunlin_operation *domain, const char *words,
            dunlin_string name)
{
    dn_pg_say(work, "ALTER DOMAIN ");
    dn_pg_say_path(work, domain->path, domain->path_count);
    dn_pg_say(work, words);
    dn_pg_say_name(work, name);
    dn_pg_push(work, work->at, 1);
}

/* Where an ALTER is to be right in any state, as core/engine/drift_fix.c says it, a check goes first. */
static bool
is_repeatable(const dunlin_operation *domain)
{
    return domain->verb == DUNLIN_VERB_ALTER && domain->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
}

static void
push_check(dn_pg_render_work *work, const dunlin_operation *domain, const domain_check *check)
{
    if (is_repeatable(domain))
        push_change(work, domain, " DROP CONSTRAINT IF EXISTS ", check->name);
    dn_pg_say(work, "ALTER DOMAIN ");
    dn_pg_say_path(work, domain->path, domain->path_count);
    dn_pg_say(work, " ADD CONSTRAINT ");
    dn_pg_say_name(work, check->name);
    dn_pg_say(work, " CHECK (");
    dn_pg_say_expression(work, check->expression);
    dn_pg_say(work, is_not_valid(domain, check->name) ? ") NOT VALID" : ")");
    dn_pg_push(work, work->at, 1);
}

/* Is it there before, and can it stay? */
static bool
stays(const dunlin_operation *before, const dunlin_operation *after, const domain_check *check)
{
    domain_check other;

    return find_check(before, check->name, &other) &&
           dn_kit_equal(other.expression->text, check->expression->text) &&
           (is_not_valid(before, check->name) || !is_not_valid(after, check->name));
}

/* Has an earlier operation taken all of them away? */
static bool
has_lost_checks(const dn_pg_render_work *work, const dunlin_operation *domain)
{
    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *earlier = work->operations[i];

        if (earlier->verb == DUNLIN_VERB_ALTER && dn_pg_is_kind(earlier, DUNLIN_KIND_DOMAIN) &&
            dn_kit_equal(earlier->path[0], domain->path[0]) &&
            dn_kit_equal(dn_pg_last_name(earlier), dn_pg_last_name(domain)) &&
            dn_pg_is_unset(earlier, "checks"))
            return true;
    }
    return false;
}

static void
change_checks(dn_pg_render_work *work, const dunlin_operation *operation)
{
    static const char *const members[] = {"checks", "check_names", "not_valid_checks"};
    const dunlin_fact *now =
        dn_pg_current(work, DUNLIN_KIND_DOMAIN, operation->path, operation->path_count);
    dunlin_operation before = *operation;
    domain_check check;
    domain_check kept;
    bool any = false;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        any = any || dn_pg_sets(operation, members[i]) || dn_pg_is_unset(operation, members[i]);
    if (any && now == NULL)
        dn_pg_refuse(work, "the checks that the domain '%.*s' has are not known",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    if (!any || now == NULL)
        return;
    before.set = now->properties;
    before.set_count = has_lost_checks(work, operation) ? 0 : now->property_count;
    for (uint64_t i = 0; check_at(&before, i, &check); i++)
        if (!find_check(operation, check.name, &kept) || !stays(&before, operation, &kept))
            push_change(work, operation,
                        is_repeatable(operation) ? " DROP CONSTRAINT IF EXISTS "
                                                 : " DROP CONSTRAINT ",
                        check.name);
    for (uint64_t i = 0; check_at(operation, i, &check); i++)
        if (!stays(&before, operation, &check))
            push_check(work, operation, &check);
        else if (is_not_valid(&before, check.name) && !is_not_valid(operation, check.name))
            push_change(work, operation, " VALIDATE CONSTRAINT ", check.name);
}

/* --- the domain ------------------------------------------------------------------------------------------- */
/* Does one of its name have it no more, as it has its checks? The names that the server makes are taken then. */
static bool
has_stepped_aside(const dn_pg_render_work *work, const dunlin_operation *domain)
{
    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *earlier = work->operations[i];

        if (earlier->verb == DUNLIN_VERB_RENAME && dn_pg_is_kind(earlier, DUNLIN_KIND_DOMAIN) &&
            dn_kit_equal(earlier->path[0], domain->path[0]) &&
            dn_kit_equal(dn_pg_last_name(earlier), dn_pg_last_name(domain)))
            return true;
    }
    return false;
}

static void
create_domain(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *value = dn_kit_property_find(operation, "default");
    bool named = dn_pg_sets(operation, "check_names") || has_stepped_aside(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};
    domain_check check;

    dn_pg_say(work, "CREATE DOMAIN ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    dn_pg_say(work, " AS ");
    dn_pg_say_type(work, operation);
    if (value != NULL) {
        dn_pg_say(work, " DEFAULT ");
        dn_pg_say_expression(work, value);
    }
    if (dn_kit_property_is_true(operation, "not_null"))
        dn_pg_say(work, " NOT NULL");
    for (uint64_t i = 0; check_at(operation, i, &check); i++) {
        if (is_not_valid(operation, check.name))
            continue;
        if (named) {
            dn_pg_say(work, " CONSTRAINT ");
            dn_pg_say_name(work, check.name);
        }
        dn_pg_say(work, " CHECK (");
        dn_pg_say_expression(work, check.expression);
        dn_pg_say(work, ")");
    }
    dn_pg_guard_type(&guard, operation->path, operation->path_count, true);
    dn_pg_push_guarded(work, &guard, work->at, 1);
    for (uint64_t i = 0; check_at(operation, i, &check); i++)
        if (is_not_valid(operation, check.name))
            push_check(work, operation, &check);
}

static void
alter_domain(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *value = dn_kit_property_find(operation, "default");

    if (dn_pg_sets(operation, "type") || dn_pg_sets(operation, "collation"))
        dn_pg_refuse(work,
                     "PostgreSQL cannot change the type of the domain '%.*s': make another domain"
                     " and change the columns",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    change_checks(work, operation);
    if (value != NULL || dn_pg_is_unset(operation, "default")) {
        dn_pg_say(work, "ALTER DOMAIN ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, value != NULL ? " SET DEFAULT " : " DROP DEFAULT");
        if (value != NULL)
            dn_pg_say_expression(work, value);
        dn_pg_push(work, work->at, 1);
    }
    if (dn_pg_sets(operation, "not_null") || dn_pg_is_unset(operation, "not_null")) {
        dn_pg_say(work, "ALTER DOMAIN ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, dn_kit_property_is_true(operation, "not_null") ? " SET NOT NULL"
                                                                       : " DROP NOT NULL");
        dn_pg_push(work, work->at, 1);
    }
}

void
dn_pg_render_domain(dn_pg_render_work *work)
{
    static const char *const known[] = {"type",           "not_null",    "default",
                                        "checks",         "check_names", "not_valid_checks",
                                        "check_comments", "collation",   NULL};
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: create_domain(work, operation); break;
    case DUNLIN_VERB_ALTER: alter_domain(work, operation); break;
    case DUNLIN_VERB_DROP: dn_pg_push_drop_type(work, "DROP DOMAIN "); break;
    default: dn_pg_push_rename_type(work, "DOMAIN"); break;
    }
    if (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER) {
        dn_pg_push_comment(work, "DOMAIN");
        dn_pg_push_check_comments(work);
    }
    work->at++;
}
