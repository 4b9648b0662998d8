/* SPDX-License-Identifier: MIT
 *
 * Inside core/driver: one call into a driver. A dn_call stands on the stack of whoever calls;
 * the driver sees its first member, and the host services find the rest through it.
 *
 *     dn_call call;
 *     dn_call_begin(&call, driver, "quote_identifier", &sinks, text, error);
 *     return dn_call_end(&call, driver->table.quote_identifier(&call.driver_view, ...));
 *
 * The first failure of a call is the one that is reported, whether the driver told it, a callback
 * of ours did, or the driver broke the contract.
 */
#ifndef DN_DRIVER_CALL_H
#define DN_DRIVER_CALL_H

#include "core/driver/driver.h"

typedef struct dn_call dn_call;

/* What this function's driver side may push, and who takes it. A service without a taker is a
 * breach of the contract. Each answers DUNLIN_OK or what the driver is to return. */
typedef struct dn_call_sinks {
    int32_t (*text)(dn_call *call, dunlin_string text);
    int32_t (*row)(dn_call *call, const dunlin_value *values, uint64_t count);
    int32_t (*next_item)(dn_call *call, dunlin_item *item);
    int32_t (*item_done)(dn_call *call, const dunlin_outcome *outcome);
    int64_t (*read_chunk)(dn_call *call, void *buffer, uint64_t bytes);
    int32_t (*fact)(dn_call *call, const dunlin_fact *fact);
    int32_t (*step)(dn_call *call, const dunlin_step *step);
    int32_t (*note)(dn_call *call, const dunlin_note *note);
    int32_t (*lexer_rule)(dn_call *call, const dunlin_lexer_rule *rule);
    int32_t (*expression_rule)(dn_call *call, const dunlin_expression_rule *rule);
    int32_t (*gone)(dn_call *call, const dunlin_fact *key);
    /* may be absent: a warning */
    int32_t (*unreadable)(dn_call *call, const dunlin_fact *key, dunlin_string reason);
    int32_t (*classified)(dn_call *call, const dunlin_class *result);
    int32_t (*touched)(dn_call *call, const dunlin_fact *key); /* may be absent: not wanted */
    int32_t (*server)(dn_call *call, const dunlin_server *server);
    int32_t (*holder)(dn_call *call, const dunlin_holder *holder);
    int32_t (*url_text)(dn_call *call, dunlin_string redacted, dunlin_string identity);
    int32_t (*missing)(dn_call *call, const dunlin_missing *missing);
    int32_t (*mark)(dn_call *call, dunlin_string mark); /* may be absent: not wanted */
    int32_t (*shadow)(dn_call *call, const dunlin_shadow_found *found);
    int32_t (*profile)(dn_call *call, const dunlin_profile *profile);
} dn_call_sinks;

struct dn_call {
    dunlin_call driver_view;
    const dn_driver *driver;
    const char *function; /* name of the driver's function, for messages */
    const dn_call_sinks *sinks;
    void *target; /* of the sinks */
    const dn_log *log;
    dn_error *error;
    const char *url;           /* not to appear in messages; may be NULL */
    const char *redacted;      /* what appears instead */
    const dn_lex_rules *rules; /* for host->tokens() with `profile`; made on demand */
    const dunlin_profile *profile;
    const dn_fact_map *facts; /* for host->find() and each(); NULL: there are none to look at */
    /* For host->translate(): made on demand, unless the caller has them. */
    const dn_driver_translations *translator;
    const dunlin_profile *translator_profile;
    const dn_driver_columns *columns; /* classes of columns; may be NULL */
    bool own_dialect;                 /* texts are in the driver's dialect: nothing to translate */
    dn_arena scratch;                 /* memory of the call */
    bool failed;                      /* *error is filled */
    bool stopped;                     /* we asked the driver to stop, and all is well */
    bool told;                        /* the driver reported a failure, its first: *failure */
    int32_t answer;                   /* to every push from now on, once failed or stopped */
    const dunlin_failure *failure;    /* copy in scratch */
};

/* dunlin_own_process(); before the first call, from the only thread. */
void dn_call_own_process(void);
void dn_call_begin(dn_call *call, const dn_driver *driver, const char *function,
                   const dn_call_sinks *sinks, void *target, dn_error *error);
/* 0, or -1 with the error filled. `status` is what the driver returned. Frees the scratch. */
int dn_call_end(dn_call *call, int32_t status);

/* A callback of ours failed and filled call->error: what the driver is to return. */
int32_t dn_call_abort(dn_call *call);
/* No memory on our side. */
int32_t dn_call_no_memory(dn_call *call);
/* Enough seen: the driver is to return DUNLIN_STOP, and the call succeeds. */
int32_t dn_call_stop(dn_call *call);
/* The driver broke the contract; `format` goes on after "driver 'x' broke the contract: it". */
int32_t dn_call_breach(dn_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Fails with driver.unsupported, in words "driver 'x' cannot <what>". Returns -1. */
int dn_driver_cannot(const dn_driver *driver, const char *what, dn_error *error);

/* driver_given.c: what columns get by their definitions, as PostgreSQL assigns it; or why it does not. */
typedef struct dn_given {
    const char *refusal;
    uint64_t operation; /* of it */
} dn_given;
int dn_driver_give(const dn_driver_view *view, const dunlin_operation *const **operations,
                   size_t count, dn_arena *arena, dn_given *given, dn_error *error);
int dn_driver_give_facts(const dn_driver_view *view, const dunlin_fact *const **facts, size_t count,
                         dn_arena *arena, dn_error *error);

/* host->fail(): keeps what the driver said. */
int32_t dn_call_fail(dn_call *call, const dunlin_failure *told);

/* What every call passes to a driver. */
extern const dunlin_host dn_host_services;

#endif
