#pragma once

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>

// A bit for each of sixteen bytes that is `byte`, the first byte's the lowest.
static inline uint32_t finrace_places_of_two(uint64_t low, uint64_t high, uint8_t byte) {
    __m128i is_equal = _mm_cmpeq_epi8(_mm_set_epi64x((int64_t)high, (int64_t)low), _mm_set1_epi8((char)byte));
    return (uint32_t)_mm_movemask_epi8(is_equal);
}
#else
// A bit for each of eight bytes that is `byte`, the first byte's the lowest. The exclusive or is zero where it is, and
// the sum sets the highest bit of every other byte, without a carry from one to the next. The product gathers these
// bits in the highest byte.
static inline uint32_t finrace_places_of_one(uint64_t word, uint8_t byte) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7F;
    uint64_t difference = word ^ byte * (uint64_t)0x0101010101010101;
    uint64_t marks = ~(((difference & low) + low) | difference | low) >> 7;
    return (uint32_t)(marks * 0x0102040810204080 >> 56);
}

static inline uint32_t finrace_places_of_two(uint64_t low, uint64_t high, uint8_t byte) {
    return finrace_places_of_one(low, byte) | finrace_places_of_one(high, byte) << 8;
}
#endif

// A bit for each of thirty-two bytes that is `byte`, the first byte's the lowest; four words hold them, the first byte
// the lowest of the first word.
//
// Here, since Swift cannot ask for what a comparison of vectors says in bits: two instructions for sixteen bytes, where
// arithmetic on words takes about ten for eight (measured: 415 instructions for the lines of a message head, 625
// before).
static inline uint32_t finrace_places(uint64_t first, uint64_t second, uint64_t third, uint64_t fourth, uint8_t byte) {
    return finrace_places_of_two(first, second, byte) | finrace_places_of_two(third, fourth, byte) << 16;
}

// Has the processor fetch the 128 bytes at `address`, without waiting for them. Nothing is read: the address may be that
// of nothing.
static inline void finrace_prefetch(uintptr_t address) {
    __builtin_prefetch((const void *)address);
    __builtin_prefetch((const void *)(address + 64));
}
