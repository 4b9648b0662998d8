/* SPDX-License-Identifier: MIT */
#include "core/engine/generate.h"

#include <string.h>

#include "core/base/file.h"

typedef struct hinting {
    dn_generation *work;
    const dn_side *from;
    const dn_side *to;
    const char *path;
    dn_text text;
    dn_fact_map *facts; /* behind the renames so far */
    dn_operations *renames;
} hinting;

static int
add_hint(hinting *work, const char *hint)
{
    return dn_side_rename(&work->work->session->arena, work->from, work->facts, hint, work->renames,
                          work->work->error);
}

/* --- of the definition ------------------------------------------------------------------------------ */

/* "old -> new" as "old=new"; NULL: it is none. */
static char *
with_equals(dn_arena *arena, dunlin_string text)
{
    char *copy = dn_arena_copy(arena, text.data, (size_t)text.length);
    char *arrow = copy ? strstr(copy, "->") : NULL;
    char *end = arrow;
    char *name = arrow ? arrow + 2 : NULL;

    if (!arrow)
        return NULL;
    while (end > copy && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    while (*name == ' ' || *name == '\t')
        name++;
    if (end == copy || !*name)
        return NULL;
    *end = '\0';
    return dn_arena_printf(arena, "%s=%s", copy, name);
}

static bool
is_there(const dn_side *side, const dn_fact_map *facts, const char *name)
{
    dunlin_string path[3];
    const char *value;

    return dn_side_find_named(side, facts, name, path) ||
           dn_side_find_value(side, facts, name, &value);
}

/* An earlier migration did it: where it leads is there already, and where it came from is not, or is
 * something that the definition has beside it. */
static bool
is_done(const hinting *work, const char *hint)
{
    dn_arena *arena = &work->work->session->arena;
    char *old = dn_arena_text(arena, hint);
    char *equals = old ? strchr(old, '=') : NULL;
    char *dot;
    const char *name;
    const char *new;

    if (!equals)
        return false;
    *equals = '\0';
    name = strrchr(equals + 1, '.') ? strrchr(equals + 1, '.') + 1 : equals + 1;
    dot = strrchr(old, '.');
    if (is_there(work->from, work->facts, old) && !is_there(work->to, work->to->facts, old))
        return false;
    if (dot)
        *dot = '\0';
    new = dot ? dn_arena_printf(arena, "%s.%s", old, name) : name;
    return new &&is_there(work->from, work->facts, new);
}

static int
take_directive(hinting *work, const dn_lex_item *item)
{
    static const char word[] = "rename";
    dunlin_string rest = item->text;
    char *hint;

    if (rest.length <= sizeof word || strncmp(rest.data, word, sizeof word - 1) != 0 ||
        (rest.data[sizeof word - 1] != ' ' && rest.data[sizeof word - 1] != '\t'))
        return 0;
    while (rest.length && rest.data[0] != ' ' && rest.data[0] != '\t') {
        rest.data++;
        rest.length--;
    }
    while (rest.length && (rest.data[0] == ' ' || rest.data[0] == '\t')) {
        rest.data++;
        rest.length--;
    }
    hint = with_equals(&work->work->session->arena, rest);
    if (!hint)
        return dn_fail(work->work->error, DUNLIN_USAGE, "diff.rename",
                       "%s:%u:%u: 'rename' wants OLD -> NEW", work->path, item->line, item->column);
    return is_done(work, hint) ? 0 : add_hint(work, hint);
}

static int
read_definition(hinting *work)
{
    dn_generation *own = work->work;
    const dn_lex_rules *rules = dn_connection_rules(own->like.connection);
    dn_lex_splitter *splitter;
    dn_lex_text input;
    dn_lex_item item;
    int answer;

    if (dn_file_read(work->path, &work->text, own->error) < 0 ||
        (own->words[0].facts &&
         dn_ddl_portable_rules(&own->session->arena, &rules, own->error) < 0))
        return -1;
    input = (dn_lex_text){work->text.data, work->text.length};
    splitter = dn_lex_open(rules, work->path, dn_lex_read_text, &input, own->error);
    if (!splitter)
        return -1;
    do {
        answer = dn_lex_next(splitter, &item, own->error);
        if (answer == 0 && item.kind == DN_LEX_DIRECTIVE)
            answer = take_directive(work, &item);
    } while (answer == 0 && item.kind != DN_LEX_END);
    dn_lex_close(splitter);
    return answer;
}

int
dn_generate_renames(dn_generation *work, const dn_side *from, const dn_side *to,
                    const char *definition, dn_operations *renames)
{
    hinting state = {.work = work,
                     .from = from,
                     .to = to,
                     .path = definition,
                     .text = DN_TEXT_INIT,
                     .renames = renames};
    int answer;

    state.facts = dn_fact_map_copy(from->facts, &work->session->arena, work->error);
    if (!state.facts)
        return -1;
    answer = definition ? read_definition(&state) : 0;
    for (uint64_t i = 0; answer == 0 && i < work->options->rename_count; i++)
        answer = add_hint(&state, work->options->renames[i]);
    dn_text_free(&state.text);
    return answer;
}
