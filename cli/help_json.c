/* SPDX-License-Identifier: MIT */
#include "cli/help.h"
#include "cli/json.h"

static const char *const kinds[] = {
    [DN_VALUE_NONE] = "flag",     [DN_VALUE_TEXT] = "text",     [DN_VALUE_FILE] = "file",
    [DN_VALUE_FOLDER] = "folder", [DN_VALUE_CHOICE] = "choice", [DN_VALUE_DURATION] = "duration",
    [DN_VALUE_NUMBER] = "number", [DN_VALUE_LIST] = "text",
};

static void
put_choices(dn_json_writer *json, const char *const *choices)
{
    if (!choices)
        return;
    dn_cli_json_open(json, "choices", '[');
    for (; *choices; choices++)
        dn_cli_json_text(json, NULL, *choices);
    dn_cli_json_close(json, ']');
}

static void
put_options(dn_json_writer *json, const dn_option *options)
{
    dn_cli_json_open(json, "options", '[');
    for (const dn_option *option = options; option->name; option++) {
        char letter[2] = {option->letter, '\0'};

        if (option->hidden)
            continue;
        dn_cli_json_open(json, NULL, '{');
        dn_cli_json_text(json, "name", option->name);
        dn_cli_json_text(json, "letter", option->letter ? letter : NULL);
        dn_cli_json_text(json, "kind", kinds[option->kind]);
        dn_cli_json_text(json, "value", option->value);
        dn_cli_json_boolean(json, "repeated", option->kind == DN_VALUE_LIST);
        put_choices(json, option->choices);
        dn_cli_json_text(json, "text", option->text);
        dn_cli_json_close(json, '}');
    }
    dn_cli_json_close(json, ']');
}

static void
put_arguments(dn_json_writer *json, const dn_argument *arguments)
{
    dn_cli_json_open(json, "arguments", '[');
    for (const dn_argument *argument = arguments; argument->name; argument++) {
        dn_cli_json_open(json, NULL, '{');
        dn_cli_json_text(json, "name", argument->name);
        dn_cli_json_text(json, "kind", kinds[argument->kind]);
        dn_cli_json_boolean(json, "required", argument->required);
        dn_cli_json_boolean(json, "repeated", argument->repeated);
        put_choices(json, argument->choices);
        dn_cli_json_text(json, "text", argument->text);
        dn_cli_json_close(json, '}');
    }
    dn_cli_json_close(json, ']');
}

static void
put_exits(dn_json_writer *json, const dn_exit *exits)
{
    dn_cli_json_open(json, "exit_codes", '[');
    for (; exits->text; exits++) {
        dn_cli_json_open(json, NULL, '{');
        dn_cli_json_integer(json, "code", exits->code);
        dn_cli_json_text(json, "text", exits->text);
        dn_cli_json_close(json, '}');
    }
    dn_cli_json_close(json, ']');
}

static void
put_command(dn_json_writer *json, const dn_command *command)
{
    dn_cli_json_open(json, NULL, '{');
    dn_cli_json_text(json, "name", command->name);
    dn_cli_json_text(json, "summary", command->summary);
    dn_cli_json_text(json, "text", command->text);
    dn_cli_json_text(json, "result", command->format);
    put_arguments(json, command->arguments);
    put_options(json, command->options);
    put_exits(json, command->exits);
    dn_cli_json_open(json, "examples", '[');
    for (const dn_example *example = command->examples; example->line; example++) {
        dn_cli_json_open(json, NULL, '{');
        dn_cli_json_text(json, "line", example->line);
        dn_cli_json_text(json, "text", example->text);
        dn_cli_json_close(json, '}');
    }
    dn_cli_json_close(json, ']');
    dn_cli_json_close(json, '}');
}

void
dn_cli_help_json(FILE *out)
{
    dn_json_writer json = {out, false};

    dn_cli_json_open(&json, NULL, '{');
    dn_cli_json_text(&json, "format", "dunlin-help/1");
    dn_cli_json_text(&json, "program", "dunlin");
    dn_cli_json_text(&json, "version", dunlin_version());
    dn_cli_json_text(&json, "summary", dn_cli_program_summary);
    dn_cli_json_text(&json, "text", dn_cli_program_text);
    put_options(&json, dn_cli_globals);
    put_exits(&json, dn_cli_exits);
    dn_cli_json_open(&json, "variables", '[');
    for (const dn_variable *variable = dn_cli_variables; variable->name; variable++) {
        dn_cli_json_open(&json, NULL, '{');
        dn_cli_json_text(&json, "name", variable->name);
        dn_cli_json_text(&json, "text", variable->text);
        dn_cli_json_close(&json, '}');
    }
    dn_cli_json_close(&json, ']');
    dn_cli_json_open(&json, "commands", '[');
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_command(&json, command);
    dn_cli_json_close(&json, ']');
    dn_cli_json_close(&json, '}');
    putc('\n', out);
}
