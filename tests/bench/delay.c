/* SPDX-License-Identifier: MIT
 *
 * delay REPORT PORT MICROSECONDS: a relay to 127.0.0.1:PORT that holds back every byte, in both
 * directions, for that long. It writes the port it listens on to standard output, ends when
 * standard input ends, and leaves in the file REPORT one line
 *     connections turns
 * where a turn is a piece of a client that comes after one of the server: a round trip, for a
 * client that waits for its answers.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PAIRS = 64, CHUNK = 65536, MOST_HELD = 8 << 20 };

typedef struct chunk {
    struct chunk *next;
    long long due_ns;
    size_t length;
    size_t sent;
    char data[];
} chunk;

/* One direction of a connection. */
typedef struct lane {
    int from;
    int to;
    chunk *first;
    chunk **last;
    size_t held;
    bool ended; /* nothing more comes */
    bool shut;  /* and the other side was told */
} lane;

typedef struct pair {
    lane up;   /* client to server */
    lane down; /* server to client */
    bool answered;
} pair;

static pair *pairs[MOST_PAIRS];
static long long delay_ns;
static long connections, turns;

static long long
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void
begin_lane(lane *way, int from, int to)
{
    way->from = from;
    way->to = to;
    way->last = &way->first;
}

static void
connect_pair(int listener, const struct sockaddr_in *server)
{
    int one = 1;
    int client = accept(listener, NULL, NULL);
    int onward = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int slot = 0;

    while (slot < MOST_PAIRS && pairs[slot])
        slot++;
    if (slot < MOST_PAIRS && client >= 0 && onward >= 0 &&
        connect(onward, (const struct sockaddr *)server, sizeof *server) == 0)
        pairs[slot] = (pair *)calloc(1, sizeof(pair));
    if (slot == MOST_PAIRS || !pairs[slot]) {
        close(client);
        close(onward);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(onward, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    begin_lane(&pairs[slot]->up, client, onward);
    begin_lane(&pairs[slot]->down, onward, client);
    pairs[slot]->answered = true;
    connections++;
}

static bool
receive(lane *way)
{
    chunk *piece = (chunk *)malloc(sizeof(chunk) + CHUNK);
    ssize_t length = piece ? recv(way->from, piece->data, CHUNK, MSG_DONTWAIT) : 0;

    if (length <= 0) {
        free(piece);
        way->ended = true;
        return false;
    }
    piece->next = NULL;
    piece->due_ns = now_ns() + delay_ns;
    piece->length = (size_t)length;
    piece->sent = 0;
    *way->last = piece;
    way->last = &piece->next;
    way->held += piece->length;
    return true;
}

/* What is due goes on; false when the other side is gone. */
static bool
forward(lane *way)
{
    while (way->first && way->first->due_ns <= now_ns()) {
        chunk *piece = way->first;
        ssize_t length = send(way->to, piece->data + piece->sent, piece->length - piece->sent,
                              MSG_DONTWAIT | MSG_NOSIGNAL);

        if (length < 0)
            return false;
        piece->sent += (size_t)length;
        if (piece->sent < piece->length)
            return true;
        way->held -= piece->length;
        way->first = piece->next;
        if (!way->first)
            way->last = &way->first;
        free(piece);
    }
    if (way->ended && !way->first && !way->shut) {
        shutdown(way->to, SHUT_WR);
        way->shut = true;
    }
    return true;
}

static void
drop(lane *way)
{
    while (way->first) {
        chunk *next = way->first->next;

        free(way->first);
        way->first = next;
    }
}

static void
serve(int slot, short up, short down)
{
    pair *both = pairs[slot];
    bool alive;

    if (up && receive(&both->up)) {
        turns += both->answered;
        both->answered = false;
    }
    if (down && receive(&both->down))
        both->answered = true;
    alive = forward(&both->up) && forward(&both->down);
    if (alive && !(both->up.shut && both->down.shut))
        return;
    close(both->up.from);
    close(both->down.from);
    drop(&both->up);
    drop(&both->down);
    free(both);
    pairs[slot] = NULL;
}

/* Until something is due; a send that would block is tried again soon. */
static struct timespec
time_to_wait(void)
{
    long long wait = 3600LL * 1000000000;
    long long now = now_ns();

    for (int i = 0; i < MOST_PAIRS; i++) {
        const chunk *heads[2] = {pairs[i] ? pairs[i]->up.first : NULL,
                                 pairs[i] ? pairs[i]->down.first : NULL};

        for (int k = 0; k < 2; k++)
            if (heads[k] && heads[k]->due_ns - now < wait)
                wait = heads[k]->due_ns - now;
    }
    if (wait < 10000)
        wait = 10000;
    return (struct timespec){.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
}

static void
relay(int listener, const struct sockaddr_in *server)
{
    for (;;) {
        struct pollfd fds[2 + 2 * MOST_PAIRS];
        struct timespec wait = time_to_wait();

        fds[0] = (struct pollfd){.fd = 0, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (int i = 0; i < MOST_PAIRS; i++) {
            lane *ways[2] = {pairs[i] ? &pairs[i]->up : NULL, pairs[i] ? &pairs[i]->down : NULL};

            for (int k = 0; k < 2; k++) {
                bool reads = ways[k] && !ways[k]->ended && ways[k]->held < MOST_HELD;

                fds[2 + 2 * i + k] =
                    (struct pollfd){.fd = reads ? ways[k]->from : -1, .events = POLLIN};
            }
        }
        ppoll(fds, 2 + 2 * MOST_PAIRS, &wait, NULL);
        if (fds[0].revents)
            return;
        for (int i = 0; i < MOST_PAIRS; i++)
            if (pairs[i])
                serve(i, fds[2 + 2 * i].revents, fds[3 + 2 * i].revents);
        if (fds[1].revents)
            connect_pair(listener, server);
    }
}

int
main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    struct sockaddr_in server = {.sin_family = AF_INET};
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FILE *report;

    if (argc != 4) {
        fprintf(stderr, "usage: delay REPORT PORT MICROSECONDS\n");
        return 2;
    }
    here.sin_addr.s_addr = server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons((unsigned short)strtol(argv[2], NULL, 10));
    delay_ns = strtoll(argv[3], NULL, 10) * 1000;
    signal(SIGPIPE, SIG_IGN);
    if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof here) < 0 ||
        listen(listener, MOST_PAIRS) < 0 ||
        getsockname(listener, (struct sockaddr *)&here, &length) < 0) {
        perror("delay");
        return 1;
    }
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    relay(listener, &server);

    report = fopen(argv[1], "we");
    if (!report) {
        perror(argv[1]);
        return 1;
    }
    fprintf(report, "%ld %ld\n", connections, turns);
    return fclose(report) ? 1 : 0;
}
