// SPDX-License-Identifier: MIT
// Lets the real drizzle-orm apply a migration folder to a database, as its users do.
// usage: node drizzle-migrate.mjs DATABASE FOLDER [--through IDX] [--v1]
//   DATABASE       postgres://..., mysql://... or the name of a SQLite file
//   --through IDX  stop after the journal entry with this idx (--v1: after the folder at this
//                  position, counted from 0): works on a copy whose later entries are gone
//   --v1           the migrator of drizzle-orm 1.0, for its layout of one folder per migration
// Exit 0: applied, 1: drizzle-orm failed (its message on stderr), 2: wrong usage.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

const USAGE = "usage: drizzle-migrate.mjs DATABASE FOLDER [--through IDX] [--v1]";

class UsageError extends Error {}

/* One for each kind of database: drizzle's name for the client library, and how to open and close
 * one of its connections. */
const SQLITE = {
  library: "libsql",
  async open(file) {
    const { createClient } = await import("@libsql/client");
    return createClient({ url: pathToFileURL(path.resolve(file)).href });
  },
  close: (client) => client.close(),
};
const POSTGRES = {
  library: "node-postgres",
  async open(url) {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  },
  close: (client) => client.end(),
};
const MYSQL = {
  library: "mysql2",
  async open(url) {
    const { createConnection } = await import("mysql2/promise");
    return createConnection(url);
  },
  close: (client) => client.end(),
};
const SCHEMES = { postgres: POSTGRES, postgresql: POSTGRES, mysql: MYSQL, mariadb: MYSQL };

function kindOf(database) {
  const scheme = /^([a-z]+):\/\//.exec(database)?.[1];
  if (scheme === undefined) return SQLITE;
  if (!Object.hasOwn(SCHEMES, scheme)) throw new UsageError(`unknown scheme '${scheme}'`);
  return SCHEMES[scheme];
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { through: { type: "string" }, v1: { type: "boolean", default: false } },
  });
  if (positionals.length !== 2) throw new UsageError("expected a database and a folder");
  if (values.through !== undefined && !/^\d+$/.test(values.through)) {
    throw new UsageError("IDX is a number");
  }
  const through = values.through === undefined ? null : Number(values.through);
  return { database: positionals[0], folder: positionals[1], through, v1: values.v1 };
}

function cutJournal(folder, through) {
  const journalPath = path.join(folder, "meta", "_journal.json");
  const journal = JSON.parse(fs.readFileSync(journalPath, "utf8"));
  const last = journal.entries.findIndex((entry) => entry.idx === through);
  if (last < 0) throw new UsageError(`the journal has no entry with idx ${through}`);
  journal.entries.length = last + 1;
  fs.writeFileSync(journalPath, JSON.stringify(journal, null, 2));
}

function cutFolders(folder, through) {
  const names = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  if (through >= names.length) {
    throw new UsageError(`the folder has no migration at position ${through}`);
  }
  for (const name of names.slice(through + 1)) {
    fs.rmSync(path.join(folder, name), { recursive: true });
  }
}

/* A fixture may be read-only, and its copy would be too. */
function makeWritable(folder) {
  fs.chmodSync(folder, 0o700);
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    fs.chmodSync(path.join(folder, name), 0o700);
  }
}

async function migrateWith(packageName, database, folder) {
  const kind = kindOf(database);
  const { drizzle } = await import(`${packageName}/${kind.library}`);
  const { migrate } = await import(`${packageName}/${kind.library}/migrator`);
  const client = await kind.open(database);
  try {
    const db = packageName === "drizzle-orm" ? drizzle(client) : drizzle({ client });
    await migrate(db, { migrationsFolder: folder });
  } finally {
    await kind.close(client);
  }
}

/* Calls work(folder) with the wanted folder or with a cut copy of it that is gone afterwards. */
async function withFolder({ folder, through, v1 }, work) {
  if (through === null) return work(folder);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drizzle-"));
  try {
    const copy = path.join(scratch, "migrations");
    fs.cpSync(folder, copy, { recursive: true });
    makeWritable(copy);
    (v1 ? cutFolders : cutJournal)(copy, through);
    return await work(copy);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

try {
  const wanted = readArguments();
  const packageName = wanted.v1 ? "drizzle-orm-v1" : "drizzle-orm";
  await withFolder(wanted, (folder) => migrateWith(packageName, wanted.database, folder));
} catch (error) {
  const wrongUse = error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(wrongUse ? `${error.message}\n${USAGE}` : `drizzle-orm: ${error.message}`);
  if (error.cause) console.error(`cause: ${error.cause.message}`);
  process.exitCode = wrongUse ? 2 : 1;
}
