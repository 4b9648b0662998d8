/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/help.h"

enum { WIDTH = 100 };

/* Text is Markdown already; lines are filled for those who read the source. */
static void
put_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    for (bool first = true; *text; first = false) {
        size_t length = strcspn(text, " \n");

        if (!first && column + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first && column > indent) {
            putc(' ', out);
            column++;
        }
        fwrite(text, 1, length, out);
        column += length;
        text += length;
        if (*text == ' ')
            text++;
        for (; *text == '\n'; text++) {
            putc('\n', out);
            column = indent;
        }
    }
    putc('\n', out);
}

static void
put_item(FILE *out, const char *label, const char *text)
{
    fprintf(out, "- `%s`: ", label);
    put_wrapped(out, text, strlen(label) + 6, 2);
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
    fputs("\n| exit code | meaning |\n|---|---|\n", out);
    for (const dn_exit *row = exits; row->text; row++)
        fprintf(out, "| %d | %s |\n", row->code, row->text);
}

/* "dunlin-journal-check/1" is described by journal-check-1.schema.json. */
static void
put_format(FILE *out, const char *format)
{
    const char *name = format + strlen("dunlin-");
    int length = (int)strcspn(name, "/");

    fprintf(out, "\nDocument of `--json`: [`%s`](json/%.*s-%s.schema.json)\n", format, length, name,
            name + length + 1);
}

static void
put_command(FILE *out, const dn_command *command)
{
    char usage[256];

    dn_cli_usage_line(command, usage, sizeof(usage));
    fprintf(out, "\n## %s\n\n    dunlin %s %s\n\n", command->name, command->name, usage);
    put_wrapped(out, command->text, 0, 0);
    if (command->arguments->name || dn_cli_has_options(command))
        putc('\n', out);
    for (const dn_argument *argument = command->arguments; argument->name; argument++)
        put_item(out, argument->name, argument->text);
    put_options(out, command->options);
    put_exits(out, command->exits);
    fputs("\nExamples:\n\n", out);
    for (const dn_example *example = command->examples; example->line; example++)
        fprintf(out, "    # %s\n    %s\n", example->text, example->line);
    put_format(out, command->format);
}

void
dn_cli_help_markdown(FILE *out)
{
    fputs("# Commands\n\n<!-- Made by `dunlin help --markdown`; do not edit. -->\n\n", out);
    put_wrapped(out, dn_cli_program_text, 0, 0);
    fputs("\n## Global options\n\nThey may stand before or after the command.\n\n", out);
    put_options(out, dn_cli_globals);
    fputs("\n## Exit codes\n", out);
    put_exits(out, dn_cli_exits);
    fputs("\n## Environment\n\n", out);
    for (const dn_variable *variable = dn_cli_variables; variable->name; variable++)
        put_item(out, variable->name, variable->text);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_command(out, command);
}
