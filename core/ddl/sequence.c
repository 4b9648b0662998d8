/* SPDX-License-Identifier: MIT
 *
 * Sequences and schemas.
 */
#include "core/ddl/parts.h"

static bool
start(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    int64_t value;

    dn_ddl_accept(parser, "WITH");
    dn_ddl_accept(parser, "=");
    return dn_ddl_integer(parser, &value) && dn_ddl_set_integer(parser, draft, "start", value);
}

static bool
increment(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    int64_t value;

    dn_ddl_accept(parser, "BY");
    dn_ddl_accept(parser, "=");
    if (!dn_ddl_integer(parser, &value))
        return false;
    return value == 1 ? dn_ddl_unset_if_altering(parser, draft, "increment")
                      : dn_ddl_set_integer(parser, draft, "increment", value);
}

static bool
limit(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *member)
{
    int64_t value;

    dn_ddl_accept(parser, "=");
    return dn_ddl_integer(parser, &value) && dn_ddl_set_integer(parser, draft, member, value);
}

static bool
minimum(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return limit(parser, draft, "min");
}

static bool
maximum(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return limit(parser, draft, "max");
}

static bool
cache(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    int64_t value;

    dn_ddl_accept(parser, "=");
    if (!dn_ddl_integer(parser, &value))
        return false;
    return value == 1 ? dn_ddl_unset_if_altering(parser, draft, "cache")
                      : dn_ddl_set_integer(parser, draft, "cache", value);
}

static bool
no_minimum(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_unset_if_altering(parser, draft, "min");
}

static bool
no_maximum(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_unset_if_altering(parser, draft, "max");
}

static bool
no_cycle(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_unset_if_altering(parser, draft, "cycle");
}

static bool
cycle(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    return dn_ddl_set_true(parser, draft, "cycle");
}

static bool
restart(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t at = parser->at - 1;
    int64_t value;

    if (dn_ddl_accept(parser, "WITH") || dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_NUMBER ||
        dn_ddl_is(parser, "-")) {
        if (!dn_ddl_integer(parser, &value) || !dn_ddl_set_integer(parser, draft, "restart", value))
            return false;
    }
    return dn_ddl_mark_native(parser, draft, at, "RESTART of a sequence is not portable");
}

static bool
owned_by(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t at = parser->at;
    dunlin_string parts[4];
    size_t count;

    if (dn_ddl_accept(parser, "NONE"))
        return true;
    if (!dn_ddl_dotted(parser, parts, &count) || !dn_ddl_open_list(parser, draft, "owned_by"))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!dn_ddl_set_name(parser, draft, "", parts[i]))
            return false;
    return dn_ddl_close(parser, draft) &&
           dn_ddl_mark_native(parser, draft, at,
                              "OWNED BY is not portable; use an identity "
                              "column");
}

static const struct {
    const char *words;
    bool (*read)(dn_ddl_parser *parser, dn_ddl_draft *draft);
} options[] = {
    {"AS", dn_ddl_type},    {"INCREMENT", increment},
    {"MINVALUE", minimum},  {"NO MINVALUE", no_minimum},
    {"MAXVALUE", maximum},  {"NO MAXVALUE", no_maximum},
    {"START", start},       {"RESTART", restart},
    {"CACHE", cache},       {"CYCLE", cycle},
    {"NO CYCLE", no_cycle}, {"OWNED BY", owned_by},
};

bool
dn_ddl_sequence_options(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    while (!dn_ddl_at_end(parser)) {
        size_t i = 0;

        while (i < sizeof options / sizeof options[0] && !dn_ddl_accept(parser, options[i].words))
            i++;
        if (i == sizeof options / sizeof options[0])
            return dn_ddl_expected(parser, "an option of the sequence");
        if (!options[i].read(parser, draft))
            return false;
    }
    return true;
}

bool
dn_ddl_create_sequence(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object sequence;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &sequence))
        return false;
    draft = dn_ddl_begin(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_SEQUENCE, &sequence);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    if (parser->temporary && !dn_ddl_set_true(parser, draft, "temporary"))
        return false;
    return dn_ddl_sequence_options(parser, draft) && dn_ddl_done(parser, draft);
}

bool
dn_ddl_create_schema(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (dn_ddl_is(parser, "AUTHORIZATION"))
        return dn_ddl_native(parser, "owners are not portable");
    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_draft_new(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_SCHEMA, name, dn_string(""),
                             dn_string(""), 1);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    if (!dn_ddl_at_end(parser))
        return dn_ddl_native(parser, "what stands behind the name of a schema is not portable");
    return dn_ddl_done(parser, draft);
}

bool
dn_ddl_create_extension(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string name;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_name(parser, &name))
        return false;
    draft = dn_ddl_draft_new(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_EXTENSION, name, dn_string(""),
                             dn_string(""), 1);
    if (!draft || !dn_ddl_mark_native(parser, draft, 0, "extensions are not portable"))
        return false;
    draft->operation.condition = condition;
    draft->operation.body = dn_ddl_slice(parser, 0, parser->count);
    parser->at = parser->count;
    return dn_ddl_done(parser, draft);
}
