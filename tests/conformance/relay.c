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
take_client(relay *relay)
{
    struct sockaddr_in address = local(relay->target);
    pair new = {.client = accept(relay->listener, NULL, NULL)};

    if (new.client < 0)
        return;
    new.server = socket(AF_INET, SOCK_STREAM, 0);
    if (relay->count == MOST_PAIRS ||
        connect(new.server, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(new.client);
        close(new.server);
        return;
    }
    relay->pairs[relay->count++] = new;
}

static void
drop(relay *relay, int place)
{
    close(relay->pairs[place].client);
    close(relay->pairs[place].server);
    relay->pairs[place] = relay->pairs[--relay->count];
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
from_client(relay *relay, int place)
{
    static char data[BUFFER];
    pair *one = &relay->pairs[place];
    ssize_t length = recv(one->client, data, sizeof(data), 0);
    bool met;

    if (length <= 0)
        return false;
    one->client_spoke = true;
    put(one->server, data, length);
    met = relay->trigger[0] != '\0' &&
          memmem(data, (size_t)length, relay->trigger, strlen(relay->trigger)) != NULL;
    if (!met)
        return true;
    relay->trigger[0] = '\0';
    one->deaf = relay->hang;
    /* Time for the server to do what it was told. */
    if (!relay->hang)
        usleep(100000);
    return relay->hang;
}

static bool
from_server(relay *relay, int place)
{
    static char data[BUFFER];
    pair *one = &relay->pairs[place];
    ssize_t length = recv(one->server, data, sizeof(data), 0);

    if (length <= 0)
        return false;
    if (one->client_spoke)
        relay->round_trips++;
    one->client_spoke = false;
    if (!one->deaf)
        put(one->client, data, length);
    return true;
}

static void *
work(void *context)
{
    relay *relay = context;

    for (;;) {
        struct pollfd files[2 + 2 * MOST_PAIRS] = {{relay->wake[0], POLLIN, 0},
                                                   {relay->listener, POLLIN, 0}};

        for (int i = 0; i < relay->count; i++) {
            files[2 + 2 * i] = (struct pollfd){relay->pairs[i].client, POLLIN, 0};
            files[3 + 2 * i] = (struct pollfd){relay->pairs[i].server, POLLIN, 0};
        }
        poll(files, 2 + 2 * (nfds_t)relay->count, -1);
        if (files[0].revents != 0)
            return NULL;
        pthread_mutex_lock(&relay->mutex);
        for (int i = relay->count - 1; i >= 0; i--) {
            bool alive = true;

            if (files[2 + 2 * i].revents != 0)
                alive = from_client(relay, i);
            if (alive && files[3 + 2 * i].revents != 0)
                alive = from_server(relay, i);
            if (!alive)
                drop(relay, i);
        }
        if (files[1].revents != 0)
            take_client(relay);
        pthread_mutex_unlock(&relay->mutex);
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
relay_stop(relay *relay)
{
    close(relay->wake[1]);
    pthread_join(relay->thread, NULL);
    while (relay->count > 0)
        drop(relay, 0);
    close(relay->wake[0]);
    close(relay->listener);
    pthread_mutex_destroy(&relay->mutex);
    free(relay);
}

int
relay_port(const relay *relay)
{
    return relay->port;
}

int
relay_round_trips(relay *relay)
{
    int count;

    pthread_mutex_lock(&relay->mutex);
    count = relay->round_trips;
    relay->round_trips = 0;
    pthread_mutex_unlock(&relay->mutex);
    return count;
}

static void
set_trigger(relay *relay, const char *text, bool hang)
{
    pthread_mutex_lock(&relay->mutex);
    strncpy(relay->trigger, text, sizeof(relay->trigger) - 1);
    relay->hang = hang;
    pthread_mutex_unlock(&relay->mutex);
}

void
relay_cut_after(relay *relay, const char *text)
{
    set_trigger(relay, text, false);
}

void
relay_hang_after(relay *relay, const char *text)
{
    set_trigger(relay, text, true);
}
