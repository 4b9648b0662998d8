/* SPDX-License-Identifier: MIT
 *
 * What the files of the PostgreSQL driver share. Every function of the driver table that takes a
 * connection calls dn_pg_enter first and dn_pg_leave last. Nothing here blocks in libpq: sockets
 * are waited for in dn_pg_wait, which watches the call's deadline and the user's wish to stop.
 */
#ifndef DN_PG_DRIVER_H
#define DN_PG_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include <dunlin/driver.h>

#include "drivers/kit/kit.h"

enum { DN_PG_MINIMUM_VERSION = 120000 };
enum { DN_PG_LONGEST_NAME = 63 }; /* bytes: NAMEDATALEN without its NUL */

/* Types whose text we read as something else (pg_type.dat: these numbers never change). */
enum { DN_PG_BYTEA = 17, DN_PG_INT8 = 20, DN_PG_INT2 = 21, DN_PG_INT4 = 23, DN_PG_OID = 26 };

/* --- URL ------------------------------------------------------------------------------------------ */
/* A URL as libpq reads it: its parameters, without defaults. */
typedef struct dn_pg_address {
    char *text;
    PQconninfoOption *options;
} dn_pg_address;

int32_t dn_pg_address_read(const dunlin_call *call, dunlin_string text, dn_pg_address *address);
void dn_pg_address_free(dn_pg_address *address);
/* The value of a parameter, or NULL. */
const char *dn_pg_address_get(const dn_pg_address *address, const char *keyword);
/* Replaces one; false: no memory. */
bool dn_pg_address_set(dn_pg_address *address, const char *keyword, const char *value);
/* The same, with libpq's defaults (environment, service file); to be freed, NULL without. */
char *dn_pg_address_default(const dn_pg_address *address, const char *keyword);
/* Puts *** where `text`, a message of libpq's, shows a password of this URL. */
void dn_pg_address_hide(const dn_pg_address *address, char *text);

/* --- connection ----------------------------------------------------------------------------------- */
/* Outlives the connection while somebody holds a cancel handle. */
typedef struct dn_pg_control {
    pthread_mutex_t mutex;
    int references;
    bool open;
    int cancelled;
} dn_pg_control;

enum { DN_PG_PREPARED = 8 };

/* A statement with values that was sent once, and what the server calls it when it was sent again. */
typedef struct dn_pg_prepared {
    char *sql;
    Oid *types; /* of its values, as they were stated */
    int count;
    bool sent; /* the server was told to prepare it */
    char name[24];
} dn_pg_prepared;

typedef struct dn_pg_shadow dn_pg_shadow; /* pg_shadow.h */
typedef struct dn_pg_procedure dn_pg_procedure;

/* Which facts are asked for: all, those of the objects named, or of these only of relations and of
 * what belongs to them, which takes fewer questions. */
typedef enum dn_pg_extent {
    DN_PG_EXTENT_ALL,
    DN_PG_EXTENT_NAMED,
    DN_PG_EXTENT_RELATIONS,
    DN_PG_EXTENTS
} dn_pg_extent;

struct dunlin_connection {
    PGconn *pg;
    dn_pg_address address;
    dn_pg_control *control;
    bool read_only;
    bool described;
    bool dead; /* nothing sensible can be said to the server any more */
    bool pooled;
    bool standby;            /* once described */
    bool pins_by_set;        /* connecting did not set those that the server reports */
    bool pins_local;         /* a pooler refused the others: each transaction sets them */
    bool settings_dirty;     /* a statement may have changed the session's settings */
    int64_t lock_timeout_ms; /* the session's, 0: the server's own */
    bool patient;            /* nobody asked for it: CONCURRENTLY, in nobody's way, waits on */
    /* what the statements of items run with, 0: the session's own */
    int64_t item_lock_timeout_ms;
    int64_t item_statement_timeout_ms;
    int64_t locked_key;
    bool locked;

    dn_pg_prepared prepared[DN_PG_PREPARED];
    unsigned prepared_names;
    /* About facts, without grants and with them: part of their names once they are prepared, 0: they are
     * not. */
    unsigned questions[2][DN_PG_EXTENTS];
    dn_pg_shadow *shadow;        /* NULL: to no shadow */
    dn_pg_procedure *procedures; /* that were called or made, the last one first */
    char *home;                  /* where unqualified names are made, once described */
    char *path; /* search_path of each transaction, of a pooled one once described */

    /* of the call at work */
    const dunlin_call *call;
    bool uncancellable;  /* what is under way has to be done even if the user wants to stop */
    bool cancel_asked;   /* the server was told to stop what it does */
    bool cancel_running; /* cancel_thread is to be joined */
    pthread_t cancel_thread;
    int64_t give_up_ns; /* after asking for that: when to stop waiting, 0: never */
};

const dunlin_call *dn_pg_enter(const dunlin_call *call, dunlin_connection *connection);
void dn_pg_leave(dunlin_connection *connection, const dunlin_call *outer);

int32_t dn_pg_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
                   dunlin_connection **connection);
/* The same to another database of that server; NULL: the URL's. */
int32_t dn_pg_open_database(const dunlin_call *call, dunlin_string url, const char *database,
                            const dunlin_open_options *options, dunlin_connection **connection);
/* After PQfinish, to the same database; between enter and leave. */
int32_t dn_pg_open_again(dunlin_connection *connection);
void dn_pg_close(dunlin_connection *connection);
void dn_pg_closep(dunlin_connection **connection); /* for DN_KIT_CLEANUP */

/* --- pinned settings --------------------------------------------------------------------------------- */
/* The value of the parameter `options`: what the URL says, then ours. */
void dn_pg_pins_options(dn_kit_text *text, const char *given, const dunlin_connection *connection);
/* "SELECT set_config(..), ..": those that servers report, or (local) the others, for one
 * transaction. A pooler keeps the former apart for its clients, the latter would leak to others. */
/* SET .. for each of them, for a script. */
void dn_pg_pins_script(dn_kit_text *text);
void dn_pg_pins_statement(dn_kit_text *text, const dunlin_connection *connection, bool local);
/* Whether the settings that the server reports are the pinned ones. */
bool dn_pg_pins_hold(const dunlin_connection *connection);

/* --- waiting ------------------------------------------------------------------------------------------ */
enum { DN_PG_READABLE = 1, DN_PG_WRITABLE = 2 };

typedef enum dn_pg_readiness {
    DN_PG_READY,
    DN_PG_NOT_YET, /* the time was up */
    DN_PG_HOPELESS /* the connection is lost, or the server did not react to the wish to stop */
} dn_pg_readiness;

/* Waits until the socket is ready for one of `events`, or for at most `slice_ms` (-1: no limit).
 * When the user wants to stop it asks the server to, and goes on waiting for its answer. */
dn_pg_readiness dn_pg_wait(dunlin_connection *connection, int events, int64_t slice_ms);
/* Sends what is buffered and reads what is there, waiting for either; false: connection lost. */
bool dn_pg_exchange(dunlin_connection *connection);
/* The next result outside of pipeline mode, NULL at the end; false: connection lost. */
bool dn_pg_next_result(dunlin_connection *connection, PGresult **result);
/* Reads the lines of COPY .. TO STDOUT and forgets them; false: connection lost. */
bool dn_pg_drop_copy(dunlin_connection *connection);
/* Takes and forgets what is left of a statement's results. */
void dn_pg_drop_results(dunlin_connection *connection);

/* --- values ------------------------------------------------------------------------------------------- */
/* Limits of the protocol and of a value (MaxAllocSize). */
enum { DN_PG_MOST_PARAMETERS = 65535, DN_PG_LONGEST_VALUE = 0x3fffffff };

/* Values in the form libpq takes them; lives as long as the values do. */
typedef struct dn_pg_parameters {
    int count;
    const char **texts;
    Oid *types;
    int *lengths;
    int *formats;
    void *memory;
} dn_pg_parameters;

int32_t dn_pg_parameters_fill(const dunlin_call *call, const dunlin_value *values, uint64_t count,
                              dn_pg_parameters *parameters);
void dn_pg_parameters_free(dn_pg_parameters *parameters);
/* A NUL-terminated copy of a statement, to free(). */
int32_t dn_pg_statement_copy(const dunlin_call *call, dunlin_string sql, char **copy);

/* The place of a statement that was sent before; otherwise NULL, and it is remembered. */
dn_pg_prepared *dn_pg_prepared_find(dunlin_connection *connection, const char *sql,
                                    const dn_pg_parameters *parameters);
/* After a failure, and after statements that may have taken them away. */
void dn_pg_prepared_forget(dunlin_connection *connection);

/* --- statements ---------------------------------------------------------------------------------------- */
void dn_pg_clear(PGresult **result); /* for DN_KIT_CLEANUP */
/* One statement of our own, waited for; *result is to be cleared, also after a failure. */
int32_t dn_pg_execute(dunlin_connection *connection, const char *sql, const char *const *values,
                      int count, PGresult **result);

/* --- failures ------------------------------------------------------------------------------------------ */
/* Reports the error in `result` and returns its class. `sql`: the text that was sent, or NULL. */
int32_t dn_pg_fail(dunlin_connection *connection, const PGresult *result, const char *sql);
/* Reports that the connection broke, and marks it so. */
int32_t dn_pg_fail_lost(dunlin_connection *connection);
/* Reports why no connection was made, as libpq's message tells. */
int32_t dn_pg_fail_connect(const dunlin_call *call, const dn_pg_address *address, PGconn *pg);
/* Class of an SQLSTATE; DUNLIN_FAILED when it has none of its own. */
int32_t dn_pg_class(const char *sqlstate);
/* Whether the last connection failed because of startup parameters a pooler does not know. */
bool dn_pg_startup_refused(PGconn *pg);

/* --- cancelling ------------------------------------------------------------------------------------------ */
dn_pg_control *dn_pg_control_new(void);
void dn_pg_control_release(dn_pg_control *control);
/* Asks the server to stop the statement at work, without waiting for it. */
void dn_pg_cancel_start(dunlin_connection *connection);
void dn_pg_cancel_finish(dunlin_connection *connection);

/* --- poolers --------------------------------------------------------------------------------------------- */
/* `backend`: the process that answered last. Sets connection->pooled. */
int32_t dn_pg_pooler_probe(dunlin_connection *connection, int64_t backend);
/* Sets connection->path and home, of a pooled one. */
int32_t dn_pg_pooler_home(dunlin_connection *connection);
/* A transaction with the pinned settings around queries of ours; nothing where it is not pooled, or in
 * one already (*entered false). */
int32_t dn_pg_pooler_enter(dunlin_connection *connection, bool *entered);
int32_t dn_pg_pooler_leave(dunlin_connection *connection, bool entered, int32_t status);

/* Kinds of keys of our own, for fingerprints. */
#define DN_PG_KIND_BUILT "built index" /* [schema/]table/name: an index that can be used */
#define DN_PG_KIND_RELATION "relation" /* [schema/]name */
#define DN_PG_KIND_DATABASE "database"
#define DN_PG_KIND_TABLESPACE "tablespace"
#define DN_PG_KIND_SUBSCRIPTION "subscription"
#define DN_PG_KIND_PREPARED "prepared" /* a prepared transaction */

/* Whether a scope asks for fingerprints: all of its keys are of these kinds. */
bool dn_pg_is_fingerprint(const dunlin_scope *scope);
/* Pushes, of each key, how its object is now, or that there is none. */
int32_t dn_pg_fingerprint(const dunlin_call *call, dunlin_connection *connection,
                          const dunlin_scope *scope);

/* Pushes the facts that the scope asks for, as docs/facts.md says. */
int32_t dn_pg_read_facts(const dunlin_call *call, dunlin_connection *connection,
                         const dunlin_scope *scope);

/* --- classify ---------------------------------------------------------------------------------------------- */
uint64_t dn_pg_statement_flags(dunlin_string sql);
/* By functions that it calls or commands in code; asked of what is run in a shadow. */
bool dn_pg_reaches_outside(dunlin_string sql);
/* COPY that talks to the client, which cannot be pipelined. */
bool dn_pg_is_copy_stream(dunlin_string sql);
/* Pushes the keys of what a statement that runs outside transactions touches; *known: all of it.
 * Beside the kinds of <dunlin/schema.h> there are DN_PG_KIND_*. */
int32_t dn_pg_touch(const dunlin_call *call, dunlin_string sql, int32_t *known);
/* May leave the session's settings other than they were. */
bool dn_pg_may_change_session(dunlin_string sql);
/* A block with COMMIT or ROLLBACK in it, or a call of such a procedure, as far as one can see. */
int32_t dn_pg_ends_transaction(const dunlin_call *call, dunlin_connection *connection,
                               dunlin_string statement, bool *ends);
void dn_pg_procedures_free(dn_pg_procedure *first);
/* Waits for others without being in their way: .. CONCURRENTLY. */
bool dn_pg_waits_aside(dunlin_string sql);
/* Takes prepared statements away: DISCARD, DEALLOCATE. */
bool dn_pg_drops_prepared(dunlin_string sql);

/* --- the driver table ---------------------------------------------------------------------------------------- */
int32_t dn_pg_url(const dunlin_call *call, dunlin_string url);
int32_t dn_pg_assume(const dunlin_call *call, dunlin_string description);
int32_t dn_pg_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                           dunlin_capabilities *capabilities);
int32_t dn_pg_lexer_rules(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_pg_quote_identifier(const dunlin_call *call, const dunlin_profile *profile,
                               dunlin_string name);
int32_t dn_pg_quote_literal(const dunlin_call *call, const dunlin_profile *profile,
                            dunlin_string value);
int32_t dn_pg_classify(const dunlin_call *call, const dunlin_profile *profile,
                       dunlin_connection *connection, dunlin_string statement);
int32_t dn_pg_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                     const dunlin_operation *const *operations, uint64_t count);
int32_t dn_pg_realise(const dunlin_call *call, const dunlin_profile *profile,
                      const dunlin_fact *const *facts, uint64_t count);
int32_t dn_pg_settle(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_fact *const *facts, uint64_t count);
int32_t dn_pg_expression_rules(const dunlin_call *call, const dunlin_profile *profile);
/* DUNLIN_SCRIPT_COMPARE; whether it can be. */
bool dn_pg_can_compare(const dunlin_script_item *item);
void dn_pg_script_compare(dn_kit_text *text, const dunlin_script_item *item);
int32_t dn_pg_hazards(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_pg_script(const dunlin_call *call, const dunlin_profile *profile,
                     const dunlin_script_part *part);
int32_t dn_pg_classes_of_column(const dunlin_call *call, const dunlin_profile *profile,
                                const dunlin_fact *column);
int32_t dn_pg_describe(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_pg_run(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_pg_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
                    const dunlin_value *values, uint64_t count);
int32_t dn_pg_introspect(const dunlin_call *call, dunlin_connection *connection,
                         const dunlin_scope *scope);
int32_t dn_pg_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                       int32_t *acquired);
int32_t dn_pg_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key);
int32_t dn_pg_lock_holder(const dunlin_call *call, dunlin_connection *connection,
                          dunlin_string key);
int32_t dn_pg_session_alive(const dunlin_call *call, dunlin_connection *connection,
                            dunlin_string backend, dunlin_string backend_start, int32_t *answer);
int32_t dn_pg_session_end(const dunlin_call *call, dunlin_connection *connection,
                          dunlin_string backend, dunlin_string backend_start, int32_t *answer);
int32_t dn_pg_debris(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_fact *const *keys, uint64_t count);
int32_t dn_pg_check_privileges(const dunlin_call *call, dunlin_connection *connection,
                               const dunlin_operation *const *operations, uint64_t count);
int32_t dn_pg_cancel_handle(const dunlin_call *call, dunlin_connection *connection,
                            dunlin_cancel **handle);
int32_t dn_pg_cancel(const dunlin_call *call, dunlin_cancel *handle);
void dn_pg_cancel_free(dunlin_cancel *handle);
int32_t dn_pg_backup_check(const dunlin_call *call, dunlin_string url,
                           const dunlin_backup_options *options);
int32_t dn_pg_backup(const dunlin_call *call, dunlin_string url,
                     const dunlin_backup_options *options);
int32_t dn_pg_restore(const dunlin_call *call, dunlin_string url,
                      const dunlin_backup_options *options);

int32_t dn_pg_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                            dunlin_connection **connection);
int32_t dn_pg_shadow_reset(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_pg_shadow_drop(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_pg_shadow_list(const dunlin_call *call, dunlin_string url);
void dn_pg_shadow_free(dn_pg_shadow *shadow); /* NULL is fine */
int32_t dn_pg_affected(const dunlin_call *call, dunlin_connection *connection,
                       dunlin_string statement, int32_t *known);

#endif
