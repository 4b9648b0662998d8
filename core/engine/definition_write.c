/* SPDX-License-Identifier: MIT
 *
 * Statements as a file, for people and for the stock client.
 */
#include "core/engine/definition.h"

#include <string.h>

typedef struct writing {
    const dn_side *side;
    const dn_diff *diff;
    unsigned how;
    bool delimits; /* the client has to be told where a statement with a body ends */
    bool open;     /* a transaction */
    bool commits;  /* before what comes next */
    const dn_lex_rules *rules;
    const dunlin_operation *last;
    dn_text *text;
} writing;

static bool
contains(dunlin_string text, const char *part)
{
    return text.length && memmem(text.data, (size_t)text.length, part, strlen(part)) != NULL;
}

static void
add_statement(writing *work, dunlin_string sql)
{
    static const char *const separators[] = {"//", ";;", "$$", "@@"};
    size_t i = 0;

    if (!work->delimits || !contains(sql, ";")) {
        dn_text_add(work->text, sql.data, (size_t)sql.length);
        dn_text_add_string(work->text, ";\n");
        return;
    }
    while (i + 1 < sizeof separators / sizeof separators[0] && contains(sql, separators[i]))
        i++;
    dn_text_printf(work->text, "DELIMITER %s\n", separators[i]);
    dn_text_add(work->text, sql.data, (size_t)sql.length);
    dn_text_printf(work->text, "\n%s\nDELIMITER ;\n", separators[i]);
}

/* Foreign keys stand behind all tables, each group of a table by itself. */
static bool
same_group(const writing *work, const dunlin_operation *left, const dunlin_operation *right)
{
    uint64_t lead = (dn_fact_map_naming(work->side->facts) & DN_FACT_NAMESPACES) ? 1 : 0;
    bool foreign = dn_operation_is(left, left->verb, DUNLIN_KIND_FOREIGN_KEY);

    if (foreign != dn_operation_is(right, right->verb, DUNLIN_KIND_FOREIGN_KEY))
        return false;
    for (uint64_t i = 0; i <= lead; i++) {
        if (i >= left->path_count || i >= right->path_count)
            return left->path_count == right->path_count;
        if (left->path[i].length != right->path[i].length ||
            memcmp(left->path[i].data, right->path[i].data, (size_t)left->path[i].length) != 0)
            return false;
    }
    return true;
}

static void
begin_group(writing *work, const dn_step *step)
{
    const dunlin_operation *operation = NULL;

    if (step->operation_count && step->first_operation < work->diff->operations.count)
        operation = work->diff->operations.items[step->first_operation];
    if ((work->how & DN_SCRIPT_GROUPS) &&
        (!work->last || (operation && !same_group(work, work->last, operation))))
        dn_text_add_char(work->text, '\n');
    work->last = operation ? operation : work->last;
}

static void
add_risk(writing *work, const dn_step *step)
{
    for (uint64_t i = step->first_operation; i < step->first_operation + step->operation_count; i++)
        if (i < work->diff->operations.count && work->diff->risks[i].danger >= DN_DANGER_REVOKE) {
            dn_text_printf(work->text, "-- ! %s\n", work->diff->risks[i].reason);
            return;
        }
}

/* A value of an enum, for one, which nothing can use in the transaction that adds it. */
static int
ask_for_commit(writing *work, const dn_step *step, dn_error *error)
{
    uint64_t flags = 0;
    bool commits;

    if (step->role != DUNLIN_STEP_STATEMENT ||
        (work->how & (DN_SCRIPT_RISKS | DN_SCRIPT_MIGRATION)) != DN_SCRIPT_RISKS)
        return 0;
    if (dn_driver_classify(work->side->driver, work->side->profile, work->rules, step->sql, &flags,
                           error) < 0)
        return -1;
    commits = (flags & DUNLIN_CLASS_COMMIT_BEFORE_USE) != 0;
    if (work->commits && !commits)
        dn_text_add_string(work->text,
                           "-- What follows may need what is above to be committed: in a "
                           "transaction of your own, COMMIT here.\n");
    work->commits = commits;
    return 0;
}

/* What only dunlin can check is left out. */
static void
add_step(writing *work, const dn_step *step)
{
    switch (step->role) {
    case DUNLIN_STEP_BEFORE_BEGIN:
        add_statement(work, step->sql);
        if (!work->open && !(work->how & DN_SCRIPT_MIGRATION))
            dn_text_add_string(work->text, "BEGIN;\n");
        work->open = !(work->how & DN_SCRIPT_MIGRATION);
        break;
    case DUNLIN_STEP_FINALLY:
        if (work->open)
            dn_text_add_string(work->text, "COMMIT;\n");
        work->open = false;
        add_statement(work, step->sql);
        break;
    case DUNLIN_STEP_STATEMENT:
        begin_group(work, step);
        if (work->how & DN_SCRIPT_RISKS)
            add_risk(work, step);
        add_statement(work, step->sql);
        break;
    default: break;
    }
}

int
dn_definition_write(const dn_side *side, const dn_diff *diff, const dn_side_script *script,
                    unsigned how, dn_text *text, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    writing work = {.side = side, .diff = diff, .how = how, .text = text};

    if (dn_driver_rules(side->driver, side->profile, &arena, &work.rules, error) < 0)
        return -1;
    work.delimits = !(how & DN_SCRIPT_MIGRATION) && dn_lex_delimiter(work.rules).length > 0;
    for (size_t i = 0; i < script->steps.count; i++) {
        if (ask_for_commit(&work, &script->steps.items[i], error) < 0)
            return -1;
        add_step(&work, &script->steps.items[i]);
    }
    if (work.open)
        dn_text_add_string(text, "COMMIT;\n");
    return text->failed ? dn_no_memory(error) : 0;
}

/* --- the whole -------------------------------------------------------------------------------------- */

#define BEGINNING "-- The schema of a "

int
dn_definition_text(dn_session *session, const dn_side *side, dn_text *text, size_t *statements,
                   dn_error *error)
{
    dn_side empty;
    dn_diff diff;
    dn_side_script script = {.stock_client = true};

    dn_text_printf(text,
                   BEGINNING
                   "%s database, written by `dunlin schema dump`.\n"
                   "-- Into an empty one it goes with `dunlin schema load FILE --url URL`.\n",
                   side->snapshot.flavour);
    if (dn_side_empty(session, side, &empty, error) < 0 ||
        dn_schema_diff(empty.facts, side->facts, NULL, &session->arena, &diff, error) < 0 ||
        dn_side_render(session, &empty, side, &diff.operations, &script, error) < 0)
        return -1;
    *statements = script.steps.count;
    return dn_definition_write(side, &diff, &script, DN_SCRIPT_GROUPS, text, error);
}

bool
dn_definition_is_ours(const dn_text *text)
{
    size_t length = strlen(BEGINNING);

    return text->length > length && memcmp(text->data, BEGINNING, length) == 0;
}

/* Targets of several kinds have a file each: schema.<driver>.sql, as migrations do. */
static bool
has_others(const dn_session *session, const dn_driver *of)
{
    const dn_project *project = &session->project;

    for (size_t i = 0; i < project->target_count; i++) {
        dn_auto(dn_arena) arena = DN_ARENA_INIT;
        const dn_driver *driver = dn_session_driver_of(session, project->targets[i].name, &arena);

        if (driver && driver != of)
            return true;
    }
    return false;
}

const char *
dn_definition_path(dn_session *session, const dn_driver *driver)
{
    const char *path = session->project.definition;
    const char *name = strrchr(path, '/') ? strrchr(path, '/') : path;
    const char *dot = strrchr(name, '.') ? strrchr(name, '.') : name + strlen(name);

    if (!driver || session->project.definition_form == DN_DEFINITION_PORTABLE ||
        !has_others(session, driver))
        return path;
    return dn_arena_printf(&session->arena, "%.*s.%s%s", (int)(dot - path), path,
                           driver->table.name, dot);
}

const char *
dn_definition_command(dn_session *session, const dn_target *target, const char *path, bool portable,
                      const char *options)
{
    const dn_journal *journal = &session->journal;
    const char *root = session->project.root;
    size_t length = strlen(root);
    bool below = strncmp(path, root, length) == 0 && path[length] == '/';
    const char *shown = below ? path + length + 1 : path;
    const char *state = journal->count && !portable
                            ? dn_arena_printf(&session->arena, " --tag %s",
                                              journal->migrations[journal->count - 1].tag)
                            : "";
    const char *verb = state ? dn_arena_printf(&session->arena, "schema dump --output %s%s%s",
                                               shown, state, options)
                             : NULL;

    return verb ? dn_session_command(session, portable ? NULL : target, verb) : NULL;
}
