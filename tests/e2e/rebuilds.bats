#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# SQLite: neighbouring ALTER TABLEs of one table in portable SQL share one rebuild, and mean what they
# mean one after the other.

load helper
load export_helper

setup() {
    helper_setup
    mkdir migrations
    echo '{"dialect": "portable", "targets": {"only": {"url": "sqlite:app.db", "backup": "none"}}}' \
        >dunlin.json
    migration 0001_shop <<'SQL'
CREATE TABLE makers (id bigint PRIMARY KEY);
CREATE TABLE items (id bigint PRIMARY KEY, name varchar(20), price varchar(10), stock integer,
    maker bigint, CONSTRAINT stock_known CHECK (stock >= 0));
CREATE TABLE sales (id bigint PRIMARY KEY, item bigint REFERENCES items (id) ON DELETE CASCADE);
INSERT INTO makers VALUES (1);
INSERT INTO items VALUES (1, 'tea', '3', 5, 1), (2, 'milk', '2', NULL, 1);
INSERT INTO sales VALUES (1, 1), (2, 2);
SQL
}

# migration NAME: its text from standard input.
migration() {
    cat >"migrations/$1.sql"
}

# rebuilds: how many of them the pending migrations take, as a dry run shows it.
rebuilds() {
    "$DUNLIN" migrate --dry-run --json |
        jq '[.plan[].sql[]? | select(.text | test("^INSERT INTO .?_dunlin_new_"))] | length'
}

# made: how many the last `dunlin -v -v migrate` took.
made() {
    grep -c 'statement: INSERT INTO .*_dunlin_new_' <<<"$stderr" || true
}

five() {
    migration 0002_strict <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer USING CAST(price AS integer);
-- a comment; with a separator
ALTER TABLE items ALTER COLUMN name SET NOT NULL;--> statement-breakpoint
-- dunlin: rename items.a items.b
/* another */ ALTER TABLE items
    DROP CONSTRAINT stock_known, ALTER COLUMN stock SET DEFAULT 0;
-- dunlin: only postgres
COMMENT ON TABLE items IS 'none of SQLite';
-- dunlin: end
ALTER TABLE items ADD CONSTRAINT made FOREIGN KEY (maker) REFERENCES makers (id);
alter table Items ADD COLUMN note text NOT NULL DEFAULT '-';
SQL
}

@test "a column that is dropped and made again by its name is a new one, without the old values" {
    migration 0002_again <<'SQL'
ALTER TABLE items DROP COLUMN price, ADD COLUMN price varchar(10) DEFAULT 'new',
    ADD CONSTRAINT named CHECK (name <> '');
SQL
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db "SELECT group_concat(price) FROM items")" new,new
}

@test "five neighbours are one rebuild, shown, made and exported alike" {
    five
    dunlin migrate --to 0001_shop --quiet
    assert_equal "$(rebuilds)" 1
    dunlin migrate --dry-run
    assert_exit 0
    assert_stdout 'for the statements of lines 1 to 11'
    dunlin -v -v migrate
    assert_exit 0
    assert_equal "$(made)" 1
    assert_equal "$(sql app.db 'SELECT * FROM items')" $'1|tea|3|5|1|-\n2|milk|2||1|-'
    assert_equal "$(sql app.db 'SELECT * FROM sales')" $'1|1\n2|2'
    assert_equal "$(sql app.db "SELECT typeof(price) FROM items LIMIT 1")" integer
    assert_equal "$(sql app.db 'SELECT tag, statements FROM dunlin_migrations')" \
        $'0001_shop|6\n0002_strict|5'
    export_to script.sql sqlite
    assert_equal "$(grep -o 'INSERT INTO [^ ]*_dunlin_new_' script.sql | wc -l)" 1
    for _ in 1 2 3; do
        run_script "$PWD/other.db" script.sql
        assert_exit 0
    done
    assert_same_as_migrate sqlite "$PWD/other.db"
}

@test "what depends on rows that another one changed stays apart" {
    migration 0002_default <<'SQL'
ALTER TABLE items ADD COLUMN rank integer DEFAULT 1;
ALTER TABLE items ALTER COLUMN rank DROP DEFAULT;
SQL
    migration 0003_using <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer USING CAST(price AS integer) * 10;
ALTER TABLE items ALTER COLUMN stock TYPE bigint USING price + 1;
SQL
    migration 0004_again <<'SQL'
ALTER TABLE items DROP COLUMN name;
ALTER TABLE items ADD COLUMN name text;
SQL
    migration 0005_same <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE text;
ALTER TABLE items ALTER COLUMN price TYPE integer USING 7;
SQL
    dunlin migrate --quiet
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT rank, price, stock, name FROM items')" $'1|7|31|\n1|7|21|'
}

@test "a state in between that the rows violate is refused as before" {
    migration 0002_order <<'SQL'
ALTER TABLE items ADD CONSTRAINT lo CHECK (stock < 5);
ALTER TABLE items DROP CONSTRAINT lo;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0002_order.sql:1:1: CHECK constraint failed: lo'
    migration 0002_order <<'SQL'
ALTER TABLE items ADD COLUMN most integer;
UPDATE items SET most = 6;
ALTER TABLE items ADD CONSTRAINT under CHECK (stock < most);
ALTER TABLE items ALTER COLUMN stock TYPE bigint USING stock * 2;
ALTER TABLE items ALTER COLUMN most TYPE bigint USING most * 2;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0002_order.sql:4:1: CHECK constraint failed: under'
}

@test "keys that were there before bind two conversions" {
    migration 0002_under <<'SQL'
ALTER TABLE items ADD COLUMN most integer DEFAULT 6;
ALTER TABLE items ADD CONSTRAINT under CHECK (stock < most);
SQL
    migration 0003_double <<'SQL'
ALTER TABLE items ALTER COLUMN stock TYPE bigint USING stock * 2;
ALTER TABLE items ALTER COLUMN most TYPE bigint USING most * 2;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0003_double.sql:1:1: CHECK constraint failed: under'
}

@test "a rebuild behind a rename knows checks, indexes and computed columns by the new name" {
    migration 0002_twice <<'SQL'
ALTER TABLE items ADD COLUMN twice integer GENERATED ALWAYS AS (stock * 2) STORED;
CREATE INDEX items_half ON items ((stock / 2)) WHERE stock > 1;
SQL
    migration 0003_rename <<'SQL'
ALTER TABLE items RENAME COLUMN stock TO "left over";
SQL
    migration 0004_strict <<'SQL'
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
SQL
    dunlin migrate --quiet
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT "left over", twice FROM items')" $'5|10\n|'
    dunlin migrate --quiet
    assert_exit 0
}

@test "an error names the statement that it came from" {
    migration 0002_wrong <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer;
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
  ALTER TABLE items ALTER COLUMN stock SET NOT NULL;
ALTER TABLE items ALTER COLUMN maker SET NOT NULL;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0002_wrong.sql:3:3: NOT NULL constraint failed: items.stock [database.constraint]'
    assert_stderr "while running statement 3 of '0002_wrong'"
    assert_stderr 'ALTER TABLE items ALTER COLUMN stock SET NOT NULL'
    # A check, by its name and without one.
    migration 0002_wrong <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer;
ALTER TABLE items ADD CONSTRAINT few CHECK (stock < 3);
ALTER TABLE items ALTER COLUMN maker SET NOT NULL;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0002_wrong.sql:2:1: CHECK constraint failed: few'
    # What is found out before anything is sent.
    migration 0002_wrong <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer;
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
ALTER TABLE items
    ADD COLUMN IF NOT EXISTS stock text;
SQL
    dunlin migrate --quiet
    assert_exit 4
    assert_stderr "0002_wrong.sql:4:30: column 'items.stock' exists, but different"
    # What has no translation.
    migration 0002_wrong <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer;
ALTER TABLE items ALTER COLUMN name SET NOT NULL,
  ALTER COLUMN stock ADD GENERATED ALWAYS AS IDENTITY;
SQL
    dunlin migrate --quiet
    assert_exit 2
    assert_stderr '0002_wrong.sql:2:1: '
}

@test "a second constraint of a name is refused, which SQLite would take" {
    local text
    for text in 'ADD CONSTRAINT stock_known CHECK (price > 0)' 'ADD CONSTRAINT Stock_Known UNIQUE (name)' \
        'ADD CONSTRAINT twice CHECK (stock < 9), ADD CONSTRAINT twice CHECK (stock < 8)'; do
        migration 0002_twice <<<"ALTER TABLE items $text;"
        dunlin migrate --quiet
        assert_exit 1
        assert_stderr "table 'items' has a constraint '"
        assert_stderr "' already [database.exists]"
    done
    # Its name is free again once it is dropped or renamed.
    migration 0002_twice <<'SQL'
ALTER TABLE items DROP CONSTRAINT stock_known, ADD CONSTRAINT stock_known CHECK (stock > 0);
ALTER TABLE items RENAME CONSTRAINT stock_known TO known;
ALTER TABLE items ADD CONSTRAINT stock_known UNIQUE (stock);
ALTER TABLE items ADD CONSTRAINT IF NOT EXISTS stock_known UNIQUE (stock);
SQL
    dunlin migrate --quiet
    assert_exit 0
}

@test "a column that is not there is told with its place, before anything is sent" {
    migration 0002_missing <<'SQL'
ALTER TABLE items DROP CONSTRAINT stock_known;
ALTER TABLE items
    ALTER COLUMN price TYPE integer, DROP COLUMN nothing;
SQL
    dunlin migrate --quiet
    assert_exit 4
    assert_stderr "0002_missing.sql:3:38: column 'items.nothing' does not exist [translate.missing]"
    assert_equal "$(sql app.db 'SELECT count(*) FROM sqlite_master' 2>/dev/null)" 0
}

@test "a check that goes with a column does not come back with the next rebuild" {
    migration 0002_drop <<'SQL'
ALTER TABLE items ADD CONSTRAINT cheap CHECK (stock < 100 OR name = 'tea');
ALTER TABLE items DROP COLUMN stock;
SQL
    migration 0003_strict <<'SQL'
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
SQL
    dunlin migrate --quiet
    assert_exit 0
}

@test "guards are answered for each" {
    migration 0002_guarded <<'SQL'
ALTER TABLE items ADD COLUMN IF NOT EXISTS name varchar(20);
ALTER TABLE items ALTER COLUMN price TYPE integer USING CAST(price AS integer);
ALTER TABLE items DROP COLUMN IF EXISTS nothing;
ALTER TABLE items DROP CONSTRAINT IF EXISTS stock_known;
ALTER TABLE IF EXISTS nowhere ALTER COLUMN a SET NOT NULL;
ALTER TABLE IF EXISTS nowhere ALTER COLUMN b SET NOT NULL;
SQL
    dunlin -v -v migrate
    assert_exit 0
    assert_equal "$(made)" 1
    assert_equal "$(sql app.db 'SELECT typeof(price) FROM items LIMIT 1')" integer
    # All of it is so already.
    sql app.db "DELETE FROM dunlin_migrations WHERE tag = '0002_guarded'"
    migration 0002_guarded <<'SQL'
ALTER TABLE items ADD COLUMN IF NOT EXISTS name varchar(20);
ALTER TABLE items DROP CONSTRAINT IF EXISTS stock_known;
SQL
    run_json migrate --dry-run --allow 0002_guarded
    assert_json '[.plan[].sql[]? | select(.kind == "left-out") | [.line, .text]]' \
        '[[1,"ALTER TABLE items ADD COLUMN IF NOT EXISTS name varchar(20)"],[2,"ALTER TABLE items DROP CONSTRAINT IF EXISTS stock_known"]]'
}

@test "what stands between keeps them apart, and so does no transaction" {
    migration 0002_between <<'SQL'
ALTER TABLE items ALTER COLUMN price TYPE integer;
-- dunlin: assert SELECT count(*) FROM items = 2
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
SQL
    migration 0003_bare <<'SQL'
-- dunlin: no-transaction
ALTER TABLE items ALTER COLUMN price TYPE numeric(9, 2);
ALTER TABLE items ALTER COLUMN name DROP NOT NULL;
SQL
    dunlin -v -v migrate
    assert_exit 0
    assert_equal "$(made)" 4
}

@test "random histories end as if each statement stood in a file of its own" {
    run python3 -B "$tests_folder/e2e/rebuilds.py" "$DUNLIN" "$([ -n "${LONG-}" ] && echo 400 || echo 25)" \
        ${caller_seed:+"$caller_seed"}
    assert_exit 0
    assert_stdout 'rebuilds are saved'
}
