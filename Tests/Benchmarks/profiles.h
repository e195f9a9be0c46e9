// What the benchmark's savefiles are like.
#ifndef PROFILES_H
#define PROFILES_H
#include <stdbool.h>
#include <stdint.h>

struct profile {
    const char *name;
    // Flows in the file, and how many of them are open at a time.
    uint32_t flows, at_a_time;
    // Requests of a flow.
    uint32_t exchanges;
    // Bytes of a response's body.
    uint32_t body;
    // Microseconds: to a client and back; the longest between a response and the next request; between the beginnings
    // of the flows that are there first.
    uint32_t round_trip, think, start_gap;
    bool tls, vxlan;
    // Whether the flows are still open when the capture ends; else the server closes after 5 s of silence.
    bool stays_open;
    // Of 1000 segments with payload, how many are to come late (where another one follows) or twice. A flow disturbs
    // one segment at a time, so that fewer do: 100 each.
    uint32_t late, twice;
    // Which of the counts above grows with the scale.
    enum { FLOWS, OPEN_FLOWS, EXCHANGES, BODY } grows;
};

// The profile with this name, its size multiplied with `scale`. Ends the program where there is none.
struct profile profile_named(const char *name, double scale);
#endif
