/* delay: joins two network namespaces by a TUN device in each, and hands packets from one to the other later.
 *
 *   delay NETNS_A DEVICE_A NETNS_B DEVICE_B MICROSECONDS LOSS REORDERING DUPLICATION SEED
 *
 * MICROSECONDS is the way in one direction; the three shares are between 0 and 1. A reordered packet takes a third of
 * a round trip longer and may be overtaken, all others keep their order. Prints "ready", runs until SIGTERM or until
 * its parent ends, and prints what it did. For kernels without the netem queueing discipline.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* A packet on its way. */
struct packet {
    uint64_t due, number; /* nanoseconds; order of arrival, which decides between equal times */
    int to, length;
    unsigned char bytes[];
};

/* Packets under way in both directions, the next one first: a binary heap. More than these are lost, as in a router. */
enum { CAPACITY = 16384 };
static struct packet *way[CAPACITY];
static int count;

static int is_before(const struct packet *a, const struct packet *b) {
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void put(struct packet *packet) {
    int place = count++;
    for (; place > 0 && is_before(packet, way[(place - 1) / 2]); place = (place - 1) / 2)
        way[place] = way[(place - 1) / 2];
    way[place] = packet;
}

static struct packet *take(void) {
    struct packet *first = way[0], *last = way[--count];
    int place = 0;
    for (;;) {
        int child = 2 * place + 1;
        if (child >= count) break;
        if (child + 1 < count && is_before(way[child + 1], way[child])) child++;
        if (!is_before(way[child], last)) break;
        way[place] = way[child];
        place = child;
    }
    way[place] = last;
    return first;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* True for `share` of the calls. The sequence depends on the seed alone. */
static unsigned short seed[3] = {0x330E};
static int happens(double share) { return share > 0 && erand48(seed) < share; }

static int open_end(const char *netns, const char *device) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET)) return perror(path), exit(1), 0;
    close(space);
    int end = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (end < 0 || ioctl(end, TUNSETIFF, &request)) return perror("/dev/net/tun"), exit(1), 0;
    return end;
}

static volatile sig_atomic_t ending;
static void end_it(int signal) { (void)signal, ending = 1; }

int main(int argc, char **argv) {
    if (argc != 10) return fprintf(stderr, "usage: see delay.c\n"), 2;
    const uint64_t delay = strtoull(argv[5], 0, 10) * 1000;
    const double loss = atof(argv[6]), reordering = atof(argv[7]), duplication = atof(argv[8]);
    seed[1] = (unsigned short)atoi(argv[9]);
    struct sigaction action = {.sa_handler = end_it};
    sigaction(SIGTERM, &action, 0);
    sigaction(SIGINT, &action, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1000); /* the default of 50 us would be jitter */
    const int ends[2] = {open_end(argv[1], argv[2]), open_end(argv[3], argv[4])};
    printf("ready\n");
    fflush(stdout);

    static unsigned char bytes[65536];
    uint64_t last_due[2] = {0, 0}, number = 0;
    unsigned long lost = 0, reordered = 0, duplicated = 0;
    while (!ending) {
        struct pollfd polled[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLIN, 0}};
        uint64_t time = now(), left = count == 0 ? 0 : way[0]->due > time ? way[0]->due - time : 0;
        struct timespec wait = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
        ppoll(polled, 2, count ? &wait : 0, 0);
        for (int from = 0; from < 2; from++) {
            ssize_t length;
            while ((length = read(ends[from], bytes, sizeof bytes)) > 0) {
                int copies = happens(duplication) ? 2 : 1;
                if (happens(loss)) {
                    lost++;
                    continue;
                }
                uint64_t due = now() + delay;
                if (happens(reordering)) {
                    due += 2 * delay / 3;
                    reordered++;
                } else {
                    last_due[from] = due = due < last_due[from] ? last_due[from] : due;
                }
                duplicated += (unsigned long)(copies - 1);
                for (; copies > 0 && count < CAPACITY; copies--, due += 200000) {
                    struct packet *packet = malloc(sizeof *packet + (size_t)length);
                    if (!packet) return 1;
                    *packet = (struct packet){due, number++, 1 - from, (int)length};
                    memcpy(packet->bytes, bytes, (size_t)length);
                    put(packet);
                }
            }
        }
        for (time = now(); count && way[0]->due <= time;) {
            struct packet *packet = take();
            if (write(ends[packet->to], packet->bytes, (size_t)packet->length) < 0) lost++;
            free(packet);
        }
    }
    printf("lost %lu reordered %lu duplicated %lu\n", lost, reordered, duplicated);
    return 0;
}
