/* SPDX-License-Identifier: MIT
 *
 * Hashing the files of a folder. It is the one thing every command pays for with every migration,
 * so many files are shared out among a few threads, which live for this call only.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/journal/parts.h"

/* One read takes most migrations whole. Threads pay off from some hundred files on. */
enum { READ_BYTES = 16 * 1024, BATCH = 64, THREAD_FROM = 512, MOST_THREADS = 4 };

typedef struct hashing {
    const dn_sql_folder *folder;
    dn_migration *migrations;
    size_t count;
    atomic_size_t next;
    atomic_bool failed;
} hashing;

typedef struct worker {
    hashing *work;
    dn_error error;
    bool failed;
    size_t failed_at; /* which migration */
} worker;

/* The path inside the folder. */
static const char *
name_of(const dn_sql_folder *folder, const dn_migration *migration)
{
    const char *name = migration->path + strlen(folder->path);

    return name + strspn(name, "/");
}

static int
hash_file(const dn_sql_folder *folder, dn_migration *migration, dn_error *error)
{
    dn_auto(dn_fd) fd = openat(folder->fd, name_of(folder, migration),
                               O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char buffer[READ_BYTES];
    dn_hash hash;
    ssize_t got;

    if (fd < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot open", migration->path);
    dn_hash_begin(&hash);
    migration->size = 0;
    do {
        got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno != EINTR)
            return dn_fail_errno(error, "file.unreadable", "cannot read", migration->path);
        if (got > 0) {
            dn_hash_add(&hash, buffer, (size_t)got);
            migration->size += (uint64_t)got;
        }
        /* The folder holds ordinary files only: a short read is the end of one. */
    } while (got == (ssize_t)sizeof buffer || (got < 0 && errno == EINTR));
    migration->raw = dn_hash_end(&hash);
    return 0;
}

static void *
hash_batches(void *context)
{
    worker *self = (worker *)context;
    hashing *work = self->work;

    while (!atomic_load(&work->failed)) {
        size_t begin = atomic_fetch_add(&work->next, BATCH);
        size_t end = begin + BATCH < work->count ? begin + BATCH : work->count;

        if (begin >= work->count)
            break;
        for (size_t i = begin; i < end; i++) {
            if (!work->migrations[i].has_file)
                continue;
            if (hash_file(work->folder, &work->migrations[i], &self->error) < 0) {
                self->failed = true;
                self->failed_at = i;
                atomic_store(&work->failed, true);
                return NULL;
            }
        }
    }
    return NULL;
}

static size_t
thread_count(size_t files)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (files < THREAD_FROM || processors < 2)
        return 1;
    return processors < MOST_THREADS ? (size_t)processors : MOST_THREADS;
}

/* Starts helpers, works along and waits for them. A thread that cannot be started is one less. */
static void
share_out(worker *workers, size_t count)
{
    pthread_t threads[MOST_THREADS];
    bool started[MOST_THREADS] = {false};
    sigset_t all;
    sigset_t before;

    /* Signals belong to the threads of the program. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 1; i < count; i++)
        started[i] = pthread_create(&threads[i], NULL, hash_batches, &workers[i]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    hash_batches(&workers[0]);
    for (size_t i = 1; i < count; i++)
        if (started[i])
            pthread_join(threads[i], NULL);
}

int
dn_sql_folder_hash(const dn_sql_folder *folder, dn_migration *migrations, size_t count,
                   dn_error *error)
{
    hashing work = {.folder = folder, .migrations = migrations, .count = count};
    worker workers[MOST_THREADS];
    size_t used = thread_count(count);
    const worker *first = NULL;

    for (size_t i = 0; i < used; i++) {
        workers[i].work = &work;
        workers[i].failed = false;
    }
    share_out(workers, used);
    for (size_t i = 0; i < used; i++)
        if (workers[i].failed && (!first || workers[i].failed_at < first->failed_at))
            first = &workers[i];
    if (!first)
        return 0;
    *error = first->error;
    return -1;
}
