/* SPDX-License-Identifier: MIT
 *
 * splitter [--rules=sqlite|postgres|mysql] [--digests] FILE
 * splitter [--rules=...] [--digests] [--runs=N] --megabytes=N
 *
 * Splits a file, or N times a dump of INSERTs that it makes in memory, and prints what it found,
 * the speed of the best run and the peak of memory beyond the dump.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/unit/lex_rules_fixture.h"

typedef struct wanted {
    int dialect;
    bool digests;
    unsigned runs;
    size_t megabytes;
    const char *file;
} wanted;

/* Bytes in memory, or a file when fd is not negative. */
typedef struct input {
    const char *data;
    size_t length;
    size_t at;
    int fd;
} input;

typedef struct figures {
    uint64_t statements;
    uint64_t bytes; /* of them */
    int64_t elapsed_ns;
    dn_digest tokens;
} figures;

static int64_t
read_input(void *context, void *buffer, size_t bytes, dn_error *error)
{
    input *in = context;
    size_t count = in->length - in->at < bytes ? in->length - in->at : bytes;

    if (in->fd >= 0) {
        ssize_t got = read(in->fd, buffer, bytes);

        return got < 0 ? dn_fail_errno(error, "file.unreadable", "cannot read", "the dump") : got;
    }
    memcpy(buffer, in->data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static int
split(const dn_lex_rules *rules, const wanted *w, input *in, figures *out, dn_error *error)
{
    int64_t start = dn_clock_monotonic_ns();
    dn_lex_splitter *splitter =
        dn_lex_open(rules, w->file ? w->file : "dump", read_input, in, error);
    dn_digest text;
    dn_lex_item item;
    int answer;

    memset(out, 0, sizeof *out);
    if (!splitter)
        return -1;
    if (w->digests)
        dn_lex_take_digests(splitter);
    while ((answer = dn_lex_next(splitter, &item, error)) == 0 && item.kind != DN_LEX_END) {
        out->statements += item.kind == DN_LEX_STATEMENT;
        out->bytes += item.text.length;
    }
    if (answer == 0 && w->digests)
        dn_lex_digests(splitter, &text, &out->tokens);
    dn_lex_close(splitter);
    out->elapsed_ns = dn_clock_monotonic_ns() - start;
    return answer;
}

static void
make_dump(dn_text *dump, size_t bytes)
{
    for (unsigned i = 0; dump->length < bytes && !dump->failed; i++)
        dn_text_printf(dump,
                       "INSERT INTO users VALUES(%u,'user%u@example.org','O''Brien; the %uth',"
                       "'2026-01-01 00:00:00',NULL,%u.25);\n",
                       i, i, i, i * 7);
}

static int
measure(const wanted *w, input *in, size_t total, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_lex_rules *rules = dialect_rules(&arena, w->dialect, error);
    struct rusage before, after;
    figures best = {.elapsed_ns = INT64_MAX};

    if (!rules)
        return -1;
    getrusage(RUSAGE_SELF, &before);
    for (unsigned i = 0; i < w->runs; i++) {
        figures one;

        in->at = 0;
        if (split(rules, w, in, &one, error) < 0)
            return -1;
        if (one.elapsed_ns < best.elapsed_ns)
            best = one;
    }
    getrusage(RUSAGE_SELF, &after);
    printf("%llu statements, %llu bytes in them, %.1f ms, %.0f MB/s, %ld kB of memory\n",
           (unsigned long long)best.statements, (unsigned long long)best.bytes,
           (double)best.elapsed_ns / 1e6, (double)total * 1e3 / (double)best.elapsed_ns,
           after.ru_maxrss - before.ru_maxrss);
    return 0;
}

static bool
read_options(int argc, char **argv, wanted *w)
{
    static const struct option options[] = {{"rules", required_argument, NULL, 'r'},
                                            {"digests", no_argument, NULL, 'd'},
                                            {"runs", required_argument, NULL, 'n'},
                                            {"megabytes", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    static const char *const names[] = {"sqlite", "postgres", "mysql"};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'd': w->digests = true; break;
        case 'n': w->runs = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'm': w->megabytes = strtoul(optarg, NULL, 10); break;
        case 'r':
            w->dialect = -1;
            for (int i = 0; i < (int)COUNT(names); i++)
                if (strcmp(optarg, names[i]) == 0)
                    w->dialect = i;
            break;
        default: return false;
        }
    }
    w->file = argv[optind];
    return w->dialect >= 0 && w->runs > 0 && !w->file == (w->megabytes > 0);
}

int
main(int argc, char **argv)
{
    wanted w = {.dialect = SQLITE, .runs = 1};
    input in = {.fd = -1};
    dn_text dump = DN_TEXT_INIT;
    dn_error error = {0};
    int answer;

    if (!read_options(argc, argv, &w)) {
        fprintf(stderr, "usage: splitter [--rules=DIALECT] [--digests] FILE\n"
                        "       splitter [--rules=DIALECT] [--digests] [--runs=N] --megabytes=N\n");
        return 2;
    }
    if (w.file) {
        in.fd = open(w.file, O_RDONLY | O_CLOEXEC);
        if (in.fd < 0) {
            fprintf(stderr, "splitter: cannot open '%s': %s\n", w.file, strerror(errno));
            return 1;
        }
        in.length = (size_t)lseek(in.fd, 0, SEEK_END);
        lseek(in.fd, 0, SEEK_SET);
        w.runs = 1;
    } else {
        make_dump(&dump, w.megabytes * 1000000);
        in.data = dump.data;
        in.length = dump.length;
    }
    answer = dump.failed ? dn_no_memory(&error) : measure(&w, &in, in.length, &error);
    if (answer < 0)
        fprintf(stderr, "splitter: %s\n", error.message);
    if (in.fd >= 0)
        close(in.fd);
    dn_text_free(&dump);
    return answer < 0 ? 1 : 0;
}
