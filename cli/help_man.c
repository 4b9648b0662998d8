/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/help.h"

enum { WIDTH = 80 };

/* Text for man(7): `x` bold, hyphens literal, an empty line between paragraphs. Lines are broken
 * for those who read the source. */
static void
put_text(FILE *out, const char *text)
{
    bool bold = false;
    size_t column = 0;

    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++, column++) {
        if (*text == '`')
            fputs((bold = !bold) ? "\\fB" : "\\fR", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (text[0] == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
            column = 0;
        } else if (*text == ' ' && column + strcspn(text + 1, " \n") >= WIDTH && text[1] != '.' &&
                   text[1] != '\'') {
            putc('\n', out);
            column = 0;
        } else
            putc(*text, out);
    }
}

/* As it is typed: backquotes and spaces are kept. */
static void
put_line(FILE *out, const char *line)
{
    for (; *line; line++) {
        if (*line == '\\')
            fputs("\\e", out);
        else if (*line == '-')
            fputs("\\-", out);
        else if (*line == '\'')
            fputs("\\(aq", out);
        else
            putc(*line, out);
    }
}

static void
put_item(FILE *out, const char *label, const char *text)
{
    fputs(".TP\n.B ", out);
    put_text(out, label);
    putc('\n', out);
    put_text(out, text);
    putc('\n', out);
}

static void
put_options(FILE *out, const dn_option *options)
{
    char label[DN_LABEL_SIZE];

    for (const dn_option *option = options; option->name; option++) {
        if (option->hidden)
            continue;
        dn_cli_option_label(option, label);
        put_item(out, label, option->text);
    }
}

static void
put_exits(FILE *out, const dn_exit *exits)
{
    char code[16];

    for (const dn_exit *row = exits; row->text; row++) {
        snprintf(code, sizeof(code), "%d", row->code);
        put_item(out, code, row->text);
    }
}

static void
put_command(FILE *out, const dn_command *command)
{
    char usage[256];

    dn_cli_usage_line(command, usage, sizeof(usage));
    fputs(".SS ", out);
    put_text(out, command->name);
    fputs("\n.B dunlin ", out);
    put_text(out, command->name);
    fputs("\n.RI \"", out);
    put_text(out, usage);
    fputs("\"\n.PP\n", out);
    put_text(out, command->text);
    putc('\n', out);
    for (const dn_argument *argument = command->arguments; argument->name; argument++)
        put_item(out, argument->name, argument->text);
    put_options(out, command->options);
    fputs(".PP\nExit status:\n", out);
    put_exits(out, command->exits);
}

static void
put_examples(FILE *out, const dn_command *command)
{
    for (const dn_example *example = command->examples; example->line; example++) {
        fputs(example == dn_cli_commands[0].examples ? "" : ".PP\n", out);
        put_text(out, example->text);
        fputs(":\n.PP\n.RS 4\n.nf\n", out);
        put_line(out, example->line);
        fputs("\n.fi\n.RE\n", out);
    }
}

/* No date in the heading: the page depends on the table alone and is compared with the one in
 * docs/. */
void
dn_cli_help_man(FILE *out)
{
    fprintf(out,
            ".\\\" SPDX-License-Identifier: MIT\n"
            ".\\\" Made by `dunlin help --man`; do not edit.\n"
            ".TH DUNLIN 1 \"\" \"dunlin %s\" \"User Commands\"\n.SH NAME\ndunlin \\- %s\n",
            dunlin_version(), dn_cli_program_summary);
    fputs(".SH SYNOPSIS\n.B dunlin\n.RI [ OPTIONS ]\n.I COMMAND\n.RI [ ARGUMENTS ]\n"
          ".SH DESCRIPTION\n",
          out);
    put_text(out, dn_cli_program_text);
    fputs("\n.SH GLOBAL OPTIONS\nThey may stand before or after the command.\n", out);
    put_options(out, dn_cli_globals);
    fputs(".SH COMMANDS\n", out);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_command(out, command);
    fputs(".SH EXIT STATUS\n", out);
    put_exits(out, dn_cli_exits);
    fputs(".SH ENVIRONMENT\n", out);
    for (const dn_variable *variable = dn_cli_variables; variable->name; variable++)
        put_item(out, variable->name, variable->text);
    fputs(".SH EXAMPLES\n", out);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_examples(out, command);
}
