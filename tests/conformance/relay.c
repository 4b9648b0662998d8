/* SPDX-License-Identifier: MIT */
#include "tests/conformance/relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_PAIRS = 8, BUFFER = 65536 };

typedef struct pair {
    int client;
    int server;
    bool client_spoke;
    bool deaf; /* the server's answers are thrown away */
} pair;

struct relay {
    pthread_t thread;
    pthread_mutex_t mutex;
    int listener;
    int port;
    int target;
    int wake[2];
    pair pairs[MOST_PAIRS];
    int count;
    int round_trips;
    char trigger[256];
    bool hang;
};

static struct sockaddr_in
local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void
take_client(relay *between)
{
    struct sockaddr_in address = local(between->target);
    pair new = {.client = accept(between->listener, NULL, NULL)};

    if (new.client < 0)
        return;
    new.server = socket(AF_INET, SOCK_STREAM, 0);
    if (between->count == MOST_PAIRS ||
        connect(new.server, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(new.client);
        close(new.server);
        return;
    }
    between->pairs[between->count++] = new;
}

static void
drop(relay *between, int place)
{
    close(between->pairs[place].client);
    close(between->pairs[place].server);
    between->pairs[place] = between->pairs[--between->count];
}

static void
put(int fd, const char *data, ssize_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, data, (size_t)length, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        data += sent;
        length -= sent;
    }
}

/* false: this connection is no more. */
static bool
from_client(relay *between, int place)
{
    static char data[BUFFER];
    pair *one = &between->pairs[place];
    ssize_t length = recv(one->client, data, sizeof(data), 0);
    bool met;

    if (length <= 0)
        return false;
    one->client_spoke = true;
    put(one->server, data, length);
    met = between->trigger[0] != '\0' &&
          memmem(data, (size_t)length, between->trigger, strlen(between->trigger)) != NULL;
    if (!met)
        return true;
    between->trigger[0] = '\0';
    one->deaf = between->hang;
    /* Time for the server to do what it was told. */
    if (!between->hang)
        usleep(100000);
    return between->hang;
}

static bool
from_server(relay *between, int place)
{
    static char data[BUFFER];
    pair *one = &between->pairs[place];
    ssize_t length = recv(one->server, data, sizeof(data), 0);

    if (length <= 0)
        return false;
    if (one->client_spoke)
        between->round_trips++;
    one->client_spoke = false;
    if (!one->deaf)
        put(one->client, data, length);
    return true;
}

static void *
work(void *context)
{
    relay *between = context;

    for (;;) {
        struct pollfd files[2 + 2 * MOST_PAIRS] = {{between->wake[0], POLLIN, 0},
                                                   {between->listener, POLLIN, 0}};

        for (int i = 0; i < between->count; i++) {
            files[2 + 2 * i] = (struct pollfd){between->pairs[i].client, POLLIN, 0};
            files[3 + 2 * i] = (struct pollfd){between->pairs[i].server, POLLIN, 0};
        }
        poll(files, 2 + 2 * (nfds_t)between->count, -1);
        if (files[0].revents != 0)
            return NULL;
        pthread_mutex_lock(&between->mutex);
        for (int i = between->count - 1; i >= 0; i--) {
            bool alive = true;

            if (files[2 + 2 * i].revents != 0)
                alive = from_client(between, i);
            if (alive && files[3 + 2 * i].revents != 0)
                alive = from_server(between, i);
            if (!alive)
                drop(between, i);
        }
        if (files[1].revents != 0)
            take_client(between);
        pthread_mutex_unlock(&between->mutex);
    }
}

relay *
relay_start(int port)
{
    relay *new = calloc(1, sizeof(*new));
    struct sockaddr_in address = local(0);
    socklen_t length = sizeof(address);

    new->target = port;
    new->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(new->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(new->listener, 4) != 0 || pipe(new->wake) != 0 ||
        getsockname(new->listener, (struct sockaddr *)&address, &length) != 0)
        abort();
    new->port = ntohs(address.sin_port);
    pthread_mutex_init(&new->mutex, NULL);
    pthread_create(&new->thread, NULL, work, new);
    return new;
}

void
relay_stop(relay *between)
{
    close(between->wake[1]);
    pthread_join(between->thread, NULL);
    while (between->count > 0)
        drop(between, 0);
    close(between->wake[0]);
    close(between->listener);
    pthread_mutex_destroy(&between->mutex);
    free(between);
}

int
relay_port(const relay *between)
{
    return between->port;
}

int
relay_round_trips(relay *between)
{
    int count;

    pthread_mutex_lock(&between->mutex);
    count = between->round_trips;
    between->round_trips = 0;
    pthread_mutex_unlock(&between->mutex);
    return count;
}

static void
set_trigger(relay *between, const char *text, bool hang)
{
    pthread_mutex_lock(&between->mutex);
    strncpy(between->trigger, text, sizeof(between->trigger) - 1);
    between->hang = hang;
    pthread_mutex_unlock(&between->mutex);
}

void
relay_cut_after(relay *between, const char *text)
{
    set_trigger(between, text, false);
}

void
relay_hang_after(relay *between, const char *text)
{
    set_trigger(between, text, true);
}
