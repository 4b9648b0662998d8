/* SPDX-License-Identifier: MIT
 *
 * Hashing the files of a folder. It is the one thing every command pays for with every migration,
 * so many files are shared out among a few threads: helpers start on them while the folder is still
 * being listed, and the caller joins in when it needs the digests.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/thread.h"
#include "core/journal/parts.h"

/* One read takes most migrations whole. Threads pay off from some hundred files on. */
enum { READ_BYTES = 16 * 1024, BATCH = 32, THREAD_FROM = 256 };

struct dn_hash_batch {
    struct dn_hash_batch *next;
    size_t count;
    dn_hash_task tasks[BATCH];
};

/* What is read is what is run later, without reading it again: as long as there is room. */
static const char *
keep(dn_hash_pool *pool, const char *data, size_t length)
{
    char *kept = pool->kept;
    size_t at;

    if (!kept || atomic_load(&pool->kept_bytes) >= DN_HASH_KEPT)
        return NULL;
    at = atomic_fetch_add(&pool->kept_bytes, length + 1);
    if (at >= DN_HASH_KEPT || length >= DN_HASH_KEPT - at)
        return NULL;
    return memcpy(kept + at, data, length); /* zeroed before */
}

/* Doctor asks for it of each migration, and nearly none has one. */
static bool
has_probe(const char *text, size_t length)
{
    static const char word[] = "probe";

    return memmem(text, length, word, sizeof word - 1) != NULL;
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
    if (task->size == (uint64_t)got) { /* it is all in the buffer */
        task->text = keep(pool, buffer, (size_t)got);
        task->unprobed = !has_probe(buffer, (size_t)got);
    }
    return 0;
}

/* The next one to hash. NULL: there will be no more. */
static struct dn_hash_batch *
next_batch(dn_hash_pool *pool)
{
    struct dn_hash_batch *batch;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->first && !pool->closed)
        pthread_cond_wait(&pool->changed, &pool->mutex);
    batch = pool->first;
    if (batch)
        pool->first = batch->next;
    pthread_mutex_unlock(&pool->mutex);
    return batch;
}

static void *
hash_batches(void *context)
{
    dn_hash_pool *pool = (dn_hash_pool *)context;
    struct dn_hash_batch *batch;

    while ((batch = next_batch(pool)) != NULL)
        for (size_t i = 0; i < batch->count; i++)
            batch->tasks[i].problem = hash_file(pool, &batch->tasks[i]);
    return NULL;
}

/* With a table of descriptors of its own, a thread does not contend for the other ones' at each open and
 * close: a tenth of the time. Where that is not to be had, it works without. */
static void *
help(void *context)
{
    dn_hash_pool *pool = (dn_hash_pool *)context;

    (void)unshare(CLONE_FILES);
    if (pool->gate)
        dn_gate_wait(pool->gate);
    return hash_batches(pool);
}

static void
start_helpers(dn_hash_pool *pool)
{
    long helpers = sysconf(_SC_NPROCESSORS_ONLN) - 1;

    /* A thread that cannot be started is one less. */
    for (long i = 0; i < helpers && pool->helpers < DN_HASH_HELPERS; i++)
        if (dn_thread_start(&pool->threads[pool->helpers], help, pool))
            pool->helpers++;
}

/* Whoever takes batches may have that one. */
static void
hand_over(dn_hash_pool *pool)
{
    struct dn_hash_batch *batch = pool->filling;

    pool->filling = NULL;
    pthread_mutex_lock(&pool->mutex);
    if (pool->first)
        pool->last->next = batch;
    else
        pool->first = batch;
    pool->last = batch;
    pthread_cond_signal(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
}

dn_hash_task *
dn_hash_pool_add(dn_hash_pool *pool, const char *name, dn_arena *arena, dn_error *error)
{
    dn_hash_task *task;

    if (!pool->filling)
        pool->filling = dn_arena_alloc(arena, sizeof *pool->filling);
    if (!pool->filling) {
        dn_no_memory(error);
        return NULL;
    }
    task = &pool->filling->tasks[pool->filling->count++];
    task->name = name;
    if (pool->filling->count == BATCH)
        hand_over(pool);
    if (++pool->count == THREAD_FROM)
        start_helpers(pool);
    return task;
}

static void
close_pool(dn_hash_pool *pool, bool wanted)
{
    if (wanted && pool->filling)
        hand_over(pool);
    pthread_mutex_lock(&pool->mutex);
    pool->closed = true;
    if (!wanted)
        pool->first = NULL;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    hash_batches(pool);
    while (pool->helpers)
        pthread_join(pool->threads[--pool->helpers], NULL);
}

void
dn_hash_pool_finish(dn_hash_pool *pool)
{
    close_pool(pool, true);
}

void
dn_hash_pool_abandon(dn_hash_pool *pool)
{
    close_pool(pool, false);
}

int
dn_hash_take(const dn_hash_task *task, dn_migration *migration, dn_error *error)
{
    migration->raw = task->digest;
    migration->size = task->size;
    migration->text = task->text;
    migration->unprobed = task->unprobed;
    if (!task->problem)
        return 0;
    errno = task->problem;
    return dn_fail_errno(error, "file.unreadable", "cannot read", migration->path);
}
