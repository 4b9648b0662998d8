/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

/* Inside '...' and inside the [...] and : fields of _arguments. */
static void
put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '\'': fputs("'\\''", out); break;
        case '`': break;
        case '[':
        case ']':
        case ':':
        case '\\': fprintf(out, "\\%c", *text); break;
        default: putc(*text, out);
        }
}

/* ":NAME:action" */
static void
put_action(FILE *out, const char *name, dn_value kind, const char *const *choices)
{
    fprintf(out, ":%s:", name);
    if (choices) {
        putc('(', out);
        for (const char *const *choice = choices; *choice; choice++)
            fprintf(out, "%s%s", choice == choices ? "" : " ", *choice);
        putc(')', out);
    } else if (kind == DN_VALUE_FOLDER)
        fputs("_files -/", out);
    else if (kind == DN_VALUE_FILE)
        fputs("_files", out);
    else
        putc(' ', out);
}

static void
put_spec(FILE *out, const char *dashes, const char *name, const dn_option *option)
{
    bool repeatable = option->kind == DN_VALUE_LIST;
    bool is_long = dashes[1] == '-';

    fprintf(out, " \\\n            '%s%s%s%s[", repeatable ? "*" : "", dashes, name,
            option->value ? (is_long ? "=" : "+") : "");
    put_text(out, option->text);
    putc(']', out);
    if (option->value)
        put_action(out, option->value, option->kind, option->choices);
    putc('\'', out);
}

static void
put_options(FILE *out, const dn_option *options)
{
    for (const dn_option *option = options; option->name; option++) {
        char letter[2] = {option->letter, '\0'};

        if (option->hidden)
            continue;
        put_spec(out, "--", option->name, option);
        if (option->letter)
            put_spec(out, "-", letter, option);
    }
}

static void
put_arguments(FILE *out, const dn_command *command)
{
    for (const dn_argument *argument = command->arguments; argument->name; argument++) {
        fprintf(out, " \\\n            '%s%s", argument->repeated ? "*" : "",
                argument->required || argument->repeated ? "" : ":");
        put_action(out, argument->name, argument->kind, argument->choices);
        putc('\'', out);
    }
}

static void
put_commands(FILE *out, const dn_group *group)
{
    for (const dn_command *command = dn_cli_commands; command->name; command++) {
        bool wanted =
            group ? dn_cli_in_group(command, group) : dn_cli_short_name(command) == command->name;

        if (!wanted)
            continue;
        fprintf(out, "        '%s:", dn_cli_short_name(command));
        put_text(out, command->summary);
        fputs("'\n", out);
    }
    for (const dn_group *row = dn_cli_groups; row->name && !group; row++) {
        fprintf(out, "        '%s:", row->name);
        put_text(out, row->summary);
        fputs("'\n", out);
    }
}

static void
put_command(FILE *out, const dn_command *command)
{
    fprintf(out, "    %s)\n        _arguments -s -S \"$globals[@]\"", dn_cli_short_name(command));
    put_options(out, command->options);
    put_arguments(out, command);
    fputs(" ;;\n", out);
}

static void
put_function(FILE *out, const dn_group *group)
{
    fprintf(out,
            "_dunlin%s%s() {\n    local curcontext=$curcontext state line\n"
            "    local -a globals commands\n    globals=(",
            group ? "_" : "", group ? group->name : "");
    put_options(out, dn_cli_globals);
    fputs(" )\n    commands=(\n", out);
    put_commands(out, group);
    fputs("    )\n"
          "    _arguments -C -s -S \"$globals[@]\" '1: :->command' '*:: :->rest' && return\n"
          "    case $state in\n"
          "    command) _describe -t commands 'dunlin command' commands; return ;;\n"
          "    esac\n"
          "    case $line[1] in\n",
          out);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (group ? dn_cli_in_group(command, group) : dn_cli_short_name(command) == command->name)
            put_command(out, command);
    for (const dn_group *row = dn_cli_groups; row->name && !group; row++)
        fprintf(out, "    %s) _dunlin_%s ;;\n", row->name, row->name);
    fputs("    esac\n}\n\n", out);
}

void
dn_cli_complete_zsh(FILE *out)
{
    fputs("#compdef dunlin\n# zsh completion for dunlin, made by `dunlin completion zsh`\n\n", out);
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        put_function(out, group);
    put_function(out, NULL);
    fputs(
        "if [[ $funcstack[1] == _dunlin ]]; then _dunlin \"$@\"; else compdef _dunlin dunlin; fi\n",
        out);
}
