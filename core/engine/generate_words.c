/* SPDX-License-Identifier: MIT
 *
 * From a portable definition: what there is and what is wanted in the words of the migrations and of the
 * file, so that the new migration is in these, too.
 */
#include "core/base/file.h"
#include "core/engine/generate.h"
#include "core/engine/portable.h"

static dn_side
side_of(const dn_side *side, const dn_model *model)
{
    dn_side words = *side;

    words.facts = dn_model_facts(model);
    words.profile = NULL;
    return words;
}

static int
write_rest(dn_generation *work, dn_generated *one)
{
    if (dn_schema_diff(one->from->facts, one->to->facts, NULL, &work->session->arena, &one->diff,
                       work->error) < 0)
        return -1;
    return dn_generate_text(work, one);
}

int
dn_generate_rest(dn_generation *work)
{
    work->halfway = work->after;
    work->halfway.name = "the portable part";
    work->halfway.facts = work->reached;
    work->rest[0] = (dn_generated){.from = &work->halfway, .to = &work->after};
    work->rest[1] = (dn_generated){.from = &work->after, .to = &work->halfway, .backwards = true};
    return write_rest(work, &work->rest[0]) < 0 ? -1 : write_rest(work, &work->rest[1]);
}

int
dn_generate_words(dn_generation *work, const char *definition)
{
    dn_session *session = work->session;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_model *before;
    dn_model *after;
    size_t most;

    if (dn_file_read(definition, &sql, work->error) < 0)
        return -1;
    if (!dn_portable_is(session, definition, &sql))
        return 0;
    if (dn_portable_check(session, work->error) < 0 ||
        dn_portable_history(session, SIZE_MAX, &before, &most, work->error) < 0 ||
        dn_portable_read(session, definition, &sql, &after, work->error) < 0 ||
        dn_model_settle(after, before, work->error) < 0 ||
        dn_model_depend(before, work->error) < 0 || dn_model_depend(after, work->error) < 0)
        return -1;
    work->words[0] = side_of(&work->before, before);
    work->words[1] = side_of(&work->after, after);
    return 0;
}
