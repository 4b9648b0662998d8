// SPDX-License-Identifier: MIT
// Prints the schema of a PostgreSQL database in the form fixture-schema/1, read from its catalogs:
// an opinion that owes nothing to the code under test.
// usage: node postgres-schema.mjs URL [--tracker]
//   --tracker  also the rows of drizzle.__drizzle_migrations, as the expected files have them; of a
//              table of drizzle 1.0 their names as well
// Left out: the schema drizzle, dunlin_* and what extensions brought along.
// What the fixtures have no example of: `identity` is "always" or "by default", `generated` is
// "stored" or "virtual" and its expression is the default.
import pg from "pg";
import { byName, groupBy, isOurs, readArguments } from "./schema-reader.mjs";

const ACTIONS = {
  a: "NO ACTION", r: "RESTRICT", c: "CASCADE", n: "SET NULL", d: "SET DEFAULT",
};
const IDENTITIES = { "": null, a: "always", d: "by default" };
const GENERATED = { "": null, s: "stored", v: "virtual" };

const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'drizzle')`;

function notOfExtension(catalog, oid) {
  return `NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = '${catalog}'::regclass
    AND x.objid = ${oid} AND x.deptype = 'e')`;
}

const QUERIES = {
  schemas: `
    SELECT n.nspname AS name FROM pg_namespace n
    WHERE ${USER_SCHEMA} AND ${notOfExtension("pg_namespace", "n.oid")}`,
  enums: `
    SELECT n.nspname AS schema, t.typname AS name,
           (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
              FROM pg_enum e WHERE e.enumtypid = t.oid) AS values
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND ${USER_SCHEMA} AND ${notOfExtension("pg_type", "t.oid")}`,
  sequences: `
    SELECT n.nspname AS schema, c.relname AS name,
           d.refobjid::regclass::text || '.' || a.attname AS owned_by, t.relname AS owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      LEFT JOIN pg_class t ON t.oid = d.refobjid
    WHERE c.relkind = 'S' AND ${USER_SCHEMA} AND ${notOfExtension("pg_class", "c.oid")}`,
  relations: `
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
           CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${USER_SCHEMA}
      AND ${notOfExtension("pg_class", "c.oid")}`,
  columns: `
    SELECT a.attrelid AS rel, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS "default",
           a.attidentity AS identity, a.attgenerated AS generated
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY ($1)
    ORDER BY a.attrelid, a.attnum`,
  constraints: `
    SELECT k.conrelid AS rel, k.conname AS name, k.contype AS kind,
           (SELECT json_agg(a.attname ORDER BY u.at)
              FROM unnest(k.conkey) WITH ORDINALITY u(num, at)
              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS columns,
           rn.nspname AS ref_schema, r.relname AS ref_table,
           (SELECT json_agg(a.attname ORDER BY u.at)
              FROM unnest(k.confkey) WITH ORDINALITY u(num, at)
              JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num) AS ref_columns,
           k.confupdtype AS on_update, k.confdeltype AS on_delete,
           pg_get_expr(k.conbin, k.conrelid) AS expression
    FROM pg_constraint k LEFT JOIN pg_class r ON r.oid = k.confrelid
      LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.conrelid = ANY ($1) AND k.contype IN ('p', 'u', 'f', 'c')`,
  indexes: `
    SELECT i.indrelid AS rel, c.relname AS name, i.indisunique AS "unique", m.amname AS method,
           (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, false) ORDER BY k)
              FROM generate_series(1, i.indnkeyatts::int) k) AS columns,
           i.indoption::int2[]::int[] AS options, pg_get_expr(i.indpred, i.indrelid) AS "where"
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = ANY ($1) AND NOT EXISTS (SELECT 1 FROM pg_constraint k
      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))`,
  triggers: `
    SELECT t.tgrelid AS rel, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition
    FROM pg_trigger t WHERE t.tgrelid = ANY ($1) AND NOT t.tgisinternal`,
  functions: `
    SELECT n.nspname AS schema, p.proname AS name,
           pg_get_function_identity_arguments(p.oid) AS arguments, l.lanname AS language
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_language l ON l.oid = p.prolang
    WHERE ${USER_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")}`,
};

let client;

async function rows(sql, ...values) {
  return (await client.query(sql, values)).rows;
}

/* DESC is bit 1, NULLS FIRST bit 2; each direction has a default place for nulls. */
function orderOf(option) {
  const descending = (option & 1) !== 0;
  const nullsFirst = (option & 2) !== 0;
  const nulls = nullsFirst === descending ? "" : nullsFirst ? " NULLS FIRST" : " NULLS LAST";
  return `${descending ? " DESC" : ""}${nulls}`;
}

function columnOf({ name, type, nullable, default: value, identity, generated }) {
  return {
    name, type, nullable, default: value,
    identity: IDENTITIES[identity], generated: GENERATED[generated],
  };
}

function foreignKeyOf(constraint) {
  return {
    name: constraint.name, columns: constraint.columns, refSchema: constraint.ref_schema,
    refTable: constraint.ref_table, refColumns: constraint.ref_columns,
    onUpdate: ACTIONS[constraint.on_update], onDelete: ACTIONS[constraint.on_delete],
  };
}

function indexOf({ name, unique, method, columns, options, where }) {
  const ordered = columns.map((column, at) => `${column}${orderOf(options[at])}`);
  return { name, unique, method, columns: ordered, where };
}

function constraintsOf(list) {
  const ofKind = (kind, make) => list.filter((item) => item.kind === kind).map(make).sort(byName);
  return {
    primaryKey: ofKind("p", ({ name, columns }) => ({ name, columns }))[0] ?? null,
    uniques: ofKind("u", ({ name, columns }) => ({ name, columns })),
    foreignKeys: ofKind("f", foreignKeyOf),
    checks: ofKind("c", ({ name, expression }) => ({ name, expression })),
  };
}

async function readTables(relations) {
  const wanted = relations.filter(({ kind }) => "rpf".includes(kind));
  const parts = {};
  for (const part of ["columns", "constraints", "indexes", "triggers"]) {
    const found = await rows(QUERIES[part], wanted.map(({ oid }) => oid));
    parts[part] = groupBy(found, ({ rel }) => rel);
  }
  const of = (part, oid) => parts[part].get(oid) ?? [];
  return wanted.map(({ oid, schema, name }) => ({
    schema,
    name,
    columns: of("columns", oid).map(columnOf),
    ...constraintsOf(of("constraints", oid)),
    indexes: of("indexes", oid).map(indexOf).sort(byName),
    triggers: of("triggers", oid)
      .map((trigger) => ({ name: trigger.name, definition: trigger.definition })).sort(byName),
  })).sort(byName);
}

async function readTracker() {
  const table = "drizzle.__drizzle_migrations";
  const [{ found }] = await rows("SELECT to_regclass($1) IS NOT NULL AS found", table);
  if (!found) return null;
  const recorded = await rows(`SELECT * FROM ${table} ORDER BY id`);
  return {
    table,
    rows: recorded.map(({ id, hash, created_at, name }) => (
      { id, hash, created_at: created_at === null ? null : Number(created_at),
        ...(name !== undefined && { name }) })),
  };
}

async function readSchema(withTracker) {
  const schema = { format: "fixture-schema/1", dialect: "postgresql" };
  if (withTracker) schema.tracker = await readTracker();
  const relations = (await rows(QUERIES.relations)).filter(({ name }) => !isOurs(name));
  schema.schemas = (await rows(QUERIES.schemas)).map(({ name }) => name).sort();
  schema.enums = (await rows(QUERIES.enums)).sort(byName);
  schema.sequences = (await rows(QUERIES.sequences))
    .filter(({ name, owner }) => !isOurs(owner ?? name))
    .map(({ schema, name, owned_by }) => ({ schema, name, owned_by }))
    .sort(byName);
  schema.tables = await readTables(relations);
  schema.views = relations
    .filter(({ kind }) => "vm".includes(kind))
    .map(({ schema, name, kind, definition }) => (
      { schema, name, materialized: kind === "m", definition }))
    .sort(byName);
  schema.functions = (await rows(QUERIES.functions)).sort(byName);
  return schema;
}

const { database, withTracker } = readArguments("postgres-schema.mjs URL [--tracker]");
client = new pg.Client({ connectionString: database });
try {
  await client.connect();
  /* Texts depend on it: what stands in the path is printed without its schema. */
  await client.query("SET search_path = public");
  console.log(JSON.stringify(await readSchema(withTracker), null, 2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await client.end();
}
