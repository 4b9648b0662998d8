/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit_sequence.h"

#include "drivers/kit/kit_operation.h"

static int64_t
number_of(dn_kit_set now, const dunlin_operation *alter, const char *name, int64_t usual)
{
    const dunlin_property *member = alter != NULL ? dn_kit_property_find(alter, name) : NULL;

    for (uint64_t i = 0; alter != NULL && member == NULL && i < alter->unset_count; i++)
        if (dn_kit_same(alter->unset[i], name))
            return usual;
    if (member == NULL)
        member = dn_kit_set_find(now, name);
    return member != NULL ? member->integer : usual;
}

dn_kit_sequence
dn_kit_sequence_of(dn_kit_set now, const dunlin_operation *alter, int64_t lowest, int64_t highest)
{
    dn_kit_sequence sequence = {.increment = number_of(now, alter, "increment", 1)};
    bool down = sequence.increment < 0;

    sequence.min = number_of(now, alter, "min", down ? lowest : 1);
    sequence.max = number_of(now, alter, "max", down ? -1 : highest);
    sequence.start = number_of(now, alter, "start", down ? sequence.max : sequence.min);
    return sequence;
}

static void
say(dn_kit_text *text, const char *words, int64_t before, int64_t after)
{
    if (before != after)
        dn_kit_text_format(text, " %s %lld", words, (long long)after);
}

bool
dn_kit_sequence_parts(const dn_kit_sequence *before, const dn_kit_sequence *after)
{
    return after->min > before->max || after->max < before->min;
}

void
dn_kit_sequence_say(dn_kit_text *text, const dn_kit_sequence *before, const dn_kit_sequence *after)
{
    say(text, "INCREMENT BY", before->increment, after->increment);
    say(text, "MINVALUE", before->min, after->min);
    say(text, "MAXVALUE", before->max, after->max);
    say(text, "START WITH", before->start, after->start);
    if (dn_kit_sequence_parts(before, after))
        dn_kit_text_format(text, " RESTART WITH %lld", (long long)after->start);
}

bool
dn_kit_sequence_jumps(const dn_kit_sequence *before, const dn_kit_sequence *after, int64_t *first)
{
    bool down = after->increment < 0;

    *first = down ? after->max : after->min;
    return !dn_kit_sequence_parts(before, after) &&
           (down ? after->max < before->max : after->min > before->min);
}
