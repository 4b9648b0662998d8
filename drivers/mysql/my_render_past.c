/* SPDX-License-Identifier: MIT
 *
 * Which operations concern a table: of ten thousand tables each is asked about, and to go through all
 * operations each time would take as long as their square.
 */
#include <stdlib.h>

#include "drivers/mysql/my_render.h"

static uint64_t
bucket_of(const dn_mysql_past *past, dunlin_string table)
{
    return dn_kit_hash(DN_KIT_HASH_BASIS, table) & (past->buckets - 1);
}

static uint64_t
bucket_at(const dn_mysql_rendering *work, uint64_t at)
{
    const dunlin_operation *operation = work->operations[at];

    return operation->path_count > 0 ? bucket_of(&work->past, operation->path[0]) : 0;
}

/* Where anything is renamed, every operation may concern every table: one bucket. */
static uint64_t
wanted_buckets(const dn_mysql_rendering *work)
{
    uint64_t buckets = 1;

    for (uint64_t i = 0; i < work->count; i++)
        if (work->operations[i]->verb == DUNLIN_VERB_RENAME)
            return 1;
    while (buckets < work->count)
        buckets *= 2;
    return buckets;
}

static bool
sort_operations(dn_mysql_rendering *work)
{
    dn_mysql_past *past = &work->past;

    past->buckets = wanted_buckets(work);
    past->ends = calloc(past->buckets + 1, sizeof(*past->ends));
    past->places = calloc(work->count + 1, sizeof(*past->places));
    if (past->ends == NULL || past->places == NULL)
        return false;
    for (uint64_t i = 0; i < work->count; i++)
        past->ends[bucket_at(work, i) + 1]++;
    for (uint64_t i = 0; i < past->buckets; i++)
        past->ends[i + 1] += past->ends[i];
    /* What is a beginning becomes the end while the bucket is filled. */
    for (uint64_t i = 0; i < work->count; i++)
        past->places[past->ends[bucket_at(work, i)]++] = i;
    return true;
}

const uint64_t *
dn_mysql_past_of(dn_mysql_rendering *work, dunlin_string table, uint64_t *count)
{
    dn_mysql_past *past = &work->past;
    uint64_t bucket;
    uint64_t begin;

    *count = 0;
    if (past->places == NULL && !sort_operations(work))
        return NULL;
    bucket = bucket_of(past, table);
    begin = bucket > 0 ? past->ends[bucket - 1] : 0;
    *count = past->ends[bucket] - begin;
    return past->places + begin;
}

void
dn_mysql_past_free(dn_mysql_rendering *work)
{
    free(work->past.ends);
    free(work->past.places);
}
