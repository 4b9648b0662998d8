// SPDX-License-Identifier: MIT
// Prints the schema of a MariaDB database in the form fixture-schema/1, read from
// information_schema: an opinion that owes nothing to the code under test.
// usage: node mysql-schema.mjs URL [--tracker]
//   --tracker  also the rows of __drizzle_migrations, as the expected files have them; of a table
//              of drizzle 1.0 their names as well
// Left out: dunlin_* and __drizzle_migrations. Names of the database itself are cut from views.
// What the fixtures have no example of: an index over the first n bytes of a column has column(n).
import mysql from "mysql2/promise";
import { byName, groupBy, isOurs, readArguments } from "./schema-reader.mjs";

const TRACKER = "__drizzle_migrations";

const QUERIES = {
  relations: `
    SELECT t.table_name AS name, t.table_type AS type, v.view_definition AS definition
    FROM information_schema.tables t
      LEFT JOIN information_schema.views v
        ON v.table_schema = t.table_schema AND v.table_name = t.table_name
    WHERE t.table_schema = DATABASE()`,
  columns: `
    SELECT table_name AS owner, column_name AS name, column_type AS type,
           is_nullable = 'YES' AS nullable, column_default AS \`default\`, extra
    FROM information_schema.columns WHERE table_schema = DATABASE()
    ORDER BY table_name, ordinal_position`,
  indexes: `
    SELECT table_name AS owner, index_name AS name, non_unique, index_type AS method,
           column_name AS \`column\`, sub_part, collation
    FROM information_schema.statistics WHERE table_schema = DATABASE()
    ORDER BY table_name, index_name, seq_in_index`,
  foreignKeys: `
    SELECT k.table_name AS owner, k.constraint_name AS name, k.column_name AS \`column\`,
           k.referenced_table_name AS refTable, k.referenced_column_name AS refColumn,
           r.update_rule AS onUpdate, r.delete_rule AS onDelete
    FROM information_schema.key_column_usage k
      JOIN information_schema.referential_constraints r
        ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name
          AND r.constraint_name = k.constraint_name
    WHERE k.table_schema = DATABASE() AND r.constraint_schema = DATABASE()
    ORDER BY k.table_name, k.constraint_name, k.ordinal_position`,
  checks: `
    SELECT table_name AS owner, constraint_name AS name, check_clause AS expression, level
    FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()`,
  triggers: `
    SELECT event_object_table AS owner, trigger_name AS name,
           CONCAT(action_timing, ' ', event_manipulation) AS event
    FROM information_schema.triggers WHERE trigger_schema = DATABASE()`,
};

let connection;

async function rows(sql) {
  return (await connection.query(sql))[0];
}

function columnOf({ name, type, nullable, default: value, extra }) {
  const words = extra.split(/\s*\bauto_increment\b\s*/i);
  return {
    name, type, nullable: nullable === 1, default: value,
    autoIncrement: words.length > 1, extra: words.join(" ").trim() || null,
  };
}

function indexOf(parts) {
  const [{ name, non_unique, method }] = parts;
  const columns = parts.map(({ column, sub_part, collation }) =>
    `${column}${sub_part === null ? "" : `(${sub_part})`}${collation === "D" ? " DESC" : ""}`);
  return { name, unique: Number(non_unique) === 0, method: method.toLowerCase(), columns };
}

function foreignKeyOf(parts) {
  const [{ name, refTable, onUpdate, onDelete }] = parts;
  return {
    name, columns: parts.map(({ column }) => column), refTable,
    refColumns: parts.map(({ refColumn }) => refColumn), onUpdate, onDelete,
  };
}

/* Rows of several columns each, one item for each name. */
function collect(parts, make) {
  return [...groupBy(parts, ({ name }) => name).values()].map(make).sort(byName);
}

async function readTables(names) {
  const parts = {};
  for (const part of ["columns", "indexes", "foreignKeys", "checks", "triggers"]) {
    parts[part] = groupBy(await rows(QUERIES[part]), ({ owner }) => owner);
  }
  const of = (part, name) => parts[part].get(name) ?? [];
  return names.map((name) => {
    const indexes = collect(of("indexes", name), indexOf);
    const primary = indexes.find((index) => index.name === "PRIMARY");
    return {
      name,
      columns: of("columns", name).map(columnOf),
      primaryKey: primary ? { name: primary.name, columns: primary.columns } : null,
      uniques: [],
      foreignKeys: collect(of("foreignKeys", name), foreignKeyOf),
      checks: of("checks", name)
        .map(({ name, expression, level }) => ({ name, expression, level })).sort(byName),
      indexes: indexes.filter((index) => index !== primary),
      triggers: of("triggers", name).map(({ name, event }) => ({ name, event })).sort(byName),
    };
  }).sort(byName);
}

async function readTracker(relations) {
  if (!relations.some(({ name }) => name === TRACKER)) return null;
  const recorded = await rows(`SELECT * FROM ${TRACKER} ORDER BY id`);
  return {
    table: TRACKER,
    rows: recorded.map(({ id, hash, created_at, name }) => (
      { id, hash, created_at, ...(name !== undefined && { name }) })),
  };
}

async function readSchema(withTracker) {
  const schema = { format: "fixture-schema/1", dialect: "mysql" };
  const [{ current }] = await rows("SELECT DATABASE() AS current");
  const relations = await rows(QUERIES.relations);
  const wanted = relations.filter(({ name }) => name !== TRACKER && !isOurs(name));
  if (withTracker) schema.tracker = await readTracker(relations);
  schema.tables = await readTables(
    wanted.filter(({ type }) => type === "BASE TABLE").map(({ name }) => name));
  schema.views = wanted
    .filter(({ type }) => type === "VIEW")
    .map(({ name, definition }) => ({ name, definition: definition.replaceAll(`\`${current}\`.`, "") }))
    .sort(byName);
  return schema;
}

const { database, withTracker } = readArguments("mysql-schema.mjs URL [--tracker]");
try {
  connection = await mysql.createConnection(database);
  console.log(JSON.stringify(await readSchema(withTracker), null, 2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await connection?.end();
}
