/* SPDX-License-Identifier: MIT
 *
 * Text -> tree -> text.
 */
#include "core/ddl/translate.h"

#include <string.h>

#include "core/ddl/write.h"

static bool
translate(dn_ddl_parser *parser, dn_writer *writer, int32_t what, dn_text *out)
{
    dn_node *node;
    dn_query *query;
    dn_data data;
    bool read;

    if (what == DUNLIN_TRANSLATE_QUERY)
        read = (query = dn_tree_query(parser)) != NULL;
    else if (what == DUNLIN_TRANSLATE_DATA)
        read = dn_tree_data(parser, &data);
    else
        read = (node = dn_tree_expression(parser)) != NULL;
    if (!read)
        return false;
    if (!dn_ddl_at_end(parser))
        return dn_ddl_expected(parser, "the end");
    if (what == DUNLIN_TRANSLATE_QUERY)
        return dn_write_query(writer, query, out);
    if (what == DUNLIN_TRANSLATE_DATA)
        return dn_write_given(writer, &data) && dn_write_data(writer, &data, out);
    return dn_write_expression(writer, node, out);
}

int
dn_ddl_translate(const dn_ddl_target *target, int32_t what, dunlin_string text, dn_arena *arena,
                 dn_ddl_translation *translation, dn_error *error)
{
    dn_ddl_options options = {.rules = target->portable};
    dn_ddl_parser parser = {.text = text, .options = &options, .arena = arena};
    dn_writer writer = {.target = target,
                        .text = text,
                        .arena = arena,
                        .error = error,
                        .view = what == DUNLIN_TRANSLATE_QUERY,
                        .alone = what == DUNLIN_TRANSLATE_EXPRESSION};
    dn_text out = DN_TEXT_INIT;
    bool fine;

    memset(translation, 0, sizeof *translation);
    if (!dn_ddl_tokenise(&parser))
        return dn_no_memory(error);
    fine = !(text.length && memchr(text.data, '\0', text.length)) &&
           translate(&parser, &writer, what, &out);
    if (fine && !out.failed) {
        translation->text =
            dn_span(dn_arena_copy(arena, out.length ? out.data : "", out.length), out.length);
    } else if (!fine && !parser.outcome && !writer.reason && !writer.failed) {
        translation->reason = "there is a NUL byte in it";
    } else {
        translation->reason = parser.outcome ? parser.reason : writer.reason;
        translation->offset = parser.outcome ? parser.reason_offset : writer.offset;
    }
    dn_text_free(&out);
    if (writer.failed)
        return -1;
    if (!translation->text.data && !translation->reason)
        return dn_no_memory(error);
    return 0;
}

static int
quote_name(void *context, dunlin_string name, dn_text *text, dn_error *error)
{
    (void)context;
    dn_ddl_write_name(name, text);
    return text->failed ? dn_no_memory(error) : 0;
}

static int
quote_literal(void *context, dunlin_string value, dn_text *text, dn_error *error)
{
    (void)context;
    dn_text_add_quoted(text, '\'', value);
    return text->failed ? dn_no_memory(error) : 0;
}

int
dn_ddl_standard(dunlin_string text, dn_arena *arena, dunlin_string *standard, dn_error *error)
{
    dn_ddl_target target = {
        .namespaces = true, .quote_name = quote_name, .quote_literal = quote_literal};
    dn_ddl_translation translation;

    if (dn_ddl_portable_rules(arena, &target.portable, error) < 0 ||
        dn_ddl_translate(&target, DUNLIN_TRANSLATE_EXPRESSION, text, arena, &translation, error) <
            0)
        return -1;
    *standard = translation.reason ? text : translation.text;
    return 0;
}

static int
write_standard(const dn_node *node, dunlin_string text, dn_arena *arena,
               dn_ddl_translation *translation, dn_error *error)
{
    const dn_ddl_target target = {
        .namespaces = true, .quote_name = quote_name, .quote_literal = quote_literal};
    dn_writer writer = {.target = &target, .text = text, .arena = arena, .error = error};
    dn_auto(dn_text) out = DN_TEXT_INIT;

    if (!dn_write_expression(&writer, node, &out))
        return writer.failed ? -1 : 0;
    translation->text = dn_span(dn_arena_copy(arena, out.data, out.length), out.length);
    return translation->text.data ? 0 : dn_no_memory(error);
}

int
dn_ddl_assign(const dn_ddl_target *target, dunlin_string type, dunlin_string column,
              dunlin_string text, dn_arena *arena, dn_ddl_translation *translation, dn_error *error)
{
    dn_ddl_options options = {.rules = target->portable};
    dn_ddl_parser parser = {.text = text, .options = &options, .arena = arena};
    dn_writer writer = {.target = target, .text = text, .arena = arena, .error = error};
    const char *name = dn_ddl_type_class(type);
    dn_class class = dn_class_of_word(name ? dn_string(name) : type);
    dn_node *node;
    bool changed;

    memset(translation, 0, sizeof *translation);
    if (memchr(text.data, '\0', text.length))
        return 0;
    if (!dn_ddl_tokenise(&parser))
        return dn_no_memory(error);
    node = dn_tree_expression(&parser);
    if (!node || !dn_ddl_at_end(&parser))
        return 0;
    changed =
        dn_write_in_utc(&writer, type, node) || dn_write_defined(&writer, class, column, node);
    if (writer.failed)
        return -1;
    translation->reason = writer.reason;
    translation->offset = writer.offset;
    return changed ? write_standard(node, text, arena, translation, error) : 0;
}
