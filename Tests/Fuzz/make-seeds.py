#!/usr/bin/env python3
"""Makes Tests/Fuzz/Seeds from captures/ and from a few lines written here. Run from anywhere; no arguments."""

import json
import pathlib
import shutil
import struct

here = pathlib.Path(__file__).resolve().parent
captures = here.parent.parent / "captures"
seeds = here / "Seeds"

# As in FrameFuzzing.swift.
LINK_TYPES = [0, 1, 6, 7, 9, 10, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123, 127, 129,
              149, 163, 166, 178, 192, 197, 204, 205, 206, 219, 228, 229, 239, 240, 242, 258, 276, 281, 282, 284, 285,
              147, 220, 65535]


def frames(name):
    """The frames of a little-endian savefile: (link type, nanoseconds, bytes)."""
    data = (captures / name / "capture.pcap").read_bytes()
    magic, link = struct.unpack("<I", data[:4])[0], struct.unpack("<I", data[20:24])[0]
    unit = 1 if magic == 0xA1B23C4D else 1000
    offset = 24
    while offset < len(data):
        seconds, rest, length, _ = struct.unpack("<IIII", data[offset:offset + 16])
        yield link, seconds * 10**9 + rest * unit, data[offset + 16:offset + 16 + length]
        offset += 16 + length


def ports(link, frame):
    """The two ports of a frame, as a set."""
    ip = {1: 14, 113: 16, 276: 20, 101: 0}[link]
    tcp = ip + (frame[ip] & 15) * 4 if frame[ip] >> 4 == 4 else ip + 40
    return frozenset(struct.unpack(">HH", frame[tcp:tcp + 4]))


def one_flow(name, which=0, limit=40):
    """The frames of one connection."""
    order = []
    for link, _, frame in frames(name):
        if (key := ports(link, frame)) not in order:
            order.append(key)
    return [f for f in frames(name) if ports(f[0], f[2]) == order[which]][:limit]


def step(nanoseconds):
    if nanoseconds < 0:
        return 255
    milliseconds = nanoseconds // 10**6
    return milliseconds if milliseconds < 128 else 127 + max(1, min(122, round(nanoseconds / 10**9)))


def analyzer(flow, options=0):
    output = bytes([options])
    last = flow[0][1]
    for link, time, frame in flow:
        output += struct.pack(">BBH", LINK_TYPES.index(link), step(time - last), len(frame)) + frame
        last = time
    return output


def frame_seed(link, *packets):
    return bytes([LINK_TYPES.index(link), 0]) + b"".join(struct.pack(">H", len(p)) + p for p in packets)


def ipv4(protocol, payload, fragment=0x4000, source=1):
    return struct.pack(">BBHHHBBH4B4B", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0,
                       10, 0, 0, source, 10, 0, 0, 2) + payload


def ipv6(protocol, payload):
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def udp(port, payload):
    return struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload


TCP = struct.pack(">HHIIBBHHH", 40000, 80, 1000, 2000, 0x50, 0x18, 502, 0, 0) + b"GET / HTTP/1.1\r\n\r\n"
HOSTS = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])
ETHERNET = HOSTS + b"\x08\x00" + ipv4(6, TCP)
EXTENDED = bytes([60, 0]) + bytes(6) + bytes([6, 0]) + bytes(6) + TCP
LLC = b"\xaa\xaa\x03\0\0\0\x08\0" + ipv4(6, TCP)

FRAMES = {
    "ethernet": frame_seed(1, ETHERNET),
    "vlan-ipv6": frame_seed(1, HOSTS + b"\x81\0\0\7\x86\xdd" + ipv6(0, EXTENDED)),
    "mpls": frame_seed(1, HOSTS + b"\x88\x47\0\1\1\x40" + ipv4(6, TCP)),
    "pppoe": frame_seed(1, HOSTS + b"\x88\x64\x11\0\0\1" + struct.pack(">H", 60) + b"\0\x21" + ipv4(6, TCP)),
    "vxlan": frame_seed(1, HOSTS + b"\x08\0" + ipv4(17, udp(4789, b"\x08\0\0\0\0\0\1\0" + ETHERNET))),
    "geneve": frame_seed(101, ipv4(17, udp(6081, b"\0\0\x65\x58\0\0\1\0" + ETHERNET))),
    "gtp": frame_seed(101, ipv4(17, udp(2152, b"\x30\xff" + struct.pack(">HI", 60, 1) + ipv4(6, TCP)))),
    "gre": frame_seed(101, ipv4(47, b"\x20\0\x65\x58\0\0\0\1" + ETHERNET)),
    "icmp": frame_seed(101, ipv4(1, b"\3\1\0\0\0\0\0\0" + ipv4(6, TCP)[:28])),
    "fragments": frame_seed(101, ipv4(6, TCP[:24], 0x2000), ipv4(6, TCP[24:], 3)),
    "fragments6": frame_seed(101, ipv6(44, b"\6\0\0\1\0\0\0\7" + TCP[:24]), ipv6(44, b"\6\0\0\x18\0\0\0\7" + TCP[24:])),
    "cooked": frame_seed(113, bytes([0, 0, 0, 1, 0, 6]) + bytes(8) + b"\x08\0" + ipv4(6, TCP)),
    "cooked2": frame_seed(276, b"\x08\0\0\0\0\0\0\3\0\1\0\6" + bytes(8) + ipv4(6, TCP)),
    "radiotap": frame_seed(127, b"\0\0\x08\0\0\0\0\0" + b"\x08\1\0\0" + bytes(18) + b"\0\0" + LLC),
    "ppp": frame_seed(9, b"\xff\3\0\x21" + ipv4(6, TCP)),
    "nflog": frame_seed(239, b"\2\0\0\0" + struct.pack("<HH", 4 + 58, 9) + ipv4(6, TCP)),
    "null": frame_seed(0, b"\2\0\0\0" + ipv4(6, TCP)),
}

HTTP1 = {
    "get": b"\0\0\1GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
    "post": b"\0\0\2POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloPUT / HTTP/1.1\r\nTransfer-Encoding: chunked"
            b"\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "answers": b"\1\0\3HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nok"
               b"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "until-close": b"\1\0\4HTTP/1.0 200 OK\nConnection: close\n\nall of it",
    "upgrade": b"\1\0\5HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\2hi",
}

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def h2(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


HEADERS = b"\x82\x84\x86\x41\x01a"
HTTP2 = {
    "client": b"\0\0\1" + PREFACE + h2(4, 0, 0) + h2(1, 5, 1, HEADERS) + h2(1, 4, 3, HEADERS) + h2(0, 1, 3, b"body"),
    "server": b"\2\0\2" + h2(4, 0, 0) + h2(4, 1, 0) + h2(1, 4, 1, b"\x88") + h2(0, 1, 1, b"ok")
              + h2(7, 0, 0, struct.pack(">II", 1, 0)) + h2(3, 0, 3, struct.pack(">I", 7)),
    "turns": b"\0\0\3" + PREFACE + h2(4, 0, 0) + h2(1, 5, 1, HEADERS) + h2(1, 4, 1, b"\x88") + h2(6, 0, 0, bytes(8)),
}


def steps(options, *parts):
    """Steps of TLSFuzzing.swift: (kind, is server, bytes)."""
    return bytes([options]) + b"".join(bytes([kind << 1 | server, len(data)]) + data for kind, server, data in parts)


GET, OK = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HELLO = b"\x16\3\1\0\x2f\1\0\0\x2b\3\3" + b"\xc1" * 32 + b"\0\0\2\x13\1\1\0\0\0"
TLS = {
    "keys": steps(0, (2, 0, GET), (2, 1, OK), (4, 0, b""), (2, 0, GET), (6, 1, OK), (12, 1, b"")),
    "chacha-h2": steps(32, (2, 0, PREFACE + h2(4, 0, 0) + h2(1, 5, 1, HEADERS)), (2, 1, h2(4, 0, 0) + h2(1, 5, 1, b"\x88"))),
    "without": steps(1, (2, 0, GET), (2, 1, OK), (5, 1, b"xx"), (2, 0, GET), (7, 1, b"")),
    "clear": steps(3, (0, 0, HELLO), (0, 1, b"\x16\3\3\0\4\2\0\0\0\x14\3\3\0\1\1"), (0, 1, b"\x15\3\3\0\2\1\0")),
    "hello": steps(2, (7, 0, b"")) + HELLO[5:],
}


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + option(1, b"note") + option(0, b""))
INTERFACE = block(1, struct.pack("<HHI", 1, 0, 96) + option(2, b"eth0") + option(9, b"\x09") + option(0, b""))
PACKET = block(6, struct.pack("<IIIII", 0, 0x18B5A, 0, len(ETHERNET), 200) + ETHERNET + bytes(-len(ETHERNET) % 4)
               + option(1, b"pod") + option(0, b""))
NAMES = block(4, struct.pack("<HH", 1, 10) + bytes([10, 0, 0, 2]) + b"server\0\0\0\0"[:8] + bytes(4))
COUNTS = block(5, struct.pack("<III", 0, 0, 0) + option(5, bytes(8)) + option(7, bytes(8)) + option(0, b""))
SECRETS = block(10, struct.pack("<II", 0x544C534B, 12) + b"CLIENT_RANDO")
OTHER = block(1, struct.pack("<HHI", 101, 0, 0) + option(9, b"\x86")) + block(3, struct.pack("<I", 20) + bytes(20))
OTHER += block(6, struct.pack("<IIIII", 1, 0, 1, 4, 4) + bytes(4)) + block(0xBAD, bytes(8)) + block(9, b"a=b\n")
BIG = struct.pack(">IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28) + struct.pack(">IIHHII", 1, 20, 1, 0, 0, 20)
PCAPNG = {"all": SECTION + INTERFACE + PACKET + NAMES + COUNTS + SECRETS + OTHER, "sections": SECTION + INTERFACE + BIG,
          "one": SECTION + INTERFACE + PACKET}
PCAP = {
    "pcap": struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 96, 1)
            + struct.pack("<IIII", 1, 2, len(ETHERNET), len(ETHERNET)) + ETHERNET,
    "big-nano": struct.pack(">IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 96, 101) + struct.pack(">IIII", 1, 2, 4, 4) + bytes(4),
}
ANALYZER = {
    "crossed": analyzer(one_flow("crossed-http", 1)),
    "unread": analyzer(one_flow("unread-at-once"), 4),
    "reset": analyzer(one_flow("reset-on-arrival", limit=14), 1),
    "any": analyzer(one_flow("crossed-any", limit=20)),
    "ipv6": analyzer(one_flow("crossed-ipv6"), 4),
    "half-close": analyzer(one_flow("half-close", limit=16)),
    "tls12": analyzer([f for f in one_flow("crossed-tls12", limit=30) if len(f[2]) < 700], 2),
}


def report(flow, **more):
    """A report with one flow, as finrace writes it; what merging looks into."""
    ends = {"client": {"ip": "10.0.0.1", "port": 40000 + flow}, "server": {"ip": "10.0.0.2", "port": 80}}
    close = {"by": "server", "kind": "fin", "frame": 9, "time": 5.0 + flow, "idle_s": 5.000123, "cause": "idle_timeout"}
    evidence = {"idle_before_request_s": 4.9, "retry_safe": True, "retried_as": {"flow": 7, "outcome": "answered"}}
    flow = {"type": "flow", "flow": flow, **ends, "start": 0.000001, "end": 6.5, "rtt_client_s": 0.01,
            "rtt_server_s": 0.00002, "protocol": "http1", "requests": 2, "responses": 1, "max_idle_reuse_s": 4.5,
            "close": close, "verdict": "crossed", "race": True, "evidence": evidence, **more}
    server = {"type": "server", "server": ends["server"], "connections": 3, "requests": 4, "races": {"crossed": 1},
              "hidden_races": 1, "advertised_keep_alive_s": 5, "near_misses": 1, "closes": {"idle_timeout": 1}}
    capture = {"type": "capture", "files": [{"name": "a.pcap"}], "link_types": ["EN10MB"], "packets": 20, "bytes": 2000,
               "start": 0.000001, "end": 6.5, "flows": 3, "requests": 4, "races": {"crossed": 1}, "hidden_races": 1,
               "inconclusive": {"capture_gap": 0}, "quality": {"gaps": 0, "undecoded": {"not_tcp": 3}}}
    return flow, server, capture


def lines(*objects):
    return "".join(json.dumps(o, separators=(",", ":")) + "\n" for o in objects).encode()


def document(flow, server, capture):
    return json.dumps({"schema": "finrace/1", "flows": [flow], "capture": capture, "servers": [server]}, indent=1).encode()


OTHER_NAME = {"client": {"ip": "10.0.0.1", "port": 40000}, "server": {"ip": "fd00::2", "port": 80}, "flow": 1}
REPORT = {
    "lines": lines(*report(0)),
    "two": document(*report(0)) + b"\0" + lines(*report(0, verdict="inconclusive", reason="capture_gap")),
    "names": lines(*report(0, also_seen_as=[OTHER_NAME])) + b"\0" + document(*report(1, report="node3")),
}

shutil.rmtree(seeds, ignore_errors=True)
for entry, files in {"frame": FRAMES, "http1": HTTP1, "http2": HTTP2, "tls": TLS, "pcapng": PCAPNG,
                     "savefile": PCAP | {"one": PCAPNG["one"]}, "analyzer": ANALYZER, "report": REPORT}.items():
    (seeds / entry).mkdir(parents=True)
    for name, data in files.items():
        (seeds / entry / name).write_bytes(data)
