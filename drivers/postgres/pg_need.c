/* SPDX-License-Identifier: MIT
 *
 * Only what is certain counts. Privileges are judged by what the database is like before the first
 * statement, so an object that an earlier statement touches is not asked about any more, and behind
 * a statement that may change rights, or what names mean, nothing is.
 */
#include "drivers/postgres/pg_need.h"

#include <string.h>

#include "drivers/postgres/pg_scan.h"

enum { SLOTS = 16384 }; /* of names that were touched; when half are taken, all is */

typedef struct finding {
    const dunlin_call *call;
    dn_pg_needs *needs;
    uint64_t operation;
    dn_pg_scan scan;
    uint64_t *touched; /* hashes, 0: free */
    uint64_t touched_count;
    bool moved; /* a new schema may be where unqualified names are looked for */
    bool cut;   /* the end of the statement is missing */
    bool maybe; /* the statement may not be sent at all */
    bool over;  /* nothing is certain from here on */
    int32_t status;
} finding;

/* --- names ---------------------------------------------------------------------------------------- */
typedef struct object_name {
    const char *schema;
    const char *name;
} object_name;

static uint64_t
hash_of(const char *name)
{
    return dn_kit_hash(DN_KIT_HASH_BASIS, dn_kit_string(name)) | 1;
}

/* Where it is, or would be. */
static uint64_t *
slot_of(const finding *work, uint64_t hash)
{
    uint64_t at = hash % SLOTS;

    while (work->touched[at] != 0 && work->touched[at] != hash)
        at = (at + 1) % SLOTS;
    return &work->touched[at];
}

/* Whatever schema it was in. */
static bool
was_touched(const finding *work, const char *name)
{
    return *slot_of(work, hash_of(name)) != 0;
}

static void
touch(finding *work, const char *name)
{
    uint64_t hash = hash_of(name);
    uint64_t *slot = slot_of(work, hash);

    if (*slot != 0)
        return;
    *slot = hash;
    if (++work->touched_count > SLOTS / 2)
        work->over = true;
}

static const char *
keep(finding *work, const dn_kit_text *text)
{
    char *copy = text->failed ? NULL : work->call->host->scratch(work->call, text->length + 1);

    if (copy == NULL)
        work->status = dn_kit_no_memory(work->call);
    else if (text->length > 0)
        memcpy(copy, text->data, text->length);
    return copy;
}

/* [schema.]name; false: something else stands there. */
static bool
take(finding *work, object_name *object)
{
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t count = 0;
    bool taken = dn_pg_take_names(&work->scan, names, &count) && count > 0;

    object->schema = "";
    object->name = NULL;
    if (taken && count == 2)
        object->schema = keep(work, &names[0]);
    if (taken && object->schema != NULL)
        object->name = keep(work, &names[count - 1]);
    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    return object->name != NULL;
}

static void
need(finding *work, dn_pg_need_kind kind, const object_name *object, const char *privilege)
{
    dn_pg_needs *needs = work->needs;

    if (work->maybe || (work->moved && *object->schema == '\0' && kind != DN_PG_NEED_SCHEMA))
        return;
    if (needs->count < DN_PG_MOST_NEEDS)
        needs->items[needs->count++] =
            (dn_pg_need){kind, work->operation, privilege, object->schema,
                         kind == DN_PG_NEED_MAKE ? "" : object->name};
}

/* --- what statements need, behind their patterns ---------------------------------------------------- */
static void
make(finding *work, const char *argument)
{
    object_name object;

    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "IF NOT EXISTS");
    if (!take(work, &object)) {
        work->over = true;
        return;
    }
    if (*object.schema == '\0' || !was_touched(work, object.schema))
        need(work, DN_PG_NEED_MAKE, &object, NULL);
    touch(work, object.name);
}

/* Tables that foreign keys refer to; behind the name of the table that has them. */
static void
refer(finding *work)
{
    object_name object;

    while (!work->over && !work->cut && dn_pg_scan_fits(&work->scan, "* REFERENCES"))
        if (take(work, &object) && !was_touched(work, object.name))
            need(work, DN_PG_NEED_PRIVILEGE, &object, "REFERENCES");
}

static void
make_table(finding *work, const char *argument)
{
    make(work, argument);
    refer(work);
}

/* It hides what has the same name for the rest of the session. */
static void
make_temporary(finding *work, const char *argument)
{
    object_name object;

    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "IF NOT EXISTS");
    if (take(work, &object))
        touch(work, object.name);
    else
        work->over = true;
}

/* CREATE SCHEMA a may go on with statements of its own. */
static void
make_schema(finding *work, const char *argument)
{
    object_name object;
    dn_pg_token token;

    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "IF NOT EXISTS");
    if (!take(work, &object)) {
        work->over = true;
        return;
    }
    if (!was_touched(work, object.name))
        need(work, DN_PG_NEED_SCHEMA, &object, NULL);
    touch(work, object.name);
    work->moved = true;
    if (dn_pg_scan_next(&work->scan, &token))
        work->over = true;
}

/* CREATE INDEX [name] ON table: of an index of any name. */
static void
make_index(finding *work, const char *argument)
{
    object_name object;

    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "CONCURRENTLY");
    dn_pg_scan_fits(&work->scan, "IF NOT EXISTS");
    if (!dn_pg_scan_fits(&work->scan, "ON")) {
        if (!take(work, &object) || !dn_pg_scan_fits(&work->scan, "ON")) {
            work->over = true;
            return;
        }
        touch(work, object.name);
    }
    dn_pg_scan_fits(&work->scan, "ONLY");
    if (take(work, &object) && !was_touched(work, object.name))
        need(work, DN_PG_NEED_OWN, &object, NULL);
}

/* A new name of it, or of a part of it, is somebody the statements behind it may mean. */
static void
touch_new_name(finding *work)
{
    object_name object;

    if (work->cut)
        work->over = true;
    else if (dn_pg_scan_fits(&work->scan, "* RENAME TO") && take(work, &object))
        touch(work, object.name);
}

static void
alter_object(finding *work, dn_pg_need_kind kind)
{
    object_name object;

    if (!take(work, &object)) {
        work->over = true;
        return;
    }
    if (!was_touched(work, object.name))
        need(work, kind, &object, NULL);
    touch(work, object.name);
    touch_new_name(work);
}

static void
alter(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "IF EXISTS");
    dn_pg_scan_fits(&work->scan, "ONLY");
    alter_object(work, DN_PG_NEED_OWN);
}

static void
alter_table(finding *work, const char *argument)
{
    dn_pg_scan behind = work->scan;

    alter(work, argument);
    work->scan = behind;
    refer(work);
}

/* Types have no names of their own: a table has one of its name. */
static void
alter_type(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    alter_object(work, DN_PG_NEED_TYPE);
}

static void
drop_all(finding *work, dn_pg_need_kind kind)
{
    object_name object;

    dn_pg_scan_fits(&work->scan, "IF EXISTS");
    do {
        if (!take(work, &object)) {
            work->over = true;
            return;
        }
        if (!was_touched(work, object.name))
            need(work, kind, &object, NULL);
        touch(work, object.name);
    } while (dn_pg_scan_fits(&work->scan, ","));
    /* CASCADE takes others along, which may then be made anew by us. */
    work->over |= work->cut || dn_pg_scan_fits(&work->scan, "CASCADE");
}

static void
drop(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    dn_pg_scan_fits(&work->scan, "CONCURRENTLY");
    drop_all(work, DN_PG_NEED_DROP);
}

static void
drop_type(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    drop_all(work, DN_PG_NEED_DROP_TYPE);
}

static void
change_rows(finding *work, const char *privilege)
{
    object_name object;

    dn_pg_scan_fits(&work->scan, "ONLY");
    if (take(work, &object) && !was_touched(work, object.name))
        need(work, DN_PG_NEED_PRIVILEGE, &object, privilege);
}

static void
own(finding *work, const char *argument)
{
    object_name object;

    DN_KIT_UNUSED(argument);
    if (take(work, &object) && !was_touched(work, object.name))
        need(work, DN_PG_NEED_OWN, &object, NULL);
}

/* table.column or schema.table.column: of the table. */
static void
own_of_column(finding *work, const char *argument)
{
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t count = 0;
    bool qualified = !dn_pg_take_names(&work->scan, names, &count);
    object_name object = {"", NULL};

    DN_KIT_UNUSED(argument);
    if (count == 2 && qualified)
        object.schema = keep(work, &names[0]);
    if (count == 2 && object.schema != NULL)
        object.name = keep(work, &names[qualified ? 1 : 0]);
    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    if (object.name != NULL && !was_touched(work, object.name))
        need(work, DN_PG_NEED_OWN, &object, NULL);
}

/* CREATE TRIGGER name BEFORE UPDATE OF a, b ON table */
static void
make_trigger(finding *work, const char *argument)
{
    if (dn_pg_scan_fits(&work->scan, ". * ON"))
        change_rows(work, argument);
}

/* "SELECT, INSERT": what is granted, up to ON. NULL: it is not of that kind. */
static const char *
take_privileges(finding *work)
{
    static const char *const all = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text list = {0};
    dn_pg_token token;

    if (dn_pg_scan_fits(&work->scan, "ALL [PRIVILEGES] ON"))
        return all;
    do {
        dn_pg_scan known = work->scan;

        if (!dn_pg_scan_next(&work->scan, &token) ||
            !dn_pg_scan_fits(&known, "{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}"))
            return NULL;
        if (list.length > 0)
            dn_kit_text_add(&list, ", ");
        dn_kit_text_add_string(&list, token.text);
    } while (dn_pg_scan_fits(&work->scan, ","));
    return dn_pg_scan_fits(&work->scan, "ON") ? keep(work, &list) : NULL;
}

/* GRANT ... ON [TABLE] a, b TO somebody, REVOKE likewise. Whoever has any privilege on a table
 * is only warned that nothing was granted. Nothing is certain behind it. */
static void
grant(finding *work, const char *argument)
{
    const char *privileges = take_privileges(work);
    uint64_t before = work->needs->count;
    object_name object;

    dn_pg_scan_fits(&work->scan, "TABLE");
    while (privileges != NULL && take(work, &object)) {
        if (!was_touched(work, object.name))
            need(work, DN_PG_NEED_GRANT, &object, privileges);
        if (!dn_pg_scan_fits(&work->scan, ","))
            break;
    }
    if (privileges == NULL || !dn_pg_scan_fits(&work->scan, argument))
        work->needs->count = before;
    work->over = true;
}

/* LOCK a, b IN SHARE MODE. Each of these is enough on some version of the server, and nothing else is on
 * any: https://www.postgresql.org/docs/current/sql-lock.html, of 15 and of 17 (MAINTAIN is added where
 * the server knows it). */
static void
lock_tables(finding *work, const char *argument)
{
    const char *privileges = "UPDATE, DELETE, TRUNCATE";
    dn_pg_scan ahead = work->scan;
    object_name object;

    DN_KIT_UNUSED(argument);
    if (work->cut)
        return;
    if (dn_pg_scan_fits(&ahead, "* IN ACCESS SHARE"))
        privileges = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE";
    else if (dn_pg_scan_fits(&ahead, "* IN ROW {SHARE,EXCLUSIVE}"))
        privileges = "INSERT, UPDATE, DELETE, TRUNCATE";
    do {
        dn_pg_scan_fits(&work->scan, "ONLY");
        if (!take(work, &object))
            return;
        if (!was_touched(work, object.name))
            need(work, DN_PG_NEED_LOCK, &object, privileges);
    } while (dn_pg_scan_fits(&work->scan, ","));
}

static const object_name nobody = {"", ""};

/* CREATE PUBLICATION name FOR TABLE a, TABLE b (columns) WHERE (condition) */
static void
make_publication(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    need(work, DN_PG_NEED_DATABASE, &nobody, NULL);
    if (!dn_pg_scan_fits(&work->scan, ". FOR TABLE"))
        return;
    do {
        dn_pg_scan_fits(&work->scan, "[TABLE] [ONLY]");
        own(work, NULL);
        dn_pg_scan_fits(&work->scan, "()");
        dn_pg_scan_fits(&work->scan, "WHERE ()");
    } while (dn_pg_scan_fits(&work->scan, ","));
}

/* Its script may do anything. */
static void
make_extension(finding *work, const char *argument)
{
    object_name object;

    DN_KIT_UNUSED(argument);
    if (take(work, &object))
        need(work, DN_PG_NEED_EXTENSION, &object, NULL);
    work->over = true;
}

static void
make_role(finding *work, const char *attribute)
{
    work->over |= dn_pg_scan_fits(&work->scan, "MAPPING");
    if (!work->over)
        need(work, DN_PG_NEED_ATTRIBUTE, &nobody, attribute);
}

static void
nothing(finding *work, const char *argument)
{
    DN_KIT_UNUSED(work);
    DN_KIT_UNUSED(argument);
}

/* A setting, unless it decides who we are or where names are looked for. */
static void
set(finding *work, const char *argument)
{
    DN_KIT_UNUSED(argument);
    work->over |= dn_pg_scan_fits(&work->scan, "{ROLE,SEARCH_PATH,SCHEMA,SESSION,"
                                               "SESSION_AUTHORIZATION}");
}

/* In order: the first pattern that fits counts. What fits none ends all certainty: SET ROLE, DO,
 * CALL, SELECT of a function, an extension's script ... */
static const struct {
    const char *pattern;
    void (*find)(finding *work, const char *argument);
    const char *argument;
} statements[] = {
    {"CREATE [GLOBAL] [LOCAL] {TEMP,TEMPORARY} {TABLE,SEQUENCE,VIEW}", make_temporary, NULL},
    {"CREATE [UNLOGGED] TABLE", make_table, NULL},
    {"CREATE [UNLOGGED] SEQUENCE", make, NULL},
    {"CREATE [OR] [REPLACE] [RECURSIVE] VIEW", make, NULL},
    {"CREATE {TYPE,DOMAIN}", make, NULL},
    {"CREATE MATERIALIZED VIEW", make, NULL},
    {"CREATE [OR] [REPLACE] {FUNCTION,PROCEDURE}", make, NULL},
    {"CREATE [UNIQUE] INDEX", make_index, NULL},
    {"CREATE SCHEMA", make_schema, NULL},
    {"CREATE DATABASE", make_role, "CREATEDB"},
    {"CREATE {ROLE,USER,GROUP}", make_role, "CREATEROLE"},
    {"ALTER TABLE", alter_table, NULL},
    {"ALTER {SEQUENCE,VIEW,INDEX}", alter, NULL},
    {"ALTER MATERIALIZED VIEW", alter, NULL},
    {"DROP {TABLE,SEQUENCE,VIEW,INDEX}", drop, NULL},
    {"DROP MATERIALIZED VIEW", drop, NULL},
    {"INSERT INTO", change_rows, "INSERT"},
    {"UPDATE", change_rows, "UPDATE"},
    {"DELETE FROM", change_rows, "DELETE"},
    {"TRUNCATE [TABLE]", change_rows, "TRUNCATE"},
    {"SET [LOCAL]", set, NULL},
    {"COMMENT ON {TABLE,VIEW,SEQUENCE}", own, NULL},
    {"COMMENT ON MATERIALIZED VIEW", own, NULL},
    {"COMMENT ON COLUMN", own_of_column, NULL},
    {"COMMENT ON", nothing, NULL},
    {"ANALYZE", nothing, NULL},
    {"ALTER {TYPE,DOMAIN}", alter_type, NULL},
    {"DROP {TYPE,DOMAIN}", drop_type, NULL},
    {"{CREATE,ALTER} POLICY . ON", own, NULL},
    {"CREATE [OR] [REPLACE] RULE . AS ON . TO", own, NULL},
    {"ALTER TRIGGER . ON", own, NULL},
    {"DROP {TRIGGER,RULE,POLICY} . ON", own, NULL},
    {"LOCK [TABLE]", lock_tables, NULL},
    {"CREATE PUBLICATION", make_publication, NULL},
    {"CREATE EXTENSION", make_extension, NULL},
    {"CREATE [OR] [REPLACE] [CONSTRAINT] TRIGGER", make_trigger, "TRIGGER"},
    {"GRANT", grant, "TO"},
    {"REVOKE [GRANT] [OPTION] [FOR]", grant, "FROM"},
};

/* "COPY t [(..)] FROM": the other way needs other rights. */
static bool
is_copy_in(finding *work)
{
    dn_pg_scan ahead = work->scan;

    return dn_pg_scan_fits(&ahead, "COPY . () FROM") && dn_pg_scan_fits(&work->scan, "COPY");
}

static void
find_in(finding *work)
{
    if (is_copy_in(work)) {
        change_rows(work, "INSERT");
        return;
    }
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        if (dn_pg_scan_fits(&work->scan, statements[i].pattern)) {
            statements[i].find(work, statements[i].argument);
            return;
        }
    work->over = true;
}

int32_t
dn_pg_needs_find(const dunlin_call *call, const dunlin_operation *const *operations, uint64_t count,
                 dn_pg_needs *needs)
{
    finding work = {.call = call, .needs = needs, .status = DUNLIN_OK};

    needs->count = 0;
    work.touched = call->host->scratch(call, SLOTS * sizeof(*work.touched));
    if (work.touched == NULL)
        return dn_kit_no_memory(call);
    for (uint64_t i = 0; i < count && !work.over && work.status == DUNLIN_OK; i++) {
        const dunlin_operation *operation = operations[i];

        if (operation->verb != DUNLIN_VERB_NATIVE && operation->verb != DUNLIN_VERB_DATA)
            break; /* those that are rendered are not foreseen yet */
        work.operation = i;
        work.cut = (operation->flags & DUNLIN_OPERATION_CUT) != 0;
        work.maybe = operation->condition != DUNLIN_CONDITION_NONE;
        work.scan = dn_pg_scan_begin(operation->body);
        find_in(&work);
    }
    return work.status;
}
