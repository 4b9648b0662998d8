/* SPDX-License-Identifier: MIT */
#include "core/tracker/event.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/tracker/tracker_internal.h"

/* --- writing -------------------------------------------------------------------------------------- */

int
dn_event_prepare(dn_connection *connection, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dn_tracker_place place = dn_tracker_place_of(connection);
    const char **statements = NULL;
    size_t count = 0;

    if (dn_tracker_table_log(&place, &arena, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statements[i], NULL, 0,
                                  error) < 0)
            return dn_while(error, "creating '" DN_TRACKER_LOG "'");
    return 0;
}

static void
add_detail(dn_text *text, const dn_event *event)
{
    dn_text_add_string(text, "{\"step\": ");
    dn_json_add_string(text, event->step, strlen(event->step));
    dn_text_add_string(text, ", \"tags\": [");
    for (size_t i = 0; i < event->tag_count; i++) {
        dn_text_add_string(text, i ? ", " : "");
        dn_json_add_string(text, event->tags[i], strlen(event->tags[i]));
    }
    dn_text_add_string(text, "]");
    for (size_t i = 0; i < event->statement_count; i++)
        dn_text_printf(text, "%s%u", i ? ", " : ", \"statements\": [", event->statements[i]);
    dn_text_add_string(text, event->statement_count ? "]" : "");
    if (event->why) {
        dn_text_add_string(text, ", \"why\": ");
        dn_json_add_string(text, event->why, strlen(event->why));
    }
    dn_text_add_string(text, "}");
}

static dunlin_value
value_of(const char *text)
{
    return (dunlin_value){.type = text ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_NULL,
                          .text = dn_string(text ? text : "")};
}

int
dn_event_write(dn_connection *connection, const dn_event *event, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_auto(dn_text) detail = DN_TEXT_INIT;
    dn_auto(dn_text) who = DN_TEXT_INIT;
    char at[32];
    char user[256];
    char host[256];
    dunlin_value values[5];

    dn_user_name(user, sizeof user);
    dn_host_name(host, sizeof host);
    dn_text_printf(&who, "%s@%s", user, host);
    add_detail(&detail, event);
    dn_text_printf(&sql,
                   "INSERT INTO %s" DN_TRACKER_LOG
                   " (at, run_id, action, who, detail) VALUES ($1, $2, $3, $4, $5)",
                   dn_connection_home(connection));
    if (sql.failed || detail.failed || who.failed)
        return dn_no_memory(error);
    /* As a timestamp literal of any database: a blank for the T, and no Z. */
    dn_clock_format(dn_clock_wall_us(), at);
    at[10] = ' ';
    at[strlen(at) - 1] = '\0';
    values[0] = value_of(at);
    values[1] = value_of(event->run_id);
    values[2] = value_of(event->action);
    values[3] = value_of(who.data);
    values[4] = value_of(detail.data);
    if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 5, error) < 0)
        return dn_while(error, "writing to '" DN_TRACKER_LOG "'");
    return 0;
}

/* --- reading -------------------------------------------------------------------------------------- */

typedef struct reading {
    dn_arena *arena;
    dn_event *events;
    size_t count;
    size_t capacity;
} reading;

static const char *
text_of(const reading *work, const cJSON *detail, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(detail, name);

    return cJSON_IsString(member)
               ? dn_arena_copy(work->arena, member->valuestring, strlen(member->valuestring))
               : NULL;
}

static int
read_lists(const reading *work, const cJSON *detail, dn_event *event)
{
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(detail, "tags");
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(detail, "statements");
    const char **names =
        dn_arena_array(work->arena, (size_t)cJSON_GetArraySize(tags) + 1, sizeof *names);
    unsigned *ordinals =
        dn_arena_array(work->arena, (size_t)cJSON_GetArraySize(statements) + 1, sizeof *ordinals);

    if (!names || !ordinals)
        return -1;
    for (const cJSON *one = tags ? tags->child : NULL; one; one = one->next)
        if (cJSON_IsString(one) && !(names[event->tag_count++] = dn_arena_copy(
                                         work->arena, one->valuestring, strlen(one->valuestring))))
            return -1;
    for (const cJSON *one = statements ? statements->child : NULL; one; one = one->next)
        ordinals[event->statement_count++] = (unsigned)one->valuedouble;
    event->tags = names;
    event->statements = ordinals;
    return 0;
}

/* A detail that somebody damaged leaves the rest of its row to be told. */
static int
read_detail(const reading *work, const dunlin_value *value, dn_event *event)
{
    dn_json json;
    dn_error ignored;
    int answer;

    event->step = "";
    if (value->type != DUNLIN_VALUE_TEXT ||
        dn_json_parse(&json, DN_TRACKER_LOG, value->text.data, (size_t)value->text.length, false,
                      "snapshot.syntax", &ignored) < 0)
        return 0;
    event->why = text_of(work, json.root, "why");
    event->step = text_of(work, json.root, "step");
    if (!event->step)
        event->step = "";
    answer = read_lists(work, json.root, event);
    dn_json_free(&json);
    return answer;
}

/* "2026-11-23 12:12:14.683223" as ISO 8601. */
static const char *
time_of(const reading *work, const dunlin_value *value)
{
    const char *text = dn_tracker_value_text(work->arena, value);

    if (!text || strlen(text) < 19)
        return text;
    return dn_arena_printf(work->arena, "%.10sT%sZ", text, text + 11);
}

static int
visit(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    reading *work = context;
    dn_event *event;

    (void)count;
    work->events = dn_arena_grow(work->arena, work->events, &work->capacity, work->count + 1,
                                 sizeof *work->events);
    if (!work->events)
        return dn_no_memory(error);
    event = &work->events[work->count++];
    *event = (dn_event){
        .at = time_of(work, &values[0]),
        .run_id = dn_tracker_value_text(work->arena, &values[1]),
        .action = dn_tracker_value_text(work->arena, &values[2]),
        .who = dn_tracker_value_text(work->arena, &values[3]),
    };
    return read_detail(work, &values[4], event) < 0 ? dn_no_memory(error) : 0;
}

int
dn_event_read(dn_connection *connection, dn_arena *arena, dn_event **events, size_t *count,
              dn_error *error)
{
    reading work = {.arena = arena};
    const char *sql = dn_arena_printf(
        arena, "SELECT at, run_id, action, who, detail FROM %s" DN_TRACKER_LOG " ORDER BY at",
        dn_connection_home(connection));

    *count = 0;
    *events = NULL;
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, visit, &work, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading '" DN_TRACKER_LOG "'");
        dn_error_clear(error);
        return 0;
    }
    *events = work.events;
    *count = work.count;
    return 0;
}
