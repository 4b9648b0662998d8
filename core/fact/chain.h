/* SPDX-License-Identifier: MIT
 *
 * Inside a map of facts: entries that have something in common, as lists in order of arrival. A
 * list is known by a hash, so it may hold strangers: whoever walks it compares.
 */
#ifndef DN_FACT_CHAIN_H
#define DN_FACT_CHAIN_H

#include "core/fact/fact.h"

typedef enum dn_fact_chain {
    DN_FACT_OF_KIND = 0,
    DN_FACT_OF_PARENT, /* whose paths are alike but for the last element */
    DN_FACT_OF_NAME,   /* of one kind, with one last element */
    DN_FACT_CHAINS
} dn_fact_chain;

/* Numbers of entries count from 1; 0 is none. */
typedef struct dn_fact_links {
    uint32_t next[DN_FACT_CHAINS];
    uint32_t previous[DN_FACT_CHAINS];
} dn_fact_links;

typedef struct dn_fact_chain_head {
    uint64_t hash;
    uint32_t first;
    uint32_t last;
} dn_fact_chain_head;

typedef struct dn_fact_chains {
    dn_arena *arena;
    dn_fact_links *links; /* by number of entry - 1 */
    size_t capacity;
    dn_fact_chain_head *heads; /* open addressing; hash 0: free */
    size_t head_count;
    size_t head_capacity;
} dn_fact_chains;

/* Puts entry `number` at the end of a list. -1: no memory. */
int dn_fact_chains_add(dn_fact_chains *chains, dn_fact_chain chain, uint64_t hash, uint32_t number);
/* Takes it out; its own links stay as they are, so that a walk that stands on it goes on. */
void dn_fact_chains_remove(dn_fact_chains *chains, dn_fact_chain chain, uint64_t hash,
                           uint32_t number);
uint32_t dn_fact_chains_first(const dn_fact_chains *chains, uint64_t hash);
uint32_t dn_fact_chains_next(const dn_fact_chains *chains, dn_fact_chain chain, uint32_t number);

#endif
