# SPDX-License-Identifier: MIT
"""What tests/e2e/cases.py knows of single cases. Keys are a case or (case, database)."""

# Cases of one database alone, or whose statements only databases themselves have: the migrations are
# written in the database's own dialect.
NATIVE = {
    ("trigger-create-guard", "sqlite"), ("trigger-create-guard", "pg"),
    ("trigger-create-guard", "mariadb"), "trigger-replace-pg12", "function-create-guard",
    "function-replace-return-type", "function-sql-body", "procedure-create",
    ("table-create-like", "pg"), "uq-using-index", "trigger-drop", "trigger-drop-table-missing",
    "function-drop", "procedure-drop", "seq-alter-absent", "composite-create",
    "domain-drop-constraint", "extension-create", "extension-drop", ("schema-create", "mariadb"),
    ("schema-drop", "mariadb"), "role-create-do", "grant", "revoke-guard", "revoke-mariadb-guard",
    ("table-create-like", "mariadb"),
}

# SQL where the case has words, or only the beginning of a statement.
CHECKED = "CREATE TABLE IF NOT EXISTS t (s VARCHAR(5) NOT NULL CHECK (s IN ('a','b')))"
PG_ROLE = ("DO $$ BEGIN CREATE ROLE gw_role; "
           "EXCEPTION WHEN duplicate_object THEN NULL; END $$")
TEXT = {
    ("table-create-like", "mariadb"): "CREATE TABLE IF NOT EXISTS t2 LIKE t",
    ("trigger-drop", "sqlite"): "DROP TRIGGER IF EXISTS tr",
    ("trigger-drop", "mariadb"): "DROP TRIGGER IF EXISTS tr",
    ("trigger-drop-table-missing", "sqlite"): "DROP TRIGGER IF EXISTS tr",
    ("trigger-drop-table-missing", "mariadb"): "DROP TRIGGER IF EXISTS tr",
    ("role-create-do", "pg"): PG_ROLE,
    ("grant", "pg"): PG_ROLE + ";\nGRANT SELECT ON t TO gw_role",
    ("grant", "mariadb"): "CREATE ROLE IF NOT EXISTS gw_role;\nGRANT SELECT ON t TO gw_role",
    "revoke-guard": PG_ROLE + ";\nREVOKE SELECT ON t FROM gw_role",
    ("trigger-create-guard", "sqlite"):
        "CREATE TRIGGER IF NOT EXISTS tr AFTER INSERT ON t BEGIN SELECT 1; END",
    ("trigger-create-guard", "pg"):
        "CREATE TRIGGER IF NOT EXISTS tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    ("trigger-create-guard", "mariadb"):
        "CREATE TRIGGER IF NOT EXISTS tr BEFORE INSERT ON t FOR EACH ROW SET @x=1",
    "trigger-replace-pg12":
        "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    ("function-create-guard", "pg"):
        "CREATE FUNCTION IF NOT EXISTS f(x integer) RETURNS integer LANGUAGE sql AS 'select x+1'",
    ("function-create-guard", "mariadb"):
        "CREATE FUNCTION IF NOT EXISTS f(x INT) RETURNS INT DETERMINISTIC RETURN x+1",
    "function-replace-return-type":
        "DROP FUNCTION IF EXISTS f(integer);\n"
        "CREATE FUNCTION f(x integer) RETURNS text LANGUAGE sql AS 'select x::text'",
    "function-sql-body":
        "CREATE OR REPLACE FUNCTION f(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC "
        "SELECT 1; SELECT CASE WHEN x > 0 THEN x ELSE 0 END; END",
    "procedure-create": "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1",
    "enum-as-check": CHECKED,
    "ck-notvalid-validate":
        "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS ck CHECK (a > 0) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT ck",
    "seed-insert-absent": "INSERT INTO t (k,v) VALUES (1,'x') ON CONFLICT DO NOTHING",
    "seed-insert-not-exists":
        "INSERT INTO t (k,v) SELECT 1,'x' FROM (SELECT 1 AS one) AS d "
        "WHERE NOT EXISTS (SELECT 1 FROM t WHERE k=1)",
    "seed-select-on-conflict-parse":
        "INSERT INTO t SELECT k,v FROM s WHERE true ON CONFLICT DO NOTHING",
    "seed-update-if-changed":
        "INSERT INTO t (k,v) VALUES (1,'y') ON CONFLICT (k) DO UPDATE SET v=excluded.v "
        "WHERE t.v IS DISTINCT FROM excluded.v",
    "sqlite-rebuild-without-rowid":
        "UPDATE t SET v = 0 WHERE v IS NULL;\n"
        "ALTER TABLE t ALTER COLUMN v SET NOT NULL;\nALTER TABLE t ALTER COLUMN v SET DEFAULT 0",
    "sqlite-rebuild-generated": "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "sqlite-rename-needs-legacy": "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1",
}

# What holds for dunlin instead, and why: `exit` and `says` of a refusal that changes nothing, or
# `expect`: the end state; `again`: "fails" or "" for the second run.
OTHERWISE = {
    "table-rename-keeps-names": {
        "why": "asked for is the new name of the table, and no guard: other names are left alone",
        "expect": "t_pkey,t_x_key gw.t_id_seq", "again": "fails"},
    "table-drop-fk-parent-my": {
        "why": "the foreign key is obeyed: foreign_key_checks stays on",
        "exit": 1, "says": r"foreign key constraint fails"},
    "table-or-replace": {
        "why": "throws rows away: refused before anything is sent",
        "exit": 2, "says": r"throws rows away.*translate\.native"},
    "col-add-inline-ref-mariadb": {
        "why": "the key gets a name, by which it is guarded: there is one only", "expect": "NULL"},
    "col-add-unique-mariadb": {
        "why": "the key gets a name, by which it is guarded: it is added once, as asked for"},
    "ck-unnamed-dups": {
        "why": "the check gets a name: the second run fails instead of adding one more",
        "expect": "", "again": "fails"},
    "pk-drop-guard": {"why": "written without a guard: the second run fails", "again": "fails"},
    "fk-drop-leaves-index": {
        "why": "the index that was made for the key goes with it", "expect": "0"},
    ("function-create-guard", "mariadb"): {
        "why": "routines of MariaDB have facts without arguments, which a guard does not find: "
               "MariaDB refuses the second one", "again": "fails"},
    "idx-rename-guard": {
        "why": "IF EXISTS and the new name tell that it is done"},
    "composite-create": {
        "why": "composite types are not known to guards: PostgreSQL says what it thinks of it",
        "exit": 1, "says": r"syntax error at or near \"NOT\""},
    ("enum-add-value", "mariadb"): {
        "why": "MariaDB has no named types: which columns have it, only migrations that made it tell",
        "exit": 2, "says": r"translate\.unknown-type"},
    "revoke-mariadb-guard": {
        "why": "REVOKE has no guard: MariaDB refuses the second one", "again": "fails"},
    ("name-case-my", "mariadb"): {
        "why": "unquoted names fold on every database: FOO is the other table foo",
        "exit": 4, "says": r"without column 'foo\.b'"},
}
