/* SPDX-License-Identifier: MIT
 *
 * What the words of a command line name.
 */
#include <string.h>

#include "core/engine/check.h"

/* --- kinds ---------------------------------------------------------------------------------------- */

static bool
ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

static int
name_file(const char *path, dn_operand *operand, dn_error *error)
{
    *operand = (dn_operand){.kind = DN_SIDE_SNAPSHOT, .text = path};
    if (ends_in(path, ".json"))
        return 0;
    operand->kind = DN_SIDE_DEFINITION;
    return ends_in(path, ".sql") ? 0
                                 : dn_fail(error, DUNLIN_USAGE, "diff.unknown",
                                           "'%s' is neither a snapshot (.json) nor a file of SQL "
                                           "(.sql)",
                                           path);
}

static bool
is_target(const dn_session *session, const char *name)
{
    for (size_t i = 0; i < session->project.target_count; i++)
        if (strcmp(session->project.targets[i].name, name) == 0)
            return true;
    return false;
}

/* --- tags ------------------------------------------------------------------------------------------- */

/* "0009" and "0009_add_timeout" are both 0009_add_timeout. */
static bool
is_tag(const char *tag, const char *words)
{
    size_t length = strlen(words);

    return strncmp(tag, words, length) == 0 && (!tag[length] || tag[length] == '_');
}

/* NULL: there is none, or (`more`) there are several. */
static const char *
find_tag(const dn_journal *journal, const char *words, bool *more)
{
    const char *found = NULL;

    *more = false;
    for (size_t i = 0; i < journal->count; i++) {
        const char *tag = journal->migrations[i].tag;

        if (strcmp(tag, words) == 0)
            return tag;
        if (!is_tag(tag, words))
            continue;
        *more = found != NULL;
        found = tag;
    }
    return *more ? NULL : found;
}

static int
name_tag(dn_session *session, const char *words, dn_operand *operand, dn_error *error)
{
    const char *tag;
    bool more;

    if (!session->journal.folder && dn_session_journal(session, error) < 0)
        return -1;
    tag = find_tag(&session->journal, words, &more);
    *operand = (dn_operand){.kind = DN_SIDE_MIGRATION, .text = tag};
    if (tag)
        return 0;
    if (more)
        return dn_fail(error, DUNLIN_USAGE, "diff.ambiguous",
                       "more than one migration begins with '%s_'", words);
    return dn_fail(error, DUNLIN_USAGE, "diff.unknown", "the journal lists no migration '%s'",
                   words);
}

/* --- words ------------------------------------------------------------------------------------------- */

static const char *
behind(const char *words, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(words, prefix, length) == 0 && words[length] ? words + length : NULL;
}

static int
fail_unknown(const dn_session *session, const char *words, dn_error *error)
{
    dn_auto(dn_text) targets = DN_TEXT_INIT;

    for (size_t i = 0; i < session->project.target_count; i++)
        dn_text_printf(&targets, "%s%s",
                       i ? ", " : "; the targets are: ", session->project.targets[i].name);
    return dn_fail(error, DUNLIN_USAGE, "diff.unknown",
                   "'%s' is neither a target nor a migration%s", words,
                   targets.data ? targets.data : "");
}

/* A word without a prefix that could mean more than one thing is asked about. */
static int
name_bare(dn_session *session, const char *words, dn_operand *operand, dn_error *error)
{
    dn_operand migration = {.kind = DN_SIDE_MIGRATION};
    bool target = is_target(session, words);
    bool definition = strcmp(words, "definition") == 0;
    dn_error unreadable;
    const char *first = target ? "target" : "schema definition";
    int found;

    dn_error_clear(&unreadable);
    found = name_tag(session, words, &migration, &unreadable);
    if (found < 0 && strcmp(unreadable.id, "diff.ambiguous") == 0 && !target && !definition) {
        *error = unreadable;
        return -1;
    }
    if (target + definition + (found == 0) > 1)
        return dn_fail(error, DUNLIN_USAGE, "diff.ambiguous",
                       "'%s' names more than one thing: a %s and a %s", words, first,
                       found == 0 ? "migration" : "schema definition");
    *operand = target ? (dn_operand){.kind = DN_SIDE_TARGET, .text = words} : migration;
    if (definition)
        *operand = (dn_operand){
            .kind = DN_SIDE_DEFINITION, .text = session->project.definition, .project = true};
    if (target || definition || found == 0)
        return 0;
    if (strcmp(unreadable.id, "diff.unknown") == 0 ||
        strcmp(unreadable.id, "journal.folder-missing") == 0)
        return fail_unknown(session, words, error);
    *error = unreadable;
    return -1;
}

int
dn_side_name(dn_session *session, const char *words, dn_operand *operand, dn_error *error)
{
    const char *rest;

    if ((rest = behind(words, "file:")))
        return name_file(rest, operand, error);
    if ((rest = behind(words, "tag:")))
        return name_tag(session, rest, operand, error);
    *operand = (dn_operand){.kind = DN_SIDE_TARGET, .text = behind(words, "target:")};
    if (operand->text)
        return 0;
    *operand = (dn_operand){.kind = DN_SIDE_URL, .text = words};
    if (ends_in(words, ".json") || (ends_in(words, ".sql") && !strchr(words, ':')))
        return name_file(words, operand, error);
    return strchr(words, ':') ? 0 : name_bare(session, words, operand, error);
}

/* --- both sides --------------------------------------------------------------------------------------- */

static int
open_replayed(dn_session *session, const dn_operand *operand, const dn_side *like, bool asked,
              const char *given, dn_side *side, dn_error *error)
{
    const char *path;

    if (operand->kind == DN_SIDE_MIGRATION)
        return dn_side_migration(session, operand->text, like, asked, given, side, error);
    path = operand->project ? dn_definition_path(session, like->driver) : operand->text;
    return path ? dn_definition_side(session, path, like, asked, given, side, error)
                : dn_no_memory(error);
}

static int
open_plain(dn_session *session, const dn_operand operands[2], dn_side *const sides[2],
           dn_error *error)
{
    dn_side_file first = {.text = DN_TEXT_INIT};
    dn_side_file second = {.text = DN_TEXT_INIT, .like = &first};
    dn_side_file *files[2] = {&first, &second};
    const bool writes = session->writes_schema;
    int answer = 0;

    for (int i = 0; i < 2 && answer == 0; i++) {
        session->writes_schema = writes && i == 1; /* what is written makes that one */
        if (operands[i].kind < DN_SIDE_DEFINITION)
            answer = dn_side_open(session, &operands[i], files[i], sides[i], error);
    }
    session->writes_schema = false;
    dn_text_free(&first.text);
    dn_text_free(&second.text);
    return answer;
}

/* Where what is for this driver can be tried. */
static int
find_ground(dn_session *session, const dn_driver *driver, bool asked, const char *given,
            dn_check_ground *ground, dn_error *error)
{
    const char *name = driver->table.name;
    const dunlin_check_options ways[] = {
        {.size = sizeof ways[0], .shadow = asked, .shadow_url = given},
        {.size = sizeof ways[0],
         .shadow = asked,
         .shadow_url = given,
         .drivers = &name,
         .driver_count = 1},
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        dn_checking checking = {.session = session, .options = &ways[i]};
        dn_check_ground *grounds;
        size_t count;

        if (dn_checks_grounds(&checking, &grounds, &count, error) < 0)
            return -1;
        for (size_t k = 0; k < count; k++)
            if (grounds[k].driver == driver) {
                *ground = grounds[k];
                return dn_checks_ground_open(&checking, ground, error);
            }
    }
    return dn_no_memory(error);
}

/* A snapshot says for which kind of database the other side is. */
static int
open_like_snapshot(dn_session *session, const dn_side *snapshot, dn_check_ground *ground,
                   bool asked, const char *given, dn_side *like, dn_error *error)
{
    if (find_ground(session, snapshot->driver, asked, given, ground, error) < 0)
        return -1;
    if (!ground->reference)
        return dn_fail(error, DUNLIN_USAGE, "definition.no-shadow",
                       "what '%s' is compared with has to be made of a %s database: %s",
                       snapshot->name, ground->dialect, ground->why);
    *like = (dn_side){.name = ground->target.name,
                      .source = "target",
                      .driver = ground->driver,
                      .facts = snapshot->facts,
                      .connection = ground->reference,
                      .borrowed = true,
                      .profile = dn_connection_server(ground->reference)->profile,
                      .sight = {.ignore = &session->project.ignore},
                      .url = ground->url,
                      .target = &ground->target};
    return 0;
}

/* A side with a connection tells for which database the other one is, or a snapshot; else the target does. */
static int
open_like(dn_session *session, const dn_operand operands[2], dn_side *const sides[2],
          dn_check_ground *ground, bool asked, const char *given, dn_side *like, dn_error *error)
{
    for (int i = 0; i < 2; i++)
        if (operands[i].kind < DN_SIDE_DEFINITION && sides[i]->connection) {
            *like = *sides[i];
            return 0;
        }
    for (int i = 0; i < 2; i++)
        if (operands[i].kind == DN_SIDE_SNAPSHOT)
            return open_like_snapshot(session, sides[i], ground, asked, given, like, error);
    if (dn_side_connect_target(session, like, error) < 0)
        return dn_while(error, "looking for the kind of database that '%s' is for",
                        operands[operands[0].kind >= DN_SIDE_DEFINITION ? 0 : 1].text);
    return 0;
}

static int
open_all_replayed(dn_session *session, const dn_operand operands[2], dn_check_ground *ground,
                  bool asked, const char *given, dn_side *const sides[2], bool writes,
                  dn_error *error)
{
    dn_side like;
    int answer = 0;

    if (open_like(session, operands, sides, ground, asked, given, &like, error) < 0)
        return -1;
    if (ground->reference)
        given = ground->given;
    for (int i = 0; i < 2 && answer == 0; i++) {
        session->writes_schema = writes && i == 1;
        if (operands[i].kind >= DN_SIDE_DEFINITION)
            answer = open_replayed(session, &operands[i], &like, asked, given, sides[i], error);
    }
    session->writes_schema = false;
    return answer;
}

int
dn_sides_open(dn_session *session, const dn_operand operands[2], bool asked, const char *given,
              dn_check_ground *ground, dn_side *a, dn_side *b, dn_error *error)
{
    dn_side *const sides[2] = {a, b};
    const bool writes = session->writes_schema;
    bool replayed = false;

    if (open_plain(session, operands, sides, error) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        replayed = replayed || operands[i].kind >= DN_SIDE_DEFINITION;
    return replayed
               ? open_all_replayed(session, operands, ground, asked, given, sides, writes, error)
               : 0;
}
