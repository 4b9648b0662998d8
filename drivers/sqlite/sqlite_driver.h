/* SPDX-License-Identifier: MIT
 *
 * What the files of the SQLite driver share. Every function of the driver table that takes a
 * connection calls dn_sqlite_enter first and dn_sqlite_leave last: in between, waiting for a
 * lock and long statements watch the call's deadline and the user's wish to stop.
 *
 * The database file itself is never opened here with open(2): closing any descriptor of a file
 * drops all POSIX locks that SQLite holds on it in this process.
 */
#ifndef DN_SQLITE_DRIVER_H
#define DN_SQLITE_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sqlite3.h>

#include <dunlin/driver.h>

#include "drivers/kit/kit.h"

#define DN_SQLITE_LOCK_SUFFIX "-dunlin.lock"

/* --- URL ------------------------------------------------------------------------------------------ */
typedef enum dn_sqlite_mode {
    DN_SQLITE_MODE_CREATE = 0, /* rwc, the default */
    DN_SQLITE_MODE_WRITE,      /* rw: must exist */
    DN_SQLITE_MODE_READ        /* ro */
} dn_sqlite_mode;

typedef struct dn_sqlite_address {
    char *path;   /* absolute, symbolic links resolved; "" in memory */
    char *folder; /* of path */
    bool memory;
    bool foreign_keys;
    dn_sqlite_mode mode;
    int64_t busy_timeout_ms;
} dn_sqlite_address;

int32_t dn_sqlite_address_read(const dunlin_call *call, dunlin_string text, dn_sqlite_address *url);
void dn_sqlite_address_free(dn_sqlite_address *url);
const char *dn_sqlite_address_name(const dn_sqlite_address *url); /* base name, or ":memory:" */

/* --- connection ----------------------------------------------------------------------------------- */
enum { DN_SQLITE_KEPT = 8, DN_SQLITE_PINS = 10 };

/* A prepared statement that is kept because its text comes again and again. */
typedef struct dn_sqlite_kept {
    char *sql;
    uint64_t length;
    sqlite3_stmt *statement;
    uint64_t last_use;
    bool in_use;
} dn_sqlite_kept;

/* Outlives the connection while somebody holds a cancel handle. */
typedef struct dn_sqlite_control {
    pthread_mutex_t mutex;
    int references;
    sqlite3 *db; /* NULL once closed */
    int cancelled;
} dn_sqlite_control;

struct dn_sqlite_violations; /* sqlite_foreign_keys.c */
struct dn_sqlite_catalogue;  /* sqlite_catalogue.h */

struct dunlin_connection {
    sqlite3 *db;
    dn_sqlite_address url;
    dn_sqlite_control *control;
    char application[64];
    bool placeholder; /* an empty database in memory stands for a file that is not there */

    /* of the call at work */
    const dunlin_call *call;
    int64_t lock_timeout_ms;      /* the session's */
    int64_t item_lock_timeout_ms; /* of the item at work, 0: the session's */
    int64_t item_deadline_ns;     /* of the item at work, 0: none */
    int64_t wait_began_ns;
    int64_t waited_ms; /* by the last wait for a lock */
    bool committing;
    int64_t progress_first; /* rowids of the rows that are being copied */
    int64_t progress_total; /* 0: nothing is */
    int64_t progress_shown_ns;

    /* session settings: read before the first statement that may change one, put back by RESET */
    bool settings_dirty;
    bool pins_known;
    int64_t pins[DN_SQLITE_PINS];

    /* foreign keys that were broken before the transaction began; NULL: not watched */
    struct dn_sqlite_violations *violations;
    bool keys_off;   /* they were off when it began */
    int keys_before; /* whether they were on before a rebuild put them aside */

    dn_sqlite_kept kept[DN_SQLITE_KEPT];
    uint64_t uses;

    /* what the last reading with a mark saw; NULL: nothing yet */
    struct dn_sqlite_catalogue *seen;
    uint64_t seen_mark;

    int lock_fd; /* of the run lock, -1 when not held */
};

/* The pair around every call on a connection; `leave` takes what `enter` gave. */
const dunlin_call *dn_sqlite_enter(const dunlin_call *call, dunlin_connection *connection);
void dn_sqlite_leave(dunlin_connection *connection, const dunlin_call *outer);

int32_t dn_sqlite_open(const dunlin_call *call, dunlin_string url,
                       const dunlin_open_options *options, dunlin_connection **connection);
void dn_sqlite_close(dunlin_connection *connection);
/* The same with a URL already read, which the connection then owns on success. */
int32_t dn_sqlite_open_url(const dunlin_call *call, dn_sqlite_address *url, bool read_only,
                           int64_t lock_timeout_ms, dunlin_connection **connection);
void dn_sqlite_closep(dunlin_connection **connection); /* for DN_KIT_CLEANUP */

/* Watching: installs the handlers that wait for locks and notice cancellation. */
void dn_sqlite_watch(dunlin_connection *connection);
/* The user, the call's deadline or the item's time limit has had enough. */
bool dn_sqlite_wants_to_stop(const dunlin_connection *connection);

/* --- statements ------------------------------------------------------------------------------------ */
typedef struct dn_sqlite_statement {
    sqlite3_stmt *handle; /* NULL: nothing but blanks and comments */
    dn_sqlite_kept *kept;
} dn_sqlite_statement;

/* Prepares the one statement of `sql` and binds its values. `keep`: the text comes again. */
int32_t dn_sqlite_prepare(dunlin_connection *connection, dunlin_string sql,
                          const dunlin_value *values, uint64_t count, bool keep,
                          dn_sqlite_statement *statement);
void dn_sqlite_finish(dn_sqlite_statement *statement);
void dn_sqlite_forget_kept(dunlin_connection *connection); /* finalizes all of them */

/* Helpers for our own statements, whose failures are reported the same way. */
int32_t dn_sqlite_execute(dunlin_connection *connection, const char *sql);
/* The first cell of the first row; `otherwise` when there is none. */
int32_t dn_sqlite_integer(dunlin_connection *connection, const char *sql, int64_t otherwise,
                          int64_t *value);

/* --- failures ---------------------------------------------------------------------------------------- */
/* The connection's last error, in words, to the host. `what` is put in front, or NULL. */
int32_t dn_sqlite_fail(dunlin_connection *connection, const char *what);
/* Of a statement that was sent: its offset is reported too. */
int32_t dn_sqlite_fail_statement(dunlin_connection *connection);
/* The same without a connection of ours around it. */
int32_t dn_sqlite_fail_db(const dunlin_call *call, sqlite3 *db, int code, const char *what);

/* --- progress ------------------------------------------------------------------------------------------- */
/* Around a statement; the handler of long statements calls the one in the middle. */
void dn_sqlite_progress_begin(dunlin_connection *connection, dunlin_string sql);
void dn_sqlite_progress(dunlin_connection *connection);
void dn_sqlite_progress_end(dunlin_connection *connection, bool complete);

/* --- session settings ---------------------------------------------------------------------------------- */
/* Before a statement that may change one. */
int32_t dn_sqlite_pins_remember(dunlin_connection *connection);
int32_t dn_sqlite_pins_restore(dunlin_connection *connection);

/* --- foreign keys around a transaction ---------------------------------------------------------------- */
/* After BEGIN: when foreign keys are off although the URL wants them, notes what is broken. */
int32_t dn_sqlite_foreign_keys_begin(dunlin_connection *connection);
/* Before COMMIT: fails when something is broken that was not. */
int32_t dn_sqlite_foreign_keys_check(dunlin_connection *connection);
void dn_sqlite_foreign_keys_end(dunlin_connection *connection);
/* Around a rebuild, also inside a transaction: off, and as they were. */
int32_t dn_sqlite_foreign_keys_aside(dunlin_connection *connection);
int32_t dn_sqlite_foreign_keys_back(dunlin_connection *connection);

/* --- the rest of the driver table ------------------------------------------------------------------------ */
int32_t dn_sqlite_url(const dunlin_call *call, dunlin_string url);
int32_t dn_sqlite_assume(const dunlin_call *call, dunlin_string description);
int32_t dn_sqlite_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                               dunlin_capabilities *capabilities);
int32_t dn_sqlite_lexer_rules(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_sqlite_quote_identifier(const dunlin_call *call, const dunlin_profile *profile,
                                   dunlin_string name);
int32_t dn_sqlite_quote_literal(const dunlin_call *call, const dunlin_profile *profile,
                                dunlin_string value);
int32_t dn_sqlite_classify(const dunlin_call *call, const dunlin_profile *profile,
                           dunlin_connection *connection, dunlin_string statement);
int32_t dn_sqlite_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                         const dunlin_operation *const *operations, uint64_t count);
int32_t dn_sqlite_describe(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_sqlite_run(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_sqlite_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
                        const dunlin_value *values, uint64_t count);
int32_t dn_sqlite_introspect(const dunlin_call *call, dunlin_connection *connection,
                             const dunlin_scope *scope);
int32_t dn_sqlite_try_lock(const dunlin_call *call, dunlin_connection *connection,
                           dunlin_string key, int32_t *acquired);
int32_t dn_sqlite_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key);
int32_t dn_sqlite_lock_holder(const dunlin_call *call, dunlin_connection *connection,
                              dunlin_string key);
int32_t dn_sqlite_cancel_handle(const dunlin_call *call, dunlin_connection *connection,
                                dunlin_cancel **handle);
int32_t dn_sqlite_cancel(const dunlin_call *call, dunlin_cancel *handle);
void dn_sqlite_cancel_free(dunlin_cancel *handle);
int32_t dn_sqlite_backup_check(const dunlin_call *call, dunlin_string url,
                               const dunlin_backup_options *options);
int32_t dn_sqlite_backup(const dunlin_call *call, dunlin_string url,
                         const dunlin_backup_options *options);
int32_t dn_sqlite_restore(const dunlin_call *call, dunlin_string url,
                          const dunlin_backup_options *options);

int32_t dn_sqlite_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                                dunlin_connection **connection);
int32_t dn_sqlite_shadow_reset(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_sqlite_shadow_drop(const dunlin_call *call, dunlin_connection *connection);
/* What readings with marks remember. */
void dn_sqlite_since_forget(dunlin_connection *connection);

/* The control block, shared by connection and cancel handles. */
dn_sqlite_control *dn_sqlite_control_new(void);
void dn_sqlite_control_release(dn_sqlite_control *control);

#endif
