/* SPDX-License-Identifier: MIT
 *
 * Finding, loading and checking drivers; the host services they call; and a connection that
 * turns the ABI's callbacks into plain functions for the rest of the core. It times and logs;
 * it never retries. Dialect knowledge lives behind this line.
 *
 * A loaded driver stays loaded: the loader's table of opened drivers is the one global of the
 * library, guarded by a mutex.
 */
#ifndef DN_DRIVER_DRIVER_H
#define DN_DRIVER_DRIVER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/ddl/translate.h"
#include "core/fact/fact.h"
#include "core/lex/lex.h"

#include <dunlin/driver.h>

/* --- loading --------------------------------------------------------------------------------- */
typedef struct dn_driver {
    dunlin_driver table; /* completed: zeroed where the driver's own is shorter */
    const char *path;    /* real path of the file */
} dn_driver;

/* One place that was looked at, or one file found there. */
typedef struct dn_driver_found {
    const char *name; /* of the file without .so */
    const char *path;
    const char *folder;
    const char *source;  /* "--driver-path", "DUNLIN_DRIVER_PATH", "program", "system", "user" */
    const char *refused; /* the reason, or NULL */
    bool shadowed;       /* an earlier place has the same name: refused, too */
    const dn_driver *driver; /* NULL when refused */
} dn_driver_found;

typedef struct dn_driver_places {
    const char *option; /* --driver-path, or NULL */
} dn_driver_places;

/* A folder where drivers are looked for, in order. */
typedef struct dn_driver_place {
    const char *path;
    const char *source;  /* as in dn_driver_found */
    const char *ignored; /* the reason why nothing is taken from it, or NULL */
    bool exists;
} dn_driver_place;
int dn_driver_place_list(const dn_driver_places *places, dn_arena *arena, dn_driver_place **list,
                         size_t *count, dn_error *error);

/* The driver for a URL scheme or name: `[a-z0-9_]+`, then its file `<name>.so`; a scheme that is
 * only an alias ("postgresql", "mariadb") is found by asking the drivers present. Errors:
 * driver.bad-name, driver.not-found (lists every place looked at), driver.refused (why). */
int dn_driver_find(const dn_driver_places *places, const char *name, const dn_driver **driver,
                   dn_error *error);
/* Every driver of every place, refused ones too (they are never an error here). */
int dn_driver_list(const dn_driver_places *places, dn_arena *arena, dn_driver_found **found,
                   size_t *count, dn_error *error);
/* Loads one file by path (dunlin driver check). */
int dn_driver_load(const char *path, const dn_driver **driver, dn_error *error);

/* --- offline questions ------------------------------------------------------------------------- */
/* Redacted URL and identity of the database. */
typedef struct dn_url_info {
    const char *redacted;
    const char *identity;
} dn_url_info;
int dn_driver_url(const dn_driver *driver, const char *url, dn_arena *arena, dn_url_info *info,
                  dn_error *error);
/* NULL profile: the driver's default server. */
int dn_driver_rules(const dn_driver *driver, const dunlin_profile *profile, dn_arena *arena,
                    const dn_lex_rules **rules, dn_error *error);
int dn_driver_capabilities(const dn_driver *driver, const dunlin_profile *profile,
                           dunlin_capabilities *capabilities, dn_error *error);
int dn_driver_quote(const dn_driver *driver, const dunlin_profile *profile, const char *name,
                    dn_text *text, dn_error *error);
/* The query that tells what the database does to texts and times (the driver table's `hazards`);
 * nothing where the driver has none. */
int dn_driver_hazards(const dn_driver *driver, const dunlin_profile *profile, dn_text *text,
                      dn_error *error);
/* Is this one of its names: its own, its dialect's, a URL scheme? */
bool dn_driver_is_called(const dn_driver *driver, dunlin_string name);
/* The next name of a list with blanks or commas between, as of `-- dunlin: only`, which gets shorter by
 * it. False: there is none. */
bool dn_driver_next_name(dunlin_string *list, dunlin_string *name);
/* DUNLIN_CLASS_* flags of a statement, as far as its text tells. `rules`: the driver's, for the same
 * profile. */
int dn_driver_classify(const dn_driver *driver, const dunlin_profile *profile,
                       const dn_lex_rules *rules, dunlin_string statement, uint64_t *flags,
                       dn_error *error);
/* Operations -> the statements to run, in order. Errors: driver.unsupported with the note. */
int dn_driver_render(const dn_driver *driver, const dunlin_profile *profile,
                     const dunlin_operation *const *operations, size_t count, dn_arena *arena,
                     const char ***statements, size_t *statement_count, dn_error *error);

/* "postgres 15": facts about a server that nobody asks, in the arena. NULL text: the server
 * that the driver takes for the likeliest. *profile NULL where the driver assumes nothing. Errors: driver.unsupported; what the
 * driver says of a text that it does not know. */
int dn_driver_assume(const dn_driver *driver, const char *text, dn_arena *arena,
                     const dunlin_profile **profile, dn_error *error);
/* A setting of a profile, "" for none. */
dunlin_string dn_profile_setting(const dunlin_profile *profile, const char *name);

/* Lines of a script for the stock client, appended to the text. Errors: driver.unsupported, also
 * where something cannot stand in a script. */
int dn_driver_script(const dn_driver *driver, const dunlin_profile *profile,
                     const dunlin_script_part *part, dn_text *text, dn_error *error);

/* --- portable operations ---------------------------------------------------------------------- */
/* What a driver says of operations beside the answer: a loss, or why it cannot. */
typedef struct dn_note {
    int32_t kind; /* DUNLIN_NOTE_* */
    uint64_t operation;
    const char *message;
} dn_note;

typedef struct dn_notes {
    dn_note *items;
    size_t count;
    size_t capacity;
} dn_notes;

/* One step of what the driver made of operations; the text is in the arena. */
typedef struct dn_step {
    int32_t role; /* DUNLIN_STEP_* */
    dunlin_string sql;
    dunlin_string expected;
    uint64_t first_operation;
    uint64_t operation_count;
} dn_step;

typedef struct dn_steps {
    dn_step *items;
    size_t count;
    size_t capacity;
    const dunlin_fact *
        *told; /* of what comes out otherwise than the operations say: the members that do */
    size_t told_count;
} dn_steps;

/* The names of this kind of server as the fact maps want to know them: DN_FACT_*. */
uint64_t dn_driver_naming(const dunlin_capabilities *capabilities);
/* --- translation ----------------------------------------------------------------------------------- */
/* Errors: driver.unsupported where the driver has no rules. */
int dn_driver_expression_rules(const dn_driver *driver, const dunlin_profile *profile,
                               dn_arena *arena, const dn_ddl_rules **rules, dn_error *error);

/* Who knows columns: their class (docs/facts.md) or NULL; `table` is empty for the table that the
 * expression belongs to. */
typedef struct dn_driver_columns {
    const char *(*class_of)(void *context, dunlin_string space, dunlin_string table,
                            dunlin_string column);
    /* A column of a table by its place, from 0; data is NULL when it is not known. May be absent. */
    dunlin_string (*column_at)(void *context, dunlin_string space, dunlin_string table,
                               uint64_t at);
    /* Its portable type; empty when it is not known. May be absent. */
    dunlin_string (*type_of)(void *context, dunlin_string space, dunlin_string table,
                             dunlin_string column);
    /* Is it a whole number and all of the key, and not declared to count? May be absent. */
    bool (*numbers)(void *context, dunlin_string space, dunlin_string table, dunlin_string column);
    void *context;
} dn_driver_columns;

/* What translating for one driver and profile needs, read once; lives in the arena. For one thread. */
typedef struct dn_driver_translations {
    const dn_driver *driver;
    const dunlin_profile *profile;
    const dn_ddl_rules *rules;
    const dn_lex_rules *portable;
    const dn_lex_rules *own;          /* of what the database itself has written */
    const dn_driver_columns *columns; /* may be NULL */
    struct dn_translation_memo *memo;
    bool namespaces;
} dn_driver_translations;
int dn_driver_translator(const dn_driver *driver, const dunlin_profile *profile, dn_arena *arena,
                         dn_driver_translations *translator, dn_error *error);
/* `what` is DUNLIN_TRANSLATE_*. What has no translation is no failure: translation->reason. */
int dn_driver_translate(const dn_driver_translations *translator, int32_t what, dunlin_string text,
                        dn_arena *arena, dn_ddl_translation *translation, dn_error *error);

/* A default or the like of a column, as dn_ddl_assign() makes it. */
int dn_driver_assign(const dn_driver_translations *translator, const dn_driver_columns *columns,
                     dunlin_string type, dunlin_string column, dunlin_string text, dn_arena *arena,
                     dn_ddl_translation *translation, dn_error *error);

/* The class of a column of a query that the database has written; NULL when it is not known. */
const char *dn_driver_query_class(const dn_driver_translations *translator,
                                  const dn_driver_columns *columns, dunlin_string query,
                                  dn_ddl_result column, dn_arena *arena);
/* The same of a portable query, by the column's name. */
const char *dn_driver_portable_class(const dn_driver_translations *translator,
                                     const dn_driver_columns *columns, dunlin_string query,
                                     dunlin_string column, dn_arena *arena);
/* Has `columns` asked for all that the classes of the query's columns depend on. */
void dn_driver_query_ask(const dn_driver_translations *translator, const dn_driver_columns *columns,
                         dunlin_string query, dn_arena *arena);

/* --- facts and operations put to a driver ----------------------------------------------------------- */
/* What a driver may know while it answers. */
typedef struct dn_driver_view {
    const dn_driver *driver;
    const dunlin_profile *profile;
    const dn_fact_map *facts;                   /* current ones; NULL: nothing is known */
    const dn_driver_translations *translations; /* NULL: made when they are asked for */
    bool own_dialect;                           /* texts are in the driver's dialect already */
    bool stock_client;                          /* what is rendered is for it */
} dn_driver_view;

/* Facts as written -> as the server prints them, which may be more than were given. What is lost is
 * noted (`notes` may be NULL). */
int dn_driver_realise(const dn_driver_view *view, const dunlin_fact *const *facts, size_t count,
                      dn_arena *arena, const dunlin_fact ***realised, size_t *realised_count,
                      dn_notes *notes, dn_error *error);
/* Operations -> steps, in order, for DUNLIN_RENDER_*. Errors: driver.unsupported with the driver's
 * reason. */
int dn_driver_render_steps(const dn_driver_view *view, int32_t mode,
                           const dunlin_operation *const *operations, size_t count, dn_arena *arena,
                           dn_steps *steps, dn_notes *notes, dn_error *error);
/* The classes of a column fact (docs/facts.md), separated by blanks, appended to *classes. */
int dn_driver_type_classes(const dn_driver_view *view, const dunlin_fact *column, dn_text *classes,
                           dn_error *error);

/* --- connections -------------------------------------------------------------------------------- */
typedef struct dn_connection dn_connection;

typedef struct dn_open_options {
    int32_t purpose; /* DUNLIN_PURPOSE_* */
    bool read_only;
    int64_t connect_timeout_ms;
    int64_t lock_timeout_ms;
    dn_log log;
} dn_open_options;

/* Opens and describes. The URL is never shown; messages use the redacted form. */
int dn_connection_open(const dn_driver *driver, const char *url, const dn_open_options *options,
                       dn_connection **connection, dn_error *error);
void dn_connection_close(dn_connection *connection); /* NULL is fine */
static inline void
dn_connection_cleanup(dn_connection **connection)
{
    dn_connection_close(*connection);
}
const dunlin_server *dn_connection_server(const dn_connection *connection);
/* Does the database hold nothing at all? May ask the server, and remembers. */
int dn_connection_is_empty(dn_connection *connection, bool *empty, dn_error *error);
const dn_driver *dn_connection_driver(const dn_connection *connection);
/* What to put before the name of a table of ours, quoted and with its dot; "" where the driver
 * names no namespace. */
const char *dn_connection_home(const dn_connection *connection);
/* The namespace of names that are written without one; empty where there are none. */
dunlin_string dn_connection_namespace(const dn_connection *connection);
const dn_lex_rules *dn_connection_rules(const dn_connection *connection);
const dunlin_capabilities *dn_connection_capabilities(const dn_connection *connection);

/* From here on privileges are part of the schema that is read, where the driver tells them. */
void dn_connection_see_grants(dn_connection *connection, bool wanted);
/* Reads of the whole schema warn of what there is that they do not tell. */
void dn_connection_warn_of_unread(dn_connection *connection);
bool dn_connection_sees_grants(const dn_connection *connection);

/* One row of a query; return -1 (with *error filled) to fail, 1 to end the query without error.
 * Values live for the call. */
typedef int (*dn_row_visit)(const dunlin_value *values, size_t count, void *context,
                            dn_error *error);
int dn_connection_query(dn_connection *connection, const char *sql, const dunlin_value *values,
                        size_t count, dn_row_visit visit, void *context, dn_error *error);
/* First cell of the first row as an integer; `otherwise` when there is no row or it is null. */
int dn_connection_query_integer(dn_connection *connection, const char *sql,
                                const dunlin_value *values, size_t count, int64_t otherwise,
                                int64_t *answer, dn_error *error);

/* A batch. `next` fills an item and answers 0, or 1 when there is no more, or -1 with *error.
 * `done` hears of every item in order, with the driver's failure (valid for the call) when it
 * failed; *error then holds the failure in words already, and `done` may word it anew. `chunk`
 * feeds COPY data (see read_chunk); it may be NULL, as may `done`. run returns -1 with the first
 * failure, already in words, in *error. Once the user wants to stop, it is refused every item but
 * ROLLBACK and RESET. */
typedef struct dn_batch {
    int (*next)(void *context, dunlin_item *item, dn_error *error);
    int (*done)(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure,
                dn_error *error);
    int64_t (*chunk)(void *context, void *buffer, size_t bytes, dn_error *error);
    void *context;
} dn_batch;
int dn_connection_run(dn_connection *connection, const dn_batch *batch, dn_error *error);
/* One statement, or one transaction item, outside any batch. */
int dn_connection_execute(dn_connection *connection, int32_t kind, const char *sql,
                          const dunlin_value *values, size_t count, dn_error *error);

/* What every transaction of a connection has to prove: `check` is asked behind each BEGIN and again
 * before each COMMIT, and its first cell must read `expected`. Behind the second question comes
 * `renewal`, whose values are asked for at that moment. Neither is heard of in a batch's `done`,
 * but for the failure they make, which `lost` may word anew. A run lock that no session can hold
 * is kept this way. */
enum { DN_ESCORT_VALUES = 4 };
typedef struct dn_escort {
    const char *check;
    const dunlin_value *values;
    size_t count;
    const char *expected;
    const char *renewal;
    size_t (*renew)(void *context, dunlin_value values[DN_ESCORT_VALUES]); /* how many */
    void (*lost)(void *context, dn_error *error);
    void (*release)(void *context); /* with the connection, or the next escort */
    void *context;
} dn_escort;
/* NULL: none any more. Copied; what it points to has to last. */
void dn_connection_escort(dn_connection *connection, const dn_escort *escort);
/* Of the present escort, or NULL. */
void *dn_connection_escort_context(const dn_connection *connection);

/* A query whose first cell must read `expected`; CONSTRAINT when it does not. */
int dn_connection_check(dn_connection *connection, const char *sql, const char *expected,
                        dn_error *error);

/* DUNLIN_CLASS_* flags of a statement. Hot: no allocation. */
int dn_connection_classify(dn_connection *connection, dunlin_string statement, uint64_t *flags,
                           dn_error *error);

/* Names of all objects (DUNLIN_SCOPE_OBJECTS): kind and path joined by '.', without the namespace
 * in which names are found anyway. */
typedef struct dn_object {
    const char *kind;
    const char *name;
} dn_object;
int dn_connection_objects(dn_connection *connection, dn_arena *arena, dn_object **objects,
                          size_t *count, dn_error *error);

/* What the user of the connection may not do of `operations`, each told to `visit` with its place in
 * the list. Only what is certain to fail. Drivers that cannot tell: nothing is told. */
typedef int (*dn_missing_visit)(const dunlin_missing *missing, void *context, dn_error *error);
int dn_connection_privileges(dn_connection *connection, const dunlin_operation *const *operations,
                             size_t count, dn_missing_visit visit, void *context, dn_error *error);

/* Reads the facts of the objects named (none: everything in the default namespace) into the map;
 * what is gone is removed from it. Grants are not read: no guard asks for them. */
int dn_connection_facts(dn_connection *connection, const dunlin_fact *const *keys, size_t count,
                        dn_fact_map *map, dn_error *error);
/* Realised facts with `unsure` members -> the same, in this order, with these members as the server
 * prints them, as far as it can tell. Leaves no trace; nothing else may be under way on the
 * connection. Of a driver that cannot ask, *settled are the facts themselves. */
int dn_connection_settle(dn_connection *connection, const dunlin_fact *const *facts, size_t count,
                         dn_arena *arena, const dunlin_fact *const **settled, dn_error *error);
/* What exists and cannot be read, with the driver's reason. */
typedef struct dn_unreadable_key {
    const dunlin_fact *key;
    const char *reason;
} dn_unreadable_key;
typedef struct dn_unreadable {
    dn_arena *arena;
    dn_unreadable_key *items;
    size_t count;
    size_t capacity;
} dn_unreadable;
/* Puts the facts of the whole database into the map, of all namespaces; what cannot be read is
 * added to the list, which is no failure here. */
int dn_connection_schema(dn_connection *connection, dn_fact_map *map, dn_unreadable *unreadable,
                         dn_error *error);
/* By what the last of these reads told: is the fact not among those that were seen, and of a kind of which there
 * may be more that the user is not shown? Of such a one nobody knows whether it is gone. `seen` NULL: no. */
bool dn_connection_hides(const dn_connection *connection, const dunlin_fact *fact,
                         const dn_fact_map *seen);
bool dn_connection_hides_any(const dn_connection *connection);
/* Says so, once. */
void dn_connection_warn_hidden(dn_connection *connection);
/* The same, kept for the next dn_connection_schema as long as nothing is run in between. *map lives
 * until then; NULL where not all of it can be read. */
int dn_connection_schema_ahead(dn_connection *connection, const dn_fact_map **map, dn_error *error);
/* Who is told what a connection reads. */
typedef struct dn_fact_taker {
    int (*fact)(void *context, const dunlin_fact *fact, dn_error *error);
    int (*gone)(void *context, const dunlin_fact *key, dn_error *error);
    void *context;
} dn_fact_taker;
/* The same, told one by one; `gone` is not called. */
int dn_connection_tell_schema(dn_connection *connection, const dn_fact_taker *taker,
                              dn_unreadable *unreadable, dn_error *error);
/* The facts of the objects named. None named: of everything, or with `mark`, which is replaced, of
 * what changed since (DUNLIN_CAN_INTROSPECT_SINCE): each object that did first as gone. An empty
 * mark tells everything. `mark` may be NULL. */
int dn_connection_read(dn_connection *connection, const dunlin_fact *const *keys, size_t count,
                       dn_text *mark, const dn_fact_taker *taker, dn_error *error);
/* DUNLIN_CAN_KEEP_TEXTS: the texts of all objects; the facts of a schema of which these were the
 * texts. Errors: driver.unsupported, where this schema has no such texts. */
int dn_connection_tell_texts(dn_connection *connection, const dn_fact_taker *taker,
                             dn_error *error);
int dn_connection_tell_facts_of(dn_connection *connection, const dunlin_fact *const *texts,
                                size_t count, const dn_fact_taker *taker, dn_error *error);
/* Keys of the objects whose facts a statement may change; *known is false when it may change those
 * of others, too, or the driver cannot tell. */
int dn_connection_affected(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                           const dunlin_fact ***keys, size_t *count, bool *known, dn_error *error);
/* Keys of the objects that a statement touches, by the driver's classify; *known is false when
 * these are not all. */
int dn_connection_touched(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                          const dunlin_fact ***keys, size_t *count, bool *known, dn_error *error);

/* A digest of everything a statement touches, as it is now: taken before and after, it tells
 * whether the statement took effect. *known is false where the driver cannot tell what is touched
 * or what it looks like. */
int dn_connection_fingerprint(dn_connection *connection, dunlin_string statement, bool *known,
                              dn_digest *digest, dn_error *error);
/* Statements, in the arena, that remove what an interrupted `statement` left half done. */
int dn_connection_debris(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                         const char ***statements, size_t *count, dn_error *error);

int dn_connection_try_lock(dn_connection *connection, const char *key, bool *acquired,
                           dn_error *error);
int dn_connection_unlock(dn_connection *connection, const char *key, dn_error *error);
/* Who holds it, as "process 123 on host app (dunlin), since ..."; empty when nobody is known. */
int dn_connection_lock_holder(dn_connection *connection, const char *key, dn_text *holder,
                              dn_error *error);

/* The session that holds it; empty when nobody is known. */
int dn_connection_lock_session(dn_connection *connection, const char *key, dn_text *backend,
                               dn_error *error);

/* Another session, by what its describe() told: DUNLIN_SESSION_*, UNKNOWN where the driver cannot
 * tell. */
int dn_connection_session_alive(dn_connection *connection, dunlin_string backend,
                                dunlin_string start, int32_t *answer, dn_error *error);
/* Asks the server to end it: ALIVE when it was asked, GONE when there was nothing to end, UNKNOWN
 * when it was left alone. Errors: driver.unsupported. */
int dn_connection_session_end(dn_connection *connection, dunlin_string backend, dunlin_string start,
                              int32_t *answer, dn_error *error);

/* --- shadows ------------------------------------------------------------------------------------- */
/* A shadow of the database at `url`, opened: a new one, or the empty database at `given`. What runs
 * that were killed left on that server goes first. Errors: driver.unsupported, database.*. */
int dn_shadow_open(const dn_driver *driver, const char *url, const char *given, const dn_log *log,
                   dn_connection **shadow, dn_error *error);
/* As if it were new. */
int dn_shadow_reset(dn_connection *shadow, dn_error *error);
/* Closes it, whatever it answers, and drops the database. NULL is fine. What could not be dropped
 * the next run that opens a shadow drops. */
int dn_shadow_end(dn_connection *shadow, dn_error *error);

typedef struct dn_shadow {
    const char *name;
    int32_t state; /* DUNLIN_SHADOW_* */
} dn_shadow;
/* All on the server of `url`; none where they are in memory. */
int dn_shadow_list(const dn_driver *driver, const char *url, const dn_log *log, dn_arena *arena,
                   dn_shadow **shadows, size_t *count, dn_error *error);

/* --- files of a database ------------------------------------------------------------------------- */
/* Why a backup would not work: backup.refused. dn_driver_backup asks itself. */
int dn_driver_backup_check(const dn_driver *driver, const char *url,
                           const dunlin_backup_options *options, const dn_log *log,
                           dn_error *error);
int dn_driver_backup(const dn_driver *driver, const char *url, const dunlin_backup_options *options,
                     const dn_log *log, dn_error *error);
int dn_driver_restore(const dn_driver *driver, const char *url,
                      const dunlin_backup_options *options, const dn_log *log, dn_error *error);

#endif
