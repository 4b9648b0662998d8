/* SPDX-License-Identifier: MIT */
#include "core/journal/markup.h"

#include <string.h>

#include "core/base/file.h"

typedef enum mark {
    MARK_NONE = 0,
    MARK_UP,
    MARK_DOWN,
    MARK_NO_TRANSACTION,
    MARK_HARMLESS, /* says what the splitter finds out by itself */
    MARK_REFUSED
} mark;

static const struct {
    dn_layout layout;
    const char *words; /* behind the dashes */
    mark mark;
    bool exact; /* nothing may follow */
} marks[] = {
    {DN_LAYOUT_DBMATE, "migrate:up", MARK_UP, false},
    {DN_LAYOUT_DBMATE, "migrate:down", MARK_DOWN, false},
    {DN_LAYOUT_GOOSE, "+goose Up", MARK_UP, true},
    {DN_LAYOUT_GOOSE, "+goose Down", MARK_DOWN, true},
    {DN_LAYOUT_GOOSE, "+goose StatementBegin", MARK_HARMLESS, true},
    {DN_LAYOUT_GOOSE, "+goose StatementEnd", MARK_HARMLESS, true},
    {DN_LAYOUT_GOOSE, "+goose NO TRANSACTION", MARK_NO_TRANSACTION, true},
    {DN_LAYOUT_GOOSE, "+goose ENVSUB ON", MARK_REFUSED, true},
    {DN_LAYOUT_ATLAS, "atlas:txmode none", MARK_NO_TRANSACTION, true},
    {DN_LAYOUT_ATLAS, "atlas:txmode file", MARK_HARMLESS, true},
    {DN_LAYOUT_ATLAS, "atlas:txmode all", MARK_HARMLESS, true},
    {DN_LAYOUT_ATLAS, "atlas:delimiter", MARK_REFUSED, false},
    {DN_LAYOUT_ATLAS, "atlas:checkpoint", MARK_REFUSED, false},
};
enum { MARK_COUNT = sizeof marks / sizeof marks[0] };

/* --- lines ----------------------------------------------------------------------------------------- */

typedef struct line {
    const char *start;
    size_t length; /* without its end */
    unsigned number;
} line;

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Goes on to the next line of the text, the first one when `at` is new. */
static bool
next_line(const char *text, size_t length, line *at)
{
    const char *start = at->number ? at->start + at->length + 1 : text;
    const char *end;

    if (start >= text + length)
        return false;
    if (!at->number && length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        start += 3;
    end = memchr(start, '\n', (size_t)(text + length - start));
    at->start = start;
    at->length = (size_t)((end ? end : text + length) - start);
    at->number++;
    return true;
}

/* What stands behind "--", without blanks around it; length 0 where the line is none. */
static dunlin_string
words_of(const line *at)
{
    const char *start = at->start;
    const char *end = start + at->length;

    if (at->length < 2 || start[0] != '-' || start[1] != '-')
        return dn_span(start, 0);
    start += 2;
    while (start < end && is_blank(*start))
        start++;
    while (end > start && is_blank(end[-1]))
        end--;
    return dn_span(start, (size_t)(end - start));
}

/* Nothing but blanks or a comment. */
static bool
is_idle(const line *at)
{
    for (size_t i = 0; i < at->length; i++)
        if (!is_blank(at->start[i]))
            return at->length - i >= 2 && at->start[i] == '-' && at->start[i + 1] == '-';
    return true;
}

/* Place in the list of marks, or MARK_COUNT. */
static size_t
find_mark(const line *at)
{
    dunlin_string words = words_of(at);

    for (size_t i = 0; words.length && i < MARK_COUNT; i++) {
        size_t length = strlen(marks[i].words);

        if (words.length < length || memcmp(words.data, marks[i].words, length) != 0)
            continue;
        if (words.length == length || (!marks[i].exact && is_blank(words.data[length])))
            return i;
    }
    return MARK_COUNT;
}

bool
dn_markup_owner(const char *text, size_t length, dn_layout *layout)
{
    line at = {0};

    while (next_line(text, length, &at) && is_idle(&at)) {
        size_t found = find_mark(&at);

        if (found < MARK_COUNT) {
            *layout = marks[found].layout;
            return true;
        }
    }
    return false;
}

/* --- Liquibase's formatted SQL -------------------------------------------------------------------- */

/* Does the text begin so? Liquibase does not look at case. */
static bool
begins(dunlin_string words, const char *with)
{
    size_t length = strlen(with);

    return words.length >= length && dn_string_equal_fold(dn_span(words.data, length), with);
}

static bool
is_liquibase(const char *text, size_t length)
{
    line at = {0};

    while (next_line(text, length, &at) && is_idle(&at))
        if (words_of(&at).length)
            return begins(words_of(&at), "liquibase formatted");
    return false;
}

/* Lines that are Liquibase's; on MySQL "--" without a blank begins no comment. */
static bool
is_directive(dunlin_string words)
{
    static const char *const directives[] = {"liquibase formatted", "changeset ", "rollback",
                                             "comment", "validCheckSum"};

    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
        if (begins(words, directives[i]))
            return true;
    return false;
}

static void
blank_line(char *text, const line *at)
{
    for (size_t i = 0; i < at->length; i++)
        if (at->start[i] != '\r')
            text[(size_t)(at->start - text) + i] = ' ';
}

/* --- blanking -------------------------------------------------------------------------------------- */

/* Of the marks of dbmate the first ones count; goose reads all of its own. */
static bool
counts(size_t found, dn_layout owner, bool down)
{
    if (found == MARK_COUNT || marks[found].layout != owner)
        return false;
    return owner != DN_LAYOUT_DBMATE || !down;
}

void
dn_markup_blank(char *text, size_t length)
{
    bool liquibase = is_liquibase(text, length);
    line at = {0};
    dn_layout owner;
    bool down = false;

    while (liquibase && next_line(text, length, &at))
        if (is_directive(words_of(&at)))
            blank_line(text, &at);
    if (liquibase || !dn_markup_owner(text, length, &owner))
        return;
    while (next_line(text, length, &at)) {
        size_t found = find_mark(&at);

        if (counts(found, owner, down) && marks[found].mark == MARK_DOWN)
            down = true;
        else if (counts(found, owner, down) && marks[found].mark == MARK_UP)
            down = false;
        if (down)
            blank_line(text, &at);
    }
}

/* --- reading --------------------------------------------------------------------------------------- */

static int
fail_at(const dn_migration *migration, unsigned number, const char *id, dunlin_string words,
        const char *what, dn_error *error)
{
    return dn_fail(error, DUNLIN_UNSUPPORTED, id, "%s:%u:1: %s: '-- %.*s'", migration->path, number,
                   what, (int)(words.length < 80 ? words.length : 80), words.data);
}

static bool
says(dunlin_string words, const char *option)
{
    return words.length && memmem(words.data, (size_t)words.length, option, strlen(option));
}

static int
take_mark(const dn_migration *migration, const line *at, size_t found, dn_markup *markup,
          dn_error *error)
{
    dunlin_string words = words_of(at);

    switch (marks[found].mark) {
    case MARK_REFUSED:
        return fail_at(migration, at->number, "markup.unsupported", words,
                       "dunlin cannot do what this line asks for", error);
    case MARK_NO_TRANSACTION: markup->no_transaction = true; break;
    case MARK_UP: markup->no_transaction |= says(words, "transaction:false"); break;
    default: break;
    }
    return 0;
}

static int
read_marks(const dn_migration *migration, const char *text, size_t length, dn_layout owner,
           dn_markup *markup, dn_error *error)
{
    line at = {0};
    bool up = false;
    bool down = false;

    while (next_line(text, length, &at)) {
        size_t found = find_mark(&at);

        if (!counts(found, owner, down)) {
            if (!up && !down && owner != DN_LAYOUT_ATLAS && !is_idle(&at))
                return dn_fail(error, DUNLIN_USAGE, "markup.before-up",
                               "%s:%u:1: there is SQL before the mark of what goes up",
                               migration->path, at.number);
            continue;
        }
        if (marks[found].mark == MARK_UP)
            up = true;
        down = (down || marks[found].mark == MARK_DOWN) && marks[found].mark != MARK_UP;
        if (!down && take_mark(migration, &at, found, markup, error) < 0)
            return -1;
    }
    if (owner != DN_LAYOUT_ATLAS && !up)
        return dn_fail(error, DUNLIN_USAGE, "markup.no-up",
                       "'%s' has no mark of what goes up, as %s wants it", migration->path,
                       dn_layout_form_of(owner)->title);
    return 0;
}

/* --- what stands elsewhere ----------------------------------------------------------------------- */

/* Flyway: placeholders, and settings in a file beside it. */
static int
read_flyway(const dn_migration *migration, const char *text, size_t length, dn_markup *markup,
            dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) settings = DN_TEXT_INIT;
    const char *path = dn_arena_printf(&arena, "%s.conf", migration->path);
    const char *hole = memmem(text, length, "${", 2);
    unsigned number = 1;

    for (const char *c = text; hole && c < hole; c++)
        number += *c == '\n';
    if (hole)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "markup.unsupported",
                       "%s:%u:1: Flyway puts something in the place of '%.*s', dunlin does not",
                       migration->path, number, (int)strcspn(hole, "}\n") + 1, hole);
    if (!path)
        return dn_no_memory(error);
    if (!dn_file_exists(path))
        return 0;
    if (dn_file_read(path, &settings, error) < 0)
        return -1;
    if (settings.data && strstr(settings.data, "executeInTransaction=false"))
        markup->no_transaction = true;
    return 0;
}

/* --- reading Liquibase's ----------------------------------------------------------------------------- */

/* The next word, in which marks of quotation keep blanks; length 0 at the end. */
static dunlin_string
next_word(dunlin_string *rest)
{
    const char *at = rest->data;
    const char *end = rest->data + rest->length;
    const char *start;
    bool quoted = false;

    while (at < end && is_blank(*at))
        at++;
    for (start = at; at < end && (quoted || !is_blank(*at)); at++)
        quoted ^= *at == '"';
    *rest = dn_span(at, (size_t)(end - at));
    return dn_span(start, (size_t)(at - start));
}

/* What decides whether and how often a changeset is run, or how its text is cut. */
static const char *const refused_attributes[] = {
    "runOnChange:true", "runAlways:true", "failOnError:false", "dbms:",
    "context:",         "contextFilter:", "labels:",           "endDelimiter:",
    "runWith:",         "ignore:",        "runOrder:",
};
static const char *const refused_lines[] = {"precondition", "property", "ignoreLines"};

static bool
is_refused(dunlin_string words, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (begins(words, list[i]))
            return true;
    return false;
}

static int
read_changeset(const dn_migration *migration, const line *at, dn_markup *markup, dn_error *error)
{
    dunlin_string rest = words_of(at);
    dunlin_string word;

    next_word(&rest); /* "changeset" */
    next_word(&rest); /* author:id */
    for (word = next_word(&rest); word.length; word = next_word(&rest)) {
        if (is_refused(word, refused_attributes,
                       sizeof refused_attributes / sizeof refused_attributes[0]))
            return fail_at(migration, at->number, "markup.unsupported", words_of(at),
                           "dunlin cannot do what this line asks for", error);
        markup->no_transaction |= begins(word, "runInTransaction:false");
    }
    return 0;
}

/* The file is one migration: all of its changesets, one after the other. */
static int
read_liquibase(const dn_migration *migration, const char *text, size_t length, dn_markup *markup,
               dn_error *error)
{
    line at = {0};

    markup->marked = true;
    while (next_line(text, length, &at)) {
        dunlin_string words = words_of(&at);
        const char *hole = memmem(at.start, at.length, "${", 2);

        if (hole)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "markup.unsupported",
                           "%s:%u:1: Liquibase puts something in the place of '%.*s', dunlin does "
                           "not",
                           migration->path, at.number, (int)strcspn(hole, "}\n") + 1, hole);
        if (is_refused(words, refused_lines, sizeof refused_lines / sizeof refused_lines[0]))
            return fail_at(migration, at.number, "markup.unsupported", words,
                           "dunlin cannot do what this line asks for", error);
        if (begins(words, "changeset ") && read_changeset(migration, &at, markup, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_markup_read(const dn_migration *migration, const char *text, size_t length, dn_markup *markup,
               dn_error *error)
{
    static const char sqlx[] = "-- no-transaction";
    dn_layout owner;

    *markup = (dn_markup){0};
    if (migration->code)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "markup.program",
                       "'%s' is a program of %s, which dunlin cannot run", migration->path,
                       dn_layout_form_of(migration->layout)->title);
    if (migration->layout == DN_LAYOUT_FLYWAY)
        return read_flyway(migration, text, length, markup, error);
    if (length >= sizeof sqlx - 1 && memcmp(text, sqlx, sizeof sqlx - 1) == 0)
        markup->no_transaction = true;
    if (is_liquibase(text, length))
        return read_liquibase(migration, text, length, markup, error);
    if (dn_markup_owner(text, length, &owner)) {
        markup->marked = owner != DN_LAYOUT_ATLAS;
        return read_marks(migration, text, length, owner, markup, error);
    }
    if (migration->layout == DN_LAYOUT_DBMATE || migration->layout == DN_LAYOUT_GOOSE)
        return dn_fail(error, DUNLIN_USAGE, "markup.no-up",
                       "'%s' has no mark of what goes up, as %s wants it", migration->path,
                       dn_layout_form_of(migration->layout)->title);
    return 0;
}
