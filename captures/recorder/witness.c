/* witness: a library that is preloaded into a client or a server and writes down what the kernel says of its TCP
 * connections, directly before and directly after each send. One JSON object a line, appended to $WITNESS:
 *
 *   op      connect, accept, send, recv, shutdown, close
 *   t       CLOCK_REALTIME before the call: the clock of the packets' time stamps
 *   state   TCP_INFO's tcpi_state before the call (1 established, 7 closed, 8 CLOSE_WAIT); after: state2
 *   rcv     tcpi_bytes_received before the call: payload and FIN that this kernel has received; after: rcv2
 *   pend    SIOCINQ: of it, what the application has not read yet
 *   n, err  the call's result and errno
 *   head    of a send, its first line as far as printable; type: its first byte (23 for TLS application data)
 *
 * This is the truth that verdicts are measured by: it does not come from packets. Programs that call the kernel
 * without the C library (Go) have to write the same lines themselves.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, HEAD = 96 };
static unsigned char is_watched[DESCRIPTORS];
static int journal = -1;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void open_journal(void) {
    const char *path = getenv("WITNESS");
    int low = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (low < 0) return;
    journal = fcntl(low, F_DUPFD_CLOEXEC, 900); /* out of the way of programs that count their descriptors */
    close(low);
}

/* What the kernel knows of a connection at one moment. */
struct view {
    int state;
    unsigned long long received;
};

static struct view look(int fd) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size)) return (struct view){-1, 0};
    return (struct view){info.tcpi_state, info.tcpi_bytes_received};
}

static void name(char *text, size_t size, int fd, int (*get)(int, struct sockaddr *, socklen_t *)) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length = sizeof address;
    char ip[INET6_ADDRSTRLEN] = "";
    text[0] = 0;
    if (get(fd, &address.any, &length)) return;
    if (address.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address.v4.sin_addr, ip, sizeof ip);
        snprintf(text, size, "%s:%d", ip, ntohs(address.v4.sin_port));
    } else if (address.any.sa_family == AF_INET6) {
        int is_v4 = IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr);
        if (is_v4) inet_ntop(AF_INET, address.v6.sin6_addr.s6_addr + 12, ip, sizeof ip);
        else inet_ntop(AF_INET6, &address.v6.sin6_addr, ip, sizeof ip);
        snprintf(text, size, is_v4 ? "%s:%d" : "[%s]:%d", ip, ntohs(address.v6.sin6_port));
    }
}

/* A call under way on a watched connection. */
struct call {
    struct view before;
    double time;
    int pending;
    int is_on;
    char local[64], peer[64];
};

static struct call begin(int fd) {
    struct call call = {.is_on = journal >= 0 && fd >= 0 && fd < DESCRIPTORS && is_watched[fd]};
    if (!call.is_on) return call;
    int error = errno;
    struct timespec t;
    name(call.local, sizeof call.local, fd, getsockname);
    name(call.peer, sizeof call.peer, fd, getpeername);
    if (ioctl(fd, SIOCINQ, &call.pending)) call.pending = 0;
    clock_gettime(CLOCK_REALTIME, &t);
    call.time = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
    call.before = look(fd);
    errno = error;
    return call;
}

static void end(const struct call *call, const char *op, int fd, long result, const struct iovec *parts, int count) {
    if (!call->is_on) return;
    int error = errno, length = 0, type = -1;
    char head[HEAD + 1], line[512];
    struct view after = look(fd);
    for (int part = 0; part < count && length < HEAD; part++) {
        const unsigned char *bytes = parts[part].iov_base;
        for (size_t i = 0; i < parts[part].iov_len && length < HEAD; i++) {
            if (type < 0) type = bytes[i];
            if (bytes[i] == '\r') {
                part = count;
                break;
            }
            int is_plain = bytes[i] >= ' ' && bytes[i] < 0x7F && bytes[i] != '"' && bytes[i] != '\\';
            head[length++] = is_plain ? (char)bytes[i] : '.';
        }
    }
    head[length] = 0;
    int size = snprintf(
        line, sizeof line,
        "{\"op\":\"%s\",\"t\":%.6f,\"pid\":%d,\"fd\":%d,\"local\":\"%s\",\"peer\":\"%s\",\"state\":%d,\"state2\":%d,"
        "\"rcv\":%llu,\"rcv2\":%llu,\"pend\":%d,\"n\":%ld,\"err\":%d,\"type\":%d,\"head\":\"%s\"}\n",
        op, call->time, (int)getpid(), fd, call->local, call->peer, call->before.state, after.state,
        call->before.received, after.received, call->pending, result, result < 0 ? error : 0, type, head);
    REAL(write);
    if (size > 0 && real(journal, line, (size_t)size) < 0) journal = -1;
    errno = error;
}

static void watch(int fd, const char *op) {
    int kind = 0;
    socklen_t size = sizeof kind;
    if (fd < 0 || fd >= DESCRIPTORS || getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &kind, &size)) return;
    if (kind != IPPROTO_TCP) return;
    is_watched[fd] = 1;
    struct call call = begin(fd);
    end(&call, op, fd, 0, 0, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t size) {
    REAL(connect);
    int result = real(fd, address, size);
    int error = errno;
    if (result == 0 || error == EINPROGRESS) watch(fd, "connect");
    errno = error;
    return result;
}

int accept(int fd, struct sockaddr *address, socklen_t *size) {
    REAL(accept);
    int result = real(fd, address, size);
    if (result >= 0) watch(result, "accept");
    return result;
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
    REAL(accept4);
    int result = real(fd, address, size, flags);
    if (result >= 0) watch(result, "accept");
    return result;
}

/* Defines `call` as the real one between two looks. */
#define WITNESSED(type, function, op, parts, count, parameters, ...) \
    type function parameters { \
        REAL(function); \
        struct call call = begin(fd); \
        type result = real(__VA_ARGS__); \
        int error = errno, is_waiting = result < 0 && (error == EAGAIN || error == EINTR); \
        if (!is_waiting) end(&call, op, fd, (long)result, parts, count); \
        errno = error; \
        return result; \
    }
#define ONE(bytes, size) (&(struct iovec){(void *)(uintptr_t)(bytes), (size)})

WITNESSED(ssize_t, write, "send", ONE(bytes, size), 1, (int fd, const void *bytes, size_t size), fd, bytes, size)
WITNESSED(ssize_t, writev, "send", parts, count, (int fd, const struct iovec *parts, int count), fd, parts, count)
WITNESSED(
    ssize_t, send, "send", ONE(bytes, size), 1, (int fd, const void *bytes, size_t size, int flags), fd, bytes, size,
    flags)
WITNESSED(
    ssize_t, sendto, "send", ONE(bytes, size), 1,
    (int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to, socklen_t to_size), fd, bytes, size,
    flags, to, to_size)
WITNESSED(
    ssize_t, sendmsg, "send", message->msg_iov, (int)message->msg_iovlen,
    (int fd, const struct msghdr *message, int flags), fd, message, flags)
WITNESSED(ssize_t, read, "recv", 0, 0, (int fd, void *bytes, size_t size), fd, bytes, size)
WITNESSED(ssize_t, readv, "recv", 0, 0, (int fd, const struct iovec *parts, int count), fd, parts, count)
WITNESSED(ssize_t, recv, "recv", 0, 0, (int fd, void *bytes, size_t size, int flags), fd, bytes, size, flags)
WITNESSED(
    ssize_t, recvfrom, "recv", 0, 0,
    (int fd, void *bytes, size_t size, int flags, struct sockaddr *from, socklen_t *from_size), fd, bytes, size, flags,
    from, from_size)
WITNESSED(ssize_t, recvmsg, "recv", 0, 0, (int fd, struct msghdr *message, int flags), fd, message, flags)
WITNESSED(int, shutdown, "shutdown", 0, 0, (int fd, int how), fd, how)

/* Written down before it is done: afterwards another thread may have the descriptor for a new connection. */
int close(int fd) {
    REAL(close);
    if (fd == journal && fd >= 0) return 0;
    struct call call = begin(fd);
    end(&call, "close", fd, 0, 0, 0);
    if (fd >= 0 && fd < DESCRIPTORS) is_watched[fd] = 0;
    return real(fd);
}
