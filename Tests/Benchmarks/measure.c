// Runs a command with its output thrown away, and prints what it took, tab separated: seconds, seconds of user and
// of system time, kilobytes at its peak, wait status. From a program this small, since a process's peak begins with
// that of the one it was forked from.
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count < 3) errx(64, "usage: measure LIMIT COMMAND...");
    double start = now();
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0) err(126, "/dev/null");
        // An alarm outlives exec, and ends a program that does not expect it.
        alarm((unsigned)atoi(arguments[1]));
        execvp(arguments[2], arguments + 2);
        err(127, "%s", arguments[2]);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0) err(1, "wait4");
    printf("%.6f\t%.6f\t%.6f\t%ld\t%d\n", now() - start, seconds(usage.ru_utime), seconds(usage.ru_stime),
           usage.ru_maxrss, status);
}
