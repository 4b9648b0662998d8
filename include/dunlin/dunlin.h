/* SPDX-License-Identifier: MIT
 *
 * The embedding API: everything the `dunlin` program can do, as a library. The program uses
 * nothing else.
 *
 *     dunlin_options options = DUNLIN_OPTIONS_DEFAULTS;
 *     dunlin_error error;
 *     dunlin_result *result = NULL;
 *
 *     options.directory = "/srv/app";
 *     if (dunlin_migrate(&options, NULL, &result, &error) < 0)
 *         fprintf(stderr, "%s\n", error.message);
 *     puts(dunlin_result_json(result));
 *     dunlin_result_free(result);
 *
 * Functions return 0, or -1 with *error filled. *result may be set in both cases (a migrate that
 * failed half-way tells what it did) and belongs to the caller, who frees it. What a result says
 * and which exit code it amounts to (`dunlin_result_exit_code`) is documented per command in
 * docs/commands.md; its JSON is described by the schemas in docs/json.
 *
 * Threads: a call may run in any thread; two calls may run at once as long as they do not share
 * a result. Drivers stay loaded until the process ends. The library installs no signal handlers,
 * does not change locale, environment or working folder, and prints nothing.
 */
#ifndef DUNLIN_DUNLIN_H
#define DUNLIN_DUNLIN_H

#include <stddef.h>
#include <stdint.h>

#include <dunlin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit codes of the program, and of results. */
enum {
    DUNLIN_EXIT_OK = 0, /* in agreement, or done */
    DUNLIN_EXIT_FAILED = 1,
    DUNLIN_EXIT_USAGE = 2,        /* usage or configuration */
    DUNLIN_EXIT_PENDING = 3,      /* pending migrations exist (status --check) */
    DUNLIN_EXIT_DISAGREEMENT = 4, /* journal, files, tracker and schema disagree */
    DUNLIN_EXIT_LOCKED = 5,       /* another run holds the lock */
    DUNLIN_EXIT_PARTIAL = 6       /* stopped part-way, resumable */
};

/* Owned by the caller; nothing in it needs to be freed. Texts are NUL-terminated UTF-8, cut at
 * their size. */
typedef struct dunlin_error {
    int32_t status;     /* class, DUNLIN_* of status.h */
    int32_t exit_code;  /* DUNLIN_EXIT_* */
    char id[40];        /* searchable: "journal.file-missing"; docs/errors.md lists all */
    char message[2048]; /* one sentence: what, and where (file:line:column) */
    char context[1024]; /* "while ..." lines, innermost first */
    char hint[512];     /* what to do next, or empty */
} dunlin_error;

/* Severity of a log line. */
enum { DUNLIN_LOG_LINE_DEBUG = 1, DUNLIN_LOG_LINE_INFO = 2, DUNLIN_LOG_LINE_WARNING = 3 };

/* What every use case needs to know. Strings are borrowed for the call; NULL means "not given". */
typedef struct dunlin_options {
    uint64_t size;           /* sizeof(dunlin_options) */
    const char *directory;   /* project folder; NULL: the working folder and its parents */
    const char *config;      /* configuration file instead of <directory>/dunlin.json */
    const char *migrations;  /* migrations folder instead of the configured one */
    const char *url;         /* target URL instead of a configured target */
    const char *target;      /* name of a configured target */
    const char *driver_path; /* folder searched first for drivers */
    int64_t lock_timeout_ms; /* how long to wait for another run; -1: configured or 60 s */
    /* Called for every notable event of at least log_level, with a line of text without line
     * end. */
    int32_t log_level; /* DUNLIN_LOG_LINE_*, 0: all */
    uint32_t reserved;
    void (*log)(int32_t level, const char *line, void *context);
    /* Called while something takes long; total is 0 when unknown. */
    void (*progress)(const char *what, int64_t done, int64_t total, void *context);
    /* Non-zero: stop at the next safe point. */
    int32_t (*cancelled)(void *context);
    void *context; /* handed back to the three above */
} dunlin_options;

#define DUNLIN_OPTIONS_DEFAULTS                                                                    \
    {                                                                                              \
        .size = sizeof(dunlin_options), .lock_timeout_ms = -1, .log_level = DUNLIN_LOG_LINE_INFO   \
    }

/* --- results --------------------------------------------------------------------------------
 * A result is a read-only document, the same one its JSON shows. Nodes are borrowed from it. */
typedef struct dunlin_result dunlin_result;
typedef struct dunlin_node dunlin_node;

const dunlin_node *dunlin_result_root(const dunlin_result *result);
int dunlin_result_exit_code(const dunlin_result *result); /* DUNLIN_EXIT_* */
const char *dunlin_result_json(dunlin_result *result);    /* owned by the result; NULL: no memory */
void dunlin_result_free(dunlin_result *result);           /* NULL is fine */

/* Member of an object, or NULL. Every getter takes NULL and answers "nothing". */
const dunlin_node *dunlin_node_get(const dunlin_node *node, const char *name);
const dunlin_node *dunlin_node_first(const dunlin_node *node); /* first element or member */
const dunlin_node *dunlin_node_next(const dunlin_node *node);  /* its next sibling */
size_t dunlin_node_count(const dunlin_node *node);             /* O(n) */
const char *dunlin_node_text(const dunlin_node *node, const char *name); /* or NULL */
int64_t dunlin_node_integer(const dunlin_node *node, const char *name, int64_t otherwise);
int dunlin_node_boolean(const dunlin_node *node, const char *name); /* 1 or 0 */
const char *dunlin_node_own_text(const dunlin_node *node);          /* of an element that is text */
int64_t dunlin_node_own_integer(const dunlin_node *node, int64_t otherwise);

/* --- use cases: one function per command, documented in docs/commands.md -------------------- */

const char *dunlin_version(void); /* "0.1.0" */

/* For programs that do nothing but run one use case after the other, from one thread, and use no database
 * by other ways: to be called before the first one. Drivers then set up their client libraries for that;
 * SQLite's locks among threads cost a run of many small migrations a tenth of its time. */
void dunlin_own_process(void);

/* Creates dunlin.json, migrations folder, journal, a first migration and .gitignore entries.
 * Never overwrites. */
typedef struct dunlin_init_options {
    uint64_t size;
    const char *dialect; /* NULL: "portable" */
} dunlin_init_options;
int dunlin_init(const dunlin_options *options, const dunlin_init_options *init,
                dunlin_result **result, dunlin_error *error);

/* Adds an empty migration and its journal entry. */
int dunlin_new(const dunlin_options *options, const char *name, dunlin_result **result,
               dunlin_error *error);

/* One line per migration, and whether journal, files and tracker agree. */
typedef struct dunlin_status_options {
    uint64_t size;
    int32_t check; /* 1: the exit code tells pending and disagreement */
    uint32_t reserved;
} dunlin_status_options;
int dunlin_status(const dunlin_options *options, const dunlin_status_options *status,
                  dunlin_result **result, dunlin_error *error);

/* What happened: journal, files, tracker and schema held against each other, and the steps that would
 * bring them together. The exit code tells pending and disagreement. Reads only. */
typedef struct dunlin_doctor_options {
    uint64_t size;
    int32_t shadow; /* 1: replay in a throw-away database on the target's server is allowed */
    uint32_t reserved;
    const char *shadow_url;         /* of an empty database to replay in, or NULL */
    const char *definition_command; /* prints the definition as SQL, or NULL */
} dunlin_doctor_options;
int dunlin_doctor(const dunlin_options *options, const dunlin_doctor_options *doctor,
                  dunlin_result **result, dunlin_error *error);

/* The plan of doctor, with proofs; carried out when `apply` is 1: all but what waits for an answer.
 * Then all four places are compared again, which the exit code tells of. */
typedef struct dunlin_repair_options {
    uint64_t size;
    int32_t apply;
    int32_t no_backup;
    int32_t shadow;
    int32_t
        digests; /* 1: records of files edited in comments and blanks alone get their new digests */
    const char *shadow_url;
    const char *definition_command; /* as of doctor */
    const char *const *relinks;     /* "OLD=NEW": the unlisted file NEW is that of the entry OLD */
    uint64_t relink_count;
} dunlin_repair_options;
int dunlin_repair(const dunlin_options *options, const dunlin_repair_options *repair,
                  dunlin_result **result, dunlin_error *error);

/* After two branches came together: gives what is not applied numbers, times and places behind what is, in
 * the files and the journal; only tells unless `apply` is 1. Applied is what the target records and what
 * the branch `onto` has; `offline` 1 asks no database and takes the other branch of the merge for `onto`
 * where that is NULL. */
typedef struct dunlin_merge_options {
    uint64_t size;
    int32_t apply;
    int32_t offline;
    const char *onto; /* a commit, branch or tag; or NULL */
} dunlin_merge_options;
int dunlin_merge(const dunlin_options *options, const dunlin_merge_options *merge,
                 dunlin_result **result, dunlin_error *error);

/* Takes a database over from another tool: its claims are held against the schema, and what is proved or
 * merely claimed is recorded as such in a native project when `apply` is 1. Their table stays. */
typedef struct dunlin_adopt_options {
    uint64_t size;
    int32_t apply;
    int32_t no_backup;
    int32_t shadow;
    uint32_t reserved;
    const char *shadow_url;
    const char
        *from; /* "dbmate", "flyway" ...; NULL or "auto": whose the folder and the tables are */
    const char *table; /* the tool's table, where it is not called as usual; NULL: it is */
} dunlin_adopt_options;
int dunlin_adopt(const dunlin_options *options, const dunlin_adopt_options *adopt,
                 dunlin_result **result, dunlin_error *error);

/* What a person asserts about one migration: it was applied (1), or not (0), and why. Only the tracker
 * is written. */
int dunlin_mark(const dunlin_options *options, const char *tag, int applied, const char *why,
                dunlin_result **result, dunlin_error *error);
/* The same of all migrations up to this one that are not recorded: they were applied. `why` may be
 * NULL. */
int dunlin_baseline(const dunlin_options *options, const char *tag, const char *why,
                    dunlin_result **result, dunlin_error *error);

/* What people and repairs decided about the records of the target, oldest first. */
int dunlin_log(const dunlin_options *options, dunlin_result **result, dunlin_error *error);

/* Applies what is pending. */
typedef struct dunlin_migrate_options {
    uint64_t size;
    const char *to;           /* last tag to apply */
    const char *const *allow; /* tags whose findings do not stop the run */
    uint64_t allow_count;
    int32_t dry_run;            /* plan only */
    int32_t single_transaction; /* all pending migrations or none */
    int32_t no_backup;
    int32_t allow_nonempty; /* start on a database that already holds objects */
    int32_t keep_different; /* what IF NOT EXISTS finds different counts as present */
    int32_t cancel;         /* end the session of another run that is in the way */
    /* Where texts do not tell whether a late entry does the same behind what is applied: 1: replay both
     * orders in a throw-away database on the target's server ... */
    int32_t shadow;
    uint32_t reserved;
    const char *shadow_url; /* or in this empty database */
} dunlin_migrate_options;
int dunlin_migrate(const dunlin_options *options, const dunlin_migrate_options *migrate,
                   dunlin_result **result, dunlin_error *error);

/* Writes the schema of the target as a snapshot (docs/snapshots.md): the head snapshot of the
 * project, which the target has to be at, with the effects of each migration; or another file, or
 * into the result. */
typedef struct dunlin_snapshot_options {
    uint64_t size;
    const char *output; /* file; NULL: the head snapshot */
    int32_t print;      /* 1: only into the result, as "text" */
    /* Of the head: 1: replay the migrations in a throw-away database on the target's server ... */
    int32_t shadow;
    const char *shadow_url; /* or in this empty database */
    int32_t drizzle;        /* 1: drizzle-kit's snapshot of the newest migration, instead */
    uint32_t reserved;
} dunlin_snapshot_options;
int dunlin_snapshot(const dunlin_options *options, const dunlin_snapshot_options *snapshot,
                    dunlin_result **result, dunlin_error *error);

/* What the target holds otherwise than its tracker and the journal imply, object by object, and who is
 * stale: the database, the journal or the schema definition. */
typedef struct dunlin_drift_options {
    uint64_t size;
    int32_t replay;         /* 1: replay the migrations although the last run left what is needed */
    int32_t shadow;         /* 1: in a throw-away database on the target's server ... */
    const char *shadow_url; /* or in this empty database */
    int32_t accept;         /* 1: record the present state as right; wants `why` */
    int32_t revert;         /* 1: of `fix`: the migration takes the database back */
    const char *why;
    const char *fix; /* name of a migration to write that makes the journal agree; NULL: none */
} dunlin_drift_options;
int dunlin_drift(const dunlin_options *options, const dunlin_drift_options *drift,
                 dunlin_result **result, dunlin_error *error);

/* The tables of the target and the foreign keys between them, as a diagram in the result's "text" or
 * in a file. */
typedef struct dunlin_diagram_options {
    uint64_t size;
    const char *format;        /* "mermaid" (NULL), "dot", or "svg", which Graphviz's dot draws */
    const char *output;        /* file; NULL: the result's "text" */
    const char *const *tables; /* only these, and ... */
    uint64_t table_count;      /* 0: all */
    uint64_t depth;            /* ... what is at most so many foreign keys away; 0 without tables */
} dunlin_diagram_options;
int dunlin_diagram(const dunlin_options *options, const dunlin_diagram_options *diagram,
                   dunlin_result **result, dunlin_error *error);

/* Schema, diagram and history of a target as one HTML page that needs nothing else; `output` NULL:
 * schema.html. */
int dunlin_docs(const dunlin_options *options, const char *output, dunlin_result **result,
                dunlin_error *error);

/* What makes schema `a` into schema `b`: each the name of a target, a URL, a snapshot file (.json), a
 * file of SQL (.sql), "definition", or the tag of a migration for the state behind it. SQL and
 * migrations are run in a throw-away database. "target:", "tag:" and "file:" say which is meant. */
typedef struct dunlin_diff_options {
    uint64_t size;
    const char *const *renames; /* "table=table", "table.column=column" */
    uint64_t rename_count;
    int32_t sql;       /* 1: also as statements, in order */
    int32_t exit_code; /* 1: the exit code is DUNLIN_EXIT_DISAGREEMENT when they differ */
    /* Of a definition or a tag: 1: make the throw-away database on the server of the other side ... */
    int32_t shadow;
    uint32_t reserved;
    const char *shadow_url; /* or load into this empty database */
} dunlin_diff_options;
int dunlin_diff(const dunlin_options *options, const char *a, const char *b,
                const dunlin_diff_options *diff, dunlin_result **result, dunlin_error *error);

/* Writes the migration that leads from what the migrations make to what the schema definition says,
 * once a replay in a throw-away database has shown that it does (docs/generate.md). The result's
 * "text" is its content, "path" where it is written; neither where there is nothing to do. */
typedef struct dunlin_generate_options {
    uint64_t size;
    const char *definition;     /* file; NULL: the project's */
    const char *const *renames; /* as of dunlin_diff_options */
    uint64_t rename_count;
    int32_t dry_run;     /* 1: nothing is written */
    int32_t plain;       /* 1: no forms that cannot share a transaction, however long they lock */
    int32_t shadow;      /* 1: make the throw-away database on the target's server ... */
    int32_t drop_legacy; /* 1: instead, drop what is in the target and belongs to no migration */
    const char *shadow_url; /* or use this empty one */
} dunlin_generate_options;
int dunlin_generate(const dunlin_options *options, const char *name,
                    const dunlin_generate_options *generate, dunlin_result **result,
                    dunlin_error *error);

/* The schema of the target as SQL that makes it in an empty database. A portable one is written from the
 * migrations, and what a database has beyond it is found out in throw-away ones. */
typedef struct dunlin_schema_dump_options {
    uint64_t size;
    const char *output; /* a file; NULL: into the result, as "text" */
    int32_t shadow; /* 1: make them on the servers of targets that are not for development ... */
    const char *shadow_url; /* or use this empty one, for its kind of database */
    const char *
        tag; /* the state behind this migration instead, on a database of the target's kind; NULL: none */
} dunlin_schema_dump_options;
int dunlin_schema_dump(const dunlin_options *options, const dunlin_schema_dump_options *dump,
                       dunlin_result **result, dunlin_error *error);
/* dunlin_diff() of the target and a schema definition. A portable one, where the options name no target, is
 * compared with the migrations on each kind of database, as by dunlin_check(). */
int dunlin_schema_check(const dunlin_options *options, const char *path,
                        const dunlin_diff_options *diff, dunlin_result **result,
                        dunlin_error *error);
/* Runs a file of SQL in the target, whose database has to be empty. */
int dunlin_schema_load(const dunlin_options *options, const char *path, dunlin_result **result,
                       dunlin_error *error);

/* Decides for the statement of a migration that stopped part-way of which nothing can tell whether
 * it took effect: it did (done = 1), or it is to be run again (0). Only the ledger is written. Without
 * a tag the one that stopped is meant. */
int dunlin_resume(const dunlin_options *options, const char *tag, int done, dunlin_result **result,
                  dunlin_error *error);

int dunlin_journal_check(const dunlin_options *options, dunlin_result **result,
                         dunlin_error *error);
int dunlin_journal_rebuild(const dunlin_options *options, int dry_run, dunlin_result **result,
                           dunlin_error *error);
/* Three-way merge of native journals, as git calls a merge driver: writes the result to `ours`.
 * -1 with status DUNLIN_DISAGREEMENT when a person must decide. */
int dunlin_merge_driver(const char *base, const char *ours, const char *theirs,
                        dunlin_error *error);

int dunlin_backup(const dunlin_options *options, const char *destination, dunlin_result **result,
                  dunlin_error *error);
int dunlin_backups(const dunlin_options *options, dunlin_result **result, dunlin_error *error);
/* `name` as `backups` lists it, or a path. Takes a backup of the present state first. */
int dunlin_restore(const dunlin_options *options, const char *name, dunlin_result **result,
                   dunlin_error *error);

/* What each statement of a file of portable SQL is, whether it is portable, and with a driver
 * (name, or NULL) what it becomes there. The result's exit code is DUNLIN_EXIT_FAILED when some
 * statement is not portable. */
int dunlin_explain(const dunlin_options *options, const char *file, const char *driver,
                   dunlin_result **result, dunlin_error *error);

/* What of the migrations has no translation for the drivers of all targets (of the one that the
 * options name), or for those named here: every obstacle, every loss. Connects to nothing. The
 * result's exit code is DUNLIN_EXIT_DISAGREEMENT when something is not portable. */
typedef struct dunlin_portability_options {
    uint64_t size;
    const char *const *drivers; /* names */
    uint64_t driver_count;      /* 0: those of the targets */
} dunlin_portability_options;
int dunlin_check_portability(const dunlin_options *options, const dunlin_portability_options *check,
                             dunlin_result **result, dunlin_error *error);

/* Everything that the project says of its schema, held against everything else: journal and files;
 * the migrations, run from empty in a throw-away database for each dialect of the targets; snapshots
 * and definitions; and the target that the options name, if they name one. Nothing is written. The
 * result's exit code is DUNLIN_EXIT_DISAGREEMENT or DUNLIN_EXIT_PENDING where it has to be. */
typedef struct dunlin_check_options {
    uint64_t size;
    const char *const *drivers; /* names */
    uint64_t driver_count;      /* 0: those of the targets */
    int32_t shadow;             /* 1: throw-away databases on the servers of targets are allowed */
    int32_t complete;           /* 1: what cannot be verified counts as a disagreement */
    const char *shadow_url;     /* of an empty database to replay in, or NULL */
    const char *definition_command; /* a program that prints the definition as SQL, or NULL */
    int32_t
        environment; /* 1: only what a run on the target needs: driver, server, lock, tools ... */
} dunlin_check_options;
int dunlin_check(const dunlin_options *options, const dunlin_check_options *check,
                 dunlin_result **result, dunlin_error *error);

/* Puts IF [NOT] EXISTS into the statements of migrations wherever dunlin answers it, so that they can
 * be run again. What a target has applied is never touched. */
typedef struct dunlin_harden_options {
    uint64_t size;
    const char *file; /* one file, or NULL: */
    int32_t pending;  /* all that the target has not applied */
    int32_t write;    /* write the files; otherwise only the diff is told */
} dunlin_harden_options;
int dunlin_harden(const dunlin_options *options, const dunlin_harden_options *harden,
                  dunlin_result **result, dunlin_error *error);

/* Do the schemas of several databases mean the same, whatever kind each of them is (docs/parity.md)?
 * The first one is the reference. Only reads. The result's exit code is DUNLIN_EXIT_DISAGREEMENT
 * when they differ. */
typedef struct dunlin_parity_options {
    uint64_t size;
    const char *const *targets; /* names of configured ones */
    uint64_t target_count;
    const char *const *urls; /* of further databases, behind the targets */
    uint64_t url_count;      /* both 0: all configured targets, the default one first */
} dunlin_parity_options;
int dunlin_parity(const dunlin_options *options, const dunlin_parity_options *parity,
                  dunlin_result **result, dunlin_error *error);

/* Migrations as a script for the stock client of a database, which may run any number of times
 * (docs/export.md). Connects to nothing. */
typedef struct dunlin_export_options {
    uint64_t size;
    const char *driver; /* name; NULL: that of the target */
    const char *server; /* "postgres 15"; NULL: the one that the driver takes for the likeliest */
    const char *from;   /* first tag; NULL: the first there is */
    const char *to;     /* last tag; NULL: the last there is */
    const char *output; /* file that the script is written to; NULL: into the result */
} dunlin_export_options;
int dunlin_export(const dunlin_options *options, const dunlin_export_options *export_options,
                  dunlin_result **result, dunlin_error *error);

int dunlin_drivers(const dunlin_options *options, dunlin_result **result, dunlin_error *error);

/* Runs the conformance kit (docs/conformance.md) against a driver and a database that it may write
 * to. Cases that fail are a result, whose exit code is DUNLIN_EXIT_FAILED. */
typedef struct dunlin_driver_check_options {
    uint64_t size;
    const char *driver;      /* name, or the path of a file */
    const char *url;         /* of the database */
    const char *quirks_file; /* what the database cannot do; NULL: nothing */
    const char *const *only; /* ids of the cases to run, or "area.*" */
    uint64_t only_count;     /* 0: all */
} dunlin_driver_check_options;
int dunlin_driver_check(const dunlin_options *options, const dunlin_driver_check_options *check,
                        dunlin_result **result, dunlin_error *error);

#ifdef __cplusplus
}
#endif
#endif
