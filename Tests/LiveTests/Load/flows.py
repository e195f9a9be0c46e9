"""Writes a savefile of short HTTP connections, many at a time, for tcpreplay to send again and again.

Arguments: the file, the number of connections. Each has a handshake, two requests with answers and the server's close;
one in a thousand ends in a race (the second request meets the close). tcpreplay's --unique-ip makes other hosts of them
every time it goes round.
"""
import struct
import sys

SERVER = 0x0A480002


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def frame(source, destination, ports, seq, ack, flags, payload=b"", ident=[0]):
    ident[0] = ident[0] % 65535 + 1
    tcp = struct.pack("!HHIIBBHHH", ports[0], ports[1], seq, ack, 5 << 4, flags, 502, 0, 0)
    head = struct.pack("!BBHHHBBHII", 0x45, 0, 40 + len(payload), ident[0], 0x4000, 64, 6, 0, source, destination)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" + head + tcp + payload


def connection(number):
    client, port = 0x0A480100 + number // 50000, 10000 + number % 50000
    a, b = number * 7919 % 2**32, number * 104729 % 2**32
    request = b"GET /orders/17 HTTP/1.1\r\nHost: orders\r\nAccept: */*\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n"
    SYN, FIN, ACK, PSH, RST = 2, 1, 16, 8, 4

    def up(seq, ack, flags, payload=b""):
        return frame(client, SERVER, (port, 8080), (a + seq) % 2**32, (b + ack) % 2**32 if flags & ACK else 0, flags, payload)

    def down(seq, ack, flags, payload=b""):
        return frame(SERVER, client, (8080, port), (b + seq) % 2**32, (a + ack) % 2**32 if flags & ACK else 0, flags, payload)

    r, s = len(request), len(answer)
    yield up(0, 0, SYN)
    yield down(0, 1, SYN | ACK)
    yield up(1, 1, ACK)
    yield up(1, 1, ACK | PSH, request)
    yield down(1, 1 + r, ACK | PSH, answer)
    yield up(1 + r, 1 + s, ACK)
    if number % 1000 == 0:
        yield down(1 + s, 1 + r, ACK | FIN)
        yield up(1 + r, 1 + s, ACK | PSH, request)
        yield down(2 + s, 0, RST)
        return
    yield up(1 + r, 1 + s, ACK | PSH, request)
    yield down(1 + s, 1 + 2 * r, ACK | PSH, answer)
    yield up(1 + 2 * r, 1 + 2 * s, ACK | FIN)
    yield down(1 + 2 * s, 2 + 2 * r, ACK | FIN)
    yield up(2 + 2 * r, 2 + 2 * s, ACK)


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    open_connections, number, time = [], 0, 0
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        # A thousand connections take turns.
        while number < count or open_connections:
            while number < count and len(open_connections) < 1000:
                open_connections.append(connection(number))
                number += 1
            rest = []
            for packets in open_connections:
                packet = next(packets, None)
                if packet is None:
                    continue
                rest.append(packets)
                time += 1
                file.write(struct.pack("<IIII", 1800000000 + time // 1000000, time % 1000000, len(packet), len(packet)))
                file.write(packet)
            open_connections = rest


main()
