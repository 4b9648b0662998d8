/* SPDX-License-Identifier: MIT
 *
 * COMMENT ON.
 */
#include "core/ddl/parts.h"

static const struct {
    const char *words;
    const char *kind;
    unsigned names; /* of the path: 1 schema, 2 object, 3 part of a table */
    bool on_table;  /* name ON table */
} kinds[] = {
    {"TABLE", DUNLIN_KIND_TABLE, 2, false},
    {"COLUMN", DUNLIN_KIND_COLUMN, 3, false},
    {"VIEW", DUNLIN_KIND_VIEW, 2, false},
    {"MATERIALIZED VIEW", DUNLIN_KIND_MATERIALIZED_VIEW, 2, false},
    {"INDEX", DUNLIN_KIND_INDEX, 3, false},
    {"SEQUENCE", DUNLIN_KIND_SEQUENCE, 2, false},
    {"TYPE", DUNLIN_KIND_ENUM, 2, false},
    {"DOMAIN", DUNLIN_KIND_DOMAIN, 2, false},
    {"SCHEMA", DUNLIN_KIND_SCHEMA, 1, false},
    {"CONSTRAINT", DUNLIN_KIND_CONSTRAINT, 3, true},
};

static dn_ddl_draft *
commented(dn_ddl_parser *parser, size_t i)
{
    dunlin_string none = dn_string("");
    dunlin_string parts[4];
    size_t count;
    dn_ddl_object table;

    if (!dn_ddl_dotted(parser, parts, &count))
        return NULL;
    if (kinds[i].on_table) {
        if (!dn_ddl_expect(parser, "ON") || !dn_ddl_qualified(parser, &table))
            return NULL;
        return dn_ddl_begin_part(parser, DUNLIN_VERB_ALTER, kinds[i].kind, &table,
                                 parts[count - 1]);
    }
    if (kinds[i].names == 1)
        return dn_ddl_draft_new(parser, DUNLIN_VERB_ALTER, kinds[i].kind, parts[0], none, none, 1);
    if (kinds[i].names == 2)
        return dn_ddl_draft_new(parser, DUNLIN_VERB_ALTER, kinds[i].kind,
                                count > 1 ? parts[count - 2] : none, parts[count - 1], none, 2);
    if (dn_string_equal(dn_string(kinds[i].kind), DUNLIN_KIND_INDEX))
        return dn_ddl_draft_new(parser, DUNLIN_VERB_ALTER, kinds[i].kind,
                                count > 1 ? parts[count - 2] : none, none, parts[count - 1], 3);
    if (count < 2) {
        dn_ddl_expected(parser, "a dot and the name of a column");
        return NULL;
    }
    return dn_ddl_draft_new(parser, DUNLIN_VERB_ALTER, kinds[i].kind,
                            count > 2 ? parts[count - 3] : none, parts[count - 2], parts[count - 1],
                            3);
}

bool
dn_ddl_comment(dn_ddl_parser *parser)
{
    dn_ddl_draft *draft;
    dunlin_string text;
    bool guarded;
    size_t i = 0;

    while (i < sizeof kinds / sizeof kinds[0] && !dn_ddl_accept(parser, kinds[i].words))
        i++;
    if (i == sizeof kinds / sizeof kinds[0])
        return dn_ddl_native(parser, "a comment on this is not portable");
    /* No gap for a guard that is not there: a comment may be repeated as it stands. */
    guarded = dn_ddl_accept(parser, "IF EXISTS");
    draft = commented(parser, i);
    if (!draft || !dn_ddl_expect(parser, "IS"))
        return false;
    if (guarded)
        draft->operation.condition = DUNLIN_CONDITION_IF_EXISTS;
    if (dn_ddl_accept(parser, "NULL"))
        return dn_ddl_unset(parser, draft, "comment") && dn_ddl_done(parser, draft);
    return dn_ddl_string(parser, &text) &&
           (text.length ? dn_ddl_set_text(parser, draft, "comment", text)
                        : dn_ddl_unset(parser, draft, "comment")) &&
           dn_ddl_done(parser, draft);
}
