#include "messages.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Makes room for `count` bytes more.
static uint8_t *extend(struct message *message, uint32_t count) {
    message->bytes = realloc(message->bytes, message->length + count);
    if (!message->bytes) err(1, "memory");
    message->length += count;
    return message->bytes + message->length - count;
}

static void append(struct message *message, const void *bytes, uint32_t count) {
    memcpy(extend(message, count), bytes, count);
}

static void text(struct message *message, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    append(message, line, (uint32_t)vsnprintf(line, sizeof line, format, arguments));
    va_end(arguments);
}

// Bytes without order, as ciphertext has none; always the same.
static void noise(struct message *message, uint32_t count) {
    uint64_t state = 0x9e3779b97f4a7c15;
    uint8_t *at = extend(message, count);
    for (uint32_t done = 0; done < count; done++) {
        // xorshift64, a word for every eight bytes.
        if (done % 8 == 0) state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        at[done] = (uint8_t)(state >> done % 8 * 8);
    }
}

// Sizes around `mean`, one for each variant.
static uint32_t around(uint32_t mean, int variant) {
    return (uint32_t)((uint64_t)mean * (uint32_t)(4 * VARIANTS + 2 * variant - 3) / (4 * VARIANTS));
}

// MARK: HTTP

struct messages http_messages(uint32_t body) {
    struct messages all = {0};
    for (int variant = 0; variant < VARIANTS; variant++) {
        struct message *request = &all.requests[variant], *response = &all.responses[variant];
        text(request, "GET /api/v%d/items/", variant);
        request->serial = request->length;
        text(request, "%0*d?limit=%d HTTP/1.1\r\nHost: items.example\r\nUser-Agent: envoy\r\nAccept: */*\r\n",
             SERIAL_DIGITS, 0, 10 << variant);
        text(request, "X-Request-Id: 6d1c0f5e-8f0b-4ac5-9a55-1c0d6b1f42e%d\r\n\r\n", variant);
        uint32_t length = around(body, variant);
        text(response, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
        text(response, "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: %u\r\n\r\n", length);
        noise(response, length);
    }
    return all;
}

// MARK: TLS

static void record(struct message *message, uint8_t type, uint32_t length) {
    const uint8_t header[] = {type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length};
    append(message, header, sizeof header);
}

// Application data in records of at most 2^14 bytes and the tag (RFC 8446 section 5.2).
static void application_data(struct message *message, uint32_t length) {
    while (length > 0) {
        uint32_t part = length < 16384 + 17 ? length : 16384 + 17;
        record(message, 23, part);
        noise(message, part);
        length -= part;
    }
}

static void change_cipher_spec(struct message *message) {
    record(message, 20, 1);
    append(message, "\1", 1);
}

// A hello of either side: its extensions end with `padding` bytes (RFC 7685), as a client's real ones are longer.
static void hello(struct message *message, uint8_t type, const uint8_t *rest, uint32_t count, uint16_t padding) {
    uint32_t extensions = padding > 0 ? 7 + 4 + padding : 6;
    uint32_t body = 2 + 32 + 1 + 32 + count + 2 + extensions;
    record(message, 22, 4 + body);
    const uint8_t header[] = {type, 0, (uint8_t)(body >> 8), (uint8_t)body, 3, 3};
    append(message, header, sizeof header);
    noise(message, 32);
    append(message, "\40", 1);
    noise(message, 32);
    append(message, rest, count);
    const uint8_t length[] = {(uint8_t)(extensions >> 8), (uint8_t)extensions};
    append(message, length, 2);
    // supported_versions: TLS 1.3, a list of one from the client, alone from the server.
    if (padding == 0) {
        append(message, "\0\53\0\2\3\4", 6);
    } else {
        append(message, "\0\53\0\3\2\3\4", 7);
        const uint8_t extension[] = {0, 21, (uint8_t)(padding >> 8), (uint8_t)padding};
        append(message, extension, sizeof extension);
        uint8_t zeros[512] = {0};
        append(message, zeros, padding);
    }
}

struct messages tls_messages(uint32_t body) {
    struct messages all = {0};
    // One cipher suite, no compression.
    hello(&all.first_request, 1, (const uint8_t *)"\0\2\23\1\1\0", 6, 400);
    hello(&all.first_response, 2, (const uint8_t *)"\23\1\0", 3, 0);
    change_cipher_spec(&all.first_response);
    // EncryptedExtensions, Certificate, CertificateVerify and Finished, in one record each.
    const uint32_t flight[] = {32, 2400, 281, 53};
    for (int index = 0; index < 4; index++) application_data(&all.first_response, flight[index]);
    // The client's Finished goes with its first request.
    change_cipher_spec(&all.second_request);
    application_data(&all.second_request, 53);
    application_data(&all.second_request, 200);
    for (int variant = 0; variant < VARIANTS; variant++) {
        application_data(&all.requests[variant], around(200, variant));
        application_data(&all.responses[variant], around(body, variant));
    }
    return all;
}
