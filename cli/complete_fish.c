/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

/* Inside '...' of fish: backslash and quote are escaped. */
static void
put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '`')
            continue;
        if (*text == '\'' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
}

static void
put_value(FILE *out, dn_value kind, const char *const *choices)
{
    if (choices) {
        fputs(" -x -a '", out);
        for (const char *const *choice = choices; *choice; choice++)
            fprintf(out, "%s%s", choice == choices ? "" : " ", *choice);
        putc('\'', out);
    } else if (kind == DN_VALUE_FOLDER)
        fputs(" -x -a '(__fish_complete_directories)'", out);
    else if (kind == DN_VALUE_FILE)
        fputs(" -r -F", out);
    else
        fputs(" -x", out);
}

/* `command` is NULL for global options. */
static void
put_options(FILE *out, const dn_option *options, const char *command)
{
    for (const dn_option *option = options; option->name; option++) {
        if (option->hidden)
            continue;
        fputs("complete -c dunlin", out);
        if (command)
            fprintf(out, " -n '__dunlin_at \"%s\"'", command);
        fprintf(out, " -l %s", option->name);
        if (option->letter)
            fprintf(out, " -s %c", option->letter);
        if (option->kind != DN_VALUE_NONE)
            put_value(out, option->kind, option->choices);
        fputs(" -d '", out);
        put_text(out, option->text);
        fputs("'\n", out);
    }
}

static void
put_word(FILE *out, const char *after, const char *name, const char *summary)
{
    fprintf(out, "complete -c dunlin -n '__dunlin_at \"%s\"' -a %s -d '", after, name);
    put_text(out, summary);
    fputs("'\n", out);
}

static void
put_arguments(FILE *out, const dn_command *command)
{
    const dn_argument *argument = command->arguments;

    if (!argument->name || (argument->kind == DN_VALUE_TEXT && !argument->choices))
        return;
    fprintf(out, "complete -c dunlin -n '__dunlin_at \"%s\"'", command->name);
    if (argument->choices)
        put_value(out, argument->kind, argument->choices);
    else
        fputs(" -F", out);
    putc('\n', out);
}

/* A function that answers whether the words before the cursor chose this command. */
static void
put_condition(FILE *out)
{
    fputs("# fish completion for dunlin, made by `dunlin completion fish`\n"
          "function __dunlin_at\n"
          "    set -l words (commandline -opc)\n"
          "    set -l command\n"
          "    set -l skip 0\n"
          "    for word in $words[2..]\n"
          "        if test $skip = 1\n"
          "            set skip 0\n"
          "            continue\n"
          "        end\n"
          "        switch $word\n"
          "            case",
          out);
    for (const dn_option *option = dn_cli_globals; option->name; option++)
        if (option->kind != DN_VALUE_NONE) {
            fprintf(out, " --%s", option->name);
            if (option->letter)
                fprintf(out, " -%c", option->letter);
        }
    fputs("\n                set skip 1\n"
          "            case '-*'\n"
          "            case '*'\n"
          "                if test -z \"$command\"\n"
          "                    set command $word\n"
          "                else if contains -- \"$command\"",
          out);
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        fprintf(out, " %s", group->name);
    fputs("\n                    set command \"$command $word\"\n"
          "                end\n"
          "        end\n"
          "    end\n"
          "    test \"$command\" = \"$argv[1]\"\n"
          "end\n\n"
          "complete -c dunlin -f\n",
          out);
}

void
dn_cli_complete_fish(FILE *out)
{
    put_condition(out);
    put_options(out, dn_cli_globals, NULL);
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        put_word(out, "", group->name, group->summary);
    for (const dn_command *command = dn_cli_commands; command->name; command++) {
        const dn_group *group = dn_cli_groups;

        while (group->name && !dn_cli_in_group(command, group))
            group++;
        put_word(out, group->name ? group->name : "", dn_cli_short_name(command), command->summary);
        put_options(out, command->options, command->name);
        put_arguments(out, command);
    }
}
