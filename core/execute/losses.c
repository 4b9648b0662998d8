/* SPDX-License-Identifier: MIT
 *
 * Losses of a translation, told once for each kind: a schema of a hundred texts would drown
 * everything else. `dunlin explain` shows each.
 */
#include <string.h>

#include "core/execute/translate_internal.h"

/* "'email': the length is not enforced" is about 'email'. */
static const char *
behind_subject(const char *message)
{
    const char *end = *message == '\'' ? strstr(message, "': ") : NULL;

    return end ? end + 3 : message;
}

int
dn_losses_count(dn_losses *losses, dn_arena *arena, const dn_source *source, const char *message,
                dn_error *error)
{
    const char *what = behind_subject(message);
    dn_loss *loss;

    for (size_t i = 0; i < losses->count; i++)
        if (strcmp(losses->items[i].what, what) == 0) {
            losses->items[i].count++;
            return 0;
        }
    losses->items = dn_arena_grow(arena, losses->items, &losses->capacity, losses->count + 1,
                                  sizeof *losses->items);
    if (!losses->items)
        return dn_no_memory(error);
    loss = &losses->items[losses->count];
    loss->what = dn_arena_text(arena, what);
    loss->first =
        dn_arena_printf(arena, "%s:%u%s%.*s", source->path, source->line, what > message ? " " : "",
                        what > message ? (int)(what - message - 2) : 0, message);
    loss->count = 1;
    if (!loss->what || !loss->first)
        return dn_no_memory(error);
    losses->count++;
    return 0;
}

static void
tell(const dn_translator *translator, const dn_loss *loss)
{
    if (loss->count == 1)
        dn_log_warning(translator->log, "%s: %s", loss->first, loss->what);
    else
        dn_log_warning(translator->log, "%s, and %zu more: %s", loss->first, loss->count - 1,
                       loss->what);
}

void
dn_translator_tell_losses(dn_translator *translator)
{
    dn_losses *losses = &translator->losses;

    while (translator->told_losses < losses->count)
        tell(translator, &losses->items[translator->told_losses++]);
}

int
dn_translator_note_loss(dn_translator *translator, const dn_source *source, const char *message,
                        dn_error *error)
{
    if (dn_losses_count(&translator->losses, &translator->arena, source, message, error) < 0)
        return -1;
    if (translator->phase == DN_TRANSLATOR_PERFORMS)
        dn_translator_tell_losses(translator);
    return 0;
}
