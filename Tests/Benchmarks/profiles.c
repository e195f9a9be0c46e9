#include "profiles.h"

#include <err.h>
#include <stddef.h>
#include <string.h>

static const struct profile profiles[] = {
    {.name = "keepalive", .flows = 200000, .at_a_time = 2000, .exchanges = 10, .body = 180,
     .round_trip = 10000, .think = 400000, .start_gap = 3000},
    {.name = "open", .flows = 1000000, .at_a_time = 1000000, .exchanges = 1, .body = 180,
     .round_trip = 10000, .think = 9000000, .start_gap = 10, .stays_open = true, .grows = OPEN_FLOWS},
    {.name = "bulk", .flows = 8, .at_a_time = 8, .exchanges = 10, .body = 20000000,
     .round_trip = 10000, .think = 1000, .start_gap = 1000, .grows = BODY},
    {.name = "tls", .flows = 20000, .at_a_time = 500, .exchanges = 13, .body = 5000,
     .round_trip = 10000, .think = 400000, .start_gap = 12000, .tls = true},
    {.name = "vxlan", .flows = 100000, .at_a_time = 2000, .exchanges = 10, .body = 180,
     .round_trip = 10000, .think = 400000, .start_gap = 3000, .vxlan = true},
    {.name = "disorder", .flows = 25000, .at_a_time = 500, .exchanges = 10, .body = 5000,
     .round_trip = 10000, .think = 400000, .start_gap = 12000, .late = 240, .twice = 240},
    {.name = "single", .flows = 1, .at_a_time = 1, .exchanges = 1666665, .body = 180,
     .round_trip = 200, .think = 200, .start_gap = 1, .grows = EXCHANGES},
};

struct profile profile_named(const char *name, double scale) {
    struct profile found = {0};
    for (size_t index = 0; index < sizeof profiles / sizeof *profiles; index++) {
        if (strcmp(profiles[index].name, name) == 0) found = profiles[index];
    }
    if (!found.name) errx(64, "%s: no such profile", name);
    uint32_t *grown[] = {&found.flows, &found.flows, &found.exchanges, &found.body};
    double size = *grown[found.grows] * scale;
    // The upper limit leaves every sum of sizes within 32 bits.
    if (!(size >= 1 && size <= 1 << 28)) errx(64, "%s: this scale cannot be made", name);
    *grown[found.grows] = (uint32_t)size;
    if (found.grows == OPEN_FLOWS || found.at_a_time > found.flows) found.at_a_time = found.flows;
    return found;
}
