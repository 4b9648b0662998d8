/* SPDX-License-Identifier: MIT
 *
 * The catalog queries. They take no order and join no names of columns: assembling is cheaper here.
 * search_path is pg_catalog, so nothing needs to be qualified. The catalogs are readable by every
 * role, whatever it may do with the objects; information_schema would hide what a role has no
 * right to.
 */
#include "drivers/postgres/pg_catalog.h"

#define VISIBLE_SCHEMA                                                                             \
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"                                    \
    " AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))"

/* What is below this number came with the database system (FirstNormalObjectId). */
#define OURS(oid) oid " >= 16384"

#define EXTENSION_MEMBERS(catalog)                                                                 \
    "(SELECT x.objid FROM pg_depend x WHERE x.refclassid = 'pg_extension'::regclass"               \
    " AND x.classid = '" catalog "'::regclass AND x.deptype = 'e')"

/* A question is a list of parts. One that starts with '@' is taken only where keys are given, with
 * '!' only where the whole is wanted; with a digit only on servers from that version on ("15+"), with
 * '-' before it only on older ones; with '~' only in a shadow, with '^' only elsewhere. */
typedef const char *const part;

/* Relations by name, tables of indexes and of triggers by theirs: found once, by the first question,
 * and kept for the others in a setting that ends with the transaction. */
#define KEPT "'dunlin.relations'"

static part named[] = {
    "@SELECT set_config(" KEPT ", ARRAY(SELECT coalesce(ki.indrelid, kc.oid)"
    " FROM unnest($2::text[], $3::text[]) AS k (s, t) JOIN pg_namespace kn ON kn.nspname = k.s"
    " JOIN pg_class kc ON kc.relnamespace = kn.oid AND kc.relname = k.t"
    " LEFT JOIN pg_index ki ON ki.indexrelid = kc.oid UNION SELECT kt.tgrelid FROM pg_trigger kt"
    " WHERE $4::text[] IS NOT NULL AND kt.tgname = ANY ($4::text[]))::text, true)",
    "!SELECT 1",
    NULL,
};

/* As a query, so that the setting is read once. */
#define NAMED_RELATIONS "(SELECT current_setting(" KEPT ")::oid[])::oid[]"

#define WANTED(oid) "@ AND " oid " = ANY (" NAMED_RELATIONS ")"

/* In a disjunction, names are looked up in a hash of them; joined, each would be compared with all. */
#define WANTED_NAME(schema, name)                                                                  \
    " AND ($2::text[] IS NULL OR (" schema "::text, " name                                         \
    "::text) IN (SELECT k.s, k.t FROM unnest($2::text[], $3::text[]) AS k (s, t)))"

#define COMMENT(catalog, oid)                                                                      \
    " LEFT JOIN pg_description des ON des.classoid = '" catalog                                    \
    "'::regclass AND des.objoid = " oid " AND des.objsubid = 0"

/* A name outside pg_catalog is quoted, one inside stands alone. */
#define OUTER_NAME(schema, name)                                                                   \
    "CASE WHEN " schema " = 'pg_catalog' THEN " name "::text ELSE '\"' || replace(" schema         \
    "::text, '\"', '\"\"') || '\".\"' || replace(" name "::text, '\"', '\"\"') || '\"' END"

#define ESCAPED(name) "replace(replace(" name "::text, '%', '%25'), '/', '%2F')"

static part schemas[] = {
    "SELECT n.nspname, CASE WHEN n.nspname <> 'public' OR des.description <> 'standard public"
    " schema' THEN des.description END FROM pg_namespace n" COMMENT("pg_namespace", "n.oid"),
    " WHERE " VISIBLE_SCHEMA " AND n.oid NOT IN " EXTENSION_MEMBERS("pg_namespace"),
    "@ AND n.nspname = ANY ($3::text[])",
    NULL,
};

/* Their comments are their own. */
static part extensions[] = {
    "SELECT e.extname, e.extversion, n.nspname FROM pg_extension e"
    " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE " OURS("e.oid") "",
    "@ AND e.extname = ANY ($3::text[])",
    NULL,
};

/* Of what is no table: names and comments in turns. */
#define COLUMN_COMMENTS(oid)                                                                       \
    "(SELECT array_agg(x.t ORDER BY a.attname, x.k) FROM pg_description d"                         \
    " JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid"                      \
    " CROSS JOIN LATERAL (VALUES (1, a.attname::text), (2, d.description)) AS x (k, t)"            \
    " WHERE d.classoid = 'pg_class'::regclass AND d.objoid = " oid                                 \
    " AND d.objsubid > 0 AND NOT a.attisdropped)"

/* "name 'value', name 'value'", sorted: what they are given in says nothing. */
#define FOREIGN_OPTIONS(options)                                                                   \
    "(SELECT string_agg(format('%I %L', fo.option_name, fo.option_value), ', '"                    \
    " ORDER BY fo.option_name) FROM pg_options_to_table(" options ") AS fo)"

static part relations[] = {
    "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relnatts, c.relispartition,",
    " c.oid IN " EXTENSION_MEMBERS("pg_class"),
    ", nullif(c.relpersistence, 'p'), nullif(c.relrowsecurity, false),"
    " nullif(c.relforcerowsecurity, false), array_to_string(CASE WHEN tc.oid IS NULL"
    " THEN c.reloptions ELSE c.reloptions || ARRAY(SELECT 'toast.' || o FROM"
    " unnest(tc.reloptions) AS o) END, ', '),"
    " CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,"
    " CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,"
    " CASE WHEN h.inhrelid IS NOT NULL THEN (SELECT array_agg(format('%I.%I', pn.nspname,"
    " p.relname) ORDER BY i.inhseqno) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent"
    " JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid) END,"
    " CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,"
    " CASE WHEN c.relkind = 'f' THEN (SELECT s.srvname FROM pg_foreign_table f"
    " JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END,"
    " CASE WHEN c.relkind = 'f' THEN (SELECT " FOREIGN_OPTIONS("f.ftoptions"),
    " FROM pg_foreign_table f WHERE f.ftrelid = c.oid) END,"
    " CASE WHEN c.reloftype <> 0 THEN (SELECT format('%I.%I', xn.nspname, x.typname)"
    " FROM pg_type x JOIN pg_namespace xn ON xn.oid = x.typnamespace WHERE x.oid = c.reloftype)"
    " END,"
    " CASE WHEN c.relam NOT IN (0, 2) THEN (SELECT a.amname FROM pg_am a WHERE a.oid = c.relam) END,"
    " CASE WHEN c.reltablespace <> 0 THEN (SELECT s.spcname FROM pg_tablespace s"
    " WHERE s.oid = c.reltablespace) END, des.description,"
    " CASE WHEN c.relkind IN ('v', 'm') THEN " COLUMN_COMMENTS(
        "c.oid") " END"
                 " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                 " LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid AND tc.reloptions IS NOT NULL"
                 " LEFT JOIN (SELECT DISTINCT inhrelid FROM pg_inherits) h ON h.inhrelid = c.oid" COMMENT(
                     "pg_class", "c.oid"),
    " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'"
    " AND " VISIBLE_SCHEMA,
    WANTED("c.oid"),
    NULL,
};

/* Of a sequence that a column owns, which has another name than one that is made with the column: does something else
 * call it by that? `own` is the column's default. */
#define CALLED_BY_NAME(dep, own)                                                                     \
    "(" dep ".deptype = 'a' AND (n.oid <> t.relnamespace OR CASE WHEN"                               \
    " octet_length(t.relname::text || a.attname) + 5 <= 63 THEN c.relname <> concat(t.relname, '_'," \
    " a.attname, '_seq') ELSE c.relname !~ '_seq[0-9]*$' END) AND (EXISTS (SELECT FROM pg_depend x"  \
    " WHERE x.refclassid = 'pg_class'::regclass AND x.refobjid = c.oid AND x.deptype = 'n'"          \
    " AND x.objid IS DISTINCT FROM " own ") OR EXISTS (SELECT FROM pg_proc p"                        \
    " WHERE position(c.relname::text in p.prosrc) > 0)))"

/* pg_get_expr prints literals without E, which %L of format() puts before those with a backslash. */
static part sequences[] = {
    "SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,"
    " s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.refobjid, d.refobjsubid, d.deptype = 'i',"
    " format_type(a.atttypid, NULL),"
    " 'nextval(''' || replace(format('%I.%I', n.nspname, c.relname), '''', '''''')"
    " || '''::regclass)',"
    " tn.nspname, t.relname, a.attname,"
    " CASE WHEN a.attgenerated = '' THEN pg_get_expr(ad.adbin, 0) END, " CALLED_BY_NAME(
        "d",
        "ad.oid") ", des.description"
                  " FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
                  " JOIN pg_namespace n ON n.oid = c.relnamespace"
                  " LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid"
                  " AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')"
                  " LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_namespace tn ON tn.oid ="
                  " t.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum ="
                  " d.refobjsubid LEFT JOIN pg_attrdef ad ON ad.adrelid = d.refobjid AND ad.adnum ="
                  " d.refobjsubid" COMMENT("pg_class", "c.oid"),
    " WHERE c.relpersistence <> 't' AND " VISIBLE_SCHEMA
    " AND c.oid NOT IN " EXTENSION_MEMBERS("pg_class"),
    "@ AND c.oid = ANY (ARRAY(SELECT unnest(" NAMED_RELATIONS
    ") UNION ALL SELECT o.objid FROM pg_depend o WHERE o.classid = 'pg_class'::regclass"
    " AND o.refclassid = 'pg_class'::regclass AND o.refobjid = ANY (" NAMED_RELATIONS
    ") AND o.deptype IN ('a', 'i')))",
    NULL,
};

/* A default names no column. Printed without its table, it does not make the server load that. */
static part columns[] = {
    "SELECT a.attrelid, a.attnum, a.attname,"
    " CASE WHEN t.typtype IN ('e', 'd') AND " OURS("t.oid"),
    " THEN NULL ELSE format_type(a.atttypid, a.atttypmod) END, a.attnotnull,",
    "18+ nn.oid IS NOT NULL,",
    "-18 false,",
    " a.attislocal,"
    " a.attidentity, a.attgenerated, pg_get_expr(d.adbin, CASE WHEN a.attgenerated <> '' THEN d.adrelid ELSE 0 END), a.attcollation,"
    " CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN (SELECT " OUTER_NAME(
        "cn.nspname", "co.collname"),
    " FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace"
    " WHERE co.oid = a.attcollation) END,"
    " CASE WHEN t.typtype IN ('e', 'd') AND " OURS("t.oid") " THEN tn.nspname END,"
                                                            " t.typname, des.description,"
                                                            " CASE WHEN a.attfdwoptions IS NOT NULL"
                                                            " THEN " FOREIGN_OPTIONS(
                                                                "a.attfdwoptions"),
    " END,",
    "~ CASE WHEN a.atttypid IN (1114, 1184) AND a.atthasdef AND a.attgenerated = '' AND"
    " pg_get_expr(d.adbin, 0) ~ '^''[0-9][^'']*''::timestamp[a-z ]*$' THEN"
    " substring(pg_get_expr(d.adbin, 0) FROM '''(.*)''')::timestamptz BETWEEN"
    " (SELECT s.backend_start FROM pg_stat_activity s WHERE s.pid = pg_backend_pid())"
    " AND clock_timestamp() END",
    "^ false",
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace"
    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef"
    " LEFT JOIN pg_description des ON des.classoid = 'pg_class'::regclass"
    " AND des.objoid = a.attrelid AND des.objsubid = a.attnum",
    "18+ LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n'"
    " AND nn.connoinherit AND nn.conkey[1] = a.attnum",
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'm')"
    " AND c.relpersistence <> 't' AND " OURS(
        "a.attrelid") " AND ($1::text[] IS NULL OR"
                      " c.relnamespace IN (SELECT n.oid FROM pg_namespace n WHERE n.nspname = ANY ($1::text[])))"
                      "",
    WANTED("a.attrelid"),
    NULL,
};

static part constraints[] = {
    "SELECT con.conrelid, con.conname, con.contype, con.conkey, rn.nspname, rc.relname,"
    " con.confrelid, con.confkey,"
    " CASE WHEN con.contype = 'f'",
    "! AND $1::text[] IS NOT NULL",
    " THEN"
    " (SELECT array_agg(ra.attname::text ORDER BY o.k) FROM unnest(con.confkey) WITH ORDINALITY"
    " AS o (num, k) JOIN pg_attribute ra ON ra.attrelid = con.confrelid AND ra.attnum = o.num)"
    " END, con.confdeltype, con.confupdtype, con.confmatchtype, con.condeferrable,"
    " con.condeferred, con.convalidated,",
    "18+ con.conenforced,",
    "-18 true,",
    " con.connoinherit, CASE con.contype WHEN 'c' THEN pg_get_expr(con.conbin, con.conrelid)"
    " WHEN 'x' THEN pg_get_constraintdef(con.oid) END, i.indnkeyatts,"
    " CASE WHEN i.indnkeyatts <> i.indnatts THEN i.indkey::int2[] END,",
    "15+ i.indnullsnotdistinct, con.confdelsetcols,",
    "-15 false, NULL,",
    "18+ con.conperiod,",
    "-18 false,",
    " array_to_string(kc.reloptions, ', '), NOT i.indisvalid,"
    " des.description FROM pg_constraint con JOIN pg_namespace n ON n.oid = con.connamespace"
    " LEFT JOIN pg_class rc ON rc.oid = con.confrelid"
    " LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace"
    " LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u')"
    " LEFT JOIN pg_class kc ON kc.oid = i.indexrelid AND kc.reloptions IS NOT NULL" COMMENT(
        "pg_constraint", "con.oid"),
    " WHERE con.contype IN ('p', 'u', 'f', 'c', 'x') AND con.conparentid = 0"
    " AND (con.contype <> 'c' OR con.conislocal) AND " OURS("con.conrelid") " AND " VISIBLE_SCHEMA,
    WANTED("con.conrelid"),
    NULL,
};

static part classes[] = {
    "SELECT oc.oid, " OUTER_NAME("n.nspname", "oc.opcname"),
    ", oc.opcdefault FROM pg_opclass oc JOIN pg_namespace n ON n.oid = oc.opcnamespace",
    "@ WHERE oc.oid IN (SELECT unnest(i.indclass::oid[]) FROM pg_index i"
    " WHERE i.indrelid = ANY (" NAMED_RELATIONS "))",
    NULL,
};

/* An expression is printed only where there is one: pg_get_indexdef for every key would take most
 * of the time. */
static part indexes[] = {
    "SELECT i.indrelid, ic.relname, am.amname, i.indisunique, i.indisvalid, i.indnkeyatts,"
    " i.indkey::int2[], i.indoption::int2[], i.indclass::oid[], i.indcollation::oid[],"
    " CASE WHEN NOT i.indcollation::oid[] <@ '{0,100}'::oid[] THEN (SELECT array_agg(" OUTER_NAME(
        "cn.nspname", "co.collname"),
    " ORDER BY o.k) FROM unnest(i.indcollation::oid[]) WITH ORDINALITY AS o (c, k)"
    " LEFT JOIN pg_collation co ON co.oid = o.c"
    " LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace) END,"
    " array_to_string(ic.reloptions, ', '), pg_get_expr(i.indpred, i.indrelid),"
    " CASE WHEN i.indexprs IS NOT NULL THEN (SELECT array_agg(pg_get_indexdef(i.indexrelid, k,"
    " false) ORDER BY k) FROM generate_series(1, i.indnkeyatts::integer) AS k) END,",
    /* Options of classes of operators: no class of these two methods takes any. */
    "13+ CASE WHEN am.amname NOT IN ('btree', 'hash') THEN (SELECT array_agg(coalesce("
    "array_to_string(x.attoptions, ', '), '') ORDER BY x.attnum) FROM pg_attribute x"
    " WHERE x.attrelid = i.indexrelid HAVING bool_or(x.attoptions IS NOT NULL)) END,",
    "-13 NULL,",
    "15+ i.indnullsnotdistinct,",
    "-15 false,",
    " des.description"
    " FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam"
    " JOIN pg_namespace n ON n.oid = ic.relnamespace" COMMENT("pg_class", "ic.oid"),
    " WHERE NOT i.indisprimary AND NOT ic.relispartition AND " OURS(
        "i.indrelid") " AND ic.relpersistence <> 't' AND " VISIBLE_SCHEMA
                      " AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = i.indrelid"
                      " AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))",
    WANTED("i.indrelid"),
    NULL,
};

/* The copies that partitions have of a trigger say so since 13; before, what they hang on does. */
static part triggers[] = {
    "SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled, des.description"
    " FROM pg_trigger t" COMMENT("pg_trigger", "t.oid"),
    " WHERE NOT t.tgisinternal AND " OURS("t.tgrelid") "",
    "13+ AND t.tgparentid = 0",
    "-13 AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_trigger'::regclass"
    " AND x.objid = t.oid AND x.refclassid = 'pg_trigger'::regclass)",
    WANTED("t.tgrelid"),
    NULL,
};

static part policies[] = {
    "SELECT p.polrelid, p.polname, p.polcmd, p.polpermissive, (SELECT array_agg(CASE WHEN x.o = 0"
    " THEN 'public' ELSE quote_ident(r.rolname) END ORDER BY r.rolname) FROM unnest(p.polroles)"
    " AS x (o) LEFT JOIN pg_roles r ON r.oid = x.o), pg_get_expr(p.polqual, p.polrelid),"
    " pg_get_expr(p.polwithcheck, p.polrelid), des.description FROM pg_policy p" COMMENT(
        "pg_policy", "p.oid"),
    " WHERE true",
    WANTED("p.polrelid"),
    NULL,
};

static part depends[] = {
    "SELECT DISTINCT r.ev_class, CASE WHEN rc.relkind IN ('r', 'p', 'f') AND ra.attname IS NOT NULL"
    " THEN 'column' WHEN rc.relkind = 'v' THEN 'view' WHEN rc.relkind = 'm' THEN 'matview'"
    " WHEN rc.relkind = 'S' THEN 'sequence' WHEN rc.oid IS NOT NULL THEN 'table'"
    " WHEN rt.typtype = 'e' THEN 'enum' WHEN rt.oid IS NOT NULL THEN 'domain'"
    " WHEN rp.prokind = 'a' THEN 'aggregate' ELSE 'function' END,"
    " CASE WHEN rc.oid IS NOT NULL THEN " ESCAPED("rcn.nspname") " || '/' || " ESCAPED(
        "rc.relname") " || CASE WHEN rc.relkind IN ('r', 'p', 'f') AND ra.attname IS NOT NULL"
                      " THEN '/' || " ESCAPED(
                          "ra.attname") " ELSE '' END"
                                        " WHEN rt.oid IS NOT NULL THEN " ESCAPED(
                                            "rtn.nspname") " || '/' || " ESCAPED("rt.typname"),
    " ELSE " ESCAPED("rpn.nspname") " || '/' || " ESCAPED("rp.proname") " || '/' || " ESCAPED(
        "pg_get_function_identity_arguments(rp.oid)") " END"
                                                      " FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')"
                                                      " JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid"
                                                      " LEFT JOIN pg_class rc ON d.refclassid = 'pg_class'::regclass AND rc.oid = d.refobjid"
                                                      " LEFT JOIN pg_namespace rcn ON rcn.oid = rc.relnamespace"
                                                      " LEFT JOIN pg_attribute ra ON ra.attrelid = rc.oid AND ra.attnum = d.refobjsubid"
                                                      " LEFT JOIN pg_proc rp ON d.refclassid = 'pg_proc'::regclass AND rp.oid = d.refobjid"
                                                      " LEFT JOIN pg_namespace rpn ON rpn.oid = rp.pronamespace"
                                                      " LEFT JOIN pg_type rt ON d.refclassid = 'pg_type'::regclass AND rt.oid = d.refobjid"
                                                      " AND rt.typtype IN ('e', 'd')"
                                                      " LEFT JOIN pg_namespace rtn ON rtn.oid = rt.typnamespace"
                                                      " WHERE d.refobjid <> r.ev_class AND " OURS(
                                                          "d.refobjid") " AND " OURS("r.ev_class"),
    ""
    " AND (rc.oid IS NOT NULL OR rp.oid IS NOT NULL OR rt.oid IS NOT NULL)",
    WANTED("r.ev_class"),
    NULL,
};

static part types[] = {
    "SELECT n.nspname, t.typname, t.typtype, CASE WHEN t.typtype = 'e' THEN"
    " (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e"
    " WHERE e.enumtypid = t.oid) END, CASE WHEN t.typtype = 'd' THEN"
    " format_type(t.typbasetype, t.typtypmod) END, t.typnotnull,"
    " CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END,"
    " CASE WHEN t.typtype = 'd' THEN (SELECT array_agg(pg_get_expr(k.conbin, 0) ORDER BY k.conname)"
    " FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END,"
    " CASE WHEN t.typtype = 'd' THEN (SELECT array_agg(k.conname::text ORDER BY k.conname)"
    " FROM pg_constraint k LEFT JOIN pg_description kd"
    " ON kd.classoid = 'pg_constraint'::regclass AND kd.objoid = k.oid"
    " WHERE k.contypid = t.oid AND k.contype = 'c'"
    " HAVING bool_or(kd.description IS NOT NULL OR NOT k.convalidated)"
    " OR array_agg(k.conname::text ORDER BY k.conname) <> ARRAY(SELECT t.typname || '_check' ||"
    " CASE WHEN g > 0 THEN g::text ELSE '' END FROM generate_series(0, count(k.oid)::integer - 1)"
    " AS g)) END,"
    " CASE WHEN t.typtype = 'd' THEN (SELECT array_agg(k.conname::text ORDER BY k.conname)"
    " FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' AND NOT k.convalidated)"
    " END, CASE WHEN t.typtype = 'd' THEN (SELECT array_agg(x.t ORDER BY k.conname, x.k)"
    " FROM pg_constraint k JOIN pg_description kd ON kd.classoid = 'pg_constraint'::regclass"
    " AND kd.objoid = k.oid CROSS JOIN LATERAL (VALUES (1, k.conname::text), (2, kd.description))"
    " AS x (k, t) WHERE k.contypid = t.oid AND k.contype = 'c') END,"
    " CASE WHEN t.typcollation <> 0 AND t.typtype = 'd' THEN (SELECT " OUTER_NAME("cn.nspname",
                                                                                  "co.collname"),
    " FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace JOIN pg_type b"
    " ON b.oid = t.typbasetype WHERE co.oid = t.typcollation AND b.typcollation <> co.oid) END,"
    " des.description FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace" COMMENT(
        "pg_type", "t.oid"),
    " WHERE t.typtype IN ('e', 'd') AND " OURS(
        "t.oid") " AND " VISIBLE_SCHEMA " AND t.oid NOT IN " EXTENSION_MEMBERS("pg_type"),
    WANTED_NAME("n.nspname", "t.typname"),
    NULL,
};

static part routines[] = {
    "SELECT n.nspname, p.proname, p.prokind, pg_get_function_identity_arguments(p.oid),"
    " pg_get_functiondef(p.oid), des.description"
    " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace" COMMENT("pg_proc", "p.oid"),
    " WHERE p.prokind IN ('f', 'p', 'w') AND " OURS(
        "p.oid") " AND " VISIBLE_SCHEMA
                 " AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass"
                 " AND x.objid = p.oid AND x.deptype IN ('e', 'i'))",
    WANTED_NAME("n.nspname", "p.proname"),
    NULL,
};

/* --- what is told by its CREATE statement ----------------------------------------------------------- */
#define NOTHING "NULL::text"

#define FUNCTION_OPTION(word, column)                                                              \
    ", CASE WHEN " column "::oid <> 0 THEN '" word " = ' || " column "::regproc END"

/* The letter that says whether the state may be changed, where it is not the usual one of the kind. */
#define MODIFY_OPTION(word, column)                                                                \
    ", CASE WHEN " column " <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN '" word          \
    " = ' || CASE " column " WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable'"                  \
    " ELSE 'read_write' END END"

#define COLLATE(of, usual)                                                                         \
    "CASE WHEN " of " <> 0 AND " of " <> " usual " THEN (SELECT format('%I.%I', cn.nspname,"       \
    " co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace"         \
    " WHERE co.oid = " of ") END"

/* The texts are put together as pg_dump does it: the server prints none. */
static part definitions[] = {
    "SELECT 'type', " NOTHING ", n.nspname::text, t.typname::text, " NOTHING
    ", CASE t.typtype WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,"
    " (SELECT string_agg(format('%I %s', m.attname, format_type(m.atttypid, m.atttypmod))"
    " || coalesce(' COLLATE ' || " COLLATE("m.attcollation", "mt.typcollation"),
    ", ''), ', ' ORDER BY m.attnum) FROM pg_attribute m JOIN pg_type mt ON mt.oid = m.atttypid"
    " WHERE m.attrelid = t.typrelid AND m.attnum > 0 AND NOT m.attisdropped))"
    " ELSE (SELECT format('CREATE TYPE %I.%I AS RANGE (%s)', n.nspname, t.typname, concat_ws(', ',"
    " 'SUBTYPE = ' || format_type(r.rngsubtype, NULL),"
    " (SELECT format('SUBTYPE_OPCLASS = %I.%I', cn.nspname, oc.opcname) FROM pg_opclass oc"
    " JOIN pg_namespace cn ON cn.oid = oc.opcnamespace WHERE oc.oid = r.rngsubopc"
    " AND NOT oc.opcdefault), 'COLLATION = ' || " COLLATE("r.rngcollation", "st.typcollation"),
    FUNCTION_OPTION("CANONICAL", "r.rngcanonical") FUNCTION_OPTION("SUBTYPE_DIFF", "r.rngsubdiff"),
    "14+, (SELECT format('MULTIRANGE_TYPE_NAME = %I.%I', mn.nspname, mr.typname) FROM pg_type mr"
    " JOIN pg_namespace mn ON mn.oid = mr.typnamespace WHERE mr.oid = r.rngmultitypid)",
    ")) FROM pg_range r JOIN pg_type st ON st.oid = r.rngsubtype WHERE r.rngtypid = t.oid) END, " NOTHING
    ", CASE t.typtype WHEN 'c' THEN " COLUMN_COMMENTS(
        "t.typrelid") " END, des.description"
                      " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                      " LEFT JOIN pg_class tc ON tc.oid = t.typrelid" COMMENT("pg_type", "t.oid"),
    " WHERE (t.typtype = 'r' OR t.typtype = 'c' AND tc.relkind = 'c') AND " OURS(
        "t.oid") " AND " VISIBLE_SCHEMA " AND t.oid NOT IN " EXTENSION_MEMBERS("pg_type"),
    WANTED_NAME("n.nspname", "t.typname"),
    " UNION ALL SELECT 'collation', NULL, n.nspname, c.collname, NULL,"
    " format('CREATE COLLATION %I.%I (%s)', n.nspname, c.collname, concat_ws(', ',"
    " 'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc'"
    " END, CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype"
    " THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype)"
    " ELSE format('LOCALE = %L', coalesce(to_jsonb(c)->>'colllocale', to_jsonb(c)->>'colliculocale',"
    " c.collcollate)) END, 'RULES = ' || quote_literal(to_jsonb(c)->>'collicurules'),"
    " CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END)),"
    " NULL, NULL, des.description FROM pg_collation c"
    " JOIN pg_namespace n ON n.oid = c.collnamespace" COMMENT("pg_collation", "c.oid"),
    " WHERE " OURS("c.oid") " AND " VISIBLE_SCHEMA
                            " AND c.oid NOT IN " EXTENSION_MEMBERS("pg_collation"),
    WANTED_NAME("n.nspname", "c.collname"),
    " UNION ALL SELECT 'aggregate', NULL, n.nspname, p.proname,"
    " pg_get_function_identity_arguments(p.oid),"
    " format('CREATE AGGREGATE %I.%I(%s) (%s)', n.nspname, p.proname,"
    " coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), concat_ws(', ',"
    " 'SFUNC = ' || a.aggtransfn::regproc, 'STYPE = ' || format_type(a.aggtranstype, NULL),"
    " 'SSPACE = ' || nullif(a.aggtransspace, 0)" FUNCTION_OPTION("FINALFUNC", "a.aggfinalfn"),
    ", CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END" MODIFY_OPTION("FINALFUNC_MODIFY",
                                                                           "a.aggfinalmodify"),
    FUNCTION_OPTION("COMBINEFUNC", "a.aggcombinefn") FUNCTION_OPTION("SERIALFUNC", "a.aggserialfn")
        FUNCTION_OPTION("DESERIALFUNC", "a.aggdeserialfn"),
    ", 'INITCOND = ' || quote_literal(a.agginitval)" FUNCTION_OPTION("MSFUNC", "a.aggmtransfn")
        FUNCTION_OPTION("MINVFUNC", "a.aggminvtransfn"),
    ", CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,"
    " 'MSSPACE = ' || nullif(a.aggmtransspace, 0)" FUNCTION_OPTION("MFINALFUNC", "a.aggmfinalfn"),
    ", CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END" MODIFY_OPTION("MFINALFUNC_MODIFY",
                                                                             "a.aggmfinalmodify"),
    ", 'MINITCOND = ' || quote_literal(a.aggminitval),"
    " (SELECT format('SORTOP = OPERATOR(%I.%s)', sn.nspname, o.oprname) FROM pg_operator o"
    " JOIN pg_namespace sn ON sn.oid = o.oprnamespace WHERE o.oid = a.aggsortop),"
    " CASE p.proparallel WHEN 's' THEN 'PARALLEL = safe' WHEN 'r' THEN 'PARALLEL = restricted' END,"
    " CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)), NULL, NULL, des.description"
    " FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid"
    " JOIN pg_namespace n ON n.oid = p.pronamespace" COMMENT("pg_proc", "p.oid"),
    " WHERE " OURS("p.oid") " AND " VISIBLE_SCHEMA
                            " AND p.oid NOT IN " EXTENSION_MEMBERS("pg_proc"),
    WANTED_NAME("n.nspname", "p.proname"),
    NULL,
};

/* The same of what belongs to a relation. Columns of statistics, which the server has in the order of the table
 * whatever was written, are put in that of their names: the order of columns is no difference. */
static part members[] = {
    "SELECT 'statistics', s.stxrelid::text, NULL, s.stxname, NULL, (SELECT coalesce(replace("
    "pg_get_statisticsobjdef(s.oid),"
    " ' ON ' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),"
    " ' ON ' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)),"
    " pg_get_statisticsobjdef(s.oid)) FROM pg_attribute a WHERE a.attrelid = s.stxrelid"
    " AND a.attnum = ANY (s.stxkeys::int2[])), NULL, NULL, des.description"
    " FROM pg_statistic_ext s" COMMENT("pg_statistic_ext", "s.oid"),
    " WHERE true",
    WANTED("s.stxrelid"),
    " UNION ALL SELECT 'rule', w.ev_class::text, NULL, w.rulename, NULL,"
    " rtrim(pg_get_ruledef(w.oid), ';'), w.ev_enabled::text, NULL, des.description"
    " FROM pg_rewrite w" COMMENT("pg_rewrite", "w.oid"),
    " WHERE w.rulename <> '_RETURN' AND " OURS("w.ev_class"),
    WANTED("w.ev_class"),
    NULL,
};

/* --- privileges --------------------------------------------------------------------------------------- */
/* What an object has that another one of its kind has not: the server grants some to everybody, and all
 * to the owner. Of a schema "public" it is what a new database has. */
static part grants[] = {
    "SELECT o.s, o.n, o.a, o.c, o.w, CASE g.grantee WHEN 0 THEN 'public' WHEN o.owner THEN ''"
    " ELSE pg_get_userbyid(g.grantee)::text END, g.p, g.o, g.r FROM ("
    "SELECT coalesce(tn.nspname, n.nspname) AS s, coalesce(t.relname, c.relname) AS n,"
    " NULL::text AS a, a.attname AS c, CASE c.relkind WHEN 'S' THEN ' ON SEQUENCE' ELSE '' END AS w,"
    " c.relowner AS owner, c.relacl AS acl,"
    " acldefault(CASE c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END, c.relowner) AS base"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_class'::regclass"
    " AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass"
    " AND d.deptype IN ('a', 'i') LEFT JOIN pg_class t ON t.oid = d.refobjid"
    " LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace"
    " LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
    " WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')"
    " AND c.relpersistence <> 't' AND " VISIBLE_SCHEMA
    " AND c.oid NOT IN " EXTENSION_MEMBERS("pg_class"),
    "@ AND (c.oid = ANY (" NAMED_RELATIONS ") OR d.refobjid = ANY (" NAMED_RELATIONS "))",
    " UNION ALL SELECT n.nspname, c.relname, NULL, a.attname, ' ON COLUMN', c.relowner, a.attacl,"
    " NULL FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attacl IS NOT NULL AND a.attnum > 0"
    " AND NOT a.attisdropped AND c.relpersistence <> 't' AND " VISIBLE_SCHEMA
    " AND c.oid NOT IN " EXTENSION_MEMBERS("pg_class"),
    WANTED("c.oid"),
    " UNION ALL SELECT n.nspname, NULL, NULL, NULL, ' ON SCHEMA', n.nspowner,"
    " coalesce(n.nspacl, acldefault('n', n.nspowner)), acldefault('n', n.nspowner)"
    " || CASE WHEN n.nspname = 'public' THEN ARRAY[makeaclitem(0, n.nspowner, 'USAGE', false)",
    "-15 , makeaclitem(0, n.nspowner, 'CREATE', false)",
    "] ELSE '{}' END FROM pg_namespace n"
    " WHERE (n.nspacl IS NOT NULL OR n.nspname = 'public') AND " VISIBLE_SCHEMA
    " AND n.oid NOT IN " EXTENSION_MEMBERS("pg_namespace"),
    "@ AND n.nspname = ANY ($3::text[])",
    " UNION ALL SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), NULL,"
    " CASE p.prokind WHEN 'p' THEN ' ON PROCEDURE' ELSE ' ON FUNCTION' END, p.proowner, p.proacl,"
    " acldefault('f', p.proowner) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE p.proacl IS NOT NULL AND " VISIBLE_SCHEMA
    " AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass"
    " AND x.objid = p.oid AND x.deptype IN ('e', 'i'))",
    WANTED_NAME("n.nspname", "p.proname"),
    " UNION ALL SELECT n.nspname, t.typname, NULL, NULL, ' ON TYPE', t.typowner, t.typacl,"
    " acldefault('T', t.typowner) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
    " WHERE t.typacl IS NOT NULL AND " VISIBLE_SCHEMA
    " AND t.oid NOT IN " EXTENSION_MEMBERS("pg_type"),
    WANTED_NAME("n.nspname", "t.typname"),
    ") AS o CROSS JOIN LATERAL (SELECT x.grantee, x.privilege_type AS p,"
    " bool_or(x.is_grantable) AS o, false AS r FROM aclexplode(o.acl) AS x"
    " WHERE x.grantee <> o.owner AND NOT EXISTS (SELECT 1 FROM aclexplode(o.base) AS y"
    " WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type) GROUP BY 1, 2"
    " UNION ALL SELECT y.grantee, y.privilege_type, false, true FROM aclexplode(o.base) AS y"
    " WHERE NOT EXISTS (SELECT 1 FROM aclexplode(o.acl) AS x"
    " WHERE x.grantee = y.grantee AND x.privilege_type = y.privilege_type)) AS g",
    NULL,
};

/* --- what is no fact ---------------------------------------------------------------------------------- */
#define UNREAD(kind, name, from) " UNION ALL SELECT '" kind "', " name "::text FROM " from

#define NOT_OF_EXTENSION(catalog, oid) OURS(oid) " AND " oid " NOT IN " EXTENSION_MEMBERS(catalog)

#define IN_NAMESPACE(column) " JOIN pg_namespace n ON n.oid = " column " AND " VISIBLE_SCHEMA

/* A column that a partition or an heir has from its parent, and the parent's. */
#define INHERITED                                                                                  \
    "pg_inherits i JOIN pg_attribute a ON a.attrelid = i.inhrelid AND a.attnum > 0"                \
    " AND a.attinhcount > 0 JOIN pg_attribute b ON b.attrelid = i.inhparent"                       \
    " AND b.attname = a.attname JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind IN"            \
    " ('r', 'p', 'f') AND (c.relispartition OR NOT a.attislocal)" IN_NAMESPACE("c.relnamespace")

#define COLUMN_NAME "format('%s.%s', c.relname, a.attname)"

static part unread[] = {
    "SELECT u.k, count(*), array_to_string((array_agg(u.n ORDER BY u.n COLLATE \"C\"))[1:3], ', ') FROM ("
    "SELECT 'event trigger' AS k, e.evtname::text AS n FROM pg_event_trigger e"
    " WHERE " NOT_OF_EXTENSION("pg_event_trigger", "e.oid"),
    UNREAD("operator", "o.oprname", "pg_operator o" IN_NAMESPACE("o.oprnamespace")),
    " WHERE " NOT_OF_EXTENSION("pg_operator", "o.oid"),
    UNREAD("operator class", "o.opcname", "pg_opclass o" IN_NAMESPACE("o.opcnamespace")),
    " WHERE " NOT_OF_EXTENSION("pg_opclass", "o.oid"),
    UNREAD("cast", "format_type(k.castsource, NULL) || ' as ' || format_type(k.casttarget, NULL)",
           "pg_cast k WHERE NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid ="
           " 'pg_cast'::regclass AND x.objid = k.oid AND x.deptype = 'i') AND ")
        NOT_OF_EXTENSION("pg_cast", "k.oid"),
    UNREAD("conversion", "k.conname", "pg_conversion k" IN_NAMESPACE("k.connamespace")),
    " WHERE " NOT_OF_EXTENSION("pg_conversion", "k.oid"),
    UNREAD("text search configuration", "k.cfgname",
           "pg_ts_config k" IN_NAMESPACE("k.cfgnamespace")),
    " WHERE " NOT_OF_EXTENSION("pg_ts_config", "k.oid"),
    UNREAD("text search dictionary", "k.dictname", "pg_ts_dict k" IN_NAMESPACE("k.dictnamespace")),
    " WHERE " NOT_OF_EXTENSION("pg_ts_dict", "k.oid"),
    UNREAD("base type", "t.typname", "pg_type t" IN_NAMESPACE("t.typnamespace")),
    " WHERE (t.typtype = 'b' AND t.typelem = 0 OR NOT t.typisdefined) AND " NOT_OF_EXTENSION(
        "pg_type", "t.oid"),
    UNREAD("access method", "m.amname", "pg_am m WHERE ") NOT_OF_EXTENSION("pg_am", "m.oid"),
    UNREAD("language", "l.lanname", "pg_language l WHERE ")
        NOT_OF_EXTENSION("pg_language", "l.oid"),
    UNREAD("foreign server", "s.srvname", "pg_foreign_server s"),
    UNREAD("publication", "p.pubname", "pg_publication p"),
    UNREAD("default privilege of", "d.defaclrole::regrole", "pg_default_acl d"),
    UNREAD("security label", "l.objoid::text", "pg_seclabel l"),
    UNREAD("storage or statistics of column", COLUMN_NAME,
           "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid ="
           " a.atttypid" IN_NAMESPACE("c.relnamespace")),
    /* A partition has the storage of its table. Options of columns of an index are its fact's. */
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'i', 'I')"
    " AND c.relpersistence <> 't'"
    " AND (a.attstattarget >= 0 AND NOT (c.relispartition AND c.relkind IN ('i', 'I'))"
    " OR c.relkind NOT IN ('i', 'I') AND (a.attoptions IS NOT NULL"
    " OR NOT c.relispartition AND (a.attstorage <> t.typstorage",
    "14+ OR a.attcompression <> ''",
    "))) AND c.oid NOT IN " EXTENSION_MEMBERS("pg_class"),
    "13+" UNREAD("target of statistics", "s.stxname",
                 "pg_statistic_ext s" IN_NAMESPACE("s.stxnamespace")),
    "13+ WHERE s.stxstattarget >= 0",
    UNREAD("replica identity of table", "c.relname", "pg_class c" IN_NAMESPACE("c.relnamespace")),
    " WHERE c.relkind IN ('r', 'p') AND c.relreplident <> 'd' AND c.relpersistence <> 't'"
    " AND c.oid NOT IN " EXTENSION_MEMBERS("pg_class"),
    UNREAD("index that clusters a table", "c.relname",
           "pg_index i JOIN pg_class c ON c.oid = i.indexrelid" IN_NAMESPACE("c.relnamespace")),
    " WHERE i.indisclustered",
    UNREAD("invalidity of index", "c.relname",
           "pg_index i JOIN pg_class c ON c.oid = i.indexrelid" IN_NAMESPACE("c.relnamespace")),
    " WHERE NOT i.indisvalid",
    UNREAD("tablespace of index", "c.relname", "pg_class c" IN_NAMESPACE("c.relnamespace")),
    " WHERE c.relkind IN ('i', 'I') AND c.reltablespace <> 0",
    UNREAD("default of column of view", COLUMN_NAME,
           "pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid AND c.relkind = 'v'"
           " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum" IN_NAMESPACE(
               "c.relnamespace")),
    UNREAD("own default, NOT NULL or comment of inherited column", COLUMN_NAME, INHERITED),
    " LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum"
    " LEFT JOIN pg_attrdef bd ON bd.adrelid = b.attrelid AND bd.adnum = b.attnum"
    " WHERE a.attnotnull AND NOT b.attnotnull AND NOT EXISTS (SELECT 1 FROM pg_constraint k"
    " WHERE k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey))"
    " OR pg_get_expr(ad.adbin, ad.adrelid) IS DISTINCT FROM pg_get_expr(bd.adbin, bd.adrelid)"
    " OR EXISTS (SELECT 1 FROM pg_description d"
    " WHERE d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid"
    " AND d.objsubid = a.attnum)",
    "13+" UNREAD(
        "trigger of partition that is switched off", "format('%s.%s', c.relname, t.tgname)",
        "pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid AND p.tgenabled <>"
        " t.tgenabled JOIN pg_class c ON c.oid = t.tgrelid" IN_NAMESPACE("c.relnamespace")),
    UNREAD("comment on sequence of column", "c.relname",
           "pg_description d JOIN pg_class c ON c.oid = d.objoid AND c.relkind = 'S' JOIN pg_depend"
           " x ON x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.refclassid ="
           " 'pg_class'::regclass AND x.deptype IN ('a', 'i')" IN_NAMESPACE("c.relnamespace")),
    " WHERE d.classoid = 'pg_class'::regclass",
    /* Of those that are part of the column; where names are cut, the usual one is not known here. */
    UNREAD("name of sequence of column", "c.relname",
           "pg_class c JOIN pg_depend x ON x.classid = 'pg_class'::regclass AND x.objid = c.oid"
           " AND x.refclassid = 'pg_class'::regclass AND x.deptype IN ('a', 'i') JOIN pg_class t ON"
           " t.oid = x.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum ="
           " x.refobjsubid" IN_NAMESPACE("c.relnamespace")),
    " WHERE c.relkind = 'S' AND octet_length(t.relname::text || a.attname) < 58"
    " AND left(c.relname, length(t.relname::text || a.attname) + 5) <> t.relname || '_' ||"
    " a.attname || '_seq' AND (x.deptype = 'i' OR EXISTS (SELECT 1 FROM pg_attrdef ad JOIN"
    " pg_depend y ON y.classid = 'pg_attrdef'::regclass AND y.objid = ad.oid AND y.refobjid = c.oid"
    " WHERE ad.adrelid = a.attrelid AND ad.adnum = a.attnum)) AND NOT " CALLED_BY_NAME(
        "x", "(SELECT ad.oid FROM pg_attrdef ad WHERE ad.adrelid = t.oid AND ad.adnum = a.attnum)"),
    UNREAD("comment on index of key", "c.relname",
           "pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_constraint k ON k.conindid"
           " = c.oid AND k.contype IN ('p', 'u', 'x')" IN_NAMESPACE("c.relnamespace")),
    " WHERE d.classoid = 'pg_class'::regclass",
    "15+" UNREAD("unlogged sequence", "c.relname", "pg_class c" IN_NAMESPACE("c.relnamespace")),
    "15+ WHERE c.relkind = 'S' AND c.relpersistence = 'u' AND NOT EXISTS (SELECT 1 FROM pg_depend x"
    " WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype IN ('a', 'i'))",
    ") AS u GROUP BY u.k ORDER BY u.k",
    NULL,
};

static const struct {
    part *parts;
    int32_t (*take)(void *context, const dn_pg_row *row);
    bool names;          /* it reads the names of what is wanted */
    bool alone;          /* what it finds is no relation and belongs to none */
    const char *divided; /* for parts of it */
} catalog[DN_PG_CATALOG_QUESTIONS] = {
    {named, NULL, true, false, NULL},
    {schemas, dn_pg_take_schema, true, true, NULL},
    {extensions, dn_pg_take_extension, true, true, NULL},
    {relations, dn_pg_take_relation, false, false, " AND c.oid::bigint % 64 = "},
    {sequences, dn_pg_take_sequence, false, false, NULL},
    {columns, dn_pg_take_column, false, false, NULL},
    {constraints, dn_pg_take_constraint, false, false, NULL},
    {classes, dn_pg_take_class, false, false, NULL},
    {indexes, dn_pg_take_index, false, false, NULL},
    {triggers, dn_pg_take_trigger, false, false, NULL},
    {policies, dn_pg_take_policy, false, false, NULL},
    {depends, dn_pg_take_depend, false, false, NULL},
    {types, dn_pg_take_type, true, true, NULL},
    {routines, dn_pg_take_routine, true, true, NULL},
    {definitions, dn_pg_take_definition, true, true, NULL},
    {members, dn_pg_take_definition, false, false, NULL},
    {grants, dn_pg_take_grant, true, false, NULL},
    {unread, dn_pg_take_unread, false, true, NULL},
};

/* Whether a part is meant for the server and the question; *text: without its mark. */
static bool
is_meant(const char *one, int major, bool keyed, bool shadow, const char **text)
{
    bool older = *one == '-';
    int version = 0;

    *text = one;
    if (*one == '@' || *one == '!') {
        *text = one + 1;
        return keyed == (*one == '@');
    }
    if (*one == '~' || *one == '^') {
        *text = one + 1;
        return shadow == (*one == '~');
    }
    if (!older && (*one < '0' || *one > '9'))
        return true;
    for (one += older ? 1 : 0; *one >= '0' && *one <= '9'; one++)
        version = 10 * version + (*one - '0');
    *text = one + (older ? 0 : 1);
    return older ? major < version : major >= version;
}

size_t
dn_pg_catalog_questions(dn_pg_arena *arena, int version, dn_pg_curiosity curiosity,
                        dn_pg_extent extent, const char *const *values,
                        dn_pg_question questions[DN_PG_CATALOG_QUESTIONS])
{
    size_t count = 0;
    const char **nameless = dn_pg_arena_take(arena, DN_PG_CATALOG_VALUES * sizeof(*nameless));

    if (nameless == NULL)
        return 0;
    for (size_t i = 0; i < DN_PG_CATALOG_VALUES; i++)
        nameless[i] = i == 0 ? values[0] : NULL;
    for (size_t i = 0; i < DN_PG_CATALOG_QUESTIONS; i++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
        dunlin_string copy;

        if ((catalog[i].alone && extent == DN_PG_EXTENT_RELATIONS) ||
            (catalog[i].parts == grants && !curiosity.grants) ||
            (catalog[i].parts == unread && !curiosity.unread))
            continue;
        for (part *one = catalog[i].parts; *one != NULL; one++) {
            const char *text;

            if (is_meant(*one, version / 10000, extent != DN_PG_EXTENT_ALL, curiosity.shadow,
                         &text))
                dn_kit_text_add(&sql, text);
        }
        copy = dn_pg_arena_copy(arena, dn_kit_text_string(&sql));
        if (sql.failed || copy.data == NULL)
            return 0;
        questions[count++] = (dn_pg_question){.sql = copy.data,
                                              .values = catalog[i].names ? values : nameless,
                                              .count = DN_PG_CATALOG_VALUES,
                                              .take = catalog[i].take,
                                              .divided = catalog[i].divided};
    }
    return count;
}
