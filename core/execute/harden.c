/* SPDX-License-Identifier: MIT */
#include "core/execute/harden.h"

#include <string.h>

#include "core/execute/harden_names.h"
#include "core/execute/translate_internal.h"

typedef struct hardening {
    const dn_harden_options *options;
    const char *name; /* of the file */
    dn_arena *arena;
    dunlin_string text;
    dn_name_changes names;
    uint64_t copied; /* bytes that are in `out` */
    dn_text out;
    dn_hardened *hardened;
    dn_error *error;
} hardening;

/* --- one statement ---------------------------------------------------------------------------------- */

static const char not_known[] =
    "its database knows no IF [NOT] EXISTS there, and gets the file as it is written";

/* A statement of the own dialect is sent as it was written, without the words that were answered:
 * what cannot be taken out again may not be put in. */
static const char *
check_guard(dunlin_string before, size_t at, dunlin_string after, void *context)
{
    const hardening *work = context;
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    size_t lengths[2];
    const char *plain[2] = {
        dn_translator_strip(work->options->rules, before, &scratch, &lengths[0]),
        dn_translator_strip(work->options->rules, after, &scratch, &lengths[1])};

    if (work->options->sent_as_is &&
        !dn_lex_takes_condition(work->options->rules, dn_span(before.data, at)))
        return not_known;
    if (!plain[0] || !plain[1] || lengths[0] != lengths[1] ||
        memcmp(plain[0], plain[1], lengths[0]) != 0)
        return "there is no place for IF [NOT] EXISTS in it";
    return NULL;
}

static int
note(hardening *work, const dn_lex_item *item, const dn_ddl_guarded *guarded)
{
    dn_hardened *list = work->hardened;
    dn_hardened_statement *one;

    list->statements = dn_arena_grow(work->arena, list->statements, &list->capacity,
                                     list->count + 1, sizeof *list->statements);
    if (!list->statements)
        return dn_no_memory(work->error);
    one = &list->statements[list->count++];
    *one = (dn_hardened_statement){.line = item->line,
                                   .column = item->column,
                                   .guarding = guarded->guarding,
                                   .guards = guarded->guards,
                                   .first = dn_first_words(item->text, work->arena),
                                   .reason = guarded->reason};
    list->guards += guarded->guards;
    list->lacking += guarded->reason == not_known;
    return one->first ? 0 : dn_no_memory(work->error);
}

static dn_ddl_options
reading_of(const dn_harden_options *options)
{
    return (dn_ddl_options){
        .rules = options->rules, .own = options->own, .keep_case = options->keep_case};
}

static int
refuse_mistake(hardening *work, const dn_lex_item *item, const dn_ddl_guarded *guarded)
{
    unsigned line = item->line;
    unsigned column = item->column;

    if (guarded->offset && guarded->offset <= item->text.length)
        dn_lex_place(item->text, guarded->offset, &line, &column);
    return dn_fail(work->error, DUNLIN_SYNTAX, "translate.syntax", "%s:%u:%u: %s", work->name, line,
                   column, guarded->reason);
}

static int
harden_statement(hardening *work, const dn_lex_item *item)
{
    const dn_ddl_options options = reading_of(work->options);
    const char *copy = dn_arena_copy(work->arena, item->text.data, (size_t)item->text.length);
    dn_ddl_guarded guarded;

    if (!copy)
        return dn_no_memory(work->error);
    if (dn_names_take_over(&work->names, item->offset)) {
        guarded = (dn_ddl_guarded){.guarding = DN_DDL_BARE_ROWS,
                                   .reason = "the file gives a name again that it takes from "
                                             "something else: run again, it would take it from "
                                             "what has it then"};
        return note(work, item, &guarded);
    }
    if (dn_ddl_guard(dn_span(copy, (size_t)item->text.length), &options,
                     work->options->own ? check_guard : NULL, work, work->arena, &guarded,
                     work->error) < 0)
        return -1;
    /* In the dialect of one database the parser need not know all of it. */
    if (guarded.wrong && !work->options->own)
        return refuse_mistake(work, item, &guarded);
    if (guarded.guards) {
        dn_text_add(&work->out, work->text.data + work->copied,
                    (size_t)(item->offset - work->copied));
        dn_text_add(&work->out, guarded.text.data, (size_t)guarded.text.length);
        work->copied = item->offset + item->text.length;
    }
    return note(work, item, &guarded);
}

/* --- the file ------------------------------------------------------------------------------------------- */

/* The text of a section is sent to its database as it stands, and what reverts a migration is no
 * part of it. */
typedef struct section {
    const char *reason; /* why statements here are left alone; NULL: they are not */
} section;

/* Of several databases the first that is known tells where statements end. */
static const dn_lex_rules *
rules_of_section(const dn_harden_options *options, dunlin_string names)
{
    const dn_lex_rules *rules = NULL;
    dunlin_string name;

    while (!rules && options->rules_of && dn_driver_next_name(&names, &name))
        rules = options->rules_of(options->context, name);
    return rules ? rules : options->rules;
}

static void
see_directive(section *in, const dn_harden_options *options, dn_lex_splitter *splitter,
              dunlin_string text)
{
    enum { ONLY = sizeof "only" - 1 };

    dn_lex_switch(splitter, options->rules);
    if (text.length >= ONLY && memcmp(text.data, "only", ONLY) == 0) {
        in->reason = "it stands in a section for one database, which gets it as it is written";
        dn_lex_switch(splitter, rules_of_section(options, dn_span(text.data + ONLY,
                                                                  (size_t)text.length - ONLY)));
    } else if (dn_string_equal(text, "down")) {
        in->reason = "it reverts the migration";
    } else if (dn_string_equal(text, "end")) {
        in->reason = NULL;
    }
}

static int
see_names(hardening *work, const dn_lex_item *item)
{
    const dn_ddl_options options = reading_of(work->options);

    return dn_names_see(&work->names, item, &options, work->arena, work->error);
}

static int
leave_alone(hardening *work, const dn_lex_item *item, const char *reason)
{
    const dn_ddl_guarded alone = {.guarding = DN_DDL_UNKNOWN, .reason = reason};

    return note(work, item, &alone);
}

/* Each statement outside of sections is given to `see`, each in one to `pass` (may be NULL). */
static int
walk(hardening *work, const char *name, int (*see)(hardening *work, const dn_lex_item *item),
     int (*pass)(hardening *work, const dn_lex_item *item, const char *reason))
{
    dn_lex_text input = {work->text.data, (size_t)work->text.length};
    dn_lex_splitter *splitter =
        dn_lex_open(work->options->rules, name, dn_lex_read_text, &input, work->error);
    section in = {NULL};
    dn_lex_item item;
    int answer = splitter ? 0 : -1;

    while (answer == 0) {
        answer = dn_lex_next(splitter, &item, work->error);
        if (answer < 0 || item.kind == DN_LEX_END)
            break;
        if (item.kind == DN_LEX_DIRECTIVE)
            see_directive(&in, work->options, splitter, item.text);
        else if (item.kind == DN_LEX_STATEMENT && !in.reason)
            answer = see(work, &item);
        else if (item.kind == DN_LEX_STATEMENT && pass)
            answer = pass(work, &item, in.reason);
    }
    dn_lex_close(splitter);
    return answer;
}

int
dn_harden(const char *name, dunlin_string text, const dn_harden_options *options, dn_arena *arena,
          dn_hardened *hardened, dn_error *error)
{
    hardening work = {.options = options,
                      .name = name,
                      .arena = arena,
                      .text = text,
                      .hardened = hardened,
                      .error = error};
    const char *copy;
    int answer;

    *hardened = (dn_hardened){.text = text};
    answer = walk(&work, name, see_names, NULL);
    if (answer == 0)
        answer = walk(&work, name, harden_statement, leave_alone);
    dn_text_add(&work.out, text.data + work.copied, (size_t)(text.length - work.copied));
    copy = work.out.failed
               ? NULL
               : dn_arena_copy(arena, work.out.data ? work.out.data : "", work.out.length);
    hardened->text = dn_span(copy, work.out.length);
    dn_text_free(&work.out);
    return answer == 0 && !copy ? dn_no_memory(error) : answer;
}
