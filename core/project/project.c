/* SPDX-License-Identifier: MIT
 *
 * Finding a project: its folder, dunlin.json, .env and the migrations folder.
 */
#include "core/project/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/project/config.h"

#define CONFIG_NAME "dunlin.json"

typedef struct project_search {
    dn_arena *arena;
    dn_project *project;
} project_search;

static bool
is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* folder/name when something is there; NULL when not, or without memory (which *failed tells). */
static const char *
existing(dn_arena *arena, const char *folder, const char *name, bool *failed)
{
    const char *path = dn_path_join(arena, folder, name);

    if (!path)
        *failed = true;
    return path && dn_file_exists(path) ? path : NULL;
}

/* From the working folder upwards; a repository's top is the last place looked at. */
static int
search_upwards(project_search *search, dn_error *error)
{
    dn_project *project = search->project;
    const char *folder = dn_path_absolute(search->arena, ".");
    bool failed = !folder;

    project->root = folder;
    while (!failed) {
        const char *parent;

        project->config = existing(search->arena, folder, CONFIG_NAME, &failed);
        if (project->config) {
            project->root = folder;
            return 0;
        }
        if (existing(search->arena, folder, ".git", &failed) || strcmp(folder, "/") == 0)
            break;
        parent = dn_path_folder(search->arena, folder);
        failed = failed || !parent;
        folder = parent;
    }
    return failed ? dn_no_memory(error) : 0;
}

static int
use_folder(project_search *search, const char *directory, bool look_for_config, dn_error *error)
{
    dn_project *project = search->project;
    bool failed = false;

    project->root = dn_path_absolute(search->arena, directory);
    if (!project->root)
        return dn_no_memory(error);
    if (!is_folder(project->root))
        return dn_fail(error, DUNLIN_USAGE, "config.folder-missing",
                       dn_file_exists(project->root) ? "'%s' is not a folder"
                                                     : "there is no folder '%s'",
                       directory);
    if (look_for_config)
        project->config = existing(search->arena, project->root, CONFIG_NAME, &failed);
    return failed ? dn_no_memory(error) : 0;
}

static int
use_config(project_search *search, const char *config, bool its_folder, dn_error *error)
{
    dn_project *project = search->project;

    project->config = dn_path_absolute(search->arena, config);
    if (!project->config)
        return dn_no_memory(error);
    if (!dn_file_exists(project->config))
        return dn_fail(error, DUNLIN_USAGE, "config.missing", "there is no file '%s'", config);
    if (its_folder)
        project->root = dn_path_folder(search->arena, project->config);
    return project->root ? 0 : dn_no_memory(error);
}

static int
find_files(project_search *search, const dunlin_options *options, dn_error *error)
{
    if (options->directory && use_folder(search, options->directory, !options->config, error) < 0)
        return -1;
    if (options->config)
        return use_config(search, options->config, !options->directory, error);
    return options->directory ? 0 : search_upwards(search, error);
}

static int
read_config(project_search *search, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *path = search->project->config;

    if (!path)
        return 0;
    if (dn_file_read(path, &text, error) < 0)
        return dn_while(error, "reading the configuration");
    return dn_config_read(path, text.data, text.length, search->arena, search->project, error);
}

static int
read_env(project_search *search, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_project *project = search->project;
    const char *folder =
        project->config ? dn_path_folder(search->arena, project->config) : project->root;
    const char *nul;

    project->env_path = folder ? dn_path_join(search->arena, folder, ".env") : NULL;
    if (!project->env_path)
        return dn_no_memory(error);
    if (!dn_file_exists(project->env_path) || is_folder(project->env_path))
        return 0;
    if (dn_file_read(project->env_path, &text, error) < 0)
        return dn_while(error, "reading variables");
    nul = memchr(text.data, '\0', text.length);
    if (nul) {
        unsigned line = 1;

        for (const char *c = text.data; c < nul; c++)
            line += *c == '\n';
        return dn_fail(error, DUNLIN_USAGE, "config.env", "%s:%u: a NUL byte, this is not text",
                       project->env_path, line);
    }
    project->env_file = dn_arena_copy(search->arena, text.data, text.length);
    return project->env_file ? 0 : dn_no_memory(error);
}

/* A folder as another tool leaves it: with a journal, or with a folder for each migration. */
static int
is_foreign_folder(project_search *search, const char *folder, bool *answer, dn_error *error)
{
    dn_folder_entry *entries = NULL;
    size_t count = 0;
    bool failed = false;

    *answer = existing(search->arena, folder, "meta/_journal.json", &failed) != NULL;
    if (*answer || failed || !is_folder(folder))
        return failed ? dn_no_memory(error) : 0;
    if (dn_folder_list(search->arena, folder, &entries, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count && !*answer && !failed; i++) {
        const char *inner = dn_path_join(search->arena, folder, entries[i].name);

        failed = !inner;
        *answer = inner && entries[i].folder &&
                  existing(search->arena, inner, "migration.sql", &failed) != NULL;
    }
    return failed ? dn_no_memory(error) : 0;
}

/* Without a word about it: ./migrations, else where Drizzle, Prisma and dbmate have theirs, else this
 * folder where it has a journal itself. */
static int
default_migrations(project_search *search, dn_error *error)
{
    static const struct {
        const char *folder;
        bool any; /* whatever is in it */
    } foreign[] = {{"drizzle", false}, {"prisma/migrations", false}, {"db/migrations", true}};
    dn_project *project = search->project;
    const char *usual = dn_path_join(search->arena, project->root, "migrations");
    bool failed = !usual;
    bool answer = false;

    project->migrations = usual;
    if (failed)
        return dn_no_memory(error);
    if (dn_file_exists(usual))
        return 0;
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        const char *folder = dn_path_join(search->arena, project->root, foreign[i].folder);

        if (!folder)
            return dn_no_memory(error);
        answer = foreign[i].any && is_folder(folder);
        if (!answer && is_foreign_folder(search, folder, &answer, error) < 0)
            return -1;
        if (answer) {
            project->migrations = folder;
            return 0;
        }
    }
    if (existing(search->arena, project->root, "meta/_journal.json", &failed))
        project->migrations = project->root;
    return failed ? dn_no_memory(error) : 0;
}

static int
find_migrations(project_search *search, const dunlin_options *options, dn_error *error)
{
    dn_project *project = search->project;
    const char *path = NULL;

    if (options->migrations)
        path = options->migrations;
    else if (project->migrations)
        path = dn_path_join(search->arena, project->root, project->migrations);
    else
        return default_migrations(search, error);
    project->migrations = path ? dn_path_absolute(search->arena, path) : NULL;
    return project->migrations ? 0 : dn_no_memory(error);
}

static int
find_definition(project_search *search, dn_error *error)
{
    dn_project *project = search->project;
    const char *path;

    project->definition_named = project->definition != NULL;
    path = dn_path_join(search->arena, project->root,
                        project->definition ? project->definition : "schema.sql");

    project->definition = path ? dn_path_absolute(search->arena, path) : NULL;
    return project->definition ? 0 : dn_no_memory(error);
}

int
dn_project_load(const dunlin_options *options, dn_arena *arena, dn_project *project,
                dn_error *error)
{
    project_search search = {.arena = arena, .project = project};

    *project = (dn_project){.driver_path = options ? options->driver_path : NULL};
    if (find_files(&search, options, error) < 0 || read_config(&search, error) < 0 ||
        read_env(&search, error) < 0 || find_definition(&search, error) < 0)
        return -1;
    return find_migrations(&search, options, error);
}

const char *
dn_project_variable(const dn_project *project, dn_arena *arena, const char *name)
{
    const char *value = getenv(name);

    if (value)
        return dn_arena_text(arena, value);
    if (!project->env_file || dn_env_find(project->env_file, name, arena, &value, NULL) < 0)
        return NULL;
    return value;
}
