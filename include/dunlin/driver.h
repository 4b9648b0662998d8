/* SPDX-License-Identifier: MIT
 *
 * The driver ABI. A driver is a shared object that exports one function, dunlin_driver_entry_v0,
 * and translates between dunlin and one database. docs/drivers.md is the guide; this header is
 * the contract. While the symbol ends in _v0 the contract may change between releases; a driver
 * built against another version is refused with a sentence.
 *
 * Rules that hold for every function here
 *  - It returns a status (DUNLIN_OK or another DUNLIN_* class). Before it returns anything but
 *    DUNLIN_OK or DUNLIN_STOP it has called host->fail() once, which keeps the details.
 *  - `call` is the first argument: host services, deadline and cancellation of this one call. A
 *    driver keeps neither `call` nor `host` beyond it; a process may hold several hosts.
 *  - Strings are pointer + length and borrowed until the call returns, in both directions.
 *    Nothing is freed across the line. host->scratch() gives memory that lives as long as the
 *    call.
 *  - Results are pushed through host callbacks. A callback that answers non-zero wants the
 *    driver to clean up and return that very status.
 *  - One thread at a time per connection; `cancel` alone may come from another thread. Different
 *    connections may be used by different threads at once.
 *  - No longjmp or exception leaves a driver; it never calls exit, changes signals, locale,
 *    working folder or environment, and writes nothing to standard output or error.
 *  - SQL written by the core uses $1 .. $n as placeholders; the driver rewrites them if it must.
 *    Text of migration files is never rewritten and never has placeholders.
 *  - Times are nanoseconds of CLOCK_MONOTONIC for deadlines and microseconds for durations.
 *
 * Growing: the structs passed singly start with their size and grow at the end. The core copies
 * the smaller of the two sizes into a zeroed table, so an absent function reads NULL and means
 * "this driver does not do that".
 */
#ifndef DUNLIN_DRIVER_H
#define DUNLIN_DRIVER_H

#include <dunlin/schema.h>
#include <dunlin/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DUNLIN_DRIVER_ABI 0u /* the number in the entry symbol */
/* Raised by one whenever v0 changes; host and driver must agree on it exactly while it is v0. */
#define DUNLIN_DRIVER_REVISION 11u
#define DUNLIN_DRIVER_ENTRY_SYMBOL "dunlin_driver_entry_v0"

/* What a driver says about a failure; host->fail() copies it. Absent parts stay empty. */
typedef struct dunlin_failure {
    uint64_t size;
    int32_t status;       /* DUNLIN_* above */
    int32_t native_code;  /* the client library's or server's number */
    char sqlstate[8];     /* five characters and NUL, or empty */
    int64_t offset;       /* byte in the statement that was sent, of COPY data their line, or -1 */
    int64_t inner_offset; /* byte in inner_sql (a function's body ...), or -1 */
    dunlin_string inner_sql;
    dunlin_string message; /* the server's primary message */
    dunlin_string detail;
    dunlin_string hint;
    dunlin_string object; /* name of the object it is about */
} dunlin_failure;

enum { DUNLIN_LOG_DEBUG = 1, DUNLIN_LOG_INFO = 2, DUNLIN_LOG_WARNING = 3 };

/* --- profile: facts about a server as plain data ----------------------------------------------
 * Whatever takes a profile works without a connection, and takes NULL for the server the driver
 * knows best. `settings` are name = value pairs that change how text is read or written (sql_mode,
 * standard_conforming_strings ...). "namespace" names the schema or database in which unqualified
 * names were found when the connection was opened: dunlin qualifies its own tables with it, since a
 * migration may change where names are looked up. */
typedef struct dunlin_profile {
    uint64_t size;
    dunlin_string flavour; /* "sqlite", "postgresql", "mariadb", "mysql" ... */
    dunlin_string version; /* as the server says it, "3.40.1" */
    int32_t major;
    int32_t minor;
    int32_t patch;
    uint32_t reserved;
    const dunlin_string *settings; /* name, value, name, value ... */
    uint64_t setting_count;        /* number of strings, twice the number of settings */
} dunlin_profile;

enum { DUNLIN_LOCK_SESSION = 1, DUNLIN_LOCK_TRANSACTION = 2, DUNLIN_LOCK_LEASE = 3 };

enum {
    DUNLIN_CAN_TRANSACTIONAL_DDL = 1 << 0,
    DUNLIN_CAN_PIPELINE = 1 << 1,
    DUNLIN_CAN_SHADOW_MEMORY = 1 << 2,   /* a shadow costs nothing and touches no server */
    DUNLIN_CAN_SHADOW_DATABASE = 1 << 3, /* a shadow is a throw-away database on the server */
    DUNLIN_CAN_BACKUP_ITSELF = 1 << 4,   /* backup() does the work; otherwise it pushes a process */
    DUNLIN_CAN_CANCEL = 1 << 5,
    DUNLIN_CAN_INTROSPECT_OBJECTS = 1 << 6, /* introspect answers DUNLIN_SCOPE_OBJECTS */
    DUNLIN_CAN_INTROSPECT_FACTS = 1 << 7,   /* introspect answers DUNLIN_SCOPE_FACTS */
    /* introspect answers DUNLIN_SCOPE_TEXT for given keys, and classify tells what a statement
     * touches. What does not exist is answered by host->gone(). */
    DUNLIN_CAN_FINGERPRINT = 1 << 8,
    DUNLIN_CAN_NAMESPACES = 1 << 9,    /* paths of facts begin with a namespace */
    DUNLIN_CAN_NAMED_TYPES = 1 << 10,  /* enum and domain are objects of their own */
    DUNLIN_CAN_TRANSLATE = 1 << 11,    /* renders portable operations and gives expression_rules */
    DUNLIN_CAN_FOLD_OBJECTS = 1 << 12, /* names of tables and the like: ASCII case does not count */
    DUNLIN_CAN_FOLD_MEMBERS = 1 << 13, /* names of columns, keys, indexes: the same */
    DUNLIN_CAN_BACKUP_SCHEMA = 1 << 14, /* backup() can leave rows out: DUNLIN_BACKUP_SCHEMA */
    /* Its servers may be reached through a transaction pooler, which describe() notices. There the
     * run lock is a row of a table: SELECT .. FOR UPDATE keeps what it reads locked to the end of
     * the transaction, and timestamps compare with CURRENT_TIMESTAMP. */
    DUNLIN_CAN_LEASE = 1 << 15,
    DUNLIN_CAN_TABLE_INDEXES = 1 << 16,    /* two tables may have indexes of the same name */
    DUNLIN_CAN_INTROSPECT_SINCE = 1 << 17, /* introspect answers a scope with a mark in `since` */
    DUNLIN_CAN_NAME_NOT_NULL = 1 << 18,    /* NOT NULL has a name, which no fact tells */
    /* What it has no ALTER TABLE for is a rebuild of the table, and one rebuild serves all operations
     * on it that render() is given: neighbouring ALTER TABLEs of portable text, in one transaction,
     * come together where that means the same. */
    DUNLIN_CAN_REBUILD = 1 << 19,
    /* introspect answers DUNLIN_SCOPE_TEXT without keys, and makes facts of what it answered. */
    DUNLIN_CAN_KEEP_TEXTS = 1 << 20,
    /* Privileges are facts where DUNLIN_CALL_GRANTS asks for them: to introspect and to affected; classify
     * and the shadow know that a GRANT on an object of the database is for the replay. */
    DUNLIN_CAN_GRANTS = 1 << 21,
    /* A foreign key, unique key or check without a name is called after its table and columns, with a number only
     * where that name is taken. */
    DUNLIN_CAN_NAME_BY_COLUMNS = 1 << 22,
    /* RESET works inside a transaction, and is undone with it. It comes before the records of a migration:
     * whoever the migration made itself, it is recorded by the user who connected. */
    DUNLIN_CAN_RESET_INSIDE = 1 << 23,
    DUNLIN_CAN_REFER_AHEAD = 1 << 24 /* a foreign key may name a table that is made later */
};

typedef struct dunlin_capabilities {
    uint64_t size;
    uint64_t flags;           /* DUNLIN_CAN_* */
    int32_t lock_kind;        /* DUNLIN_LOCK_* */
    int32_t identifier_limit; /* longest name in bytes, 0 when there is no limit */
    /* A type under which columns of several types are kept, as TEXT: that a column is of it already does not tell
     * that its values are of the form that a change of type wants. Such a change is given to render() all the
     * same, which finds out whether there is anything to do. NULL: there is none. */
    const char *loose_type;
} dunlin_capabilities;

enum { DUNLIN_EMPTY_UNKNOWN = 2 };

/* What `open`'s peer told about itself; pushed once through host->server(). */
typedef struct dunlin_server {
    uint64_t size;
    const dunlin_profile *profile;
    dunlin_string identity; /* same text = same database, whatever the URL looked like */
    dunlin_string name;     /* for people: "app.db", "app on db1:5432" */
    dunlin_string path;     /* of a file database, absolute; else empty */
    dunlin_string backend;  /* id of this session, for session_alive and lock holders */
    dunlin_string backend_start;
    int32_t read_only; /* 0 or 1 */
    int32_t pooled;    /* 1 behind a transaction pooler */
    /* 1 when the database does not exist yet or holds nothing at all; DUNLIN_EMPTY_UNKNOWN where
     * that takes a question of its own: describe is called again if it matters, and then answers. */
    int32_t empty;
    int32_t further_namespaces; /* 1: names are also looked for in others than the "namespace" */
} dunlin_server;

/* --- lexer rules -------------------------------------------------------------------------------
 * How the dialect's text falls into tokens and statements, as data, so that one lexer in the core
 * serves every dialect. Pushed one by one through host->lexer_rule(). Words in patterns are
 * upper case and matched without regard to case. */
enum {
    /* open .. close is one token: strings, quoted names. */
    DUNLIN_LEX_QUOTE = 1,
    /* $tag$ .. $tag$ */
    DUNLIN_LEX_DOLLAR_QUOTE = 2,
    /* open .. close, or open .. end of line when close is empty */
    DUNLIN_LEX_COMMENT = 3,
    /* In a statement that matches `head`, the separator does not end it while a body is open.
     * Words of `openers` raise the depth, words of `closers` lower it. */
    DUNLIN_LEX_BODY = 4,
    /* A client command at the start of a line that changes the separator; open = its word. */
    DUNLIN_LEX_DELIMITER_COMMAND = 5,
    /* Lines after a statement that matches `head` are data up to a line equal to `close`. */
    DUNLIN_LEX_DATA_SECTION = 6,
    /* A line that starts with `open` outside a statement is a client command: refused. */
    DUNLIN_LEX_CLIENT_COMMAND = 7,
    /* Where the database itself takes IF [NOT] EXISTS: directly behind a beginning of a statement that
     * matches `head`. For files that other programs send as they stand. */
    DUNLIN_LEX_CONDITION = 8
};

enum {
    DUNLIN_LEX_DOUBLED = 1 << 0,     /* QUOTE: the close written twice stands for itself */
    DUNLIN_LEX_BACKSLASH = 1 << 1,   /* QUOTE: a backslash takes the next byte literally */
    DUNLIN_LEX_IDENTIFIER = 1 << 2,  /* QUOTE: the token is a name, not a string */
    DUNLIN_LEX_PREFIXED = 1 << 3,    /* QUOTE: only directly after the word in `head` (E'..') */
    DUNLIN_LEX_NESTS = 1 << 4,       /* COMMENT: may nest */
    DUNLIN_LEX_NEEDS_BLANK = 1 << 5, /* COMMENT: open must be followed by blank, control or end */
    DUNLIN_LEX_CODE = 1 << 6,        /* COMMENT: the server executes it; it is a token, and sent */
    /* BODY: the statement ends at separator + END + separator (SQLite triggers); openers and
     * closers are not used. */
    DUNLIN_LEX_END_STATEMENT = 1 << 7,
    DUNLIN_LEX_CR_ENDS = 1 << 8, /* COMMENT without close: a lone carriage return ends it too */
    /* CLIENT_COMMAND: refused wherever it stands outside quotes and comments. */
    DUNLIN_LEX_ANYWHERE = 1 << 9
};

/* head, openers and closers are lists of alternatives separated by '|'; an alternative is words
 * separated by one blank, a word or one symbol each. In `head`, [X] is optional, {A,B} one of
 * these, * any run of tokens up to the next word: "CREATE [OR REPLACE] {TEMP,TEMPORARY} TRIGGER".
 * The head of a PREFIXED quote lists the texts that stand directly before the quote.
 *
 * Openers and closers count behind the head, each up or down by one, never below zero; of those
 * that match at one place the one of most words counts ("END IF" before "END"), and one that is
 * in both lists counts for nothing. A word behind '.' or '@' is a name. An opener that ends in
 * '!(' does not count directly before a parenthesis ("REPEAT!("); one that starts with '+' counts
 * only inside an open body.
 *
 * Quotes open and close with one byte; no quote, comment or ANYWHERE command opens with a letter,
 * digit or underscore. The longest comment opener that fits wins. While a DELIMITER command is in
 * force bodies are not looked for. */
typedef struct dunlin_lexer_rule {
    uint64_t size;
    int32_t kind;  /* DUNLIN_LEX_QUOTE .. */
    int32_t flags; /* DUNLIN_LEX_DOUBLED .. */
    dunlin_string open;
    dunlin_string close;
    dunlin_string head;
    dunlin_string openers;
    dunlin_string closers;
} dunlin_lexer_rule;

enum {
    DUNLIN_TOKEN_WORD = 1, /* keyword or unquoted name */
    DUNLIN_TOKEN_NAME = 2, /* quoted name */
    DUNLIN_TOKEN_STRING = 3,
    DUNLIN_TOKEN_NUMBER = 4,
    DUNLIN_TOKEN_SYMBOL = 5, /* operator or punctuation */
    DUNLIN_TOKEN_CODE = 6    /* an executable comment */
};

typedef struct dunlin_token {
    uint64_t size;
    int32_t kind; /* DUNLIN_TOKEN_* */
    uint32_t reserved;
    dunlin_string text; /* as written, quotes included */
    uint64_t offset;    /* bytes into the text given to host->tokens() */
} dunlin_token;

/* --- classify: what kind of statement is this ------------------------------------------------- */
enum {
    DUNLIN_CLASS_NO_TRANSACTION = 1 << 0,    /* fails inside a transaction */
    DUNLIN_CLASS_COMMITS = 1 << 1,           /* commits by itself */
    DUNLIN_CLASS_LOSSY_DATA = 1 << 2,        /* touches data no transaction protects (MyISAM) */
    DUNLIN_CLASS_COMMIT_BEFORE_USE = 1 << 3, /* what it makes is usable only after a commit */
    DUNLIN_CLASS_CHANGES_LEXING = 1 << 4,    /* text after it may be read by other rules */
    DUNLIN_CLASS_CLIENT_COMMAND = 1 << 5,    /* meant for a client program, not for a server */
    DUNLIN_CLASS_COPY_IN = 1 << 6,           /* data lines follow */
    DUNLIN_CLASS_REACHES_OUTSIDE = 1 << 7,   /* touches what is not in this database */
    DUNLIN_CLASS_BEGIN = 1 << 8,             /* transaction control, by kind */
    DUNLIN_CLASS_COMMIT = 1 << 9,
    DUNLIN_CLASS_ROLLBACK = 1 << 10,
    DUNLIN_CLASS_SAVEPOINT = 1 << 11, /* SAVEPOINT, RELEASE, ROLLBACK TO: harmless inside */
    /* A session setting that means nothing inside a transaction: it is taken out of the file and
     * obeyed around the transaction (SQLite's PRAGMA foreign_keys). Of several, the first that
     * RELAXES decides, else the first; the session is reset after the migration. */
    DUNLIN_CLASS_AROUND = 1 << 12,
    DUNLIN_CLASS_DDL = 1 << 13,        /* changes the schema */
    DUNLIN_CLASS_DATA = 1 << 14,       /* changes rows */
    DUNLIN_CLASS_QUERY = 1 << 15,      /* reads only */
    DUNLIN_CLASS_RELAXES = 1 << 16,    /* with AROUND: it switches checks off */
    DUNLIN_CLASS_REPEATABLE = 1 << 17, /* may run twice: it changes neither schema nor rows */
    /* It sets what later statements of the session go by, and nothing else: said again when a
     * migration is taken up that stopped part-way. */
    DUNLIN_CLASS_SESSION = 1 << 18,
    /* Names without a namespace may mean something else for the rest of the session. */
    DUNLIN_CLASS_CHANGES_NAMES = 1 << 19,
    /* One that no transaction holds, and that is certainly done whole or, where the database
     * refuses it, not at all. */
    DUNLIN_CLASS_WHOLE = 1 << 20
};

/* Pushed once through host->classified(). */
typedef struct dunlin_class {
    uint64_t size;
    uint64_t flags;        /* DUNLIN_CLASS_* */
    int32_t touches_known; /* 1 when host->touched() was told every object it touches */
    uint32_t reserved;
} dunlin_class;

/* --- render ------------------------------------------------------------------------------------
 * Behind its steps, render() may push through host->fact() members of objects that come out otherwise than the
 * operations say, as a default does that becomes one of the column's new type, under the names that objects
 * have then; `unsure` as in realise(). Where it says nothing of a default behind a change of type, that is
 * looked at when it matters. */
enum {
    DUNLIN_RENDER_PLAN = 1,  /* to show a person */
    DUNLIN_RENDER_RUN = 2,   /* to execute now, one statement a step */
    DUNLIN_RENDER_SCRIPT = 3 /* for the stock client, guards included */
};

enum {
    DUNLIN_STEP_BEFORE_BEGIN = 1,
    DUNLIN_STEP_PROBE = 2,
    DUNLIN_STEP_STATEMENT = 3,
    DUNLIN_STEP_CHECK = 4,
    DUNLIN_STEP_POST_CONDITION = 5,
    DUNLIN_STEP_FINALLY = 6
};

/* Pushed through host->step(), in order of execution. */
typedef struct dunlin_step {
    uint64_t size;
    int32_t role; /* DUNLIN_STEP_* */
    uint32_t reserved;
    dunlin_string sql;
    uint64_t first_operation; /* ordinals, in the list given, that this step serves */
    uint64_t operation_count;
    dunlin_string expected; /* of PROBE, CHECK and POST_CONDITION: first cell of the first row */
} dunlin_step;

enum { DUNLIN_NOTE_LOSSY = 1, DUNLIN_NOTE_UNTRANSLATABLE = 2, DUNLIN_NOTE_INFORMATION = 3 };

typedef struct dunlin_note {
    uint64_t size;
    int32_t kind; /* DUNLIN_NOTE_* */
    uint32_t reserved;
    uint64_t operation;
    dunlin_string message;
} dunlin_note;

/* --- scripts for the stock client -----------------------------------------------------------------
 * A script is made of parts, one after the other: it opens, its units are carried out where they are
 * wanted, it closes. It ends at its first error, may be stopped anywhere, and may run any number of
 * times. What stands in it is complete: nobody is connected when it is written. */
enum {
    DUNLIN_SCRIPT_OPEN = 1,    /* the session as a run has it; alone, where that can be */
    DUNLIN_SCRIPT_UNIT = 2,    /* items, carried out where `condition` holds */
    DUNLIN_SCRIPT_REQUIRE = 3, /* ends the script with `message` where neither `condition` holds nor
                                * all of `absent` is */
    DUNLIN_SCRIPT_CLOSE = 4
};

enum {
    DUNLIN_SCRIPT_TRANSACTION = 1 << 0, /* of a UNIT: all of it takes effect or nothing */
    DUNLIN_SCRIPT_RESET = 1 << 1        /* settings of the session may have changed in it */
};

enum {
    DUNLIN_SCRIPT_STATEMENT = 1, /* one statement of this database */
    DUNLIN_SCRIPT_RENDERED = 2,  /* what render() gave as a step in mode SCRIPT */
    DUNLIN_SCRIPT_CHECK = 3,     /* a query whose first cell, as text, must read `expected` */
    /* What operations[0] makes: where that is there and different, the script ends with both in the
     * message. Behind it stand the foreign keys of a table, and as realise() gives them the checks and
     * the columns that are computed. `sql` makes the like of it, to be looked at and dropped: a table,
     * view, sequence or type of the name below, or in a copy of the table an index of the name below, a
     * constraint or a column that is computed (the copy has it already); a trigger as it is. It is
     * empty for a foreign key, and where the driver makes none of these in one statement.
     * UNSUPPORTED where the driver cannot compare it. */
    DUNLIN_SCRIPT_COMPARE = 4
};

#define DUNLIN_SCRIPT_LIKE "dunlin_wanted"
#define DUNLIN_SCRIPT_LIKE_INDEX "dunlin_wanted_index"

typedef struct dunlin_script_item {
    uint64_t size;
    int32_t kind; /* DUNLIN_SCRIPT_STATEMENT .. */
    int32_t role; /* DUNLIN_STEP_BEFORE_BEGIN, _FINALLY: around the transaction, always; else 0 */
    dunlin_string sql;
    dunlin_string expected;     /* of CHECK */
    const dunlin_value *values; /* of a STATEMENT of dunlin's own, which has $1 .. $n for them */
    uint64_t value_count;
    /* Not none: what a STATEMENT of a migration does. It is left out where that is so already;
     * UNSUPPORTED where the driver cannot ask for that. */
    const dunlin_operation *const *operations;
    uint64_t operation_count;
    /* Of a STATEMENT of a migration: what takes back the note that it was begun, to be sent where it
     * fails, if the client can do so. Or empty. */
    dunlin_string otherwise;
} dunlin_script_item;

typedef struct dunlin_script_part {
    uint64_t size;
    int32_t kind;                /* DUNLIN_SCRIPT_OPEN .. */
    int32_t flags;               /* DUNLIN_SCRIPT_TRANSACTION .. */
    dunlin_string condition;     /* an expression of this database; empty: it holds */
    dunlin_string message;       /* of REQUIRE, one line */
    const dunlin_string *absent; /* of REQUIRE: names of tables, in the namespace of the profile */
    uint64_t absent_count;
    const dunlin_script_item *const *items; /* of UNIT */
    uint64_t item_count;
} dunlin_script_part;

/* --- portable expressions -------------------------------------------------------------------------
 * What portable SQL (PostgreSQL's spelling) is called here, as data, so that the one parser and
 * writer in the core serves every driver. What has no rule is not portable to this driver. Names and
 * templates: docs/expressions.md. */
enum {
    DUNLIN_RULE_FUNCTION = 1, /* name(...): $1, $2 ... arguments, $* all with commas */
    DUNLIN_RULE_OPERATOR = 2, /* $1 name $2; also like, collate ... */
    DUNLIN_RULE_PREFIX = 3,
    DUNLIN_RULE_CAST = 4,  /* to the portable type `name`, without its length */
    DUNLIN_RULE_VALUE = 5, /* current_timestamp, true, excluded ... */
    DUNLIN_RULE_CLAUSE = 6 /* part of a query or data statement */
};

typedef struct dunlin_expression_rule {
    uint64_t size;
    int32_t kind;           /* DUNLIN_RULE_* */
    int32_t flags;          /* 0 */
    dunlin_string name;     /* lower case, words separated by one blank */
    dunlin_string operands; /* classes separated by blanks ("int int"), or empty: any */
    dunlin_string result;   /* class of the result, or empty: that of the first operand */
    /* Empty: written as it stands. The text between $n is copied. */
    dunlin_string native;
    /* Not empty: not portable here although it has a rule; why. */
    dunlin_string refusal;
} dunlin_expression_rule;

enum {
    DUNLIN_TRANSLATE_EXPRESSION = 1,
    DUNLIN_TRANSLATE_QUERY = 2, /* a SELECT */
    DUNLIN_TRANSLATE_DATA = 3   /* INSERT, UPDATE, DELETE, TRUNCATE */
};

/* --- run ---------------------------------------------------------------------------------------- */
enum {
    DUNLIN_ITEM_BEGIN = 1, /* starts a transaction that may write, taking the write lock now */
    DUNLIN_ITEM_STATEMENT = 2,
    DUNLIN_ITEM_COPY_DATA = 3, /* the last statement was COPY_IN: chunks by host->read_chunk() */
    DUNLIN_ITEM_COMMIT = 4,
    DUNLIN_ITEM_SAVEPOINT = 5,
    DUNLIN_ITEM_ROLLBACK = 6, /* of the transaction; harmless where none is open */
    DUNLIN_ITEM_RESET = 7,    /* puts the session's settings back to the pinned ones */
    DUNLIN_ITEM_CHECK = 8     /* a query whose first cell, as text, must equal `expected`; otherwise
                               * it fails with DUNLIN_CONSTRAINT and says what it got */
};

/* One thing to do; its text and values live until the next pull. */
typedef struct dunlin_item {
    uint64_t size;
    int32_t kind; /* DUNLIN_ITEM_* */
    uint32_t reserved;
    uint64_t ordinal; /* counts the items of this run call from 0 */
    dunlin_string sql;
    const dunlin_value *values;
    uint64_t value_count;
    int64_t lock_timeout_ms;      /* 0: the session's */
    int64_t statement_timeout_ms; /* 0: none */
    dunlin_string expected;       /* of CHECK */
} dunlin_item;

enum {
    DUNLIN_OUTCOME_RAN = 1,
    DUNLIN_OUTCOME_SKIPPED = 2, /* not sent, or sent and undone, because an earlier item failed */
    DUNLIN_OUTCOME_FAILED = 3,
    DUNLIN_OUTCOME_LOST = 4 /* the connection broke: nobody knows yet */
};

/* Pushed through host->item_done(), once per item, in order. A FAILED or LOST one is preceded by
 * host->fail(); the first of these ends the run: no later item takes effect, a COMMIT included. */
typedef struct dunlin_outcome {
    uint64_t size;
    uint64_t ordinal;
    int32_t outcome;        /* DUNLIN_OUTCOME_* */
    int32_t in_transaction; /* 1 when a transaction is still open behind this item */
    int64_t rows;           /* changed, or -1 */
    int64_t elapsed_us;     /* -1 when it cannot be told apart (pipelined) */
} dunlin_outcome;

/* --- introspect --------------------------------------------------------------------------------- */
enum {
    DUNLIN_SCOPE_OBJECTS = 1, /* tables, views, indexes ...: keys without properties */
    DUNLIN_SCOPE_FACTS = 2,   /* everything */
    /* Of the keys given: one property "text" that changes whenever a statement changes the object,
     * as cheaply as can be, or what FACTS gives. Without keys (DUNLIN_CAN_KEEP_TEXTS): of all objects,
     * as cheaply as can be, so that the facts can be made of it later (dunlin_scope.texts);
     * UNSUPPORTED where the facts of this schema take more than texts. */
    DUNLIN_SCOPE_TEXT = 3
};

typedef struct dunlin_scope {
    uint64_t size;
    int32_t depth; /* DUNLIN_SCOPE_* */
    uint32_t reserved;
    const dunlin_string *namespaces; /* empty: the default one(s) */
    uint64_t namespace_count;
    const dunlin_string *exclusions; /* object names left out (tracker tables) */
    uint64_t exclusion_count;
    /* Only these objects, or none for all. Where names of routines may be overloaded, one without its
     * arguments stands for all of that name. */
    const dunlin_fact *const *keys;
    uint64_t key_count;
    /* With FACTS and no keys: a mark that an earlier introspect of this connection pushed. Only what
     * changed since is told: of a table, view or other object that changed or is no more first
     * host->gone(), which stands for everything that belongs to it, then its facts as they are. With
     * a mark that means nothing here ("-", say) all facts are told. A new mark is pushed in the end.
     * Empty: no mark is wanted. */
    dunlin_string since;
    /* With FACTS and DUNLIN_CAN_KEEP_TEXTS: what introspect answered to TEXT without keys, now or at
     * another time, in that order. The facts are those of that schema, whatever is there now. */
    const dunlin_fact *const *texts;
    uint64_t text_count;
} dunlin_scope;

/* --- locks, sessions ------------------------------------------------------------------------------ */
typedef struct dunlin_holder {
    uint64_t size;
    dunlin_string backend; /* process or session id */
    dunlin_string host;
    dunlin_string application;
    dunlin_string since; /* ISO 8601, UTC */
} dunlin_holder;

enum { DUNLIN_SESSION_GONE = 0, DUNLIN_SESSION_ALIVE = 1, DUNLIN_SESSION_UNKNOWN = 2 };

enum {
    DUNLIN_PURPOSE_WORK = 1,
    DUNLIN_PURPOSE_LOCK = 2,
    DUNLIN_PURPOSE_SHADOW = 3,
    DUNLIN_PURPOSE_MAINTENANCE = 4
};

typedef struct dunlin_open_options {
    uint64_t size;
    int32_t purpose;   /* DUNLIN_PURPOSE_* */
    int32_t read_only; /* 1: this connection will only read, and creates nothing */
    int64_t connect_timeout_ms;
    int64_t lock_timeout_ms;   /* how long one statement waits for a lock; 0: driver's default */
    dunlin_string application; /* shown by the server as the client's name */
} dunlin_open_options;

/* --- shadows -------------------------------------------------------------------------------------
 * Throw-away databases in which migrations are replayed. A new one is an empty database of the same
 * server and the same kind as the target's: character set, collation and all other settings that
 * change what a schema looks like. It carries a mark that tells what it is, and nothing without this
 * mark is ever dropped. */
typedef struct dunlin_shadow {
    uint64_t size;
    dunlin_string url;  /* of the target; empty: there is none, beside a database that is given */
    dunlin_string name; /* of the new database: DUNLIN_SHADOW_PREFIX and 16 hex digits */
    dunlin_string
        given; /* URL of an empty database to be used in the place of a new one, or empty */
} dunlin_shadow;

#define DUNLIN_SHADOW_PREFIX "dunlin_shadow_"

enum {
    DUNLIN_SHADOW_IN_USE = 1,
    DUNLIN_SHADOW_ABANDONED = 2, /* the session that made it is gone */
    DUNLIN_SHADOW_UNMARKED = 3   /* called like one, but without the mark: never dropped */
};

/* One that is there; pushed through host->shadow(). */
typedef struct dunlin_shadow_found {
    uint64_t size;
    int32_t state; /* DUNLIN_SHADOW_* */
    uint32_t reserved;
    dunlin_string name;
} dunlin_shadow_found;

/* --- files of a backup ------------------------------------------------------------------------------ */
enum { DUNLIN_BACKUP_FULL = 1, DUNLIN_BACKUP_SCHEMA = 2 };

/* What a backup is to hold. Schema and rows go into one file, which restore() can tell apart from
 * other files. */
typedef struct dunlin_backup_options {
    uint64_t size;
    int32_t content; /* DUNLIN_BACKUP_*; of restore: FULL refuses a file without rows */
    uint32_t reserved;
    dunlin_string path;            /* of the file to write, which does not exist yet, or to read */
    const dunlin_profile *profile; /* of the server; NULL: not known */
    /* whose rows SCHEMA holds all the same, each as it is written in SQL, qualified */
    const dunlin_string *tables;
    uint64_t table_count;
} dunlin_backup_options;

/* A program that the host runs, for host->process(), which returns when it has ended, and fails
 * with what it wrote to standard error unless it ended with 0. Arguments are seen by everybody in
 * the list of processes. */
typedef struct dunlin_process {
    uint64_t size;
    const dunlin_string *arguments; /* [0] is the program, looked for in PATH */
    uint64_t argument_count;
    const dunlin_string *environment; /* NAME=value added to ours; the place for passwords */
    uint64_t environment_count;
    dunlin_string output; /* file that standard output is added to, or empty */
    dunlin_string input;  /* file that is standard input, or empty */
    /* Without `output`: gets standard output, piece by piece; NULL: nobody wants it. */
    int32_t (*visit)(dunlin_string text, void *context);
    void *context;
} dunlin_process;

/* A privilege that the user of a connection lacks; pushed through host->missing(). */
typedef struct dunlin_missing {
    uint64_t size;
    uint64_t operation;      /* ordinal of the first one that needs it */
    dunlin_string privilege; /* "CREATE" */
    dunlin_string object;    /* "schema public" */
    dunlin_string account;   /* who lacks it */
    dunlin_string grant;     /* the statement that gives it */
} dunlin_missing;

/* --- the parts of a URL ------------------------------------------------------------------------------ */
typedef struct dunlin_url_part {
    uint64_t size;
    dunlin_string name; /* "host", "user", "password", "path" ... */
    dunlin_string value;
    int32_t secret; /* 1: never shown */
    uint32_t reserved;
} dunlin_url_part;

/* --- host services: what the core offers a driver during a call ---------------------------------------- */
typedef struct dunlin_call dunlin_call;

typedef struct dunlin_host {
    uint64_t size;
    uint32_t abi;      /* DUNLIN_DRIVER_ABI */
    uint32_t revision; /* DUNLIN_DRIVER_REVISION */

    /* Keeps the details of a failure and returns its status, so that `return host->fail(..)`. */
    int32_t (*fail)(const dunlin_call *call, const dunlin_failure *failure);
    void (*log)(const dunlin_call *call, int32_t level, dunlin_string message);
    void (*notice)(const dunlin_call *call, dunlin_string sqlstate, dunlin_string message);
    void (*progress)(const dunlin_call *call, int64_t done, int64_t total, dunlin_string unit);
    int32_t (*cancelled)(const dunlin_call *call); /* 1 when the user wants to stop */
    void *(*scratch)(const dunlin_call *call,
                     uint64_t bytes); /* aligned, zeroed; NULL: no memory */
    int32_t (*text)(const dunlin_call *call, dunlin_string text); /* appends to the text result */

    int32_t (*columns)(const dunlin_call *call, const dunlin_string *names, uint64_t count);
    int32_t (*row)(const dunlin_call *call, const dunlin_value *values, uint64_t count);

    /* DUNLIN_OK with *item filled; DUNLIN_STOP when there is no more. */
    int32_t (*next_item)(const dunlin_call *call, dunlin_item *item);
    int32_t (*item_done)(const dunlin_call *call, const dunlin_outcome *outcome);
    int64_t (*read_chunk)(const dunlin_call *call, void *buffer,
                          uint64_t bytes); /* 0 end, <0 error */

    int32_t (*fact)(const dunlin_call *call, const dunlin_fact *fact);
    int32_t (*gone)(const dunlin_call *call, const dunlin_fact *key);
    /* A key without a path: there may be more of this kind than the user is shown; of grants, that these
     * could not be read at all. */
    int32_t (*unreadable)(const dunlin_call *call, const dunlin_fact *key, dunlin_string reason);
    int32_t (*mark)(const dunlin_call *call, dunlin_string mark);
    /* Current facts, during render: find one by key (*found is NULL when absent), or visit all. */
    int32_t (*find)(const dunlin_call *call, const dunlin_fact *key, const dunlin_fact **found);
    int32_t (*each)(const dunlin_call *call, dunlin_string kind,
                    int32_t (*visit)(const dunlin_fact *fact, void *context), void *context);

    /* Cuts text by the calling driver's own rules for `profile`. visit answers non-zero to stop. */
    int32_t (*tokens)(const dunlin_call *call, const dunlin_profile *profile, dunlin_string text,
                      int32_t (*visit)(const dunlin_token *token, void *context), void *context);
    /* Turns CREATE text into facts, pushed to visit. */
    int32_t (*parse)(const dunlin_call *call, const dunlin_profile *profile, dunlin_string text,
                     int32_t (*visit)(const dunlin_fact *fact, void *context), void *context);

    int32_t (*step)(const dunlin_call *call, const dunlin_step *step);
    int32_t (*note)(const dunlin_call *call, const dunlin_note *note);
    int32_t (*process)(const dunlin_call *call, const dunlin_process *process);
    int32_t (*lexer_rule)(const dunlin_call *call, const dunlin_lexer_rule *rule);
    int32_t (*classified)(const dunlin_call *call, const dunlin_class *result);
    int32_t (*touched)(const dunlin_call *call, const dunlin_fact *key);
    int32_t (*url_part)(const dunlin_call *call, const dunlin_url_part *part);
    int32_t (*profile)(const dunlin_call *call, const dunlin_profile *profile);
    int32_t (*server)(const dunlin_call *call, const dunlin_server *server);
    int32_t (*holder)(const dunlin_call *call, const dunlin_holder *holder);
    /* Answers of `url`: the text safe to show, and the identity of the database. */
    int32_t (*url_text)(const dunlin_call *call, dunlin_string redacted, dunlin_string identity);
    int32_t (*expression_rule)(const dunlin_call *call, const dunlin_expression_rule *rule);
    /* Portable text -> text of the calling driver, by its expression_rules, in memory that lives as
     * long as the call. When there is none, it answers UNSUPPORTED and has called fail() with the
     * reason. A driver without expression_rules is given the text as it is. */
    int32_t (*translate)(const dunlin_call *call, const dunlin_profile *profile, int32_t what,
                         dunlin_string text, dunlin_string *native);
    int32_t (*missing)(const dunlin_call *call, const dunlin_missing *missing);
    int32_t (*shadow)(const dunlin_call *call, const dunlin_shadow_found *found);
    /* Current facts right below an object, as a table's columns are, in order; of one kind, or of
     * all when it is empty. Takes no longer where there are many tables, unlike each(). */
    int32_t (*members)(const dunlin_call *call, dunlin_string kind, const dunlin_string *path,
                       uint64_t path_count,
                       int32_t (*visit)(const dunlin_fact *fact, void *context), void *context);
} dunlin_host;

struct dunlin_call {
    uint64_t size;
    const dunlin_host *host;
    void *context;       /* the host's, passed back with the call itself */
    int64_t deadline_ns; /* CLOCK_MONOTONIC, 0: none */
    int32_t wake_fd;     /* becomes readable when the user cancels, -1: none */
    uint32_t flags;      /* DUNLIN_CALL_* */
};

enum {
    /* The process is the host's alone, and calls come from one thread, cancel() excepted: a driver may set
     * its client library up for that. The same in every call. */
    DUNLIN_CALL_OWN_PROCESS = 1 << 0,
    /* Grants are part of the schema that this call is about. Only where the driver claims
     * DUNLIN_CAN_GRANTS. */
    DUNLIN_CALL_GRANTS = 1 << 1,
    /* Of render: the operations say what facts of this driver say, and mean no more than they say. */
    DUNLIN_CALL_OWN_WORDS = 1 << 2,
    /* Of introspect: a warning names what there is that is no fact. */
    DUNLIN_CALL_UNREAD = 1 << 3,
    /* Of render: the stock client runs it, whose session is not set up as sessions of migrations are. */
    DUNLIN_CALL_STOCK_CLIENT = 1 << 4
};

/* --- the driver -------------------------------------------------------------------------------------------- */
typedef struct dunlin_connection dunlin_connection; /* the driver's own */
typedef struct dunlin_cancel dunlin_cancel;         /* the driver's own */

typedef struct dunlin_driver {
    uint64_t size;
    uint32_t abi;            /* DUNLIN_DRIVER_ABI it was built against */
    uint32_t revision;       /* DUNLIN_DRIVER_REVISION it was built against */
    const char *name;        /* "sqlite"; also the URL scheme, [a-z0-9_]+ */
    const char *version;     /* of the driver */
    const char *description; /* one line */
    const char *dialect;     /* what its SQL is called: "sqlite", "postgresql", "mysql" */
    const char *schemes;     /* further URL schemes, separated by blanks, or "" */

    /* Version of the client library in use, "SQLite 3.40.1". The string lives for ever. */
    const char *(*library)(void);

    /* offline */
    int32_t (*url)(const dunlin_call *call, dunlin_string url);
    int32_t (*assume)(const dunlin_call *call, dunlin_string description);
    int32_t (*capabilities)(const dunlin_call *call, const dunlin_profile *profile,
                            dunlin_capabilities *capabilities);
    int32_t (*lexer_rules)(const dunlin_call *call, const dunlin_profile *profile);
    /* Pushes the quoted form through host->text(). */
    int32_t (*quote_identifier)(const dunlin_call *call, const dunlin_profile *profile,
                                dunlin_string name);
    int32_t (*quote_literal)(const dunlin_call *call, const dunlin_profile *profile,
                             dunlin_string value);
    int32_t (*classify)(const dunlin_call *call, const dunlin_profile *profile,
                        dunlin_connection *connection, dunlin_string statement);
    /* Facts as written -> facts as this server prints them, pushed through host->fact(); a
     * property named "unsure" lists the members only the server itself can print. */
    int32_t (*realise)(const dunlin_call *call, const dunlin_profile *profile,
                       const dunlin_fact *const *facts, uint64_t count);
    int32_t (*render)(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                      const dunlin_operation *const *operations, uint64_t count);

    /* on a connection */
    int32_t (*open)(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
                    dunlin_connection **connection);
    /* What is left for handlers of atexit() and destructors need not happen: a process that has done its
     * work ends without them. */
    void (*close)(dunlin_connection *connection);
    int32_t (*describe)(const dunlin_call *call, dunlin_connection *connection);
    int32_t (*run)(const dunlin_call *call, dunlin_connection *connection);
    int32_t (*query)(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
                     const dunlin_value *values, uint64_t count);
    int32_t (*introspect)(const dunlin_call *call, dunlin_connection *connection,
                          const dunlin_scope *scope);
    int32_t (*settle)(const dunlin_call *call, dunlin_connection *connection,
                      const dunlin_fact *const *facts, uint64_t count);
    /* One try, no waiting: *acquired is 1 or 0. The key is text the core made. The lock lives
     * on this connection and dies with it. */
    int32_t (*try_lock)(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                        int32_t *acquired);
    int32_t (*unlock)(const dunlin_call *call, dunlin_connection *connection, dunlin_string key);
    int32_t (*lock_holder)(const dunlin_call *call, dunlin_connection *connection,
                           dunlin_string key);
    /* Whether a session, as describe() told it, still exists: DUNLIN_SESSION_*. */
    int32_t (*session_alive)(const dunlin_call *call, dunlin_connection *connection,
                             dunlin_string backend, dunlin_string backend_start, int32_t *answer);
    /* Asks the server to end another session, whatever it does, and does not wait for that. ALIVE:
     * it was asked; GONE: there is no such session any more; UNKNOWN: nobody can tell whether it is
     * the one that is meant, so it was left alone. Without a start, the number alone decides. */
    int32_t (*session_end)(const dunlin_call *call, dunlin_connection *connection,
                           dunlin_string backend, dunlin_string backend_start, int32_t *answer);
    int32_t (*debris)(const dunlin_call *call, dunlin_connection *connection,
                      const dunlin_fact *const *keys, uint64_t count);
    /* Pushes host->missing() for each privilege without which one of the operations, carried out in
     * order, is certain to be refused. Whatever cannot be foreseen, say behind a GRANT or SET ROLE
     * among them, counts as allowed. The body of NATIVE and DATA may be cut short where `flags` says
     * DUNLIN_OPERATION_CUT. One with a condition may turn out to need nothing. Takes a constant number of round trips. */
    int32_t (*check_privileges)(const dunlin_call *call, dunlin_connection *connection,
                                const dunlin_operation *const *operations, uint64_t count);
    int32_t (*assess)(const dunlin_call *call, dunlin_connection *connection,
                      const dunlin_operation *const *operations, uint64_t count);
    int32_t (*cancel_handle)(const dunlin_call *call, dunlin_connection *connection,
                             dunlin_cancel **handle);
    int32_t (*cancel)(const dunlin_call *call, dunlin_cancel *handle); /* any thread */
    void (*cancel_free)(dunlin_cancel *handle);

    /* on a URL */
    /* Drops the abandoned shadows of the target's server, then makes one and opens it. `given` is
     * refused (USAGE) when it is the target or is not empty; what an ended session left in it, marked
     * as a shadow's, is removed first. */
    int32_t (*shadow_create)(const dunlin_call *call, const dunlin_shadow *shadow,
                             dunlin_connection **connection);
    /* Empties a shadow: as if it were new. */
    int32_t (*shadow_reset)(const dunlin_call *call, dunlin_connection *connection);
    /* Closes the connection, whatever it answers, and removes the database; one that was given is
     * left empty and without the mark. After a mere close() a shadow is abandoned. */
    int32_t (*shadow_drop)(const dunlin_call *call, dunlin_connection *connection);
    /* Pushes every shadow of the target's server through host->shadow(). */
    int32_t (*shadow_list)(const dunlin_call *call, dunlin_string url);
    /* Says through host->note() why a backup would not work: INFORMATION is for the log, any other
     * kind refuses it. */
    int32_t (*backup_check)(const dunlin_call *call, dunlin_string url,
                            const dunlin_backup_options *options);
    /* Writes the file and makes sure that it can be read. */
    int32_t (*backup)(const dunlin_call *call, dunlin_string url,
                      const dunlin_backup_options *options);
    /* Puts the database back as the file has it, whatever came since. */
    int32_t (*restore)(const dunlin_call *call, dunlin_string url,
                       const dunlin_backup_options *options);

    /* offline */
    int32_t (*expression_rules)(const dunlin_call *call, const dunlin_profile *profile);
    /* The classes of a column's type (docs/facts.md), separated by blanks, through host->text(). */
    int32_t (*type_classes)(const dunlin_call *call, const dunlin_profile *profile,
                            const dunlin_fact *column);

    /* on a connection */
    /* Pushes through host->touched() the keys of all objects (tables, views, types ...) whose facts
     * the statement may change. Where that cannot be told from its text alone (RENAME, CASCADE),
     * *known is 0. */
    int32_t (*affected)(const dunlin_call *call, dunlin_connection *connection,
                        dunlin_string statement, int32_t *known);

    /* offline */
    /* One part of a script for the database's stock client, through host->text(): whole lines. Of
     * OPEN first come comment lines that say which client, and how it is called. */
    int32_t (*script)(const dunlin_call *call, const dunlin_profile *profile,
                      const dunlin_script_part *part);
    /* One query, through host->text(), about what the database does to texts and times. Each row is one
     * thing that was looked at: "charset", "collation" or "clock"; 1 where it may do harm, else 0;
     * one sentence; and what to do about it, or NULL. */
    int32_t (*hazards)(const dunlin_call *call, const dunlin_profile *profile);
} dunlin_driver;

/* The one exported symbol. `host_abi` and `host_revision` are the host's; the driver returns its
 * static table in any case, and the core decides. Idempotent, callable from several threads. */
typedef const dunlin_driver *(*dunlin_driver_entry)(uint32_t host_abi, uint32_t host_revision);

#if defined(__GNUC__)
#define DUNLIN_DRIVER_EXPORT __attribute__((visibility("default")))
#else
#define DUNLIN_DRIVER_EXPORT
#endif

#ifdef __cplusplus
}
#endif
#endif
