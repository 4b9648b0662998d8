/* SPDX-License-Identifier: MIT
 *
 * A file of effects that is byte for byte as it was written: one effect a line. Its seal is that of the
 * bytes as they stand, and no tree is made of it. Any other file is for the reader that takes any JSON
 * and knows why it does not count.
 */
#include <string.h>

#include "core/state/replay_internal.h"

typedef struct lines {
    const char *at;
    const char *end;
} lines;

static bool
take_word(lines *rest, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, word, length) != 0)
        return false;
    rest->at += length;
    return true;
}

static bool
take_count(lines *rest, unsigned *count)
{
    enum { DIGITS_AT_MOST = 9 };
    const char *start = rest->at;

    for (*count = 0; rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9'; rest->at++)
        *count = *count * 10 + (unsigned)(*rest->at - '0');
    return rest->at > start && rest->at - start <= DIGITS_AT_MOST;
}

static bool
take_digest(lines *rest, dn_digest *digest)
{
    enum { HEX = DN_DIGEST_HEX - 1 };

    if (rest->end - rest->at < HEX || !dn_digest_parse(rest->at, HEX, digest))
        return false;
    rest->at += HEX;
    return true;
}

/* Up to the first effect; `from` is where the digest stands, which is not part of what it is of. */
static bool
take_head(lines *rest, dn_effects_file *file, const char **from, dn_digest *seal)
{
    dn_digest chain;

    if (!take_word(rest, "{\"dunlin\":{\"chain\":\"") || !take_digest(rest, &chain) ||
        !dn_digest_equal(&chain, &file->chain) || !take_word(rest, "\",\"data\":") ||
        !take_count(rest, &file->effects.data) || !take_word(rest, ",\"digest\":\""))
        return false;
    *from = rest->at;
    return take_digest(rest, seal) && take_word(rest, "\",\"format\":") &&
           take_word(rest, DN_EFFECTS_FORMAT) && take_word(rest, ",\"statements\":") &&
           take_count(rest, &file->effects.statements) && take_word(rest, "},\n\"effects\":{\n");
}

static bool
fits_seal(const dn_text *text, const char *from, const dn_digest *seal)
{
    size_t before = (size_t)(from - text->data);
    size_t behind = before + DN_DIGEST_HEX - 1;
    dn_digest digest;
    dn_hash hash;

    dn_hash_begin(&hash);
    dn_hash_add(&hash, text->data, before);
    dn_hash_add(&hash, text->data + behind, text->length - behind);
    digest = dn_hash_end(&hash);
    return dn_digest_equal(&digest, seal);
}

static int
keep_side(const dunlin_fact *fact, dn_arena *arena, const dunlin_fact **side)
{
    *side = fact->size ? dn_fact_copy(arena, fact) : NULL;
    return fact->size && !*side ? -1 : 0;
}

static int
read_line(dunlin_string line, dn_effects_room *room, dn_differences *effects, dn_arena *arena)
{
    dn_difference effect;
    int answer = dn_fact_read_change(line, &room->before, &room->after);

    if (answer == 0 && !room->before.fact.size && !room->after.fact.size)
        answer = 1;
    if (answer)
        return answer;
    effects->items = dn_arena_grow(arena, effects->items, &effects->capacity, effects->count + 1,
                                   sizeof *effects->items);
    if (!effects->items || keep_side(&room->before.fact, arena, &effect.before) < 0 ||
        keep_side(&room->after.fact, arena, &effect.after) < 0)
        return -1;
    effects->items[effects->count++] = effect;
    return 0;
}

int
dn_effects_read_lines(dn_effects_file *file, dn_effects_room *room, dn_arena *arena)
{
    lines rest = {room->text.data, room->text.data + room->text.length};
    const char *from;
    dn_digest seal;

    room->before.properties.arena = &room->arena;
    room->after.properties.arena = &room->arena;
    if (!take_head(&rest, file, &from, &seal) || !fits_seal(&room->text, from, &seal))
        return 1;
    while (!take_word(&rest, "}}\n")) {
        const char *stop = memchr(rest.at, '\n', (size_t)(rest.end - rest.at));
        int answer;

        if (!stop || stop == rest.at)
            return 1;
        answer = read_line(dn_span(rest.at, (uint64_t)(stop - rest.at) - (stop[-1] == ',')), room,
                           &file->effects.effects, arena);
        if (answer)
            return answer;
        rest.at = stop + 1;
    }
    return rest.at != rest.end;
}
