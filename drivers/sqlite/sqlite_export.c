/* SPDX-License-Identifier: MIT
 *
 * Scripts for the sqlite3 shell. It has no conditions, but it reads files: a query, inside the
 * transaction, writes the unit into one or nothing. Guards in the unit do the same with another
 * file (sqlite_script.c).
 */
#include "drivers/sqlite/sqlite_rebuild.h"
#include "drivers/sqlite/sqlite_said.h"

#include <string.h>

#define UNIT_FILE "dunlin-unit.sql"

/* --- what the shell cannot pass on ----------------------------------------------------------------- */
static int32_t
visit_token(const dunlin_token *token, void *context)
{
    bool *broken = context;

    if ((token->kind == DUNLIN_TOKEN_STRING || token->kind == DUNLIN_TOKEN_NAME) &&
        memchr(token->text.data, '\r', token->text.length) != NULL)
        *broken = true;
    return DUNLIN_OK;
}

/* Newer shells print control characters as two letters; all of them end lines with LF. */
static int32_t
check_text(const dunlin_call *call, const dunlin_profile *profile, dunlin_string sql)
{
    bool broken = false;
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < sql.length; i++) {
        unsigned char byte = (unsigned char)sql.data[i];

        if (byte == 0x7f || (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r'))
            return dn_kit_fail(call, DUNLIN_UNSUPPORTED,
                               "the sqlite3 shell changes control characters (byte 0x%02x)", byte);
    }
    if (sql.length > 0 && memchr(sql.data, '\r', sql.length) != NULL)
        status = call->host->tokens(call, profile, sql, visit_token, &broken);
    if (status == DUNLIN_OK && broken)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED,
                           "the sqlite3 shell takes carriage returns out of strings");
    return status;
}

/* --- guards of texts -------------------------------------------------------------------------------- */
static bool
add_test(dn_kit_text *text, const dunlin_operation *operation, const dunlin_string *path,
         uint64_t count, bool is)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW, DUNLIN_KIND_INDEX,
                                        DUNLIN_KIND_TRIGGER};

    dn_kit_text_add(text, text->length > 0 ? " AND " : "");
    dn_kit_text_add(text, is ? "EXISTS " : "NOT EXISTS ");
    if (dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) && count == 2) {
        dn_kit_text_add(text, "(SELECT 1 FROM pragma_table_xinfo(");
        dn_kit_text_quote(text, '\'', path[0]);
        dn_kit_text_add(text, ", 'main') WHERE name = ");
        dn_kit_text_quote(text, '\'', path[1]);
        dn_kit_text_add(text, " COLLATE NOCASE)");
        return true;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(operation->kind, kinds[i])) {
            dn_kit_text_format(
                text, "(SELECT 1 FROM main.sqlite_master WHERE type = '%s' AND name = ", kinds[i]);
            dn_kit_text_quote(text, '\'', path[count - 1]);
            dn_kit_text_add(text, " COLLATE NOCASE)");
            return true;
        }
    return false;
}

/* The condition under which the text has something to do; false: nobody can ask. */
static bool
write_condition(dn_kit_text *condition, const dunlin_operation *operation)
{
    if (operation->path_count == 0 ||
        !add_test(condition, operation, operation->path, operation->path_count,
                  operation->verb != DUNLIN_VERB_CREATE))
        return false;
    return operation->verb != DUNLIN_VERB_RENAME || operation->new_path_count == 0 ||
           add_test(condition, operation, operation->new_path, operation->new_path_count, false);
}

/* --- parts ------------------------------------------------------------------------------------------ */
static void
write_open(dn_kit_text *text, const dunlin_profile *profile)
{
    dn_kit_text_add(text, "-- For the sqlite3 shell");
    if (profile != NULL) {
        dn_kit_text_add(text, ", version ");
        dn_kit_text_add_string(text, profile->version);
        dn_kit_text_add(text, " or later");
    }
    dn_kit_text_add(text,
                    ":\n"
                    "--     sqlite3 -batch -init /dev/null FILE.db < SCRIPT\n"
                    "-- It writes " UNIT_FILE " and others like it into the working folder, which "
                    "may be\n-- deleted afterwards.\n\n"
                    ".bail on\n.mode list\n.headers off\nPRAGMA foreign_keys = ON;\n");
    dn_sqlite_write_said(text);
}

/* A violated constraint's name is all that the shell shows. */
static void
stop_unless(dn_kit_text *text, dunlin_string condition, dunlin_string message)
{
    dn_kit_text_add(text, "CREATE TEMPORARY TABLE dunlin_stop (is_right INTEGER CONSTRAINT ");
    dn_kit_text_quote(text, '"', message);
    dn_kit_text_add(text, " CHECK (is_right));\nINSERT INTO temp.dunlin_stop SELECT (");
    dn_kit_text_add_string(text, condition);
    dn_kit_text_add(text, ");\nDROP TABLE temp.dunlin_stop;\n");
}

static void
write_items(dn_kit_text *text, const dunlin_script_part *part, int32_t role)
{
    for (uint64_t i = 0; i < part->item_count; i++) {
        const dunlin_script_item *item = part->items[i];
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};

        if (item->role != role)
            continue;
        if (item->kind == DUNLIN_SCRIPT_COMPARE) {
            dn_sqlite_script_compare(text, item);
        } else if (item->kind == DUNLIN_SCRIPT_CHECK) {
            dn_kit_script_check(text, item, ") || '' IS ", stop_unless);
        } else if (item->operation_count > 0) {
            DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};

            if (write_condition(&condition, item->operations[0]))
                dn_sqlite_write_guard(text, dn_kit_text_string(&condition), item->sql);
            text->failed = text->failed || condition.failed;
        } else if (item->kind == DUNLIN_SCRIPT_RENDERED && item->sql.length > 0 &&
                   item->sql.data[0] == '.') { /* ends with a command of the shell */
            dn_kit_text_add_string(text, item->sql);
            dn_kit_text_add(text, "\n");
        } else {
            dn_kit_text_fill(&filled, item->sql, item->values, item->value_count, "X'", "'");
            dn_kit_text_add_statement(text, item->value_count > 0 ? dn_kit_text_string(&filled)
                                                                  : item->sql);
        }
        text->failed = text->failed || filled.failed;
    }
}

static bool
is_rebuild(const dunlin_script_item *item)
{
    static const char name[] = DN_SQLITE_REBUILT;

    return item->kind == DUNLIN_SCRIPT_RENDERED && item->sql.length > 0 &&
           memmem(item->sql.data, item->sql.length, name, sizeof(name) - 1) != NULL;
}

static bool
switches_keys(const dunlin_script_part *part)
{
    for (uint64_t i = 0; i < part->item_count; i++)
        if (part->items[i]->role == DUNLIN_STEP_BEFORE_BEGIN || is_rebuild(part->items[i]))
            return true;
    return false;
}

/* Where foreign keys are switched off, they are looked at before COMMIT. */
static void
write_guarded(dn_kit_text *text, const dunlin_script_part *part)
{
    bool looks = switches_keys(part);

    if (looks)
        dn_kit_text_add(
            text,
            "CREATE TEMPORARY TABLE dunlin_keys (violated INTEGER, is_right INTEGER CONSTRAINT "
            "\"foreign keys are violated that were not before\" CHECK (is_right));\n"
            "INSERT INTO temp.dunlin_keys SELECT count(*), 1 FROM pragma_foreign_key_check;\n");
    write_items(text, part, 0);
    if (looks)
        dn_kit_text_add(text, "UPDATE temp.dunlin_keys SET is_right = (SELECT count(*) FROM "
                              "pragma_foreign_key_check) <= violated;\n"
                              "DROP TABLE temp.dunlin_keys;\n");
}

static void
write_unit(dn_kit_text *text, const dunlin_script_part *part)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text inner = {0};
    bool transaction = (part->flags & DUNLIN_SCRIPT_TRANSACTION) != 0;

    write_items(text, part, DUNLIN_STEP_BEFORE_BEGIN);
    if (transaction)
        dn_kit_text_add(text, "BEGIN IMMEDIATE;\n");
    write_guarded(&inner, part);
    if (part->condition.length > 0) {
        dn_kit_text_add(text, ".once " UNIT_FILE "\nSELECT CASE WHEN ");
        dn_kit_text_add_string(text, part->condition);
        dn_kit_text_add(text, " THEN\n");
        dn_kit_text_quote(text, '\'', dn_kit_text_string(&inner));
        dn_kit_text_add(text, "\nELSE '' END;\n.read " UNIT_FILE "\n");
    } else {
        dn_kit_text_add_string(text, dn_kit_text_string(&inner));
    }
    text->failed = text->failed || inner.failed;
    if (transaction)
        dn_kit_text_add(text, "COMMIT;\n");
    write_items(text, part, DUNLIN_STEP_FINALLY);
    if ((part->flags & DUNLIN_SCRIPT_RESET) != 0)
        dn_kit_text_add(text, "PRAGMA legacy_alter_table = OFF;\nPRAGMA foreign_keys = ON;\n");
}

static int32_t
check_item(const dunlin_call *call, const dunlin_profile *profile, const dunlin_script_item *item)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text ignored = {0};

    if (item->kind == DUNLIN_SCRIPT_COMPARE && !dn_sqlite_can_compare(item))
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "SQLite's pragmas do not tell of this");
    if (item->kind != DUNLIN_SCRIPT_COMPARE && item->operation_count > 0 &&
        !write_condition(&ignored, item->operations[0]))
        return dn_kit_fail(
            call, DUNLIN_UNSUPPORTED,
            "the script cannot ask whether what this statement does is done already");
    return check_text(call, profile, item->sql);
}

int32_t
dn_sqlite_script(const dunlin_call *call, const dunlin_profile *profile,
                 const dunlin_script_part *part)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    for (uint64_t i = 0; i < part->item_count; i++) {
        int32_t status = check_item(call, profile, part->items[i]);

        if (status != DUNLIN_OK)
            return status;
    }
    switch (part->kind) {
    case DUNLIN_SCRIPT_OPEN: write_open(&text, profile); break;
    case DUNLIN_SCRIPT_UNIT: write_unit(&text, part); break;
    case DUNLIN_SCRIPT_REQUIRE:
        dn_kit_script_require(&text, part,
                              dn_kit_string("SELECT 1 FROM main.sqlite_master WHERE name COLLATE "
                                            "NOCASE IN ("),
                              stop_unless);
        break;
    default: break;
    }
    return text.failed ? dn_kit_no_memory(call) : call->host->text(call, dn_kit_text_string(&text));
}
