/* SPDX-License-Identifier: MIT
 *
 * Scripts for the mariadb and mysql clients. What is wanted is asked of the server and kept in
 * @dunlin_wanted; each statement is prepared from a text that is chosen by it. What render() made for
 * scripts asks that variable itself (my_render.c).
 */
#include "drivers/mysql/my_compare.h"

#define RUN_CHOSEN "; PREPARE dunlin FROM @dunlin; EXECUTE dunlin; DEALLOCATE PREPARE dunlin;\n"
/* The name is of one database, and of one that no other tool thinks of. */
#define SCRIPT_LOCK "CONCAT('dunlin_script_', MD5(DATABASE()))"

enum { LONGEST_MESSAGE = 128, BLOCKS_SINCE = 100602 };

typedef struct writing {
    const dunlin_call *call;
    dn_mysql_server server;
    dn_kit_text text;
    int32_t status;
} writing;

static void
choose(writing *work, const char *condition, dunlin_string statement)
{
    dn_kit_text_format(&work->text, "SET @dunlin = IF(%s, ", condition);
    dn_mysql_add_literal(&work->text, &work->server, statement);
    dn_kit_text_add(&work->text, ", 'DO 0')" RUN_CHOSEN);
}

/* MariaDB prepares SIGNAL. MySQL does not, but says near what it found an error. */
static void
stop_if(writing *work, const char *condition, dunlin_string message)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text statement = {0};

    /* What is longer is refused where sql_mode is strict. */
    if (message.length > LONGEST_MESSAGE) {
        message.length = LONGEST_MESSAGE;
        while (message.length > 0 && ((unsigned char)message.data[message.length] & 0xc0) == 0x80)
            message.length--;
    }
    if (work->server.mariadb) {
        dn_kit_text_add(&statement, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ");
        dn_mysql_add_literal(&statement, &work->server, message);
    } else {
        dn_kit_text_add_string(&statement, message);
    }
    work->text.failed = work->text.failed || statement.failed;
    choose(work, condition, dn_kit_text_string(&statement));
}

/* --- the session ------------------------------------------------------------------------------------- */
static void
write_session(writing *work)
{
    dn_kit_text_add(&work->text, DN_MYSQL_SET_NAMES
                    ", time_zone = '+00:00', "
                    "autocommit = 1,\n    sql_mode = @@GLOBAL.sql_mode, foreign_key_checks = "
                    "@@GLOBAL.foreign_key_checks,\n    unique_checks = @@GLOBAL.unique_checks, "
                    "sql_notes = 0;\n");
}

static void
write_open(writing *work, const dunlin_profile *profile)
{
    const char *name = work->server.mariadb ? "MariaDB" : "MySQL";

    dn_kit_text_format(&work->text, "-- For the %s client, and %s ",
                       work->server.mariadb ? "mariadb" : "mysql", name);
    if (profile != NULL)
        dn_kit_text_add_string(&work->text, profile->version);
    dn_kit_text_format(
        &work->text,
        " or later:\n--     %s -h HOST -u USER -p DATABASE < FILE\n"
        "-- Not with --force, and not by 'source', which goes on behind an error.\n\n",
        work->server.mariadb ? "mariadb" : "mysql");
    write_session(work);
    stop_if(work, "DATABASE() IS NULL", dn_kit_string("name the database on the command line"));
    stop_if(work,
            work->server.mariadb ? "VERSION() NOT LIKE '%MariaDB%'" : "VERSION() LIKE '%MariaDB%'",
            dn_kit_string(work->server.mariadb
                              ? "this script was written for MariaDB: dunlin export "
                                "--server 'mysql 8.0' writes one for MySQL"
                              : "this script was written for MySQL: dunlin export "
                                "--server mariadb writes one for MariaDB"));
    stop_if(work, "FIND_IN_SET('NO_BACKSLASH_ESCAPES', @@sql_mode) > 0",
            dn_kit_string("the sql_mode NO_BACKSLASH_ESCAPES is on"));
    stop_if(work, "COALESCE(GET_LOCK(" SCRIPT_LOCK ", 10), 0) = 0",
            dn_kit_string("another session runs such a script on this database"));
}

/* --- units ------------------------------------------------------------------------------------------- */
static void
write_check(writing *work, const dunlin_script_item *item)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};

    dn_kit_text_add(&condition, "@dunlin_wanted AND NOT CONVERT((");
    dn_kit_text_add_string(&condition, item->sql);
    dn_kit_text_add(&condition, "), CHAR) <=> ");
    dn_mysql_add_literal(&condition, &work->server, item->expected);
    dn_kit_text_add(&message, "the answer is not ");
    dn_kit_text_add_string(&message, item->expected);
    work->text.failed = work->text.failed || condition.failed || message.failed;
    stop_if(work, condition.failed ? "" : condition.data, dn_kit_text_string(&message));
}

/* MariaDB prepares a block, too, in which an error takes back the note that the statement was begun. Elsewhere the note
 * stays, and a person is asked. */
static dunlin_string
forgiving(writing *work, const dunlin_script_item *item, dn_kit_text *text)
{
    if (item->otherwise.length == 0 || !work->server.mariadb || work->server.version < BLOCKS_SINCE)
        return item->sql;
    dn_kit_text_add(text, "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ");
    dn_kit_text_add_string(text, item->otherwise);
    dn_kit_text_add(text, "; RESIGNAL; END; ");
    dn_kit_text_add_string(text, item->sql);
    dn_kit_text_add(text, "\n; END");
    work->text.failed = work->text.failed || text->failed;
    return dn_kit_text_string(text);
}

/* A statement of a migration, where what it does is not so already. */
static void
write_guarded(writing *work, const dunlin_script_item *item)
{
    dn_mysql_rendering asking = {.call = work->call, .server = work->server, .script = true};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text block = {0};
    const char *guard = dn_mysql_guard(&asking, item->operations[0]);

    if (guard != NULL) {
        dn_kit_text_format(&condition, "@dunlin_wanted AND %s", guard);
        work->text.failed = work->text.failed || condition.failed;
        choose(work, condition.failed ? "" : condition.data, forgiving(work, item, &block));
    } else {
        work->status =
            dn_kit_fail(work->call, DUNLIN_UNSUPPORTED,
                        "the script cannot ask whether what this statement does is done already");
    }
    dn_kit_pool_free(&asking.pool);
}

static void
choose_there(writing *work, dunlin_string statement)
{
    if (statement.length > 0)
        choose(work, "@dunlin_there", statement);
}

/* The whole message is printed; that of an error may be cut off. */
static void
write_difference(writing *work, const dunlin_script_item *item, const char *absent,
                 const dn_mysql_likeness *like)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text difference = {0};

    dn_kit_text_format(&work->text, "SET @dunlin_there = @dunlin_wanted AND NOT (%s);\n", absent);
    choose_there(work, like->drop);
    choose_there(work, like->base);
    choose_there(work, like->less);
    choose_there(work, like->sql);
    dn_kit_text_add(&work->text, "SET @dunlin_message = NULL;\n");
    dn_mysql_add_difference(&difference, &work->server, item);
    choose_there(work, dn_kit_text_string(&difference));
    choose_there(work, like->drop);
    choose(work, "@dunlin_message IS NOT NULL",
           dn_kit_string("SELECT @dunlin_message AS difference"));
    dn_kit_text_format(
        &work->text, "SET @dunlin = IF(@dunlin_message IS NULL, 'DO 0', %s)" RUN_CHOSEN,
        work->server.mariadb ? "CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', "
                               "QUOTE(LEFT(@dunlin_message, 128)))"
                             : "@dunlin_message");
    work->text.failed = work->text.failed || difference.failed;
}

static void
write_comparison(writing *work, const dunlin_script_item *item)
{
    dn_mysql_rendering asking = {.call = work->call, .server = work->server, .script = true};
    const char *absent = dn_mysql_guard(&asking, item->operations[0]);
    dn_mysql_likeness like;

    if (absent == NULL || !dn_mysql_can_compare(item, &work->server)) {
        work->status =
            dn_kit_fail(work->call, DUNLIN_UNSUPPORTED, "the server does not tell of this");
    } else {
        dn_mysql_like(item, &asking, &like);
        write_difference(work, item, absent, &like);
    }
    work->text.failed = work->text.failed || asking.sql.failed;
    dn_kit_text_free(&asking.sql);
    dn_kit_pool_free(&asking.pool);
}

static void
write_item(writing *work, const dunlin_script_item *item)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};

    if (item->kind == DUNLIN_SCRIPT_COMPARE) {
        write_comparison(work, item);
        return;
    }
    if (item->kind == DUNLIN_SCRIPT_CHECK) {
        write_check(work, item);
        return;
    }
    if (item->kind == DUNLIN_SCRIPT_RENDERED) {
        dn_kit_text_add_string(&work->text, item->sql);
        dn_kit_text_add(&work->text, ";\n");
        return;
    }
    work->status = dn_mysql_check_prepared(work->call, &work->server, item->sql);
    if (work->status != DUNLIN_OK)
        return;
    if (item->operation_count > 0) {
        write_guarded(work, item);
        return;
    }
    if (item->value_count > 0) {
        work->status =
            dn_mysql_fill(work->call, item->sql, item->values, item->value_count, &filled);
        work->text.failed = work->text.failed || filled.failed;
    }
    choose(work, "@dunlin_wanted",
           item->value_count > 0 ? dn_kit_text_string(&filled) : forgiving(work, item, &filled));
}

static void
write_items(writing *work, const dunlin_script_part *part, int32_t role)
{
    for (uint64_t i = 0; i < part->item_count && work->status == DUNLIN_OK; i++)
        if (part->items[i]->role == role)
            write_item(work, part->items[i]);
}

static void
write_unit(writing *work, const dunlin_script_part *part)
{
    bool transaction = (part->flags & DUNLIN_SCRIPT_TRANSACTION) != 0;

    dn_kit_text_add(&work->text, "SET @dunlin_wanted = (");
    dn_kit_text_add_string(&work->text,
                           part->condition.length > 0 ? part->condition : dn_kit_string("TRUE"));
    dn_kit_text_add(&work->text, ");\n");
    write_items(work, part, DUNLIN_STEP_BEFORE_BEGIN);
    if (transaction)
        dn_kit_text_add(&work->text, "START TRANSACTION;\n");
    write_items(work, part, 0);
    if (transaction)
        dn_kit_text_add(&work->text, "COMMIT;\n");
    write_items(work, part, DUNLIN_STEP_FINALLY);
    if ((part->flags & DUNLIN_SCRIPT_RESET) != 0)
        write_session(work);
}

static void
write_require(writing *work, const dunlin_script_part *part)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};

    dn_kit_text_add(&condition, "NOT (");
    dn_kit_text_add_string(&condition, part->condition);
    if (part->absent_count > 0) {
        dn_kit_text_add(&condition, " OR NOT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE "
                                    "TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (");
        for (uint64_t i = 0; i < part->absent_count; i++) {
            dn_kit_text_add(&condition, i > 0 ? ", " : "");
            dn_mysql_add_literal(&condition, &work->server, part->absent[i]);
        }
        dn_kit_text_add(&condition, "))");
    }
    dn_kit_text_add(&condition, ")");
    work->text.failed = work->text.failed || condition.failed;
    stop_if(work, condition.failed ? "" : condition.data, part->message);
}

int32_t
dn_mysql_script(const dunlin_call *call, const dunlin_profile *profile,
                const dunlin_script_part *part)
{
    writing work = {.call = call, .server = dn_mysql_server_of(profile)};

    switch (part->kind) {
    case DUNLIN_SCRIPT_OPEN: write_open(&work, profile); break;
    case DUNLIN_SCRIPT_UNIT: write_unit(&work, part); break;
    case DUNLIN_SCRIPT_REQUIRE: write_require(&work, part); break;
    default:
        dn_kit_text_add(&work.text, "DO RELEASE_LOCK(" SCRIPT_LOCK ");\n"
                                    "SET @dunlin_wanted = NULL;\n");
        break;
    }
    if (work.status == DUNLIN_OK && work.text.failed)
        work.status = dn_kit_no_memory(call);
    if (work.status == DUNLIN_OK)
        work.status = call->host->text(call, dn_kit_text_string(&work.text));
    dn_kit_text_free(&work.text);
    return work.status;
}
