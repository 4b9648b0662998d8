/* SPDX-License-Identifier: MIT
 *
 * Telling a cosmetic edit from a changed migration. What the tracker kept of the text decides:
 * both texts are cut by the same lexer now, so that a better lexer never turns history edited.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/journal/markup.h"
#include "core/state/state_internal.h"

/* Digests of a text; -1 when it cannot be cut (then it proves nothing). */
static int
digest_text(const dn_lex_rules *rules, const char *name, const char *data, size_t length,
            dn_digest *text, dn_digest *tokens)
{
    dn_lex_text input = {data, length};
    dn_error ignored;
    dn_lex_item item;
    dn_lex_splitter *splitter = dn_lex_open(rules, name, dn_lex_read_text, &input, &ignored);
    int answer = -1;

    if (!splitter)
        return -1;
    dn_lex_take_digests(splitter);
    do {
        if (dn_lex_next(splitter, &item, &ignored) < 0)
            goto out;
    } while (item.kind != DN_LEX_END);
    dn_lex_digests(splitter, text, tokens);
    answer = 0;
out:
    dn_lex_close(splitter);
    return answer;
}

/* Every spelling of a text that differs only in line ends and byte order mark. */
static bool
any_spelling(const char *data, size_t length, const dn_digest *recorded)
{
    static const char bom[] = "\xEF\xBB\xBF";
    dn_auto(dn_text) lines = DN_TEXT_INIT;

    if (length >= 3 && memcmp(data, bom, 3) == 0) {
        data += 3;
        length -= 3;
    }
    for (int spelling = 0; spelling < 4; spelling++) {
        dn_digest digest;

        dn_text_clear(&lines);
        if (spelling & 1)
            dn_text_add(&lines, bom, 3);
        for (size_t i = 0; i < length; i++) {
            if (data[i] == '\r' && i + 1 < length && data[i + 1] == '\n')
                continue;
            if (data[i] == '\n' && (spelling & 2))
                dn_text_add_char(&lines, '\r');
            dn_text_add_char(&lines, data[i]);
        }
        digest = dn_hash_of(lines.data, lines.length);
        if (!lines.failed && dn_digest_equal(&digest, recorded))
            return true;
    }
    return false;
}

/* Of a file that is not valid UTF-8, drizzle's hash is not that of its bytes. */
static bool
is_what_drizzle_hashed(const dn_tracker *tracker, const dn_text *file, const dn_digest *recorded)
{
    dn_digest hash;

    if (tracker->owner != DN_OWNER_DRIZZLE)
        return false;
    hash = dn_drizzle_hash(file->data ? file->data : "", file->length);
    return dn_digest_equal(&hash, recorded);
}

/* The file is what another tool took the sum of. */
static bool
is_what_was_summed(const dn_tracker *tracker, const dn_text *file, const char *sum)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    return sum && tracker->form && tracker->form->checksum &&
           tracker->form->checksum(file->data ? file->data : "", file->length, &text) == 0 &&
           strcmp(text.data, sum) == 0;
}

int
dn_state_explain_edit(dn_connection *connection, const dn_tracker *tracker,
                      const dn_migration *migration, dn_match *match, dn_error *error)
{
    const dn_lex_rules *rules = dn_connection_rules(connection);
    dn_auto(dn_text) file = DN_TEXT_INIT;
    dn_auto(dn_text) kept_sql = DN_TEXT_INIT;
    dn_tracker_kept kept;
    dn_digest text;
    dn_digest tokens;

    if (dn_file_read(migration->path, &file, error) < 0)
        return -1;
    if (match->row->has_digest && is_what_drizzle_hashed(tracker, &file, &match->row->digest)) {
        match->edit = DN_EDIT_NONE;
        return 0;
    }
    if (is_what_was_summed(tracker, &file, match->row->checksum)) {
        match->edit = DN_EDIT_NONE;
        return 0;
    }
    if (match->row->has_digest && any_spelling(file.data, file.length, &match->row->digest)) {
        match->edit = DN_EDIT_COSMETIC;
        return 0;
    }
    if (dn_tracker_explain(connection, tracker, match->row->has_digest ? &match->row->digest : NULL,
                           migration->tag, &kept, &kept_sql, error) < 0)
        return -1;
    /* What goes down is no part of what was applied. */
    if (file.data)
        dn_markup_blank(file.data, file.length);
    if (kept_sql.data)
        dn_markup_blank(kept_sql.data, kept_sql.length);
    if (!kept.found || digest_text(rules, migration->path, file.data ? file.data : "", file.length,
                                   &text, &tokens) < 0)
        return 0;
    if (kept.has_text && digest_text(rules, migration->path, kept_sql.data ? kept_sql.data : "",
                                     kept_sql.length, &kept.text, &kept.tokens) == 0)
        kept.has_tokens = true;
    if (kept.has_tokens && dn_digest_equal(&tokens, &kept.tokens))
        match->edit = DN_EDIT_COSMETIC;
    return 0;
}
