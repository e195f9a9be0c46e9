// What the flows of a savefile say to each other: requests and responses, made once and sent many times.
#ifndef MESSAGES_H
#define MESSAGES_H
#include <stdint.h>

enum { VARIANTS = 4, SERIAL_DIGITS = 7 };

struct message {
    uint8_t *bytes;
    uint32_t length;
    // Where a number of `SERIAL_DIGITS` digits is to be written, so that no two requests are the same; 0: nowhere.
    uint32_t serial;
};

// Of TLS also how a connection begins: its first exchange, and the request of the second one.
struct messages {
    struct message first_request, second_request, requests[VARIANTS];
    struct message first_response, responses[VARIANTS];
};

// HTTP/1.1: bodies of about `body` bytes.
struct messages http_messages(uint32_t body);

// TLS 1.3: a handshake, then application data records of about `body` bytes.
struct messages tls_messages(uint32_t body);
#endif
