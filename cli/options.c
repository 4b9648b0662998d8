/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a word that was not understood a message shows. */
enum { SHOWN = 60 };

typedef struct parser {
    int argc;
    char **argv;
    int next;   /* index of the next word */
    bool ended; /* "--" was seen */
    dn_arguments *arguments;
    dunlin_error *error;
} parser;

int
dn_cli_fail(dunlin_error *error, int32_t status, const char *id, const char *format, ...)
{
    va_list list;

    memset(error, 0, sizeof(*error));
    error->status = status;
    error->exit_code = status == DUNLIN_USAGE ? DUNLIN_EXIT_USAGE : DUNLIN_EXIT_FAILED;
    snprintf(error->id, sizeof(error->id), "%s", id);
    va_start(list, format);
    vsnprintf(error->message, sizeof(error->message), format, list);
    va_end(list);
    return -1;
}

static int
no_memory(dunlin_error *error)
{
    return dn_cli_fail(error, DUNLIN_NO_MEMORY, "memory", "out of memory");
}

__attribute__((format(printf, 2, 3))) static int
hint(parser *p, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(p->error->hint, sizeof(p->error->hint), format, list);
    va_end(list);
    return -1;
}

/* A usage error that points to the help of the command at hand. */
__attribute__((format(printf, 3, 4))) static int
misuse(parser *p, const char *id, const char *format, ...)
{
    const dn_arguments *a = p->arguments;
    const char *name = a->command ? a->command->name : a->group ? a->group->name : NULL;
    char message[512];
    va_list list;

    va_start(list, format);
    vsnprintf(message, sizeof(message), format, list);
    va_end(list);
    dn_cli_fail(p->error, DUNLIN_USAGE, id, "%s", message);
    return hint(p, "see 'dunlin%s%s --help'", name ? " " : "", name ? name : "");
}

/* The part of a typed word that a message may show: a URL may hold a password. */
static int
shown(const char *word)
{
    const char *colon = strchr(word, ':');
    size_t length = colon ? (size_t)(colon - word) + 1 : strlen(word);

    return (int)(length < SHOWN ? length : SHOWN);
}

/* --- suggestions ----------------------------------------------------------------------------- */

enum { LONGEST = 32 };

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) that make one word the other. */
static size_t
distance_between(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    if (a_length > LONGEST || b_length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(above[j], row[j - 1]) + 1;
            row[j] = least(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void
dn_cli_suggest(const char *typed, const char *candidate, const char **best, size_t *distance)
{
    size_t length = strlen(typed);
    size_t near = distance_between(typed, candidate);
    bool start = length >= 3 && strncmp(typed, candidate, length) == 0;

    if (start)
        near = 1; /* the beginning of a longer name: abbreviations are not accepted */
    if (near > 1 + length / 4 || near >= strlen(candidate))
        return;
    if (!*best || near < *distance) {
        *best = candidate;
        *distance = near;
    }
}

static void
suggest_options(const dn_option *list, const char *typed, const char **best, size_t *distance)
{
    for (const dn_option *option = list; option->name; option++)
        if (!option->hidden)
            dn_cli_suggest(typed, option->name, best, distance);
}

/* --- commands -------------------------------------------------------------------------------- */

static int
unknown_command(parser *p, const char *word)
{
    const dn_group *in = p->arguments->group;
    const char *best = NULL;
    size_t distance = 0;

    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (in ? dn_cli_in_group(command, in) : !strchr(command->name, ' '))
            dn_cli_suggest(word, dn_cli_short_name(command), &best, &distance);
    for (const dn_group *group = dn_cli_groups; group->name && !in; group++)
        dn_cli_suggest(word, group->name, &best, &distance);

    misuse(p, "usage.unknown-command", "there is no command '%s%s%.*s'", in ? in->name : "",
           in ? " " : "", shown(word), word);
    if (best)
        hint(p, "did you mean '%s%s%s'?", in ? in->name : "", in ? " " : "", best);
    return -1;
}

static int
choose_command(parser *p, const char *word)
{
    dn_arguments *a = p->arguments;

    for (const dn_command *command = dn_cli_commands; command->name; command++) {
        if (a->group ? !dn_cli_in_group(command, a->group) : strchr(command->name, ' ') != NULL)
            continue;
        if (strcmp(dn_cli_short_name(command), word) == 0) {
            a->command = command;
            return 0;
        }
    }
    if (!a->group && (a->group = dn_cli_find_group(word)) != NULL)
        return 0;
    return unknown_command(p, word);
}

static int
take_word(parser *p, const char *word)
{
    dn_arguments *a = p->arguments;

    if (!a->command)
        return choose_command(p, word);
    a->words.items[a->words.count++] = word;
    return 0;
}

/* --- values ---------------------------------------------------------------------------------- */

int64_t
dn_cli_parse_duration(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    long long number;

    if (!isdigit((unsigned char)text[0]))
        return -1;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0)
        return -1;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0)
            return number > INT64_MAX / units[i].ms ? -1 : (int64_t)number * units[i].ms;
    return -1;
}

static int64_t
parse_number(const char *text)
{
    char *end;
    long long number;

    if (!isdigit((unsigned char)text[0]))
        return -1;
    errno = 0;
    number = strtoll(text, &end, 10);
    return errno != 0 || *end || number < 1 ? -1 : (int64_t)number;
}

static int
add_to_list(parser *p, dn_words *list, const char *value)
{
    if (!list->items)
        list->items = calloc((size_t)p->argc, sizeof(*list->items));
    if (!list->items)
        return no_memory(p->error);
    list->items[list->count++] = value;
    return 0;
}

static bool
is_choice(const char *const *choices, const char *value)
{
    for (; choices && *choices; choices++)
        if (strcmp(*choices, value) == 0)
            return true;
    return false;
}

static int
hint_choices(parser *p, const char *const *choices)
{
    char list[256] = "";

    for (size_t used = 0; *choices && used < sizeof(list); choices++)
        used +=
            (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", *choices);
    return hint(p, "use one of: %s", list);
}

static int
bad_value(parser *p, const dn_option *option, const char *value)
{
    misuse(p, "usage.bad-value", "'%.*s' is not a value of '--%s'", shown(value), value,
           option->name);
    if (option->kind == DN_VALUE_DURATION)
        return hint(p, "write a duration such as 30s, 500ms, 2m, 1h, or seconds");
    if (option->kind == DN_VALUE_NUMBER)
        return hint(p, "write a whole number from 1");
    return hint_choices(p, option->choices);
}

static int
set_value(parser *p, const dn_option *option, const char *value)
{
    char *member = (char *)p->arguments + option->member;
    int64_t number;

    if (*value == '\0')
        return misuse(p, "usage.missing-value", "'--%s' needs a value: %s", option->name,
                      option->value);
    switch (option->kind) { /* the member's type depends on the kind, see dn_value */
    case DN_VALUE_LIST: return add_to_list(p, (dn_words *)(void *)member, value);
    case DN_VALUE_DURATION:
    case DN_VALUE_NUMBER:
        number =
            option->kind == DN_VALUE_NUMBER ? parse_number(value) : dn_cli_parse_duration(value);
        if (number < 0)
            return bad_value(p, option, value);
        memcpy(member, &number, sizeof(number));
        return 0;
    default:
        if (option->choices && !is_choice(option->choices, value))
            return bad_value(p, option, value);
        memcpy(member, &value, sizeof(value));
        return 0;
    }
}

static int
set_flag(parser *p, const dn_option *option)
{
    int *count = (int *)(void *)((char *)p->arguments + option->member);

    if (*count < 100)
        (*count)++;
    return 0;
}

/* Sets an option whose value is `value`, or else the next word. */
static int
take_option(parser *p, const dn_option *option, const char *value)
{
    if (option->kind == DN_VALUE_NONE)
        return set_flag(p, option);
    if (!value)
        value = p->next < p->argc ? p->argv[p->next++] : "";
    return set_value(p, option, value);
}

/* --- options --------------------------------------------------------------------------------- */

static const dn_option *
find_option(parser *p, const char *name, size_t length, char letter)
{
    const dn_command *command = p->arguments->command;
    const dn_option *option = dn_cli_find_option(dn_cli_globals, name, length, letter);

    if (!option && command)
        option = dn_cli_find_option(command->options, name, length, letter);
    return option;
}

/* Names a command that has the option, for one that was written before its command. */
static const dn_command *
owner_of(const char *name, size_t length)
{
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (dn_cli_find_option(command->options, name, length, 0))
            return command;
    return NULL;
}

static int
unknown_option(parser *p, const char *name, size_t length)
{
    const dn_command *command = p->arguments->command;
    const dn_command *owner = command ? NULL : owner_of(name, length);
    char typed[LONGEST + 1];
    const char *best = NULL;
    size_t distance = 0;

    misuse(p, "usage.unknown-option", "there is no option '--%.*s'%s%s%s",
           (int)least(length, SHOWN), name, command ? " of '" : "", command ? command->name : "",
           command ? "'" : "");
    if (owner)
        return hint(p, "write the options of a command after it: 'dunlin %s --%.*s'", owner->name,
                    (int)length, name);
    snprintf(typed, sizeof(typed), "%.*s", (int)least(length, LONGEST), name);
    suggest_options(dn_cli_globals, typed, &best, &distance);
    if (command)
        suggest_options(command->options, typed, &best, &distance);
    return best ? hint(p, "did you mean '--%s'?", best) : -1;
}

static int
long_option(parser *p, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const dn_option *option = find_option(p, word, length, 0);

    if (!option)
        return unknown_option(p, word, length);
    if (option->kind == DN_VALUE_NONE && equals)
        return misuse(p, "usage.bad-value", "'--%s' takes no value", option->name);
    return take_option(p, option, equals ? equals + 1 : NULL);
}

/* "-vq", "-C dir", "-Cdir" */
static int
short_options(parser *p, const char *word)
{
    for (const char *letter = word; *letter; letter++) {
        const dn_option *option = find_option(p, NULL, 0, *letter);
        bool valued = option && option->kind != DN_VALUE_NONE;

        if (!option)
            return misuse(p, "usage.unknown-option", "there is no option '-%c'",
                          isprint((unsigned char)*letter) ? *letter : '?');
        if (take_option(p, option, valued && letter[1] ? letter + 1 : NULL) < 0)
            return -1;
        if (valued)
            break;
    }
    return 0;
}

static int
take(parser *p, const char *word)
{
    if (p->ended || word[0] != '-' || word[1] == '\0')
        return take_word(p, word);
    if (strcmp(word, "--") == 0) {
        p->ended = true;
        return 0;
    }
    return word[1] == '-' ? long_option(p, word + 2) : short_options(p, word + 1);
}

/* --- the whole line -------------------------------------------------------------------------- */

static int
check_choice(parser *p, const dn_argument *argument, const char *word)
{
    if (!argument->choices || is_choice(argument->choices, word))
        return 0;
    misuse(p, "usage.bad-value", "'%.*s' is not a value of %s", shown(word), word, argument->name);
    return hint_choices(p, argument->choices);
}

static int
check_words(parser *p)
{
    const dn_arguments *a = p->arguments;
    const dn_argument *argument = a->command->arguments;
    size_t taken = 0;

    for (; argument->name && taken < a->words.count; argument++) {
        if (check_choice(p, argument, a->words.items[taken]) < 0)
            return -1;
        taken = argument->repeated ? a->words.count : taken + 1;
    }
    if (taken < a->words.count)
        return misuse(p, "usage.extra-argument", "'%s' does not take the argument '%.*s'",
                      a->command->name, shown(a->words.items[taken]), a->words.items[taken]);
    if (argument->name && argument->required)
        return misuse(p, "usage.missing-argument", "'%s' needs an argument: %s", a->command->name,
                      argument->name);
    return 0;
}

static int
check_line(parser *p)
{
    const dn_arguments *a = p->arguments;

    if (a->help || a->version)
        return 0;
    if (a->command)
        return check_words(p);
    if (a->group)
        return misuse(p, "usage.missing-command", "'%s' needs a command after it", a->group->name);
    return 0;
}

/* Whether errors of parsing itself are wanted as a document, too. */
static void
look_for_json(parser *p)
{
    for (int i = 1; i < p->argc && strcmp(p->argv[i], "--") != 0; i++)
        if (strcmp(p->argv[i], "--json") == 0)
            p->arguments->json = 1;
}

int
dn_cli_parse(int argc, char **argv, dn_arguments *arguments, dunlin_error *error)
{
    parser p = {argc, argv, 1, false, arguments, error};

    memset(arguments, 0, sizeof(*arguments));
    arguments->lock_timeout_ms = -1;
    arguments->words.items = calloc((size_t)argc + 1, sizeof(*arguments->words.items));
    if (!arguments->words.items)
        return no_memory(error);
    while (p.next < argc)
        if (take(&p, argv[p.next++]) < 0) {
            look_for_json(&p);
            return -1;
        }
    return check_line(&p);
}

void
dn_cli_arguments_free(dn_arguments *arguments)
{
    free(arguments->words.items);
    free(arguments->allow.items);
    free(arguments->relinks.items);
    free(arguments->cases.items);
    free(arguments->drivers.items);
    free(arguments->targets.items);
    free(arguments->urls.items);
    free(arguments->tables.items);
    free(arguments->renames.items);
    arguments->words.items = NULL;
    arguments->allow.items = NULL;
    arguments->relinks.items = NULL;
    arguments->renames.items = NULL;
    arguments->cases.items = NULL;
    arguments->drivers.items = NULL;
    arguments->targets.items = NULL;
    arguments->urls.items = NULL;
    arguments->tables.items = NULL;
}
