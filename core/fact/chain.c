/* SPDX-License-Identifier: MIT */
#include "core/fact/chain.h"

#include <string.h>

enum { FIRST_HEADS = 64 };

static dn_fact_chain_head *
slot_of(dn_fact_chain_head *heads, size_t capacity, uint64_t hash)
{
    size_t at = hash & (capacity - 1);

    while (heads[at].hash && heads[at].hash != hash)
        at = (at + 1) & (capacity - 1);
    return &heads[at];
}

static int
grow_heads(dn_fact_chains *chains)
{
    size_t capacity = chains->head_capacity ? chains->head_capacity * 2 : FIRST_HEADS;
    dn_fact_chain_head *heads = dn_arena_array(chains->arena, capacity, sizeof *heads);

    if (!heads)
        return -1;
    for (size_t i = 0; i < chains->head_capacity; i++)
        if (chains->heads[i].hash)
            *slot_of(heads, capacity, chains->heads[i].hash) = chains->heads[i];
    chains->heads = heads;
    chains->head_capacity = capacity;
    return 0;
}

int
dn_fact_chains_add(dn_fact_chains *chains, dn_fact_chain chain, uint64_t hash, uint32_t number)
{
    dn_fact_chain_head *head;
    dn_fact_links *links;

    if ((chains->head_count + 1) * 2 > chains->head_capacity && grow_heads(chains) < 0)
        return -1;
    links = dn_arena_grow(chains->arena, chains->links, &chains->capacity, number, sizeof *links);
    if (!links)
        return -1;
    chains->links = links;
    head = slot_of(chains->heads, chains->head_capacity, hash);
    if (!head->hash) {
        head->hash = hash;
        chains->head_count++;
    }
    links[number - 1].next[chain] = 0;
    links[number - 1].previous[chain] = head->last;
    if (head->last)
        links[head->last - 1].next[chain] = number;
    else
        head->first = number;
    head->last = number;
    return 0;
}

void
dn_fact_chains_remove(dn_fact_chains *chains, dn_fact_chain chain, uint64_t hash, uint32_t number)
{
    dn_fact_chain_head *head = slot_of(chains->heads, chains->head_capacity, hash);
    uint32_t next = chains->links[number - 1].next[chain];
    uint32_t previous = chains->links[number - 1].previous[chain];

    if (previous)
        chains->links[previous - 1].next[chain] = next;
    else
        head->first = next;
    if (next)
        chains->links[next - 1].previous[chain] = previous;
    else
        head->last = previous;
}

uint32_t
dn_fact_chains_first(const dn_fact_chains *chains, uint64_t hash)
{
    return chains->head_capacity ? slot_of(chains->heads, chains->head_capacity, hash)->first : 0;
}

uint32_t
dn_fact_chains_next(const dn_fact_chains *chains, dn_fact_chain chain, uint32_t number)
{
    return chains->links[number - 1].next[chain];
}
