#pragma once
#include <pcap/pcap.h>
#include <sys/ioctl.h>

// ioctl is variadic, which Swift cannot call: the columns of the terminal behind `descriptor`, or 0.
static inline int finrace_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
