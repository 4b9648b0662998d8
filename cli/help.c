/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <string.h>

enum { WIDTH = 79, LABEL_COLUMN = 2, TEXT_COLUMN = 28 };

/* --- shared by all descriptions -------------------------------------------------------------- */

void
dn_cli_option_label(const dn_option *option, char out[DN_LABEL_SIZE])
{
    char letter[8] = "";

    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(out, DN_LABEL_SIZE, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
             option->value ? option->value : "");
}

bool
dn_cli_has_options(const dn_command *command)
{
    for (const dn_option *option = command->options; option->name; option++)
        if (!option->hidden)
            return true;
    return false;
}

void
dn_cli_usage_line(const dn_command *command, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "[OPTIONS]");

    for (const dn_argument *argument = command->arguments; argument->name && used < size;
         argument++)
        used += (size_t)snprintf(out + used, size - used, " %s%s%s%s",
                                 argument->required ? "" : "[", argument->name,
                                 argument->repeated ? "..." : "", argument->required ? "" : "]");
}

/* --- plain text ------------------------------------------------------------------------------ */

static size_t
word_length(const char *text)
{
    return strcspn(text, " \n");
}

static void
put_word(FILE *out, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        putc(word[i] == '`' ? '\'' : word[i], out);
}

/* Fills lines between `indent` and WIDTH; `column` is where the first one starts. A newline in the
 * text is kept. Ends the last line. */
static void
put_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    bool first = true;

    while (*text) {
        size_t length = word_length(text);

        if (!first && column + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        if (!first)
            putc(' ', out);
        put_word(out, text, length);
        column += length + !first;
        first = false;
        text += length;
        for (; *text == ' ' || *text == '\n'; text++)
            if (*text == '\n') {
                putc('\n', out);
                column = 0;
                first = true;
            }
    }
    putc('\n', out);
}

/* "  label        text", the text on a line of its own when the label is long. */
static void
put_entry(FILE *out, const char *label, const char *text, size_t text_column)
{
    size_t used = LABEL_COLUMN + strlen(label);

    fprintf(out, "%*s%s", LABEL_COLUMN, "", label);
    if (used + 2 > text_column) {
        putc('\n', out);
        used = 0;
    }
    fprintf(out, "%*s", (int)(text_column - used), "");
    put_wrapped(out, text, text_column, text_column);
}

static void
put_options(FILE *out, const char *title, const dn_option *options)
{
    char label[DN_LABEL_SIZE];
    char shown[DN_LABEL_SIZE + 8];

    fprintf(out, "\n%s:\n", title);
    for (const dn_option *option = options; option->name; option++) {
        if (option->hidden)
            continue;
        dn_cli_option_label(option, label);
        snprintf(shown, sizeof(shown), "%s%s", option->letter ? "" : "    ", label);
        put_entry(out, shown, option->text, TEXT_COLUMN);
    }
}

static void
put_commands(FILE *out, const dn_group *group)
{
    fputs("\nCommands:\n", out);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (!group || dn_cli_in_group(command, group))
            put_entry(out, command->name, command->summary, 20);
}

static void
put_exits(FILE *out, const dn_exit *exits)
{
    char code[16];

    fputs("\nExit codes:\n", out);
    for (const dn_exit *row = exits; row->text; row++) {
        snprintf(code, sizeof(code), "%d", row->code);
        put_entry(out, code, row->text, 6);
    }
}

static void
help_command(FILE *out, const dn_command *command)
{
    char usage[256];

    dn_cli_usage_line(command, usage, sizeof(usage));
    fprintf(out, "dunlin %s - %s\n\nUsage: dunlin %s %s\n\n", command->name, command->summary,
            command->name, usage);
    put_wrapped(out, command->text, 0, 0);
    if (command->arguments->name)
        fputs("\nArguments:\n", out);
    for (const dn_argument *argument = command->arguments; argument->name; argument++)
        put_entry(out, argument->name, argument->text, TEXT_COLUMN);
    if (dn_cli_has_options(command))
        put_options(out, "Options", command->options);
    put_options(out, "Global options", dn_cli_globals);
    put_exits(out, command->exits);
    fputs("\nExamples:\n", out);
    for (const dn_example *example = command->examples; example->line; example++) {
        fprintf(out, "%s  %s\n      ", example == command->examples ? "" : "\n", example->line);
        put_wrapped(out, example->text, 6, 6);
    }
    fprintf(out, "\nDocument printed by --json: %s\n", command->format);
}

static void
help_group(FILE *out, const dn_group *group)
{
    fprintf(out, "dunlin %s - %s\n\nUsage: dunlin %s COMMAND [OPTIONS] [ARGUMENTS]\n", group->name,
            group->summary, group->name);
    put_commands(out, group);
    fprintf(out, "\nSee 'dunlin %s COMMAND --help'.\n", group->name);
}

void
dn_cli_help_short(FILE *out)
{
    fprintf(out, "dunlin - %s\n\nUsage: dunlin [OPTIONS] COMMAND [ARGUMENTS]\n",
            dn_cli_program_summary);
    put_commands(out, NULL);
    fputs("\nSee 'dunlin help' for options, 'dunlin help COMMAND' for a command.\n", out);
}

static void
help_program(FILE *out)
{
    fprintf(out, "dunlin %s - %s\n\nUsage: dunlin [OPTIONS] COMMAND [ARGUMENTS]\n\n",
            dunlin_version(), dn_cli_program_summary);
    put_wrapped(out, dn_cli_program_text, 0, 0);
    put_commands(out, NULL);
    put_options(out, "Global options", dn_cli_globals);
    put_exits(out, dn_cli_exits);
    fputs("\nEnvironment:\n", out);
    for (const dn_variable *variable = dn_cli_variables; variable->name; variable++)
        put_entry(out, variable->name, variable->text, TEXT_COLUMN);
    fputs("\nSee 'dunlin COMMAND --help'.\n", out);
}

int
dn_cli_help(dn_cli *cli, const dn_command *command, const dn_group *group)
{
    FILE *out = cli->output.out;

    if (cli->output.json)
        dn_cli_help_json(out);
    else if (command)
        help_command(out, command);
    else if (group)
        help_group(out, group);
    else
        help_program(out);
    return DUNLIN_EXIT_OK;
}
