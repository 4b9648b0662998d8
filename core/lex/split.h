/* SPDX-License-Identifier: MIT
 *
 * Private to core/lex: the splitter. input.c keeps its buffer and knows places, split.c finds what
 * stands between statements, statement.c where statements end, line.c reads client commands and
 * directives, data.c data sections; digest.c hashes.
 *
 * All positions are indexes into the buffer; those that outlive a refill are moved by drop() in
 * input.c when bytes leave the front of it.
 */
#ifndef DN_LEX_SPLIT_H
#define DN_LEX_SPLIT_H

#include "core/lex/body.h"
#include "core/lex/scan.h"

enum {
    DN_LEX_CHUNK = 64 * 1024, /* bytes read at a time, and bytes of a data chunk at least */
    DN_LEX_FIRST_BUFFER = 4096,
    DN_LEX_LEAST_ROOM = 64, /* bytes that are worth a read while the buffer is small */
    DN_LEX_SEPARATOR = 63   /* bytes of the longest separator */
};
#define DN_LEX_LIMIT ((size_t)1 << 30) /* bytes of the longest statement */

/* Why the window ends where it does. */
typedef enum dn_lex_edge {
    DN_LEX_EDGE_MORE, /* nobody has read on */
    DN_LEX_EDGE_END,  /* of the input */
    DN_LEX_EDGE_MARKER,
    DN_LEX_EDGE_NUL
} dn_lex_edge;

typedef enum dn_lex_state {
    DN_LEX_BETWEEN, /* statements */
    DN_LEX_INSIDE,  /* a statement */
    DN_LEX_REST,    /* of the line behind a statement that data follow */
    DN_LEX_IN_DATA
} dn_lex_state;

typedef enum dn_lex_line {
    DN_LEX_LINE_COMMENT,
    DN_LEX_LINE_DIRECTIVE,
    DN_LEX_LINE_DELIMITER
} dn_lex_line;

typedef enum dn_lex_step {
    DN_LEX_STEP_AGAIN, /* the state changed */
    DN_LEX_STEP_MORE,  /* all is used up to the edge, or to a byte that needs others behind it */
    DN_LEX_STEP_ITEM,
    DN_LEX_STEP_FAIL
} dn_lex_step;

struct dn_lex_splitter {
    const dn_lex_rules *rules;
    char *name;
    dn_lex_read read;
    void *context;
    size_t longest; /* DN_LEX_LIMIT, but in tests */

    /* The buffer. */
    unsigned char *data;
    size_t capacity;
    size_t end;
    uint64_t base; /* offset of data[0] in the input */
    bool read_all;
    bool bom_looked_for;
    bool clean; /* nothing but blanks stands before data[0] in its line */
    dn_lex_window window;
    dn_lex_edge edge;
    size_t searched; /* up to here there is neither marker nor NUL */
    bool behind_marker;

    /* Lines are counted when a place is asked for, so these lag behind. */
    size_t counted;
    unsigned line;
    uint64_t line_start; /* offset in the input */

    dn_lex_state state;
    size_t position;     /* the next byte to look at */
    dn_lex_run run;      /* what is open there */
    dn_lex_line line_is; /* of a RUN_LINE between statements */
    size_t line_lead;    /* bytes of it before its text */
    unsigned run_line;   /* place of a comment between statements, whose bytes are not kept */
    unsigned run_column;

    /* The statement, or the lines of data, at hand. */
    size_t start;
    size_t gap;       /* behind its last comment */
    size_t token_end; /* behind its last token before that comment */
    bool body_begun;
    dn_lex_body body;
    unsigned ordinal;
    const dn_lex_data_rule *data_rule;
    size_t line_begin; /* of data */

    uint8_t stops[256]; /* as in the rules, for the separator in force */
    char separator[DN_LEX_SEPARATOR + 1];
    size_t separator_length;
    bool custom_separator;

    bool digests;
    bool text_digest; /* both, not the tokens' alone */
    size_t hashed;    /* up to here the text is */
    bool after_cr;
    dn_hash text_hash;
    dn_hash token_hash;

    bool failed;
    dn_error failure; /* given again when one asks again */
};

/* input.c: reads more and moves the edge of the window. Only at EDGE_MORE. */
int dn_lex_refill(dn_lex_splitter *splitter, dn_error *error);
/* Steps over the marker that the window ends at. */
void dn_lex_pass_marker(dn_lex_splitter *splitter);
/* Line and column of a byte. Of two calls the second may not ask for an earlier byte. */
void dn_lex_place_of(dn_lex_splitter *splitter, size_t at, unsigned *line, unsigned *column);
bool dn_lex_at_line_start(const dn_lex_splitter *splitter, size_t at);
/* Fills what an item of these bytes needs but its kind. */
void dn_lex_fill_item(dn_lex_splitter *splitter, dn_lex_item *item, size_t begin, size_t end);

/* line.c: client commands and directives. AGAIN: there is no command that is refused. */
dn_lex_step dn_lex_command_at(dn_lex_splitter *splitter, size_t at, bool line_start,
                              dn_error *error);
/* Is the comment `run` a directive? Its text begins at *text. */
dn_lex_answer dn_lex_directive_at(const dn_lex_splitter *splitter, const dn_lex_run *run,
                                  size_t *text);
/* Does the command that changes the separator stand at `at`? Its argument begins at *text. */
dn_lex_answer dn_lex_delimiter_at(const dn_lex_splitter *splitter, size_t at, size_t *text);
/* Obeys it; `end` is the end of its line. */
dn_lex_step dn_lex_change_separator(dn_lex_splitter *splitter, size_t text, size_t end,
                                    dn_error *error);

/* split.c. What is open at the edge cannot end any more; `what` begins at that place. */
dn_lex_step dn_lex_unterminated(dn_lex_splitter *splitter, unsigned line, unsigned column,
                                const char *what, dn_error *error);
dn_lex_step dn_lex_unterminated_run(dn_lex_splitter *splitter, unsigned line, unsigned column,
                                    dn_error *error);
dn_lex_step dn_lex_nul(dn_lex_splitter *splitter, dn_error *error);
dn_lex_step dn_lex_too_long(dn_lex_splitter *splitter, size_t at, const char *what,
                            dn_error *error);

/* statement.c, data.c */
dn_lex_step dn_lex_scan_statement(dn_lex_splitter *splitter, dn_lex_item *item, dn_error *error);
dn_lex_step dn_lex_scan_rest(dn_lex_splitter *splitter, dn_error *error);
dn_lex_step dn_lex_scan_data(dn_lex_splitter *splitter, dn_lex_item *item, dn_error *error);

/* digest.c */
void dn_lex_hash_text(dn_lex_splitter *splitter);
void dn_lex_hash_item(dn_lex_splitter *splitter, const dn_lex_item *item);

#endif
