/* SPDX-License-Identifier: MIT
 *
 * Which target is meant, and its URL. No message here shows a URL.
 */
#include "core/project/project.h"

#include <string.h>

#include "core/base/file.h"
#include "core/base/text.h"

#define VARIABLE "DATABASE_URL"

/* A target and the folder its relative paths start from. */
typedef struct target_choice {
    dn_target target;
    const char *folder;
} target_choice;

static void
add_names(dn_text *text, const dn_project *project)
{
    for (size_t i = 0; i < project->target_count; i++) {
        const char *lead = i == 0 ? "" : i + 1 < project->target_count ? ", " : " and ";

        dn_text_printf(text, "%s\"%s\"", lead, project->targets[i].name);
    }
}

static int
fail_none(const dn_project *project, dn_error *error)
{
    dn_auto(dn_text) names = DN_TEXT_INIT;

    if (!project->target_count)
        return dn_fail(error, DUNLIN_USAGE, "target.none", "no target was named: %s%s%s",
                       project->config ? "'" : "there is no dunlin.json",
                       project->config ? project->config : "",
                       project->config ? "' has none and " VARIABLE " is not set"
                                       : " and " VARIABLE " is not set");
    add_names(&names, project);
    dn_fail(error, DUNLIN_USAGE, "target.none", "no target was named; '%s' has %s", project->config,
            names.data ? names.data : "several");
    return dn_hint(error, "name one with --target, or set \"default\" in '%s'", project->config);
}

static int
fail_unknown(const dn_project *project, const char *name, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_visible(&text, name, strlen(name), 60);
    dn_text_add_string(&text, "\"; ");
    if (project->target_count) {
        dn_text_printf(&text, "'%s' has ", project->config);
        add_names(&text, project);
    } else if (project->config) {
        dn_text_printf(&text, "'%s' has no targets", project->config);
    } else {
        dn_text_add_string(&text, "there is no dunlin.json");
    }
    return dn_fail(error, DUNLIN_USAGE, "target.unknown", "there is no target \"%s",
                   text.failed ? name : text.data);
}

static const dn_target *
named(const dn_project *project, const char *name)
{
    for (size_t i = 0; i < project->target_count; i++)
        if (strcmp(project->targets[i].name, name) == 0)
            return &project->targets[i];
    return NULL;
}

bool
dn_project_takes(const dn_project *project, const char *name)
{
    return project->default_target ? strcmp(project->default_target, name) == 0
                                   : project->target_count == 1;
}

static int
unnamed(dn_arena *arena, const char *url, dn_target *target, dn_error *error)
{
    bool reference = strncmp(url, "env:", 4) == 0 || strncmp(url, "file:", 5) == 0;

    *target = (dn_target){.name = "default",
                          .url = dn_arena_text(arena, url),
                          .backups_kept = DN_BACKUPS_KEPT,
                          .lock_timeout_ms = DN_LOCK_TIMEOUT_MS,
                          .lock_retries = DN_LOCK_RETRIES};
    target->url_source = reference ? target->url : dn_url_redact(arena, url);
    return target->url && target->url_source ? 0 : dn_no_memory(error);
}

static int
choose(const dn_project *project, const dunlin_options *options, dn_arena *arena,
       target_choice *choice, dn_error *error)
{
    const char *name = options->target ? options->target : project->default_target;
    const dn_target *target = NULL;

    choice->folder = project->root;
    if (options->url) {
        choice->folder = dn_path_absolute(arena, ".");
        if (!choice->folder)
            return dn_no_memory(error);
        return unnamed(arena, options->url, &choice->target, error);
    }
    if (name)
        target = named(project, name);
    else if (project->target_count == 1)
        target = project->targets;
    else if (dn_project_variable(project, arena, VARIABLE))
        return unnamed(arena, "env:" VARIABLE, &choice->target, error);
    if (!target)
        return name ? fail_unknown(project, name, error) : fail_none(project, error);
    choice->target = *target;
    return 0;
}

static const char *
trimmed(dn_arena *arena, const char *text, size_t length)
{
    while (length && strchr(" \t\r", text[length - 1]))
        length--;
    while (length && strchr(" \t", *text)) {
        text++;
        length--;
    }
    return dn_arena_copy(arena, text, length);
}

static int
follow_env(const dn_project *project, dn_arena *arena, const dn_target *target, const char **url,
           dn_error *error)
{
    const char *name = target->url + strlen("env:");
    const char *value = dn_project_variable(project, arena, name);

    if (value)
        value = trimmed(arena, value, strlen(value));
    if (value && *value) {
        *url = value;
        return 0;
    }
    dn_fail(error, DUNLIN_USAGE, "target.env",
            "the URL of target \"%s\" is in the variable '%s', which is %s", target->name, name,
            value ? "empty" : "not set");
    return dn_hint(error, "set '%s' in the environment or in '%s'", name, project->env_path);
}

static int
follow_file(dn_arena *arena, const target_choice *choice, const char **url, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *bom = "\xEF\xBB\xBF";
    const char *path = dn_path_join(arena, choice->folder, choice->target.url + strlen("file:"));
    const char *line;

    if (!path)
        return dn_no_memory(error);
    if (dn_file_read(path, &text, error) < 0)
        return error->status == DUNLIN_NO_MEMORY
                   ? -1
                   : dn_fail(error, DUNLIN_USAGE, "target.file", "the URL of target \"%s\": %s",
                             choice->target.name, error->message);
    line = text.data ? text.data : "";
    if (strncmp(line, bom, strlen(bom)) == 0)
        line += strlen(bom);
    *url = trimmed(arena, line, strcspn(line, "\n"));
    if (!*url)
        return dn_no_memory(error);
    if (!**url)
        return dn_fail(error, DUNLIN_USAGE, "target.file",
                       "the URL of target \"%s\": the first line of '%s' is empty",
                       choice->target.name, path);
    return 0;
}

int
dn_project_target(const dn_project *project, const dunlin_options *options, dn_arena *arena,
                  const dn_target **target, const char **url, dn_error *error)
{
    target_choice *choice = dn_arena_alloc(arena, sizeof *choice);

    if (!choice)
        return dn_no_memory(error);
    if (choose(project, options, arena, choice, error) < 0)
        return -1;
    *url = choice->target.url;
    if (strncmp(*url, "env:", 4) == 0) {
        if (follow_env(project, arena, &choice->target, url, error) < 0)
            return -1;
    } else if (strncmp(*url, "file:", 5) == 0) {
        if (follow_file(arena, choice, url, error) < 0)
            return -1;
    }
    if (!dn_url_scheme(arena, *url))
        return dn_fail(error, DUNLIN_USAGE, "target.url",
                       "the URL of target \"%s\" does not start with a scheme and a colon",
                       choice->target.name);
    *url = dn_url_anchor(arena, *url, choice->folder);
    if (!*url)
        return dn_no_memory(error);
    if (options->lock_timeout_ms >= 0)
        choice->target.lock_timeout_ms = options->lock_timeout_ms;
    *target = &choice->target;
    return 0;
}
