-- SPDX-License-Identifier: MIT
-- The catalog of a PostgreSQL database, whole, in a constant number of queries: what an introspection
-- has to ask at least. tests/bench/schema.py compares against it.
SET jit = off;
SELECT set_config('search_path','pg_catalog',false), set_config('TimeZone','UTC',false), set_config('DateStyle','ISO, YMD',false),
       set_config('IntervalStyle','iso_8601',false), set_config('extra_float_digits','1',false), set_config('quote_all_identifiers','off',false),
       set_config('bytea_output','hex',false), set_config('client_encoding','UTF8',false);
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- Schemas
SELECT n.nspname AS schema, obj_description(n.oid,'pg_namespace') AS comment
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid='pg_namespace'::regclass AND x.objid=n.oid AND x.deptype='e')
ORDER BY n.nspname COLLATE "C";
-- Extensions
SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version
FROM pg_extension e JOIN pg_namespace n ON n.oid=e.extnamespace ORDER BY e.extname COLLATE "C";
-- Relations
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
       c.relrowsecurity AS rls, c.relforcerowsecurity AS rls_force, array_to_string(c.reloptions,',') AS options,
       CASE WHEN c.relkind IN ('r','m') AND a.amname<>'heap' THEN a.amname END AS access_method,
       CASE WHEN c.relkind='p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound,c.oid) END AS partition_bound,
       (SELECT json_agg(format('%I.%I',pn.nspname,p.relname) ORDER BY i.inhseqno)
          FROM pg_inherits i JOIN pg_class p ON p.oid=i.inhparent JOIN pg_namespace pn ON pn.oid=p.relnamespace WHERE i.inhrelid=c.oid) AS parents,
       CASE WHEN c.relkind IN ('v','m') THEN pg_get_viewdef(c.oid) END AS definition,
       ts.spcname AS tablespace, obj_description(c.oid,'pg_class') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace LEFT JOIN pg_am a ON a.oid=c.relam LEFT JOIN pg_tablespace ts ON ts.oid=c.reltablespace
WHERE c.relkind IN ('r','p','v','m','f','c') AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid='pg_class'::regclass AND x.objid=c.oid AND x.objsubid=0 AND x.deptype='e')  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C";
-- Columns
SELECT a.attrelid AS rel, a.attnum AS num, a.attname AS name, format_type(a.atttypid,a.atttypmod) AS type, a.attnotnull AS not_null,
       pg_get_expr(d.adbin,d.adrelid) AS expr, a.attidentity AS identity, a.attgenerated AS generated,
       CASE WHEN a.attcollation<>0 AND a.attcollation<>t.typcollation THEN (SELECT format('%I.%I',cn.nspname,co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid=co.collnamespace WHERE co.oid=a.attcollation) END AS collation,
       a.attislocal AS local, a.attinhcount AS inhcount, des.description AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid=a.attrelid JOIN pg_namespace n ON n.oid=c.relnamespace JOIN pg_type t ON t.oid=a.atttypid
     LEFT JOIN pg_attrdef d ON d.adrelid=a.attrelid AND d.adnum=a.attnum
     LEFT JOIN pg_description des ON des.classoid='pg_class'::regclass AND des.objoid=a.attrelid AND des.objsubid=a.attnum
WHERE a.attnum>0 AND NOT a.attisdropped AND c.relkind IN ('r','p','v','m','f','c') AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema'  ORDER BY a.attrelid, a.attnum;
-- Constraints
SELECT con.conrelid AS rel, con.contypid AS dom, con.conname AS name, con.contype AS kind, con.conkey AS cols,
       con.confrelid AS ref, con.confkey AS refcols, con.confupdtype AS on_update, con.confdeltype AS on_delete, con.confmatchtype AS match,
       con.condeferrable AS deferrable, con.condeferred AS deferred, con.convalidated AS valid, con.connoinherit AS noinherit,
       con.conislocal AS local, con.conindid AS idx, con.conparentid<>0 AS inherited,
       CASE con.contype WHEN 'c' THEN pg_get_expr(con.conbin,con.conrelid) WHEN 'x' THEN pg_get_constraintdef(con.oid) WHEN 't' THEN NULL END AS expr,
       des.description AS comment
FROM pg_constraint con JOIN pg_namespace n ON n.oid=con.connamespace
     LEFT JOIN pg_description des ON des.classoid='pg_constraint'::regclass AND des.objoid=con.oid AND des.objsubid=0
WHERE con.contype IN ('p','u','f','c','x') AND con.conrelid<>0 AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema'  ORDER BY con.conrelid, con.conname COLLATE "C";
-- Indexes
SELECT i.indrelid AS rel, i.indexrelid AS oid, ic.relname AS name, am.amname AS method, i.indisunique AS uniq, i.indisprimary AS prim,
       i.indisvalid AS valid, i.indimmediate AS immediate, i.indnkeyatts AS nkeys, i.indkey::int2[] AS keys, i.indoption::int2[] AS opts,
       array_to_string(ic.reloptions,',') AS options, pg_get_expr(i.indpred,i.indrelid) AS pred,
       CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(pg_get_indexdef(i.indexrelid,k,false) ORDER BY k) FROM generate_series(1,i.indnkeyatts) k) END AS exprs,
       (SELECT json_agg(CASE WHEN oc.opcdefault THEN NULL ELSE oc.opcname END ORDER BY o.k) FROM unnest(i.indclass) WITH ORDINALITY o(id,k) JOIN pg_opclass oc ON oc.oid=o.id HAVING bool_or(NOT oc.opcdefault)) AS opclasses,
       i.indcollation::oid[] AS colls, (SELECT inhparent::oid FROM pg_inherits h WHERE h.inhrelid=i.indexrelid) AS parent,
       obj_description(i.indexrelid,'pg_class') AS comment
FROM pg_index i JOIN pg_class ic ON ic.oid=i.indexrelid JOIN pg_am am ON am.oid=ic.relam JOIN pg_namespace n ON n.oid=ic.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname<>'information_schema'  ORDER BY i.indrelid, ic.relname COLLATE "C";
-- Sequences with their owner column
SELECT n.nspname AS schema, c.relname AS name, format_type(s.seqtypid,NULL) AS type, s.seqstart AS start, s.seqincrement AS inc, s.seqmin AS min, s.seqmax AS max,
       s.seqcache AS cache, s.seqcycle AS cycle, d.deptype AS own_kind, d.refobjid AS own_rel, d.refobjsubid AS own_col, obj_description(c.oid,'pg_class') AS comment
FROM pg_sequence s JOIN pg_class c ON c.oid=s.seqrelid JOIN pg_namespace n ON n.oid=c.relnamespace
     LEFT JOIN pg_depend d ON d.classid='pg_class'::regclass AND d.objid=c.oid AND d.objsubid=0 AND d.refclassid='pg_class'::regclass AND d.deptype IN ('a','i')
WHERE n.nspname !~ '^pg_' AND n.nspname<>'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid='pg_class'::regclass AND x.objid=c.oid AND x.deptype='e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C";
-- Enums, domains, ranges
SELECT n.nspname AS schema, t.typname AS name, t.typtype AS kind,
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid=t.oid) AS labels,
       CASE WHEN t.typtype='d' THEN format_type(t.typbasetype,t.typtypmod) WHEN t.typtype='r' THEN (SELECT format_type(r.rngsubtype,NULL) FROM pg_range r WHERE r.rngtypid=t.oid) END AS base,
       t.typnotnull AS not_null, CASE WHEN t.typtype='d' THEN t.typdefault END AS expr,
       (SELECT json_agg(json_build_array(c.conname, pg_get_constraintdef(c.oid)) ORDER BY c.conname COLLATE "C") FROM pg_constraint c WHERE c.contypid=t.oid AND c.contype='c') AS checks,
       obj_description(t.oid,'pg_type') AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid=t.typnamespace
WHERE t.typtype IN ('e','d','r') AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid='pg_type'::regclass AND x.objid=t.oid AND x.deptype='e')
ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C";
-- Functions and procedures
SELECT n.nspname AS schema, p.proname AS name, p.prokind AS kind, pg_get_function_identity_arguments(p.oid) AS args,
       CASE WHEN p.prokind IN ('f','p','w') THEN pg_get_functiondef(p.oid) END AS definition, obj_description(p.oid,'pg_proc') AS comment
FROM pg_proc p JOIN pg_namespace n ON n.oid=p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname<>'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid='pg_proc'::regclass AND x.objid=p.oid AND x.deptype IN ('e','i'))
ORDER BY n.nspname COLLATE "C", p.proname COLLATE "C", pg_get_function_identity_arguments(p.oid) COLLATE "C";
-- Triggers
SELECT t.tgrelid AS rel, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS enabled, t.tgparentid<>0 AS inherited
FROM pg_trigger t JOIN pg_class c ON c.oid=t.tgrelid JOIN pg_namespace n ON n.oid=c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema'  ORDER BY t.tgrelid, t.tgname COLLATE "C";
-- Row security policies
SELECT p.polrelid AS rel, p.polname AS name, p.polcmd AS cmd, p.polpermissive AS permissive, pg_get_expr(p.polqual,p.polrelid) AS using_expr, pg_get_expr(p.polwithcheck,p.polrelid) AS check_expr,
       (SELECT json_agg(coalesce(r.rolname,'public') ORDER BY r.rolname COLLATE "C") FROM unnest(p.polroles) x(o) LEFT JOIN pg_roles r ON r.oid=x.o) AS roles
FROM pg_policy p ORDER BY p.polrelid, p.polname COLLATE "C";
-- What each view uses, for ordering
SELECT DISTINCT r.ev_class AS rel, d.refclassid::regclass::text AS refclass, d.refobjid AS refid
FROM pg_rewrite r JOIN pg_class c ON c.oid=r.ev_class AND c.relkind IN ('v','m') JOIN pg_depend d ON d.classid='pg_rewrite'::regclass AND d.objid=r.oid
WHERE d.refobjid<>r.ev_class AND d.refobjid>=16384 AND d.refclassid IN ('pg_class'::regclass,'pg_proc'::regclass,'pg_type'::regclass) ORDER BY 1,2,3;
COMMIT;
