#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Snapshots of drizzle-kit for servers.

load helper
load fresh_helper

@test "PostgreSQL: a fresh snapshot is the one that drizzle-kit wrote, and it goes on from there" {
    fresh_snapshots postgresql
}

@test "MariaDB: a fresh snapshot is the one that drizzle-kit wrote, and it goes on from there" {
    fresh_snapshots mysql
}

@test "PostgreSQL: an enum that lacks labels gets its line, one that is missing stands before its tables" {
    local url snapshot=drizzle/meta/0012_snapshot.json
    url=$(fresh_database postgresql)
    drizzle_project app postgresql
    cd app
    sed -i 's/\bmemberRole\b/roles/; s/\bmemberRole(/roles(/' schema.ts
    jq '.enums["public.member_role"].values = ["owner", "admin", "member"] |
        del(.enums["public.invoice_status"], .tables["public.invoices"], .tables["public.invoice_lines"],
            .tables["public.memberships"].columns.role) |
        .views = {}' $snapshot >changed
    mv changed $snapshot
    sed -i '/^export const invoiceStatus/d' schema.ts
    run_json check --shadow-url "$url"
    assert_exit 4
    assert_json '[.checks[].problems[] | select(.lines) | [.line, .replaces, .lines[0]] |
        select(.[2] | test("Enum\\(|roles\\("))]' "$(
        cat <<'JSON'
[[5,false,"export const invoiceStatus = pgEnum(\"invoice_status\", [\"draft\", \"open\", \"paid\", \"void\"]);"],[7,true,"export const roles = pgEnum(\"member_role\", [\"owner\", \"admin\", \"member\", \"billing\", \"guest\"]);"],[50,true,"  role: roles(\"role\").notNull().default(\"member\"),"]]
JSON
    )"
    # Over several lines: behind the label that stands before it, or with the comma that this one lacks.
    sed -i 's/^export const roles = .*/export const roles = pgEnum("member_role", [\n  "owner",\n  "admin", \/\/ not yet\n  "member",\n  "guest"\n]);/' schema.ts
    run_json check --shadow-url "$url"
    assert_json '[.checks[].problems[] | select(.lines) | [.line, .replaces, .lines] | select(.[2][0] | test("billing"))]' \
        '[[10,false,["  \"billing\","]]]'
    sed -i '/^  "guest"$/d; s/^  "member",$/  "member"/' schema.ts
    run_json check --shadow-url "$url"
    assert_json '[.checks[].problems[] | select(.lines) | [.line, .replaces, .lines[0]] | select(.[2] | test("billing"))]' \
        '[[10,true,"  \"member\",\n  \"billing\",\n  \"guest\""]]'
}
