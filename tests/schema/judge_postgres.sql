-- SPDX-License-Identifier: MIT
--
-- What a server's own functions print of its schemas, a line for each part: the judge of run.py where no
-- pg_dump is as new as the server. Names of sequences that a column owns say nothing, and neither does
-- what is printed of IN lists, as there, nor what NOT NULL constraints are called (docs/facts.md).
SET search_path = pg_catalog;
CREATE TEMP VIEW ours AS
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e');
CREATE TEMP VIEW lines AS
    SELECT 'relation ' || oid::regclass || ' ' || relkind::text || ' ' || relpersistence::text || ' '
           || relrowsecurity || relforcerowsecurity || ' ' || relreplident::text || ' '
           || coalesce(reloptions::text, '') || ' ' || coalesce(pg_get_partkeydef(oid), '') || ' '
           || coalesce(pg_get_expr(relpartbound, oid), '') AS line
    FROM ours WHERE relkind <> 'S'
    UNION ALL
    SELECT 'column ' || c.oid::regclass || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || ' ' || a.attnotnull || ' ' || a.attidentity::text || a.attgenerated::text || ' '
           || a.attcollation::regcollation || ' ' || a.attislocal || a.attinhcount || ' '
           || coalesce(regexp_replace(pg_get_expr(d.adbin, d.adrelid), '\w+_seq\M', 'its_seq'), '') || ' '
           || coalesce(col_description(c.oid, a.attnum), '')
    FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT 'constraint ' || coalesce(nullif(o.conrelid, 0)::regclass::text, o.contypid::regtype::text) || ' '
           || CASE WHEN o.contype <> 'n' THEN o.conname || ' ' ELSE '' END || pg_get_constraintdef(o.oid) || ' ' || o.convalidated || ' '
           || coalesce(obj_description(o.oid, 'pg_constraint'), '')
    FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(c.oid) || ' ' || i.indisreplident || i.indisclustered
    FROM ours c JOIN pg_index i ON i.indexrelid = c.oid
    UNION ALL
    SELECT 'view ' || oid::regclass || ' ' || pg_get_viewdef(oid) FROM ours WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
    FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'rule ' || pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN ours c ON c.oid = r.ev_class
    WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT 'routine ' || CASE WHEN p.prokind = 'a' THEN p.oid::regprocedure::text
                              ELSE pg_get_functiondef(p.oid) END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'label ' || enumtypid::regtype || ' ' || enumlabel || ' '
           || rank() OVER (PARTITION BY enumtypid ORDER BY enumsortorder)
    FROM pg_enum
    UNION ALL
    SELECT 'domain ' || oid::regtype || ' ' || format_type(typbasetype, typtypmod) || ' ' || typnotnull || ' '
           || coalesce(typdefault, '')
    FROM pg_type WHERE typtype = 'd' AND typnamespace::regnamespace::text <> 'information_schema';
SELECT regexp_replace(regexp_replace(regexp_replace(replace(line, E'\n', ' '),
                                                    '((NULL|''([^'']|'''')*'')::[a-z]+) AS (text|date|int4)', '\1', 'g'),
                                     '\(?ARRAY\[(.*?)\]\)?::text\[\]', 'ARRAY[\1]', 'g'),
                      '\(?(''(?:[^'']|'''')*'')::character varying\)?(::text)?', '\1', 'g')
FROM lines ORDER BY 1;
