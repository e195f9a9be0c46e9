#pragma once
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <malloc.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Linux calls that the headers show with _GNU_SOURCE only.
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int getresuid(uid_t *real, uid_t *effective, uid_t *saved);
extern int getresgid(gid_t *real, gid_t *effective, gid_t *saved);

// ioctl, prctl and syscall are variadic, which Swift cannot call.

// The columns of the terminal behind `descriptor`, or 0.
static inline int finrace_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the interface is up: 1, 0, or -1 where there is none of that name.
static inline int finrace_interface_is_up(const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int status = ioctl(descriptor, SIOCGIFFLAGS, &request);
    close(descriptor);
    return status != 0 ? -1 : (request.ifr_flags & IFF_UP) != 0;
}

// Gives up every capability of this thread, and that any program that it might start could give one back.
static inline int finrace_drop_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return syscall(SYS_capset, &header, data) == 0 ? 0 : -1;
}

// Whether this thread has any capability, permitted or effective.
static inline int finrace_has_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) != 0) return 1;
    unsigned all = 0;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) all |= data[i].permitted | data[i].effective;
    return all != 0;
}
