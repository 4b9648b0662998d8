/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/help.h"
#include "cli/show.h"

/* Lets the parser find the command the words name: it knows groups and suggestions. */
static int
find_topic(const dn_words *words, dn_arguments *topic, dunlin_error *error)
{
    char *argv[4] = {(char *)"dunlin"};
    int argc = 1;

    for (size_t i = 0; i < words->count && i < 2; i++)
        argv[argc++] = (char *)words->items[i];
    argv[argc++] = (char *)"--help";
    if (dn_cli_parse(argc, argv, topic, error) < 0)
        return -1;
    if (words->count > (topic->group ? 2U : 1U))
        return dn_cli_fail(error, DUNLIN_USAGE, "usage.extra-argument",
                           "'help' describes one command at a time");
    return 0;
}

int
dn_cmd_help(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dn_arguments topic = {0};
    dunlin_error error = {0};
    int code = DUNLIN_EXIT_OK;

    if (arguments->man)
        dn_cli_help_man(cli->output.out);
    else if (arguments->markdown)
        dn_cli_help_markdown(cli->output.out);
    else if (find_topic(&arguments->words, &topic, &error) < 0)
        code = dn_cli_finish(cli, -1, NULL, &error, NULL, NULL);
    else
        code = dn_cli_help(cli, topic.command, topic.group);
    dn_cli_arguments_free(&topic);
    return code;
}
