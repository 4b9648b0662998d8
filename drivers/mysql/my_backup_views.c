/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_backup_views.h"

#include <stdlib.h>
#include <string.h>

enum { VIEW_INVALID = 1356 }; /* ER_VIEW_INVALID; also where its definer lacks rights */

void
dn_mysql_broken_views_free(dn_mysql_broken_views *views)
{
    dn_mysql_names_free(&views->names);
    free(views->broken);
    dn_kit_text_free(&views->texts);
}

/* The server knows no columns of a view that it cannot open. */
static const char suspects[] =
    "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME "
    "NOT IN (SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()) "
    "ORDER BY TABLE_NAME";

static void
add_comment(dn_kit_text *texts, const char *definition)
{
    dn_kit_text_add(texts, "-- ");
    for (; *definition != '\0'; definition++) {
        dn_kit_text_add_string(texts, (dunlin_string){definition, 1});
        if (*definition == '\n')
            dn_kit_text_add(texts, "-- ");
    }
    dn_kit_text_add(texts, ";\n");
}

/* Any other failure is for the tool to meet, and to tell. */
static int32_t
look_at(dunlin_connection *connection, const char *name, dn_kit_text *texts, bool *broken)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text fields = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text create = {0};
    const char *cells[2];
    bool found;

    dn_kit_text_add(&fields, "SHOW FIELDS FROM ");
    dn_kit_text_quote(&fields, '`', dn_kit_string(name));
    dn_kit_text_add(&create, "SHOW CREATE VIEW ");
    dn_kit_text_quote(&create, '`', dn_kit_string(name));
    if (fields.failed || create.failed)
        return dn_kit_no_memory(connection->call);
    if (dn_mysql_try_first_row(connection, dn_kit_text_string(&fields), cells, 1, &found))
        return DUNLIN_OK;
    *broken = mysql_errno(connection->mysql) == VIEW_INVALID;
    if (*broken &&
        dn_mysql_try_first_row(connection, dn_kit_text_string(&create), cells, 2, &found) &&
        found && cells[1] != NULL)
        add_comment(texts, cells[1]);
    return texts->failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

static int32_t
find(dunlin_connection *connection, dn_mysql_broken_views *views)
{
    int32_t status = dn_mysql_names_read(connection, suspects, &views->names);

    if (status != DUNLIN_OK || views->names.count == 0)
        return status;
    views->broken = calloc(views->names.count, sizeof(*views->broken));
    if (views->broken == NULL)
        return dn_kit_no_memory(connection->call);
    for (size_t i = 0; i < views->names.count && status == DUNLIN_OK; i++) {
        status = look_at(connection, views->names.list[i], &views->texts, &views->broken[i]);
        views->count += views->broken[i];
    }
    return status;
}

int32_t
dn_mysql_broken_views_find(const dunlin_call *call, dunlin_string url, dn_mysql_broken_views *views)
{
    const dunlin_open_options options = {.size = sizeof(options),
                                         .purpose = DUNLIN_PURPOSE_MAINTENANCE,
                                         .read_only = 1,
                                         .application = dn_kit_string("dunlin")};
    dunlin_connection *connection = NULL;
    const dunlin_call *outer;
    int32_t status = dn_mysql_open(call, url, &options, &connection);

    if (status != DUNLIN_OK)
        return status;
    outer = dn_mysql_enter(call, connection);
    status = find(connection, views);
    dn_mysql_leave(connection, outer);
    dn_mysql_close(connection);
    return status;
}

int32_t
dn_mysql_broken_views_tell(const dunlin_call *call, const dn_mysql_broken_views *views)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *between = " ";

    dn_kit_text_format(&text, "the backup is without the %s", views->count == 1 ? "view" : "views");
    for (size_t i = 0; i < views->names.count; i++) {
        if (!views->broken[i])
            continue;
        dn_kit_text_format(&text, "%s'%s'", between, views->names.list[i]);
        between = ", ";
    }
    dn_kit_text_format(
        &text,
        ", which the server cannot open: something that %s is not there, or may not be "
        "read",
        views->count == 1 ? "it reads" : "they read");
    if (views->texts.length > 0)
        dn_kit_text_add(&text, "; what they were stands at the end of the file, as a comment");
    if (text.failed)
        return dn_kit_no_memory(call);
    call->host->log(call, DUNLIN_LOG_WARNING, dn_kit_text_string(&text));
    return DUNLIN_OK;
}
