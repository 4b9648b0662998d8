/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/help.h"

static volatile sig_atomic_t stop_wanted;

static void
want_stop(int signal_number)
{
    (void)signal_number;
    stop_wanted = 1;
}

static int32_t
cancelled(void *context)
{
    (void)context;
    return stop_wanted;
}

/* The first signal asks for a stop at a safe point; SA_RESETHAND leaves the second one to the
 * default action. A reader that goes away is an error of writing, told at the end. */
static void
set_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    action.sa_handler = want_stop;
    action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}

/* A database opened as descriptor 1 or 2 would be written over by messages: standard descriptors
 * that are closed get one that cannot be used for its purpose. */
static int
guard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return -1;
    return 0;
}

/* The URL may hold a password, and everybody can read the arguments of a process. */
static void
hide_url(char *url)
{
    for (; *url; url++)
        *url = 'x';
}

static int
print_version(const dn_output *output)
{
    if (output->json)
        fprintf(output->out, "{\"format\":\"dunlin-version/1\",\"version\":\"%s\"}\n",
                dunlin_version());
    else
        fprintf(output->out, "dunlin %s\n", dunlin_version());
    return DUNLIN_EXIT_OK;
}

static int
dispatch(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;

    if (arguments->version)
        return print_version(&cli->output);
    if (arguments->help)
        return dn_cli_help(cli, arguments->command, arguments->group);
    if (!arguments->command) {
        dn_cli_help_short(cli->output.err);
        return DUNLIN_EXIT_USAGE;
    }
    return arguments->command->run(cli);
}

/* What was printed is lost silently unless somebody asks. */
static int
close_output(dn_cli *cli, int code)
{
    dunlin_error error;
    int failed = ferror(cli->output.out);

    errno = 0;
    if (fclose(cli->output.out) == 0 && !failed)
        return code;
    dn_cli_fail(&error, DUNLIN_FAILED, "output.write-failed", "cannot write the output%s%s",
                errno ? ": " : "", errno ? strerror(errno) : "");
    cli->output.out = stderr;
    dn_cli_error(&cli->output, &error);
    return code ? code : DUNLIN_EXIT_FAILED;
}

static int
run(int argc, char **argv, dn_arguments *arguments)
{
    dn_cli cli = {.arguments = arguments};
    dunlin_error error;
    int parsed = dn_cli_parse(argc, argv, arguments, &error);
    char *url = arguments->url ? strdup(arguments->url) : NULL;
    int code;

    dn_cli_output_init(&cli.output, stdout, stderr, arguments->color);
    cli.output.json = arguments->json > 0;
    cli.output.quiet = arguments->quiet > 0;
    cli.output.verbose = arguments->verbose;
    if (parsed < 0) {
        code = error.exit_code;
        if (cli.output.json)
            dn_cli_error_document(&cli.output, &error);
        dn_cli_error(&cli.output, &error);
    } else {
        if (url) {
            hide_url((char *)arguments->url);
            arguments->url = url;
        }
        dn_cli_library_options(&cli);
        cli.options.cancelled = cancelled;
        code = dispatch(&cli);
    }
    free(url);
    return close_output(&cli, code);
}

/* Connections are closed and the output is written: whatever libraries have registered for the end only
 * tidies up memory, and there are dozens behind a driver. */
static int
end(int code)
{
#ifndef DN_INSTRUMENTED
    quick_exit(code);
#endif
    return code;
}

int
main(int argc, char **argv)
{
    dn_arguments arguments;
    int code;

    if (guard_descriptors() < 0)
        return DUNLIN_EXIT_FAILED;
    set_signals();
    dunlin_own_process();
    code = run(argc, argv, &arguments);
    dn_cli_arguments_free(&arguments);
    return end(code);
}
