/* SPDX-License-Identifier: MIT
 *
 * Hashing the files of a folder. It is the one thing every command pays for with every migration,
 * so many files are shared out among a few threads: helpers start on them while the journal is
 * still being read, and the caller joins in when it needs the digests.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/journal/parts.h"

/* One read takes most migrations whole. Threads pay off from some hundred files on. */
enum { READ_BYTES = 16 * 1024, BATCH = 32, THREAD_FROM = 256 };

/* What is read is what is run later, without reading it again: as long as there is room. */
static const char *
keep(dn_hash_pool *pool, const char *data, size_t length)
{
    size_t at;

    if (!pool->kept || atomic_load(&pool->kept_bytes) >= DN_HASH_KEPT)
        return NULL;
    at = atomic_fetch_add(&pool->kept_bytes, length + 1);
    if (at >= DN_HASH_KEPT || length >= DN_HASH_KEPT - at)
        return NULL;
    return memcpy(pool->kept + at, data, length); /* zeroed before */
}

/* 0 or an errno. */
static int
hash_file(dn_hash_pool *pool, dn_hash_task *task)
{
    dn_auto(dn_fd) fd = openat(pool->fd, task->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char buffer[READ_BYTES];
    dn_hash hash;
    ssize_t got;

    if (fd < 0)
        return errno;
    task->size = 0;
    dn_hash_begin(&hash);
    do {
        got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0) {
            dn_hash_add(&hash, buffer, (size_t)got);
            task->size += (uint64_t)got;
        }
        /* These are ordinary files: a short read is the end of one. */
    } while (got == (ssize_t)sizeof buffer || (got < 0 && errno == EINTR));
    task->digest = dn_hash_end(&hash);
    task->text = task->size == (uint64_t)got ? keep(pool, buffer, (size_t)got) : NULL;
    return 0;
}

static void *
hash_batches(void *context)
{
    dn_hash_pool *pool = (dn_hash_pool *)context;

    for (;;) {
        size_t begin = atomic_fetch_add(&pool->next, BATCH);

        if (begin >= pool->count)
            return NULL;
        for (size_t i = begin; i < pool->count && i < begin + BATCH; i++)
            if (pool->tasks[i].name)
                pool->tasks[i].problem = hash_file(pool, &pool->tasks[i]);
    }
}

void
dn_hash_pool_start(dn_hash_pool *pool, int fd, dn_hash_task *tasks, size_t count)
{
    long helpers = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    sigset_t all;
    sigset_t before;

    pool->fd = fd;
    pool->tasks = tasks;
    pool->count = count;
    atomic_store(&pool->next, 0);
    if (count < THREAD_FROM || helpers < 1)
        return;
    /* Signals belong to the threads of the program. A thread that cannot be started is one less. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (long i = 0; i < helpers && pool->helpers < DN_HASH_HELPERS; i++)
        if (pthread_create(&pool->threads[pool->helpers], NULL, hash_batches, pool) == 0)
            pool->helpers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
dn_hash_pool_finish(dn_hash_pool *pool)
{
    hash_batches(pool);
    while (pool->helpers)
        pthread_join(pool->threads[--pool->helpers], NULL);
}

void
dn_hash_pool_abandon(dn_hash_pool *pool)
{
    atomic_store(&pool->next, pool->count);
    dn_hash_pool_finish(pool);
}

int
dn_hash_take(const dn_hash_task *task, dn_migration *migration, dn_error *error)
{
    migration->raw = task->digest;
    migration->size = task->size;
    migration->text = task->text;
    if (!task->problem)
        return 0;
    errno = task->problem;
    return dn_fail_errno(error, "file.unreadable", "cannot read", migration->path);
}
