/* SPDX-License-Identifier: MIT
 *
 * Views of a column whose type changes. PostgreSQL refuses that while they are there: they are dropped before
 * it and made again behind it, in one statement, so that nothing is lost where the session ends in between.
 * The server is asked which views those are and what belongs to them: of what the run itself made only the
 * author's words are known here, and names in them may have changed since.
 */
#include "drivers/kit/kit_pool.h"
#include "drivers/kit/kit_property.h"
#include "drivers/postgres/pg_render.h"

enum { NAMES = 4 }; /* kind, namespace, table, column */

/* --- the statement ----------------------------------------------------------------------------------------- */
/* Views of the column, and views of views, the lowest ones first, each with the statements that make it what
 * it is. What is computed from the column is added anew with it, and so its views are made again, too. Grants
 * that new views get by default are taken away unless the old one had them. */
static const char collects[] =
    "DECLARE\n"
    "    searched text := current_setting('search_path');\n"
    "    gone text[] := '{}';\n"
    "    anew text[] := '{}';\n"
    "    act text;\n"
    "    v record;\n"
    "BEGIN\n"
    "    PERFORM set_config('search_path', 'pg_catalog', true);\n"
    "    FOR v IN\n"
    "        WITH RECURSIVE used(rule, depth) AS (\n"
    "            SELECT d.objid, 1 FROM pg_depend d JOIN pg_attribute a\n"
    "            ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid\n"
    "            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass\n"
    "            AND d.refobjid = ";
static const char of_column[] = "::regclass AND (a.attgenerated <> '' OR a.attname = ";
static const char notes[] =
    ")\n"
    "            UNION\n"
    "            SELECT d.objid, u.depth + 1 FROM used u JOIN pg_rewrite r ON r.oid = u.rule\n"
    "            JOIN pg_depend d ON d.refobjid = r.ev_class AND d.objid <> r.oid\n"
    "            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass\n"
    "            AND u.depth < 100)\n"
    "        SELECT c.oid, c.oid::regclass AS name, c.relkind, c.relowner, c.relnamespace, c.relacl, c.reloptions\n"
    "        FROM used u JOIN pg_rewrite r ON r.oid = u.rule JOIN pg_class c ON c.oid = r.ev_class\n"
    "        WHERE c.relkind IN ('v', 'm')\n"
    "        GROUP BY c.oid ORDER BY max(u.depth), c.oid\n"
    "    LOOP\n"
    "        IF v.relkind = 'm' THEN\n"
    "            RAISE EXCEPTION 'the materialized view % uses the column: drop it before, and create it again behind', v.name;\n"
    "        END IF;\n"
    "        gone := format('DROP VIEW %s', v.name) || gone;\n"
    "        anew := anew || format('CREATE VIEW %s%s AS %s', v.name,\n"
    "            ' WITH (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))\n"
    "        || ARRAY(SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', v.name, a.attname,\n"
    "            pg_get_expr(e.adbin, e.adrelid)) FROM pg_attrdef e\n"
    "            JOIN pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum WHERE e.adrelid = v.oid)\n"
    "        || ARRAY(SELECT pg_get_ruledef(oid) FROM pg_rewrite\n"
    "            WHERE ev_class = v.oid AND rulename <> '_RETURN')\n"
    "        || ARRAY(SELECT pg_get_triggerdef(oid) FROM pg_trigger\n"
    "            WHERE tgrelid = v.oid AND NOT tgisinternal)\n"
    "        || ARRAY(SELECT format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, v.name, d.description)\n"
    "            FROM pg_trigger t JOIN pg_description d ON d.objoid = t.oid\n"
    "            AND d.classoid = 'pg_trigger'::regclass WHERE t.tgrelid = v.oid)\n"
    "        || ARRAY(SELECT CASE WHEN a.attname IS NULL THEN format('COMMENT ON VIEW %s', v.name)\n"
    "            ELSE format('COMMENT ON COLUMN %s.%I', v.name, a.attname) END || format(' IS %L', d.description)\n"
    "            FROM pg_description d LEFT JOIN pg_attribute a\n"
    "            ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0\n"
    "            WHERE d.objoid = v.oid AND d.classoid = 'pg_class'::regclass)\n"
    "        || ARRAY(SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', v.name,\n"
    "            CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)\n"
    "            FROM pg_default_acl p, aclexplode(p.defaclacl) g\n"
    "            WHERE p.defaclobjtype = 'r' AND p.defaclrole = current_user::regrole AND g.grantee <> p.defaclrole\n"
    "            AND p.defaclnamespace IN (0, v.relnamespace))\n"
    "        || ARRAY(SELECT format('GRANT %s%s ON %s TO %s%s', g.privilege_type, o.part, v.name,\n"
    "            CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,\n"
    "            CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)\n"
    "            FROM (SELECT v.relacl AS acl, '' AS part UNION ALL\n"
    "                SELECT attacl, format(' (%I)', attname) FROM pg_attribute WHERE attrelid = v.oid) o,\n"
    "            aclexplode(o.acl) g WHERE g.grantee <> v.relowner)\n"
    "        || ARRAY(SELECT format('ALTER VIEW %s OWNER TO %s', v.name, v.relowner::regrole)\n"
    "            WHERE v.relowner <> current_user::regrole);\n"
    "    END LOOP;\n"
    "    PERFORM set_config('search_path', searched, true);\n"
    "    FOREACH act IN ARRAY gone LOOP EXECUTE act; END LOOP;\n";
static const char makes[] =
    ";\n"
    "    FOREACH act IN ARRAY anew LOOP\n"
    "        BEGIN\n"
    "            EXECUTE act;\n"
    "        EXCEPTION WHEN OTHERS THEN\n"
    "            RAISE EXCEPTION 'a view cannot be made again behind the change: % (%)', SQLERRM, act\n"
    "            USING ERRCODE = SQLSTATE, HINT = 'DROP VIEW before it, and CREATE VIEW again behind it.';\n"
    "        END;\n"
    "    END LOOP;\n"
    "END ";

void
dn_pg_say_around_views(dn_pg_render_work *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = dn_pg_table_text(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text change = work->sql;
    char tag[DN_PG_TAG_SIZE];

    work->sql = (dn_kit_text){0};
    dn_pg_choose_tag(&change, &table, tag);
    dn_kit_text_format(&work->sql, "DO %s ", tag);
    dn_pg_say(work, collects);
    dn_pg_say_literal(work, dn_kit_text_string(&table));
    dn_pg_say(work, of_column);
    dn_pg_say_literal(work, dn_pg_last_name(operation));
    dn_pg_say(work, notes);
    dn_pg_say(work, "    ");
    dn_pg_say_text(work, dn_kit_text_string(&change));
    dn_pg_say(work, makes);
    dn_pg_say(work, tag);
    work->sql.failed = work->sql.failed || change.failed || table.failed;
    dn_pg_note(
        work, DUNLIN_NOTE_INFORMATION,
        "PostgreSQL changes the type of no column that a view uses: views of '%.*s' are dropped, and "
        "made again behind it",
        (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
}

/* --- is there one? ------------------------------------------------------------------------------------------ */
typedef struct looking {
    dn_pg_render_work *work;
    const dunlin_operation *operation; /* whose column's type changes */
    bool found;
} looking;

/* "table/public/a%2Fb" as kind and names. */
static uint64_t
names_of(dn_kit_pool *pool, dunlin_string key, dunlin_string names[NAMES])
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    uint64_t count = 0;

    for (uint64_t i = 0; i <= key.length && count < NAMES; i++) {
        bool escaped = i + 2 < key.length && key.data[i] == '%';

        if (i == key.length || key.data[i] == '/')
            names[count++] = dn_kit_pool_text(pool, &name);
        else if (escaped)
            dn_kit_text_add(&name, key.data[i + 2] == 'F' ? "/" : "%");
        else
            dn_kit_text_add_string(&name, (dunlin_string){key.data + i, 1});
        i += escaped ? 2 : 0;
    }
    return count;
}

/* What is not there by that name any more was renamed since: it may be the column. */
static bool
may_be_the_column(looking *one, dn_kit_pool *pool, dunlin_string key)
{
    dunlin_string names[NAMES] = {{0}};
    uint64_t count = names_of(pool, key, names);
    bool column = dn_kit_same(names[0], DUNLIN_KIND_COLUMN);

    if (!column && !dn_kit_same(names[0], DUNLIN_KIND_TABLE))
        return false;
    for (uint64_t i = 1; column && count == one->operation->path_count + 1; i++) {
        if (i == count)
            return true;
        if (!dn_kit_equal(names[i], one->operation->path[i - 1]))
            break;
    }
    return dn_pg_current(one->work, column ? DUNLIN_KIND_COLUMN : DUNLIN_KIND_TABLE, names + 1,
                         count - 1) == NULL;
}

/* Of a view that the run made nobody knows yet what it reads. */
static int32_t
look_at_view(const dunlin_fact *fact, void *context)
{
    DN_KIT_CLEANUP(dn_kit_pool_free) dn_kit_pool pool = {0};
    looking *one = context;
    dn_kit_set depends =
        dn_kit_set_list((dn_kit_set){fact->properties, fact->property_count}, "depends");

    one->found = depends.count == 0;
    for (uint64_t i = 0; i < depends.count && !one->found; i++)
        one->found = may_be_the_column(one, &pool, depends.list[i].text);
    return one->found ? 1 : 0;
}

/* The rows of a materialised one, its indexes and more are their author's affair. */
static int32_t
refuse_materialised(const dunlin_fact *fact, void *context)
{
    looking *one = context;
    dunlin_string name = fact->path[fact->path_count - 1];
    dn_kit_set depends =
        dn_kit_set_list((dn_kit_set){fact->properties, fact->property_count}, "depends");

    /* Of one that the run made the server tells. */
    if (look_at_view(fact, one) == 0 || depends.count == 0)
        return 0;
    dn_pg_refuse(
        one->work,
        "PostgreSQL cannot change the type of '%.*s' while the materialized view '%.*s' uses it: "
        "drop that before, and create it again behind it",
        (int)dn_pg_last_name(one->operation).length, dn_pg_last_name(one->operation).data,
        (int)name.length, name.data);
    return 1;
}

bool
dn_pg_may_be_viewed(dn_pg_render_work *work, const dunlin_operation *operation)
{
    looking one = {.work = work, .operation = operation};

    if (work->status != DUNLIN_OK || work->call->host->each == NULL ||
        (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0)
        return false;
    work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_MATERIALIZED_VIEW),
                           refuse_materialised, &one);
    if (!one.found)
        work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), look_at_view, &one);
    return one.found;
}
