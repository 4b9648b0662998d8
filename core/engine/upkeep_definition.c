/* SPDX-License-Identifier: MIT
 *
 * The schema definition beside the migrations. It is written anew where it is what dunlin wrote, or
 * says what an earlier state of the history was; never where it says something else.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/upkeep_internal.h"

/* A schema as a side, to be written or compared. */
static dn_side
side_of(const keeping *work, const dn_snapshot *snapshot, const dn_fact_map *facts)
{
    dn_session *session = work->session;

    return (dn_side){
        .name = "the migrations",
        .source = "migration",
        .driver = session->driver,
        .snapshot = *snapshot,
        .facts = facts,
        .connection = session->connection,
        .borrowed = true,
        .profile = dn_connection_server(session->connection)->profile,
        .sight = session->sight,
        .url = session->url,
        .target = session->target,
    };
}

static bool
same_bytes(const dn_text *left, const dn_text *right)
{
    return left->length == right->length &&
           (!left->length || memcmp(left->data, right->data, left->length) == 0);
}

dn_side
dn_upkeep_side(const keeping *work)
{
    return side_of(work, &work->upkeep->snapshot, work->upkeep->snapshot.facts);
}

/* Is it, byte for byte, what dunlin wrote for the head as it was? */
static int
is_as_written(keeping *work, const dn_text *present, bool *answer)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_side old = side_of(work, &work->old, work->old_facts);
    size_t statements;

    *answer = false;
    if (!work->old_facts || strcmp(work->old.flavour, work->upkeep->snapshot.flavour) != 0)
        return 0;
    if (dn_definition_text(work->session, &old, &text, &statements, work->error) < 0)
        return -1;
    *answer = same_bytes(&text, present);
    return 0;
}

/* --- what it says ----------------------------------------------------------------------------------- */

static bool
same(const dunlin_fact *left, const dunlin_fact *right)
{
    return left && right ? dn_schema_equal(left, right, &dn_diff_comparison) &&
                               dn_schema_spelled_alike(left, right)
                         : left == right;
}

/* From the newest backwards, counting the facts that are otherwise. */
int
dn_upkeep_was(keeping *work, const dn_fact_map *facts, size_t unlike, bool *answer)
{
    dn_fact_map *state;

    *answer = false;
    if (!work->known)
        return 0;
    if (dn_snapshot_facts(work->upkeep->snapshot.facts, work->naming, &work->session->arena, &state,
                          work->error) < 0)
        return -1;
    for (size_t i = work->count; i-- > 0 && !*answer;) {
        const dn_differences *list = &work->effects[i].effects;

        for (size_t k = list->count; k-- > 0;) {
            const dn_difference *one = &list->items[k];
            const dunlin_fact *key = dn_difference_key(one);
            const dunlin_fact *told =
                dn_fact_map_find(facts, key->kind, key->path, key->path_count);
            const dn_difference back = {.before = one->after, .after = one->before};
            const dn_differences step = {.items = (dn_difference *)&back, .count = 1};

            unlike -= !same(told, dn_fact_map_find(state, key->kind, key->path, key->path_count));
            if (dn_differences_apply(&step, state, work->error) < 0)
                return -1;
            unlike += !same(told, one->before);
        }
        *answer = unlike == 0;
    }
    return 0;
}

/* The target itself is dumped where the migrations cannot be replayed. */
static const char *
dump_command(const keeping *work, const char *path)
{
    dn_session *session = work->session;
    bool portable = session->project.definition_form == DN_DEFINITION_PORTABLE;
    const char *verb;

    if (portable || work->choice.kind != DN_SHADOW_NONE)
        return dn_definition_command(session, session->target, path, portable,
                                     work->options->shadow ? " --shadow" : "");
    verb = dn_arena_printf(&session->arena, "schema dump --output %s", path);
    return verb ? dn_session_command(session, session->target, verb) : NULL;
}

int
dn_upkeep_explain(keeping *work, const char *path, const dn_differences *differences,
                  const char **why)
{
    dn_auto(dn_text) name = DN_TEXT_INIT;
    const dunlin_fact *first = dn_difference_key(&differences->items[0]);
    dn_session *session = work->session;
    const char *generate = dn_session_command(session, session->target, "generate NAME");
    const char *dump = dump_command(work, path);

    dn_fact_describe(&name, first->kind, first->path, first->path_count);
    *why = name.failed || !generate || !dump
               ? NULL
               : dn_arena_printf(&session->arena,
                                 "it was edited, and is not what the migrations make (%s%s): "
                                 "'%s' writes the migration that is missing, or '%s' the file as "
                                 "they make it",
                                 name.data, differences->count > 1 ? ", and more" : "", generate,
                                 dump);
    return *why ? 0 : dn_no_memory(work->error);
}

int
dn_upkeep_behind(keeping *work, const char *path, bool ours, const char **why)
{
    const char *dump = dump_command(work, path);

    *why = !dump  ? NULL
           : ours ? dn_arena_printf(&work->session->arena,
                                    "it is behind the migrations, and has remarks that dunlin did "
                                    "not write: '%s' writes it anew, without them",
                                    dump)
                  : dn_arena_printf(&work->session->arena,
                                    "it is behind the migrations, and not dunlin's own text: '%s' "
                                    "writes it anew",
                                    dump);
    return *why ? 0 : dn_no_memory(work->error);
}

/* The comment that begins in a line; empty: none that anybody would miss. */
static dunlin_string
remark_in(const char *line, size_t length)
{
    static const char directive[] = "-- dunlin:";
    const char *comment = memmem(line, length, "--", 2);
    const char *block = memmem(line, length, "/*", 2);

    if (!comment || (block && block < comment))
        comment = block;
    if (!comment)
        return dn_string("");
    length -= (size_t)(comment - line);
    while (length && strchr(" \t\r", comment[length - 1]))
        length--;
    return length >= sizeof directive - 1 && memcmp(comment, directive, sizeof directive - 1) == 0
               ? dn_string("")
               : dn_span(comment, length);
}

static bool
has_text(const dn_text *text, dunlin_string part)
{
    return text->length && memmem(text->data, text->length, part.data, (size_t)part.length) != NULL;
}

bool
dn_upkeep_has_remarks(const dn_text *present, const dn_text *written, const dn_text *anew)
{
    const char *end = present->data + present->length;

    for (const char *at = present->data; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        dunlin_string remark = remark_in(at, (size_t)((line_end ? line_end : end) - at));

        if (remark.length && !has_text(written, remark) && !has_text(anew, remark))
            return true;
        at = line_end ? line_end + 1 : end;
    }
    return false;
}

/* Of a text of dunlin's own that says what `told` is: would somebody miss something of it? */
static int
has_remarks(keeping *work, dn_side *told, const dn_text *present, const dn_text *anew, bool *answer)
{
    dn_auto(dn_text) written = DN_TEXT_INIT;
    size_t statements;

    if (dn_definition_text(work->session, told, &written, &statements, work->error) < 0)
        return -1;
    *answer = dn_upkeep_has_remarks(present, &written, anew);
    return 0;
}

/* Whether it is to be written anew, as `anew`; else why not, or NULL where it says the same in other words. */
static int
judge_edited(keeping *work, const char *path, const dn_text *present, const dn_text *anew,
             bool *write, const char **why)
{
    dn_session *session = work->session;
    dn_side state = dn_upkeep_side(work);
    dn_side told = {.name = NULL};
    dn_differences differences = {.count = 0};
    dn_error problem;
    bool ours = dn_definition_is_ours(present);
    bool remarks = false;
    bool earlier;

    *write = false;
    dn_error_clear(&problem);
    if (dn_definition_side(session, path, &state, work->options->shadow, work->options->shadow_url,
                           &told, &problem) < 0) {
        *why = dn_arena_printf(&session->arena, "what it says is not known: %s", problem.message);
        return *why ? 0 : dn_no_memory(work->error);
    }
    if (dn_schema_compare(state.facts, told.facts, &dn_diff_comparison, &session->arena,
                          &differences, work->error) < 0)
        return -1;
    if (!differences.count)
        return 0;
    if (dn_upkeep_was(work, told.facts, differences.count, &earlier) < 0)
        return -1;
    if (!earlier)
        return dn_upkeep_explain(work, path, &differences, why);
    if (ours && has_remarks(work, &told, present, anew, &remarks) < 0)
        return -1;
    *write = ours && !remarks;
    return *write ? 0 : dn_upkeep_behind(work, path, ours, why);
}

/* --- the file --------------------------------------------------------------------------------------- */

int
dn_upkeep_definition_leave(keeping *work, const char *path, const char *why)
{
    work->upkeep->files[work->upkeep->count++] =
        (dn_upkeep_file){.what = "definition", .path = path, .why = why};
    return 0;
}

/* The definition of a Drizzle project is written in another language, unless somebody says so. */
static bool
is_of_another(const dn_session *session)
{
    dn_layout layout = session->journal.layout;

    return (layout == DN_LAYOUT_DRIZZLE || layout == DN_LAYOUT_DRIZZLE_V1) &&
           !session->project.definition_named;
}

int
dn_upkeep_definition(keeping *work)
{
    dn_session *session = work->session;
    const char *path = dn_definition_path(session, session->driver);
    dn_side state = dn_upkeep_side(work);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) present = DN_TEXT_INIT;
    const char *why = NULL;
    size_t statements;
    bool write;

    if (!path)
        return dn_no_memory(work->error);
    if (!dn_file_exists(path) && is_of_another(session))
        return 0;
    if (dn_definition_text(session, &state, &text, &statements, work->error) < 0)
        return -1;
    if (!dn_file_exists(path))
        return dn_upkeep_definition_put(work, path, &text);
    if (dn_file_read(path, &present, work->error) < 0)
        return -1;
    if (same_bytes(&present, &text))
        return dn_upkeep_definition_leave(work, path, NULL);
    if (is_as_written(work, &present, &write) < 0)
        return -1;
    if (!write && judge_edited(work, path, &present, &text, &write, &why) < 0)
        return -1;
    return write ? dn_upkeep_definition_put(work, path, &text)
                 : dn_upkeep_definition_leave(work, path, why);
}
