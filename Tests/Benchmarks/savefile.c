#include "savefile.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LARGEST = 2048 };

// Writes a number in network byte order, and returns the place behind it.
static uint8_t *put16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value) {
    return put16(put16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static void flush(struct savefile *file) {
    for (uint32_t done = 0; done < file->used;) {
        ssize_t count = write(file->descriptor, file->buffer + done, file->used - done);
        if (count < 0) err(1, "the savefile cannot be written");
        done += (uint32_t)count;
    }
    file->used = 0;
}

static void append(struct savefile *file, const void *bytes, uint32_t count) {
    memcpy(file->buffer + file->used, bytes, count);
    file->used += count;
    file->bytes += count;
}

void savefile_open(struct savefile *file, const char *path, bool vxlan) {
    *file = (struct savefile){.vxlan = vxlan, .buffer = malloc(BUFFER + LARGEST)};
    file->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file->descriptor < 0 || !file->buffer) err(1, "%s", path);
    // The magic number of microseconds, version 2.4, no time zone, the snap length, Ethernet.
    const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
    append(file, header, sizeof header);
}

void savefile_close(struct savefile *file) {
    flush(file);
    if (close(file->descriptor) < 0) err(1, "the savefile cannot be written");
    free(file->buffer);
}

static uint8_t *ethernet(uint8_t *at) {
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    memcpy(at, addresses, sizeof addresses);
    return put16(at + 12, 0x0800);
}

// Checksums stay 0, as offloading leaves them: none of the readers looks at them.
static uint8_t *ipv4(uint8_t *at, uint32_t length, uint8_t protocol, uint16_t identification, uint32_t source,
                     uint32_t destination) {
    at = put16(at, 0x4500);
    at = put16(at, (uint16_t)(20 + length));
    at = put16(at, identification);
    at = put16(at, 0x4000);
    *at++ = 64;
    *at++ = protocol;
    at = put16(at, 0);
    return put32(put32(at, source), destination);
}

// Both hosts of the overlay are nodes of 192.168.0.0/16, picked by the addresses inside.
static uint8_t *vxlan(uint8_t *at, uint32_t length, const struct segment *segment) {
    uint32_t udp = 8 + 8 + 14 + 20 + length;
    at = ipv4(ethernet(at), udp, 17, segment->identification, 0xc0a80000 | (segment->source & 0xff),
              0xc0a80000 | (segment->destination & 0xff));
    at = put16(put16(at, 49152 | segment->source_port), 4789);
    at = put16(put16(at, (uint16_t)udp), 0);
    return put32(put32(at, 0x08000000), 42 << 8);
}

void savefile_write(struct savefile *file, const struct segment *segment, uint64_t microseconds) {
    file->now = microseconds > file->now ? microseconds : file->now + 1;
    uint8_t headers[128], *at = headers;
    uint32_t length = 32 + segment->length;
    if (file->vxlan) at = vxlan(at, length, segment);
    at = ipv4(ethernet(at), length, 6, segment->identification, segment->source, segment->destination);
    at = put16(put16(at, segment->source_port), segment->destination_port);
    at = put32(put32(at, segment->sequence), segment->acknowledgment);
    *at++ = 0x80;
    *at++ = segment->flags;
    at = put32(put16(at, 0xffff), 0);
    // Two NOPs and the timestamp option (RFC 7323 section 3), in milliseconds.
    at = put32(put32(put32(at, 0x0101080a), (uint32_t)(file->now / 1000)), 0);

    uint32_t count = (uint32_t)(at - headers);
    const uint32_t record[] = {(uint32_t)(file->now / 1000000), (uint32_t)(file->now % 1000000),
                               count + segment->length, count + segment->length};
    append(file, record, sizeof record);
    append(file, headers, count);
    append(file, segment->payload, segment->length);
    file->packets++;
    if (file->used >= BUFFER) flush(file);
}
