/* SPDX-License-Identifier: MIT
 *
 * Whether a name that stands in a migration is one of a driver: a mistyped one would leave text out
 * in silence.
 */
#include <string.h>

#include "core/driver/driver.h"
#include "core/project/project.h"

/* What a driver is called stays known where nobody built it. */
static const struct {
    const char *name;
    const char *driver;
} built_in[] = {
    {"mysql", "mysql"},   {"postgres", "postgres"}, {"sqlite", "sqlite"},
    {"mariadb", "mysql"}, {"sqlite3", "sqlite"},    {"postgresql", "postgres"},
};

typedef struct known_drivers {
    const dn_project *project;
    dn_arena *arena;
    const char **names; /* each of them once */
    size_t count;
    size_t capacity;
    dn_error *error;
} known_drivers;

static const char *
find_built_in(dunlin_string name)
{
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        if (dn_string_equal_fold(name, built_in[i].name))
            return built_in[i].driver;
    return NULL;
}

static int
add_name(known_drivers *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return 0;
    list->names = dn_arena_grow(list->arena, list->names, &list->capacity, list->count + 1,
                                sizeof *list->names);
    if (!list->names)
        return dn_no_memory(list->error);
    list->names[list->count++] = name;
    return 0;
}

/* The schemes of the targets' URLs, whether or not their drivers are here. What is not to be had on
 * this machine, as a variable of another one, tells nothing. */
static int
add_targets(known_drivers *list)
{
    for (size_t i = 0; i < list->project->target_count; i++) {
        const dunlin_options options = {.size = sizeof options,
                                        .target = list->project->targets[i].name};
        const dn_target *target;
        const char *scheme;
        const char *url;
        dn_error problem;

        dn_error_clear(&problem);
        if (dn_project_target(list->project, &options, list->arena, &target, &url, &problem) < 0) {
            if (problem.status == DUNLIN_NO_MEMORY)
                return dn_no_memory(list->error);
            continue;
        }
        scheme = dn_url_scheme(list->arena, url);
        if (scheme && add_name(list, scheme) < 0)
            return -1;
    }
    return 0;
}

/* One that is refused counts by the name of its file. */
static int
add_found(known_drivers *list, dunlin_string name, const char **driver)
{
    const dn_driver_places places = {list->project->driver_path};
    dn_driver_found *found;
    size_t count;

    if (dn_driver_list(&places, list->arena, &found, &count, list->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (found[i].driver && dn_driver_is_called(found[i].driver, name))
            *driver = found[i].driver->table.name;
        if (add_name(list, found[i].name) < 0)
            return -1;
    }
    return 0;
}

int
dn_project_driver_name(const dn_project *project, dunlin_string name, dn_arena *arena,
                       const char **driver, dn_text *names, dn_error *error)
{
    known_drivers list = {.project = project, .arena = arena, .error = error};

    *driver = find_built_in(name);
    if (*driver)
        return 0;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        if (add_name(&list, built_in[i].driver) < 0)
            return -1;
    if (add_found(&list, name, driver) < 0 || add_targets(&list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        const char *lead = i == 0 ? "" : i + 1 < list.count ? ", " : " and ";

        if (!*driver && dn_string_equal_fold(name, list.names[i]))
            *driver = list.names[i];
        dn_text_printf(names, "%s%s", lead, list.names[i]);
    }
    return names->failed ? dn_no_memory(error) : 0;
}
