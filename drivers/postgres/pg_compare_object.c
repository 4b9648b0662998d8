/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts of what is no table and no part of one. The like of a trigger would have to
 * be on another table than its text says: it is made in the trigger's place, and taken back.
 */
#include "drivers/postgres/pg_compare.h"

/* How the server tells of an object, by its oid. */
#define OF_VIEW                                                                                    \
    "(SELECT pg_catalog.pg_get_viewdef(c.oid) || coalesce(' WITH (' || "                           \
    "pg_catalog.array_to_string(c.reloptions, ', ') || ')', '') FROM pg_catalog.pg_class c WHERE " \
    "c.oid = %s)"
#define OF_SEQUENCE                                                                                \
    "(SELECT pg_catalog.format_type(s.seqtypid, NULL) || ' START ' || s.seqstart || ' INCREMENT "  \
    "' || s.seqincrement || ' MINVALUE ' || s.seqmin || ' MAXVALUE ' || s.seqmax || ' CACHE ' || " \
    "s.seqcache || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END FROM pg_catalog.pg_sequence s "  \
    "WHERE s.seqrelid = %s)"
#define OF_ENUM                                                                                    \
    "(SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY "          \
    "e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = %s)"
#define OF_DOMAIN                                                                                  \
    "(SELECT pg_catalog.format_type(t.typbasetype, t.typtypmod) || CASE WHEN t.typnotnull THEN "   \
    "' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || t.typdefault, '') || coalesce((SELECT "    \
    "pg_catalog.string_agg(' ' || pg_catalog.pg_get_constraintdef(k.oid), '' ORDER BY 1) FROM "    \
    "pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '') FROM "          \
    "pg_catalog.pg_type t WHERE t.oid = %s AND t.typtype = 'd')"

static const struct kind {
    const char *kind;
    const char *called; /* in messages */
    const char *lookup;
    const char *words; /* behind DROP */
    const char *described;
} kinds[] = {
    {DUNLIN_KIND_VIEW, "view", "to_regclass", "VIEW", OF_VIEW},
    {DUNLIN_KIND_MATERIALIZED_VIEW, "materialized view", "to_regclass", "VIEW", OF_VIEW},
    {DUNLIN_KIND_SEQUENCE, "sequence", "to_regclass", "SEQUENCE", OF_SEQUENCE},
    {DUNLIN_KIND_ENUM, "enum", "to_regtype", "TYPE", OF_ENUM},
    {DUNLIN_KIND_DOMAIN, "domain", "to_regtype", "DOMAIN", OF_DOMAIN},
};

static const struct kind *
kind_of(const dunlin_operation *operation)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_pg_is_kind(operation, kinds[i].kind))
            return &kinds[i];
    return NULL;
}

bool
dn_pg_compares_object(const dunlin_operation *operation)
{
    return kind_of(operation) != NULL || dn_pg_is_kind(operation, DUNLIN_KIND_TRIGGER);
}

void
dn_pg_object_oid(dn_kit_text *text, const dunlin_operation *operation)
{
    const struct kind *kind = kind_of(operation);

    if (kind == NULL)
        dn_pg_add_lookup(text, "to_regclass", operation->path, dn_pg_table_names(operation));
    else
        dn_pg_add_lookup(text, kind->lookup, operation->path, operation->path_count);
}

static void
stop_if_different(const dn_pg_comparing *at, const char *called)
{
    dn_kit_text_add(at->text, "IF there IS DISTINCT FROM wanted THEN\n    what := ");
    dn_kit_text_quote(at->text, '\'', dn_pg_last_name(at->operation));
    dn_kit_text_format(at->text, ";\n    there := coalesce(there, 'no %s');\nEND IF;\n", called);
    dn_pg_stop_if_found(at, called, true);
}

static void
add_trigger(const dn_pg_comparing *at, const char *variable)
{
    dn_kit_text_format(at->text,
                       "%s := (SELECT pg_catalog.pg_get_triggerdef(g.oid) FROM "
                       "pg_catalog.pg_trigger g WHERE g.tgrelid = old AND g.tgname = ",
                       variable);
    dn_kit_text_quote(at->text, '\'', dn_pg_last_name(at->operation));
    dn_kit_text_add(at->text, " AND NOT g.tgisinternal);\n");
}

static void
compare_trigger(const dn_pg_comparing *at, dunlin_string sql)
{
    static const char taken_back[] = "DN000"; /* an SQLSTATE of nobody's */

    add_trigger(at, "there");
    dn_kit_text_add(at->text, "IF there IS NULL THEN\n    RETURN;\nEND IF;\nBEGIN\nALTER TRIGGER ");
    dn_kit_text_quote(at->text, '"', dn_pg_last_name(at->operation));
    dn_kit_text_add(at->text, " ON ");
    dn_pg_add_path(at->text, at->operation->path, dn_pg_table_names(at->operation));
    dn_kit_text_add(at->text, " RENAME TO " DUNLIN_SCRIPT_LIKE ";\n");
    dn_kit_text_add_string(at->text, sql);
    add_trigger(at, "wanted");
    dn_kit_text_format(at->text,
                       "RAISE EXCEPTION USING ERRCODE = '%s';\nEXCEPTION WHEN SQLSTATE '%s' THEN\n"
                       "    NULL;\nWHEN OTHERS THEN\n",
                       taken_back, taken_back);
    dn_pg_end_like(at, "trigger");
    stop_if_different(at, "trigger");
}

void
dn_pg_compare_object(const dn_pg_comparing *at, dunlin_string sql)
{
    const struct kind *kind = kind_of(at->operation);
    static const dunlin_string like[] = {{"pg_temp", 7},
                                         {DUNLIN_SCRIPT_LIKE, sizeof(DUNLIN_SCRIPT_LIKE) - 1}};

    if (kind == NULL) {
        compare_trigger(at, sql);
        return;
    }
    dn_pg_begin_like(at);
    dn_kit_text_add_string(at->text, sql);
    dn_kit_text_add(at->text, "EXCEPTION WHEN OTHERS THEN\n");
    dn_pg_end_like(at, kind->called);
    dn_kit_text_add(at->text, "made := ");
    dn_pg_add_lookup(at->text, kind->lookup, like, 2);
    dn_kit_text_add(at->text, ";\nthere := ");
    dn_kit_text_format(at->text, kind->described, "old");
    dn_kit_text_add(at->text, ";\nwanted := ");
    dn_kit_text_format(at->text, kind->described, "made");
    dn_kit_text_add(at->text, ";\n");
    dn_pg_drop_like(at, kind->words);
    stop_if_different(at, kind->called);
}
