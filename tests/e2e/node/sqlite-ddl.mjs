// SPDX-License-Identifier: MIT
// Reads what SQLite's catalog keeps only as text: checks and constraint names of CREATE TABLE,
// expressions and condition of CREATE INDEX. Understands statements that SQLite has accepted.

const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*|/\*[\s\S]*?(?:\*/|$)|\s+`, // skipped
    String.raw`'(?:[^']|'')*'`,
    String.raw`"(?:[^"]|"")*"|\x60(?:[^\x60]|\x60\x60)*\x60|\[[^\]]*\]`, // x60: backtick
    String.raw`[A-Za-z0-9_$\u0080-\uffff]+`,
    String.raw`[\s\S]`,
  ].map((part) => `(${part})`).join("|"),
  "g",
);

/* [{text, word, start, end, depth}]: depth counts the parentheses around a token; word is the
 * upper-case keyword or null for quoted text and signs. */
function tokenize(sql) {
  const tokens = [];
  let depth = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match[1] !== undefined) continue;
    const text = match[0];
    if (text === ")") depth--;
    const word = match[4] === undefined ? null : text.toUpperCase();
    tokens.push({ text, word, start: match.index, end: match.index + text.length, depth });
    if (text === "(") depth++;
  }
  return tokens;
}

function unquote(text) {
  const first = text[0];
  if (first === "[") return text.slice(1, -1);
  if (!"\"'`".includes(first)) return text;
  return text.slice(1, -1).replaceAll(first + first, first);
}

function closing(tokens, open) {
  let at = open + 1;
  while (at < tokens.length && tokens[at].depth > tokens[open].depth) at++;
  return at;
}

/* The parts between the parentheses at `open`, split at their commas: slices of tokens. */
function listItems(tokens, open) {
  const items = [[]];
  for (let at = open + 1; at < closing(tokens, open); at++) {
    const token = tokens[at];
    if (token.text === "," && token.depth === tokens[open].depth + 1) items.push([]);
    else items.at(-1).push(token);
  }
  return items;
}

function textOf(sql, tokens) {
  return tokens.length === 0 ? "" : sql.slice(tokens[0].start, tokens.at(-1).end);
}

/* One column or table constraint definition of a CREATE TABLE. */
function readDefinition(sql, item, found) {
  const depth = item[0].depth;
  let name = null;
  let named = -1;
  for (let at = 0; at < item.length; at++) {
    const { word } = item[at];
    if (item[at].depth !== depth) continue;
    if (word === "CONSTRAINT" && at + 1 < item.length) {
      name = unquote(item[at + 1].text);
      named = ++at + 1;
      continue;
    }
    const own = named === at ? name : null;
    const open = item[at + 1]?.text === "(" ? at + 1 : -1;
    if (word === "CHECK" && open > 0) {
      const inner = item.slice(open + 1, closing(item, open));
      found.checks.push({ name: own, expression: textOf(sql, inner) });
    } else if (word === "UNIQUE" && own !== null) {
      const columns = open > 0 ? listItems(item, open).map((part) => part[0]) : [item[0]];
      const key = columns.map((column) => unquote(column.text)).join("\0").toLowerCase();
      found.uniques.set(key, own);
    } else if (word === "AUTOINCREMENT") {
      found.autoincrement = true;
    }
  }
}

/* checks: [{name, expression}]; uniques: columns joined by NUL, lower case -> constraint name. */
export function readTableSql(sql) {
  const found = { checks: [], uniques: new Map(), autoincrement: false };
  const tokens = tokenize(sql);
  const open = tokens.findIndex((token) => token.text === "(");
  if (open < 0 || tokens[1].word === "VIRTUAL") return found;
  for (const item of listItems(tokens, open)) {
    if (item.length > 0) readDefinition(sql, item, found);
  }
  return found;
}

/* columns: text of each indexed column or expression; where: condition or null. */
export function readIndexSql(sql) {
  const tokens = tokenize(sql);
  const open = tokens.findIndex((token) => token.text === "(");
  const where = tokens.findIndex(
    (token, at) => at > open && token.depth === 0 && token.word === "WHERE");
  return {
    columns: listItems(tokens, open).map((item) => textOf(sql, item)),
    where: where < 0 ? null : textOf(sql, tokens.slice(where + 1)),
  };
}
