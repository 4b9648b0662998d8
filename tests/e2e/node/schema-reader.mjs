// SPDX-License-Identifier: MIT
// What the schema readers of all databases share.
import { parseArgs } from "node:util";

const OURS = /^dunlin_/i;

/* Tables of ours and what belongs to them. */
export function isOurs(name) {
  return OURS.test(name);
}

/* By code units, as the fixtures are; a missing name sorts first, then the rest decides. */
export function byName(a, b) {
  const [x, y] = [a, b].map(
    (item) => `${item.schema ?? ""}\0${item.name ?? ""}\0${JSON.stringify(item)}`);
  return x < y ? -1 : x > y ? 1 : 0;
}

/* Groups rows by what keyOf gives of each. */
export function groupBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return groups;
}

/* Ends the program on wrong arguments. */
export function readArguments(usage) {
  let wanted;
  try {
    wanted = parseArgs({
      allowPositionals: true,
      options: { tracker: { type: "boolean", default: false } },
    });
  } catch {
    wanted = { positionals: [] };
  }
  if (wanted.positionals.length !== 1) {
    console.error(`usage: ${usage}`);
    process.exit(2);
  }
  return { database: wanted.positionals[0], withTracker: wanted.values.tracker };
}
