// SPDX-License-Identifier: MIT
// Prints the schema of a SQLite database in the form fixture-schema/1, read through libsql's own
// SQLite: an opinion that owes nothing to the code under test.
// usage: node sqlite-schema.mjs FILE [--tracker]
//   --tracker  also the rows of __drizzle_migrations, as the expected files have them
// Left out: sqlite_*, dunlin_* and __drizzle_migrations.
// What the fixtures have no example of: `uniques` holds unique constraints ({name, columns}),
// `hidden` is "hidden", "virtual" or "stored", a descending index column ends in " DESC".
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createClient } from "@libsql/client";
import { byName, isOurs, readArguments } from "./schema-reader.mjs";
import { readIndexSql, readTableSql } from "./sqlite-ddl.mjs";

const HIDDEN = [null, "hidden", "virtual", "stored"];
const LEFT_OUT = /^(sqlite_|__drizzle_migrations$)/i;

let client;

async function rows(sql, ...args) {
  return (await client.execute({ sql, args })).rows;
}

async function readColumns(table) {
  const columns = await rows("SELECT * FROM pragma_table_xinfo(?) ORDER BY cid", table);
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.notnull === 0,
    default: column.dflt_value,
    hidden: HIDDEN[column.hidden],
  }));
}

async function readPrimaryKey(table, ddl) {
  const columns = await rows(
    "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk", table);
  if (columns.length === 0) return null;
  return { columns: columns.map((column) => column.name), autoincrement: ddl.autoincrement };
}

async function readIndexColumns(index, ddl) {
  const parts = await rows(
    `SELECT seqno, name, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`,
    index);
  return parts.map((part) => {
    if (part.name === null) return ddl.columns[part.seqno];
    return part.desc ? `${part.name} DESC` : part.name;
  });
}

async function readIndexes(table, tableDdl) {
  const found = { indexes: [], uniques: [] };
  const list = await rows(
    `SELECT l.name, l."unique" AS is_unique, l.origin, s.sql
      FROM pragma_index_list(?) l LEFT JOIN sqlite_schema s ON s.name = l.name`, table);
  for (const index of list) {
    if (index.origin === "pk") continue;
    const ddl = index.sql ? readIndexSql(index.sql) : { columns: [], where: null };
    const columns = await readIndexColumns(index.name, ddl);
    if (index.origin === "u") {
      const name = tableDdl.uniques.get(columns.join("\0").toLowerCase()) ?? null;
      found.uniques.push({ name, columns });
    } else {
      const unique = index.is_unique === 1;
      found.indexes.push({ name: index.name, unique, columns, where: ddl.where });
    }
  }
  found.indexes.sort(byName);
  found.uniques.sort(byName);
  return found;
}

async function readForeignKeys(table) {
  const keys = new Map();
  const parts = await rows("SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", table);
  for (const part of parts) {
    if (!keys.has(part.id)) {
      keys.set(part.id, {
        name: null, columns: [], refTable: part.table, refColumns: [],
        onUpdate: part.on_update, onDelete: part.on_delete,
      });
    }
    keys.get(part.id).columns.push(part.from);
    /* NULL: REFERENCES without columns means the parent's primary key. */
    if (part.to !== null) keys.get(part.id).refColumns.push(part.to);
  }
  return [...keys.values()].sort(byName);
}

async function readTriggers(table) {
  const triggers = await rows(
    `SELECT name, sql AS definition FROM sqlite_schema
     WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`, table);
  return triggers.map(({ name, definition }) => ({ name, definition })).sort(byName);
}

async function readTable({ name, sql }) {
  const ddl = readTableSql(sql);
  const { uniques, indexes } = await readIndexes(name, ddl);
  return {
    name,
    columns: await readColumns(name),
    primaryKey: await readPrimaryKey(name, ddl),
    uniques,
    indexes,
    foreignKeys: await readForeignKeys(name),
    checks: ddl.checks.sort(byName),
    triggers: await readTriggers(name),
  };
}

async function readView({ name, sql }) {
  const triggers = await readTriggers(name);
  return { name, definition: sql, ...(triggers.length > 0 && { triggers }) };
}

async function readTracker() {
  const table = "__drizzle_migrations";
  const found = await rows("SELECT 1 FROM sqlite_schema WHERE name = ?", table);
  if (found.length === 0) return null;
  const recorded = await rows(`SELECT id, hash, created_at FROM ${table} ORDER BY rowid`);
  return { table, rows: recorded.map(({ id, hash, created_at }) => ({ id, hash, created_at })) };
}

async function readSchema(withTracker) {
  const objects = (await rows("SELECT type, name, sql FROM sqlite_schema"))
    .filter((object) => !LEFT_OUT.test(object.name) && !isOurs(object.name))
    .sort(byName);
  const schema = { format: "fixture-schema/1", dialect: "sqlite" };
  if (withTracker) schema.tracker = await readTracker();
  schema.tables = [];
  schema.views = [];
  for (const object of objects) {
    if (object.type === "table") schema.tables.push(await readTable(object));
    if (object.type === "view") schema.views.push(await readView(object));
  }
  return schema;
}

const { database, withTracker } = readArguments("sqlite-schema.mjs FILE [--tracker]");
/* Opening a file that is not there would make an empty database. */
if (!fs.existsSync(database)) {
  console.error(`there is no file '${database}'`);
  process.exit(1);
}
client = createClient({ url: pathToFileURL(path.resolve(database)).href });
try {
  console.log(JSON.stringify(await readSchema(withTracker), null, 2));
} finally {
  client.close();
}
