/* SPDX-License-Identifier: MIT
 *
 * Portable text -> text of a driver: its rules, its quoting, and the translator of core/ddl.
 */
#include "core/driver/call.h"
#include "core/driver/translation_memo.h"

static int32_t
take_rule(dn_call *call, const dunlin_expression_rule *rule)
{
    return dn_ddl_rules_add(call->target, rule, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

int
dn_driver_expression_rules(const dn_driver *driver, const dunlin_profile *profile, dn_arena *arena,
                           const dn_ddl_rules **rules, dn_error *error)
{
    static const dn_call_sinks sinks = {.expression_rule = take_rule};
    dn_ddl_rules *made = dn_ddl_rules_new(arena);
    dn_call call;

    *rules = NULL;
    if (!made)
        return dn_no_memory(error);
    if (!driver->table.expression_rules)
        return dn_driver_cannot(driver, "translate portable SQL", error);
    dn_call_begin(&call, driver, "expression_rules", &sinks, made, error);
    if (dn_call_end(&call, driver->table.expression_rules(&call.driver_view, profile)) < 0)
        return dn_while(error, "taking the rules for expressions of driver '%s'",
                        driver->table.name);
    *rules = made;
    return 0;
}

/* --- quoting --- */
typedef struct quoter {
    const dn_driver *driver;
    const dunlin_profile *profile;
} quoter;

typedef int32_t (*quote_function)(const dunlin_call *call, const dunlin_profile *profile,
                                  dunlin_string text);

static int32_t
take_text(dn_call *call, dunlin_string text)
{
    dn_text *out = call->target;

    dn_text_add(out, text.data, text.length);
    return out->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

static int
quote(const quoter *of, quote_function function, const char *name, dunlin_string value,
      dn_text *text, dn_error *error)
{
    static const dn_call_sinks sinks = {.text = take_text};
    dn_call call;

    if (!function)
        return dn_driver_cannot(of->driver, "quote names and strings", error);
    dn_call_begin(&call, of->driver, name, &sinks, text, error);
    return dn_call_end(&call, function(&call.driver_view, of->profile, value));
}

static int
quote_name(void *context, dunlin_string name, dn_text *text, dn_error *error)
{
    const quoter *of = context;

    return quote(of, of->driver->table.quote_identifier, "quote_identifier", name, text, error);
}

static int
quote_literal(void *context, dunlin_string value, dn_text *text, dn_error *error)
{
    const quoter *of = context;

    return quote(of, of->driver->table.quote_literal, "quote_literal", value, text, error);
}

/* --- translation --- */
typedef struct translation_context {
    quoter quoter; /* the first member: the quoting functions are given this struct */
    const dn_driver_columns *columns;
    dn_asked_columns asked; /* one expression asks for a column several times */
} translation_context;

static const char *
class_of_column(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    translation_context *own = context;
    dn_asked_columns *asked = &own->asked;
    const char *class;

    for (size_t i = 0; i < asked->count; i++) {
        const dn_asked_column *known = &asked->list[i];

        if (dn_string_same(known->column, column) && dn_string_same(known->table, table) &&
            dn_string_same(known->space, space))
            return known->class;
    }
    class = own->columns->class_of(own->columns->context, space, table, column);
    if (asked->count < DN_MOST_ASKED)
        asked->list[asked->count++] = (dn_asked_column){space, table, column, class};
    else
        asked->more = true;
    return class;
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    translation_context *own = context;

    own->asked.more = true;
    return own->columns->column_at(own->columns->context, space, table, at);
}

static dunlin_string
column_type(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    translation_context *own = context;

    own->asked.more = true;
    return own->columns->type_of(own->columns->context, space, table, column);
}

static bool
column_numbers(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    translation_context *own = context;

    own->asked.more = true;
    return own->columns->numbers(own->columns->context, space, table, column);
}

int
dn_driver_translator(const dn_driver *driver, const dunlin_profile *profile, dn_arena *arena,
                     dn_driver_translations *translator, dn_error *error)
{
    dunlin_capabilities capabilities;

    translator->driver = driver;
    translator->profile = profile;
    translator->columns = NULL;
    translator->memo = dn_translation_memo_new(arena);
    if (!translator->memo)
        return dn_no_memory(error);
    if (dn_driver_capabilities(driver, profile, &capabilities, error) < 0 ||
        dn_driver_expression_rules(driver, profile, arena, &translator->rules, error) < 0 ||
        dn_driver_rules(driver, profile, arena, &translator->own, error) < 0 ||
        dn_ddl_portable_rules(arena, &translator->portable, error) < 0)
        return -1;
    translator->namespaces = (capabilities.flags & DUNLIN_CAN_NAMESPACES) != 0;
    return 0;
}

/* `written_in`: the rules of the text, portable or the database's own. */
static dn_ddl_target
target_of(const dn_driver_translations *translator, const dn_lex_rules *written_in,
          translation_context *context)
{
    return (dn_ddl_target){
        .portable = written_in,
        .rules = translator->rules,
        .namespaces = translator->namespaces,
        .quote_name = quote_name,
        .quote_literal = quote_literal,
        .column_class = context->columns ? class_of_column : NULL,
        .context = context,
    };
}

static const char *
class_in(const dn_driver_translations *translator, const dn_lex_rules *written_in,
         const dn_driver_columns *columns, dunlin_string query, dn_ddl_result column,
         dn_arena *arena)
{
    translation_context context = {.quoter = {translator->driver, translator->profile},
                                   .columns = columns};
    const dn_ddl_target target = target_of(translator, written_in, &context);

    return dn_ddl_query_class(&target, query, column, arena);
}

const char *
dn_driver_query_class(const dn_driver_translations *translator, const dn_driver_columns *columns,
                      dunlin_string query, dn_ddl_result column, dn_arena *arena)
{
    return class_in(translator, translator->own, columns, query, column, arena);
}

const char *
dn_driver_portable_class(const dn_driver_translations *translator, const dn_driver_columns *columns,
                         dunlin_string query, dunlin_string column, dn_arena *arena)
{
    return class_in(translator, translator->portable, columns, query,
                    (dn_ddl_result){.name = column}, arena);
}

void
dn_driver_query_ask(const dn_driver_translations *translator, const dn_driver_columns *columns,
                    dunlin_string query, dn_arena *arena)
{
    translation_context context = {.quoter = {translator->driver, translator->profile},
                                   .columns = columns};
    const dn_ddl_target target = target_of(translator, translator->own, &context);

    dn_ddl_query_ask(&target, query, arena);
}

static int
translate_anew(const dn_driver_translations *translator, int32_t what, dunlin_string text,
               dn_arena *arena, dn_ddl_translation *translation, dn_error *error)
{
    translation_context context = {.quoter = {translator->driver, translator->profile},
                                   .columns = translator->columns,
                                   .asked = {.blind = !translator->columns}};
    dn_ddl_target target = target_of(translator, translator->portable, &context);

    if (translator->columns && translator->columns->column_at)
        target.column_at = column_at;
    if (translator->columns && translator->columns->type_of)
        target.column_type = column_type;
    if (translator->columns && translator->columns->numbers)
        target.column_numbers = column_numbers;
    if (dn_ddl_translate(&target, what, text, arena, translation, error) < 0)
        return -1;
    if (translation->text.data)
        dn_translation_keep(translator->memo, what, text, &context.asked, translation->text);
    return 0;
}

int
dn_driver_translate(const dn_driver_translations *translator, int32_t what, dunlin_string text,
                    dn_arena *arena, dn_ddl_translation *translation, dn_error *error)
{
    dunlin_string known = dn_translation_recall(translator->memo, what, text, translator->columns);

    if (!known.data)
        return translate_anew(translator, what, text, arena, translation, error);
    *translation = (dn_ddl_translation){
        .text = dn_span(dn_arena_copy(arena, known.data, known.length), known.length)};
    return translation->text.data ? 0 : dn_no_memory(error);
}

int
dn_driver_assign(const dn_driver_translations *translator, const dn_driver_columns *columns,
                 dunlin_string type, dunlin_string column, dunlin_string text, dn_arena *arena,
                 dn_ddl_translation *translation, dn_error *error)
{
    translation_context context = {.quoter = {translator->driver, translator->profile},
                                   .columns = columns};
    const dn_ddl_target target = target_of(translator, translator->portable, &context);

    return dn_ddl_assign(&target, type, column, text, arena, translation, error);
}
