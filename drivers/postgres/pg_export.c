/* SPDX-License-Identifier: MIT
 *
 * Scripts for psql. What is wanted is asked of the server and kept in a variable of psql, so that
 * anything may stand between \\if and \\endif: also what must not run in a transaction.
 */
#include "drivers/postgres/pg_driver.h"

#include <inttypes.h>

/* Scripts wait for each other, transaction by transaction; the number means nothing else. */
#define SCRIPT_LOCK "7161125713840361"

static void
stop_unless(dn_kit_text *text, dunlin_string condition, dunlin_string message)
{
    dn_kit_text_add(text, "SELECT (");
    dn_kit_text_add_string(text, condition);
    dn_kit_text_add(text, ") AS dunlin_right \\gset\n"
                          "\\if :dunlin_right\n\\else\n"
                          "DO $dunlin$ BEGIN RAISE EXCEPTION USING MESSAGE = ");
    dn_kit_text_quote(text, '\'', message);
    dn_kit_text_add(text, "; END $dunlin$;\n\\endif\n");
}

/* --- the session ------------------------------------------------------------------------------------ */
static dunlin_string
name_space(const dunlin_profile *profile)
{
    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2)
        if (dn_kit_same(profile->settings[i], "namespace") && profile->settings[i + 1].length > 0)
            return profile->settings[i + 1];
    return dn_kit_string("public");
}

static void
write_open(dn_kit_text *text, const dunlin_profile *profile)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};
    int version = profile != NULL ? profile->major : 0;

    dn_kit_text_format(text,
                       "-- For psql 10 or later, and PostgreSQL %d or later:\n"
                       "--     psql -X -d postgres://USER@HOST/DATABASE -f FILE\n"
                       "-- Not with --single-transaction: it has transactions of its own.\n\n"
                       "\\set ON_ERROR_STOP on\n\\set ON_ERROR_ROLLBACK off\n"
                       "\\set AUTOCOMMIT on\n\\set QUIET on\n"
                       "SET client_encoding TO 'UTF8';\n",
                       version);
    dn_pg_pins_script(text);
    dn_kit_text_format(&condition,
                       "pg_catalog.current_setting('server_version_num')::integer >= %d",
                       version * 10000);
    dn_kit_text_format(&message, "this script was written for PostgreSQL %d or later", version);
    stop_unless(text, dn_kit_text_string(&condition), dn_kit_text_string(&message));
    dn_kit_text_clear(&condition);
    dn_kit_text_clear(&message);
    dn_kit_text_add(&condition, "pg_catalog.current_schema() IS NOT DISTINCT FROM ");
    dn_kit_text_quote(&condition, '\'', name_space(profile));
    dn_kit_text_add(&message, "new tables of this session would not go to the schema ");
    dn_kit_text_add_string(&message, name_space(profile));
    dn_kit_text_add(&message, ", for which this script was written: set search_path");
    stop_unless(text, dn_kit_text_string(&condition), dn_kit_text_string(&message));
    text->failed = text->failed || condition.failed || message.failed;
}

/* --- units -------------------------------------------------------------------------------------------- */
static bool
may_take_a_role(const dunlin_script_item *item)
{
    return item->kind == DUNLIN_SCRIPT_STATEMENT && item->value_count == 0 &&
           dn_pg_may_change_session(item->sql);
}

static void
write_items(dn_kit_text *text, const dunlin_script_part *part, int32_t role)
{
    bool another = false; /* another user than the one who connected, perhaps */

    for (uint64_t i = 0; i < part->item_count; i++) {
        const dunlin_script_item *item = part->items[i];
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};

        if (item->role != role)
            continue;
        if (another && item->value_count > 0)
            dn_kit_text_add(text, "RESET SESSION AUTHORIZATION;\nRESET ROLE;\n");
        another = item->value_count == 0 && (another || may_take_a_role(item));
        if (item->kind == DUNLIN_SCRIPT_COMPARE) {
            dn_pg_script_compare(text, item);
        } else if (item->kind == DUNLIN_SCRIPT_CHECK) {
            dn_kit_script_check(text, item, ")::text IS NOT DISTINCT FROM ", stop_unless);
        } else if (item->kind == DUNLIN_SCRIPT_RENDERED) {
            dn_kit_text_add_string(text, item->sql);
            dn_kit_text_add(text, "\n");
        } else if (item->value_count > 0) {
            dn_kit_text_fill(&filled, item->sql, item->values, item->value_count, "'\\x",
                             "'::bytea");
            dn_kit_text_add_statement(text, dn_kit_text_string(&filled));
        } else {
            dn_kit_text_add_statement(text, item->sql);
        }
        text->failed = text->failed || filled.failed;
    }
}

static void
write_unit(dn_kit_text *text, const dunlin_script_part *part)
{
    bool transaction = (part->flags & DUNLIN_SCRIPT_TRANSACTION) != 0;
    bool conditional = part->condition.length > 0;

    write_items(text, part, DUNLIN_STEP_BEFORE_BEGIN);
    if (transaction)
        dn_kit_text_add(text, "BEGIN;\nSELECT pg_catalog.pg_advisory_xact_lock(" SCRIPT_LOCK
                              ") AS dunlin_lock \\gset\n");
    if (conditional) {
        dn_kit_text_add(text, "SELECT (");
        dn_kit_text_add_string(text, part->condition);
        dn_kit_text_add(text, ") AS dunlin_wanted \\gset\n\\if :dunlin_wanted\n");
    }
    write_items(text, part, 0);
    if (conditional)
        dn_kit_text_add(text, "\\endif\n");
    if (transaction)
        dn_kit_text_add(text, "COMMIT;\n");
    write_items(text, part, DUNLIN_STEP_FINALLY);
    if ((part->flags & DUNLIN_SCRIPT_RESET) != 0) {
        dn_kit_text_add(text, "RESET SESSION AUTHORIZATION;\nRESET ALL;\n"
                              "SET client_encoding TO 'UTF8';\n");
        dn_pg_pins_script(text);
    }
}

/* --- conditions --------------------------------------------------------------------------------------- */
static void
write_require(dn_kit_text *text, const dunlin_profile *profile, const dunlin_script_part *part)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text present = {0};

    dn_kit_text_add(&present, "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                              "ON n.oid = c.relnamespace WHERE n.nspname = ");
    dn_kit_text_quote(&present, '\'', name_space(profile));
    dn_kit_text_add(&present, " AND c.relname IN (");
    text->failed = text->failed || present.failed;
    dn_kit_script_require(text, part, dn_kit_text_string(&present), stop_unless);
}

int32_t
dn_pg_script(const dunlin_call *call, const dunlin_profile *profile, const dunlin_script_part *part)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    /* What is rendered has its guards, and is what was written: there is one dialect. */
    for (uint64_t i = 0; i < part->item_count; i++)
        if (part->items[i]->kind == DUNLIN_SCRIPT_COMPARE && !dn_pg_can_compare(part->items[i]))
            return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "the like of it cannot be made");
        else if (part->items[i]->kind != DUNLIN_SCRIPT_COMPARE &&
                 part->items[i]->operation_count > 0)
            return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "psql has no guards for texts");
    switch (part->kind) {
    case DUNLIN_SCRIPT_OPEN: write_open(&text, profile); break;
    case DUNLIN_SCRIPT_UNIT: write_unit(&text, part); break;
    case DUNLIN_SCRIPT_REQUIRE: write_require(&text, profile, part); break;
    default: break;
    }
    return text.failed ? dn_kit_no_memory(call) : call->host->text(call, dn_kit_text_string(&text));
}
