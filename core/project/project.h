/* SPDX-License-Identifier: MIT
 *
 * The project: dunlin.json, .env, targets, and the URL of the target at hand with its secrets
 * kept out of sight. Everything lives in the arena given to dn_project_load.
 *
 * dunlin.json (JSON with comments) is looked for in `directory`, or in the working folder and
 * its parents. Without one, DATABASE_URL and ./migrations make a project. Precedence: command
 * line, then dunlin.json, then defaults; for variables: environment, then .env beside
 * dunlin.json. docs/configuration.md lists every key.
 */
#ifndef DN_PROJECT_PROJECT_H
#define DN_PROJECT_PROJECT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/fact/ignore.h"

typedef enum dn_ahead { DN_AHEAD_OK = 0, DN_AHEAD_WARN, DN_AHEAD_FAIL } dn_ahead;
typedef enum dn_tags { DN_TAGS_TIMESTAMP = 0, DN_TAGS_SEQUENCE } dn_tags;
typedef enum dn_snapshots {
    DN_SNAPSHOTS_AUTO = 0, /* of targets for development */
    DN_SNAPSHOTS_ON,
    DN_SNAPSHOTS_OFF
} dn_snapshots;
typedef enum dn_definition_form {
    DN_DEFINITION_DIALECT = 0, /* a file for each kind of database */
    DN_DEFINITION_PORTABLE     /* one for all, in portable SQL */
} dn_definition_form;
typedef enum dn_backup_mode {
    DN_BACKUP_DEFAULT = 0,
    DN_BACKUP_NONE,
    DN_BACKUP_FULL,
    DN_BACKUP_SCHEMA, /* and the rows of the tracker */
    DN_BACKUP_COMMAND
} dn_backup_mode;

enum { DN_BACKUPS_KEPT = 5, DN_LOCK_TIMEOUT_MS = 60000, DN_LOCK_RETRIES = 3 };

typedef struct dn_target {
    const char *name;       /* "default" when it comes from --url or DATABASE_URL */
    const char *url;        /* as configured; may hold secrets, never print it */
    const char *url_source; /* to be shown: "env:DATABASE_URL", "file:...", or the redacted URL */
    unsigned line;          /* in dunlin.json, 0 otherwise */
    unsigned column;
    bool development; /* "kind": "development" */
    dn_backup_mode backup;
    const char *const *backup_command; /* of DN_BACKUP_COMMAND, ends with NULL */
    const char *backup_folder;         /* absolute, or NULL */
    int backups_kept;                  /* default DN_BACKUPS_KEPT */
    int64_t lock_timeout_ms;           /* wait for another run */
    int64_t statement_lock_timeout_ms; /* wait of one statement for a lock; 0: the driver's */
    int lock_retries;                  /* how often a migration that met a lock is tried again */
    const char *tracker;               /* table name override, or NULL */
} dn_target;

typedef struct dn_project {
    const char *root;       /* absolute folder that relative paths start from */
    const char *config;     /* path of dunlin.json, NULL when there is none */
    const char *migrations; /* absolute folder */
    const char *dialect;    /* "portable", "sqlite" ..., NULL: journal decides */
    const char
        *layout; /* whose folder it is: a name of core/journal/layout.h; NULL: its files say */
    bool native_guards; /* "guards": "native" */
    bool strict;        /* "portability": "strict" */
    dn_tags tags;
    dn_ahead ahead;
    bool plain_indexes;     /* "concurrently": false */
    bool grants;            /* privileges are part of the schema */
    dn_ignore ignore;       /* objects that are kept out of sight */
    dn_snapshots snapshots; /* whether `migrate` writes them, and the definition */
    const char *definition; /* absolute path of the schema definition; it need not exist */
    bool definition_named;  /* by dunlin.json */
    dn_definition_form definition_form;
    const dn_target *targets;
    size_t target_count;
    const char *default_target; /* NULL: none named */
    const char *env_file;       /* text of .env, NUL-terminated, or NULL */
    const char *env_path;
    const char *driver_path; /* --driver-path, or NULL */
} dn_project;

/* Does not need a target to exist. Errors: config.* with file:line:column. */
int dn_project_load(const dunlin_options *options, dn_arena *arena, dn_project *project,
                    dn_error *error);

/* The target that the options name: --url, else --target, else the default, else the only one,
 * else DATABASE_URL. *url is the resolved URL (env: and file: followed; relative paths in
 * file-database URLs are resolved by the driver against the working folder, so this makes
 * "sqlite:rel/path" absolute through the project root). It holds secrets: never print it.
 * Errors: target.none (says how to give one), target.unknown (lists the names), target.env,
 * target.file. */
int dn_project_target(const dn_project *project, const dunlin_options *options, dn_arena *arena,
                      const dn_target **target, const char **url, dn_error *error);

/* Whether it is the target where the options name none. */
bool dn_project_takes(const dn_project *project, const char *name);

/* A variable from the environment or .env; NULL when unset. */
const char *dn_project_variable(const dn_project *project, dn_arena *arena, const char *name);

/* The driver of that name, one of those that come with dunlin, are found, or are the scheme of a
 * target's URL; by its own name where it is an alias. NULL: there is none; then `names` gets those that
 * there are. Loads drivers where it is not one of dunlin's. */
int dn_project_driver_name(const dn_project *project, dunlin_string name, dn_arena *arena,
                           const char **driver, dn_text *names, dn_error *error);

/* Scheme of a URL: the text before the first ':', lower-cased; NULL when it is no [a-z0-9_+.-]+ */
char *dn_url_scheme(dn_arena *arena, const char *url);
/* Safe to show even when no driver is there to ask: everything that may be secret as "***". */
char *dn_url_redact(dn_arena *arena, const char *url);
/* "scheme:rel/path" with `folder` before the path; any other URL as it is. Bytes of the folder
 * that mean something in a URL (% ? #) are percent-encoded. */
char *dn_url_anchor(dn_arena *arena, const char *url, const char *folder);

#endif
