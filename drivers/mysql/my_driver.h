/* SPDX-License-Identifier: MIT
 *
 * What the parts of the MySQL and MariaDB driver share. MySQL's manual is cited as [M], MariaDB's
 * as [MDB]; what is said of a server without either was seen on MariaDB 10.11.
 */
#ifndef DN_MYSQL_DRIVER_H
#define DN_MYSQL_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <mysql.h>

#include "drivers/kit/kit.h"

/* --- addresses ---------------------------------------------------------------------------------- */
typedef enum dn_mysql_tls {
    DN_MYSQL_TLS_DISABLED,
    DN_MYSQL_TLS_PREFERRED,
    DN_MYSQL_TLS_REQUIRED,
    DN_MYSQL_TLS_VERIFY_CA,
    DN_MYSQL_TLS_VERIFY_IDENTITY
} dn_mysql_tls;

/* A URL, read. What the URL does not say is NULL or 0, and the option files or the client
 * library's defaults decide. */
typedef struct dn_mysql_address {
    char *host;
    char *socket;
    char *user;
    char *password;
    char *database; /* always there */
    unsigned port;
    dn_mysql_tls tls;
    char *tls_ca;
    char *tls_capath;
    char *tls_cert;
    char *tls_key;
    char *tls_cipher;
    char *option_file;
    int64_t connect_timeout_ms; /* 0: not said */
} dn_mysql_address;

int32_t dn_mysql_address_read(const dunlin_call *call, dunlin_string text,
                              dn_mysql_address *address);
void dn_mysql_address_free(dn_mysql_address *address);
/* "app on db1:3306", "app on /run/mysqld/mysqld.sock" */
void dn_mysql_address_name(const dn_mysql_address *address, dn_kit_text *name);

/* --- the control block -------------------------------------------------------------------------- */
/* Shared by a connection and its cancel handles, whichever lives longer. The mutex keeps a KILL
 * from going to a session that has ended: its number may be somebody else's by then. */
typedef struct dn_mysql_control {
    pthread_mutex_t mutex;
    int references;
    dn_mysql_address address;
    unsigned long session; /* 0: closed */
    int cancelled;         /* atomic: asked for during the call at work */
} dn_mysql_control;

dn_mysql_control *dn_mysql_control_new(void);
void dn_mysql_control_release(dn_mysql_control *control);
/* KILL QUERY over a connection of its own. Answers whether it was sent. */
bool dn_mysql_kill_query(const dunlin_call *call, dn_mysql_control *control);

/* --- connections -------------------------------------------------------------------------------- */
/* What the server said of itself when the connection was made. */
typedef struct dn_mysql_facts {
    bool mariadb;
    unsigned major;
    unsigned minor;
    unsigned patch;
    char *version;
    char *database; /* as the server spells it */
    char *host;
    char *port;
    char *uuid;    /* "" where the server has none */
    char *account; /* whom the server takes us for, "name@host" */
    char *sql_mode;
    char *lower_case_table_names;
    char *explicit_defaults_for_timestamp;
    bool read_only;
    int32_t empty;       /* DUNLIN_EMPTY_UNKNOWN until it is asked for */
    bool innodb;         /* a table that names no engine has transactions */
    uint64_t max_packet; /* bytes in one statement, 0: not known */
} dn_mysql_facts;

enum {
    DN_MYSQL_TOKEN_BYTES = 48,
    DN_MYSQL_ENGINES = 32,
    DN_MYSQL_FRESH = 16,
    DN_MYSQL_JOINED = 8,
    DN_MYSQL_NAME_BYTES = 256
};

/* Whether a table's engine has transactions, as far as it was asked for. */
typedef struct dn_mysql_engine {
    char table[DN_MYSQL_NAME_BYTES];
    bool lossy;
} dn_mysql_engine;

/* A table that this session made, and the texts that made it and its indexes. */
typedef struct dn_mysql_fresh {
    char table[DN_MYSQL_NAME_BYTES];
    dn_kit_text text;
} dn_mysql_fresh;

typedef struct dn_mysql_shadow dn_mysql_shadow; /* my_shadow.h */
/* Tables of the database, each with a NUL behind it, and where they are in that text, counted
 * from 1. */
typedef struct dn_mysql_tables {
    bool known;
    unsigned wait; /* looks until it is worth reading them */
    dn_kit_text text;
    uint32_t *slots;
    size_t slot_count;
    size_t count;
} dn_mysql_tables;

struct dunlin_connection {
    MYSQL *mysql;
    dn_mysql_control *control;
    dn_mysql_facts facts;
    const dunlin_call *call; /* at work */
    int64_t lock_timeout_s;  /* pinned */
    int64_t lock_timeout_now_s;
    int64_t item_deadline_ns; /* 0: none */
    bool reading;             /* rows of a query are under way */
    bool undisturbed;         /* the item at work is finished whatever the user wants */
    const char *stopped_why;  /* the statement at work was asked to stop; NULL: it was not */
    bool uncertain;           /* an error hides whether a transaction is open */
    bool settings_touched;    /* a SET has passed since the pins were set */
    bool described;           /* the core was told once */
    bool database_touched;    /* a USE has passed */
    bool tables_locked;       /* a LOCK TABLES has passed */
    bool joins;               /* several statements may go in one text */
    bool several;             /* ... and the server takes them as things are */
    char token[DN_MYSQL_TOKEN_BYTES];
    char lock[DN_MYSQL_TOKEN_BYTES]; /* run lock held, or "" */
    dn_mysql_engine engines[DN_MYSQL_ENGINES];
    size_t engine_count;
    dn_mysql_fresh fresh[DN_MYSQL_FRESH];
    size_t fresh_count;
    dn_mysql_shadow *shadow; /* NULL: to no shadow */
    dn_mysql_tables names;
};

/* The pair around every call on a connection; `leave` takes what `enter` gave. */
const dunlin_call *dn_mysql_enter(const dunlin_call *call, dunlin_connection *connection);
void dn_mysql_leave(dunlin_connection *connection, const dunlin_call *outer);

/* Connects as the address says, without touching the session's settings. NULL: *status is the
 * class, and the call has failed with it. */
MYSQL *dn_mysql_connect(const dunlin_call *call, const dn_mysql_address *address,
                        const char *application, int64_t timeout_ms, int32_t *status);
/* The same for a call that must not fail because of it: NULL says it all. */
MYSQL *dn_mysql_connect_quietly(const dunlin_call *call, const dn_mysql_address *address,
                                int64_t timeout_ms);

/* What every connection of ours starts with: the statement that sets all of it, and setting it, where a
 * server may lack some. */
void dn_mysql_pins_write(const dunlin_connection *connection, dn_kit_text *sql);
int32_t dn_mysql_pins_set(dunlin_connection *connection);
/* The same, when something has changed them. */
int32_t dn_mysql_pins_restore(dunlin_connection *connection);
/* Lock timeout of the next statement; 0 is the pinned one. */
int32_t dn_mysql_lock_timeout(dunlin_connection *connection, int64_t milliseconds);

/* Sets the session up and reads what the server is, in one round trip where that works. */
int32_t dn_mysql_set_up(dunlin_connection *connection, bool writes);
/* Fills facts.empty. */
int32_t dn_mysql_facts_empty(dunlin_connection *connection);
void dn_mysql_facts_free(dn_mysql_facts *facts);
/* Reads "10.11.6-MariaDB-0+deb12u1" and the like. */
void dn_mysql_facts_version(dn_mysql_facts *facts, const char *version);

/* --- statements ---------------------------------------------------------------------------------- */
/* Sends text and waits for the answer, watching for the user, the deadline and the item's limit.
 * false: mysql_errno() tells; nothing was reported yet. */
bool dn_mysql_send(dunlin_connection *connection, dunlin_string sql);
/* The result of the next statement of a text, waited for in the same way. false: it failed, or
 * there is none. */
bool dn_mysql_next(dunlin_connection *connection);
/* Reads all results to their end. *rows: changed, of all of them. */
bool dn_mysql_drain(dunlin_connection *connection, int64_t *rows);
/* Both, for text that returns nothing we want; reports the failure. */
int32_t dn_mysql_execute(dunlin_connection *connection, dunlin_string sql, int64_t *rows);
/* The first row of a query as texts of the call's scratch memory, NULL for null; *found is false
 * when there is none. Reports the failure. */
int32_t dn_mysql_first_row(dunlin_connection *connection, dunlin_string sql, const char **cells,
                           unsigned count, bool *found);
/* The same without reporting: false is a failure. */
bool dn_mysql_try_first_row(dunlin_connection *connection, dunlin_string sql, const char **cells,
                            unsigned count, bool *found);
/* And that of the query behind so many statements of a text. */
bool dn_mysql_try_row_behind(dunlin_connection *connection, dunlin_string sql, unsigned behind,
                             const char **cells, unsigned count, bool *found);

/* --- several statements in one text ------------------------------------------------------------------ */
typedef struct dn_mysql_joined {
    dn_kit_text text;
    uint64_t first; /* ordinal of the first item in it */
    uint64_t count;
    int32_t kinds[DN_MYSQL_JOINED];
} dn_mysql_joined;

/* Behind the start of a session, which may have failed. */
void dn_mysql_join_begin(dunlin_connection *connection);
/* Is it held until the next one is known? */
bool dn_mysql_join_holds(const dunlin_connection *connection, const dn_mysql_joined *joined,
                         const dunlin_item *item);
/* May it be the last one behind those that are held? */
bool dn_mysql_join_takes(const dunlin_connection *connection, const dn_mysql_joined *joined,
                         const dunlin_item *item);
int32_t dn_mysql_join_add(dunlin_connection *connection, dn_mysql_joined *joined,
                          const dunlin_item *item);
/* Sends the text. *ran: how many of its statements took effect; false: the one behind them failed,
 * which was not reported yet. */
bool dn_mysql_join_send(dunlin_connection *connection, const dn_mysql_joined *joined, int64_t *rows,
                        uint64_t *ran);
/* Before text of the user's is sent by itself: it is one statement, or the server refuses it. */
int32_t dn_mysql_join_guard(dunlin_connection *connection, dunlin_string sql);

/* --- text ------------------------------------------------------------------------------------------ */
/* mysql2, and with it drizzle, connects with this collation, which both servers know; it is kept
 * in views and routines, so that they come out equal. */
#define DN_MYSQL_SESSION_COLLATION "utf8mb4_unicode_ci"
/* The variable of a program that makes a view again: a statement of which it is known what it touches. */
#define DN_MYSQL_VIEW_AGAIN "dunlin_view"
#define DN_MYSQL_SET_NAMES "SET NAMES utf8mb4 COLLATE " DN_MYSQL_SESSION_COLLATION

/* A literal that reads the same under every sql_mode and every character set of the session. */
void dn_mysql_add_value(dn_kit_text *text, const dunlin_value *value);
/* The literal of text for our own statements. */
void dn_mysql_add_text(dn_kit_text *text, const char *value);
/* sql with its $1 .. $n replaced. */
int32_t dn_mysql_fill(const dunlin_call *call, dunlin_string sql, const dunlin_value *values,
                      uint64_t count, dn_kit_text *text);
bool dn_mysql_mode_has(const char *sql_mode, const char *name);
/* The same of a profile, whose settings may lack it. */
bool dn_mysql_profile_mode_has(const dunlin_profile *profile, const char *name);

/* --- failures --------------------------------------------------------------------------------------- */
/* The class of an errno of a statement. */
int32_t dn_mysql_class(unsigned error);
bool dn_mysql_is_lost(unsigned error);
/* The last error of a connection, in words. `what` is put in front, or NULL. */
int32_t dn_mysql_fail(dunlin_connection *connection, const char *what);
/* Of a statement that was sent: its offset is reported too. */
int32_t dn_mysql_fail_statement(dunlin_connection *connection, dunlin_string sql);
/* Of mysql_real_connect. */
int32_t dn_mysql_fail_connect(const dunlin_call *call, MYSQL *mysql,
                              const dn_mysql_address *address);
/* Where in `sql` the server's "near '...' at line N" points, or -1. */
int64_t dn_mysql_error_offset(dunlin_string sql, const char *message);

/* --- what a statement is ------------------------------------------------------------------------------ */
/* DUNLIN_CLASS_* of a statement by its text. *table: the table whose rows it changes and
 * *qualifier the database written before it, both empty where there is none. */
uint64_t dn_mysql_classify_text(dunlin_string statement, dunlin_string *qualifier,
                                dunlin_string *table);
/* Whether the rows of a table outlive a rollback; false also where it cannot be told. */
bool dn_mysql_is_lossy(dunlin_connection *connection, dunlin_string table);
/* Whether a procedure may end the transaction it is called in; false where there is none. */
bool dn_mysql_ends_transactions(dunlin_connection *connection, dunlin_string procedure);
/* Tells the host what a statement touches. *known: 1 when that is all, 0 where the definitions of
 * objects would not tell whether it ran. */
/* Is it done whole or, refused, not at all? */
bool dn_mysql_is_whole(dunlin_string statement);
int32_t dn_mysql_touch(const dunlin_call *call, dunlin_string statement, int32_t *known);
/* Notes what a statement that changes the schema does to what is_lossy knows. */
/* After a statement that ran: what it says of tables made by this session. */
void dn_mysql_fresh_note(dunlin_connection *connection, dunlin_string statement);
void dn_mysql_fresh_forget(dunlin_connection *connection);
/* Certainly there is no table of that name. */
bool dn_mysql_names_lack(dunlin_connection *connection, dunlin_string table);
/* After a statement that ran, and after one that failed. */
void dn_mysql_names_note(dunlin_connection *connection, dunlin_string statement);
void dn_mysql_names_forget(dunlin_connection *connection);
/* Certainly no such index is there; `index` is its key. */
bool dn_mysql_fresh_lacks(dunlin_connection *connection, const dunlin_fact *index);
void dn_mysql_note_schema(dunlin_connection *connection, dunlin_string statement);
/* Notes what a statement that is about to run does to the session. */
void dn_mysql_note_session(dunlin_connection *connection, dunlin_string statement);

/* --- shadows ------------------------------------------------------------------------------------- */
/* The mark of one, told to nobody. */
#define DN_MYSQL_SHADOW_TABLE "dunlin_shadow"
void dn_mysql_shadow_free(dn_mysql_shadow *shadow); /* NULL is fine */
/* Does a statement for a shadow name other databases of its server, or files? */
bool dn_mysql_reaches_outside(const dunlin_connection *connection, dunlin_string statement);
/* Is it a GRANT or REVOKE on one object of the database, which makes no account and changes none? */
bool dn_mysql_grants_inside(const dunlin_connection *connection, dunlin_string statement);

/* --- definitions ------------------------------------------------------------------------------------- */
/* A kind of fact that the core does not know. */
#define DN_MYSQL_KIND_EVENT "event"
/* Whether the path of a key from classify begins with a database. */
bool dn_mysql_key_is_qualified(const dunlin_fact *key);
/* Of the keys of the scope. */
int32_t dn_mysql_definitions(dunlin_connection *connection, const dunlin_scope *scope);
/* Of all objects, or those of the keys; the keys have no database in their paths. */
int32_t dn_mysql_schema_facts(dunlin_connection *connection, const dunlin_scope *scope);

/* --- the rest of the driver table ------------------------------------------------------------------------ */
int32_t dn_mysql_url(const dunlin_call *call, dunlin_string url);
int32_t dn_mysql_assume(const dunlin_call *call, dunlin_string description);
int32_t dn_mysql_lexer_rules(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_mysql_quote_identifier(const dunlin_call *call, const dunlin_profile *profile,
                                  dunlin_string name);
int32_t dn_mysql_quote_literal(const dunlin_call *call, const dunlin_profile *profile,
                               dunlin_string value);
int32_t dn_mysql_classify(const dunlin_call *call, const dunlin_profile *profile,
                          dunlin_connection *connection, dunlin_string statement);
int32_t dn_mysql_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                        const dunlin_operation *const *operations, uint64_t count);
int32_t dn_mysql_realise(const dunlin_call *call, const dunlin_profile *profile,
                         const dunlin_fact *const *facts, uint64_t count);
int32_t dn_mysql_expression_rules(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_mysql_hazards(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_mysql_script(const dunlin_call *call, const dunlin_profile *profile,
                        const dunlin_script_part *part);
int32_t dn_mysql_type_classes(const dunlin_call *call, const dunlin_profile *profile,
                              const dunlin_fact *column);
int32_t dn_mysql_open(const dunlin_call *call, dunlin_string url,
                      const dunlin_open_options *options, dunlin_connection **connection);
void dn_mysql_close(dunlin_connection *connection);
int32_t dn_mysql_describe(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_mysql_run(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_mysql_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
                       const dunlin_value *values, uint64_t count);
int32_t dn_mysql_settle(const dunlin_call *call, dunlin_connection *connection,
                        const dunlin_fact *const *facts, uint64_t count);
int32_t dn_mysql_introspect(const dunlin_call *call, dunlin_connection *connection,
                            const dunlin_scope *scope);
int32_t dn_mysql_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                          int32_t *acquired);
int32_t dn_mysql_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key);
int32_t dn_mysql_lock_holder(const dunlin_call *call, dunlin_connection *connection,
                             dunlin_string key);
int32_t dn_mysql_session_alive(const dunlin_call *call, dunlin_connection *connection,
                               dunlin_string backend, dunlin_string backend_start, int32_t *answer);
int32_t dn_mysql_check_privileges(const dunlin_call *call, dunlin_connection *connection,
                                  const dunlin_operation *const *operations, uint64_t count);
int32_t dn_mysql_backup_check(const dunlin_call *call, dunlin_string url,
                              const dunlin_backup_options *options);
int32_t dn_mysql_backup(const dunlin_call *call, dunlin_string url,
                        const dunlin_backup_options *options);
int32_t dn_mysql_restore(const dunlin_call *call, dunlin_string url,
                         const dunlin_backup_options *options);
int32_t dn_mysql_session_end(const dunlin_call *call, dunlin_connection *connection,
                             dunlin_string backend, dunlin_string backend_start, int32_t *answer);
int32_t dn_mysql_cancel_handle(const dunlin_call *call, dunlin_connection *connection,
                               dunlin_cancel **handle);
int32_t dn_mysql_cancel(const dunlin_call *call, dunlin_cancel *handle);
void dn_mysql_cancel_free(dunlin_cancel *handle);

int32_t dn_mysql_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                               dunlin_connection **connection);
int32_t dn_mysql_shadow_reset(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_mysql_shadow_drop(const dunlin_call *call, dunlin_connection *connection);
int32_t dn_mysql_shadow_list(const dunlin_call *call, dunlin_string url);
int32_t dn_mysql_affected(const dunlin_call *call, dunlin_connection *connection,
                          dunlin_string statement, int32_t *known);

#endif
