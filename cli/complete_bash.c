/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

static void
put_option_words(FILE *out, const dn_option *options)
{
    for (const dn_option *option = options; option->name; option++)
        if (!option->hidden)
            fprintf(out, " --%s", option->name);
}

static void
put_choices(FILE *out, const char *const *choices)
{
    fputs("COMPREPLY=($(compgen -W '", out);
    for (const char *const *choice = choices; *choice; choice++)
        fprintf(out, "%s%s", choice == choices ? "" : " ", *choice);
    fputs("' -- \"$cur\"))", out);
}

/* What completes a value; NULL choices and a free text complete to nothing. */
static void
put_reply(FILE *out, dn_value kind, const char *const *choices)
{
    if (choices)
        put_choices(out, choices);
    else if (kind == DN_VALUE_FOLDER)
        fputs("compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))", out);
    else if (kind == DN_VALUE_FILE)
        fputs("compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))", out);
    else
        fputs("COMPREPLY=()", out);
}

/* "-C | --dir" of every option that takes a value. */
static void
put_valued(FILE *out, const dn_option *options, const char **between)
{
    for (const dn_option *option = options; option->name; option++) {
        if (option->kind == DN_VALUE_NONE)
            continue;
        if (option->letter)
            fprintf(out, "%s-%c", *between, option->letter);
        fprintf(out, "%s--%s", option->letter ? " | " : *between, option->name);
        *between = " | ";
    }
}

static void
put_all_valued(FILE *out)
{
    const char *between = "";

    put_valued(out, dn_cli_globals, &between);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_valued(out, command->options, &between);
}

static void
put_value_cases(FILE *out, const dn_option *options, const char *indent)
{
    for (const dn_option *option = options; option->name; option++) {
        if (option->kind == DN_VALUE_NONE || option->hidden)
            continue;
        fputs(indent, out);
        if (option->letter)
            fprintf(out, "-%c | ", option->letter);
        fprintf(out, "--%s) ", option->name);
        put_reply(out, option->kind, option->choices);
        fputs("; return ;;\n", out);
    }
}

static void
put_command(FILE *out, const dn_command *command)
{
    const dn_argument *argument = command->arguments;

    fprintf(out, "    '%s')\n", command->name);
    if (argument->name) {
        fputs("        if [[ $cur != -* ]]; then ", out);
        put_reply(out, argument->kind, argument->choices);
        fputs("; return; fi\n", out);
    }
    fputs("        words=\"$globals", out);
    put_option_words(out, command->options);
    fputs("\" ;;\n", out);
}

static void
put_commands(FILE *out)
{
    fputs("    case $command in\n    '') words=\"$globals", out);
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (dn_cli_short_name(command) == command->name)
            fprintf(out, " %s", command->name);
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        fprintf(out, " %s", group->name);
    fputs("\" ;;\n", out);
    for (const dn_group *group = dn_cli_groups; group->name; group++) {
        fprintf(out, "    '%s') words=\"$globals", group->name);
        for (const dn_command *command = dn_cli_commands; command->name; command++)
            if (dn_cli_in_group(command, group))
                fprintf(out, " %s", dn_cli_short_name(command));
        fputs("\" ;;\n", out);
    }
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        put_command(out, command);
    fputs("    *) return ;;\n    esac\n", out);
}

void
dn_cli_complete_bash(FILE *out)
{
    fputs("# bash completion for dunlin, made by `dunlin completion bash`\n"
          "_dunlin() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command='' words i\n"
          "    local globals='",
          out);
    put_option_words(out, dn_cli_globals);
    /* '=' separates words for bash, so --color=a arrives as three of them */
    fputs("'\n"
          "    if [[ $cur == '=' ]]; then cur=''\n"
          "    elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    COMPREPLY=()\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        case ${COMP_WORDS[i]} in\n        ",
          out);
    put_all_valued(out);
    fputs(") if [[ ${COMP_WORDS[i+1]} == '=' ]]; then ((i++)); fi; ((i++)) ;;\n"
          "        -*) ;;\n"
          "        *) case $command in\n"
          "            '') command=${COMP_WORDS[i]} ;;\n",
          out);
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        fprintf(out, "            %s) command+=\" ${COMP_WORDS[i]}\" ;;\n", group->name);
    fputs("            esac ;;\n"
          "        esac\n"
          "    done\n"
          "    case $prev in\n",
          out);
    put_value_cases(out, dn_cli_globals, "    ");
    fputs("    esac\n    case $command:$prev in\n", out);
    for (const dn_command *command = dn_cli_commands; command->name; command++) {
        char indent[64];

        snprintf(indent, sizeof(indent), "    '%s':", command->name);
        put_value_cases(out, command->options, indent);
    }
    fputs("    esac\n", out);
    put_commands(out);
    fputs("    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "complete -F _dunlin dunlin\n",
          out);
}
