/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/commands.h"

void
dn_cli_library_options(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dunlin_options options = DUNLIN_OPTIONS_DEFAULTS;

    options.directory = arguments->directory;
    options.config = arguments->config;
    options.migrations = arguments->migrations;
    options.url = arguments->url;
    options.target = arguments->target;
    options.driver_path = arguments->driver_path;
    options.lock_timeout_ms = arguments->lock_timeout_ms;
    options.log_level = cli->output.verbose >= 2   ? DUNLIN_LOG_LINE_DEBUG
                        : cli->output.verbose == 1 ? DUNLIN_LOG_LINE_INFO
                                                   : DUNLIN_LOG_LINE_WARNING;
    options.log = dn_cli_log;
    options.progress = dn_cli_progress;
    options.context = &cli->output;
    cli->options = options;
}

static int
exit_code_of_failure(const dunlin_error *error)
{
    return error->exit_code > 0 ? error->exit_code : DUNLIN_EXIT_FAILED;
}

static int
print_document(dn_cli *cli, dunlin_result *result)
{
    const char *json = dunlin_result_json(result);
    dunlin_error error;

    if (!json) {
        dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
        dn_cli_error(&cli->output, &error);
        return -1;
    }
    fputs(json, cli->output.out);
    if (json[0] == '\0' || json[strlen(json) - 1] != '\n')
        putc('\n', cli->output.out);
    return 0;
}

/* A script, a definition, a picture: what was asked for, and not what is said of it. */
static bool
is_product(const dunlin_node *root)
{
    return (dunlin_node_text(root, "script") || dunlin_node_text(root, "text")) &&
           !dunlin_node_text(root, "path");
}

int
dn_cli_finish(dn_cli *cli, int outcome, dunlin_result *result, const dunlin_error *error,
              dn_show *show, dn_explain *explain)
{
    dn_output *output = &cli->output;
    const dunlin_node *root = result ? dunlin_result_root(result) : NULL;
    bool failed = outcome < 0;
    int code = failed ? exit_code_of_failure(error) : dunlin_result_exit_code(result);

    dn_cli_progress_erase(output);
    if (output->json && result) {
        if (print_document(cli, result) < 0 && code == DUNLIN_EXIT_OK)
            code = DUNLIN_EXIT_FAILED;
    } else if (output->json && failed) {
        dn_cli_error_document(output, error);
    } else if (result && (!output->quiet || is_product(root))) {
        show(cli, root);
    }
    if (failed)
        dn_cli_error(output, error);
    if (failed && result && explain && !output->json)
        explain(cli, root, error);
    dunlin_result_free(result);
    return code;
}
