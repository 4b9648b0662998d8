/* SPDX-License-Identifier: MIT */
#include "core/engine/written.h"

#include <string.h>

#include "core/journal/layout.h"

/* --- what can be ---------------------------------------------------------------------------------------- */

static bool
is_drizzle(const dn_journal *journal)
{
    return journal->layout == DN_LAYOUT_DRIZZLE || journal->layout == DN_LAYOUT_DRIZZLE_V1;
}

int
dn_written_check(const dn_journal *journal, dn_error *error)
{
    const dn_layout_form *form = dn_layout_form_of(journal->layout);

    if (!form->code)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "generate.layout",
                   "nothing can be written into '%s': its migrations are programs of %s",
                   journal->folder, form->title);
}

const char *
dn_written_no_down(const dn_journal *journal)
{
    const dn_layout_form *form = dn_layout_form_of(journal->layout);

    if (is_drizzle(journal))
        return "Drizzle has no place for one";
    if (!dn_layout_is_foreign(journal->layout) || form->empty || dn_journal_has_pairs(journal))
        return NULL;
    return "the folder has no place for one";
}

bool
dn_written_goes_apart(const dn_journal *journal)
{
    return !dn_layout_is_foreign(journal->layout) || journal->layout == DN_LAYOUT_GOOSE;
}

bool
dn_written_has_sections(const dn_journal *journal)
{
    return !dn_layout_is_foreign(journal->layout);
}

bool
dn_written_is_shared(const dn_journal *journal)
{
    return is_drizzle(journal) || dn_layout_is_foreign(journal->layout);
}

/* --- statement by statement ---------------------------------------------------------------------------- */

typedef struct cutting {
    dunlin_string sql;
    const char *before; /* each statement, or NULL */
    const char *behind; /* each statement ... */
    bool bodies;        /* ... that has a separator inside */
    size_t done;        /* bytes of `sql` */
    dn_text *text;
} cutting;

/* With what stands before it: comments. */
static void
cut_statement(cutting *work, const dn_lex_item *item)
{
    const char *data = work->sql.data;
    size_t end = (size_t)(item->offset + item->text.length);
    bool body = memchr(item->text.data, ';', (size_t)item->text.length) != NULL;
    bool marked = !work->bodies || body;

    while (end < work->sql.length && data[end] != '\n')
        end++;
    if (marked && work->before && (work->bodies || work->done))
        dn_text_add_string(work->text, work->before);
    while (work->done < item->offset && data[work->done] == '\n')
        work->done++;
    dn_text_add(work->text, data + work->done, end - work->done);
    dn_text_add_char(work->text, '\n');
    if (marked && work->behind)
        dn_text_add_string(work->text, work->behind);
    work->done = end < work->sql.length ? end + 1 : end;
}

static int
cut(const char *sql, const dn_lex_rules *rules, const char *before, const char *behind, bool bodies,
    dn_text *text, dn_error *error)
{
    cutting work = {
        .sql = dn_string(sql), .before = before, .behind = behind, .bodies = bodies, .text = text};
    dn_lex_text input = {sql, strlen(sql)};
    dn_lex_splitter *splitter =
        dn_lex_open(rules, "the migration", dn_lex_read_text, &input, error);
    dn_lex_item item = {.kind = DN_LEX_DIRECTIVE};
    int answer = splitter ? 0 : -1;

    while (answer == 0 && item.kind != DN_LEX_END) {
        answer = dn_lex_next(splitter, &item, error);
        if (answer == 0 && item.kind == DN_LEX_STATEMENT)
            cut_statement(&work, &item);
    }
    dn_lex_close(splitter);
    dn_text_add(text, sql + work.done, work.sql.length - work.done);
    return answer < 0 ? -1 : text->failed ? dn_no_memory(error) : 0;
}

/* --- one of them for each notation ---------------------------------------------------------------------- */

/* drizzle's migrators send what stands between two breakpoints. */
static int
compose_drizzle(const dn_written *parts, const dn_lex_rules *rules, dn_text *text, dn_error *error)
{
    dn_text_add_string(text, parts->head);
    return cut(parts->up, rules, "--> statement-breakpoint\n", NULL, false, text, error);
}

/* goose ends a statement at a line that ends in a semicolon. */
static int
add_goose(const char *sql, const dn_lex_rules *rules, dn_text *text, dn_error *error)
{
    return cut(sql, rules, "-- +goose StatementBegin\n", "-- +goose StatementEnd\n", true, text,
               error);
}

static int
compose_goose(const dn_written *parts, const dn_lex_rules *rules, dn_text *text, dn_error *error)
{
    dn_text_printf(text, "%s-- +goose Up\n%s", parts->apart ? "-- +goose NO TRANSACTION\n" : "",
                   parts->head);
    if (add_goose(parts->up, rules, text, error) < 0)
        return -1;
    if (!parts->down)
        return 0;
    dn_text_add_string(text, "\n-- +goose Down\n");
    return add_goose(parts->down, rules, text, error);
}

static void
compose_dbmate(const dn_written *parts, dn_text *text)
{
    dn_text_printf(text, "-- migrate:up\n%s%s", parts->head, parts->up);
    dn_text_printf(text, "\n-- migrate:down\n%s", parts->down ? parts->down : "");
}

static void
compose_own(const dn_written *parts, dn_text *text)
{
    dn_text_printf(text, "%s%s%s", parts->head, parts->apart ? "-- dunlin: no-transaction\n" : "",
                   parts->up);
    if (parts->down)
        dn_text_printf(text, "\n-- dunlin: down\n%s", parts->down);
}

int
dn_written_compose(const dn_journal *journal, const dn_written *parts, const dn_lex_rules *rules,
                   dn_text *text, dn_text *down, dn_error *error)
{
    if (is_drizzle(journal))
        return compose_drizzle(parts, rules, text, error);
    if (journal->layout == DN_LAYOUT_GOOSE)
        return compose_goose(parts, rules, text, error);
    if (journal->layout == DN_LAYOUT_DBMATE) {
        compose_dbmate(parts, text);
    } else if (dn_layout_is_foreign(journal->layout)) {
        dn_text_printf(text, "%s%s", parts->head, parts->up);
        if (parts->down && dn_journal_has_pairs(journal))
            dn_text_add_string(down, parts->down);
    } else {
        compose_own(parts, text);
    }
    return text->failed || down->failed ? dn_no_memory(error) : 0;
}
