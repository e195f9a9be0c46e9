// A savefile that is written packet by packet: classic pcap, microseconds, Ethernet.
#ifndef SAVEFILE_H
#define SAVEFILE_H
#include <stdbool.h>
#include <stdint.h>

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

// One TCP segment with its addresses, in host byte order.
struct segment {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgment;
    uint8_t flags;
    uint16_t identification;
    const uint8_t *payload;
    uint32_t length;
};

struct savefile {
    int descriptor;
    // Whether each packet is wrapped in Ethernet, IPv4, UDP and VXLAN.
    bool vxlan;
    uint64_t packets, bytes;
    // Microseconds since the epoch of the latest packet.
    uint64_t now;
    uint8_t *buffer;
    uint32_t used;
};

// Both end the program with a message where the file cannot be written.
void savefile_open(struct savefile *, const char *path, bool vxlan);
void savefile_close(struct savefile *);

// Appends a packet. The time is `microseconds`, or later where another packet has it.
void savefile_write(struct savefile *, const struct segment *, uint64_t microseconds);
#endif
