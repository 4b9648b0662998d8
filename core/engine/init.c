/* SPDX-License-Identifier: MIT
 *
 * `dunlin init`: a project to start from. What is there already is kept, whatever it holds.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/engine/git.h"
#include "core/engine/session.h"

#define URL_VARIABLE "DEV_DATABASE_URL"

typedef struct initialising {
    dn_session *session;
    const char *root;    /* project folder */
    const char *folder;  /* migrations folder, relative to it */
    const char *dialect; /* NULL: the journal says */
    const char *url;     /* of the first target; NULL: one of SQLite */
    bool hidden;         /* it holds what may be secret: dunlin.json says where it is to be found */
    bool foreign;        /* another tool's folder: its journal stays as it is */
    dunlin_node *created;
    dunlin_node *kept;
    dunlin_node *next;
} initialising;

static const char *
inside(initialising *state, const char *name)
{
    return dn_path_join(&state->session->arena, state->root, name);
}

static void
tell(initialising *state, dunlin_node *list, const char *text)
{
    dn_node_set_text(state->session->result, list, NULL, text);
}

/* Creates a file unless there is one. */
static int
create(initialising *state, const char *name, const char *text, dn_error *error)
{
    const char *path = inside(state, name);

    if (!path || !text)
        return dn_no_memory(error);
    if (dn_file_exists(path)) {
        tell(state, state->kept, path);
        return 0;
    }
    if (dn_file_create(path, text, strlen(text), error) < 0)
        return -1;
    tell(state, state->created, path);
    return 0;
}

static bool
has_line(const char *text, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = text; at && (at = strstr(at, line)) != NULL; at += length)
        if ((at == text || at[-1] == '\n') &&
            (!at[length] || at[length] == '\n' || at[length] == '\r'))
            return true;
    return false;
}

/* Adds the lines that a file of lines lacks; what it holds stays. */
static int
add_lines(initialising *state, const char *name, const char *const *lines, size_t count,
          dn_error *error)
{
    const char *path = inside(state, name);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    bool existed;
    bool changed = false;

    if (!path)
        return dn_no_memory(error);
    existed = dn_file_exists(path);
    if (existed && dn_file_read(path, &text, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (has_line(text.data, lines[i]))
            continue;
        if (text.length && text.data[text.length - 1] != '\n')
            dn_text_add_char(&text, '\n');
        dn_text_add_string(&text, lines[i]);
        dn_text_add_char(&text, '\n');
        changed = true;
    }
    if (text.failed)
        return dn_no_memory(error);
    if (changed && dn_file_write(path, text.data, text.length, error) < 0)
        return -1;
    tell(state, changed ? state->created : state->kept, path);
    return 0;
}

/* A Drizzle folder is taken as it is; any other project starts with ours. */
static int
find_folder(initialising *state, dn_error *error)
{
    static const char *const foreign[] = {"drizzle/meta/_journal.json",
                                          "migrations/meta/_journal.json"};
    dn_arena *arena = &state->session->arena;

    state->folder = "migrations";
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        const char *path = inside(state, foreign[i]);
        dn_journal_options options;
        dn_journal journal;

        if (!path)
            return dn_no_memory(error);
        if (!dn_file_exists(path))
            continue;
        options = (dn_journal_options){
            .folder = dn_path_folder(arena, dn_path_folder(arena, path)),
        };
        if (dn_journal_read(&options, arena, &journal, error) < 0)
            return -1;
        state->foreign = journal.layout != DN_LAYOUT_NATIVE;
        state->dialect = NULL;
        state->folder = i == 0 ? "drizzle" : "migrations";
        return 0;
    }
    return 0;
}

/* A path is relative to the folder that dunlin was started in, in dunlin.json to the project's. */
static int
take_url(initialising *state, const dunlin_options *options, dn_error *error)
{
    dn_arena *arena = &state->session->arena;
    const char *shown;

    if (!options->url)
        return 0;
    if (!dn_url_scheme(arena, options->url))
        return dn_fail(error, DUNLIN_USAGE, "target.url", "'%s' is no URL",
                       dn_url_redact(arena, options->url));
    state->url = options->url;
    if (options->directory)
        state->url = dn_url_anchor(arena, options->url, dn_path_absolute(arena, "."));
    shown = state->url ? dn_url_redact(arena, state->url) : NULL;
    if (!shown)
        return dn_no_memory(error);
    state->hidden = strncmp(state->url, "env:", 4) != 0 && strcmp(shown, state->url) != 0;
    return 0;
}

/* Whether a database that somebody names is for development, only they know. */
static const char *
first_target(initialising *state)
{
    dn_arena *arena = &state->session->arena;
    const char *url = state->hidden ? "env:" URL_VARIABLE : state->url;
    cJSON *value;
    char *quoted;
    const char *text;

    if (!url)
        return "{ \"url\": \"sqlite:dev.db\", \"kind\": \"development\" }";
    value = cJSON_CreateString(url);
    quoted = cJSON_PrintUnformatted(value);
    text = quoted ? dn_arena_printf(arena, "{ \"url\": %s }", quoted) : NULL;
    cJSON_free(quoted);
    cJSON_Delete(value);
    return text;
}

static int
create_config(initialising *state, const char *text, dn_error *error)
{
    bool existed = dn_file_exists(inside(state, "dunlin.json"));

    if (create(state, "dunlin.json", text, error) < 0)
        return -1;
    if (existed || !state->url)
        return 0;
    if (state->hidden)
        tell(state, state->next,
             "put the URL into " URL_VARIABLE ", in the environment or in .env: dunlin.json is no "
             "place for passwords");
    tell(state, state->next,
         "if that database is for development, say so in dunlin.json: \"kind\": \"development\"");
    return 0;
}

static const char *
config_text(initialising *state)
{
    dn_arena *arena = &state->session->arena;
    bool portable = state->dialect && strcmp(state->dialect, "portable") == 0;
    const char *dialect =
        state->dialect ? dn_arena_printf(arena, "  \"dialect\": \"%s\",\n%s", state->dialect,
                                         portable ? "  \"definitionForm\": \"portable\",\n" : "")
                       : "";
    const char *target = first_target(state);

    if (!dialect || !target)
        return NULL;
    return dn_arena_printf(arena,
                           "{\n"
                           "  // What each key means: docs/configuration.md\n"
                           "  \"migrations\": \"%s\",\n"
                           "%s"
                           "  \"default\": \"dev\",\n"
                           "  \"targets\": {\n"
                           "    \"dev\": %s,\n"
                           "    \"production\": { \"url\": \"env:DATABASE_URL\" }\n"
                           "  }\n"
                           "}\n",
                           state->folder, dialect, target);
}

/* The journal lists the files that are there; an empty folder gets a first migration. */
static int
create_journal(initialising *state, dn_error *error)
{
    dn_session *session = state->session;
    dn_arena *arena = &session->arena;
    const char *path = dn_arena_printf(arena, "%s/meta/_journal.json", state->folder);
    const char *empty =
        dn_arena_printf(arena,
                        "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"dialect\": \"%s\",\n"
                        "  \"entries\": []\n}\n",
                        state->dialect ? state->dialect : "portable");
    static const dn_journal_texts texts = {.up =
                                               "-- The first change to the database. For example:\n"
                                               "--\n"
                                               "--   CREATE TABLE users (\n"
                                               "--     id integer PRIMARY KEY,\n"
                                               "--     email varchar(255) NOT NULL UNIQUE\n"
                                               "--   );\n"};
    dn_journal_options options = {.folder = inside(state, state->folder)};
    dn_findings changes = {0};
    dn_migration made;
    bool existed;

    if (!path || !options.folder || !inside(state, path))
        return dn_no_memory(error);
    existed = dn_file_exists(inside(state, path));
    if (dn_folder_create(dn_path_join(arena, options.folder, "meta"), error) < 0 ||
        create(state, path, empty, error) < 0)
        return -1;
    if (existed)
        return 0;
    if (dn_journal_rebuild(&options, true, arena, &changes, error) < 0 ||
        dn_journal_read(&options, arena, &session->journal, error) < 0)
        return -1;
    if (session->journal.count)
        return 0;
    if (dn_journal_new(&session->journal, "init", false, dn_clock_wall_us() / 1000, &texts, arena,
                       &made, error) < 0)
        return -1;
    tell(state, state->created, made.path);
    tell(state, state->next, dn_arena_printf(arena, "write the first migration: %s", made.path));
    return 0;
}

static int
set_up_git(initialising *state, dn_error *error)
{
    static const char *const ignored[] = {".env", "*-dunlin.lock", "*-dunlin-backups/", "/dev.db*"};
    const char *attributes = dn_arena_printf(
        &state->session->arena, "%s/meta/_journal.json merge=dunlin-journal", state->folder);

    if (!attributes)
        return dn_no_memory(error);
    if (add_lines(state, ".gitignore", ignored, sizeof(ignored) / sizeof(ignored[0]), error) < 0)
        return -1;
    if (state->foreign)
        return 0;
    if (add_lines(state, ".gitattributes", &attributes, 1, error) < 0)
        return -1;
    if (!dn_git_set_merge_driver(state->root))
        tell(state, state->next,
             "let git merge the journal: git config merge.dunlin-journal.driver "
             "'dunlin merge-driver %O %A %B'");
    return 0;
}

static int
run(dn_session *session, const dunlin_init_options *init, dn_error *error)
{
    const dunlin_options *options = session->options;
    initialising state = {.session = session};
    dunlin_node *root;

    state.root = dn_path_absolute(&session->arena, options->directory ? options->directory : ".");
    state.dialect = init && init->dialect ? init->dialect : "portable";
    if (!state.root)
        return dn_no_memory(error);
    if (take_url(&state, options, error) < 0 ||
        dn_session_result(session, "dunlin-init/1", error) < 0)
        return -1;
    root = dn_result_node(session->result);
    state.created = dn_node_array(session->result, root, "created");
    state.kept = dn_node_array(session->result, root, "kept");
    state.next = dn_node_array(session->result, root, "next");
    if (dn_folder_create(state.root, error) < 0 || find_folder(&state, error) < 0 ||
        create_config(&state, config_text(&state), error) < 0)
        return -1;
    if (!state.foreign && create_journal(&state, error) < 0)
        return -1;
    if (set_up_git(&state, error) < 0)
        return -1;
    tell(&state, state.next, "bring the database up to date: dunlin migrate");
    return 0;
}

int
dunlin_init(const dunlin_options *options, const dunlin_init_options *init, dunlin_result **result,
            dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, run(&session, init, error), result, error);
}
