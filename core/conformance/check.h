/* SPDX-License-Identifier: MIT
 *
 * Private to core/conformance: what a case is, and what it may use. A case answers 0 when the
 * driver does what is demanded (or the case was skipped), and -1 with check->error when it does
 * not:
 *
 *     static int
 *     commits(dn_check *check)
 *     {
 *         if (dn_check_items(check) < 0 || dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
 *             ...)
 *             return -1;
 *         return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 1);
 *     }
 *
 * The SQL of the cases is what every dialect reads alike; tables come from the driver's own
 * render(). Where no such SQL exists, a case tries several forms and goes on with the one that the
 * server takes, or is skipped; the quirks file may name another form.
 */
#ifndef DN_CONFORMANCE_CHECK_H
#define DN_CONFORMANCE_CHECK_H

#include "core/conformance/conformance.h"
#include "core/conformance/quirks.h"
#include "core/driver/connection_internal.h"

typedef struct dn_check dn_check;

typedef struct dn_case {
    const char *id;     /* "area.what" */
    const char *demand; /* one sentence, lower case */
    int (*run)(dn_check *check);
    const void *argument; /* of cases that share a function */
    uint64_t needs;       /* DUNLIN_CAN_*: the case is skipped unless the driver claims them all */
} dn_case;

typedef struct dn_area {
    const dn_case *cases;
    size_t count;
} dn_area;

#define DN_AREA(list)                                                                              \
    {                                                                                              \
        list, sizeof list / sizeof list[0]                                                         \
    }

extern const dn_area dn_area_entry, dn_area_url, dn_area_lexer, dn_area_quote, dn_area_connect,
    dn_area_query, dn_area_run, dn_area_transaction, dn_area_session, dn_area_bulk, dn_area_error,
    dn_area_classify, dn_area_render, dn_area_lock, dn_area_cancel, dn_area_introspect,
    dn_area_facts, dn_area_resume, dn_area_backup, dn_area_data, dn_area_privileges, dn_area_lease,
    dn_area_hazards, dn_area_grants, dn_area_shadow, dn_area_script;

/* Every object of ours begins so. */
#define DN_CHECK_PREFIX "dunlin_check_"
/* The table most cases work with: id bigint key, name varchar(255), note text, data blob. */
#define DN_CHECK_ITEMS "dunlin_check_items"

enum { DN_CHECK_CONNECTIONS = 2, DN_CHECK_OWNED = 8, DN_CHECK_SKIPPED = 256 };

struct dn_check {
    const dn_conformance *kit;
    const dn_driver *driver;
    const dunlin_capabilities *capabilities;
    const char *file; /* of a file database, absolute; else empty */
    const dn_case *current;
    dn_quirk quirk;
    dn_arena arena; /* of the case */
    dn_connection *connections[DN_CHECK_CONNECTIONS];
    struct {
        const char *kind; /* "TABLE", "VIEW" */
        const char *name; /* unquoted */
    } owned[DN_CHECK_OWNED];
    size_t owned_count;
    char skipped[DN_CHECK_SKIPPED]; /* why, or empty */
    dn_error error;
};

/* --- answers --------------------------------------------------------------------------------- */
/* The driver does not do what is demanded; returns -1. */
int dn_check_fail(dn_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The case says nothing about this driver; returns 0. */
int dn_check_skip(dn_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
int dn_check_no_memory(dn_check *check);
/* "syntax" of DUNLIN_SYNTAX. */
const char *dn_check_class(int32_t status);
/* Text for messages, cut and with control bytes escaped; lives in the arena. */
const char *dn_check_shown(dn_check *check, dunlin_string text);

/* --- connections ----------------------------------------------------------------------------- */
/* The first or second connection of the case, opened on demand and closed at its end. NULL: with
 * check->error. */
dn_connection *dn_check_first(dn_check *check);
dn_connection *dn_check_second(dn_check *check);
void dn_check_close(dn_check *check, size_t which); /* 0 or 1 */
int dn_check_open(dn_check *check, const char *url, const dn_open_options *options,
                  dn_connection **connection);
/* dn_call_begin() for a raw call on a connection. */
void dn_check_begin(dn_check *check, dn_connection *connection, dn_call *call, const char *function,
                    const dn_call_sinks *sinks, void *target);

/* --- statements ------------------------------------------------------------------------------ */
/* The statement of this name from the quirks file, or `portable` (which may be NULL). */
const char *dn_check_sql(const dn_check *check, const char *name, const char *portable);
/* One item on the first connection. A NULL connection anywhere is an error told already. */
int dn_check_execute(dn_check *check, int32_t kind, const char *sql);
int dn_check_statement(dn_check *check, dn_connection *connection, const char *sql);
/* The statement must fail with this class and a message. */
int dn_check_refused(dn_check *check, dn_connection *connection, const char *sql, int32_t status);
/* The table must have this many rows. */
int dn_check_count(dn_check *check, dn_connection *connection, const char *table, int64_t rows);
/* First cell of the first row, as text in the arena. */
int dn_check_cell(dn_check *check, dn_connection *connection, const char *sql, const char **cell);

/* --- objects --------------------------------------------------------------------------------- */
/* Drops what an earlier run may have left, and promises to drop it at the end of the case. */
int dn_check_own(dn_check *check, const char *kind, const char *name);
/* Makes DN_CHECK_ITEMS on the first connection. */
int dn_check_items(dn_check *check);
/* The same with rows 1 .. count, whose names are "item <id>". */
int dn_check_filled(dn_check *check, int64_t count);
char *dn_check_quoted(dn_check *check, const char *name); /* NULL: with check->error */
/* Closes the connections and drops what is owned. -1 with *error, when something stays. */
int dn_check_clean(dn_check *check, dn_error *error);

/* --- tables from render() -------------------------------------------------------------------- */
typedef struct dn_check_column {
    const char *name; /* NULL ends a list */
    const char *type; /* DUNLIN_TYPE_* */
    bool not_null;
} dn_check_column;
typedef struct dn_check_table {
    const char *name;
    const dn_check_column *columns;
    const char *key;   /* column of the primary key, or NULL */
    int32_t condition; /* DUNLIN_CONDITION_* */
} dn_check_table;
int dn_check_render(dn_check *check, const dunlin_profile *profile, const dn_check_table *table,
                    const char ***statements, size_t *count);
/* Renders and runs it on the first connection; does not own it. */
int dn_check_create(dn_check *check, const dn_check_table *table);

#endif
