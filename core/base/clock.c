/* SPDX-License-Identifier: MIT */
#include "core/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/hash.h"

int64_t
dn_clock_wall_us(void)
{
    struct timespec now;

#ifdef DN_TEST_CLOCK
    const char *fake = getenv("DUNLIN_FAKE_CLOCK");

    if (fake && *fake)
        return strtoll(fake, NULL, 10);
#endif
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
dn_clock_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
dn_clock_sleep_ms(int64_t milliseconds)
{
    struct timespec left = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};

    if (milliseconds <= 0)
        return;
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

/* Years outside 0 to 9999 become the nearest one inside, so that every output has one width. */
static int
split(int64_t wall_us, struct tm *parts)
{
    int64_t micros = wall_us % 1000000;
    time_t seconds = (time_t)(wall_us / 1000000);

    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    memset(parts, 0, sizeof *parts);
    gmtime_r(&seconds, parts);
    if (parts->tm_year < -1900)
        parts->tm_year = -1900;
    if (parts->tm_year > 8099)
        parts->tm_year = 8099;
    return (int)micros;
}

void
dn_clock_format(int64_t wall_us, char out[32])
{
    struct tm parts;
    int micros = split(wall_us, &parts);

    snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (parts.tm_year + 1900u) % 10000u,
             (parts.tm_mon + 1u) % 100u, parts.tm_mday % 100u, parts.tm_hour % 100u,
             parts.tm_min % 100u, parts.tm_sec % 100u, (unsigned)micros % 1000000u);
}

void
dn_clock_stamp(int64_t wall_us, char out[16])
{
    struct tm parts;

    split(wall_us, &parts);
    snprintf(out, 16, "%04u%02u%02u%02u%02u%02u", (parts.tm_year + 1900u) % 10000u,
             (parts.tm_mon + 1u) % 100u, parts.tm_mday % 100u, parts.tm_hour % 100u,
             parts.tm_min % 100u, parts.tm_sec % 100u);
}

/* Without getrandom() (an old kernel, a strict sandbox): not secret, but not repeated either. */
static void
gather_randomness(unsigned char bytes[16])
{
    static unsigned counter;
    struct {
        int64_t wall;
        int64_t monotonic;
        long process;
        unsigned count;
        const void *address;
    } seed;
    dn_digest digest;

    memset(&seed, 0, sizeof seed);
    seed.wall = dn_clock_wall_us();
    seed.monotonic = dn_clock_monotonic_ns();
    seed.process = (long)getpid();
    seed.count = __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
    seed.address = &seed;
    digest = dn_hash_of(&seed, sizeof seed);
    memcpy(bytes, digest.bytes, 16);
}

void
dn_random_id(char out[33])
{
    unsigned char bytes[16];
    ssize_t got;

    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes)
        gather_randomness(bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void
dn_host_name(char *out, size_t size)
{
    if (size == 0)
        return;
    /* POSIX leaves open whether a cut name is terminated. */
    if (gethostname(out, size) < 0)
        snprintf(out, size, "localhost");
    out[size - 1] = '\0';
}

void
dn_user_name(char *out, size_t size)
{
    char buffer[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    uid_t user = geteuid();

    if (size == 0)
        return;
    if (getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found)
        snprintf(out, size, "%s", entry.pw_name);
    else
        snprintf(out, size, "uid %lu", (unsigned long)user);
}
