// Makes the savefiles of the benchmark: savefiles PROFILE SCALE FILE. Prints what is in the file, as name=count.
//
// Each flow is a small state machine that sends one packet a step and says when its next step is due; an agenda of
// 10 µs slots brings the packets into the order of time, so that flows mix as on a busy host. No two runs differ.
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "profiles.h"
#include "savefile.h"

// Bytes of a full segment: an Ethernet MTU without the headers of IP and TCP.
enum { SEGMENT = 1448 };

static struct profile profile;
static struct messages messages;

// MARK: Randomness

// xorshift64*, always from the same seed.
static uint64_t random_state = 0x2545f4914f6cdd1d;

static uint32_t random_below(uint32_t limit) {
    random_state ^= random_state >> 12, random_state ^= random_state << 25, random_state ^= random_state >> 27;
    return (uint32_t)(((random_state * 0x2545f4914f6cdd1d) >> 32) * limit >> 32);
}

// MARK: The agenda

// 10 µs each; all of them reach further than the longest delay, which is the server's idle timeout.
enum { SLOT = 10, SLOTS = 1 << 20, NONE = -1 };

// The first flow that is due in each slot; the rest is chained in the flows.
static int32_t agenda[SLOTS];
static uint64_t slot;

// MARK: Flows

struct flow {
    uint32_t client, server;
    uint16_t port;
    // By side: the client is 0, the server 1.
    uint16_t identification[2];
    uint32_t next[2];
    uint32_t exchange;
    // Bytes of the response that were sent.
    uint32_t sent;
    enum { OPENING, ACCEPTING, OPENED, ASKING, ANSWERING, ACKNOWLEDGING, CLOSING, CLOSED, ENDING } phase;
    bool races;
    // A segment that comes again, or late, after some more packets of the flow.
    struct {
        const uint8_t *payload;
        uint32_t sequence, acknowledgment, length;
        uint8_t wait, side;
        bool is_hole;
    } held;
    int32_t next_due;
};

static struct flow *flows;
static struct savefile file;
static uint32_t begun, races, late, twice, data_segments;

static void schedule(int32_t place, uint32_t microseconds) {
    uint32_t delay = microseconds / SLOT + 1;
    int32_t *due = &agenda[(slot + delay) % SLOTS];
    flows[place].next_due = *due;
    *due = place;
}

static void begin(int32_t place) {
    uint32_t number = begun++;
    struct flow *flow = &flows[place];
    *flow = (struct flow){
        .client = 0x0a000000 + number % 4096,
        // Each port of Linux's ephemeral range before one comes again: 9973 and 28232 have no common divisor.
        .port = (uint16_t)(32768 + (uint64_t)(number / 4096) * 9973 % 28232),
        .server = 0x0a630000 + number % 20,
        .next = {random_below(UINT32_MAX), random_below(UINT32_MAX)},
        .identification = {(uint16_t)random_below(1 << 16), (uint16_t)random_below(1 << 16)},
        .races = !profile.stays_open && number % 1000 == 999,
    };
    races += flow->races;
}

static void put(struct flow *flow, int side, uint8_t flags, uint32_t sequence, uint32_t acknowledgment,
                const uint8_t *payload, uint32_t length) {
    const uint16_t port = profile.tls ? 443 : 80;
    const struct segment segment = {
        .source = side == 0 ? flow->client : flow->server, .destination = side == 0 ? flow->server : flow->client,
        .source_port = side == 0 ? flow->port : port, .destination_port = side == 0 ? port : flow->port,
        .sequence = sequence, .acknowledgment = acknowledgment, .flags = flags,
        .identification = flow->identification[side]++, .payload = payload, .length = length,
    };
    savefile_write(&file, &segment, 1700000000000000 + slot * SLOT);
}

// Sends what was held; `is_end`: nothing may wait any longer.
static void release(struct flow *flow, bool is_end) {
    if (flow->held.length == 0 || (flow->held.wait-- > 0 && !is_end)) return;
    put(flow, flow->held.side, PSH | ACK, flow->held.sequence, flow->held.acknowledgment, flow->held.payload,
        flow->held.length);
    flow->held.length = 0;
}

static void hold(struct flow *flow, int side, const uint8_t *payload, uint32_t length, bool is_hole) {
    flow->held.payload = payload;
    flow->held.sequence = flow->next[side];
    flow->held.acknowledgment = flow->next[!side];
    flow->held.length = length;
    flow->held.wait = (uint8_t)(1 + random_below(3));
    flow->held.side = (uint8_t)side;
    flow->held.is_hole = is_hole;
}

// A segment without payload. The receiver of a stream with a hole acknowledges what is before the hole.
static void control(struct flow *flow, int side, uint8_t flags) {
    bool waits = flow->held.length > 0 && flow->held.is_hole && flow->held.side != side;
    uint32_t acknowledgment = waits ? flow->held.sequence : flow->next[!side];
    put(flow, side, flags, flow->next[side], flags & ACK ? acknowledgment : 0, NULL, 0);
    flow->next[side] += (flags & (SYN | FIN)) != 0;
    release(flow, false);
}

static void data(struct flow *flow, int side, const uint8_t *payload, uint32_t length, bool is_last) {
    data_segments++;
    bool is_free = flow->held.length == 0;
    if (is_free && !is_last && random_below(1000) < profile.late) {
        late++;
        hold(flow, side, payload, length, true);
    } else {
        put(flow, side, PSH | ACK, flow->next[side], flow->next[!side], payload, length);
        release(flow, false);
        // Not the message that may be cut off by a close, nor one whose bytes are written anew for each request.
        if (is_free && side == 1 && random_below(1000) < profile.twice) {
            twice++;
            hold(flow, side, payload, length, false);
        }
    }
    flow->next[side] += length;
}

static void ask(struct flow *flow) {
    struct message *request = &messages.requests[flow->next[0] % VARIANTS];
    if (profile.tls && flow->exchange == 0) request = &messages.first_request;
    if (profile.tls && flow->exchange == 1) request = &messages.second_request;
    if (request->serial > 0) {
        uint32_t number = random_below(10000000);
        for (int digit = SERIAL_DIGITS - 1; digit >= 0; digit--, number /= 10) {
            request->bytes[request->serial + (uint32_t)digit] = (uint8_t)('0' + number % 10);
        }
    }
    data(flow, 0, request->bytes, request->length, true);
}

static const struct message *response_of(const struct flow *flow) {
    if (profile.tls && flow->exchange == 0) return &messages.first_response;
    return &messages.responses[(flow->client + flow->exchange) % VARIANTS];
}

// Sends the next segment of the response; true when it was the last one.
static bool answer(struct flow *flow) {
    const struct message *response = response_of(flow);
    uint32_t left = response->length - flow->sent, length = left < SEGMENT ? left : SEGMENT;
    data(flow, 1, response->bytes + flow->sent, length, left == length);
    flow->sent += length;
    // The acknowledgement of everything comes after everything.
    if (left == length) release(flow, true);
    return left == length;
}

// Sends the flow's next packet.
//
// Returns microseconds to the one after it, or `NONE` when the flow is over.
static int32_t step(struct flow *flow) {
    switch (flow->phase) {
    case OPENING:
        control(flow, 0, SYN);
        flow->phase = ACCEPTING;
        return 50;
    case ACCEPTING:
        control(flow, 1, SYN | ACK);
        flow->phase = OPENED;
        return (int32_t)profile.round_trip;
    case OPENED:
        control(flow, 0, ACK);
        flow->phase = ASKING;
        return (int32_t)random_below(profile.think);
    case ASKING:
        ask(flow);
        flow->sent = 0;
        flow->phase = ANSWERING;
        return (int32_t)(100 + random_below(2000));
    case ANSWERING: {
        bool is_last = answer(flow);
        // Every second full segment is acknowledged (RFC 9293 section 3.8.6.3), and the end.
        flow->phase = is_last || flow->sent / SEGMENT % 2 == 0 ? ACKNOWLEDGING : ANSWERING;
        return is_last ? (int32_t)profile.round_trip : 12;
    }
    case ACKNOWLEDGING:
        control(flow, 0, ACK);
        flow->phase = ANSWERING;
        if (flow->sent < response_of(flow)->length) return 12;
        flow->phase = ASKING;
        if (++flow->exchange < profile.exchanges) return (int32_t)random_below(profile.think);
        flow->phase = CLOSING;
        return profile.stays_open ? NONE : 5000000;
    case CLOSING:
        control(flow, 1, FIN | ACK);
        flow->phase = CLOSED;
        return (int32_t)profile.round_trip;
    case CLOSED:
        flow->phase = ENDING;
        if (flow->races) {
            // A request that does not have the FIN crosses it.
            flow->next[1]--;
            ask(flow);
        } else {
            control(flow, 0, FIN | ACK);
        }
        return 20;
    case ENDING:
        if (flow->races) {
            put(flow, 1, RST, flow->next[1], 0, NULL, 0);
        } else {
            control(flow, 1, ACK);
        }
        return NONE;
    }
    return NONE;
}

int main(int count, char **arguments) {
    if (count != 4) errx(64, "usage: savefiles PROFILE SCALE FILE");
    profile = profile_named(arguments[1], atof(arguments[2]));
    messages = profile.tls ? tls_messages(profile.body) : http_messages(profile.body);
    flows = calloc(profile.at_a_time, sizeof *flows);
    if (!flows) err(1, "memory");
    memset(agenda, 0xff, sizeof agenda);
    savefile_open(&file, arguments[3], profile.vxlan);

    uint32_t live = 0;
    uint64_t next_start = 0;
    for (; begun < profile.at_a_time || live > 0; slot++) {
        while (begun < profile.at_a_time && next_start <= slot * SLOT) {
            begin((int32_t)begun);
            schedule((int32_t)begun - 1, 0);
            live++;
            next_start += profile.start_gap;
        }
        int32_t place = agenda[slot % SLOTS];
        agenda[slot % SLOTS] = NONE;
        while (place != NONE) {
            int32_t following = flows[place].next_due;
            int32_t delay = step(&flows[place]);
            if (delay != NONE) {
                schedule(place, (uint32_t)delay);
            } else if (begun >= profile.at_a_time && begun < profile.flows) {
                begin(place);
                schedule(place, 0);
            } else {
                live--;
            }
            place = following;
        }
    }
    savefile_close(&file);
    printf("packets=%llu\nbytes=%llu\n", (unsigned long long)file.packets, (unsigned long long)file.bytes);
    printf("flows=%u\nraces=%u\ndata_segments=%u\nlate=%u\ntwice=%u\n", begun, races, data_segments, late, twice);
}
