// Prints how many nanoseconds a cache line takes from one processor to another: two threads, each on a processor of its
// own, give it to and fro. Prints nothing where there is one processor.
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 200000 };

static _Alignas(128) atomic_int turn;
static int processors[2];

static void stay_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) errx(1, "processor %d", processor);
}

// Takes every other turn, from `first` on.
static void take_turns(int first) {
    for (int number = first; number < 2 * ROUNDS; number += 2) {
        while (atomic_load_explicit(&turn, memory_order_acquire) != number) {
        }
        atomic_store_explicit(&turn, number + 1, memory_order_release);
    }
}

static void *answer(void *nothing) {
    stay_on(processors[1]);
    take_turns(1);
    return nothing;
}

int main(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) err(1, "sched_getaffinity");
    int count = 0;
    for (int number = 0; number < CPU_SETSIZE && count < 2; number++) {
        if (CPU_ISSET(number, &set)) processors[count++] = number;
    }
    if (count < 2) return 0;
    stay_on(processors[0]);
    pthread_t other;
    if (pthread_create(&other, NULL, answer, NULL) != 0) errx(1, "pthread_create");
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    take_turns(0);
    pthread_join(other, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double nanoseconds = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    printf("%.0f\n", nanoseconds / (2 * ROUNDS));
}
