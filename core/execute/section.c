/* SPDX-License-Identifier: MIT
 *
 * Sections for one database alone, in a folder of another dialect. A statement in one of them on which
 * IF [NOT] EXISTS stands is guarded as in a folder of that database's dialect: the server may not know
 * the words, and if it does, it looks at the name alone.
 */
#include "core/execute/translate_internal.h"

/* What the translator takes a text for. */
typedef struct language {
    bool own;
    const dn_lex_rules *rules;
} language;

static language
speak(dn_translator *translator, language next)
{
    const language before = {translator->own, translator->rules};

    translator->own = next.own;
    translator->rules = next.rules;
    return before;
}

static language
own_language(const dn_translator *translator)
{
    return (language){true, dn_connection_rules(translator->connection)};
}

bool
dn_translator_is_guarded_section(dn_translator *translator, const dn_source *source)
{
    const dn_ddl_options options = {
        .rules = dn_connection_rules(translator->connection),
        .own = true,
        .keep_case = !(translator->target.naming & DN_FACT_NAMESPACES),
    };
    dn_ddl_statement parsed;
    dn_error ignored;

    if (!source->native || translator->own || translator->options.native_guards ||
        !(source->flags & DUNLIN_CLASS_DDL) ||
        !dn_string_mentions(source->sql, dn_string("exists")))
        return false;
    dn_arena_clear(&translator->scratch);
    return dn_ddl_parse(source->sql, &options, &translator->scratch, &parsed, &ignored) == 0 &&
           parsed.kind == DN_DDL_OPERATIONS && dn_translator_is_conditional(&parsed);
}

int
dn_translator_expect_section(dn_translator *translator, const dn_source *source, dn_error *error)
{
    const language before = speak(translator, own_language(translator));
    dn_source own = *source;
    int answer;

    own.native = false;
    answer = dn_translator_expect(translator, &own, error);
    speak(translator, before);
    return answer;
}

int
dn_translate_section(dn_translator *translator, const dn_source *source, bool again,
                     dn_translated *translated, dn_error *error)
{
    const language before = speak(translator, own_language(translator));
    dn_source own = *source;
    int answer;

    own.native = false;
    answer = dn_translate(translator, &own, again, translated, error);
    speak(translator, before);
    return answer;
}
